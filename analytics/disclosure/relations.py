"""What adds up in a table of school counts: the cells, and the sums that a reader may know.

Every row has two cells, the students enrolled and those of them absent. Beside them stand cells
that no row holds: totals of places, and the students who are not of a group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array

from analytics.disclosure.attacker import Known, Totals, hang_together
from analytics.disclosure.policy import Policy, privacy_code
from analytics.disclosure.problem import Problem
from analytics.inputs import Bools, Floats, floats

EVERYONE = "all"
KEYS = ("school_id", "school_year", "student_group", "grade")
COLUMNS = ("enrolled", "chronic_absent")
SPLITS = (("female", "male"),)
"""Groups, in small letters, that make up all students where a table has each of them."""
LEAST_SCHOOLS = 3
"""A total of fewer schools is no total: it is not to be published."""


@dataclass(frozen=True, eq=False)
class Relations:
    """Sums among the cells of a table of n rows.

    Cells are the rows' enrolments (0 to n-1), their absent students (n to 2n-1), then the others.

    Attributes
    ----------
    rows : int
        n.
    matrix : csr_array, shape (sums, cells)
        What adds up; `matrix @ cells` is 0 where the table adds up.
    names : Index of str
        Where each row stands, without a figure.
    others : DataFrame
        Cells that are no row: `kind` "total" or "rest", `name`, and for a rest the position of its
        row of all students, and of its group (`whole`, `group`).
    """

    rows: int
    matrix: csr_array
    names: pd.Index
    others: pd.DataFrame

    @classmethod
    def of(cls, absence: pd.DataFrame, schools: pd.DataFrame | None = None) -> Relations:
        """Find what adds up in a table.

        Parameters
        ----------
        absence : DataFrame
            Columns `school_id`, `school_year`, `student_group`, `grade` where it has them; "all" in
            the last two is the sum of the others.
        schools : DataFrame, optional
            Index school_id; each column names the place, kind or level of a school ("" = none).
            Totals by year, group and grade of every value, and of all schools, are taken as known.
        """
        keys = _keys(absence)
        build = _Sums(len(keys))
        _grades(build, keys)
        _groups(build, keys)
        if schools is not None:
            _places(build, keys, schools)
        return cls(len(keys), build.matrix(), _named(keys), build.table())

    def truth(self, absence: pd.DataFrame) -> Floats:
        """Give the value of every cell; NaN where the table does not know it."""
        own = np.concatenate([floats(absence[name]) for name in COLUMNS])
        cells = np.concatenate([own, np.zeros(len(self.others))])
        self._add_up(cells)
        rest = self.others[self.others["kind"].eq("rest")]
        whole, group = (rest[name].to_numpy(np.intp) for name in ("whole", "group"))
        cells[rest.index] = cells[whole] - cells[group]
        return cells

    def name(self, cell: int) -> str:
        """Say where a cell stands, without its figure."""
        if cell >= 2 * self.rows:
            return str(self.others.loc[cell, "name"])
        kind = "absent" if cell >= self.rows else "enrolled"
        return f"{self.names[cell % self.rows]}, {kind}"

    def only_totals(self) -> bool:
        """Say whether no row is the sum of others."""
        totals = bool(self.others["kind"].eq("total").all())
        return totals and len(self.others) == self.matrix.shape[0]

    def at_ends(self, cells: Floats, hidden: Bools, small: int) -> Floats:
        """Put hidden cells at none or all of the students, and the totals that hold them along."""
        n = self.rows
        ends = cells.copy()
        students = np.where(hidden[:n], 0.0, cells[:n])
        # Where every count of so few students is hidden, the end is hidden too.
        high = (cells[n : 2 * n] > cells[:n] - cells[n : 2 * n]) & (cells[:n] > 2 * small + 1)
        ends[:n] = students
        ends[n : 2 * n] = np.where(
            hidden[n : 2 * n], np.where(high, students, 0.0), cells[n : 2 * n]
        )
        self._add_up(ends)
        return ends

    def totals(self, cells: Bools) -> tuple[str, ...]:
        """Name the totals among cells."""
        mine = self.others[self.others["kind"].eq("total")]
        return tuple(mine.loc[cells[mine.index], "name"])

    def costs(self, cells: Floats) -> Floats:
        """Give the cost of hiding each cell: little for few students, much for an enrolment."""
        n = self.rows
        students = np.log1p(cells[:n]) + 1.0
        plain = np.where(self.names.str.contains(", group |, grade ", regex=True), 1.0, 3.0)
        return np.concatenate(
            [60 * students * plain, students * plain, np.full(len(self.others), 300.0)]
        )

    def sensitive_rests(self, cells: Floats, policy: Policy) -> Bools:
        """Mark the students who are not of a group where a rule would hide them as a group."""
        marks = np.zeros(cells.size, dtype=np.bool_)
        rest = self.others.index[self.others["kind"].eq("rest")].to_numpy(np.intp)
        enrolled, absent = rest[::2], rest[1::2]
        some = cells[enrolled] > 0
        code, _ = privacy_code(
            np.clip(cells[absent], 0, cells[enrolled].clip(min=0)),
            cells[enrolled].clip(min=0),
            policy,
        )
        marks[enrolled], marks[absent] = some & (code == "P1"), some & (code != "")
        return marks

    def _add_up(self, cells: Floats) -> None:
        """Write each total of what is known into its cell; unknown where nothing is."""
        total = self.others.index[self.others["kind"].eq("total")].to_numpy(np.intp)
        # A total is the only cell that its sum takes away.
        row = csr_array(self.matrix.T)[total].indices
        members = self.matrix[row][:, : 2 * self.rows]
        own = cells[: 2 * self.rows]
        known = ~np.isnan(own)
        some = members @ known.astype(np.float64) > 0
        cells[total] = np.where(some, members @ np.where(known, own, 0.0), np.nan)


def left_out(matrix: csr_array, cells: Floats) -> tuple[csr_array, Floats]:
    """Leave cells that the table does not know out of every sum; a placeholder stands for them.

    Totals are then of the cells that are known. From a total that holds others too, who does not
    know those learns less; who knows them takes them off and has the total of the rest.
    """
    unknown = np.isnan(cells)
    kept = csr_array(matrix @ diags_array((~unknown).astype(np.float64)))
    kept.eliminate_zeros()
    return kept, np.where(unknown, 0.0, cells)


class _Sums:
    """Sums as they are found, for both cells of each row."""

    def __init__(self, rows: int) -> None:
        self.size = rows
        self.at: list[tuple[np.ndarray, np.ndarray]] = []
        self.others: list[tuple[str, str, int, int]] = []

    def add(self, members: np.ndarray, whole: int) -> None:
        """Let rows add up to another row."""
        for start in (0, self.size):
            signs = np.append(np.ones(members.size), -1.0)
            self.at.append((np.append(members, whole) + start, signs))

    def total(self, members: np.ndarray, name: str) -> None:
        """Let rows add up to a total that is no row."""
        for start, kind in ((0, "enrolled"), (self.size, "absent")):
            cell = 2 * self.size + len(self.others)
            self.others.append(("total", f"{name}, {kind}", -1, -1))
            signs = np.append(np.ones(members.size), -1.0)
            self.at.append((np.append(members + start, cell), signs))

    def rest(self, group: int, whole: int) -> None:
        """Let a group and those who are not of it add up to all students."""
        for start, kind in ((0, "enrolled"), (self.size, "absent")):
            cell = 2 * self.size + len(self.others)
            self.others.append(("rest", kind, whole + start, group + start))
            self.at.append((np.array([group + start, cell, whole + start]), np.array([1, 1, -1.0])))

    def table(self) -> pd.DataFrame:
        table = pd.DataFrame(self.others, columns=["kind", "name", "whole", "group"])
        return table.set_axis(2 * self.size + np.arange(len(table)))

    def matrix(self) -> csr_array:
        shape = (len(self.at), 2 * self.size + len(self.others))
        if not self.at:
            return csr_array(shape, dtype=np.float64)
        row = np.repeat(np.arange(len(self.at)), [cells.size for cells, _ in self.at])
        cells, signs = (np.concatenate(each) for each in zip(*self.at, strict=True))
        return csr_array(coo_array((signs, (row, cells)), shape=shape))


def _keys(absence: pd.DataFrame) -> pd.DataFrame:
    """Give the four keys of each row; a column that is not there holds one value."""
    whole = {"school_id": pd.Series(np.arange(len(absence)), absence.index)}
    keys = {
        name: absence[name] if name in absence.columns else whole.get(name, EVERYONE)
        for name in KEYS
    }
    return pd.DataFrame(keys, index=absence.index).astype(str).reset_index(drop=True)


def _named(keys: pd.DataFrame) -> pd.Index:
    parts = keys.astype(str)
    words = "school " + parts["school_id"] + ", " + parts["school_year"]
    for name, label in (("student_group", "group"), ("grade", "grade")):
        own = parts[name].ne(EVERYONE)
        words = words.where(~own, words + f", {label} " + parts[name])
    return pd.Index(words)


def _grades(build: _Sums, keys: pd.DataFrame) -> None:
    """Grades of a school, year and group add up to its row of all grades."""
    for whole, parts in _split(keys, ["school_id", "school_year", "student_group"], "grade"):
        build.add(parts, whole)


def _groups(build: _Sums, keys: pd.DataFrame) -> None:
    """Each group has a rest; groups that split all students add up to them."""
    words = keys["student_group"].str.lower()
    for whole, parts in _split(keys, ["school_id", "school_year", "grade"], "student_group"):
        for part in parts:
            build.rest(part, whole)
        here = words.iloc[parts]
        for split in SPLITS:
            if set(split) <= set(here):
                build.add(parts[here.isin(split).to_numpy()], whole)


def _split(keys: pd.DataFrame, within: Sequence[str], by: str) -> Iterable[tuple[int, np.ndarray]]:
    """Give the row of all and the rows that divide it, of each set of rows."""
    sets = keys.groupby(list(within), sort=False)
    many = sets[by].transform("size").gt(1).to_numpy()
    for _, rows in keys[many].groupby(list(within), sort=False):
        everyone = rows[by].eq(EVERYONE)
        if everyone.sum() == 1 and len(rows) > 1:
            yield int(rows.index[everyone.to_numpy()][0]), rows.index[~everyone].to_numpy()


def _places(build: _Sums, keys: pd.DataFrame, schools: pd.DataFrame) -> None:
    """Totals of all schools, of each value of each column, and of pairs with the first column."""
    named = schools.astype(str).set_axis(schools.index.astype(str))
    units = {"": pd.Series("all schools", named.index), **{n: named[n] for n in named}}
    first = next(iter(named), "")
    for name in list(named)[1:]:
        pair = named[first] + ", " + named[name]
        units[f"{first} and {name}"] = pair.where(named[first].ne("") & named[name].ne(""), "")
    for label, values in units.items():
        unit = keys["school_id"].map(values).fillna("")
        table = keys.assign(unit=unit)[unit.ne("")]
        for where, rows in table.groupby(["unit", *KEYS[1:]], sort=True):
            if len(rows) >= LEAST_SCHOOLS:
                said = ", ".join(str(each) for each in where if each != EVERYONE)
                build.total(rows.index.to_numpy(), f"total of {label} {said}".replace("  ", " "))


def problem_of(
    relations: Relations,
    cells: tuple[Floats, Bools],
    policy: Policy,
    by_row: tuple[NDArray[np.str_], tuple[Floats, Floats]],
    fixed: Bools | None = None,
) -> Problem:
    """State the problem of hiding enough of a table.

    Parameters
    ----------
    cells : (array, array of bool)
        Values, and the rests that need protection; a cell that the table itself does not know
        counts as known to the reader.
    by_row : (code, (lower, upper))
        As of `privacy_code`, "" for rows that are not hidden or not open.
    fixed : array of bool, optional
        Cells of rows that cannot be hidden: not open, or given by an earlier release.
    """
    truth, sensitive = cells
    code, (lower, upper) = by_row
    n = relations.rows
    open_cells = ~np.isnan(truth)
    if fixed is not None:
        open_cells[: 2 * n] &= ~fixed
    few, coded = code == "P1", code == "P4"
    others = np.zeros(len(relations.others), dtype=np.bool_)
    rests = np.concatenate([np.zeros(2 * n, dtype=np.bool_), relations.others["kind"].eq("rest")])
    at_most = np.where(few, float(policy.hide_enrolled_up_to), np.inf)
    told = np.concatenate([at_most, np.where(coded, upper, at_most), np.full(others.size, np.inf)])
    least = np.concatenate([np.zeros(n), np.where(coded, lower, 0.0), np.zeros(others.size)])
    small = np.where(code == "P2", float(policy.hide_counts_up_to), np.nan)
    always = np.concatenate([np.zeros(n, dtype=np.bool_), coded, others])
    follow = np.full(truth.size, -1)
    follow[:n] = np.where(open_cells[n : 2 * n], np.arange(n, 2 * n), -1)
    whole = np.full(truth.size, -1)
    whole[n : 2 * n] = np.where(np.isnan(truth[:n]), -1, np.arange(n))
    matrix, value = left_out(relations.matrix, truth)
    known = Known(
        value,
        np.where(always, least, np.minimum(value, 0.0)),
        np.where(always, told, np.inf),
        whole,
    )
    return Problem(
        known=known,
        totals=Totals.of(matrix, value),
        primary=np.concatenate([few, code != "", others]) & open_cells | rests,
        told_lower=least,
        told_upper=told,
        small=np.concatenate([np.full(n, np.nan), small, np.full(others.size, np.nan)]),
        guarded=np.concatenate([np.ones(2 * n, dtype=np.bool_), others]) | sensitive,
        cost=np.where(open_cells & ~rests, relations.costs(value), np.inf),
        follow=follow,
    )


def reader_groups(problem: Problem, hidden: Bools) -> Bools:
    """Mark the cells that hang together with a row hidden for another's sake."""
    group = hang_together(problem.known, hidden, problem.totals)
    shared = np.unique(group[hidden & ~problem.primary & problem.guarded])
    return np.isin(group, shared)
