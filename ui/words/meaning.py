"""What does this mean? Two or three sentences a page, with a number from its screen."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ui import queries
from ui.drivers import words as driver_words
from ui.join.words import decimal_text, typical_schools
from ui.queries import drivers as queries_drivers
from ui.queries import hotspots as queries_hotspots
from ui.queries import joins as queries_join
from ui.queries import school_lists
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.why import words as why_words
from ui.words.answers import TENTH
from ui.words.numbers import count_text, percent_text, plural, students_text, value_text

CLASS = 30
DAYS = 180


def meaning(page: str, selection: Selection) -> str:
    """Say what the first figure of a page means; "" where the page has none.

    Parameters
    ----------
    page : str
        Name of the page's file: "hot_spots".
    selection : Selection
    """
    return _PAGES[page](selection) if queries.totals(selection).schools else ""


def in_a_class(rate: float) -> str:
    """Write a rate as students of a class: "about 9 students in a class of 30"."""
    return f"about {students_text(CLASS * rate)} in a class of {CLASS}"


def _overview(selection: Selection) -> str:
    sums, area = queries.totals(selection), queries.panel(selection).area
    rate = sums.chronic_absent / sums.enrolled
    said = f"{percent_text(rate, sums.enrolled)} is {in_a_class(rate)}."
    if TENTH.search(area.definition):
        said += (
            f" Each of them missed a tenth of the days or more: {DAYS // 10} days in a year of"
            f" {DAYS}. All reasons count, illness too."
        )
    return f"{said} It tells how many, not why."


def _hot_spots(selection: Selection) -> str:
    groups = queries_hotspots.found(selection).groups
    if groups.empty:
        high = queries.totals(selection).high
        return (
            "No mark on the map means that chance could have made what we see. Small groups are"
            f" easily missed: {plural(high, 'school')} here"
            f" {'has' if high == 1 else 'have'} 30 % or more."
        )
    row = groups.iloc[0]
    said = f"In the schools that children of {row['name']} attend, {in_a_class(row['rate'])}"
    said = f"{said} are chronically absent."
    if row["excess"] >= 1:
        said += (
            f" That is about {students_text(row['excess'])} more than schools of these levels have"
            " elsewhere."
        )
    return f"{said} It is about the schools, not about each child who lives there."


def _why_here(selection: Selection) -> str:
    found = queries_hotspots.found(selection)
    if found.groups.empty:
        return ""
    group = why_words.chosen(found.groups, selection.cluster)
    profile = queries_why.profile(found, replace(selection, cluster=group["cluster"]))
    hard = why_words.harder(profile)
    if hard.empty:
        return (
            f"What can be measured in {group['name']} looks like other areas. The reasons may be"
            " ones that no survey asks for: ask the people there."
        )
    first = hard.iloc[0]
    here, there = (value_text(first[name], first["unit"]) for name in ("value", "comparable"))
    return (
        f"“{first['label']}” is {here} in {group['name']} and {there} in similar areas. That counts"
        " all who live there, not the students who are absent. Both go together; it does not show"
        " that one brings the other."
    )


def _schools(selection: Selection) -> str:
    listed = school_lists.listed(selection)
    above = listed[listed["rank"].notna() & listed["excess"].round().ge(1)]
    if above.empty:
        return "No school listed has more students chronically absent than others of its level."
    first = above.iloc[0]
    low, high = (count_text(max(first[name], 0)) for name in ("excess_low", "excess_high"))
    return (
        f"{count_text(first['excess'])} beyond expected means: {first['name']} has"
        f" {students_text(first['excess'])} more who are chronically absent than if it were like"
        f" all schools of its level here. Next year it may be {low} to {high}. It shows where help"
        " could reach most students, not how good a school is."
    )


def _social_drivers(selection: Selection) -> str:
    measure = queries_drivers.measure(selection)
    comparison = queries_drivers.under_all_joins(selection)
    table = comparison.table
    if measure.id not in table.index or comparison.found.state != "estimated":
        return ""
    row = table.loc[measure.id]
    if row["reliability"] == "low":
        return ""
    sums = queries.totals(selection)
    rate = sums.chronic_absent / sums.enrolled
    other = _moved(rate, float(row["odds_ratio"]))
    here, there = (count_text(1000 * each) for each in (rate, other))
    step = driver_words.step_text(row["sd"], row["unit"])
    said = (
        f"Say {here} of 1,000 students are chronically absent. Where the tracts of a school have"
        f" {step} more of “{measure.label}”, it would be about {there}"
    )
    if driver_words.link_words(row) == driver_words.UNCLEAR:
        return f"{said}, but no difference fits the figures too. So we see no clear link."
    return f"{said}. They go together; it does not show that one brings the other."


def _moved(rate: float, ratio: float) -> float:
    """Give the rate whose odds are so many times those of another."""
    odds = ratio * rate / (1 - rate)
    return odds / (1 + odds)


def _join_quality(selection: Selection) -> str:
    behind = typical_schools(queries_join.quality(selection))
    if math.isnan(behind):
        return ""
    return (
        f"The rate of a typical tract is a mix, as of {decimal_text(behind, 'school')} of one size."
        " Tracts side by side share schools, so they look alike. The map cannot tell one street"
        " from the next."
    )


_PAGES: Mapping[str, Callable[[Selection], str]] = MappingProxyType(
    {
        "overview": _overview,
        "hot_spots": _hot_spots,
        "why_here": _why_here,
        "schools": _schools,
        "social_drivers": _social_drivers,
        "join_quality": _join_quality,
    }
)
