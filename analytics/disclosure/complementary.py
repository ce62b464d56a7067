"""Complementary suppression: which further cells to hide so that no hidden one is given away."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

from analytics.disclosure.attacker import UNBOUNDED, Positions, Reach, tied
from analytics.disclosure.exact import SMALL_TABLE, cheapest
from analytics.disclosure.problem import (
    LEAST_PART,
    LEAST_WIDTH,
    Problem,
    Verdict,
    at_most,
    given_away,
    judge,
    within,
)
from analytics.inputs import Bools

REWARD = 1e5
"""Worth more, for each student by which a cell may move, than any way to let it."""
ROUNDS = 400


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
    end each secondary cell, dearest first, is shown again if all stay safe, and small parts are
    asked for their cheapest choice, see `analytics.disclosure.exact`.

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
        here = within(problem, use)
        found = judge(here, hidden[use])
        at = [(int(np.searchsorted(use, cell)), way) for cell, way in asked]
        added = use[_open(here, hidden[use], found, at)]
        grown = set(part[added].tolist())
        failed |= {each for each in asked if part[each[0]] not in grown}
        failed = {each for each in failed if part[each[0]] not in grown}
        hidden[added] = True
        narrow[use] = judge(here, hidden[use]).narrow
    return _improved(problem, _thinned(problem, hidden, part), narrow, part), narrow


def _improved(problem: Problem, hidden: Bools, narrow: Bools, part: Positions) -> Bools:
    """Take the exact program's choice in small parts of the table where it costs less."""
    hidden = hidden.copy()
    secondary = hidden & ~problem.primary
    for number in np.unique(part[secondary]):
        use = np.flatnonzero(part == number)
        most = float(problem.cost[use][secondary[use]].sum())
        # Something is needed: nothing costs less than the cheapest cell there is.
        least = problem.cost[use][~problem.primary[use]].min()
        if use.size > SMALL_TABLE or narrow[use].any() or most <= least:
            continue
        found = cheapest(within(problem, use), most)
        if found is not None:
            hidden[use] = found
    return hidden


def _parts(problem: Problem) -> Positions:
    """Give cells that sums tie together, hidden or not, one number."""
    whole = problem.known.whole
    own = np.flatnonzero(whole >= 0)
    at = np.tile(np.arange(own.size), 2)
    pairs = csr_array(
        (np.ones(at.size), (at, np.concatenate([own, whole[own]]))), shape=(own.size, whole.size)
    )
    return tied(csr_array(vstack([problem.totals.matrix, pairs])))


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
    """Give one cell in ten of each part, one at least, and the way each shall move.

    That is up, or down where up has failed.
    """
    waiting: dict[int, dict[int, int]] = {}
    for cell in np.flatnonzero(narrow).tolist():
        for way in (1, -1):
            if (cell, way) not in failed:
                waiting.setdefault(int(part[cell]), {}).setdefault(cell, way)
    return [
        each
        for cells in waiting.values()
        for each in list(cells.items())[: max(1, len(cells) // 10)]
    ]


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
    most, ties = at_most(known, start)
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
            use, here = left, within(problem, left)
            before = judge(here, hidden[use]).narrow
        trial = hidden.copy()
        trial[[queue[0] for queue in waiting.values()]] = False
        leaders = np.flatnonzero(trial & (problem.follow >= 0))
        trial[problem.follow[leaders]] = True
        bad = set(part[use[given_away(here, trial[use]) & ~before]].tolist())
        if len(bad) < len(waiting):
            bad |= set(part[use[judge(here, trial[use]).narrow & ~before]].tolist())
        for number, queue in list(waiting.items()):
            cell = queue.pop(0)
            if number not in bad:
                hidden[cell] = trial[cell]
            if not queue:
                del waiting[number]
    return hidden
