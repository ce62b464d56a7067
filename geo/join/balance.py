"""Iterative proportional fitting: make a table of trips meet two sets of totals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]

# Where the pattern of cells does not allow the totals, the largest error soon stands still while
# ever more rounds push students from near cells to far ones: stopping there keeps the seed's decay.
_PATIENCE = 5
_LEAST_GAIN = 0.01


@dataclass(frozen=True, eq=False)
class Balance:
    """What balancing reached.

    Parameters
    ----------
    matrix : csr_array, shape (rows, columns)
        Fitted table; row totals are met exactly.
    iterations : int
        Rounds made.
    converged : bool
        Every column total is met within the tolerance.
    settled : bool
        The largest error no longer falls (less than 1 % in five rounds): more rounds would not
        bring the totals nearer.
    column_error : array, shape (columns,)
        |fitted / wanted - 1| of each column; NaN where no positive total was wanted.
    """

    matrix: csr_array
    iterations: int
    converged: bool
    settled: bool
    column_error: Floats


def balance(
    matrix: csr_array,
    row_totals: Floats,
    column_totals: Floats,
    *,
    tolerance: float = 1e-6,
    max_iterations: int = 1000,
    stop_early: bool = True,
) -> Balance:
    """Scale rows and columns in turn until both totals are met, rows last.

    When the totals cannot all be met (the pattern of cells does not allow it) the rounds approach
    a table that meets the row totals and comes near the column totals; that is reported, never
    raised.

    Parameters
    ----------
    matrix : csr_array, shape (rows, columns)
        Seed, positive where a trip is possible; no empty row.
    row_totals, column_totals : arrays, shapes (rows,) and (columns,)
        Positive totals met exactly, and totals to approach.
    tolerance : float
        Largest relative error of a column total that counts as met.
    max_iterations : int
        Rounds after which to stop in any case.
    stop_early : bool
        False makes every round up to the limit, met or not: the fit is then a smooth function of
        the seed, as a likelihood needs it.

    References
    ----------
    Deming, W. E. and Stephan, F. F. (1940), Annals of Mathematical Statistics 11, 427-444.
    Pukelsheim, F. (2014), Annals of Operations Research 215, 269-283 (limit when infeasible).

    Examples
    --------
    >>> seed = csr_array([[1.0, 1.0], [1.0, 2.0]])
    >>> fit = balance(seed, np.array([30.0, 70.0]), np.array([40.0, 60.0]))
    >>> fit.converged, fit.matrix.sum(axis=1).round(9).tolist()
    (True, [30.0, 70.0])
    """
    _check(matrix, row_totals, column_totals)
    margins = _Margins(matrix, row_totals, column_totals)
    data = margins.fit_rows(matrix.data.astype(np.float64))
    sums = margins.column_sums(data)
    error = margins.column_error(sums)
    largest = [float(np.nanmax(error, initial=0.0))]
    while len(largest) <= max_iterations:
        if stop_early and (largest[-1] <= tolerance or _stands_still(largest)):
            break
        data = margins.fit_rows(margins.fit_columns(data, sums))
        sums = margins.column_sums(data)
        error = margins.column_error(sums)
        largest.append(float(np.nanmax(error, initial=0.0)))
    converged = largest[-1] <= tolerance
    fitted = csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
    return Balance(fitted, len(largest) - 1, converged, converged or _stands_still(largest), error)


def _stands_still(largest: list[float]) -> bool:
    """Say whether the largest error has stopped falling."""
    if len(largest) <= _PATIENCE:
        return False
    return largest[-1] > (1 - _LEAST_GAIN) * largest[-1 - _PATIENCE]


def _check(matrix: csr_array, row_totals: Floats, column_totals: Floats) -> None:
    if not matrix.shape[0] or (np.diff(matrix.indptr) == 0).any():
        raise ValueError("Balancing needs at least one row, and at least one cell in every row.")
    if not (np.isfinite(matrix.data) & (matrix.data > 0)).all():
        raise ValueError("Balancing needs positive cells.")
    if not ((row_totals > 0).all() and (column_totals[matrix.indices] > 0).all()):
        raise ValueError("Balancing needs a positive total for every row and column with cells.")


class _Margins:
    """Totals wanted and the sums that are compared with them."""

    def __init__(self, matrix: csr_array, row_totals: Floats, column_totals: Floats) -> None:
        self.starts, self.columns = matrix.indptr[:-1], matrix.indices
        self.row_of = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        self.row_totals, self.column_totals = row_totals, column_totals

    def fit_rows(self, data: Floats) -> Floats:
        factor = self.row_totals / np.add.reduceat(data, self.starts)
        return np.asarray(data * factor[self.row_of])

    def fit_columns(self, data: Floats, sums: Floats) -> Floats:
        factor = np.divide(self.column_totals, sums, out=np.zeros_like(sums), where=sums > 0)
        return np.asarray(data * factor[self.columns])

    def column_error(self, sums: Floats) -> Floats:
        wanted = self.column_totals
        met = np.divide(sums, wanted, out=np.full(len(sums), np.nan), where=wanted > 0)
        return np.asarray(np.abs(met - 1))

    def column_sums(self, data: Floats) -> Floats:
        sums = np.bincount(self.columns, data, minlength=len(self.column_totals))
        return sums.astype(np.float64)
