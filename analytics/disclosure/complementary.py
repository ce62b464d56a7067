"""Complementary suppression: which further cells to hide so that no hidden one is given away."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack
from scipy.sparse.csgraph import connected_components

from analytics.disclosure.attacker import (
    UNBOUNDED,
    Known,
    Positions,
    Reach,
    Totals,
    hang_together,
    reach,
)
from analytics.inputs import Bools, Floats

LEAST_WIDTH = 10.0
LEAST_PART = 0.2
"""P3: an interval is at least 10 wide and at least 20 % of its upper end, or of what it leaves."""
REWARD = 1e5
"""Worth more, for each student by which a cell may move, than any way to let it."""
ROUNDS = 400


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


def complement(problem: Problem, begin: Bools | None = None) -> tuple[Bools, Bools]:
    """Choose cells to hide beside the primary ones, at little cost.

    Parameters
    ----------
    problem : Problem
    begin : array of bool, optional
        Cells that are hidden already; when they suffice they are the answer.

    Returns
    -------
    hidden : array of bool
        Primary and secondary cells.
    narrow : array of bool
        Hidden cells that nothing can protect: what is known about them cannot be hidden.

    Notes
    -----
    For a cell that is confined too closely a linear program looks for the cheapest way in which
    the table could be another one, with that cell moved far enough: cells that move are hidden
    (Kelly et al. 1992). Moves start from a table made of what a reader knows, not from the true
    hidden counts. Parts of the table that no sum ties together are treated side by side. In the
    end each secondary
    cell, dearest first, is shown again if all stay safe.

    References
    ----------
    Kelly JP, Golden BL, Assad AA (1992) Networks 22:397-417. Fischetti M, Salazar-Gonzalez JJ
    (1999) Math Prog 84:283-312.
    """
    part = _parts(problem)
    hidden = problem.primary.copy() if begin is None else problem.primary | begin
    narrow = judge(problem, hidden).narrow
    if begin is not None and not narrow.any():
        return hidden, narrow
    failed: set[tuple[int, int]] = set()
    for _ in range(ROUNDS):
        if not (asked := _asked(part, narrow, failed)):
            near = _beside(problem, hidden, narrow)
            if not near.any():
                break
            hidden |= near
            narrow = judge(problem, hidden).narrow
            failed = set()
            continue
        use = np.flatnonzero(np.isin(part, [part[cell] for cell, _ in asked]))
        here = _within(problem, use)
        found = judge(here, hidden[use])
        at = [(int(np.searchsorted(use, cell)), way) for cell, way in asked]
        added = use[_open(here, hidden[use], found, at)]
        grown = set(part[added].tolist())
        failed |= {each for each in asked if part[each[0]] not in grown}
        failed = {each for each in failed if part[each[0]] not in grown}
        hidden[added] = True
        narrow[use] = judge(here, hidden[use]).narrow
    return _thinned(problem, hidden, part), narrow


def _within(problem: Problem, use: Positions) -> Problem:
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
    found = reach(replace(known, lower=lower, upper=upper), hidden, problem.totals)
    few = told & ~np.isnan(problem.small)
    if few.any():
        most = known.truth[known.whole]
        low_end = few & (found.high < most - problem.small)
        high_end = few & (found.low > problem.small)
        upper = np.where(low_end, np.minimum(upper, problem.small), upper)
        lower = np.where(high_end, np.maximum(lower, most - problem.small), lower)
        if (low_end | high_end).any():
            found = reach(replace(known, lower=lower, upper=upper), hidden, problem.totals)
    with np.errstate(invalid="ignore"):
        # The smaller of a count and what it leaves of its whole is what could be told of few.
        whole = np.where(known.whole >= 0, known.truth[known.whole], np.inf)
        whole[(known.whole >= 0) & hidden[known.whole]] = np.inf
        wanted = LEAST_PART * np.minimum(found.high, whole - found.low)
        wanted = np.maximum(LEAST_WIDTH, wanted)
        # A rule that tells a range of its own accord is not asked for more than that range.
        own = np.where(
            np.isnan(problem.small), problem.told_upper - problem.told_lower, problem.small
        )
        own = np.where(told, own, np.inf)
        narrow = found.high - found.low < np.minimum(wanted, own)
    said = told & (np.isfinite(problem.told_upper) | ~np.isnan(problem.small))
    return Verdict(found, said, hidden & problem.guarded & narrow)


def _parts(problem: Problem) -> Positions:
    """Give cells that sums tie together, hidden or not, one number."""
    whole = problem.known.whole
    own = np.flatnonzero(whole >= 0)
    size = whole.size
    pairs = csr_array((np.ones(own.size), (own, whole[own])), shape=(size, size))
    touch = abs(problem.totals.matrix)
    ties = csr_array(touch.T @ touch) + pairs
    return np.asarray(connected_components(ties, directed=False)[1], dtype=np.intp)


def _beside(problem: Problem, hidden: Bools, narrow: Bools) -> Bools:
    """Give every cell that may be hidden in a sum of a cell that no single move has helped."""
    if not narrow.any():
        return np.zeros(hidden.size, dtype=np.bool_)
    sums = abs(problem.totals.matrix) @ narrow.astype(np.float64) > 0
    near: Bools = abs(problem.totals.matrix).T @ sums.astype(np.float64) > 0
    near &= np.isfinite(problem.cost)
    along = problem.follow[near & ~hidden]
    near[along[along >= 0]] = True
    return near & ~hidden


def _asked(part: Positions, narrow: Bools, failed: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give one cell of each part, and the way it shall move: up, or down if that failed."""
    asked: dict[int, tuple[int, int]] = {}
    for cell in np.flatnonzero(narrow).tolist():
        for way in (1, -1):
            if part[cell] not in asked and (cell, way) not in failed:
                asked[int(part[cell])] = (cell, way)
    return list(asked.values())


