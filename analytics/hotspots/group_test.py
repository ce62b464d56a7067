"""Groups of touching areas tested as groups, by their mass above a threshold.

Testing areas one by one and then correcting for many tests misses what is weak and broad. Here each
area above a threshold joins the touching ones, and the whole group is held against the heaviest
group of each drawn map: the chance that ANY group passes where there is nothing is alpha.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, triu
from scipy.sparse.csgraph import connected_components

from analytics.hotspots.draws import BATCH, Analysis, analyses_of
from analytics.hotspots.nulls import Null, event_draws
from analytics.hotspots.tract_map import Measure, SchoolCounts, TractMap, tract_maps
from analytics.inputs import Floats, Progress
from geo.weights.weights import Weights

THRESHOLD = 0.05
"""Two-sided p of one area, from its own draws, at which it joins a group."""

_MAP = "map"
_ROWS = 512  # areas whose quantiles are found at once
_TIE = 1e-6  # masses this close are equal

Drawn = NDArray[np.float32]
Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class GroupTest:
    """What a map shows when touching areas are tested together.

    Attributes
    ----------
    areas : DataFrame
        Index of the weights: `above` (units of the area's own null standard deviation beyond its
        threshold; below 0 on the cold side, 0 within), `group` (missing outside) and `group_p`.
    groups : DataFrame
        Index 1, 2, ..., heaviest first: `side` ("hot" or "cold"), `areas`, `mass` and `p`, whose
        error over all groups of the map is controlled (family-wise).
    draws : int
        Drawn maps behind each p.
    whole_p : float
        Share of maps, the real one among them, that are as uneven as a whole: by the sum over areas
        of Gi* squared, each in units of its own null. It says that there are differences between
        places, not where. NaN where no area is tested.
    """

    areas: pd.DataFrame
    groups: pd.DataFrame
    draws: int
    whole_p: float


def group_test(
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    share: Any,
    weights: Weights,
    *,
    null: Null = "schools",
    draws: int = 999,
    seed: int,
    progress: Progress | None = None,
    measure: Measure = "ratio",
    **schools: Any,
) -> GroupTest:
    """Test groups of touching areas by the mass of Gi* above a threshold.

    Every area has a threshold of its own on each side: the quantiles of its Gi* over the drawn maps
    at two-sided p = `THRESHOLD`. Areas beyond it that touch on the same side form a group with
    mass `sum(|z - threshold| / sd)`; its p is the share of maps, the real one among them, whose
    heaviest group of either side is as heavy. A group is a finding as a whole: the test does not
    say which of its areas carry it.

    Parameters
    ----------
    x, n, share, weights, measure, seed
        See `analytics.hotspots.gi_star_schools`; the weights say what touches.
    null : str
        One of `analytics.hotspots.nulls.NULLS` that draws schools.
    draws : int
        Maps drawn; p is at least 1 / (draws + 1).
    progress : callable, optional
        Called with draws done and wanted; what it raises ends the work.
    **schools
        What else is known of the schools (`strata`, ...): see
        `analytics.hotspots.tract_map.tract_maps`.

    Raises
    ------
    ValueError
        As `gi_star_schools`; or a null that does not draw schools.

    References
    ----------
    Bullmore ET et al. (1999) IEEE Trans Med Imaging 18:32-42 (cluster mass by permutation). Maris
    E, Oostenveld R (2007) J Neurosci Methods 164:177-190 (family-wise error by the largest mass).

    Examples
    --------
    >>> ids = [f"{i:02d}" for i in range(50)]
    >>> line = Weights.from_edges(ids, ids[:-1] + ids[1:], ids[1:] + ids[:-1])
    >>> absent = [30, 31, 32, 30, 29] + [10, 12, 9, 11, 8] * 9
    >>> result = group_test(absent, [100] * 50, np.eye(50), line, seed=1)
    >>> result.groups.round(3).to_dict("records")
    [{'side': 'hot', 'areas': 5, 'mass': 13.566, 'p': 0.001}]
    """
    counts, maps = tract_maps(x, n, {_MAP: share}, weights.ids, measure=measure, **schools)
    tracts = maps[_MAP]
    item = analyses_of(_MAP, tracts, counts, {_MAP: weights}, ["gi_star"], null)["gi_star", _MAP]
    beyond = np.zeros((len(item.observed), draws + 1), np.float32)
    for start, values in _maps(item, tracts, counts, null, draws, seed, progress):
        beyond[:, start : start + values.shape[1]] = values
    tested, uneven = np.flatnonzero(item.tally.tested), np.zeros(draws + 1)
    for start in range(0, tested.size, _ROWS):
        rows = tested[start : start + _ROWS]
        uneven += _unevenness(beyond[rows])
        beyond[rows] = _beyond(beyond[rows])
    whole_p = float((uneven >= uneven[0] * (1 - _TIE)).mean()) if tested.size else np.nan
    return _result(tracts, item, beyond, whole_p)


def heaviest_groups(excess: Floats | Drawn, first: Rows, second: Rows) -> Floats:
    """Give the mass of the heaviest group in each of r maps.

    Parameters
    ----------
    excess : array, shape (t, r)
        What each area has beyond its threshold; an area is in a group where that is above 0.
    first, second : array of int
        Areas that touch, pair by pair.

    Examples
    --------
    >>> excess = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 4.0], [4.0, 0.5]])
    >>> heaviest_groups(excess, np.array([0, 1, 2]), np.array([1, 2, 3])).tolist()
    [4.0, 4.5]
    """
    heaviest = np.zeros(excess.shape[1])
    for start in range(0, excess.shape[1], BATCH):
        part = excess[:, start : start + BATCH]
        labels, masses = _groups(part, first, second)
        draw = np.nonzero(part.T > 0)[0]
        of_group = np.zeros(len(masses), np.intp)
        of_group[labels] = draw
        np.maximum.at(heaviest, start + of_group, masses)
    return heaviest


def _groups(excess: Floats | Drawn, first: Rows, second: Rows) -> tuple[Rows, Floats]:
    """Label the areas beyond, map after map, by their groups; give the mass of each group."""
    over = excess.T > 0
    node = np.cumsum(over).reshape(over.shape) - 1  # number of each area beyond, map after map
    both = over[:, first] & over[:, second]
    ends = (node[:, side][both] for side in (first, second))
    size = int(over.sum())
    graph = coo_array((np.ones(int(both.sum()), np.int8), tuple(ends)), shape=(size, size))
    count, labels = connected_components(graph, directed=False)
    masses = np.zeros(count)
    np.add.at(masses, labels, excess.T[over])
    return labels, masses


def _maps(
    item: Analysis,
    tracts: TractMap,
    counts: SchoolCounts,
    null: Null,
    draws: int,
    seed: int,
    progress: Progress | None,
) -> Iterator[tuple[int, Floats]]:
    """Give Gi* of the real map, then of drawn ones in batches, each with its first column."""
    source = event_draws(null, counts)
    generators = source.generators(seed)
    yield 0, item.observed[:, None]
    for start in range(0, draws, BATCH):
        events = source.draw(generators, min(BATCH, draws - start))
        yield start + 1, item.statistic.of(item.lens.maps(tracts.allocation @ events))
        if progress is not None:
            progress(min(start + BATCH, draws), draws)


def _beyond(values: Drawn) -> Drawn:
    """Measure how far each value lies beyond its area's quantiles, in standard deviations.

    The real map is one of the maps that make the quantiles, so that under the null all are alike.
    """
    low, high = np.quantile(values, (THRESHOLD / 2, 1 - THRESHOLD / 2), axis=1, keepdims=True)
    spread = values.std(axis=1, keepdims=True)
    over = np.maximum(values - high, 0) + np.minimum(values - low, 0)
    beyond: Drawn = np.divide(over, spread, out=np.zeros_like(values), where=spread > _TIE)
    return beyond


def _unevenness(values: Drawn) -> Floats:
    """Sum over areas of how far each lies from its own mean over the maps, squared, by map."""
    mean, spread = values.mean(axis=1, keepdims=True), values.std(axis=1, keepdims=True)
    apart = np.divide(values - mean, spread, out=np.zeros_like(values), where=spread > _TIE)
    uneven: Floats = (apart**2).sum(axis=0, dtype=np.float64)
    return uneven


def _result(tracts: TractMap, item: Analysis, beyond: Drawn, whole_p: float) -> GroupTest:
    """Gather the groups of the real map, the first column, and hold them against all maps."""
    pairs = triu(item.links.sparse + item.links.sparse.T, 1).tocoo()
    first, second = pairs.coords
    sides = {"hot": beyond.clip(min=0), "cold": (-beyond).clip(min=0)}
    heaviest = np.max([heaviest_groups(s, first, second) for s in sides.values()], axis=0)
    group = np.full(len(beyond), np.nan)
    tables: list[pd.DataFrame] = []
    for side, excess in sides.items():
        labels, masses = _groups(excess[:, :1], first, second)
        p = (heaviest[:, None] >= masses - _TIE).mean(axis=0)
        group[excess[:, 0] > 0] = labels + sum(len(table) for table in tables)
        areas = np.bincount(labels, minlength=len(masses))
        tables.append(pd.DataFrame({"side": side, "areas": areas, "mass": masses, "p": p}))
    groups = pd.concat(tables, ignore_index=True)
    groups = groups.sort_values("mass", ascending=False, kind="stable")
    rank = pd.Series(np.arange(1.0, len(groups) + 1), groups.index)
    groups = groups.set_index(pd.Index(rank.astype(np.int64), name="group"))
    own = pd.Series(group).map(rank)
    table = {"above": beyond[:, 0], "group": own, "group_p": own.map(groups["p"])}
    areas = pd.DataFrame({k: tracts.on_all(np.asarray(v)) for k, v in table.items()}, tracts.ids)
    return GroupTest(areas.astype({"group": "Int64"}), groups, beyond.shape[1] - 1, whole_p)
