"""Rates steadied by borrowing strength: small denominators lean on the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from analytics.inputs import Floats, area_positions, counts, floats
from analytics.rates.intervals import crude_rate
from geo.weights.weights import Weights


def empirical_bayes(x: ArrayLike, n: ArrayLike) -> Any:
    """Shrink each rate towards the pooled rate, the more so the smaller its denominator.

    Parameters
    ----------
    x, n : Series on one index or arrays
        Events and denominators. Unknown counts take no part.

    Returns
    -------
    Series or array
        Smoothed rate, a fraction between the crude rate and the pooled rate, same index. NaN where
        a value is unknown; the pooled rate where `n` is 0.

    Raises
    ------
    ValueError
        Negative or infinite numbers, or `x` above `n`.

    References
    ----------
    Marshall RJ (1991) Applied Statistics 40:283-294, equations 4 and 6-8.

    Examples
    --------
    >>> empirical_bayes(np.array([0, 40, 25]), np.array([10, 100, 100])).round(3).tolist()
    [0.261, 0.368, 0.271]
    """
    valid = counts(x, n)
    known = ~np.isnan(valid.x) & (valid.n > 0)
    mean, variance = _prior(valid.x[known], valid.n[known])
    own = np.where(valid.n > 0, crude_rate(valid.x, valid.n), mean)
    smoothed = _shrunk(own, valid.n, mean, variance)
    return valid.give(np.where(np.isnan(valid.x) | np.isnan(valid.n), np.nan, smoothed))


def smoothed_maps(events: Floats, students: Floats) -> Floats:
    """Smooth each of r maps of events, (m, r), by its own prior, see `empirical_bayes`.

    Events of shuffled schools may lie below 0 or above the students.
    """
    n = students[:, None]
    return _shrunk(events / n, n, *_prior(events, n))


def spatial_empirical_bayes(x: ArrayLike, n: ArrayLike, weights: Weights) -> Any:
    """Shrink each rate towards the pooled rate of its neighbourhood, the area itself included.

    Parameters
    ----------
    x, n : Series on one index of ids in any order, or arrays in the order of `weights.ids`
        Events and denominators of each area. An area with an unknown count or with `n` 0, or that
        a Series does not name, takes no part in a neighbourhood.
    weights : Weights
        Who is a neighbour; how much each weighs plays no part, nor whether selves are in.

    Returns
    -------
    Series or array
        Smoothed rate, same index. NaN where a value is unknown; the rate of the neighbours where
        `n` is 0, NaN if they have none. An island keeps its own rate.

    References
    ----------
    Marshall RJ (1991) Applied Statistics 40:283-294, equations 6-8 within each neighbourhood, the
    deviation of each rate being that from the pooled rate about its own area: Bailey TC, Gatrell AC
    (1995) Interactive Spatial Data Analysis, pages 305-307, 328-330, as in R spdep.

    Examples
    --------
    >>> line = Weights.from_edges("abc", "abbc", "bacb")
    >>> spatial_empirical_bayes([50, 400, 10], [500, 500, 50], line).round(3).tolist()
    [0.102, 0.798, 0.251]
    """
    if isinstance(n, pd.Series) and not isinstance(x, pd.Series):
        x = pd.Series(floats(x), index=n.index)
    valid = counts(x, n)
    at = area_positions(valid.like, len(valid.x), weights)
    known = ~np.isnan(valid.x) & (valid.n > 0)
    events, size, one = np.zeros((3, weights.n))
    events[at[known]], size[at[known]], one[at[known]] = valid.x[known], valid.n[known], 1.0
    around = _pattern(weights)
    students, areas = around @ size, around @ one
    mean = np.divide(around @ events, students, out=np.full(len(one), np.nan), where=areas > 0)
    rate = np.divide(events, size, out=np.zeros(len(one)), where=one > 0)
    squares = around @ (size * np.where(one > 0, rate - mean, 0.0) ** 2)
    variance = np.where(areas > 0, (squares - mean * areas) / np.where(areas > 0, students, 1), 0.0)
    own = np.divide(valid.x, valid.n, out=mean[at], where=known)
    smoothed = _shrunk(own, np.where(known, valid.n, 0.0), mean[at], variance[at])
    return valid.give(np.where(np.isnan(valid.x) | np.isnan(valid.n), np.nan, smoothed))


def standardized_rates(x: ArrayLike, n: ArrayLike) -> Any:
    """Standardise rates by the variance that the empirical-Bayes prior and each denominator give.

    Parameters, errors and index are those of `empirical_bayes`, formula and source those of
    `standardized_maps`. NaN where a value is unknown or `n` is 0; 0 where all rates are 0.

    Examples
    --------
    >>> standardized_rates(np.array([5, 30, 10]), np.array([100, 100, 20])).round(3).tolist()
    [-1.037, 0.641, 1.695]
    """
    valid = counts(x, n)
    known = ~np.isnan(valid.x) & (valid.n > 0)
    out: Floats = np.full(valid.x.shape, np.nan)
    out[known] = standardized_maps(valid.x[known][:, None], valid.n[known])[:, 0]
    return valid.give(out)


def standardized_maps(events: Floats, base: Floats, *, chance_only: bool = False) -> Floats:
    """Give rates as deviations from the rate of their map, each over its own standard error.

    `(x / n - b) / sqrt(a + b / n)`; a may be below 0, and `b / n` alone stands where the sum is. (R
    spdep sets a negative a to 0 first; the two differ only then.)

    Parameters
    ----------
    events : array, shape (m, r)
        Events of r maps.
    base : array, shape (m,)
        Students, or expected events.
    chance_only : bool
        Take the variance a between areas as 0, as constant risk has it.

    References
    ----------
    Assuncao RM, Reis EA (1999) Statistics in Medicine 18:2147-2162, equations 8-10: b = sum x /
    sum n, a = s2 - b / mean(n). Waller LA, Gotway CA (2004) Applied Spatial Statistics for Public
    Health Data, section 7.4 (constant risk).

    Examples
    --------
    >>> events = np.array([[10.0], [30.0], [25.0]])
    >>> standardized_maps(events, np.array([100.0, 100.0, 50.0])).round(2)[:, 0].tolist()
    [-1.08, 0.27, 1.53]
    """
    if events.size == 0:
        return events.copy()
    total = base.sum()
    rate = events.sum(axis=0) / total
    deviation: Floats = events / base[:, None]
    deviation -= rate
    variance: Floats = np.multiply.outer(1 / base, rate)
    if not chance_only:
        # n-weighted deviations sum to 0, so this is the sum of n times their squares.
        spread = np.einsum("mr,mr->r", events, deviation)
        between = (spread - rate * len(base)) / total
        negative = (variance + between <= 0) if (between < 0).any() else False
        variance += np.where(negative, 0.0, between)
    if (rate <= 0).any():  # nobody absent: nothing deviates
        variance[variance <= 0] = np.inf
    np.sqrt(variance, out=variance)
    deviation /= variance
    return deviation


def _prior(x: Floats, n: Floats) -> tuple[Any, Any]:
    """Pooled rate and variance beyond chance of one map (m,), or of each of many (m, r)."""
    if n.size == 0:
        return np.nan, np.nan
    mean = x.sum(axis=0) / n.sum()
    spread = (n * (x / n - mean) ** 2).sum(axis=0) / n.sum()
    return mean, spread - mean / n.mean()


def _shrunk(own: Floats, n: Floats, mean: Any, variance: Any) -> Floats:
    """Bring rates to their prior mean b by the weight `a / (a + b / n)`; a below 0 counts as 0."""
    spread = np.maximum(0.0, variance) * n
    weight = np.divide(spread, spread + mean, out=np.zeros(np.shape(spread)), where=spread > 0)
    smoothed: Floats = mean + weight * (own - mean)
    return smoothed


def _pattern(weights: Weights) -> csr_array:
    """Each area and its neighbours, all alike."""
    pattern = weights.with_self().sparse
    return csr_array((np.ones(pattern.nnz), pattern.indices, pattern.indptr), pattern.shape)
