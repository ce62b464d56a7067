"""One school: how many students are chronically absent, year by year."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ui import queries
from ui.languages import PERCENT, filed, reported
from ui.report.story import Bars, ScopeError, Story, Table, rated, table_of
from ui.selection import Selection
from ui.tables.display import display_frame, reason_texts
from ui.words import answers
from ui.words import standing as words
from ui.words.numbers import NEXT_YEAR, count_text, interval_text, percent_text, ratio_text

YEAR_COLUMNS = ("school_year", "enrolled", "chronic_absent", "rate", "next_year")


def school(selection: Selection) -> Story:
    """Tell how many students of one school are chronically absent, year by year."""
    schools = queries.schools(selection)
    if selection.focus not in schools.index:
        raise ScopeError("no such school has a row in this view")
    row = schools.loc[selection.focus]
    history = queries.school_history(selection)
    rate = history["rate"].astype(float).where(reason_texts(history).eq(""))
    return Story(
        str(row["name"]),
        "How many students miss much of their school year here?",
        school_answer(row, selection.year),
        school_figures(row),
        "schools",
        replace(selection, beside="", within="", kind=""),
        True,
        table_of(f"{row['name']}, every school year", display_frame(history, YEAR_COLUMNS)),
        Bars(
            "Share of students chronically absent, by school year",
            "share",
            tuple(history["school_year"]),
            tuple(rate),
        ),
        _conditions(selection),
        (filed(words.SCHOOL_RANGE), answers.year_basis(queries.dispersion(selection))),
        (words.ASSOCIATION, answers.breaks_text(queries.panel(selection).area.breaks)),
    )


def school_answer(row: pd.Series, year: str) -> str:
    """Say how many students of a school are chronically absent, or why that is not shown."""
    if not row["shown"]:
        return f"{row['name']}, {year}: {words.not_shown_text(row['status'], row['reason'])}."
    return f"In {year}, at {row['name']}: {rated(row, NEXT_YEAR)} were chronically absent."


def school_figures(row: pd.Series) -> tuple[tuple[str, str], ...]:
    """Students, rate, range for next year, and ratio to what is expected."""
    if not row["shown"]:
        return (("not shown", words.not_shown_text(row["status"], row["reason"])),)
    n = row["enrolled"]
    return (
        (count_text(row["chronic_absent"]), f"of {count_text(n)} students chronically absent"),
        (percent_text(row["rate"], n), f"{_kind(row)}, all reasons counted"),
        (f"{interval_text(row['low'], row['high'], n)}{PERCENT}", "likely next year"),
        (ratio_text(row["ratio"]), f"times as expected for {_others()}"),
    )


def _kind(row: pd.Series) -> str:
    return "all grades" if reported() == "district" else words.LEVELS[row["level"]]


def _others() -> str:
    return "all districts" if reported() == "district" else "schools of the same level"


def _conditions(selection: Selection) -> tuple[Table, ...]:
    """List what the school itself reports of its students, if anything."""
    facts = queries.school_conditions(selection, selection.focus)
    if not facts:
        return ()
    return (Table("Students of this school", ("Condition", "Students"), tuple(facts)),)
