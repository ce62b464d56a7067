"""What the page Priorities asks: units in order, several criteria, and gaps, kept by the view."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from analytics.inputs import Progress
from analytics.priorities.criteria import CriteriaList
from data.recipe.measures import measures
from data.views import priorities as views
from data.views.priorities import PLACE, Priorities
from ui import queries
from ui.languages import text
from ui.queries import drivers, hotspots, units
from ui.queries.cache import kept
from ui.queries.long_work import result
from ui.queries.stored import Place
from ui.selection import CRITERIA, Selection

HOUSING = "temporary_housing"
LEAST_PERSISTENT = 2
"""Usual years before a place can be above the rest in more than one."""
_BY_JOIN = ("neighbourhood", "county", "tract")
_DIRECTIONS: Mapping[str, int] = MappingProxyType(
    {"higher is harder": 1, "lower is harder": -1, "neither": 0}
)


def reference_of(selection: Selection) -> str | float:
    """Give what students are counted beyond, as `data.views.priorities` takes it."""
    if selection.against in ("", views.QUARTER):
        return selection.against or PLACE
    return float(selection.against)


def found(selection: Selection) -> Priorities:
    """Units of the view in order of students beyond the reference, or of `ordered`."""
    unit = units.unit_of(selection)
    doing = text("Putting places in order, {year}", year=selection.year)
    made = result(_key(selection, unit), doing, lambda _: _found(selection, unit))
    return made if not selection.ordered else replace(made, table=_by_chance(made.table))


def _by_chance(table: pd.DataFrame) -> pd.DataFrame:
    """Put units in order of the chance to be among the first; equal chances share a rank."""
    rank = table["p_top"].rank(method="min", ascending=False).astype("Int64")
    first = table.assign(rank=rank, _id=table.index)
    ordered = first.sort_values(["rank", "shrunken", "_id"], ascending=[True, False, True])
    return ordered.drop(columns="_id")


def fitting(selection: Selection) -> Selection:
    """Shorten the list that a room can act on to half where it would hold every place.

    All of 5 boroughs are among the first 10 for sure, which tells a room nothing.
    """
    ranked = int(found(selection).table["rank"].notna().sum())
    return selection if ranked > selection.top else replace(selection, top=max(ranked // 2, 1))


def criteria(selection: Selection) -> CriteriaList:
    """Units of the view ordered by the weighted criteria, over every join.

    Groups stay those of the chosen join.
    """
    unit = units.unit_of(selection)
    key = ("criteria", selection.weights, selection.driver, *_key(selection, unit))
    doing = text("Drawing 1,000 lists, {year}", year=selection.year)
    return result(key, doing, lambda bar: _criteria(selection, unit, bar))


def criteria_here(selection: Selection) -> Mapping[str, str]:
    """Words of the criteria that this place has figures for."""
    unit, panel = units.unit_of(selection), queries.panel(selection)
    lacking = {"coverage"} if unit in ("school", "district") else set()
    if harder(selection) == 0 or unit == "district":
        lacking.add("condition")
    if len(_usual_until(selection)) < LEAST_PERSISTENT:
        lacking.add("persistence")
    known = panel.school_drivers
    if not (known["measure"].eq(HOUSING) & known["status"].eq("reported")).any():
        lacking.add(HOUSING)
    return {name: words for name, words in CRITERIA.items() if name not in lacking}


def _usual_until(selection: Selection) -> list[str]:
    """List the usual school years up to that of the view."""
    unusual = queries.panel(selection).area.unusual_years
    years = queries.choices(selection.area).years
    return [year for year in years if year <= selection.year and year not in unusual]


def weights_of(selection: Selection) -> pd.Series:
    """Weight of each criterion that counts here."""
    digits = dict(zip(CRITERIA, map(int, selection.weights), strict=True))
    weights = pd.Series({name: digits[name] for name in criteria_here(selection)}, dtype=float)
    return weights[weights > 0]


def funnel(selection: Selection) -> pd.DataFrame:
    """Schools of the view beside the funnel of their level."""
    return _funnel(queries.place(selection.area), selection.year, selection.level)


@kept("funnel of schools")
def _funnel(key: Place, year: str, level: str) -> pd.DataFrame:
    return views.funnel_view(queries.schools(Selection(key.slug, year, level=level)))


def _found(selection: Selection, unit: str) -> Priorities:
    return views.priority_view(
        queries.schools(selection),
        units.parts(selection, unit),
        reference=reference_of(selection),
        k=selection.top,
    )


def _criteria(selection: Selection, unit: str, progress: Progress) -> CriteriaList:
    joins = [selection.catchment]
    if unit in _BY_JOIN:
        others = hotspots.joins_used(selection)
        joins += [name for name in others if name != selection.catchment]
    methods = {}
    for done, name in enumerate(joins):
        methods[name] = _found(replace(selection, catchment=name), unit)
        progress(done, len(joins))
    weights, shown = weights_of(selection), methods[selection.catchment].table
    more = _more(selection, unit, list(weights.index.difference(["excess", "rate"])))
    return views.criteria_view(methods, more.reindex(shown.index), weights, k=selection.top)


def _more(selection: Selection, unit: str, wanted: list[str]) -> pd.DataFrame:
    """Give the wanted criteria beside excess and rate, more = sooner, by unit."""
    parts, panel, year = units.parts(selection, unit), queries.panel(selection), selection.year
    make: Mapping[str, Callable[[], pd.Series]] = {
        "persistence": lambda: views.persistence(panel, selection.level, parts, until=year)[
            "persistence"
        ],
        HOUSING: lambda: views.school_condition(panel, HOUSING, parts, until=year),
        "condition": lambda: _condition(selection, unit),
        "coverage": lambda: _coverage(selection, unit),
    }
    return pd.DataFrame({name: make[name]() for name in wanted}, index=parts.columns)


def _condition(selection: Selection, unit: str) -> pd.Series:
    """Mean of the condition over the children of a unit, or a school's exposure; more = harder."""
    table = drivers.driver(selection)
    value = table["value"].where(table["status"].eq("reported")) * harder(selection)
    if unit == "school":
        shares = queries.join(selection).table
        known = shares.assign(value=shares["geoid"].map(value)).dropna(subset=["value"])
        return _mean(known["value"], known["share"], known["school_id"])
    children = queries.panel(selection).tracts["children"].astype(float)
    return _mean(value, children, units.of_tracts(selection, unit))


