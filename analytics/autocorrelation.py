"""Moran's I, the global index of spatial autocorrelation, with its test and its scatter plot.

The tests shuffle areas. For maps made from shared schools that null is wrong (neighbours share
schools, so the map is alike by construction): read I as a description of the map, and test with
`analytics.hotspots`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.special import ndtr

from analytics.inputs import Floats, map_values
from geo.weights.weights import Weights

Assumption = Literal["randomisation", "normality"]
Alternative = Literal["two-sided", "greater", "less"]
Statistic = Callable[[NDArray[np.int64]], Floats]
"""Gives I of b maps, shape (b,), from b orders of the areas, shape (m, b)."""

_EQUAL = 1e-12  # spread, relative to the largest value, under which values count as all equal
_ROUNDING = 1e-11  # a variance this small beside its terms is rounding of zero
_TIE = 1e-9  # draws this close to the observed, in standard deviations, are equal to it
_CELLS = 2**16  # numbers held at once: half a MB, which stays in the cache


@dataclass(frozen=True)
class GlobalTest:
    """Moran's I of a map and how far chance explains it.

    Attributes
    ----------
    statistic, expected, variance : float
        I, and its mean and variance under the null.
    z, p : float
        Standardised value and its normal p-value for the alternative asked.
    n : int
        Areas that count: those with a value, islands included.
    islands : int
        Areas among them without any neighbour. They add nothing to sums over links but belong to
        the mean, the variance and n, so that the moments are exact for shuffled values (as esda,
        and spdep with `zero.policy=TRUE, adjust.n=FALSE`). To leave them out, pass
        `weights.subset` without them.
    state : str
        "tested"; or without any number "too few areas" (under 4), "no links", "constant values" or
        "covers all areas" (the links join all areas alike, so I is the same for every order).
    p_sim : float
        Permutation p-value; NaN when none was asked.
    draws : int
        Draws behind it.
    """

    statistic: float = np.nan
    expected: float = np.nan
    variance: float = np.nan
    z: float = np.nan
    p: float = np.nan
    n: int = 0
    islands: int = 0
    state: str = "tested"
    p_sim: float = np.nan
    draws: int = 0


def moran(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    assumption: Assumption = "randomisation",
    alternative: Alternative = "two-sided",
    null: str | None = None,
    draws: int = 999,
    seed: int = 0,
) -> GlobalTest:
    """Give Moran's I: how far neighbours lie on the same side of the mean.

    Parameters
    ----------
    values : array_like or Series
        One value an area: a Series indexed by ids of the weights in any order, or an array in the
        order of `weights.ids`. Areas without a value (NaN, NA) are left out with their links.
        For rates of unequal certainty pass `analytics.smoothing.standardized_rates`.
    weights : Weights
        As they are meant to count, binary or row-standardised; they are not transformed.
    assumption : str
        "randomisation" takes the values as given and shuffles them over areas; "normality" takes
        them as a sample of independent normal values.
    alternative : str
        "greater" asks for likeness of neighbours, "less" for contrast.
    null : str or None
        "areas" adds the p-value of shuffling values over areas.
    draws, seed : int
        Number and seed of the permutations.

    Returns
    -------
    GlobalTest
        `statistic, expected, variance, z, p, n, islands, state`, and `p_sim, draws`.

    Raises
    ------
    ValueError
        Ids unknown to the weights or repeated, infinite values, areas that are their own
        neighbours, or an unknown assumption, alternative or null.

    References
    ----------
    Moran PAP (1950) Biometrika 37:17-23. Cliff AD, Ord JK (1981) Spatial Processes, page 21
    (moments under both assumptions). North BV, Curtis D, Sham PC (2002) Am J Hum Genet 71:439-441
    (`p_sim`).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> test = moran([1.0, 2.0, 3.0, 6.0], line)
    >>> round(test.statistic, 4), round(test.expected, 4), round(test.z, 4)
    (0.1905, -0.3333, 1.5714)
    """
    _check_options(assumption, alternative, null, draws)
    _refuse_self(weights, "Moran's I")
    areas = map_values(values, weights)
    z, inner = _standardised(areas.used), areas.weights
    blank = GlobalTest(n=inner.n, islands=len(inner.isolates))
    if (state := _untestable(inner, z)) is not None:
        return replace(blank, state=state)
    half = inner.sparse * 0.5
    links = csr_array(half + half.T)  # I is the same, and every sum over pairs is of equals
    total = float(links.sum())

    def statistic(orders: NDArray[np.int64]) -> Floats:
        maps = z[orders]
        index: Floats = np.einsum("ij,ij->j", maps, links @ maps) / total
        return index

    normal = assumption == "normality"
    mean, variance = _normal_moments(inner) if normal else _permutation_moments(links, z)
    if variance <= 0:
        return replace(blank, state="covers all areas")
    index = float(statistic(np.arange(inner.n)[:, None])[0])
    score = (index - mean) / math.sqrt(variance)
    tails = {"two-sided": 2 * ndtr(-abs(score)), "greater": ndtr(-score), "less": ndtr(score)}
    test = replace(blank, statistic=index, expected=mean, variance=variance, z=score)
    test = replace(test, p=float(tails[alternative]))
    if null is None:
        return test
    lesser, greater = _permuted(statistic, inner.n, _TIE * math.sqrt(variance), draws, seed)
    sides = {"two-sided": 2 * min(lesser, greater), "greater": greater, "less": lesser}
    return replace(test, p_sim=min(1.0, sides[alternative]), draws=draws)


def moran_scatter(values: ArrayLike | pd.Series, weights: Weights) -> pd.DataFrame:
    """Set each area's value against its neighbours'.

    Parameters
    ----------
    values : array_like or Series
        One value an area, as `moran` takes them.
    weights : Weights
        Row-standardised ones make the lag the neighbours' mean.

    Returns
    -------
    DataFrame
        Index of `values`; `value` in standard deviations from the mean of known areas (population
        standard deviation), `lag` the weighted sum of the neighbours' values, and `quadrant`:
        "high-high", "low-low", "high-low", "low-high" (the area, then its neighbours; an area at
        the mean counts as low), "island" without a lag, or "no value". The least-squares slope of
        `lag` on `value` is Moran's I when rows sum to 1 and no area is an island. Without spread
        in the values both are NaN, "no value".

    Raises
    ------
    ValueError
        Ids unknown or repeated, infinite values, or areas that are their own neighbours.

    References
    ----------
    Anselin L (1996) in Fischer M, Scholten H, Unwin D (eds) Spatial Analytical Perspectives on
    GIS, pages 111-125.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc").row_standardized()
    >>> moran_scatter([1.0, 2.0, 3.0, 6.0], line).quadrant.tolist()
    ['low-low', 'low-low', 'low-high', 'high-low']
    """
    _refuse_self(weights, "a Moran scatter")
    areas = map_values(values, weights)
    z, inner = _standardised(areas.used), areas.weights
    lag = np.where(inner.ids.isin(inner.isolates), np.nan, inner.lag(z))
    table = pd.DataFrame({"value": areas.give(z), "lag": areas.give(lag)}, index=areas.index)
    return table.assign(quadrant=_quadrants(*(table[name].to_numpy() for name in table)))


def _quadrants(value: Floats, lag: Floats) -> list[str]:
    """Name the quadrant of each area."""
    sides = [np.isnan(value), np.isnan(lag), (value > 0) & (lag > 0), (value > 0), (lag > 0)]
    words = ["no value", "island", "high-high", "high-low", "low-high"]
    return [str(word) for word in np.select(sides, words, default="low-low")]


def _standardised(values: Floats) -> Floats:
    """Centre values and divide by their population standard deviation; NaN when all are equal."""
    largest = np.abs(values).max(initial=0.0)
    if values.size == 0 or np.ptp(values) <= _EQUAL * largest:
        return np.full(values.shape, np.nan)
    scaled = values / largest  # squares of very large or small values stay in range
    centred = scaled - scaled.mean()
    z: Floats = centred / np.sqrt(np.mean(centred**2))
    return z


def _untestable(weights: Weights, z: Floats) -> str | None:
    """Say why a map cannot be tested, if so."""
    reasons = {
        "too few areas": weights.n < 4,
        "no links": weights.sparse.nnz == 0,
        "constant values": bool(np.isnan(z).any()),
    }
    return next((state for state, holds in reasons.items() if holds), None)


def _normal_moments(weights: Weights) -> tuple[float, float]:
    """Give mean and variance of I for independent normal values (Cliff & Ord 1981, page 21)."""
    m, both = weights.n, weights.sparse + weights.sparse.T
    margins = np.asarray(both.sum(axis=1))
    s0, s1 = float(weights.sparse.sum()), float((both.data**2).sum()) / 2
    s2 = float(margins @ margins)
    mean = -1 / (m - 1)
    square = (m**2 * s1 - m * s2 + 3 * s0**2) / ((m**2 - 1) * s0**2)
    variance = square - mean**2
    return mean, variance if variance > _ROUNDING * square else 0.0


def _permutation_moments(links: csr_array, z: Floats) -> tuple[float, float]:
    """Give exact mean and variance of I over all orders of the values.

    Of the sum over ordered pairs, link of the places times product of the values, the square is a
    sum over pairs of pairs with two, one and no area in common (Mantel 1967, Cancer Res 27:209).
    """
    m, total = len(z), float(links.sum())
    places, link_squares = np.asarray(links.sum(axis=1)), float((links.data**2).sum())
    squares = z * z
    values, value_squares = z * z.sum() - squares, float((z @ z) ** 2 - squares @ squares)
    mean = places.sum() * values.sum() / (m * (m - 1))
    sides = ((places, link_squares), (values, value_squares))
    sharing_one = [float(rows @ rows) - own for rows, own in sides]
    sharing_none = [float(r.sum() ** 2 - 4 * (r @ r) + 2 * own) for r, own in sides]
    two = 2 * link_squares * value_squares / (m * (m - 1))
    one = 4 * sharing_one[0] * sharing_one[1] / (m * (m - 1) * (m - 2))
    apart = sharing_none[0] * sharing_none[1] / (m * (m - 1) * (m - 2) * (m - 3))
    variance = two + (one + apart) - mean**2
    size = two + abs(one) + abs(apart) + mean**2
    known = variance if variance > _ROUNDING * size else 0.0
    return float(mean) / total, float(known) / total**2


def _permuted(
    statistic: Statistic, areas: int, tie: float, draws: int, seed: int
) -> tuple[float, float]:
    """Give (M + 1) / (R + 1), M the draws at most, and at least, as large as the observed I."""
    rng = np.random.default_rng(seed)
    observed = statistic(np.arange(areas)[:, None])
    lesser = greater = 0
    batch = max(16, _CELLS // areas)
    for start in range(0, draws, batch):
        # One order at a time: numpy shuffles a single array almost twice as fast as many rows.
        orders = [rng.permutation(areas) for _ in range(min(batch, draws - start))]
        drawn = statistic(np.stack(orders, axis=1))
        lesser += int((drawn <= observed + tie).sum())
        greater += int((drawn >= observed - tie).sum())
    return (lesser + 1) / (draws + 1), (greater + 1) / (draws + 1)


def _check_options(assumption: str, alternative: str, null: str | None, draws: int) -> None:
    """Raise on words that name no test."""
    if assumption not in get_args(Assumption):
        words = " or ".join(repr(word) for word in get_args(Assumption))
        raise ValueError(f"Moran's I has moments under {words}, not {assumption!r}")
    if alternative not in get_args(Alternative):
        raise ValueError(f"alternative must be one of {get_args(Alternative)}, not {alternative!r}")
    if null not in (None, "areas") or (null and draws < 1):
        raise ValueError(
            f"null must be None or 'areas' with at least 1 draw, not {null!r} with {draws}"
        )


def _refuse_self(weights: Weights, what: str) -> None:
    """Raise when areas are their own neighbours."""
    own: Any = weights.sparse.diagonal() > 0
    if own.any():
        raise ValueError(
            f"{int(own.sum())} areas are their own neighbours, the first {weights.ids[own][0]!r}: "
            f"give {what} weights without self"
        )
