"""Gi*, Gi and local Moran, prepared for one set of weights and applied to many maps at once.

Each works on maps of mean 0 and standard deviation 1 (`standardised`), so that one standardisation
serves every statistic and weights, and a map drawn by any null is read as the observed one is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from analytics.inputs import Bools, Floats
from geo.weights.weights import Weights

Statistic = Literal["gi_star", "gi", "local_moran"]
STATISTICS: tuple[Statistic, ...] = ("gi_star", "gi", "local_moran")

QUADRANTS = ("HH", "LL", "HL", "LH")
"""An area, then its neighbours, above (H) or not above (L) the mean of the map."""

_EQUAL = 1e-12  # relative size under which a spread, a deviation or a variance is none

Rows = NDArray[np.intp] | slice


def _every() -> Rows:
    return slice(None)


class LocalStatistic(Protocol):
    """A local statistic prepared for weights over m areas, k of them kept."""

    def of(self, maps: Floats) -> Floats:
        """Give the statistic in standardised maps, (m, r) -> (k, r); NaN where there is none."""

    def moments(self, maps: Floats) -> tuple[Floats, Floats]:
        """Give mean and standard deviation over all orders of the values of a map, (k,) each."""

    def held(self, maps: Floats) -> Bools:
        """Tell which areas cannot vary while they keep their own value in a map (m, 1)."""

    def on(self, rows: NDArray[np.intp]) -> LocalStatistic:
        """Keep k of the areas."""


def standardised(values: Floats, sd: float | None = None) -> Floats:
    """Bring each map, (m, r), to mean 0 and standard deviation 1; a map of equal values to 0.

    With `sd` all maps are divided by that instead of each by its own standard deviation.

    Examples
    --------
    >>> standardised(np.array([[1.0, 5.0], [3.0, 5.0]])).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    if values.size == 0:
        return values.copy()
    mean = values.mean(axis=0)
    centred: Floats = values - mean
    own = np.sqrt(np.einsum("ij,ij->j", centred, centred) / len(values))
    centred /= np.where(own > _EQUAL * np.hypot(own, mean), own if sd is None else sd, np.inf)
    return centred


def prepare(statistic: Statistic, weights: Weights, *, own_scale: bool = True) -> LocalStatistic:
    """Prepare a statistic for weights.

    Parameters
    ----------
    statistic : str
        "gi_star", which adds each area to its own neighbours where that is not done; "gi"; or
        "local_moran", with the weights as given.
    weights : Weights
        Binary or general; but for Gi*, no area its own neighbour.
    own_scale : bool
        Whether each map has a standard deviation of its own that it is divided by.

    Raises
    ------
    ValueError
        Unknown statistic, or weights with selves for one that leaves them out.

    References
    ----------
    Ord JK, Getis A (1995) Geographical Analysis 27:286-306, equations 3 (Gi) and 5 (Gi*). Anselin L
    (1995) Geographical Analysis 27:93-115, equation 12.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> maps = standardised(np.array([[1.0], [2.0], [3.0], [6.0]]))
    >>> prepare("gi_star", line).of(maps)[:, 0].round(3).tolist()
    [-1.389, -1.604, 1.069, 1.389]
    """
    if statistic == "gi_star":
        matrix = weights.with_self().sparse
        spread = _spread(*_row_sums(matrix), weights.n)
        return GiStar(csr_array(diags_array(1 / spread) @ matrix))
    if statistic == "gi":
        matrix = _without_self(weights)
        totals, squares = _row_sums(matrix)
        return Gi(matrix, totals, _spread(totals, squares, weights.n - 1), own_scale)
    if statistic == "local_moran":
        matrix = _without_self(weights)
        return LocalMoran(matrix, *_row_sums(matrix))
    raise ValueError(f"unknown statistic {statistic!r}; known: {', '.join(STATISTICS)}")


@dataclass(frozen=True, eq=False)
class GiStar:
    """Gi*: `links` are weights with selves, each row over its spread."""

    links: csr_array

    def of(self, maps: Floats) -> Floats:
        """Give z, (m, r) -> (k, r); NaN where the row covers every area alike."""
        z: Floats = self.links @ maps
        return z

    def moments(self, maps: Floats) -> tuple[Floats, Floats]:
        """Give 0 and 1: z is standardised."""
        return np.zeros(len(maps)), np.ones(len(maps))

    def held(self, maps: Floats) -> Bools:
        """Tell of no area that it cannot vary: where that is so, z is NaN."""
        return np.zeros(len(maps), dtype=np.bool_)

    def on(self, rows: NDArray[np.intp]) -> GiStar:
        """Keep some areas."""
        return GiStar(self.links[rows])


@dataclass(frozen=True, eq=False)
class Gi:
    """Gi: each area against all others, mean and variance being those of the others.

    `links` are k rows of weights without selves, `totals` their sums, and `spread` is
    `sqrt(((m - 1) sum w^2 - (sum w)^2) / (m - 2))`. Where maps share one standard deviation (not
    `own_scale`), the spread of the other areas of each map is left alone.
    """

    links: csr_array
    totals: Floats
    spread: Floats
    own_scale: bool = True
    rows: Rows = field(default_factory=_every)

    def of(self, maps: Floats) -> Floats:
        """Give z, (m, r) -> (k, r); 0 where all other areas are alike."""
        own, others = maps[self.rows], max(1, len(maps) - 1)
        z: Floats = self.links @ maps
        z += (self.totals / others)[:, None] * own  # the others' deviations sum to minus its own
        z /= self.spread[:, None]
        if self.own_scale:
            variance = _of_others(own, len(maps))
            z /= np.sqrt(np.where(variance > _EQUAL, variance, np.inf))
        return z

    def moments(self, maps: Floats) -> tuple[Floats, Floats]:
        """Give 0 and 1: z is standardised."""
        return np.zeros(len(maps)), np.ones(len(maps))

    def held(self, maps: Floats) -> Bools:
        """Tell where all other areas are alike."""
        alike: Bools = _of_others(standardised(maps)[:, 0], len(maps)) <= _EQUAL
        return alike

    def on(self, rows: NDArray[np.intp]) -> Gi:
        """Keep some areas."""
        return Gi(self.links[rows], self.totals[rows], self.spread[rows], self.own_scale, rows)


