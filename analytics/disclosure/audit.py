"""The audit of a table that is to be shown: what its readers can work out, cell by cell."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array

from analytics.disclosure.attacker import Totals
from analytics.disclosure.policy import PRESETS, Policy
from analytics.disclosure.problem import Problem, judge
from analytics.disclosure.relations import COLUMNS, Relations, left_out, problem_of
from analytics.inputs import Bools, Floats, floats

CODES = ("P1", "P2", "P3", "P4")


@dataclass(frozen=True, eq=False)
class PublicTotals:
    """What a reader may know beside the rows that are shown.

    Attributes
    ----------
    relations : Relations
    cells : array
        Value of each cell; NaN for a total that is not to be published.
    sums : array
        What each sum of the relations comes to; 0 where the table adds up.
    """

    relations: Relations
    cells: Floats
    sums: Floats

    @classmethod
    def of(
        cls,
        absence: pd.DataFrame,
        schools: pd.DataFrame | None = None,
        *,
        withheld: Collection[str] = (),
    ) -> PublicTotals:
        """Take the totals of a table of true counts.

        Parameters
        ----------
        absence : DataFrame
            Before protection.
        schools : DataFrame, optional
            Places and levels whose totals are known, see `Relations.of`.
        withheld : collection of str
            Names of totals that are not published.
        """
        relations = Relations.of(absence, schools)
        cells = relations.truth(absence)
        matrix, sums = _known_sums(relations, cells, _hidden_here(relations, absence))
        relations = replace(relations, matrix=matrix)
        total = relations.others["kind"].eq("total") & relations.others["name"].isin(list(withheld))
        cells[total.index[total]] = np.nan
        return cls(relations, cells, sums)


def _hidden_here(relations: Relations, absence: pd.DataFrame) -> Bools:
    """Mark the cells that the table itself hides, and the rests that hang on them."""
    seen = np.concatenate([floats(absence[name]) for name in COLUMNS])
    reason = absence.get("reason", pd.Series("", absence.index))
    coded = reason.isin(CODES).to_numpy(bool)
    own = np.tile(coded, 2) & np.isnan(seen)
    marks = np.concatenate([own, np.zeros(len(relations.others), dtype=np.bool_)])
    rest = relations.others[relations.others["kind"].eq("rest")]
    whole, group = (rest[name].to_numpy(np.intp) for name in ("whole", "group"))
    marks[rest.index] = marks[whole] | marks[group]
    return marks


def _known_sums(relations: Relations, cells: Floats, hidden: Bools) -> tuple[csr_array, Floats]:
    """Give what adds up, and to what.

    Parts add up to their whole also where the table hides some of them: a reader knows that. Other
    unknown cells, and hidden ones of totals that are of shown rows, are left out.
    """
    matrix, placed = left_out(relations.matrix, cells)
    sums = matrix @ placed
    total = relations.others.index[relations.others["kind"].eq("total")].to_numpy(np.intp)
    other = np.isnan(cells) & ~hidden
    other[total] = True
    counted = abs(relations.matrix)
    whole = (counted @ hidden.astype(np.float64) > 0) & (counted @ other.astype(np.float64) == 0)
    taken = diags_array(whole.astype(np.float64))
    left = diags_array((~whole).astype(np.float64))
    return csr_array(taken @ relations.matrix + left @ matrix), np.where(whole, 0.0, sums)


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes
    ----------
    hidden, totals, withheld : int
        Hidden cells, sums that were taken as known, and totals that are not to be published.
    disclosed : tuple of str
        Where cells stand that a reader can confine too closely; never their values.
    already : int
        Hidden cells that an earlier release gave away.
    """

    hidden: int
    totals: int
    withheld: int
    disclosed: tuple[str, ...] = field(repr=False)
    already: int = 0

    @property
    def passed(self) -> bool:
        """Nothing can be worked out that was to be hidden."""
        return not self.disclosed


def audit(
    absence: pd.DataFrame,
    totals: PublicTotals | None = None,
    *,
    policy: Policy = PRESETS["restricted"],
    released: pd.DataFrame | None = None,
) -> Audit:
    """Say which hidden counts of a protected table can be worked out.

    Parameters
    ----------
    absence : DataFrame
        As `protect` gives it.
    totals : PublicTotals, optional
        What is known besides, on the same rows; when left out, that grades and groups add up.
    policy : Policy
        The policy the table was protected with: a reader knows it.
    released : DataFrame, optional
        On the same rows: figures that an earlier release gave, see `protect`.

    Returns
    -------
    Audit

    Raises
    ------
    ValueError
        Totals of another table, or totals that no table agrees with.

    Examples
    --------
    >>> grades = pd.DataFrame({"school_id": "A", "school_year": "2023-24", "student_group": "all",
    ...     "grade": ["1", "2", "all"], "enrolled": [60, 70, 130], "chronic_absent": [4, 30, 34],
    ...     "lower": 0, "upper": 34, "status": "reported", "reason": ""})
    >>> shown = grades.astype({"chronic_absent": "Int64"})
    >>> shown.loc[0, ["chronic_absent", "status", "reason"]] = [None, "suppressed", "P2"]
    >>> audit(shown).disclosed
    ('school A, 2023-24, grade 1, absent',)
    """
    own = PublicTotals.of(absence) if totals is None else totals
    if own.relations.rows != len(absence):
        raise ValueError(f"totals of {own.relations.rows} rows for {len(absence)} rows")
    problem, hidden, already = _stated(absence, own, policy, released)
    found = judge(problem, hidden).narrow
    names = tuple(own.relations.name(cell) for cell in np.flatnonzero(found).tolist())
    total = own.relations.others.index[own.relations.others["kind"].eq("total")]
    gone = np.isnan(own.cells[total])
    rows = hidden[: 2 * len(absence)]
    return Audit(int(rows.sum()), len(own.sums), int(gone.sum()), names, already)


def _stated(
    absence: pd.DataFrame, own: PublicTotals, policy: Policy, released: pd.DataFrame | None
) -> tuple[Problem, Bools, int]:
    """State what a reader sees: the problem, the cells hidden from him, and those he knows."""
    n, others = len(absence), own.relations.others
    code = absence["reason"].where(absence["reason"].isin(CODES), "").to_numpy(str)
    seen = np.concatenate([floats(absence[name]) for name in COLUMNS])
    true = own.cells.copy()
    secret = np.tile(code != "", 2) & np.isnan(seen)
    # Totals that were taken of the shown table itself know nothing of a hidden cell.
    blind = np.isnan(true[: 2 * n]) & secret
    true[: 2 * n] = np.where(blind, 0.0, np.where(secret, true[: 2 * n], seen))
    hidden = np.concatenate([secret, others["kind"].eq("rest") | np.isnan(own.cells[2 * n :])])
    sensitive = own.relations.sensitive_rests(own.cells, policy)
    bounds = (floats(absence["lower"]), floats(absence["upper"]))
    problem = problem_of(own.relations, (true, sensitive), policy, (code, bounds))
    already = 0
    if released is not None:
        gone = np.concatenate([released[name].to_numpy(bool) for name in COLUMNS])
        already = int((hidden[: 2 * n] & gone).sum())
        hidden[: 2 * n] &= ~gone
    primary = problem.primary.copy()
    primary[: 2 * n] = hidden[: 2 * n] & np.tile(code != "P3", 2)
    totals = Totals(own.relations.matrix, own.sums)
    return replace(problem, primary=primary, totals=totals), hidden, already
