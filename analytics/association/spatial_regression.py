"""Linear models whose errors or outcomes spill over to neighbours, and the tests that choose one.

Weights are row-standardised here, so that a spatial lag is the neighbours' mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr

from analytics.association.design import aligned, with_constant
from analytics.association.spatial_likelihood import (
    lag_coefficient,
    lag_matrix,
    least_squares,
    log_determinant,
    optimum,
    solve_lag,
    traces,
)
from analytics.inputs import Floats
from geo.weights.weights import Weights


@dataclass(frozen=True, eq=False)
class SpatialFit:
    """A linear model with at most one spatial coefficient.

    Attributes
    ----------
    coefficients
        Index "constant" and the exposures; `estimate, se, z, p` (normal, two-sided).
    coefficient, coefficient_se
        Spatial coefficient (lambda of the errors or rho of the outcome) and its asymptotic
        standard error; NaN for least squares.
    log_likelihood
        Of the Gaussian model at the estimates.
    variance
        Error variance: divided by n for maximum likelihood, by n - k for least squares.
    r_squared
        Of least squares; NaN otherwise.
    residuals
        Outcome less fitted value; for the error model before the errors are filtered.
    """

    coefficients: pd.DataFrame
    coefficient: float
    coefficient_se: float
    log_likelihood: float
    variance: float
    r_squared: float
    residuals: pd.Series


def ols(outcome: ArrayLike | pd.Series, exposures: pd.DataFrame) -> SpatialFit:
    """Fit least squares with a constant.

    Parameters
    ----------
    outcome
        One number a place, shape (n,).
    exposures
        Columns of numbers on the same index, shape (n, k).

    Returns
    -------
    SpatialFit
        Without spatial coefficient.

    Raises
    ------
    ValueError
        Missing values, indexes that differ, or columns that repeat one another.

    References
    ----------
    Anselin L (1988) Spatial Econometrics: Methods and Models, chapter 12.

    Examples
    --------
    >>> found = ols([1.0, 3.0, 5.0, 8.0], pd.DataFrame({"driver": [0.0, 1.0, 2.0, 3.0]}))
    >>> found.coefficients.estimate.round(3).tolist()
    [0.8, 2.3]
    """
    y, x = _given(outcome, exposures)
    b, error, inverse = least_squares(x, y)
    n, k = x.shape
    rss = float(error @ error)
    s2 = rss / (n - k)
    r2 = 1 - rss / float(((y - y.mean()) ** 2).sum())
    table = _coefficients(exposures, b, s2 * inverse)
    rest = pd.Series(error, index=exposures.index)
    return SpatialFit(table, np.nan, np.nan, _likelihood(rss, n), s2, r2, rest)


def spatial_error_ml(
    outcome: ArrayLike | pd.Series, exposures: pd.DataFrame, weights: Weights
) -> SpatialFit:
    """Fit `y = X b + u, u = lambda W u + e` by maximum likelihood.

    Parameters
    ----------
    outcome, exposures
        As for `ols`.
    weights
        Neighbours of the places; row-standardised here. Ids are those of `exposures`, any order.

    Returns
    -------
    SpatialFit
        `coefficient` is lambda.

    Raises
    ------
    ValueError
        As for `ols`, or ids that do not fit.

    References
    ----------
    Ord K (1975) J Am Stat Assoc 70:120-126. Anselin L (1988), chapter 6 (information matrix).

    Examples
    --------
    >>> ring = Weights.from_edges(range(6), [0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 0])
    >>> x = pd.DataFrame({"driver": [0.0, 1.0, 4.0, 2.0, 5.0, 3.0]})
    >>> spatial_error_ml([1.0, 3.0, 9.0, 5.0, 11.0, 8.0], x, ring).coefficients.shape
    (2, 4)
    """
    y, x = _given(outcome, exposures)
    w = lag_matrix(weights, exposures.index)
    wy, wx = w @ y, w @ x
    n = len(y)

    def filtered(value: float) -> tuple[Floats, Floats, Floats]:
        return least_squares(x - value * wx, y - value * wy)

    def negative(value: float) -> float:
        error = filtered(value)[1]
        return n / 2 * float(np.log(error @ error / n)) - log_determinant(w, value)

    value = optimum(negative, w)
    b, error, inverse = filtered(value)
    rss = float(error @ error)
    s2 = rss / n
    table = _coefficients(exposures, b, s2 * inverse)
    spread = traces(w, value)
    information = np.array([[spread[1], spread[0] / s2], [spread[0] / s2, n / (2 * s2**2)]])
    se = float(np.sqrt(np.linalg.inv(information)[0, 0]))
    logl = _likelihood(rss, n) + log_determinant(w, value)
    rest = pd.Series(y - x @ b, index=exposures.index)
    return SpatialFit(table, value, se, logl, s2, np.nan, rest)


def spatial_lag_ml(
    outcome: ArrayLike | pd.Series, exposures: pd.DataFrame, weights: Weights
) -> SpatialFit:
    """Fit `y = rho W y + X b + e` by maximum likelihood.

    Parameters
    ----------
    outcome, exposures, weights
        As for `spatial_error_ml`.

    Returns
    -------
    SpatialFit
        `coefficient` is rho.

    Raises
    ------
    ValueError
        As for `spatial_error_ml`.

    References
    ----------
    Ord K (1975) J Am Stat Assoc 70:120-126. Anselin L (1988), equations 6.21-6.29.

    Examples
    --------
    >>> ring = Weights.from_edges(range(6), [0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 0])
    >>> x = pd.DataFrame({"driver": [0.0, 1.0, 4.0, 2.0, 5.0, 3.0]})
    >>> spatial_lag_ml([1.0, 3.0, 9.0, 5.0, 11.0, 8.0], x, ring).coefficients.shape
    (2, 4)
    """
    y, x = _given(outcome, exposures)
    w = lag_matrix(weights, exposures.index)
    n, k = x.shape
    value = lag_coefficient(y, x, w)
    b, error, _ = least_squares(x, y - value * (w @ y))
    rss = float(error @ error)
    s2 = rss / n
    mean_lag = w @ solve_lag(w, value, x @ b)
    trace, square = traces(w, value)
    information = np.zeros((k + 2, k + 2))
    information[:k, :k] = x.T @ x / s2
    information[:k, k] = information[k, :k] = x.T @ mean_lag / s2
    information[k, k] = square + mean_lag @ mean_lag / s2
    information[k, k + 1] = information[k + 1, k] = trace / s2
    information[k + 1, k + 1] = n / (2 * s2**2)
    covariance = np.linalg.inv(information)
    table = _coefficients(exposures, b, covariance[:k, :k])
    logl = _likelihood(rss, n) + log_determinant(w, value)
    rest = pd.Series(error, index=exposures.index)
    return SpatialFit(table, value, float(np.sqrt(covariance[k, k])), logl, s2, np.nan, rest)


def _given(outcome: Any, exposures: pd.DataFrame) -> tuple[Floats, Floats]:
    """Check the model's numbers and put a constant before the exposures."""
    y, x = aligned(outcome, exposures)
    return y, with_constant(x)


def _likelihood(rss: float, n: int) -> float:
    """Give the Gaussian log-likelihood at the variance rss / n."""
    return -n / 2 * float(np.log(2 * np.pi * rss / n) + 1)


def _coefficients(exposures: pd.DataFrame, b: Floats, covariance: Floats) -> pd.DataFrame:
    """Lay out coefficients with normal tests."""
    se = np.sqrt(np.diag(covariance))
    table = pd.DataFrame(
        {"estimate": b, "se": se, "z": b / se, "p": 2 * ndtr(-np.abs(b / se))},
        index=["constant", *exposures.columns],
    )
    return table.rename_axis("exposure")
