"""What the Hot spots page asks, computed with a bar that can be stopped and kept by content."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any, cast

import pandas as pd

from analytics.autocorrelation import moran
from analytics.autocorrelation import moran_scatter as scatter_table
from analytics.hotspots.tract_map import Measure
from analytics.inputs import Progress
from data.views.by_county import NULL as WITHIN
from data.views.by_county import cut, of_counties
from data.views.groups import excess_by_year
from data.views.hot_spots import (
    CONSENSUS,
    History,
    HotSpots,
    MapView,
    Power,
    find_by_test,
    find_consensus,
    history,
    neighbours,
    power_of,
    with_group_test,
)
from data.views.schools_and_tracts import VALUE_OF_MEASURE
from geo.weights.weights import Weights
from ui import queries
from ui.languages import mark, text
from ui.queries.cache import kept
from ui.queries.long_work import result
from ui.queries.stored import Place
from ui.selection import NEIGHBOURS, PLANNING, SINGLE_TESTS, Selection

WRONG_JOIN = "building"
GROUP_NULLS = ("schools", "schools_within")  # nulls under which groups are tested as groups
CONSENSUS_TRACTS = 50_000  # tracts times analyses, up to which planted maps get the consensus


@dataclass(frozen=True, eq=False)
class Scatter:
    """A Moran scatter: index `geoid`, `value`, `lag`, `quadrant`; slope is Moran's I."""

    table: pd.DataFrame
    slope: float


def found(selection: Selection) -> HotSpots:
    """Hot spots of the view by the chosen method, null and neighbours; of counties, their part."""
    whole = _found(selection)
    counties = selection.by_county()
    return of_counties(whole, counties) if counties else whole


def county_names(selection: Selection) -> dict[str, str]:
    """Give the names of the counties that can be looked at by themselves, in their order."""
    tracts = queries.panel(selection).tracts
    names = tracts.groupby("county")["county_name"].first().replace("", pd.NA)
    offered = queries.choices(selection.area).counties
    told = {code: str(names.fillna(names.index.to_series())[code]) for code in offered}
    return dict(sorted(told.items(), key=lambda each: each[1]))


def _found(selection: Selection) -> HotSpots:
    makers: dict[str, Callable[[Selection, MapView, Progress], HotSpots]] = {
        "consensus": _consensus,
        "gi_star": _test,
        "local_moran": _test,
        "scan": _scan,
        "membership": _membership,
    }
    make = makers[selection.method]
    return result(
        key_of(selection),
        _doing(selection),
        lambda bar: make(selection, view_of(selection), bar),
    )


def power_method(selection: Selection) -> Selection:
    """Give the view as planted hot spots are looked for in it: as its map does, or by Gi*.

    The consensus of a large place takes long, and other methods have no q of tracts. Planted places
    differ as schools do, so the null is one that moves schools.
    """
    ways = len(CONSENSUS) * len(NEIGHBOURS) * len(joins_used(selection))
    light = ways * len(queries.tracts(selection)) <= CONSENSUS_TRACTS
    method = "consensus" if selection.method == "consensus" and light else "gi_star"
    null = selection.null if selection.null in GROUP_NULLS else "schools"
    return replace(selection, method=method, null=null, neighbours="queen", counties="")


def power(selection: Selection) -> Power:
    """Find how small and weak a cluster a map of the view could miss."""
    test = power_method(selection)
    make = _consensus if test.method == "consensus" else _test
    return result(
        ("power", *key_of(test)),
        text("Planting clusters and looking for them"),
        lambda bar: power_of(
            view_of(test),
            queries.shares(test),
            lambda view: make(test, view, _silent),
            test.method,
            progress=bar,
        ),
    )


def within_counties(selection: Selection) -> HotSpots | None:
    """Hot spots by the same choices with schools rearranged within each county.

    None when the place is one county, or chance is counted in another way.
    """
    counties = queries.tracts(selection)["county"].nunique()
    if counties < 2 or selection.null != "schools" or not selection.nulls():
        return None
    return found(replace(selection, null="schools_within"))


def years(selection: Selection) -> History:
    """In which school years each tract was hot, by Gi* with the school-level null."""
    whole = replace(selection, counties="")
    test = replace(whole, year="", method="gi_star", null="schools", neighbours="queen")
    key = ("history", *key_of(test))
    doing = text("Looking at the other school years")
    return result(key, doing, lambda bar: _history(whole, bar))


def members(found: HotSpots, selection: Selection) -> pd.Index:
    """Tracts of the chosen group."""
    return members_of(queries.place(selection.area), group_view(selection), found.tracts["cluster"])


def other_years(found: HotSpots, selection: Selection) -> pd.DataFrame:
    """Follow the excess of the chosen group's tracts through the other usual years."""
    key = queries.place(selection.area)
    return _other_years(key, group_view(selection), members(found, selection))


def group_view(selection: Selection) -> Selection:
    """Choices that decide the hot spots and the group, and no other: the key of what is kept."""
    seen: dict[str, Any] = dict.fromkeys(("unit", "present", "slide", "lang"), "")
    seen |= {name: getattr(Selection, name) for name in PLANNING}
    return replace(selection, focus="", driver="", versus="", beside="", view="", **seen)


def in_group(clusters: pd.Series, cluster: str) -> pd.Series:
    """Mark the tracts of one group."""
    return clusters.eq(cluster).fillna(value=False).astype(bool)


