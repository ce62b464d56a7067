"""Rates steadied by borrowing strength: small denominators lean on the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from analytics.inputs import Counts, Floats, counts
from analytics.map_of_areas import area_positions, with_index
from analytics.rates.intervals import crude_rate
from geo.weights.weights import Weights

Convention = Literal["spdep", "geoda"]


@dataclass(frozen=True)
class EmpiricalBayes:
    """The prior that a set of rates gives itself.

    Attributes
    ----------
    mean
        Prior mean b: the pooled rate.
    variance
        Prior variance a, between areas beyond chance; 0 means every rate goes to the mean.
    areas
        Rows with a known count and a positive denominator.
    """

    mean: float
    variance: float
    areas: int

    def weight(self, n: ArrayLike) -> Any:
        """Give the weight of a row's own rate, `a / (a + b / n)`; 0 where `a` is 0."""
        size = np.asarray(n, dtype=np.float64)
        spread = self.variance * size
        out: Floats = np.zeros(size.shape)
        np.divide(spread, spread + self.mean, out=out, where=spread > 0)
        return out


def empirical_bayes_parameters(x: ArrayLike, n: ArrayLike) -> EmpiricalBayes:
    """Estimate the global prior by moments.

    Parameters
    ----------
    x, n
        Events and denominators: arrays or Series on one index. Unknown counts take no part.

    Returns
    -------
    EmpiricalBayes
        Mean and variance; both NaN when no row has a known count and a positive denominator.

    Raises
    ------
    ValueError
        Negative or infinite numbers, or `x` above `n`.

    References
    ----------
    Marshall RJ (1991) Applied Statistics 40:283-294, equations 6-8.

    Examples
    --------
    >>> empirical_bayes_parameters([10, 30], [100, 100]).mean
    0.2
    """
    return _prior(counts(x, n))


def empirical_bayes(x: ArrayLike, n: ArrayLike) -> Any:
    """Shrink each rate towards the pooled rate, the more so the smaller its denominator.

    Parameters
    ----------
    x, n
        Events and denominators: arrays or Series on one index.

    Returns
    -------
    pandas.Series or numpy.ndarray
        Smoothed rate, a fraction between the crude rate and the pooled rate, same index. NaN where
        a value is unknown; the pooled rate where `n` is 0.

    Raises
    ------
    ValueError
        Negative or infinite numbers, or `x` above `n`.

    References
    ----------
    Marshall RJ (1991) Applied Statistics 40:283-294, equation 4.

    Examples
    --------
    >>> empirical_bayes(np.array([0, 40, 25]), np.array([10, 100, 100])).round(3).tolist()
    [0.261, 0.368, 0.271]
    """
    given = counts(x, n)
    prior = _prior(given)
    own = np.where(given.n > 0, crude_rate(given.x, given.n), prior.mean)
    smoothed = prior.mean + prior.weight(given.n) * (own - prior.mean)
    return given.give(np.where(np.isnan(given.x) | np.isnan(given.n), np.nan, smoothed))


def spatial_empirical_bayes(
    x: ArrayLike, n: ArrayLike, weights: Weights, *, convention: Convention = "spdep"
) -> Any:
    """Shrink each rate towards the pooled rate of its neighbourhood, the area itself included.

    Parameters
    ----------
    x, n
        Events and denominators of each area: Series on one index of ids, in any order, or arrays in
        the order of `weights.ids`. An area with an unknown count or with `n` 0, or that a Series
        does not name, takes no part in a neighbourhood.
    weights
        Who is a neighbour; how much each weighs plays no part, nor whether selves are in.
    convention
        Prior variance of a neighbourhood: from the deviation of each of its rates from the pooled
        rate about that rate's own area ("spdep": Marshall as Bailey and Gatrell read him), or about
        the area smoothed ("geoda": GeoDa and esda).

    Returns
    -------
    pandas.Series or numpy.ndarray
        Smoothed rate, a fraction between the crude rate and the rate of the neighbourhood, same
        index. NaN where a value is unknown; the rate of the neighbours where `n` is 0, NaN if they
        have none. An island keeps its own rate.

    Raises
    ------
    ValueError
        Negative or infinite numbers, `x` above `n`, ids unknown to the weights or repeated, a
        length that does not fit, or an unknown convention.

    References
    ----------
    Marshall RJ (1991) Applied Statistics 40:283-294, equations 6-8 within each neighbourhood.
    Bailey TC, Gatrell AC (1995) Interactive Spatial Data Analysis, pages 305-307, 328-330.

    Examples
    --------
    >>> line = Weights.from_edges("abc", "abbc", "bacb")
    >>> spatial_empirical_bayes([50, 400, 10], [500, 500, 50], line).round(3).tolist()
    [0.102, 0.798, 0.251]
    """
    if convention not in ("spdep", "geoda"):
        raise ValueError(f"convention must be 'spdep' or 'geoda', not {convention!r}")
    given = counts(with_index(x, n), n)
    at = area_positions(given.like, len(given.x), weights)
    known = ~np.isnan(given.x) & (given.n > 0)
    events, size, one = np.zeros((3, weights.n))
    events[at[known]], size[at[known]], one[at[known]] = given.x[known], given.n[known], 1.0
    mean, variance = _neighbourhoods(events, size, one, weights, convention)
    m, a = mean[at], variance[at]
    weight = np.zeros(len(at))
    np.divide(a * given.n, a * given.n + m, out=weight, where=known & (a > 0))
    own = np.where(known, np.divide(given.x, given.n, out=m.copy(), where=known), m)
    smoothed = m + weight * (own - m)
    return given.give(np.where(np.isnan(given.x) | np.isnan(given.n), np.nan, smoothed))