def _mean(value: pd.Series, weight: pd.Series, of: pd.Series) -> pd.Series:
    """Weigh known values within each unit."""
    weight = weight.where(value.notna(), 0.0)
    total = weight.groupby(of).sum()
    return (value * weight).groupby(of).sum() / total.where(total > 0)


def _coverage(selection: Selection, unit: str) -> pd.Series:
    """Say how near the students counted in a unit are to the children who live there, 1 at best."""
    tracts, of = queries.tracts(selection), units.of_tracts(selection, unit)
    students, children = (
        tracts[name].astype(float).groupby(of).sum() for name in ("enrolled", "children")
    )
    ratio = students / children.where(children > 0)
    return ratio.where(ratio <= 1, 1 / ratio)


def harder(selection: Selection) -> int:
    """Say which way the view's condition is harder: 1 for more, -1 for less, 0 for neither."""
    if not selection.driver:
        return 0
    return _DIRECTIONS[measures()[selection.driver].direction]


def _key(selection: Selection, unit: str) -> tuple[Hashable, ...]:
    """Give all that changes the order, and nothing else."""
    groups = hotspots.key_of(selection) if unit == units.GROUP else ()
    return (
        *("priorities", queries.place(selection.area), unit, selection.year, selection.level),
        *(selection.catchment, selection.against, selection.top, *groups),
    )
