"""A whole place by district: how many students, and which districts have most of them."""

from __future__ import annotations

from dataclasses import replace

from data.views.school_lists import to_help
from ui import queries
from ui.languages import filed
from ui.queries import districts
from ui.report.stories.meeting import meeting
from ui.report.story import BEYOND_EXPECTED, MOST_LISTED, Bars, Story, table_of
from ui.selection import Selection
from ui.tables.display import display_frame
from ui.words import answers
from ui.words import standing as words
from ui.words.methods import CANNOT_CARRY
from ui.words.numbers import count_text

COLUMNS = ("rank", "name", "enrolled", "chronic_absent", "rate", "next_year", "excess")
TREND_COLUMNS = ("school_year", "enrolled", "chronic_absent", "rate", "schools")
APART_COLUMNS = ("name", "enrolled", "chronic_absent", "rate", "next_year")


def of_districts(selection: Selection) -> Story:
    """Tell how many students are chronically absent, and rank the districts."""
    area, totals = queries.panel(selection).area, queries.totals(selection)
    trend, year = queries.trend(selection), selection.year
    listed = to_help(queries.schools(selection), "excess")
    listed = listed[listed["rank"].notna()]
    first, apart = listed.head(MOST_LISTED), districts.without_outline(selection)
    title = f"{len(first)} of {count_text(len(listed))} districts, most students beyond expected"
    tables = [
        table_of(
            "Every school year of this place, latest first",
            display_frame(trend[::-1], TREND_COLUMNS),
        )
    ]
    if len(apart):
        shown = display_frame(apart, APART_COLUMNS)
        tables.append(table_of(f"In the sums, without an outline on the map, {year}", shown))
    return Story(
        area.name,
        "How many children miss much of their school year?",
        answers.overview_sentence(
            area.name,
            year,
            totals.chronic_absent,
            totals.enrolled,
            totals.schools,
            area.definition,
        ),
        tuple(answers.overview_figures(totals, trend, year, area.definition)),
        "overview",
        replace(selection, focus="", beside="", unit="", measure="crude"),
        False,
        table_of(f"{title} first, {year}", display_frame(first, COLUMNS)),
        Bars(
            BEYOND_EXPECTED,
            "students",
            tuple(first["name"]),
            tuple(first["excess"].astype(float)),
        ),
        tuple(tables),
        tuple(
            filter(
                None,
                (
                    filed(words.SCHOOL_RANGE),
                    words.COUNT_MEANING,
                    answers.year_basis(queries.dispersion(selection)),
                    answers.withheld_text(totals),
                ),
            )
        ),
        (CANNOT_CARRY, words.ASSOCIATION, answers.breaks_text(area.breaks)),
        tuple(meeting(selection)),
    )
