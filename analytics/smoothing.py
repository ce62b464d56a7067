"""Rates steadied by borrowing strength: small denominators lean on the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analytics.inputs import Counts, Floats, counts
from analytics.intervals import crude_rate


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


def _prior(given: Counts) -> EmpiricalBayes:
    """Estimate by moments over the rows that are known."""
    known = ~np.isnan(given.x) & (given.n > 0)
    x, n = given.x[known], given.n[known]
    if n.size == 0:
        return EmpiricalBayes(np.nan, np.nan, 0)
    mean = float(x.sum() / n.sum())
    spread = float((n * (x / n - mean) ** 2).sum() / n.sum())
    return EmpiricalBayes(mean, max(0.0, spread - mean / float(n.mean())), int(n.size))