def standardized_rates(x: ArrayLike, n: ArrayLike) -> Any:
    """Standardise rates by the variance that the empirical-Bayes prior and each denominator give.

    Parameters
    ----------
    x, n
        Events and denominators: arrays or Series on one index. Unknown counts take no part.

    Returns
    -------
    pandas.Series or numpy.ndarray
        `(x / n - b) / sqrt(a + b / n)`, same index; the prior variance a may be below 0 here, and
        `b / n` alone stands where the sum is. NaN where a value is unknown or `n` is 0; 0 where all
        rates are 0.

    Raises
    ------
    ValueError
        Negative or infinite numbers, or `x` above `n`.

    References
    ----------
    Assuncao RM, Reis EA (1999) Statistics in Medicine 18:2147-2162, equations for z_i and v_i. (R
    spdep sets a negative a to 0 first; the two differ only then.)

    Examples
    --------
    >>> standardized_rates(np.array([5, 30, 10]), np.array([100, 100, 20])).round(3).tolist()
    [-1.037, 0.641, 1.695]
    """
    given = counts(x, n)
    known = ~np.isnan(given.x) & (given.n > 0)
    events, size = given.x[known], given.n[known]
    mean, variance = _moments(events, size)
    sampling = mean / size
    total = np.where(variance + sampling > 0, variance + sampling, sampling)
    out: Floats = np.full(given.x.shape, np.nan)
    out[known] = (events / size - mean) / np.sqrt(np.where(total > 0, total, 1.0))
    return given.give(out)


def _neighbourhoods(
    events: Floats, size: Floats, one: Floats, weights: Weights, convention: Convention
) -> tuple[Floats, Floats]:
    """Give pooled rate and prior variance of every neighbourhood, NaN and 0 for an empty one."""
    matrix = weights.sparse
    row = np.repeat(np.arange(weights.n), np.diff(matrix.indptr))
    pattern = csr_array(
        ((row != matrix.indices).astype(np.float64), matrix.indices, matrix.indptr), matrix.shape
    )

    def around(values: Floats) -> Floats:
        """Sum over each area and its neighbours."""
        total: Floats = pattern @ values + values
        return total

    students, areas = around(size), around(one)
    mean = np.divide(around(events), students, out=np.full(len(one), np.nan), where=areas > 0)
    rate = np.divide(events, size, out=np.zeros(len(one)), where=one > 0)
    if convention == "spdep":
        squares = around(size * np.where(one > 0, rate - mean, 0.0) ** 2)
    else:
        pooled = events.sum() / max(size.sum(), 1.0)  # a centre near the rates keeps the digits
        squares = around(size * (rate - pooled) ** 2) - students * (mean - pooled) ** 2
    spread = (squares - mean * areas) / np.where(areas > 0, students, 1.0)
    return mean, np.where(areas > 0, np.maximum(0.0, spread), 0.0)


def _prior(given: Counts) -> EmpiricalBayes:
    """Estimate by moments over the rows that are known."""
    known = ~np.isnan(given.x) & (given.n > 0)
    x, n = given.x[known], given.n[known]
    if n.size == 0:
        return EmpiricalBayes(np.nan, np.nan, 0)
    mean, variance = _moments(x, n)
    return EmpiricalBayes(mean, max(0.0, variance), int(n.size))


def _moments(x: Floats, n: Floats) -> tuple[float, float]:
    """Give pooled rate and variance beyond chance, which may be below 0."""
    if n.size == 0:
        return np.nan, np.nan
    mean = float(x.sum() / n.sum())
    spread = float((n * (x / n - mean) ** 2).sum() / n.sum())
    return mean, spread - mean / float(n.mean())