def moran_scatter(selection: Selection) -> Scatter:
    """Each tract's value against the mean of its neighbours'."""
    tracts = queries.tracts(selection)
    value = tracts.loc[tracts["shown"], VALUE_OF_MEASURE[selection.measure]].dropna()
    name = selection.neighbours if selection.method in SINGLE_TESTS else "queen"
    near = weights_of(queries.place(selection.area), name).subset(value.index)
    weights = near.row_standardized()
    table = scatter_table(value, weights).reindex(tracts.index)
    return Scatter(table, moran(value, weights).statistic)


# Hot spots follow from place and view, so their clusters need not be part of a key: hence `_found`.


@kept("members of a group")
def members_of(key: Place, view: Selection, _found: pd.Series) -> pd.Index:
    """Tracts of a group; kept by what decides it."""
    del key  # a rebuild is another place
    return _found.index[in_group(_found, view.cluster)]


@kept("excess in other years")
def _other_years(key: Place, view: Selection, _members: pd.Index) -> pd.DataFrame:
    unusual = queries.panel_of(key).area.unusual_years
    years = [year for year in queries.choices(view.area).years if year not in unusual]
    views = {year: replace(view, year=year) for year in sorted(years) if year != view.year}
    return excess_by_year(
        _members, {y: (queries.schools(v), queries.shares(v)) for y, v in views.items()}
    )


@kept("neighbours")
def weights_of(key: Place, name: str) -> Weights:
    """Neighbours of one kind; shared by all sessions and never written to."""
    panel = queries.panel_of(key)
    return neighbours(panel.tracts.to_crs(panel.area.crs), name)


def joins_used(selection: Selection) -> tuple[str, ...]:
    """List the joins that the consensus looks through: all but the building's own tract.

    Most children live elsewhere than in the tract of their school; it counts only when chosen.
    """
    offered = queries.choices(selection.area).catchments
    return tuple(name for name in offered if name != WRONG_JOIN or name == selection.catchment)


def view_of(selection: Selection) -> MapView:
    """Year and level that every way of looking starts from; no county touches another apart."""
    return MapView(
        queries.schools(selection),
        queries.tracts(selection),
        _near(selection, "queen"),
        cast("Measure", selection.measure),
        selection.alpha,
    )


def _near(selection: Selection, name: str) -> Weights:
    """Neighbours of one kind; where each county is looked at by itself, within it."""
    weights = weights_of(queries.place(selection.area), name)
    return cut(weights, queries.tracts(selection)["county"]) if selection.by_county() else weights


def _null(selection: Selection) -> str:
    return WITHIN if selection.by_county() else selection.null


def _silent(_done: int, _wanted: int) -> None:
    """Say nothing of one map among many."""


def _consensus(selection: Selection, view: MapView, progress: Progress) -> HotSpots:
    catchments = {
        name: queries.shares(replace(selection, catchment=name)) for name in joins_used(selection)
    }
    weights = {name: _near(selection, name) for name in NEIGHBOURS}
    found = find_consensus(
        view,
        catchments,
        weights,
        chosen=selection.catchment,
        null=_null(selection),
        progress=progress,
    )
    return _groups_tested(selection, view, found)


def _test(selection: Selection, view: MapView, progress: Progress) -> HotSpots:
    found = find_by_test(
        view,
        queries.shares(selection),
        _near(selection, selection.neighbours),
        statistic=selection.method,
        null=_null(selection),
        progress=progress,
    )
    return _groups_tested(selection, view, found)


def _groups_tested(selection: Selection, view: MapView, found: HotSpots) -> HotSpots:
    """Test groups as wholes, where the null is one between schools."""
    null = _null(selection)
    if null not in GROUP_NULLS:
        return found
    return with_group_test(view, queries.shares(selection), found, null)


def _scan(selection: Selection, view: MapView, progress: Progress) -> HotSpots:
    from data.views.scan_and_model import find_by_scan  # loaded when it is chosen

    shares, points = queries.shares(selection), centres(selection)
    return find_by_scan(view, shares, points, null=selection.null, progress=progress)


def _membership(selection: Selection, view: MapView, progress: Progress) -> HotSpots:
    from data.views.scan_and_model import find_by_membership  # loaded when it is chosen

    shares, points = queries.shares(selection), centres(selection)
    return find_by_membership(view, shares, points, progress=progress)


def centres(selection: Selection) -> pd.DataFrame:
    """Centres of the tracts, in km."""
    panel = queries.panel(selection)
    points = panel.tracts.to_crs(panel.area.crs).centroid
    return pd.DataFrame({"x": points.x / 1000, "y": points.y / 1000})


def _history(selection: Selection, progress: Progress) -> History:
    offered = queries.choices(selection.area).years
    views = {year: replace(selection, year=year) for year in offered}
    return history(
        {year: view_of(view) for year, view in views.items()},
        {year: queries.shares(view) for year, view in views.items()},
        queries.panel(selection).area.unusual_years,
        progress,
    )


def key_of(selection: Selection) -> tuple[Hashable, ...]:
    """Give all that changes the hot spots, and nothing else."""
    null = selection.null if selection.null in selection.nulls() else ""
    if selection.by_county():  # all counties are one family: whichever are shown, it is made once
        null = "by county"
    near = selection.neighbours if selection.method in SINGLE_TESTS else ""
    return (
        queries.place(selection.area),
        *(selection.year, selection.level, selection.measure, selection.catchment),
        *(selection.alpha, selection.method, null, near),
    )


def _doing(selection: Selection) -> str:
    words = {
        "consensus": mark("Looking in many ways"),
        "gi_star": mark("Comparing with rearranged places"),
        "local_moran": mark("Comparing with rearranged places"),
        "scan": mark("Searching every circle"),
        "membership": mark("Fitting the map behind the schools"),
    }
    return f"{text(words[selection.method])}, {selection.year}"
