"""Which spatial form the residuals of a plain model ask for: multiplier tests and Moran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.special import chdtrc, ndtr

from analytics.inputs import Floats

Form = Literal["none", "error", "lag"]

_ALPHA = 0.05
_POOL = 0.25  # level of a test that decides to leave dependence out (Bancroft 1964)


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

    `error` and `lag` are LMerr and LMlag: spatial errors, or an outcome that depends on its
    neighbours'. The robust ones are each in the possible presence of the other; `sarma` is both at
    once; `moran` is Moran's I of the residuals.
    """

    error: ChiSquare
    lag: ChiSquare
    robust_error: ChiSquare
    robust_lag: ChiSquare
    sarma: ChiSquare
    moran: ResidualMoran


def lagrange_tests(y: Floats, x: Floats, w: csc_array) -> LagrangeTests:
    """Test the residuals of least squares for spatial errors and for a spatial lag.

    Parameters
    ----------
    y, x : array, shapes (n,) and (n, k)
        Response and columns, weighted where the model is.
    w : sparse array, shape (n, n)
        Row-standardised weights. Without links, or with nothing left over, all tests are NaN.

    References
    ----------
    Anselin L, Bera AK, Florax R, Yoon MJ (1996) Regional Science and Urban Economics 26:77-104,
    equations 9-14.
    """
    inverse = np.linalg.pinv(x.T @ x)
    fitted = x @ (inverse @ (x.T @ y))
    e = y - fitted
    s2 = float(e @ e) / len(y)
    trace = float((w * w).sum() + (w * w.T).sum())
    if trace == 0 or s2 <= 1e-20 * float(y @ y):
        return _no_tests()
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
        error=_chi_square(error, 1),
        lag=_chi_square(lag, 1),
        robust_error=_chi_square(robust_error, 1),
        robust_lag=_chi_square(robust_lag, 1),
        sarma=_chi_square(error + robust_lag, 2),
        moran=_least_squares_moran(e, x, w),
    )


def choose_form(tests: LagrangeTests) -> tuple[Form, str]:
    """Choose a spatial form by the tests of the model without places, and say why.

    References
    ----------
    Anselin L (2005) Exploring Spatial Data with GeoDa, chapter 23 (decision rule). Bancroft TA
    (1964) Biometrics 20:427-442 (a term is left out only when its test is above .25).
    """
    error, lag = tests.error.p, tests.lag.p
    if not min(error, lag) <= _POOL:
        return "none", f"no dependence: LM error p {error:.2g}, LM lag p {lag:.2g}, both above .25"
    robust_error, robust_lag = tests.robust_error, tests.robust_lag
    stronger = robust_lag.statistic > robust_error.statistic
    reason = f"robust LM lag p {robust_lag.p:.2g}, robust LM error p {robust_error.p:.2g}"
    if lag <= _ALPHA and robust_lag.p <= _ALPHA and stronger:
        return "lag", f"{reason}: neighbours' exposures count too"
    return "error", f"LM error p {error:.2g}, LM lag p {lag:.2g}; {reason}"


def moran_result(statistic: float, expected: float, variance: float) -> ResidualMoran:
    """Give the z and two-sided normal p of Moran's I with known moments."""
    z = (statistic - expected) / np.sqrt(variance) if variance > 0 else np.nan
    return ResidualMoran(statistic, expected, variance, float(z), float(2 * ndtr(-abs(z))))


def _least_squares_moran(e: Floats, x: Floats, w: csc_array) -> ResidualMoran:
    """Give Moran's I of residuals, with the moments of Cliff & Ord (1981) equations 8.17-8.19."""
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


def _chi_square(statistic: Any, degrees: int) -> ChiSquare:
    """Give a chi-square statistic its p-value."""
    return ChiSquare(float(statistic), degrees, float(chdtrc(degrees, statistic)))


def _no_tests() -> LagrangeTests:
    """Give tests without a number."""
    one, two = ChiSquare(np.nan, 1, np.nan), ChiSquare(np.nan, 2, np.nan)
    moran = ResidualMoran(np.nan, np.nan, np.nan, np.nan, np.nan)
    return LagrangeTests(one, one, one, one, two, moran)
