"""What a reader can work out about hidden cells: the attacker's linear program.

Someone who knows the totals of a table, the cells that are shown and what a count can be at all can
confine each hidden cell to an interval. A hidden cell is as safe as that interval is wide, however
many other cells are hidden beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import block_diag, coo_array, csr_array, diags_array, vstack
from scipy.sparse.csgraph import connected_components

from analytics.inputs import Bools, Floats, floats

Positions = NDArray[np.intp]
ROUNDING = 1e-6
UNBOUNDED = 1e7
"""Stands for "no limit" in the program: no count of students comes near."""
SMALL = 30
"""Up to this many hidden cells that hang together, an interval that the linear program leaves
fractional is asked for in whole numbers."""
AT_ONCE = 20_000
"""Variables of one program: small ones that do not touch are solved together."""
ALONE = 100
"""A group of more hidden cells than this is asked cell by cell."""
SWEEPS = 8
"""Tables looked at, and as many that mirror them, before such a group is asked cell by cell."""
Wide = Callable[[Positions, Floats, Floats], Bools]
"""Says which cells an interval suffices for that may yet be wider."""


@dataclass(frozen=True, eq=False)
class Totals:
    """Sums of cells that a reader knows.

    Attributes
    ----------
    matrix : csr_array, shape (totals, cells)
        `matrix @ cells == sums`.
    sums : array, shape (totals,)
        NaN where a total is not known.
    """

    matrix: csr_array
    sums: Floats

    @classmethod
    def of(cls, matrix: Any, cells: Floats) -> Totals:
        """Give the totals as they truly are; those of a cell that nobody knows stay unknown."""
        sparse = csr_array(matrix, dtype=np.float64)
        if sparse.shape[1] != cells.size:
            raise ValueError(f"totals of {sparse.shape[1]} cells for {cells.size} cells")
        unknown = np.isnan(cells)
        values = sparse @ np.where(unknown, 0.0, cells)
        lost = abs(sparse) @ unknown.astype(np.float64) > 0
        return cls(sparse, np.where(lost, np.nan, values))

    @classmethod
    def of_table(cls, cells: Floats) -> Totals:
        """Give the sum of every row and every column of a table, shape (rows, columns)."""
        rows, columns = cells.shape
        at = np.arange(cells.size)
        one = np.ones(cells.size)
        down = coo_array((one, (at // columns, at)), shape=(rows, cells.size))
        across = coo_array((one, (at % columns, at)), shape=(columns, cells.size))
        return cls.of(vstack([down, across]), cells.ravel())


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of cells apart from their totals.

    Attributes
    ----------
    truth : array, shape (cells,)
        True values; only those of cells that are shown are used.
    lower, upper : array
        What a hidden cell can be at all.
    whole : array of int
        Position of the cell of which this one is a part, such as the students enrolled; -1 = none.
    """

    truth: Floats
    lower: Floats
    upper: Floats
    whole: Positions


@dataclass(frozen=True, eq=False)
class Reach:
    """Intervals of cells, NaN for those that are shown.

    Attributes
    ----------
    low, high : array, shape (cells,)
    centre : array
        A table that agrees with all that is known, made from nothing else.
    group : array of int
        Hidden cells of one number hang together by totals; -1 = shown.
    """

    low: Floats
    high: Floats
    centre: Floats
    group: Positions


