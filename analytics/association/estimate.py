"""The design of a driver model, and its effects beside a spatial error or with a spatial lag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize_scalar
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu
from scipy.special import expit

from analytics.association.lagrange_tests import LagrangeTests, lagrange_tests
from analytics.association.patterns import Basis
from analytics.association.spatial_field import (
    FieldFit,
    FieldModel,
    Precision,
    block_errors,
    fit_field,
)
from analytics.inputs import Bools, Floats, counts, floats, refuse, same_index
from analytics.quasi_likelihood import quasi_binomial
from analytics.rates.intervals import stratum_codes

COUNT_COLUMNS = ("chronic_absent", "enrolled")
_BETTER = 3.84  # deviance by which the lag must fit better: 5 % of a chi-square with 1 degree
_AT_BOUND = 1e-6
_ROUNDS = 2  # of the working response; logits of schools settle in two
LARGEST_LAG = 0.999
"""Bound of the spatial coefficient: 1 makes the model singular."""


@dataclass(frozen=True, eq=False)
class DesignMatrix:
    """Places that take part in a model, in the order of the exposures' index.

    Attributes
    ----------
    ids, used : Index, array of bool
        Places that take part, n of them, and which rows of the caller they are.
    x, n : array, shape (n,)
        Events and denominators; for an outcome of numbers `x` is the outcome and `n` is None.
    exposures, names, sd : array of shape (n, k), Index, array of shape (k,)
        Exposures in standard deviations from their mean, their names, and these standard
        deviations over the places, divided by n - 1.
    levels : array, shape (n, s)
        Constant and one column a stratum beyond the first.
    """

    ids: pd.Index
    used: Bools
    x: Floats
    n: Floats | None
    exposures: Floats
    names: pd.Index
    sd: Floats
    levels: Floats

    @property
    def columns(self) -> Floats:
        """All columns of the model, the levels before the exposures."""
        return np.column_stack([self.levels, self.exposures])


def design_matrix(
    outcome: Any, exposures: pd.DataFrame, strata: ArrayLike | pd.Series | None = None
) -> DesignMatrix:
    """Read outcome, exposures and strata into the columns of a model.

    Parameters
    ----------
    outcome : DataFrame, tuple or Series
        Counts - a table with the columns `chronic_absent` and `enrolled`, or a pair (events,
        denominators) - or one Series of numbers. On the exposures' index.
    exposures : DataFrame
        Numbers, one column an exposure.
    strata : array or Series, optional
        Level of each place; None for one level.

    Returns
    -------
    DesignMatrix
        Of the places with an outcome, a positive denominator, and every exposure.

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, repeated ids or names, no exposure, infinite values.

    Examples
    --------
    >>> drivers = pd.DataFrame({"crowding": [0.1, 0.2, 0.3, None]})
    >>> design_matrix(([1, 2, 3, 4], [9, 9, 9, 9]), drivers).exposures.ravel().round(3).tolist()
    [-1.0, -0.0, 1.0]
    """
    values = _exposure_values(exposures)
    x, n = _outcome(outcome, exposures.index)
    codes = stratum_codes(strata, exposures.iloc[:, 0])
    used = ~np.isnan(x) & ~np.isnan(values).any(axis=1)
    if n is not None:
        used &= n > 0
    inner, sd = _standardised(values[used])
    return DesignMatrix(
        ids=exposures.index[used],
        used=used,
        x=x[used],
        n=None if n is None else n[used],
        exposures=inner,
        names=exposures.columns,
        sd=sd,
        levels=level_columns(np.asarray(codes)[used]),
    )


def level_columns(codes: Any) -> Floats:
    """Give a constant and one column a level beyond the first, shape (n, levels)."""
    present = np.unique(codes)[1:]
    return np.column_stack([np.ones(len(codes)), codes[:, None] == present]).astype(np.float64)


def _outcome(outcome: Any, index: pd.Index) -> tuple[Floats, Floats | None]:
    """Give events and denominators, or numbers and None."""
    if isinstance(outcome, pd.DataFrame):
        missing = [c for c in COUNT_COLUMNS if c not in outcome]
        if missing:
            raise ValueError(f"the outcome has no column {missing[0]!r}; it needs {COUNT_COLUMNS}")
        outcome = tuple(outcome[c] for c in COUNT_COLUMNS)
    parts = outcome if isinstance(outcome, tuple) else (outcome,)
    for part in parts:
        _refuse_other_index(part, index)
    if len(parts) == 2:
        checked = counts(parts[0], parts[1])
        return checked.x, checked.n
    if len(parts) != 1:
        raise ValueError(f"the outcome has {len(parts)} parts; give events and denominators")
    y = floats(outcome)
    refuse(np.isinf(y), outcome, lambda _: "an infinite outcome; correct it or leave it empty")
    return y, None


def _refuse_other_index(part: Any, index: pd.Index) -> None:
    """Refuse an outcome that is not on the exposures' index."""
    if isinstance(part, pd.Series):
        same_index(part, pd.Series(index=index, dtype=float), "outcome and exposures")
    elif np.shape(part) != (len(index),):
        raise ValueError(f"outcome of shape {np.shape(part)} for {len(index)} rows of exposures")


