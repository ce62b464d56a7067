"""Local statistics of many drawn maps at once, of all areas or only of those still in question.

Each is written over maps standardised to mean 0 and standard deviation 1
(`analytics.hotspots.map_lens`), so
that one standardisation serves all statistics and weights. `analytics.local.statistics` gives the
same
numbers for one map, with moments and states.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from analytics.inputs import Bools, Floats
from analytics.local.getis_ord import prepare, prepare_gi
from analytics.local.local_moran import LocalMoran, prepare_local_moran
from geo.weights.weights import Weights

Statistic = Literal["gi_star", "gi", "local_moran"]
STATISTICS: tuple[Statistic, ...] = ("gi_star", "gi", "local_moran")

_EQUAL = 1e-12  # relative spread under which values count as all equal

Rows = NDArray[np.intp] | slice


class MapStatistic(Protocol):
    """A local statistic prepared for one set of weights over m areas."""

    @property
    def alone(self) -> Bools:
        """Kept areas without the neighbours that the statistic needs, shape (k,)."""
        ...

    def of(self, maps: Floats) -> Floats:
        """Give the statistic of each kept area in standardised maps, shape (m, r) -> (k, r)."""
        ...

    def moments(self, maps: Floats) -> tuple[Floats, Floats]:
        """Give mean and standard deviation of the statistic when areas are shuffled, shape (k,)."""
        ...

    def on(self, rows: NDArray[np.intp]) -> MapStatistic:
        """Keep k of the areas."""
        ...


@dataclass(frozen=True, eq=False)
class GiStarMaps:
    """Gi*, with links over their spread: see `analytics.local.getis_ord.GiStar`."""

    links: csr_array

    @property
    def alone(self) -> Bools:
        """No area: each has at least itself."""
        return np.zeros(self.links.shape[0], dtype=np.bool_)

    def of(self, maps: Floats) -> Floats:
        """Give z, shape (k, r)."""
        z: Floats = self.links @ maps
        return z

    def moments(self, maps: Floats) -> tuple[Floats, Floats]:
        """Give 0 and 1: z is standardised."""
        return np.zeros(len(maps)), np.ones(len(maps))

    def on(self, rows: NDArray[np.intp]) -> GiStarMaps:
        """Keep some areas."""
        return GiStarMaps(self.links[rows])


@dataclass(frozen=True, eq=False)
class GiMaps:
    """Gi: see `analytics.local.getis_ord.Gi`, whose matrix, totals and spread these are.

    Attributes
    ----------
    links, totals, spread
        Of the areas kept.
    own_scale
        Whether maps have a standard deviation of 1 each; where they share one, the spread of the
        other areas of each map is left alone.
    rows
        Areas kept.
    """

    links: csr_array
    totals: Floats
    spread: Floats
    own_scale: bool = True
    rows: Rows = field(default_factory=lambda: slice(None))

    @property
    def alone(self) -> Bools:
        """Areas without neighbours."""
        return self.totals <= 0

    def of(self, maps: Floats) -> Floats:
        """Give z, shape (k, r); 0 where all other areas are alike."""
        own, others = maps[self.rows], max(1, len(maps) - 1)
        z: Floats = self.links @ maps
        z += (self.totals / others)[:, None] * own
        z /= self.spread[:, None]
        if self.own_scale:
            variance = (len(maps) - own**2) / others - (own / others) ** 2
            z /= np.sqrt(np.where(variance > _EQUAL, variance, np.inf))
        return z

    def moments(self, maps: Floats) -> tuple[Floats, Floats]:
        """Give 0 and 1: z is standardised."""
        return np.zeros(len(maps)), np.ones(len(maps))

    def on(self, rows: NDArray[np.intp]) -> GiMaps:
        """Keep some areas."""
        links, totals, spread = self.links[rows], self.totals[rows], self.spread[rows]
        return GiMaps(links, totals, spread, self.own_scale, rows)


@dataclass(frozen=True, eq=False)
class LocalMoranMaps:
    """Local Moran: own value times the mean of the neighbours'.

    Attributes
    ----------
    links
        Row-standardised weights, shape (k, m).
    scale
        1, or NaN for an area without neighbours, shape (k,).
    whole
        The statistic with its moments, see `analytics.local.local_moran.LocalMoran`.
    rows
        Areas kept.
    """

    links: csr_array
    scale: Floats
    whole: LocalMoran
    rows: Rows = field(default_factory=lambda: slice(None))

    @property
    def alone(self) -> Bools:
        """Areas without neighbours."""
        return np.isnan(self.scale)

    def of(self, maps: Floats) -> Floats:
        """Give I, shape (k, r)."""
        product: Floats = self.links @ maps
        product *= maps[self.rows]
        product *= self.scale[:, None]
        return product

    def moments(self, maps: Floats) -> tuple[Floats, Floats]:
        """Give mean and standard deviation of I when all values move."""
        _, mean, variance = self.whole.parts(maps[:, 0])
        return mean[self.rows], np.sqrt(variance)[self.rows]

    def on(self, rows: NDArray[np.intp]) -> LocalMoranMaps:
        """Keep some areas."""
        return LocalMoranMaps(self.links[rows], self.scale[rows], self.whole, rows)


def map_statistic(
    statistic: Statistic, weights: Weights, *, own_scale: bool = True
) -> MapStatistic:
    """Prepare a statistic for weights over tested areas.

    Parameters
    ----------
    statistic
        "gi_star", "gi" or "local_moran".
    weights
        Neighbours, no area its own unless for Gi*, which adds each area to its own.
    own_scale
        Whether the maps are each divided by their own standard deviation, see `Lens`.

    Returns
    -------
    MapStatistic
        NaN where an area can have no number: without neighbours (not for Gi*), or with all areas
        as neighbours.

    Raises
    ------
    ValueError
        Unknown statistic, or weights with selves for one that leaves them out.

    References
    ----------
    Ord JK, Getis A (1995) Geographical Analysis 27:286-306, equations 3 and 5. Anselin L (1995)
    Geographical Analysis 27:93-115, equation 12.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> from analytics.hotspots.map_lens import standardised
    >>> maps = standardised(np.array([[1.0], [2.0], [3.0], [6.0]]))
    >>> map_statistic("gi_star", line).of(maps)[:, 0].round(3).tolist()
    [-1.389, -1.604, 1.069, 1.389]
    """
    if statistic == "gi_star":
        star = prepare(weights)
        return GiStarMaps(csr_array(diags_array(1 / star.spread) @ star.matrix))
    if statistic == "gi":
        gi = prepare_gi(weights)
        return GiMaps(gi.matrix, gi.totals, gi.spread, own_scale)
    if statistic == "local_moran":
        moran = prepare_local_moran(weights.row_standardized())
        scale = np.where(moran.totals > 0, 1.0, np.nan)
        return LocalMoranMaps(moran.matrix, scale, moran)
    raise ValueError(f"unknown statistic {statistic!r}; known: {', '.join(STATISTICS)}")