def attainable(
    table: Any, hidden: Any, totals: Any = None, *, lower: Any = 0.0, upper: Any = np.inf
) -> pd.DataFrame:
    """Give the interval to which a reader can confine each hidden cell.

    Parameters
    ----------
    table : Series, DataFrame or array
        True values of whole numbers. Those of hidden cells serve for nothing but the totals.
    hidden : as `table`, of bool
        Cells that are not shown.
    totals : Totals, or array or sparse array of shape (totals, cells), optional
        What adds up to a known total; the totals are then taken from the table. For a DataFrame or
        array of two dimensions: every row and every column when left out.
    lower, upper : float, or as `table`
        What a hidden cell is known to be at least and at most.

    Returns
    -------
    DataFrame
        Index as the hidden cells (row and column for a table of two dimensions): `lower`, `upper`;
        infinite where nothing bounds a cell.

    Raises
    ------
    ValueError
        Shapes that do not fit, or totals that no table agrees with.

    References
    ----------
    Fischetti M, Salazar-Gonzalez JJ (2001) Manage Sci 47:1008-1027, section 2. Huangfu Q, Hall JAJ
    (2018) Math Prog Comp 10:119-142 (HiGHS).

    Examples
    --------
    >>> table = np.array([[20, 50, 10], [8, 19, 22], [17, 32, 12]])
    >>> hidden = np.array([[0, 0, 0], [1, 0, 1], [1, 0, 1]], dtype=bool)
    >>> attainable(table, hidden).loc[(1, 2)].tolist()
    [5.0, 30.0]
    """
    flat, labels = _flat(table)
    cells = floats(flat)
    secret = np.asarray(_flat(hidden)[0], dtype=np.bool_)
    if secret.shape != cells.shape:
        raise ValueError(f"{secret.size} marks of hidden for {cells.size} cells")
    shape = np.shape(table)
    if totals is None:
        if len(shape) != 2:
            raise ValueError("say what adds up: totals, shape (totals, cells)")
        totals = Totals.of_table(cells.reshape(shape))
    elif not isinstance(totals, Totals):
        totals = Totals.of(totals, cells)
    low, high = (
        np.broadcast_to(floats(_flat(each)[0]), cells.shape)
        if np.ndim(each)
        else np.full(cells.shape, float(each))
        for each in (lower, upper)
    )
    found = reach(Known(cells, low, high, np.full(cells.size, -1)), secret, totals)
    return pd.DataFrame({"lower": found.low[secret], "upper": found.high[secret]}, labels[secret])


def reach(known: Known, hidden: Bools, totals: Totals, wide: Wide | None = None) -> Reach:
    """Solve the attacker's program for every hidden cell; see `attainable`.

    Where `wide` says that what is found of a cell suffices, its interval is not followed to its
    ends: tables that make another cell extreme show it wide enough.

    Raises
    ------
    ValueError
        No table agrees with what is known.
    """
    size = known.truth.size
    low, high, centre = (np.full(size, np.nan) for _ in range(3))
    group = np.full(size, -1)
    if not hidden.any():
        return Reach(low, high, centre, group)
    program = _Program.of(known, hidden, totals)
    group[program.cells] = program.group
    alone, least, most = _alone(program)
    cells = program.cells[alone]
    low[cells], high[cells], centre[cells] = least, most, (least + most) / 2
    for batch in _batches(program):
        for block, points in zip(batch, _solve(program, batch, wide), strict=True):
            cells = program.cells[block]
            low[cells], high[cells] = points.min(axis=0), points.max(axis=0)
            centre[cells] = points.mean(axis=0)
    high[high > UNBOUNDED / 10] = np.inf
    return Reach(np.ceil(low - ROUNDING), np.floor(high + ROUNDING), centre, group)


def hang_together(known: Known, hidden: Bools, totals: Totals) -> Positions:
    """Give hidden cells that hang together one number, as `Reach.group` does; -1 = shown."""
    group = np.full(hidden.size, -1)
    if hidden.any():
        program = _Program.of(known, hidden, totals)
        group[program.cells] = program.group
    return group


@dataclass(frozen=True, eq=False)
class _Program:
    """What holds among hidden cells: `rows @ x` between `least` and `most`."""

    cells: Positions
    rows: csr_array
    least: Floats
    most: Floats
    lower: Floats
    upper: Floats
    group: Positions

    @classmethod
    def of(cls, known: Known, hidden: Bools, totals: Totals) -> _Program:
        cells = np.flatnonzero(hidden)
        unknown = ~hidden & np.isnan(known.truth)
        shown = np.where(hidden | unknown, 0.0, known.truth)
        rest = totals.sums - totals.matrix @ shown
        rest[abs(totals.matrix) @ unknown.astype(np.float64) > 0] = np.nan
        sums = totals.matrix[:, cells]
        used = (np.diff(sums.indptr) > 0) & ~np.isnan(rest)
        place = np.full(hidden.size, -1)
        place[cells] = np.arange(cells.size)
        lower, upper = known.lower[cells].copy(), np.minimum(known.upper[cells], UNBOUNDED)
        whole = known.whole[cells]
        in_shown = (whole >= 0) & ~hidden[whole]
        upper[in_shown] = np.fmin(upper, known.truth[whole])[in_shown]
        shown_part = np.flatnonzero((known.whole >= 0) & ~hidden & ~unknown)
        shown_part = shown_part[hidden[known.whole[shown_part]]]
        np.maximum.at(lower, place[known.whole[shown_part]], known.truth[shown_part])
        part = np.flatnonzero((whole >= 0) & hidden[whole])
        pairs = _pairs(part, place[whole[part]], cells.size)
        rows = csr_array(vstack([sums[np.flatnonzero(used)], pairs]))
        least = np.concatenate([rest[used], np.full(part.size, -np.inf)])
        most = np.concatenate([rest[used], np.zeros(part.size)])
        rows, least, most = _settled(rows, (least, most), lower, upper)
        return cls(cells, rows, least, most, lower, upper, tied(rows))