def _exposure_values(exposures: pd.DataFrame) -> Floats:
    """Give exposures as an array, NaN where missing."""
    if not isinstance(exposures, pd.DataFrame) or exposures.shape[1] == 0:
        raise ValueError("exposures must be a table with at least one column")
    for labels, what in ((exposures.columns, "exposure"), (exposures.index, "id")):
        if labels.has_duplicates:
            raise ValueError(f"{what} {labels[labels.duplicated()][0]!r} repeats; keep one")
    values = np.column_stack([floats(exposures[name]) for name in exposures])
    wrong: Bools = np.asarray(np.isinf(values).any(axis=1))
    refuse(wrong, exposures.iloc[:, 0], lambda _: "an infinite exposure; correct it")
    return values


def _standardised(values: Floats) -> tuple[Floats, Floats]:
    """Give values in standard deviations from their mean; 0 where they do not vary."""
    if len(values) < 2:
        return np.zeros_like(values), np.full(values.shape[1], np.nan)
    sd = values.std(axis=0, ddof=1)
    sd = np.where(sd > 1e-12 * np.abs(values).max(axis=0), sd, 0.0)
    return (values - values.mean(axis=0)) / np.where(sd > 0, sd, 1.0), sd


class Plain(NamedTuple):
    """The model without places: dispersion, and tests of what it leaves over."""

    dispersion: float
    tests: LagrangeTests


@dataclass(frozen=True, eq=False)
class Estimate:
    """Estimates of every exposure.

    Attributes
    ----------
    effect, se, degrees, spillover : array, shape (k,)
        Effect of a standard deviation, its standard error and degrees of freedom, and what
        neighbours' exposures add: 0 unless the form is a lag.
    fit, basis, columns, z : FieldFit, Basis or None, arrays of shapes (n, c) and (n,)
        The model, the patterns of its spatial error, and what it was fitted to.
    rho : float
        Coefficient of the spatial lag; NaN without.
    """

    effect: Floats
    se: Floats
    degrees: Floats
    spillover: Floats
    fit: FieldFit
    basis: Basis | None
    columns: Floats
    z: Floats
    rho: float

    @property
    def precision(self) -> Precision:
        """Inverse of the model's variance."""
        return Precision.of(self.fit, self.basis)


def plain_model(design: DesignMatrix, w: csc_array) -> Plain:
    """Fit the model that is blind to places, and test what it leaves over.

    Of counts, the Pearson residuals of the quasi-binomial model are tested.
    """
    if design.n is None:
        y, x = design.x, design.columns
        rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        return Plain(float(rest @ rest) / (len(y) - x.shape[1]), lagrange_tests(y, x, w))
    model = quasi_binomial(design.x, design.n, design.columns)
    mu = model.fitted
    root = np.sqrt(design.n * mu * (1 - mu))
    columns = design.columns * root[:, None]
    response = columns @ model.coefficients + (design.x - design.n * mu) / root
    return Plain(model.dispersion, lagrange_tests(response, columns, w))


def error_model(design: DesignMatrix, basis: Basis | None) -> Estimate:
    """Estimate effects beside a spatial error, or without one where there is no basis.

    References
    ----------
    Breslow NE, Clayton DG (1993) J Am Stat Assoc 88:9-25 (working response). Bester CA, Conley TG,
    Hansen CB (2011) Journal of Econometrics 165:137-151 (the wider of two errors is taken).
    """
    return _estimate(design, design.columns, basis, None)


def lag_model(design: DesignMatrix, w: csc_array, error: Estimate) -> Estimate | str:
    """Estimate effects that spill over to neighbours, or say why the error model stays.

    The effect is the average direct impact of the row-standardised weights w, the spill-over the
    average indirect one; the basis is that of the model without spill-over, `error`. That model
    stays unless the lag fits better, and where rho comes to rest at its bound: an estimate that the
    bound made multiplies every effect up to a thousandfold.

    References
    ----------
    LeSage J, Pace RK (2009) Introduction to Spatial Econometrics, section 2.7 (impacts). Ord K
    (1975) J Am Stat Assoc 70:120-126 (the most likely rho).
    """
    rho = _lag_coefficient(error.z, design.columns, w)
    if abs(rho) > LARGEST_LAG - _AT_BOUND:
        return f"the coefficient of the lag reaches its bound of {rho:.3f}, so it is no estimate"
    lag = _Lag(rho, w)
    columns = np.column_stack([design.levels, lag.solve(design.exposures)])
    spilling = _estimate(design, columns, error.basis, lag)
    gain = _height(error, error) - _height(spilling, error)
    return spilling if 2 * gain > _BETTER else "a model with them fits no better"


