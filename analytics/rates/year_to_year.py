"""How far a school's figure moves from one usual year to the next, and its range for next year."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.inputs import counts, floats, same_index
from analytics.rates.intervals import wilson

PUBLISHED_DISPERSION = 2.1
"""Variance of change over binomial, for places without two usual years to compare: that of New
York City's schools, 2017-18 to 2018-19."""
LEVEL = 0.95
_REACH = 1.959963984540054  # the normal deviate of LEVEL


def change_dispersion(
    x_before: pd.Series, n_before: pd.Series, x: pd.Series, n: pd.Series
) -> float:
    """Measure how much more schools' rates change between two years than students' chance allows.

    Parameters
    ----------
    x_before, n_before, x, n : Series
        Events and students by school in the two years, on one index. Schools unknown in a year,
        without students, or without or with only events take no part.

    Returns
    -------
    float
        Dispersion: 1 is chance alone. NaN when there are fewer than 19 changes, too few for any
        of them to be the 95 % bound.

    Raises
    ------
    ValueError
        Indexes that differ.

    Notes
    -----
    A school's change, less the mean change of all (weighted by precision), is divided by its
    binomial standard error `sqrt(p (1 - p) (1 / n0 + 1 / n))`. The dispersion is the square of the
    `ceil(.95 (k + 1))`-th smallest of the k absolute values over 1.96: 95 % of changes lie within
    what it allows, whatever their distribution, and one wild school in 20 does not move it.

    References
    ----------
    Lei J et al. (2018) JASA 113:1094-1111, algorithm 2 (split conformal rank). McCullagh P, Nelder
    JA (1989) Generalized Linear Models, section 4.5 (dispersion of proportions).

    Examples
    --------
    >>> n, before = pd.Series([100.0] * 40), pd.Series([20.0] * 40)
    >>> float(change_dispersion(before, n, before + 5, n))
    1.0
    >>> round(change_dispersion(before, n, before + [16, -16] * 20, n), 1)
    3.2
    """
    same_index(x_before, x, "the two years")
    was, now = counts(x_before, n_before), counts(x, n)
    known = (was.n > 0) & (now.n > 0) & ~np.isnan(was.x) & ~np.isnan(now.x)
    pooled = np.where(known, (was.x + now.x) / np.where(known, was.n + now.n, 1), 0)
    used = known & (pooled > 0) & (pooled < 1)
    rank = math.ceil(LEVEL * (used.sum() + 1))
    if rank > used.sum():
        return float("nan")
    p, apart = pooled[used], 1 / was.n[used] + 1 / now.n[used]
    change = now.x[used] / now.n[used] - was.x[used] / was.n[used]
    change = change - np.average(change, weights=1 / apart)
    moved = np.sort(np.abs(change) / np.sqrt(p * (1 - p) * apart))
    return float(max(1.0, (moved[rank - 1] / _REACH) ** 2))


def next_year(
    x: ArrayLike, n: ArrayLike, dispersion: ArrayLike, level: float = LEVEL
) -> tuple[Any, Any]:
    """Give the range in which a school's rate of next year lies, should the place stand still.

    Parameters
    ----------
    x, n : float, array or Series
        Events and students of this year.
    dispersion : float, array or Series
        From `change_dispersion`.
    level : float
        Part of schools whose next rate lies inside.

    Returns
    -------
    low, high : float, array or Series
        Fractions: Wilson's interval at `n / (2 dispersion)` students. The 2 is for both years,
        which vary alike; `dispersion` for what varies in a school beyond its students.

    Raises
    ------
    ValueError
        Impossible counts, or a dispersion below 1.

    References
    ----------
    Wilson EB (1927) JASA 22:209-212. Whitmore GA (1986) Am Stat 40:141-143 (prediction limits
    hold the noise of both samples).

    Examples
    --------
    >>> low, high = next_year(80, 400, 2.1)
    >>> round(low, 3), round(high, 3)
    (0.132, 0.291)
    """
    spread = floats(dispersion)
    if (spread < 1).any():
        raise ValueError("a dispersion below 1 would promise less than chance among students")
    if isinstance(x, pd.Series) and isinstance(dispersion, pd.Series):
        same_index(x, dispersion, "counts and dispersions")
    worth = 1 / (2 * spread)
    factor: Any = float(worth[0]) if worth.size == 1 else worth
    return wilson(x * factor, n * factor, level)