def _settled(
    rows: csr_array, ends: tuple[Floats, Floats], lower: Floats, upper: Floats
) -> tuple[csr_array, Floats, Floats]:
    """Put cells that a sum alone gives away into the other sums; writes into the bounds."""
    least, most = ends
    while True:
        alone = np.flatnonzero((np.diff(rows.indptr) == 1) & (least == most))
        if not alone.size:
            return rows, least, most
        cell, first = np.unique(rows.indices[rows.indptr[alone]], return_index=True)
        value = least[alone[first]] / rows.data[rows.indptr[alone[first]]]
        off = (value < lower[cell] - ROUNDING) | (value > upper[cell] + ROUNDING)
        if off.any():
            raise ValueError("no table agrees with these totals, bounds and shown cells")
        lower[cell] = upper[cell] = value
        taken = np.zeros(lower.size)
        taken[cell] = value
        least, most = least - rows @ taken, most - rows @ taken
        kept = np.ones(lower.size)
        kept[cell] = 0.0
        rows = csr_array(rows @ diags_array(kept))
        rows.eliminate_zeros()
        over = (np.diff(rows.indptr) == 0) & ((least > ROUNDING) | (most < -ROUNDING))
        if over.any():
            raise ValueError("no table agrees with these totals, bounds and shown cells")


def _pairs(part: Positions, whole: Positions, size: int) -> csr_array:
    """Say that parts are at most their wholes: part - whole <= 0."""
    at = np.arange(part.size)
    data = np.concatenate([np.ones(part.size), -np.ones(part.size)])
    where = (np.concatenate([at, at]), np.concatenate([part, whole]))
    return csr_array(coo_array((data, where), shape=(part.size, size)))


def tied(sums: csr_array) -> Positions:
    """Give cells that sums tie together, one through the other, the same number."""
    size = sums.shape[1]
    both = coo_array(sums)
    among = (both.data, (both.row + size, both.col))
    shape = (size + sums.shape[0],) * 2
    number = connected_components(csr_array(coo_array(among, shape=shape)), directed=False)[1]
    return np.asarray(np.unique(number[:size], return_inverse=True)[1], dtype=np.intp)


def _alone(program: _Program) -> tuple[Positions, Floats, Floats]:
    """Give the cells that hang together with no other, and the ends that each sum sets them."""
    alone = np.bincount(program.group)[program.group] == 1
    rows = coo_array(program.rows)
    own = alone[rows.col] & (rows.data != 0)
    row, cell, factor = rows.row[own], rows.col[own], rows.data[own]
    ends = np.sort(np.stack([program.least[row] / factor, program.most[row] / factor]), axis=0)
    low, high = program.lower.copy(), program.upper.copy()
    np.maximum.at(low, cell, ends[0])
    np.minimum.at(high, cell, ends[1])
    if (low[alone] > high[alone] + ROUNDING).any():
        raise ValueError("no table agrees with these totals, bounds and shown cells")
    return np.flatnonzero(alone), low[alone], high[alone]


def _batches(program: _Program) -> Iterator[list[Positions]]:
    """Give groups of two cells and more, several at once as long as their programs stay small."""
    many = np.flatnonzero(np.bincount(program.group)[program.group] > 1)
    order = many[np.argsort(program.group[many], kind="stable")]
    edges = np.flatnonzero(np.diff(program.group[order])) + 1
    batch: list[Positions] = []
    size = 0
    for block in np.split(order, edges) if order.size else []:
        wanted = 2 * block.size**2 if block.size <= ALONE else AT_ONCE
        if batch and size + wanted > AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(block)
        size += wanted
    if batch:
        yield batch


