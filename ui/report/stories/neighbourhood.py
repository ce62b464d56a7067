"""A neighbourhood or county: the schools its children attend, and what they live with."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from data.contracts.vocabulary import RELIABILITY_LABELS
from data.views.ranking import ranked
from ui.languages import PERCENT
from ui.queries import drivers as queries_drivers
from ui.queries import neighbourhoods as places
from ui.queries import why as queries_why
from ui.report.stories.meeting import meeting
from ui.report.story import Bars, ScopeError, Story, Table, rated, table_of
from ui.selection import Selection
from ui.tables.display import display_frame
from ui.words import standing as words
from ui.words.cards import neighbourhood_facts
from ui.words.numbers import (
    BY_SCHOOLS,
    count_text,
    interval_text,
    percent_text,
    plural,
    signed_text,
    span_text,
    with_margin,
)

NOUNS = {"neighbourhood": "neighbourhoods", "county": "counties"}
SCHOOL_COLUMNS = ("name", "level", "enrolled", "rate", "next_year")


def neighbourhood(selection: Selection) -> Story:
    """Tell how it is in the schools that children of a neighbourhood attend."""
    name = places.focused(selection)
    if name not in places.areas(selection):
        raise ScopeError("no such neighbourhood has a figure in this view")
    row, schools = places.row(selection, name), places.schools(selection, name)
    kind = places.areas(selection)[name]
    facts = neighbourhood_facts(row, schools, selection.year)
    ranking, bars = _attended(schools, selection)
    view = replace(selection, unit="neighbourhood", beside="")
    return Story(
        name,
        f"How many children of this {kind} miss much of their school year?",
        neighbourhood_answer(name, row, selection.year),
        neighbourhood_figures(row, _rank(selection, name, kind)),
        "overview",
        view,
        True,
        ranking,
        bars,
        (
            Table(f"{name} in short", ("What", "Figure"), tuple(facts)),
            *_lived_with(selection, name),
        ),
        (words.AREA_RANGE, words.COVERAGE_MEANING),
        (words.AREA_MEANING.format(area=kind), words.FLOW_MEANING, words.ASSOCIATION),
        tuple(meeting(selection)),
    )


def neighbourhood_answer(name: str, row: pd.Series, year: str) -> str:
    """Say how many students are chronically absent in the schools its children attend."""
    if not row["shown"]:
        return f"{name}, {year}: {words.not_shown_text(row['status'], row['reason'])}."
    attended = f"In {year}, in the schools that children of {name} attend"
    return f"{attended}: {rated(row, BY_SCHOOLS)} were chronically absent."


def neighbourhood_figures(
    row: pd.Series, rank: list[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Students, rate, students beyond expected, and the place among all neighbourhoods."""
    if not row["shown"]:
        return (("not shown", words.not_shown_text(row["status"], row["reason"])),)
    n = row["enrolled"]
    ends = interval_text(row["low"], row["high"], n)
    figures = [
        (
            count_text(row["chronic_absent"]),
            f"of about {count_text(n)} students chronically absent",
        ),
        (percent_text(row["rate"], n), f"{BY_SCHOOLS} {ends}{PERCENT}"),
    ]
    if pd.notna(row["excess"]):
        low, high = signed_text(row["excess_low"]), signed_text(row["excess_high"])
        figures.append(
            (signed_text(row["excess"]), f"students beyond expected ({BY_SCHOOLS} {low} to {high})")
        )
    return (*figures, *rank)


def _rank(selection: Selection, name: str, kind: str) -> list[tuple[str, str]]:
    """Place in the list by students beyond expected, with the places its range leaves open."""
    ranks = ranked(places.table(selection, kind), "excess")
    row = ranks.loc[name]
    if pd.isna(row["rank"]):
        return []
    count = count_text(ranks["rank"].notna().sum())
    open_to = span_text(str(row["rank_first"]), str(row["rank_last"]))
    among = f"of {count} {NOUNS[kind]} by students beyond expected (could be {open_to})"
    return [(f"No. {row['rank']}", among)]


def _attended(schools: pd.DataFrame, selection: Selection) -> tuple[Table, Bars]:
    """List the schools that children of a neighbourhood attend, most students from there first."""
    rows = display_frame(schools, SCHOOL_COLUMNS)
    rows.insert(2, "From here", schools["students_here"].map(count_text))
    title = f"{plural(len(schools), 'school')} that its children attend, most students from here"
    return (
        table_of(f"{title} first, {selection.year}", rows),
        Bars(
            "Students from here",
            "students",
            tuple(schools["name"]),
            tuple(schools["students_here"].astype(float)),
        ),
    )


def _lived_with(selection: Selection, name: str) -> tuple[Table, ...]:
    """List what children of a neighbourhood live with: each condition with its margin."""
    rows = []
    for driver in queries_why.offered(selection):
        view = replace(selection, driver=driver)
        table = queries_drivers.by_neighbourhood(view, name)
        if name not in table.index or table.loc[name, "status"] != "reported":
            continue
        row, measure = table.loc[name], queries_drivers.measure(view)
        value = with_margin(row["value"], row["moe"], row["unit"])
        trust = RELIABILITY_LABELS[row["reliability"]].partition(" (")[0]
        rows.append((measure.label, value, trust, str(row["vintage"])))
    columns = ("Condition", "Mean over its children", "Reliability", "Years")
    title = f"What children of {name} live with: figures of all who live there"
    return (Table(title, columns, tuple(rows)),) if rows else ()
