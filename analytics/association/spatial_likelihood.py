"""Pieces of the likelihood of a model whose outcome or errors depend on neighbours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize_scalar
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu

from analytics.inputs import Floats
from geo.weights.weights import Weights

_BOUND = 0.999  # of the spatial coefficient; 1 makes the model singular


def lag_coefficient(y: Floats, x: Floats, w: csc_array) -> float:
    """Find the most likely rho of `y = rho W y + X b + e`.

    Parameters
    ----------
    y, x
        Outcome and columns, shapes (n,) and (n, k).
    w
        Row-standardised weights, shape (n, n).

    Returns
    -------
    float
        Between -.999 and .999.

    References
    ----------
    Ord K (1975) J Am Stat Assoc 70:120-126.
    """
    own, lagged = least_squares(x, y)[1], least_squares(x, w @ y)[1]

    def negative(value: float) -> float:
        error = own - value * lagged
        return len(y) / 2 * float(np.log(error @ error / len(y))) - log_determinant(w, value)

    return optimum(negative, w)


def lag_matrix(weights: Weights, ids: pd.Index) -> csc_array:
    """Give row-standardised weights among ids, in their order; an island has an empty row.

    Parameters
    ----------
    weights
        Weights that hold all ids.
    ids
        Places wanted, in order.

    Returns
    -------
    scipy.sparse.csc_array
        Shape (n, n).

    Raises
    ------
    ValueError
        Ids that the weights do not hold.

    Examples
    --------
    >>> pair = Weights.from_edges("ab", "ab", "ba", [2.0, 2.0])
    >>> lag_matrix(pair, pd.Index(["b", "a"])).toarray().tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    return csc_array(weights.subset(ids).row_standardized().sparse)


def log_determinant(w: csc_array, value: float) -> float:
    """Give log |I - value W| by a sparse factorisation."""
    factor = splu(csc_array(eye_array(w.shape[0]) - value * w))
    return float(np.log(np.abs(factor.U.diagonal())).sum())


def least_squares(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Give coefficients, residuals and (X'X)^-1."""
    factor = cho_factor(x.T @ x)
    b: Floats = cho_solve(factor, x.T @ y)
    return b, y - x @ b, cho_solve(factor, np.eye(x.shape[1]))


def optimum(negative: Callable[[float], float], w: csc_array) -> float:
    """Find the spatial coefficient of the highest likelihood."""
    if w.nnz == 0:
        raise ValueError("no place has a neighbour; give weights with links, or use ols")
    found = minimize_scalar(
        negative, bounds=(-_BOUND, _BOUND), method="bounded", options={"xatol": 1e-10}
    )
    return float(found.x)


def solve_lag(w: csc_array, value: float, right: Floats) -> Floats:
    """Solve (I - value W) a = right."""
    found: Floats = splu(csc_array(eye_array(w.shape[0]) - value * w)).solve(right)
    return found


def traces(w: csc_array, value: float) -> tuple[float, float]:
    """Give tr(G) and tr(G G + G'G) of G = W (I - value W)^-1."""
    g = w @ solve_lag(w, value, np.eye(w.shape[0]))
    return float(np.trace(g)), float((g * g.T).sum() + (g * g).sum())
