"""Which spatial form the residuals of a plain model ask for: multiplier tests and Moran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csc_array, csr_array
from scipy.special import chdtrc, ndtr

from analytics.association.design import aligned, with_constant
from analytics.association.spatial_likelihood import lag_matrix
from analytics.inputs import Floats
from geo.weights.weights import Weights


@dataclass(frozen=True)
class ChiSquare:
    """A chi-square statistic with its degrees of freedom and p-value."""

    statistic: float
    degrees: int
    p: float


@dataclass(frozen=True)
class ResidualMoran:
    """Moran's I of residuals, with the moments that fit the model they came from."""

    statistic: float
    expected: float
    variance: float
    z: float
    p: float


@dataclass(frozen=True)
class LagrangeTests:
    """Tests of spatial dependence on the residuals of a model without any.

    Attributes
    ----------
    error, lag
        LMerr and LMlag: spatial errors, or an outcome that depends on its neighbours'.
    robust_error, robust_lag
        RLMerr and RLMlag: each in the possible presence of the other.
    sarma
        Both at once.
    moran
        Moran's I of the residuals.
    """

    error: ChiSquare
    lag: ChiSquare
    robust_error: ChiSquare
    robust_lag: ChiSquare
    sarma: ChiSquare
    moran: ResidualMoran


def lm_tests(
    outcome: ArrayLike | pd.Series, exposures: pd.DataFrame, weights: Weights
) -> LagrangeTests:
    """Test the residuals of least squares for spatial errors and for a spatial lag.

    Parameters
    ----------
    outcome
        One number a place, shape (n,).
    exposures
        Columns of numbers on the same index.
    weights
        Neighbours of the places; row-standardised here.

    Returns
    -------
    LagrangeTests
        Chi-square tests, and Moran's I with a two-sided normal p.

    Raises
    ------
    ValueError
        Missing values, indexes that differ, or exposures that repeat one another.

    References
    ----------
    Anselin L, Bera AK, Florax R, Yoon MJ (1996) Regional Science and Urban Economics 26:77-104,
    equations 9-14. Cliff AD, Ord JK (1981) Spatial Processes, section 8.3 (moments of Moran's I).

    Examples
    --------
    >>> ring = Weights.from_edges(range(6), [0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 0])
    >>> x = pd.DataFrame({"driver": [0.0, 1.0, 4.0, 2.0, 5.0, 3.0]})
    >>> lm_tests([1.0, 3.0, 9.0, 5.0, 11.0, 8.0], x, ring).error.degrees
    1
    """
    y, x = aligned(outcome, exposures)
    return lagrange_tests(y, with_constant(x), lag_matrix(weights, exposures.index))


def lagrange_tests(y: Floats, x: Floats, w: csc_array) -> LagrangeTests:
    """Test a response and its columns, already weighted where the model is.

    Parameters
    ----------
    y
        Response, shape (n,).
    x
        Columns, shape (n, k).
    w
        Row-standardised weights, shape (n, n).

    Returns
    -------
    LagrangeTests
        NaN throughout when no place has a neighbour or nothing is left over.
    """
    inverse = np.linalg.pinv(x.T @ x)
    fitted = x @ (inverse @ (x.T @ y))
    e = y - fitted
    s2 = float(e @ e) / len(y)
    trace = float((w * w).sum() + (w * w.T).sum())
    if trace == 0 or s2 <= 1e-20 * float(y @ y):
        return _nothing()
    lagged = w @ fitted
    across = lagged - x @ (inverse @ (x.T @ lagged))
    j = float(across @ across) / s2 + trace
    de, dl = float(e @ (w @ e)) / s2, float(e @ (w @ y)) / s2
    error, lag = de**2 / trace, dl**2 / j
    # Without exposures the lag and the error model are one, and the robust tests have nothing left.
    free = j - trace > 1e-9 * j
    robust_lag = (dl - de) ** 2 / (j - trace) if free else np.nan
    robust_error = (de - trace / j * dl) ** 2 / (trace * (1 - trace / j)) if free else np.nan
    return LagrangeTests(
        error=_chi(error, 1),
        lag=_chi(lag, 1),
        robust_error=_chi(robust_error, 1),
        robust_lag=_chi(robust_lag, 1),
        sarma=_chi(error + robust_lag, 2),
        moran=residual_moran(e, x, w),
    )


def residual_moran(e: Floats, x: Floats, w: csc_array) -> ResidualMoran:
    """Give Moran's I of least-squares residuals e of the columns x.

    References
    ----------
    Cliff AD, Ord JK (1981) Spatial Processes, equations 8.17-8.19, for errors that are normal.
    """
    n, k = x.shape
    inverse = np.linalg.pinv(x.T @ x)
    both = csr_array((w + w.T) / 2)
    wx = both @ x
    a = inverse @ (x.T @ wx)
    scale = n / float(w.sum())
    first = float(both.diagonal().sum() - np.trace(a))
    second = float((both * both).sum() - 2 * np.trace(inverse @ (wx.T @ wx)) + np.trace(a @ a))
    df = n - k
    expected = scale * first / df
    variance = scale**2 * 2 * (df * second - first**2) / (df**2 * (df + 2))
    return moran_result(scale * float(e @ (w @ e)) / float(e @ e), expected, variance)


def moran_result(statistic: float, expected: float, variance: float) -> ResidualMoran:
    """Give the z and two-sided normal p of Moran's I with known moments."""
    z = (statistic - expected) / np.sqrt(variance) if variance > 0 else np.nan
    return ResidualMoran(statistic, expected, variance, float(z), float(2 * ndtr(-abs(z))))


def _chi(statistic: Any, degrees: int) -> ChiSquare:
    """Give a chi-square statistic its p-value."""
    return ChiSquare(float(statistic), degrees, float(chdtrc(degrees, statistic)))


def _nothing() -> LagrangeTests:
    """Give tests without a number."""
    one, two = ChiSquare(np.nan, 1, np.nan), ChiSquare(np.nan, 2, np.nan)
    moran = ResidualMoran(np.nan, np.nan, np.nan, np.nan, np.nan)
    return LagrangeTests(one, one, one, one, two, moran)
