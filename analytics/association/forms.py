"""The model behind `analytics.association`: spatial form, estimates, and their diagnosis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu
from scipy.special import expit

from analytics.association.block_errors import block_errors
from analytics.association.design import Design
from analytics.association.lagrange_tests import LagrangeTests, lagrange_tests
from analytics.association.quasi_binomial import quasi_binomial
from analytics.association.spatial_basis import Basis
from analytics.association.spatial_field import (
    FieldFit,
    FieldModel,
    Precision,
    fit_field,
)
from analytics.association.spatial_likelihood import lag_coefficient
from analytics.inputs import Floats

Form = Literal["none", "error", "lag"]

_ALPHA = 0.05
_POOL = 0.25  # level of a test that decides to leave dependence out (Bancroft 1964)
_BETTER = 3.84  # deviance by which the lag must fit better: 5 % of a chi-square with 1 degree
_ROUNDS = 2  # of the working response; logits of schools settle in two


class Plain(NamedTuple):
    """The model without places: weighted response and columns, dispersion, tests."""

    response: Floats
    columns: Floats
    dispersion: float
    tests: LagrangeTests


@dataclass(frozen=True, eq=False)
class Estimate:
    """Estimates of every exposure.

    Attributes
    ----------
    effect, se, degrees
        Shape (k,): effect of a standard deviation, its standard error and degrees of freedom.
    spillover
        What neighbours' exposures add, shape (k,); 0 unless the form is a lag.
    fit
        The model.
    columns, z
        What it was fitted to.
    rho
        Coefficient of the spatial lag; NaN without.
    """

    effect: Floats
    se: Floats
    degrees: Floats
    spillover: Floats
    fit: FieldFit
    columns: Floats
    z: Floats
    rho: float


def plain_model(design: Design, w: csc_array) -> Plain:
    """Fit the model that is blind to places, and test what it leaves over.

    Parameters
    ----------
    design
        Outcome and columns.
    w
        Row-standardised weights among its places.

    Returns
    -------
    Plain
        For counts: Pearson residuals of the quasi-binomial model are tested.
    """
    if design.n is None:
        y, x = design.x, design.columns
        rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        return Plain(y, x, float(rest @ rest) / (len(y) - x.shape[1]), lagrange_tests(y, x, w))
    found = quasi_binomial(design.x, design.n, design.columns)
    mu = found.fitted
    root = np.sqrt(design.n * mu * (1 - mu))
    columns = design.columns * root[:, None]
    response = columns @ found.coefficients + (design.x - design.n * mu) / root
    return Plain(response, columns, found.dispersion, lagrange_tests(response, columns, w))


def choose_form(tests: LagrangeTests) -> tuple[Form, str]:
    """Choose a spatial form by the Lagrange multiplier tests.

    Parameters
    ----------
    tests
        Tests of the model without places.

    Returns
    -------
    tuple of str
        Form and why.

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
    said = f"robust LM lag p {robust_lag.p:.2g}, robust LM error p {robust_error.p:.2g}"
    if lag <= _ALPHA and robust_lag.p <= _ALPHA and stronger:
        return "lag", f"{said}: neighbours' exposures count too"
    return "error", f"LM error p {error:.2g}, LM lag p {lag:.2g}; {said}"


def estimate(design: Design, w: csc_array, basis: Basis | None) -> Estimate:
    """Estimate effects beside a spatial error.

    Parameters
    ----------
    design, w
        As for `plain_model`.
    basis
        Patterns of the spatial error; None for none.

    Returns
    -------
    Estimate
        Effects on the log odds, or in units of a numeric outcome.

    References
    ----------
    Breslow NE, Clayton DG (1993) J Am Stat Assoc 88:9-25 (working response). Bester CA, Conley TG,
    Hansen CB (2011) Journal of Econometrics 165:137-151 (the wider of two errors is taken).
    """
    return _estimate(design, design.columns, basis, np.nan, w)


def estimate_lag(
    design: Design, w: csc_array, basis: Basis | None, error: Estimate
) -> Estimate | None:
    """Estimate effects that spill over to neighbours; None unless that fits better.

    Parameters
    ----------
    design, w, basis
        As for `estimate`.
    error
        The estimate without spill-over.

    Returns
    -------
    Estimate or None
        `effect` is the average direct impact, `spillover` the average indirect one.

    References
    ----------
    LeSage J, Pace RK (2009) Introduction to Spatial Econometrics, section 2.7 (impacts).
    """
    rho = lag_coefficient(error.z, design.columns, w)
    multiply = splu(csc_array(eye_array(w.shape[0]) - rho * w))
    columns = np.column_stack([design.levels, multiply.solve(design.exposures)])
    found = _estimate(design, columns, basis, rho, w)
    gain = _height(error, basis, error.z, error.fit.noise) - _height(
        found, basis, error.z, error.fit.noise
    )
    return found if 2 * gain > _BETTER else None


def precision(fit: FieldFit, basis: Basis | None, n: int) -> Precision:
    """Give the inverse of the model's variance."""
    vectors = np.empty((n, 0)) if basis is None else basis.vectors
    return Precision(vectors, fit.field_power, fit.noise)


def _estimate(
    design: Design, columns: Floats, basis: Basis | None, rho: float, w: csc_array
) -> Estimate:
    """Fit by working responses and widen each error by what the blocks show."""
    z, v = _first_response(design)
    fit = fit_field(z, columns, v, basis)
    for _ in range(_ROUNDS if design.n is not None else 0):
        left = precision(fit, basis, len(z))(z - columns @ fit.b)
        z, v = _working(design, z - v * left)
        fit = fit_field(z, columns, v, basis, fit.hyper)
    k = len(design.names)
    inflation, degrees = fit.inflation[-k:], fit.degrees[-k:]
    if basis is not None:
        inflation, degrees = block_errors(fit, z, columns, basis, k)
    se = np.sqrt(np.diag(fit.covariance)[-k:] * inflation)
    direct, indirect = _impacts(w, rho)
    b = fit.b[-k:]
    return Estimate(direct * b, direct * se, degrees, indirect * b, fit, columns, z, rho)


def _impacts(w: csc_array, rho: float) -> tuple[float, float]:
    """Give the average direct and indirect impact of one unit."""
    if np.isnan(rho):
        return 1.0, 0.0
    spread = splu(csc_array(eye_array(w.shape[0]) - rho * w)).solve(np.eye(w.shape[0]))
    direct = float(np.diag(spread).mean())
    return direct, float(spread.sum() / len(spread)) - direct


def _first_response(design: Design) -> tuple[Floats, Floats]:
    """Give empirical logits and their variance; numbers have none of their own."""
    if design.n is None:
        return design.x, np.zeros(len(design.x))
    p = (design.x + 0.5) / (design.n + 1)
    logit = np.log((design.x + 0.5) / (design.n - design.x + 0.5))
    return logit, 1 / (design.n * p * (1 - p))


def _working(design: Design, eta: Floats) -> tuple[Floats, Floats]:
    """Give the working response at a place's own log odds, and its variance."""
    mu = np.clip(expit(eta), 1e-9, 1 - 1e-9)
    w = design.n * mu * (1 - mu)
    return eta + (design.x - design.n * mu) / w, 1 / w


def _height(found: Estimate, basis: Basis | None, z: Floats, noise: Floats) -> float:
    """Give the negative log-likelihood of a response, apart from constants."""
    model = FieldModel(z, found.columns, noise - np.exp(found.fit.hyper[0]), basis)
    normal = np.linalg.slogdet(model.negative(found.fit.hyper)[2])[1]
    return model.negative(found.fit.hyper)[0] + 0.5 * float(normal)
