"""From draws to a decision: two-sided p, false-discovery rate, and how many draws it takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.inputs import Bools, Floats
from analytics.rates.intervals import clopper_pearson

STAGES = (999, 2_999, 9_999, 29_999, 99_999)
"""Draws in all after each stage."""

CERTAINTY = 0.999
"""Coverage of the interval of each p-value."""

Counts = NDArray[np.int64]
Draws = int | Counts


@dataclass(frozen=True)
class DrawPlan:
    """How many draws of every area; of those with an open decision; and the levels of decisions.

    Decisions are at `alpha`, and at the levels `also` of the classes of a map. Since an area is
    left alone once the interval of its p lies on one side of each decision, a rule that looks at
    the draws, read the decision rather than the last digit of a p.
    """

    draws: int
    max_draws: int
    alpha: float
    also: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise ValueError(f"draws must be at least 1, not {self.draws}")
        if self.max_draws < self.draws:
            raise ValueError(f"max_draws {self.max_draws} is below draws {self.draws}; raise it")
        for level in self.levels:
            if not 0 < level < 1:
                raise ValueError(f"alpha must lie between 0 and 1 (.05 = 5 %), not {level!r}")

    @property
    def levels(self) -> tuple[float, ...]:
        """All levels of decisions."""
        return (self.alpha, *self.also)


class Tally:
    """What draws have shown of m areas so far.

    `lesser` and `greater` count, for each area, the draws at most and at least as large as the
    observed statistic, out of `draws`, whose sum is `total`. `rows` are the areas that wait for
    draws; at first all that are `tested`, which make one family of hypotheses.
    """

    def __init__(self, tested: Bools) -> None:
        self.tested = tested
        self.lesser, self.greater, self.draws = (np.zeros(tested.size, np.int64) for _ in range(3))
        self.total = np.zeros(tested.size)
        self.rows = np.flatnonzero(tested)

    def add(self, lesser: Counts, greater: Counts, draws: int, total: Floats | float = 0.0) -> None:
        """Count what some draws have shown of the areas that wait."""
        self.lesser[self.rows] += lesser
        self.greater[self.rows] += greater
        self.total[self.rows] += total
        self.draws[self.rows] += draws

    def narrow(self, levels: Sequence[float]) -> None:
        """Let only areas with an open decision wait; an area once settled stays so."""
        waiting = np.zeros(self.tested.size, dtype=np.bool_)
        waiting[self.rows] = True
        draws = np.maximum(self.draws, 1)
        waiting &= unsettled(self.lesser, self.greater, draws, levels, self.tested)
        self.rows = np.flatnonzero(waiting)

    @property
    def p(self) -> Floats:
        """Two-sided p-values, shape (m,); NaN where not tested."""
        p = two_sided(self.lesser, self.greater, np.maximum(self.draws, 1))
        return np.where(self.tested, p, np.nan)

    @property
    def mean(self) -> Floats:
        """Mean of the drawn statistic, shape (m,); NaN where not tested."""
        return np.where(self.tested, self.total / np.maximum(self.draws, 1), np.nan)


def settle(tallies: Sequence[Tally], plan: DrawPlan, draw: Callable[[int, int], None]) -> None:
    """Draw stage by stage until every decision is settled or `max_draws` is reached.

    Parameters
    ----------
    tallies : sequence of Tally
        They change in place.
    plan : DrawPlan
    draw : callable
        Called with draws done and draws wanted; adds the draws between to the waiting areas.
    """
    done, wanted = 0, plan.draws
    while wanted > done and any(tally.rows.size for tally in tallies):
        draw(done, wanted)
        done, wanted = wanted, next_draws(wanted, plan.max_draws)
        if wanted > done:
            for tally in tallies:
                tally.narrow(plan.levels)


def next_draws(draws: int, max_draws: int) -> int:
    """Give the number of draws in all after the next of `STAGES`, never above `max_draws`.

    Examples
    --------
    >>> next_draws(999, 5_000), next_draws(2_999, 5_000), next_draws(5_000, 5_000)
    (2999, 5000, 5000)
    """
    ahead = min((stage for stage in STAGES if stage > draws), default=max_draws)
    return max(draws, min(ahead, max_draws))


def smallest_draws_needed(m: int, alpha: float) -> int:
    """Give the number of draws below which no single area among m can pass q <= alpha.

    It is `ceil(2 m / alpha - 1)`: two-sided p cannot fall below 2 / (R + 1).

    Examples
    --------
    >>> smallest_draws_needed(100, 0.05)
    3999
    """
    return math.ceil(round(2 * m / alpha - 1, 6))


def two_sided(lesser: Counts, greater: Counts, draws: Draws) -> Floats:
    """Turn counts of draws into two-sided permutation p-values.

    `min(1, 2 min(lesser + 1, greater + 1) / (R + 1))` with R draws of all areas or of each: never
    below 2 / (R + 1).

    References
    ----------
    North BV, Curtis D, Sham PC (2002) Am J Hum Genet 71:439-441 (the +1 rule).

    Examples
    --------
    >>> two_sided(np.array([99]), np.array([0]), 99).tolist()
    [0.02]
    """
    tail = (np.minimum(lesser, greater) + 1) / (draws + 1)
    return np.minimum(1.0, 2 * tail)


def benjamini_hochberg(p: Floats, tested: Bools) -> Floats:
    """Give false-discovery-rate adjusted p-values over the tested areas; NaN for the others.

    References
    ----------
    Benjamini Y, Hochberg Y (1995) J R Stat Soc B 57:289-300.

    Examples
    --------
    >>> p = np.array([0.01, 0.04, np.nan])
    >>> benjamini_hochberg(p, ~np.isnan(p)).tolist()
    [0.02, 0.04, nan]
    """
    # Not scipy.stats.false_discovery_control: importing scipy.stats takes as long as the rest of
    # a first result. A test holds the two equal.
    family = p[tested]
    order = np.argsort(family)
    scaled = family[order] * len(family) / np.arange(1, len(family) + 1)
    stepped_up = np.minimum.accumulate(scaled[::-1])[::-1]
    adjusted = np.empty_like(family)
    adjusted[order] = np.minimum(stepped_up, 1.0)
    q: Floats = np.full(p.shape, np.nan)
    q[tested] = adjusted
    return q


def p_limits(lesser: Counts, greater: Counts, draws: Draws) -> tuple[Floats, Floats]:
    """Give the range in which each two-sided p-value would end with endless draws.

    Twice the Clopper-Pearson limits of the smaller tail at `CERTAINTY`, at most 1.

    References
    ----------
    Gandy A (2009) JASA 104:1504-1511 (why a p-value by simulation stops only when its interval
    leaves the threshold).

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
    lesser: Counts, greater: Counts, draws: Draws, levels: float | Sequence[float], tested: Bools
) -> Bools:
    """Tell which tested areas may still change sides of a false-discovery decision at any level.

    An area is settled when it passes Benjamini-Hochberg though every p-value be as high as its
    interval allows, or fails though every p-value be as low. An area that no draw has reached can
    always have a p-value of 0: while the draws are too few for it to pass, it stays unsettled, and
    gets more draws until it passes or the last draw is made.

    References
    ----------
    Gandy A, Hahn G (2014) Scand J Stat 41:1083-1101 (sound decisions of many Monte Carlo tests: the
    step-up rule is monotone, so limits of the p-values give limits of the decision).

    Examples
    --------
    One area in a hundred stands out, yet 999 draws cannot show it.

    >>> lesser = np.r_[999, np.full(99, 500)]
    >>> unsettled(lesser, 999 - lesser, 999, 0.05, np.ones(100, dtype=bool)).nonzero()[0].tolist()
    [0]
    """
    low, high = p_limits(lesser, greater, draws)
    least, most = (benjamini_hochberg(p, tested)[:, None] for p in (low, high))
    alphas = np.atleast_1d(levels)
    return np.asarray(((least <= alphas) & ~(most <= alphas)).any(axis=1))
