"""The cheapest cells to hide in a small table: an exact program, cut by cut.

Whether a cell is hidden is a variable of 0 or 1. What the attacker's program says of a choice that
is not enough becomes a cut that every choice must keep; the cheapest choice that keeps all cuts is
judged again, until one is enough.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from analytics.disclosure.attacker import UNBOUNDED
from analytics.disclosure.problem import LEAST_PART, LEAST_WIDTH, Problem, Verdict, at_most, judge
from analytics.inputs import Bools, Floats

SMALL_TABLE = 200
"""Cells of a table up to which the program is asked."""
ROUNDS = 40
EACH = 1e-6
"""Cost of hiding a cell of no cost: of two choices alike the smaller is taken."""
ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class _Master:
    """The program of 0 and 1: its costs, and the cuts found so far."""

    cost: Floats
    least: Floats
    most: Floats
    cuts: list[LinearConstraint] = field(default_factory=list)

    @classmethod
    def of(cls, problem: Problem) -> _Master:
        may = np.isfinite(problem.cost) | problem.primary
        cost = np.where(may & ~problem.primary, problem.cost, 0.0) + EACH
        made = cls(cost, problem.primary.astype(np.float64), may.astype(np.float64))
        leads = np.flatnonzero(problem.follow >= 0)
        if leads.size:
            one, at = np.ones(leads.size), np.arange(leads.size)
            shape = (leads.size, cost.size)
            along = csr_array((one, (at, problem.follow[leads])), shape=shape)
            made.cuts.append(
                LinearConstraint(csr_array((one, (at, leads)), shape=shape) - along, -np.inf, 0.0)
            )
        return made

    def solve(self) -> tuple[Bools, float] | None:
        """Give the cheapest choice that keeps all cuts, and its cost."""
        found = milp(
            self.cost,
            constraints=self.cuts,
            integrality=np.ones(self.cost.size),
            bounds=Bounds(self.least, self.most),
        )
        return None if found.x is None else (np.rint(found.x).astype(np.bool_), float(found.fun))

    def at_least(self, row: Floats, least: float) -> None:
        """Ask that the cells of a choice have this weight together."""
        self.cuts.append(LinearConstraint(row[None, :], least, np.inf))


def cheapest(problem: Problem, most: float) -> Bools | None:
    """Choose cells to hide beside the primary ones so that all are safe and the cost is least.

    Parameters
    ----------
    problem : Problem
        Of few cells.
    most : float
        Cost of a choice that is enough.

    Returns
    -------
    array of bool or None
        Primary and secondary cells; None where nothing cheaper than `most` was found.

    Notes
    -----
    The cut of a cell that is confined too closely comes from the duals of its two programs (most
    and least): by how much the bounds of each cell, were it hidden, could widen the interval.
    Tables are written as moves from one made of what a reader knows, so the choice rests on no
    count that is hidden for its own sake.

    References
    ----------
    Fischetti M, Salazar-Gonzalez JJ (1999) Math Prog 84:283-312; (2001) Manage Sci 47:1008-1027.
    """
    master = _Master.of(problem)
    first = judge(problem, problem.primary)
    start = np.where(problem.primary, first.reach.centre, problem.known.truth)
    hidden, found = problem.primary, first
    for _ in range(ROUNDS):
        for cell in np.flatnonzero(found.narrow):
            _cut(master, problem, (hidden, start), found, int(cell))
        chosen = master.solve()
        if chosen is None or chosen[1] >= most - ROUNDING:
            return None
        hidden = chosen[0]
        found = judge(problem, hidden)
        if not found.narrow.any():
            return hidden
    return None


def _cut(
    master: _Master, problem: Problem, choice: tuple[Bools, Floats], found: Verdict, cell: int
) -> None:
    """Add what any choice must keep for this cell to have the way it lacks under this one."""
    hidden, _ = choice
    known, whole = problem.known, problem.known.whole[cell]
    shown = whole >= 0 and not hidden[whole]
    left = known.truth[whole] - found.reach.low[cell] if shown else np.inf
    width = max(LEAST_WIDTH, LEAST_PART * min(float(found.reach.high[cell]), float(left)))
    weight, constant = _widths(problem, choice, cell)
    if weight @ hidden + constant >= width - ROUNDING:
        # Its own reason confines it: it needs the company of a cell without one.
        master.at_least((~hidden & np.isfinite(problem.cost)).astype(np.float64), 1.0)
        return
    lacking = width - constant
    row = np.minimum(weight, lacking)
    if problem.primary[cell]:
        master.at_least(row, lacking)
    else:
        row[cell] -= lacking
        master.at_least(row, 0.0)


def _widths(problem: Problem, choice: tuple[Bools, Floats], cell: int) -> tuple[Floats, float]:
    """Give the way that each cell, were it hidden, gives to this one, and what needs none."""
    hidden, start = choice
    known, sums = problem.known, problem.totals.matrix
    down = np.maximum(start - known.lower, 0.0)
    up = np.maximum(np.minimum(known.upper, UNBOUNDED) - start, 0.0)
    room, ties = at_most(known, start)
    weight, constant = np.zeros(start.size), 0.0
    for way in (1.0, -1.0):
        cost = np.zeros(start.size)
        cost[cell] = -way
        solved = linprog(
            cost,
            A_ub=ties if ties.shape[0] else None,
            b_ub=room if ties.shape[0] else None,
            A_eq=sums,
            b_eq=np.zeros(sums.shape[0]),
            bounds=np.column_stack([-down * hidden, up * hidden]),
            method="highs",
        )
        if solved.status:  # numerical trouble: no cut; what is chosen is judged in any case
            return weight, np.inf
        reduced = solved.lower.marginals + solved.upper.marginals
        weight += np.maximum(reduced, 0.0) * down + np.maximum(-reduced, 0.0) * up
        constant -= float(solved.ineqlin.marginals @ room) if ties.shape[0] else 0.0
    return weight, constant
