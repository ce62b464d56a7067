"""A whole place: where absence clusters, and what is ranked first."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from data.views.hot_spots import HotSpots
from ui import queries
from ui.hotspots import words as hotspot_words
from ui.queries import districts
from ui.queries import hotspots as queries_hotspots
from ui.queries import neighbourhoods as places
from ui.report.stories.districts import of_districts
from ui.report.stories.meeting import meeting
from ui.report.story import BEYOND_EXPECTED, MOST_LISTED, Bars, Story, Table, table_of
from ui.selection import Selection
from ui.tables.display import display_frame
from ui.words import answers
from ui.words import standing as words
from ui.words.numbers import count_text, plural

GROUP_COLUMNS = (
    *("rank", "name", "tracts", "enrolled", "chronic_absent", "rate", "interval", "excess"),
)
PLACE_COLUMNS = ("rank", "neighbourhood", "enrolled", "rate", "interval", "excess")
SCHOOL_COLUMNS = ("name", "level", "enrolled", "chronic_absent", "rate", "next_year")
TREND_COLUMNS = ("school_year", "enrolled", "chronic_absent", "rate", "schools")


def area(selection: Selection) -> Story:
    """Tell where absence clusters in the whole place, or which districts have most of it."""
    if districts.are_units(selection):
        return of_districts(selection)
    spots, totals = queries_hotspots.found(selection), queries.totals(selection)
    area = queries.panel(selection).area
    trend = queries.trend(selection)
    everyone = answers.overview_figures(totals, trend, selection.year, area.definition)
    years = display_frame(trend[::-1], TREND_COLUMNS)
    ranking, bars = _groups(spots, selection)
    others = () if spots.groups.empty else (_neighbourhoods(selection)[0],)
    return Story(
        area.name,
        "Where does absence cluster?",
        answers.hot_spot_answer(spots, selection),
        (*everyone[:2], *answers.hot_spot_figures(spots)),
        "hot_spots",
        replace(selection, focus="", beside=""),
        False,
        ranking,
        bars,
        (
            *others,
            table_of("Every school year of this place, latest first", years),
        ),
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
        tuple(meeting(selection)),
    )


def _groups(spots: HotSpots, selection: Selection) -> tuple[Table, Bars]:
    """Rank the groups by students beyond expected; where none stands out, neighbourhoods."""
    groups = spots.groups
    if groups.empty:
        return _neighbourhoods(selection)
    return (
        table_of(hotspot_words.groups_title(selection), display_frame(groups, GROUP_COLUMNS)),
        Bars(
            BEYOND_EXPECTED,
            "students",
            tuple(groups["name"]),
            tuple(groups["excess"].astype(float)),
        ),
    )


def _neighbourhoods(selection: Selection) -> tuple[Table, Bars]:
    """Rank neighbourhoods by students beyond expected; schools by rate where there are no two."""
    ranks = places.ranks(selection)
    ranks = ranks[ranks["rank"].notna()]
    if len(ranks) < 2:
        return _by_rate(queries.schools(selection), selection)
    first = ranks.head(MOST_LISTED)
    kind = next(iter({*places.areas(selection).values()} & {"neighbourhood"}), "county")
    noun = plural(len(ranks), kind, {"county": "counties"}.get(kind))
    title = f"{len(first)} of {noun}, most students beyond expected"
    return (
        table_of(f"{title} first, {selection.year}", display_frame(first, PLACE_COLUMNS)),
        Bars(BEYOND_EXPECTED, "students", tuple(first.index), tuple(first["excess"].astype(float))),
    )


def _by_rate(schools: pd.DataFrame, selection: Selection) -> tuple[Table, Bars]:
    """Rank schools by their rate, with its range."""
    shown = schools[schools["shown"]].sort_values(["rate", "name"], ascending=[False, True])
    first = shown.head(MOST_LISTED)
    title = f"{plural(len(first), 'school')} of {count_text(len(shown))}, highest share first"
    return (
        table_of(f"{title}, {selection.year}", display_frame(first, SCHOOL_COLUMNS)),
        Bars(
            "Share of students chronically absent",
            "share",
            tuple(first["name"]),
            tuple(first["rate"].astype(float)),
        ),
    )
