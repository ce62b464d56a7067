"""Counts over a base on columns: the quasi-Poisson model of rates, blind to places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.inputs import Floats

_STEPS = 50
_FLAT = 30.0


@dataclass(frozen=True, eq=False)
class QuasiPoisson:
    """A fitted quasi-Poisson model: log rates (k,), dispersion, expected counts (s,), state.

    The dispersion is Pearson's chi-square over its degrees of freedom; the state is "fitted" or
    "not converged".
    """

    coefficients: Floats
    dispersion: float
    fitted: Floats
    state: str


def quasi_poisson(x: Floats, base: Floats, columns: Floats) -> QuasiPoisson:
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
    eta = np.log((x + 0.5) / base)
    b: Floats = np.zeros(columns.shape[1])
    state = "not converged"
    for _ in range(_STEPS):
        mu = base * np.exp(eta)
        z, root = eta + (x - mu) / mu, np.sqrt(mu)
        found = np.linalg.lstsq(columns * root[:, None], root * z, rcond=None)[0]
        old, b = b, np.asarray(found, dtype=np.float64)
        eta = np.clip(columns @ b, -_FLAT, _FLAT)
        if np.abs(b - old).max() <= 1e-10 * (1 + np.abs(b).max()):
            state = "fitted"
            break
    mu = base * np.exp(eta)
    df = len(x) - columns.shape[1]
    dispersion = float(((x - mu) ** 2 / mu).sum() / df) if df > 0 else np.nan
    return QuasiPoisson(b, dispersion, mu, state)
