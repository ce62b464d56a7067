"""Draws where they matter: more of them only for areas whose decision still hangs on chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.inputs import Bools, Floats
from analytics.local.getis_ord import benjamini_hochberg
from analytics.rates.intervals import clopper_pearson

STAGES = (999, 2_999, 9_999, 29_999, 99_999)
"""Draws in all after each stage."""

CERTAINTY = 0.999
"""Coverage of the interval of each p-value."""

Draws = int | NDArray[np.int64]


def next_draws(draws: int, max_draws: int) -> int:
    """Give the number of draws in all that the next stage reaches.

    Parameters
    ----------
    draws
        Draws done.
    max_draws
        Draws at which to stop.

    Returns
    -------
    int
        The next of `STAGES`, never above `max_draws`; `draws` itself when nothing is left to do.

    Examples
    --------
    >>> next_draws(999, 5_000), next_draws(2_999, 5_000), next_draws(5_000, 5_000)
    (2999, 5000, 5000)
    """
    ahead = min((stage for stage in STAGES if stage > draws), default=max_draws)
    return max(draws, min(ahead, max_draws))


def p_limits(
    lesser: NDArray[np.int64], greater: NDArray[np.int64], draws: Draws
) -> tuple[Floats, Floats]:
    """Give the range in which each two-sided p-value would end with endless draws.

    Parameters
    ----------
    lesser, greater
        Draws at most and at least as large as the observed statistic, shape (m,).
    draws
        Draws R of all areas, or of each area, shape (m,).

    Returns
    -------
    low, high
        Twice the Clopper-Pearson limits of the smaller tail at `CERTAINTY`, at most 1, shape (m,).

    References
    ----------
    Clopper CJ, Pearson ES (1934) Biometrika 26:404-413. Gandy A (2009) JASA 104:1504-1511 (why a
    p-value by simulation stops only when its interval leaves the threshold).

    Examples
    --------
    >>> low, high = p_limits(np.array([0, 500]), np.array([999, 499]), 999)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.894], [0.015, 1.0])
    """
    tail = np.minimum(lesser, greater)
    # Few pairs of tail and draws differ, and each limit is slow to find.
    pairs = np.column_stack([tail, np.broadcast_to(draws, tail.shape)])
    different, where = np.unique(pairs, axis=0, return_inverse=True)
    low, high = clopper_pearson(different[:, 0], different[:, 1], CERTAINTY)
    place = where.reshape(-1)
    return np.minimum(1.0, 2 * low)[place], np.minimum(1.0, 2 * high)[place]


def unsettled(
    lesser: NDArray[np.int64],
    greater: NDArray[np.int64],
    draws: Draws,
    alpha: float,
    tested: Bools,
) -> Bools:
    """Tell which areas may still change sides of the false-discovery decision.

    An area is settled when it passes Benjamini-Hochberg at `alpha` though every p-value be as high
    as its interval allows, or fails though every p-value be as low. An area that no draw has
    reached can always have a p-value of 0: while the draws are too few for it to pass, it stays
    unsettled, and gets more draws until it passes or `max_draws` is reached.

    Parameters
    ----------
    lesser, greater
        Draws at most and at least as large as the observed statistic, shape (m,).
    draws
        Draws R of all areas, or of each area, shape (m,).
    alpha
        False-discovery level.
    tested
        Areas that belong to the family; the others are settled.

    Returns
    -------
    numpy.ndarray
        Booleans, shape (m,).

    References
    ----------
    Benjamini Y, Hochberg Y (1995) J R Stat Soc B 57:289-300. Gandy A, Hahn G (2014) Scand J Stat
    41:1083-1101 (sound decisions of many Monte Carlo tests: the step-up rule is monotone, so limits
    of the p-values give limits of the decision).

    Examples
    --------
    One area in a hundred stands out, yet 999 draws cannot show it; 99,999 can.

    >>> lesser = np.r_[999, np.full(99, 500)]
    >>> every = np.ones(100, dtype=bool)
    >>> unsettled(lesser, 999 - lesser, 999, 0.05, every).nonzero()[0].tolist()
    [0]
    >>> lesser = np.r_[99_999, np.full(99, 50_000)]
    >>> unsettled(lesser, 99_999 - lesser, 99_999, 0.05, every).any()
    np.False_
    """
    low, high = p_limits(lesser, greater, draws)
    may_pass = _passes(low, alpha, tested)
    must_pass = _passes(high, alpha, tested)
    return may_pass & ~must_pass


def _passes(p: Floats, alpha: float, tested: Bools) -> Bools:
    """Tell which tested areas Benjamini-Hochberg declares at a level."""
    passes: Bools = benjamini_hochberg(p, tested) <= alpha
    return passes
