"""A group of hot tracts: what its children live with, and the schools that serve it."""

from __future__ import annotations

from dataclasses import replace

from analytics.drivers.profile import CANNOT
from data.views.hot_spots import HotSpots
from data.views.strengths import SERVES
from ui.hotspots.cards import UNKNOWN, agreement_text, excess_text, shrunken_text
from ui.languages import PERCENT
from ui.queries import hotspots as queries_hotspots
from ui.queries import why as queries_why
from ui.report.stories.meeting import meeting
from ui.report.story import Bars, ScopeError, Story, Table, table_of
from ui.selection import Selection
from ui.why import group as why_block
from ui.why import words as why_words
from ui.words import standing as words
from ui.words.numbers import count_text, interval_text, percent_text, plural

CONDITION_COLUMNS = [
    *("Driver", "This group", "Comparable tracts", "Percentile", "What may be said"),
    "As far in random groups",
]


def group(selection: Selection) -> Story:
    """Tell what children of a hot group live with, and which schools serve it."""
    spots = queries_hotspots.found(selection)
    if selection.cluster not in set(spots.groups["cluster"]):
        raise ScopeError("no such group of tracts stands out in this view")
    row, profile = why_block.row_of(spots, selection), queries_why.profile(spots, selection)
    conditions = why_block.profile_words(profile, queries_why.random_groups(spots, selection))
    title = why_words.profile_title(row, profile)
    percentile = profile["percentile"].astype(float)
    return Story(
        str(row["name"]),
        "What do children of this hot spot live with?",
        why_block.answer(spots, selection),
        tuple(why_words.figures(row, profile)),
        "why_here",
        replace(selection, focus="", beside=""),
        True,
        table_of(title, conditions[CONDITION_COLUMNS]),
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
        tuple(meeting(selection)),
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
            f"{interval_text(row['rate_low'], row['rate_high'], row['enrolled'])}{PERCENT}",
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
