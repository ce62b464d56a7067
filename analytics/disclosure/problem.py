"""What is to be hidden and from whom, and whether a choice of hidden cells is enough."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from analytics.disclosure.attacker import (
    ROUNDING,
    Known,
    Positions,
    Reach,
    Totals,
    hang_together,
    reach,
)
from analytics.disclosure.bounds import plain_bounds
from analytics.inputs import Bools, Floats

LEAST_WIDTH = 10.0
LEAST_PART = 0.2
"""P3: an interval is at least 10 wide and at least 20 % of its upper end, or of what it leaves."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Cells, what a reader knows of them, and what hiding costs.

    Attributes
    ----------
    known : Known
        With the bounds that hold whatever the reason for hiding.
    totals : Totals
    primary : array of bool
        Hidden by a rule of their own.
    told_lower, told_upper : array
        What the reason tells of a primary cell, as long as no other cell stands beside it that is
        hidden for its sake: then they share one reason that tells less.
    small : array
        The reason tells that the cell, or what it leaves of its whole, is at most this; NaN = not.
    guarded : array of bool
        Cells whose interval counts when they are hidden.
    cost : array
        Cost of hiding a cell; infinite where it cannot be hidden.
    follow : array of int
        Position of a cell that is hidden along with this one; -1 = none.
    """

    known: Known
    totals: Totals
    primary: Bools
    told_lower: Floats
    told_upper: Floats
    small: Floats
    guarded: Bools
    cost: Floats
    follow: Positions


def within(problem: Problem, use: Positions) -> Problem:
    """Keep some cells, with all that sums tie to them."""
    place = np.full(problem.cost.size + 1, -1)
    place[use] = np.arange(use.size)
    known, rows = problem.known, problem.totals.matrix[:, use]
    some = np.flatnonzero(np.diff(rows.indptr) > 0)
    own = {
        name: getattr(problem, name)[use]
        for name in ("primary", "told_lower", "told_upper", "small", "guarded", "cost")
    }
    return Problem(
        known=Known(known.truth[use], known.lower[use], known.upper[use], place[known.whole[use]]),
        totals=Totals(rows[some], problem.totals.sums[some]),
        follow=place[problem.follow[use]],
        **own,
    )


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the attacker's program says of hidden cells.

    Attributes
    ----------
    reach : Reach
    told : array of bool
        Primary cells of whose value the reason tells something.
    narrow : array of bool
        Cells that are confined too closely.
    """

    reach: Reach
    told: Bools
    narrow: Bools


def judge(problem: Problem, hidden: Bools) -> Verdict:
    """Solve the attacker's program and mark the cells that are confined too closely."""
    known = problem.known
    group = hang_together(known, hidden, problem.totals)
    shared = np.isin(group, np.unique(group[hidden & ~problem.primary & problem.guarded]))
    told = problem.primary & hidden & ~shared
    lower = np.where(told, np.maximum(known.lower, problem.told_lower), known.lower)
    upper = np.where(told, np.minimum(known.upper, problem.told_upper), known.upper)
    whole = _shown_whole(known, hidden)

    def wide(cells: Positions, low: Floats, high: Floats) -> Bools:
        """Say what suffices, and goes on: a wider interval asks for less than it is wider."""
        width = np.floor(high + ROUNDING) - np.ceil(low - ROUNDING)
        enough = width >= _asked_for(low, high, whole[cells])
        return np.asarray(~told[cells] & (enough | ~problem.guarded[cells]))

    found = reach(replace(known, lower=lower, upper=upper), hidden, problem.totals, wide)
    few = told & ~np.isnan(problem.small)
    if few.any():
        most = known.truth[known.whole]
        low_end = few & (found.high < most - problem.small)
        high_end = few & (found.low > problem.small)
        upper = np.where(low_end, np.minimum(upper, problem.small), upper)
        lower = np.where(high_end, np.maximum(lower, most - problem.small), lower)
        if (low_end | high_end).any():
            found = reach(replace(known, lower=lower, upper=upper), hidden, problem.totals, wide)
    with np.errstate(invalid="ignore"):
        wanted = _asked_for(found.low, found.high, whole)
        own = np.where(told, _told_range(problem), np.inf)
        narrow = found.high - found.low < np.minimum(wanted, own)
    said = told & (np.isfinite(problem.told_upper) | ~np.isnan(problem.small))
    return Verdict(found, said, hidden & problem.guarded & narrow)


def given_away(problem: Problem, hidden: Bools) -> Bools:
    """Mark cells that single sums confine too closely, as `judge` then does, without a program."""
    low, high = plain_bounds(problem.known, hidden, problem.totals)
    # Narrower by one unit asks for less than one unit less: what is too narrow here is so there.
    with np.errstate(invalid="ignore"):
        wanted = _asked_for(low, high, _shown_whole(problem.known, hidden))
        own = np.where(problem.primary, _told_range(problem), np.inf)
        narrow = high - low < np.minimum(wanted, own)
    return np.asarray(hidden & problem.guarded & narrow, dtype=np.bool_)


def _shown_whole(known: Known, hidden: Bools) -> Floats:
    """Give the whole of each cell where it is shown.

    The smaller of a count and what it leaves of its whole is what could be told of few.
    """
    whole = np.where(known.whole >= 0, known.truth[known.whole], np.inf)
    whole[(known.whole >= 0) & hidden[known.whole]] = np.inf
    return whole


def _told_range(problem: Problem) -> Floats:
    """Give the range that a rule tells of its own accord: no more than that is asked for."""
    return np.where(np.isnan(problem.small), problem.told_upper - problem.told_lower, problem.small)


def _asked_for(low: Floats, high: Floats, whole: Floats) -> Floats:
    """Give the width that an interval is to have (P3)."""
    return np.maximum(LEAST_WIDTH, LEAST_PART * np.minimum(high, whole - low))


def at_most(known: Known, start: Floats) -> tuple[Floats, csr_array]:
    """Say that a part that moves stays at most its whole."""
    part = np.flatnonzero(known.whole >= 0)
    whole, at, one = known.whole[part], np.arange(part.size), np.ones(part.size)
    shape = (part.size, start.size)
    ties = csr_array((one, (at, part)), shape=shape) - csr_array((one, (at, whole)), shape=shape)
    return np.maximum(start[whole] - start[part], 0.0), csr_array(ties)