@dataclass(frozen=True, eq=False)
class LocalMoran:
    """Local Moran: own value times the weighted sum of the neighbours'.

    `links` are k rows of weights without selves, `totals` and `squares` the sums of each row and of
    its squares.
    """

    links: csr_array
    totals: Floats
    squares: Floats
    rows: Rows = field(default_factory=_every)

    def of(self, maps: Floats) -> Floats:
        """Give I, (m, r) -> (k, r); NaN for an area without neighbours."""
        product: Floats = self.links @ maps
        product *= maps[self.rows]
        product *= np.where(self.totals > 0, 1.0, np.nan)[:, None]
        return product

    def moments(self, maps: Floats) -> tuple[Floats, Floats]:
        """Give mean and standard deviation of I when all values of a map (m, 1) move.

        Sokal RR, Oden NL, Thomson BA (1998) Geographical Analysis 30:331-354, equations A3-A4.
        """
        m = len(maps)
        if m < 3:
            return np.full(m, np.nan), np.full(m, np.nan)
        scaled = standardised(maps)
        kurtosis = np.einsum("ij,ij->j", scaled**2, scaled**2) / m
        expected = -(self.totals / (m - 1))
        pairs = self.totals**2 - self.squares
        variance = (m - kurtosis) / (m - 1) * self.squares
        variance += (2 * kurtosis - m) / ((m - 1) * (m - 2)) * pairs
        variance -= expected**2
        return expected, np.sqrt(np.where(self.totals > 0, variance, np.nan))

    def conditional(self, maps: Floats) -> tuple[Floats, Floats]:
        """Give mean and variance of I when each area of a map (m, 1) keeps its value.

        The variance is NaN where I cannot vary. Sokal, Oden, Thomson (1998), equations A7-A8.
        """
        m = len(maps)
        if m < 3:
            return np.full(m, np.nan), np.full(m, np.nan)
        own = standardised(maps)[:, 0] ** 2
        expected = own * -(self.totals / (m - 1))
        room = self.squares - self.totals**2 / (m - 1)
        room = np.where(room > _EQUAL * self.totals**2, room, np.nan)
        rest = 1 - own / (m - 1)
        variance = own * (m / (m - 2)) * room * rest
        fixed = (own <= _EQUAL) | (rest <= _EQUAL) | (self.totals <= 0)
        return expected, np.where(fixed, np.nan, variance)

    def held(self, maps: Floats) -> Bools:
        """Tell where the value is the mean, or all other areas are alike."""
        return np.isnan(self.conditional(maps)[1])

    def on(self, rows: NDArray[np.intp]) -> LocalMoran:
        """Keep some areas."""
        return LocalMoran(self.links[rows], self.totals[rows], self.squares[rows], rows)

    def quadrants(self, maps: Floats) -> NDArray[np.intp]:
        """Place each area of a standardised map (m, 1) among `QUADRANTS` (Anselin 1995)."""
        own = maps[:, 0]
        high = own > 0
        near = self.links @ own > _EQUAL * self.totals * np.abs(own).max(initial=0)
        places: NDArray[np.intp] = np.select([high & near, ~high & ~near, high], [0, 1, 2], 3)
        return places


def observed(statistic: LocalStatistic, maps: Floats) -> Floats:
    """Give the statistic of one standardised map (m, 1); NaN throughout where it is all equal."""
    return statistic.of(maps)[:, 0] if maps.any() else np.full(len(maps), np.nan)


def tested_areas(statistic: LocalStatistic, maps: Floats, degrees: NDArray[np.int64]) -> Bools:
    """Tell which areas of a standardised map (m, 1) can be tested when areas are permuted."""
    return ~np.isnan(observed(statistic, maps)) & ~statistic.held(maps) & (degrees > 0)


def _of_others(own: Floats, m: int) -> Floats:
    """Variance of the other areas of standardised maps, from the area's own value."""
    others = max(1, m - 1)
    variance: Floats = (m - own**2) / others - (own / others) ** 2
    return variance


def _row_sums(matrix: csr_array) -> tuple[Floats, Floats]:
    """Sum the weights of each row and their squares."""
    squared = csr_array((matrix.data**2, matrix.indices, matrix.indptr), shape=matrix.shape)
    return np.asarray(matrix.sum(axis=1)), np.asarray(squared.sum(axis=1))


def _spread(totals: Floats, squares: Floats, areas: int) -> Floats:
    """Give the standard deviation of a weighted sum of areas; NaN where it takes all alike."""
    variance = (areas * squares - totals**2) / max(areas - 1, 1)
    return np.sqrt(np.where(variance <= _EQUAL * totals**2, np.nan, variance))


def _without_self(weights: Weights) -> csr_array:
    """Give the matrix of weights, in which no area may be its own neighbour."""
    own = np.flatnonzero(weights.sparse.diagonal() > 0) if weights.self_included else np.array([])
    if own.size:
        raise ValueError(
            f"{len(own)} areas are their own neighbours, the first {weights.ids[own[0]]!r}: this "
            "statistic leaves each area out of its neighbours; pass weights without selves, or use "
            "gi_star"
        )
    return weights.sparse
