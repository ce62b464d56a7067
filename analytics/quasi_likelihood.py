"""Counts on columns by quasi-likelihood: out of denominators, or over a base; blind to places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from analytics.inputs import Floats

_STEPS = 50
_FLAT = 30.0  # logits beyond this are 0 or 1 in double precision


@dataclass(frozen=True, eq=False)
class QuasiLikelihood:
    """A fitted model: coefficients (k,), dispersion, fitted values (s,), state.

    Fitted values are probabilities of a quasi-binomial model and counts of a quasi-Poisson one. The
    dispersion is Pearson's chi-square over its degrees of freedom; the state is "fitted", or "not
    converged", as when a column separates the events.
    """

    coefficients: Floats
    dispersion: float
    fitted: Floats
    state: str


def quasi_binomial(x: Floats, n: Floats, columns: Floats) -> QuasiLikelihood:
    """Fit log odds of events x out of n, shape (s,), as a sum of columns, shape (s, k).

    References
    ----------
    Wedderburn RWM (1974) Biometrika 61:439-447. McCullagh P, Nelder JA (1989) Generalized Linear
    Models, section 4.5.

    Examples
    --------
    >>> model = quasi_binomial(np.array([2.0, 5.0]), np.array([10.0, 10.0]), np.ones((2, 1)))
    >>> model.fitted.round(3).tolist(), round(model.dispersion, 3)
    ([0.35, 0.35], 1.978)
    """

    def at(eta: Floats) -> tuple[Floats, Floats]:
        mu = expit(eta)
        return n * mu, n * mu * (1 - mu)

    eta, model = _fitted(x, columns, np.log((x + 0.5) / (n - x + 0.5)), at)
    return replace(model, fitted=expit(eta))


def quasi_poisson(x: Floats, base: Floats, columns: Floats) -> QuasiLikelihood:
    """Fit log rates of events x on a base, shape (s,), as a sum of columns, shape (s, k).

    References
    ----------
    Wedderburn RWM (1974) Biometrika 61:439-447. McCullagh P, Nelder JA (1989) Generalized Linear
    Models, section 6.2.

    Examples
    --------
    >>> model = quasi_poisson(np.array([2.0, 6.0]), np.array([10.0, 10.0]), np.ones((2, 1)))
    >>> model.fitted.round(3).tolist(), round(model.dispersion, 3)
    ([4.0, 4.0], 2.0)
    """

    def at(eta: Floats) -> tuple[Floats, Floats]:
        mu = base * np.exp(eta)
        return mu, mu

    return _fitted(x, columns, np.log((x + 0.5) / base), at)[1]


def _fitted(
    x: Floats, columns: Floats, eta: Floats, at: Callable[[Floats], tuple[Floats, Floats]]
) -> tuple[Floats, QuasiLikelihood]:
    """Weight least squares again until it stands; `at` gives expected counts and their variance."""
    b: Floats = np.zeros(columns.shape[1])
    state = "not converged"
    for _ in range(_STEPS):
        mu, w = at(eta)
        z, root = eta + (x - mu) / w, np.sqrt(w)
        found = np.linalg.lstsq(columns * root[:, None], root * z, rcond=None)[0]
        old, b = b, np.asarray(found, dtype=np.float64)
        eta = np.clip(columns @ b, -_FLAT, _FLAT)
        if np.abs(b - old).max() <= 1e-10 * (1 + np.abs(b).max()):
            state = "fitted"
            break
    mu, w = at(eta)
    df = len(x) - columns.shape[1]
    dispersion = float(((x - mu) ** 2 / w).sum() / df) if df > 0 else np.nan
    return eta, QuasiLikelihood(b, dispersion, mu, state)
