"""What every local statistic offers: a number an area, for one map or for many draws at once."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy.sparse import csr_array

from analytics.inputs import Floats
from geo.weights.weights import Weights

_EQUAL = 1e-12  # relative spread under which values count as all equal


class LocalStatistic(Protocol):
    """A local statistic prepared for one set of weights over m areas."""

    @property
    def matrix(self) -> csr_array:
        """Weights as the statistic uses them, shape (m, m)."""

    def z(self, values: Floats) -> Floats:
        """Standardise the statistic of each area: one map (m,) or many (m, draws), same shape."""


def deviations(values: Floats) -> tuple[Floats, Floats]:
    """Centre each map and give the mean square of what is left.

    Parameters
    ----------
    values
        One map, shape (m,), or many, shape (m, draws); m at least 1.

    Returns
    -------
    centred, mean_square
        Shapes (m, draws) and (draws,), 1 draw for one map; the mean square (over m, not m - 1) is
        NaN for a map whose values are all equal.

    Examples
    --------
    >>> centred, mean_square = deviations(np.array([1.0, 3.0]))
    >>> centred.tolist(), mean_square.tolist()
    ([[-1.0], [1.0]], [1.0])
    """
    table = values.reshape(len(values), -1)
    centred: Floats = table - table.mean(axis=0)
    size = np.einsum("ij,ij->j", table, table) / len(table)
    mean_square = np.einsum("ij,ij->j", centred, centred) / len(table)
    return centred, np.where(mean_square > _EQUAL**2 * size, mean_square, np.nan)


def row_sums(matrix: csr_array) -> tuple[Floats, Floats]:
    """Sum the weights of each row and their squares.

    Parameters
    ----------
    matrix
        Weights, shape (m, m).

    Returns
    -------
    totals, squares
        Shape (m,) each.

    Examples
    --------
    >>> [part.tolist() for part in row_sums(csr_array([[0.0, 2.0], [3.0, 0.0]]))]
    [[2.0, 3.0], [4.0, 9.0]]
    """
    squared = csr_array((matrix.data**2, matrix.indices, matrix.indptr), shape=matrix.shape)
    return np.asarray(matrix.sum(axis=1)), np.asarray(squared.sum(axis=1))


def spread(totals: Floats, squares: Floats, areas: int) -> Floats:
    """Tell how much a weighted sum of areas without replacement varies, in standard deviations.

    Parameters
    ----------
    totals, squares
        From `row_sums`, shape (m,).
    areas
        Number of areas that the neighbours come from.

    Returns
    -------
    numpy.ndarray
        `sqrt((areas * sum w^2 - (sum w)^2) / (areas - 1))`, shape (m,); NaN where the row covers
        all of these areas alike or none, so that nothing can stand out.

    Examples
    --------
    >>> spread(np.array([2.0, 5.0]), np.array([2.0, 5.0]), 5).round(3).tolist()
    [1.225, nan]
    """
    variance = (areas * squares - totals**2) / max(areas - 1, 1)
    covers_all = variance <= _EQUAL * totals**2
    return np.sqrt(np.where(covers_all, np.nan, variance))


def without_self(weights: Weights) -> csr_array:
    """Give the matrix of weights in which no area may be its own neighbour.

    Parameters
    ----------
    weights
        Binary or general weights over m areas.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (m, m), as given.

    Raises
    ------
    ValueError
        Weights that hold selves.

    Examples
    --------
    >>> without_self(Weights.from_edges("ab", "ab", "ba")).toarray().tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    own = np.flatnonzero(weights.sparse.diagonal() > 0) if weights.self_included else np.array([])
    if own.size:
        raise ValueError(
            f"{len(own)} areas are their own neighbours, the first {weights.ids[own[0]]!r}: this "
            "statistic leaves each area out of its neighbours; pass weights without selves, or use "
            "gi_star"
        )
    return weights.sparse
