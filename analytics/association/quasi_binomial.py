"""Counts out of denominators on columns: the quasi-binomial model, blind to places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, xlogy

from analytics.inputs import Floats

_STEPS = 50
_FLAT = 30.0  # logits beyond this are 0 or 1 in double precision


@dataclass(frozen=True, eq=False)
class QuasiBinomial:
    """A fitted quasi-binomial model.

    Attributes
    ----------
    coefficients, covariance
        Log odds, shape (k,), and their covariance times the dispersion, shape (k, k).
    dispersion
        Pearson chi-square over its degrees of freedom.
    deviance, null_deviance
        Of the model and of a constant alone.
    fitted
        Probabilities, shape (n,).
    state
        "fitted"; "not converged" when a column separates the events.
    """

    coefficients: Floats
    covariance: Floats
    dispersion: float
    deviance: float
    null_deviance: float
    fitted: Floats
    state: str


def quasi_binomial(x: Floats, n: Floats, columns: Floats) -> QuasiBinomial:
    """Fit log odds of events as a sum of columns, with Pearson's overdispersion.

    Parameters
    ----------
    x, n
        Events and positive denominators, shape (s,).
    columns
        Constant, strata and exposures, shape (s, k), none of them repeating others.

    Returns
    -------
    QuasiBinomial
        Coefficients, covariance, dispersion and deviances.

    References
    ----------
    Wedderburn RWM (1974) Biometrika 61:439-447. McCullagh P, Nelder JA (1989) Generalized Linear
    Models, section 4.5.

    Examples
    --------
    >>> found = quasi_binomial(np.array([2.0, 5.0]), np.array([10.0, 10.0]), np.ones((2, 1)))
    >>> found.fitted.round(3).tolist(), round(found.dispersion, 3)
    ([0.35, 0.35], 1.978)
    """
    eta = np.log((x + 0.5) / (n - x + 0.5))
    b, state = np.zeros(columns.shape[1]), "not converged"
    for _ in range(_STEPS):
        mu = expit(eta)
        w = n * mu * (1 - mu)
        z = eta + (x - n * mu) / w
        old, b = b, np.linalg.lstsq(columns * np.sqrt(w)[:, None], np.sqrt(w) * z, rcond=None)[0]
        eta = np.clip(columns @ b, -_FLAT, _FLAT)
        if np.abs(b - old).max() <= 1e-10 * (1 + np.abs(b).max()):
            state = "fitted"
            break
    mu = expit(eta)
    w = n * mu * (1 - mu)
    df = len(x) - columns.shape[1]
    dispersion = float(((x - n * mu) ** 2 / w).sum() / df) if df > 0 else np.nan
    inverse = np.linalg.pinv((columns.T * w) @ columns)
    rate = np.full(len(x), x.sum() / n.sum())
    parts = deviance(x, n, mu), deviance(x, n, rate)
    return QuasiBinomial(b, dispersion * inverse, dispersion, *parts, mu, state)


def deviance(x: Floats, n: Floats, mu: Floats) -> float:
    """Give the binomial deviance of fitted probabilities.

    References
    ----------
    McCullagh P, Nelder JA (1989) Generalized Linear Models, section 4.4.3.

    Examples
    --------
    >>> deviance(np.array([5.0]), np.array([10.0]), np.array([0.5]))
    0.0
    """
    rest = n - x
    own = xlogy(x, x / n) + xlogy(rest, rest / n)
    return float(2 * (own - xlogy(x, mu) - xlogy(rest, 1 - mu)).sum())
