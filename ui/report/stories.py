"""What a brief says of a whole place, a group or a school: the words and figures of the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from analytics.drivers.profile import CANNOT
from data.errors import DataError
from data.views.hot_spots import HotSpots
from data.views.strengths import SERVES
from ui import queries
from ui.hotspots import words as hotspot_words
from ui.hotspots.cards import UNKNOWN, agreement_text, excess_text, shrunken_text
from ui.queries import hotspots as queries_hotspots
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.tables.display import display_frame, reason_texts
from ui.why import group as why_block
from ui.why import words as why_words
from ui.words import answers
from ui.words import standing as words
from ui.words.numbers import (
    NEXT_YEAR,
    count_text,
    interval_text,
    percent_text,
    plural,
    rate_text,
    ratio_text,
)

GROUP_COLUMNS = (
    *("rank", "name", "tracts", "enrolled", "chronic_absent", "rate", "interval", "excess"),
)
SCHOOL_COLUMNS = ("name", "level", "enrolled", "chronic_absent", "rate", "next_year")
YEAR_COLUMNS = ("school_year", "enrolled", "chronic_absent", "rate", "next_year")
TREND_COLUMNS = ("school_year", "enrolled", "chronic_absent", "rate", "schools")
CONDITION_COLUMNS = [
    *("Driver", "This group", "Comparable tracts", "Percentile", "What may be said"),
    "As far in random groups",
]
MOST_SCHOOLS = 10


class ScopeError(DataError):
    """A brief is asked of what the view does not have."""


@dataclass(frozen=True)
class Table:
    """A table in words.

    Attributes
    ----------
    title : str
    columns : tuple of str
    rows : tuple of tuple of str
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def numeric(self) -> list[bool]:
        """Tell of each column whether all that it shows are numbers, to stand at the right."""
        return [
            all(cell[:1].isdigit() or cell.startswith("not shown") for cell in cells)
            for cells in zip(*self.rows, strict=True)
        ]


@dataclass(frozen=True)
class Bars:
    """A ranked list as bars, one a row of its table.

    Attributes
    ----------
    title : str
    unit : str
        "students", "share" (a fraction) or "percent" (0 to 100).
    names : tuple of str
    values : tuple of float
        As the view gives them; NaN where it shows none.
    """

    title: str
    unit: str
    names: tuple[str, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Story:
    """What is said of one place, neighbourhood, group or school.

    Attributes
    ----------
    name : str
        Of what it speaks.
    question, answer : str
    figures : tuple of (str, str)
        A number, and what it counts.
    page : str
        Page whose map it shows.
    view : Selection
        Choices of that map.
    ranking : Table
        What is listed in order, and the order.
    bars : Bars
        The same as bars.
    tables : tuple of Table
        What else is set out in rows.
    sure, unsaid : tuple of str
        How sure it is, and what cannot be said.
    """

    name: str
    question: str
    answer: str
    figures: tuple[tuple[str, str], ...]
    page: str
    view: Selection
    ranking: Table
    bars: Bars
    tables: tuple[Table, ...]
    sure: tuple[str, ...]
    unsaid: tuple[str, ...]


def _area(selection: Selection) -> Story:
    """Tell where absence clusters in the whole place."""
    spots, totals = queries_hotspots.found(selection), queries.totals(selection)
    area = queries.panel(selection).area
    trend = queries.trend(selection)
    everyone = answers.overview_figures(totals, trend, selection.year, area.definition)
    years = display_frame(trend[::-1], TREND_COLUMNS)
    ranking, bars = _groups(spots, selection)
    return Story(
        area.name,
        "Where does absence cluster?",
        answers.hot_spot_answer(spots, selection),
        (*everyone[:2], *answers.hot_spot_figures(spots, selection)),
        "hot_spots",
        replace(selection, focus="", beside=""),
        ranking,
        bars,
        (_table("Every school year of this place, latest first", years),),
        tuple(
            filter(
                None,
                (
                    hotspot_words.chance(selection),
                    answers.draws_note(spots, selection.alpha),
                    hotspot_words.groups_tested(spots, selection.alpha),
                    *hotspot_words.notes(spots),
                    words.AREA_RANGE,
                    answers.withheld_text(totals),
                ),
            )
        ),
        (hotspot_words.NO_ALL_CLEAR, words.TRACT_MEANING, words.ASSOCIATION),
    )


def _group(selection: Selection) -> Story:
    """Tell what children of a hot group live with, and which schools serve it."""
    spots = queries_hotspots.found(selection)
    if selection.cluster not in set(spots.groups["cluster"]):
        raise ScopeError("no such group of tracts stands out in this view")
    row, profile = why_block.row_of(spots, selection), queries_why.profile(spots, selection)
    conditions = why_block.profile_words(profile, queries_why.random_groups(spots, selection))
    title = f"{len(profile)} social drivers of {row['name']}, most outstanding first"
    percentile = profile["percentile"].astype(float)
    return Story(
        str(row["name"]),
        "What do children of this hot spot live with?",
        why_block.answer(spots, selection),
        tuple(why_words.figures(row, profile)),
        "why_here",
        replace(selection, focus="", beside=""),
        _table(title, conditions[CONDITION_COLUMNS]),
        Bars(
            "Percent of comparable tracts with less of it",
            "percent",
            tuple(profile["label"]),
            tuple(percentile.where(profile["conclusion"].ne(CANNOT))),
        ),
        (_serving(spots, selection),),
        (
            *why_words.sentences(row, profile, selection.year)[:1],
            f"Beyond what is expected: {excess_text(row)}.",
            f"Allowing for being picked: {shrunken_text(row)}.",
            f"Analyses that agree: {agreement_text(row)}.",
            why_block.meaning(spots, selection),
            words.AREA_RANGE,
        ),
        (why_words.unsaid(profile), UNKNOWN, words.ASSOCIATION),
    )


def _school(selection: Selection) -> Story:
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
        replace(selection, beside=""),
        _table(f"{row['name']}, every school year", display_frame(history, YEAR_COLUMNS)),
        Bars(
            "Share of students chronically absent, by school year",
            "share",
            tuple(history["school_year"]),
            tuple(rate),
        ),
        _conditions(selection),
        (words.SCHOOL_RANGE, answers.year_basis(queries.dispersion(selection))),
        (words.ASSOCIATION, answers.breaks_text(queries.panel(selection).area.breaks)),
    )