def _open(
    problem: Problem, hidden: Bools, found: Verdict, asked: list[tuple[int, int]]
) -> Positions:
    """Find the cells to hide so that each cell asked for can move far enough."""
    known, rows = problem.known, problem.totals.matrix
    start = np.where(hidden, found.reach.centre, known.truth)
    # Others of whom the reason tells do not help: a cell without a reason of its own must move.
    free = (hidden & ~found.told) | (~hidden & np.isfinite(problem.cost))
    free[[cell for cell, _ in asked]] = True
    size = hidden.size
    upper = np.minimum(known.upper, UNBOUNDED)
    up = np.where(free, np.maximum(upper - start, 0.0), 0.0)
    down = np.where(free, np.maximum(start - known.lower, 0.0), 0.0)
    cost = np.where(hidden, 1e-3, np.where(free, problem.cost, 0.0))
    gain = np.zeros((2, size))
    for cell, way in asked:
        side = 0 if way > 0 else 1
        (up if way > 0 else down)[cell] = min(
            (up, down)[side][cell], _wanted(found.reach, cell, way)
        )
        (down if way > 0 else up)[cell] = 0.0
        gain[side, cell] = REWARD
    most, ties = _at_most(known, start)
    moved = linprog(
        np.concatenate([cost - gain[0], cost - gain[1]]),
        A_ub=hstack([ties, -ties]) if ties.shape[0] else None,
        b_ub=most if ties.shape[0] else None,
        A_eq=hstack([rows, -rows]),
        b_eq=np.zeros(rows.shape[0]),
        bounds=np.column_stack([np.zeros(2 * size), np.concatenate([up, down])]),
        method="highs",
    ).x
    if moved is None:
        return np.empty(0, dtype=np.intp)
    added = np.abs(moved[:size] - moved[size:]) > 1e-6
    along = problem.follow[added & ~hidden]
    added[along[along >= 0]] = True
    return np.flatnonzero(added & ~hidden & np.isfinite(problem.cost))


def _wanted(found: Reach, cell: int, way: int) -> float:
    """Give how far a cell shall move from the middle, given its way on the other side."""
    low, high, centre = found.low[cell], found.high[cell], found.centre[cell]
    width = max(LEAST_WIDTH, 1.25 * LEAST_PART * high)
    return float(width - (centre - low if way > 0 else high - centre))


def _at_most(known: Known, start: Floats) -> tuple[Floats, csr_array]:
    """Say that a part that moves stays at most its whole."""
    part = np.flatnonzero(known.whole >= 0)
    whole, at, one = known.whole[part], np.arange(part.size), np.ones(part.size)
    shape = (part.size, start.size)
    ties = csr_array((one, (at, part)), shape=shape) - csr_array((one, (at, whole)), shape=shape)
    return np.maximum(start[whole] - start[part], 0.0), csr_array(ties)


def _thinned(problem: Problem, hidden: Bools, part: Positions) -> Bools:
    """Show secondary cells again, the dearest first, where all stay as safe as they are."""
    cells = np.flatnonzero(hidden & ~problem.primary)
    waiting: dict[int, list[int]] = {}
    for cell in cells[np.argsort(-problem.cost[cells], kind="stable")].tolist():
        waiting.setdefault(int(part[cell]), []).append(cell)
    use, here, before = np.empty(0, dtype=np.intp), problem, np.empty(0, dtype=np.bool_)
    while waiting:
        left = np.flatnonzero(np.isin(part, list(waiting)))
        if left.size != use.size:
            use, here = left, _within(problem, left)
            before = judge(here, hidden[use]).narrow
        trial = hidden.copy()
        trial[[queue[0] for queue in waiting.values()]] = False
        leaders = np.flatnonzero(trial & (problem.follow >= 0))
        trial[problem.follow[leaders]] = True
        bad = set(part[use[judge(here, trial[use]).narrow & ~before]].tolist())
        for number, queue in list(waiting.items()):
            cell = queue.pop(0)
            if number not in bad:
                hidden[cell] = trial[cell]
            if not queue:
                del waiting[number]
    return hidden
