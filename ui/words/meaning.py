"""What does this mean? Two or three sentences a page, with a number from its screen."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from analytics.goals.progress import CLASS_SIZE
from ui import queries
from ui.drivers import words as driver_words
from ui.join.words import decimal_text, typical_schools
from ui.languages import counted, mark, text
from ui.queries import drivers as queries_drivers
from ui.queries import goals as queries_goals
from ui.queries import hotspots as queries_hotspots
from ui.queries import joins as queries_join
from ui.queries import priorities as queries_priorities
from ui.queries import school_lists, units
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.why import words as why_words
from ui.words.answers import TENTH
from ui.words.numbers import count_text, percent_text, students_text, value_text

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
    students = students_text(CLASS * rate)
    return text("about {students} in a class of {count}", students=students, count=CLASS)


def _overview(selection: Selection) -> str:
    sums, area = queries.totals(selection), queries.panel(selection).area
    rate = sums.chronic_absent / sums.enrolled
    said = [
        text(
            "{rate} is {students}.",
            rate=percent_text(rate, sums.enrolled),
            students=in_a_class(rate),
        )
    ]
    if TENTH.search(area.definition):
        tenth = mark(
            "Each of them missed a tenth of the days or more: {days} days in a year of {all}. All"
            " reasons count, illness too."
        )
        said.append(text(tenth, days=DAYS // 10, all=DAYS))
    return " ".join([*said, text("It tells how many, not why.")])


def _hot_spots(selection: Selection) -> str:
    groups = queries_hotspots.found(selection).groups
    if groups.empty:
        high = queries.totals(selection).high
        none = text("No mark on the map means that chance could have made what we see.")
        missed = counted(
            "Small groups are easily missed: {count} school here has 30 % or more.",
            "Small groups are easily missed: {count} schools here have 30 % or more.",
            high,
        )
        return f"{none} {missed}"
    row = groups.iloc[0]
    said = [
        text(
            "In the schools that children of {name} attend, {students} are chronically absent.",
            name=row["name"],
            students=in_a_class(row["rate"]),
        )
    ]
    if row["excess"] >= 1:
        more = mark("That is about {students} more than schools of these levels have elsewhere.")
        said.append(text(more, students=students_text(row["excess"])))
    about = text("It is about the schools, not about each child who lives there.")
    return " ".join([*said, about])


def _why_here(selection: Selection) -> str:
    found = queries_hotspots.found(selection)
    if found.groups.empty:
        return ""
    group = why_words.chosen(found.groups, selection.cluster)
    profile = queries_why.profile(found, replace(selection, cluster=group["cluster"]))
    hard = why_words.harder(profile)
    if hard.empty:
        return text(
            "What can be measured in {name} looks like other areas. The reasons may be ones that no"
            " survey asks for: ask the people there.",
            name=group["name"],
        )
    first = hard.iloc[0]
    here, there = (value_text(first[name], first["unit"]) for name in ("value", "comparable"))
    return text(
        "“{condition}” is {here} in {name} and {there} in similar areas. That counts all who live"
        " there, not the students who are absent. Both go together; it does not show that one"
        " brings the other.",
        condition=text(first["label"]),
        here=here,
        name=group["name"],
        there=there,
    )


def _schools(selection: Selection) -> str:
    listed = school_lists.listed(selection)
    above = listed[listed["rank"].notna() & listed["excess"].round().ge(1)]
    if above.empty:
        return text(
            "No school listed has more students chronically absent than others of its level."
        )
    first = above.iloc[0]
    low, high = (count_text(max(first[name], 0)) for name in ("excess_low", "excess_high"))
    return text(
        "{count} beyond expected means: {name} has {students} more who are chronically absent than"
        " if it were like all schools of its level here. Next year it may be {low} to {high}. It"
        " shows where help could reach most students, not how good a school is.",
        count=count_text(first["excess"]),
        name=first["name"],
        students=students_text(first["excess"]),
        low=low,
        high=high,
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
    unclear = mark(
        "Say {here} of 1,000 students are chronically absent. Where the tracts of a school have"
        " {step} more of “{condition}”, it would be about {there}, but no difference fits the"
        " figures too. So we see no clear link."
    )
    clear = mark(
        "Say {here} of 1,000 students are chronically absent. Where the tracts of a school have"
        " {step} more of “{condition}”, it would be about {there}. They go together; it does not"
        " show that one brings the other."
    )
    is_clear = driver_words.link_words(row) != driver_words.UNCLEAR
    return text(
        clear if is_clear else unclear,
        here=here,
        step=step,
        condition=text(measure.label),
        there=there,
    )


def _moved(rate: float, ratio: float) -> float:
    """Give the rate whose odds are so many times those of another."""
    odds = ratio * rate / (1 - rate)
    return odds / (1 + odds)


def _join_quality(selection: Selection) -> str:
    behind = typical_schools(queries_join.quality(selection))
    if math.isnan(behind):
        return ""
    return text(
        "The rate of a typical tract is a mix, as of {schools} of one size. Tracts side by side"
        " share schools, so they look alike. The map cannot tell one street from the next.",
        schools=decimal_text(behind, "school"),
    )


def _priorities(selection: Selection) -> str:
    table = queries_priorities.found(selection).table
    first = table[table["rank"].notna() & table["shrunken"].round().ge(1)]
    if first.empty:
        return text("No place has more students absent than the reference would give.")
    row = first.iloc[0]
    names = units.names(selection, units.unit_of(selection), first.index[:1])
    return text(
        "If {name} had the reference's share, about {students} fewer would be chronically absent"
        " ({low} to {high}). Help that reaches only some of them will bring fewer. It is a number"
        " to plan with, not a debt of the place.",
        name=names.iloc[0],
        students=students_text(row["shrunken"]),
        low=count_text(max(row["shrunken_low"], 0)),
        high=count_text(max(row["shrunken_high"], 0)),
    )


def _goals(selection: Selection) -> str:
    row = queries_goals.whole(selection).iloc[0]
    if not row["students_a_class"] >= 0:
        return ""
    return text(
        "The goal asks for about {fewer} fewer in a class of {size} by {year}. Today it is about"
        " {now}. Each year's step is small; it takes many schools at once. The forecast does not"
        " know of any plan.",
        fewer=count_text(max(row["students_a_class"], 1)),
        size=CLASS_SIZE,
        now=count_text(CLASS_SIZE * row["rate"]),
        year=queries_goals.year_name(int(row["goal_year"])),
    )


_PAGES: Mapping[str, Callable[[Selection], str]] = MappingProxyType(
    {
        "overview": _overview,
        "hot_spots": _hot_spots,
        "why_here": _why_here,
        "schools": _schools,
        "social_drivers": _social_drivers,
        "join_quality": _join_quality,
        "priorities": _priorities,
        "goals": _goals,
    }
)
