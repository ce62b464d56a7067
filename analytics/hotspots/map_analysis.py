"""One statistic on one map, its observed values, and what draws have shown of them so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.hotspots.map_lens import Lens
from analytics.hotspots.map_statistics import MapStatistic, Statistic, map_statistic
from analytics.hotspots.tract_map import TractMap
from analytics.inputs import Bools, Floats
from analytics.local.getis_ord import two_sided
from geo.weights.weights import Weights

_TIE = 1e-9  # statistics this close are equal

Tails = tuple[NDArray[np.int64], NDArray[np.int64], Floats]


class Drawn(NamedTuple):
    """Two-sided p-values, draws behind each, and mean of the drawn statistic, each (t,)."""

    p: Floats
    draws: NDArray[np.int64]
    mean: Floats


@dataclass(eq=False)
class Analysis:
    """One statistic on one map, and what the draws have shown of it so far.

    Attributes
    ----------
    catchment
        Name of the map.
    name
        Name of the statistic.
    statistic
        The statistic, prepared for the tested areas of the map.
    lens
        The drawn maps as it sees them; analyses that see alike share one.
    observed
        Its values on the observed map, shape (t,); NaN where there is none.
    centre, unit
        Mean and standard deviation of the statistic when areas are shuffled, shape (t,).
    lesser, greater
        Draws at most and at least as large, shape (t,).
    draws
        Draws of each area, shape (t,).
    total
        Sum of the drawn statistic, shape (t,).
    rows
        Areas that wait for draws.
    """

    catchment: str
    name: Statistic
    statistic: MapStatistic
    lens: Lens
    observed: Floats
    centre: Floats
    unit: Floats
    lesser: NDArray[np.int64] = field(init=False)
    greater: NDArray[np.int64] = field(init=False)
    draws: NDArray[np.int64] = field(init=False)
    total: Floats = field(init=False)
    rows: NDArray[np.intp] = field(init=False)
    _asked: MapStatistic = field(init=False)

    def __post_init__(self) -> None:
        areas = len(self.observed)
        self.lesser, self.greater, self.draws = (np.zeros(areas, np.int64) for _ in range(3))
        self.total = np.zeros(areas)
        self.ask(self.tested)

    @property
    def tested(self) -> Bools:
        """Areas that have a number."""
        return ~np.isnan(self.observed)

    @property
    def open(self) -> bool:
        """Whether any area waits for draws."""
        return self.rows.size > 0

    @property
    def shown(self) -> Drawn:
        """What the draws have shown."""
        done = np.maximum(self.draws, 1)
        p = np.where(self.tested, two_sided(self.lesser, self.greater, done), np.nan)
        return Drawn(p, self.draws, np.where(self.tested, self.total / done, np.nan))

    def ask(self, areas: Bools) -> None:
        """Count further draws of these areas only."""
        self.rows = np.flatnonzero(areas)
        whole = self.rows.size == len(self.observed)
        self._asked = self.statistic if whole else self.statistic.on(self.rows)

    def tails(self, maps: Floats) -> Tails:
        """Compare drawn maps with what was observed, at the areas asked for."""
        drawn = self._asked.of(maps)
        seen = self.observed[self.rows][:, None]
        lesser, greater = (drawn <= seen + _TIE).sum(axis=1), (drawn >= seen - _TIE).sum(axis=1)
        return lesser, greater, drawn.sum(axis=1)

    def add(self, tails: Tails, draws: int) -> None:
        """Count what a batch of draws has shown."""
        lesser, greater, total = tails
        self.lesser[self.rows] += lesser
        self.greater[self.rows] += greater
        self.total[self.rows] += total
        self.draws[self.rows] += draws


def analyses_of(
    catchment: str,
    tracts: TractMap,
    events: Floats,
    weights: Mapping[str, Weights],
    methods: Sequence[Statistic],
    *,
    own_scale: bool = True,
) -> dict[tuple[Statistic, str], Analysis]:
    """Begin the analyses of one map: every statistic with every weights.

    Parameters
    ----------
    catchment
        Name of the map.
    tracts
        The map.
    events
        Observed school counts, shape (s,).
    weights
        Neighbours of all areas, by name.
    methods
        Statistics.
    own_scale
        Whether each drawn map is divided by its own standard deviation, see
        `analytics.hotspots.map_statistics.Lens`.

    Returns
    -------
    dict
        Analyses without draws, by method and name of weights; NaN throughout where the map's values
        are equal.
    """
    allocated = tracts.allocation @ events[:, None]
    lenses = {risk: Lens(tracts, risk) for risk in (False, True)}
    if not own_scale:
        lenses = {risk: lens.fixed(allocated) for risk, lens in lenses.items()}
    seen = {risk: lens.maps(allocated) for risk, lens in lenses.items()}
    begun = {}
    for name, links in weights.items():
        inner = tracts.within(links)
        for method in methods:
            statistic = map_statistic(method, inner, own_scale=own_scale)
            risk = method == "local_moran"
            numbers = _observed(statistic, seen[risk])
            begun[method, name] = Analysis(catchment, method, statistic, lenses[risk], *numbers)
    return begun


def _observed(statistic: MapStatistic, maps: Floats) -> tuple[Floats, Floats, Floats]:
    """Give the statistic of the observed map with its moments."""
    centre, unit = statistic.moments(maps)
    has_number = ~np.isnan(unit) & maps.any()
    return np.where(has_number, statistic.of(maps)[:, 0], np.nan), centre, unit
