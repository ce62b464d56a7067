"""How closely two figures go together by rank: association, never cause."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtr

from analytics.inputs import floats, same_index

MIN_PAIRS = 4


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rank correlation with its interval.

    Attributes
    ----------
    rho, low, high : float
        Correlation in [-1, 1] and its interval.
    n : int
        Complete pairs.
    p : float
        Two-sided p-value of no association.
    state : str
        "estimated"; "too few pairs" (under 4) or "constant values", with NaN for every number.
    """

    rho: float
    low: float
    high: float
    n: int
    p: float
    state: str


def rank_correlation(
    x: ArrayLike, y: ArrayLike, *, level: float = 0.95, independent: int | None = None
) -> RankCorrelation:
    """Estimate Spearman's correlation over the pairs where both values are known.

    The interval is by Fisher's z with the standard error `sqrt((1 + rho^2 / 2) / (n - 3))`.

    Parameters
    ----------
    x, y : array or Series
        Of one length, Series on one index. NaN, NA and infinite values take no part.
    level : float
        Coverage of the interval.
    independent : int, optional
        Number of independent pairs where there are fewer than pairs, such as tracts made from
        fewer schools; the interval and p are those of that many. At least 4 count.

    Raises
    ------
    ValueError
        Lengths or indexes that differ.

    References
    ----------
    Bonett DG, Wright TA (2000) Psychometrika 65:23-28, equation 3.

    Examples
    --------
    >>> link = rank_correlation([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5])
    >>> round(link.rho, 3), round(link.low, 3), round(link.high, 3)
    (0.829, -0.127, 0.986)
    """
    if isinstance(x, pd.Series) and isinstance(y, pd.Series):
        same_index(x, y, "the two figures")
    first, second = floats(x), floats(y)
    if first.shape != second.shape:
        raise ValueError(f"{first.size} values against {second.size}")
    both = np.isfinite(first) & np.isfinite(second)
    first, second, pairs = first[both], second[both], int(both.sum())
    if pairs < MIN_PAIRS:
        return RankCorrelation(np.nan, np.nan, np.nan, pairs, np.nan, "too few pairs")
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return RankCorrelation(np.nan, np.nan, np.nan, pairs, np.nan, "constant values")
    # Not scipy.stats.spearmanr: it has no such interval, and its import takes as long as a page's.
    ranks = [pd.Series(v).rank().to_numpy() for v in (first, second)]
    rho = np.clip(np.corrcoef(ranks[0], ranks[1])[0, 1], -1.0, 1.0)
    count = pairs if independent is None else max(MIN_PAIRS, min(pairs, independent))
    error = np.sqrt((1 + rho**2 / 2) / (count - 3))
    # A perfect correlation has an infinite Fisher z and t; its interval is the point itself.
    with np.errstate(divide="ignore"):
        low, high = np.tanh(np.arctanh(rho) + np.array([-1, 1]) * ndtri(0.5 + level / 2) * error)
        p = 2 * stdtr(count - 2, -abs(rho) * np.sqrt((count - 2) / (1 - rho**2)))
    return RankCorrelation(float(rho), float(low), float(high), pairs, float(p), "estimated")