def _solve(program: _Program, batch: list[Positions], wide: Wide | None) -> list[Floats]:
    """Give, for each group, the tables in which one of its cells after the other is extreme."""
    columns = csr_array(program.rows.T)
    parts = []
    for block in batch:
        rows = np.unique(columns[block].indices)
        parts.append((block, rows, csr_array(program.rows[rows][:, block])))
    if batch[0].size > ALONE:
        return [_one_by_one(program, parts[0], wide)]
    matrix = block_diag([each for block, _, each in parts for _ in range(2 * block.size)], "csr")
    copies = [(block, rows) for block, rows, _ in parts for _ in range(2 * block.size)]
    found = _linear(
        program,
        np.concatenate([cost for block in batch for cost in _extremes(block)]),
        matrix,
        np.concatenate([rows for _, rows in copies]),
        np.concatenate([block for block, _ in copies]),
    )
    points = []
    start = 0
    for part in parts:
        size = part[0].size
        own = found[start : start + 2 * size**2].reshape(2 * size, size)
        points.append(_in_whole_numbers(program, part, own))
        start += 2 * size**2
    return points


def _extremes(block: Positions) -> list[Floats]:
    """Give the costs that ask for the least and the most of each cell of a group."""
    one = np.eye(block.size)
    return [sign * one[at] for at in range(block.size) for sign in (1.0, -1.0)]


def _one_by_one(
    program: _Program, part: tuple[Positions, Positions, csr_array], wide: Wide | None
) -> Floats:
    """Solve for a large group, leaving out cells that the tables so far show to be wide enough."""
    block, rows, matrix = part
    costs, points = _extremes(block), np.empty((0, block.size))
    if wide is not None:
        points = _swept(program, part, wide)
    for at in range(block.size):
        if wide is not None:
            ends = points[:, at].min(keepdims=True), points[:, at].max(keepdims=True)
            if wide(program.cells[block[[at]]], *ends)[0]:
                continue
        own = [_linear(program, each, matrix, rows, block) for each in costs[2 * at : 2 * at + 2]]
        points = np.vstack([points, *own])
    return points


def _swept(program: _Program, part: tuple[Positions, Positions, csr_array], wide: Wide) -> Floats:
    """Move many cells at once, each one way and back: most of them move far enough."""
    block, rows, matrix = part
    rng = np.random.default_rng(block.size)
    points, left = np.empty((0, block.size)), np.ones(block.size, dtype=np.bool_)
    for _ in range(SWEEPS):
        cost = np.where(left, rng.choice([-1.0, 1.0], block.size), 0.0)
        own = [_linear(program, way * cost, matrix, rows, block) for way in (1.0, -1.0)]
        points = np.vstack([points, *own])
        left = ~wide(program.cells[block], points.min(axis=0), points.max(axis=0))
        if not left.any():
            break
    return points


def _linear(
    program: _Program, cost: Floats, matrix: csr_array, rows: Positions, block: Positions
) -> Floats:
    """Solve one linear program; its rows and columns are those of the whole."""
    least, most = program.least[rows], program.most[rows]
    equal = least == most
    found = linprog(
        cost,
        A_ub=matrix[np.flatnonzero(~equal)] if (~equal).any() else None,
        b_ub=most[~equal] if (~equal).any() else None,
        A_eq=matrix[np.flatnonzero(equal)] if equal.any() else None,
        b_eq=least[equal] if equal.any() else None,
        bounds=np.column_stack([program.lower[block], program.upper[block]]),
        method="highs",
    )
    if found.x is None:
        raise ValueError("no table agrees with these totals, bounds and shown cells")
    return np.asarray(found.x, dtype=np.float64)


def _in_whole_numbers(
    program: _Program, part: tuple[Positions, Positions, csr_array], points: Floats
) -> Floats:
    """Solve again in whole numbers where a small group's extreme tables hold fractions."""
    block, rows, matrix = part
    broken = np.abs(points - np.rint(points)).max(axis=1) > ROUNDING
    if block.size > SMALL or not broken.any():
        return points
    points = points.copy()
    held = LinearConstraint(matrix, program.least[rows], program.most[rows])
    within = Bounds(program.lower[block], program.upper[block])
    for at in np.flatnonzero(broken):
        cost = _extremes(block)[at]
        found = milp(cost, constraints=held, bounds=within, integrality=np.ones(block.size))
        if found.x is None:
            raise ValueError("no table of whole numbers agrees with these totals and shown cells")
        points[at] = found.x
    return points


def _flat(values: Any) -> tuple[Any, pd.Index]:
    """Give cells one after the other, and what they are called."""
    if isinstance(values, pd.DataFrame):
        labels = pd.MultiIndex.from_product([values.index, values.columns])
        return values.to_numpy(dtype=object).ravel(), labels
    if isinstance(values, pd.Series):
        return values, values.index
    array = np.asarray(values)
    if array.ndim < 2:
        return array, pd.RangeIndex(array.size)
    return array.ravel(), pd.MultiIndex.from_product([range(each) for each in array.shape])