def school_answer(row: pd.Series, year: str) -> str:
    """Say how many students of a school are chronically absent, or why that is not shown."""
    if not row["shown"]:
        return f"{row['name']}, {year}: {words.not_shown_text(row['status'], row['reason'])}."
    x, n = row["chronic_absent"], row["enrolled"]
    rate = rate_text(row["rate"], row["low"], row["high"], x, n, NEXT_YEAR)
    return f"In {year}, at {row['name']}: {rate} were chronically absent."


def school_figures(row: pd.Series) -> tuple[tuple[str, str], ...]:
    """Students, rate, range for next year, and ratio to what is expected."""
    if not row["shown"]:
        return (("not shown", words.not_shown_text(row["status"], row["reason"])),)
    n = row["enrolled"]
    return (
        (count_text(row["chronic_absent"]), f"of {count_text(n)} students chronically absent"),
        (percent_text(row["rate"], n), f"{words.LEVELS[row['level']]}, all reasons counted"),
        (f"{interval_text(row['low'], row['high'], n)} %", "likely next year"),
        (ratio_text(row["ratio"]), "times as expected for schools of the same level"),
    )


def _groups(spots: HotSpots, selection: Selection) -> tuple[Table, Bars]:
    """Rank the groups by students beyond expected; the schools by rate where none stands out."""
    groups = spots.groups
    if groups.empty:
        return _by_rate(queries.schools(selection), selection)
    return (
        _table(hotspot_words.groups_title(selection), display_frame(groups, GROUP_COLUMNS)),
        Bars(
            "Students chronically absent beyond what is expected",
            "students",
            tuple(groups["name"]),
            tuple(groups["excess"].astype(float)),
        ),
    )


def _by_rate(schools: pd.DataFrame, selection: Selection) -> tuple[Table, Bars]:
    """Rank schools by their rate, with its range."""
    shown = schools[schools["shown"]].sort_values(["rate", "name"], ascending=[False, True])
    first = shown.head(MOST_SCHOOLS)
    title = f"{plural(len(first), 'school')} of {count_text(len(shown))}, highest share first"
    return (
        _table(f"{title}, {selection.year}", display_frame(first, SCHOOL_COLUMNS)),
        Bars(
            "Share of students chronically absent",
            "share",
            tuple(first["name"]),
            tuple(first["rate"].astype(float)),
        ),
    )


def _serving(spots: HotSpots, selection: Selection) -> Table:
    """List the schools that draw a tenth or more of their students from the group."""
    schools = queries_why.strengths(spots, selection).schools
    table = schools[schools["here"] >= SERVES].sort_values(
        ["here", "name"], ascending=[False, True]
    )
    rows = [
        (
            str(row["name"]),
            words.LEVELS[row["level"]],
            percent_text(row["here"], 0),
            count_text(row["enrolled"]),
            percent_text(row["rate"], row["enrolled"]),
            f"{interval_text(row['rate_low'], row['rate_high'], row['enrolled'])} %",
        )
        for row in table.to_dict("records")
    ]
    least = percent_text(SERVES, 0)
    columns = ("School", "Level", "From this group", "Students", "Rate", "Likely next year")
    return Table(
        f"{plural(len(rows), 'school')} with {least} or more of their students from this group,"
        f" largest part first, {selection.year}",
        columns,
        tuple(rows),
    )


def _conditions(selection: Selection) -> tuple[Table, ...]:
    """List what the school itself reports of its students, if anything."""
    facts = queries.school_conditions(selection, selection.focus)
    if not facts:
        return ()
    return (Table("Students of this school", ("Condition", "Students"), tuple(facts)),)


def _table(title: str, frame: pd.DataFrame) -> Table:
    """Take a table of the screen over, without the room it leaves before short numbers."""
    rows = frame.itertuples(index=False, name=None)
    cells = tuple(tuple(str(cell).strip() for cell in row) for row in rows)
    return Table(title, tuple(map(str, frame.columns)), cells)


SCOPES: Mapping[str, Callable[[Selection], Story]] = MappingProxyType(
    {"area": _area, "group": _group, "school": _school}
)
"""What a brief can be of."""