class _Lag:
    """The multiplier `(I - rho W)^-1` of a spatial lag."""

    def __init__(self, rho: float, w: csc_array) -> None:
        self.rho, self.places = rho, w.shape[0]
        self.factor = splu(csc_array(eye_array(self.places) - rho * w))

    def solve(self, right: Floats) -> Floats:
        """Multiply columns by the multiplier."""
        product: Floats = self.factor.solve(right)
        return product

    def impacts(self) -> tuple[float, float]:
        """Give the average direct and indirect impact of one unit."""
        spread = self.solve(np.eye(self.places))
        direct = float(np.diag(spread).mean())
        return direct, float(spread.sum() / len(spread)) - direct


def _estimate(
    design: DesignMatrix, columns: Floats, basis: Basis | None, lag: _Lag | None
) -> Estimate:
    """Fit by working responses and widen each error by what the blocks show."""
    z, v = _first_response(design)
    fit = fit_field(z, columns, v, basis)
    for _ in range(_ROUNDS if design.n is not None else 0):
        left = Precision.of(fit, basis)(z - columns @ fit.b)
        z, v = _working(design, z - v * left)
        fit = fit_field(z, columns, v, basis, fit.hyper)
    k = len(design.names)
    inflation, degrees = fit.inflation[-k:], fit.degrees[-k:]
    if basis is not None:
        inflation, degrees = block_errors(fit, z, columns, basis, k)
    se = np.sqrt(np.diag(fit.covariance)[-k:] * inflation)
    direct, indirect = (1.0, 0.0) if lag is None else lag.impacts()
    b, rho = fit.b[-k:], np.nan if lag is None else lag.rho
    return Estimate(direct * b, direct * se, degrees, indirect * b, fit, basis, columns, z, rho)


def _first_response(design: DesignMatrix) -> tuple[Floats, Floats]:
    """Give empirical logits and their variance; numbers have none of their own."""
    if design.n is None:
        return design.x, np.zeros(len(design.x))
    p = (design.x + 0.5) / (design.n + 1)
    logit = np.log((design.x + 0.5) / (design.n - design.x + 0.5))
    return logit, 1 / (design.n * p * (1 - p))


def _working(design: DesignMatrix, eta: Floats) -> tuple[Floats, Floats]:
    """Give the working response at a place's own log odds, and its variance."""
    mu = np.clip(expit(eta), 1e-9, 1 - 1e-9)
    w = design.n * mu * (1 - mu)
    return eta + (design.x - design.n * mu) / w, 1 / w


def _height(estimate: Estimate, other: Estimate) -> float:
    """Give the negative log-likelihood of another's response, apart from constants."""
    noise = other.fit.noise - np.exp(estimate.fit.hyper[0])
    model = FieldModel(other.z, estimate.columns, noise, estimate.basis)
    normal = np.linalg.slogdet(model.negative(estimate.fit.hyper)[2])[1]
    return model.negative(estimate.fit.hyper)[0] + 0.5 * float(normal)


def _lag_coefficient(y: Floats, x: Floats, w: csc_array) -> float:
    """Find the most likely rho, from -.999 to .999, of `y = rho W y + X b + e`."""
    if w.nnz == 0:
        raise ValueError("no place has a neighbour; give weights with links")
    factor = cho_factor(x.T @ x)
    own, lagged = (v - x @ cho_solve(factor, x.T @ v) for v in (y, w @ y))

    def negative(rho: float) -> float:
        error = own - rho * lagged
        return len(y) / 2 * float(np.log(error @ error / len(y))) - _log_determinant(w, rho)

    best = minimize_scalar(
        negative, bounds=(-LARGEST_LAG, LARGEST_LAG), method="bounded", options={"xatol": 1e-10}
    )
    return float(best.x)


def _log_determinant(w: csc_array, rho: float) -> float:
    """Give log |I - rho W| by a sparse factorisation."""
    factor = splu(csc_array(eye_array(w.shape[0]) - rho * w))
    return float(np.log(np.abs(factor.U.diagonal())).sum())
