"""Counts out of denominators on columns: the quasi-binomial model, blind to places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from analytics.inputs import Floats

_STEPS = 50
_FLAT = 30.0  # logits beyond this are 0 or 1 in double precision


@dataclass(frozen=True, eq=False)
class QuasiBinomial:
    """A fitted quasi-binomial model: log odds (k,), dispersion, probabilities (s,), state.

    The dispersion is Pearson's chi-square over its degrees of freedom; the state is "fitted", or
    "not converged" when a column separates the events.
    """

    coefficients: Floats
    dispersion: float
    fitted: Floats
    state: str


def quasi_binomial(x: Floats, n: Floats, columns: Floats) -> QuasiBinomial:
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
    df = len(x) - columns.shape[1]
    w = n * mu * (1 - mu)
    dispersion = float(((x - n * mu) ** 2 / w).sum() / df) if df > 0 else np.nan
    return QuasiBinomial(b, dispersion, mu, state)
