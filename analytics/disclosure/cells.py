"""Hide enough of any cells that add up, where a table is not one of schools and their absence.

The same attacker and the same choice of cells as `analytics.disclosure.gate`; what adds up is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array

from analytics.disclosure.attacker import Known, Positions, Totals
from analytics.disclosure.complementary import complement
from analytics.disclosure.policy import CODING_ABOVE, CODING_STEPS, Policy
from analytics.disclosure.problem import Problem, judge
from analytics.inputs import Bools, Floats


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of whole numbers, and how they hang together.

    Attributes
    ----------
    value : array, shape (cells,)
    whole : array of int
        Position of the students, or of the days, of which a cell is a part; -1 = it is a whole.
    unit : array
        What one student, or one day, counts: rules for n students hold for n units.
    shown : array of bool
        The cell is meant to be shown; False for what only follows from others, such as the students
        who are not of a group.
    must : array of bool
        Hidden and guarded whatever its value.
    held : array of bool
        Hidden by an earlier release, and so hidden again, as cells are for the sake of others.
    given : array of bool
        Given by an earlier release: it cannot be hidden any more.
    lower : array
        What a reader knows a cell to be at least.
    weight : array
        How dear a cell is, besides what its size makes it.
    sums : csr_array, shape (sums, cells)
        What adds up; a reader knows what each comes to.
    slack : array of bool, optional
        Differences of which only a bound is known, as between two months: nobody's figure.
    """

    value: Floats
    whole: Positions
    unit: Floats
    shown: Bools
    must: Bools
    held: Bools
    given: Bools
    lower: Floats
    weight: Floats
    sums: csr_array
    slack: Bools | None = None

    def rule(self, policy: Policy) -> tuple[Bools, Floats]:
        """Say which cells a rule hides of themselves (P1, P2, P4), and up to which count.

        Small counts and counts close to none or all are hidden alike, without a range.
        """
        part = self.whole >= 0
        n = np.where(part, self.value[self.whole], self.value) / self.unit
        percent = np.full(n.shape, float(CODING_ABOVE))
        for size, step in reversed(CODING_STEPS):
            percent = np.where(n <= size, float(step), percent)
        edge = np.floor(np.maximum(percent, policy.code_percent) * n / 100)
        small = np.maximum(float(policy.hide_counts_up_to), edge)
        small = np.where(part, small, float(policy.hide_enrolled_up_to)) * self.unit
        few = n <= policy.hide_enrolled_up_to
        left = np.where(part, self.value[self.whole] - self.value, np.inf)
        nobody = ~self.shown & (n == 0)  # who is not there needs no protection
        if self.slack is not None:
            nobody |= self.slack
        return ~nobody & (few | (self.value <= small) | (left <= small)), small


def add_up(groups: Sequence[tuple[Sequence[int], Sequence[float]]], cells: int) -> csr_array:
    """Write sums as a matrix: positions and signs of each.

    Examples
    --------
    >>> add_up([([0, 1, 2], [1, 1, -1])], 3).toarray().tolist()
    [[1.0, 1.0, -1.0]]
    """
    if not groups:
        return csr_array((0, cells), dtype=np.float64)
    row = np.repeat(np.arange(len(groups)), [len(at) for at, _ in groups])
    column = np.concatenate([np.asarray(at, dtype=np.intp) for at, _ in groups])
    sign = np.concatenate([np.asarray(each, dtype=np.float64) for _, each in groups])
    return csr_array(coo_array((sign, (row, column)), shape=(len(groups), cells)))


def hide(cells: Cells, policy: Policy) -> Bools:
    """Choose the cells to hide.

    Returns
    -------
    array of bool
        True for what is not to be shown. Where no choice protects, all that may be hidden is.

    Notes
    -----
    See `analytics.disclosure.complementary.complement` (Kelly et al. 1992).
    """
    problem = _problem(cells, policy)
    held = cells.held & cells.shown & ~cells.given
    hidden, narrow = complement(problem, held if held.any() else None)
    if narrow.any() and cells.given.any():
        problem = _still_safe(problem)
        hidden, narrow = complement(problem, held if held.any() else None)
    if narrow.any():
        return _all_but_given(problem)
    if (held & ~hidden).any():
        hidden |= held
        if judge(problem, hidden).narrow.any():
            return _all_but_given(problem)
    return hidden


def disclosed(cells: Cells, hidden: Bools, policy: Policy) -> Positions:
    """Give the hidden cells that a reader can confine too closely.

    Parameters
    ----------
    hidden : array of bool
        What is not shown, as `hide` gives it.

    Notes
    -----
    Cells that an earlier release gives away, whatever is hidden now, are not among them.
    """
    problem = _problem(cells, policy)
    own = problem.primary & hidden
    narrow = judge(replace(problem, primary=own), hidden).narrow
    if narrow.any() and cells.given.any():
        narrow &= _still_safe(problem).guarded
    return np.flatnonzero(narrow)


def _all_but_given(problem: Problem) -> Bools:
    """Mark all that may be hidden."""
    return np.asarray(problem.primary | np.isfinite(problem.cost), dtype=np.bool_)


def _still_safe(problem: Problem) -> Problem:
    """Leave cells unguarded that are given away even where all that may be hidden is."""
    lost = judge(problem, _all_but_given(problem)).narrow
    return replace(problem, guarded=problem.guarded & ~lost)


def _problem(cells: Cells, policy: Policy) -> Problem:
    """State what is to be hidden, and from whom."""
    ruled, small = cells.rule(policy)
    part = cells.whole >= 0
    ruled = ruled & ~cells.given
    hidden = np.where(cells.shown, (ruled | cells.must) & ~cells.given, True)
    # Nobody is told why a cell is hidden; that a rule hides it can be guessed at.
    told = np.where(ruled & ~part & cells.shown, small, np.inf)
    guess = np.where(ruled & part & cells.shown, small, np.nan)
    whole = np.where(part, cells.value[cells.whole], cells.value)
    cost = (np.log1p(np.maximum(whole, 0.0)) + 1.0) * cells.weight * np.where(part, 1.0, 60.0)
    return Problem(
        known=Known(cells.value, cells.lower, np.full(cells.value.size, np.inf), cells.whole),
        totals=Totals.of(cells.sums, cells.value),
        primary=np.asarray(hidden, dtype=np.bool_),
        told_lower=np.minimum(cells.lower, 0.0),
        told_upper=told,
        small=guess,
        guarded=np.where(cells.shown, ~cells.given, ruled | cells.must),
        cost=np.where(cells.shown & ~cells.given, cost, np.inf),
        follow=np.full(cells.value.size, -1),
    )
