"""What the Hot spots page asks, computed with a bar that can be stopped and kept by content."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import cast

import pandas as pd

from analytics.autocorrelation import moran
from analytics.autocorrelation import moran_scatter as scatter_table
from analytics.hotspots.tract_map import Measure
from analytics.progress import Progress
from data.views.hot_spots import (
    History,
    HotSpots,
    MapView,
    find_by_test,
    find_consensus,
    history,
    neighbours,
)
from data.views.scan_and_model import find_by_membership, find_by_scan
from data.views.schools_and_tracts import VALUE_OF_MEASURE
from geo.weights.weights import Weights
from ui import queries
from ui.long_work import result
from ui.queries.cache import kept
from ui.queries.places import Place
from ui.selection import NEIGHBOURS, SINGLE_TESTS, Selection

WRONG_JOIN = "building"


@dataclass(frozen=True, eq=False)
class Scatter:
    """A Moran scatter: index `geoid`, `value`, `lag`, `quadrant`; slope is Moran's I."""

    table: pd.DataFrame
    slope: float


def found(selection: Selection) -> HotSpots:
    """Hot spots of the view by the chosen method, null and neighbours."""
    makers: dict[str, Callable[[Selection, Progress], HotSpots]] = {
        "consensus": _consensus,
        "gi_star": _test,
        "local_moran": _test,
        "scan": _scan,
        "membership": _membership,
    }
    make = makers[selection.method]
    return result(key_of(selection), _doing(selection), lambda bar: make(selection, bar))


def years(selection: Selection) -> History:
    """In which school years each tract was hot, by Gi* with the school-level null."""
    test = replace(selection, year="", method="gi_star", null="schools", neighbours="queen")
    key = ("history", *key_of(test))
    return result(key, "Looking at the other school years", lambda bar: _history(selection, bar))


def moran_scatter(selection: Selection) -> Scatter:
    """Each tract's value against the mean of its neighbours'."""
    tracts = queries.tracts(selection)
    value = tracts.loc[tracts["shown"], VALUE_OF_MEASURE[selection.measure]].dropna()
    name = selection.neighbours if selection.method in SINGLE_TESTS else "queen"
    near = weights_of(queries.place(selection.area), name).subset(value.index)
    weights = near.row_standardized()
    table = scatter_table(value, weights).reindex(tracts.index)
    return Scatter(table, moran(value, weights).statistic)


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
    """Year and level that every way of looking starts from."""
    return MapView(
        queries.schools(selection),
        queries.tracts(selection),
        weights_of(queries.place(selection.area), "queen"),
        cast("Measure", selection.measure),
        selection.alpha,
    )


def _consensus(selection: Selection, progress: Progress) -> HotSpots:
    key = queries.place(selection.area)
    catchments = {
        name: queries.shares(replace(selection, catchment=name)) for name in joins_used(selection)
    }
    weights = {name: weights_of(key, name) for name in NEIGHBOURS}
    return find_consensus(
        view_of(selection),
        catchments,
        weights,
        chosen=selection.catchment,
        null=selection.null,
        progress=progress,
    )


def _test(selection: Selection, progress: Progress) -> HotSpots:
    return find_by_test(
        view_of(selection),
        queries.shares(selection),
        weights_of(queries.place(selection.area), selection.neighbours),
        statistic=selection.method,
        null=selection.null,
        progress=progress,
    )


def _scan(selection: Selection, progress: Progress) -> HotSpots:
    shares, points = queries.shares(selection), centres(selection)
    return find_by_scan(view_of(selection), shares, points, null=selection.null, progress=progress)


def _membership(selection: Selection, progress: Progress) -> HotSpots:
    shares, points = queries.shares(selection), centres(selection)
    return find_by_membership(view_of(selection), shares, points, progress=progress)


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
    near = selection.neighbours if selection.method in SINGLE_TESTS else ""
    return (
        queries.place(selection.area),
        *(selection.year, selection.level, selection.measure, selection.catchment),
        *(selection.alpha, selection.method, null, near),
    )


def _doing(selection: Selection) -> str:
    words = {
        "consensus": "Looking in many ways",
        "gi_star": "Comparing with rearranged places",
        "local_moran": "Comparing with rearranged places",
        "scan": "Searching every circle",
        "membership": "Fitting the map behind the schools",
    }
    return f"{words[selection.method]}, {selection.year}"
