"""Difference in differences on counts: log odds with an effect of each unit and each year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import t as t_distribution

from analytics.evaluation.group_time import check
from analytics.evaluation.histories import Histories
from analytics.inputs import Floats

_STEPS, _CLOSE, _FLAT = 60, 1e-10, 30.0


@dataclass(frozen=True)
class FixedEffects:
    """A programme's log odds ratio, and what it means in the units that had it.

    Attributes
    ----------
    log_odds, se : float
        With a standard error that holds where years of a unit go together.
    effect, low, high : float
        Difference of rates in the years with the programme.
    p : float
    dispersion : float
        Pearson's chi-square over its degrees of freedom.
    state : str
        "fitted", "not converged", or "starts differ": then it is no estimate of an effect.
    """

    log_odds: float
    se: float
    effect: float
    low: float
    high: float
    p: float
    dispersion: float
    state: str


def fixed_effects(given: Histories, *, level: float = 0.95) -> FixedEffects:
    """Fit `logit p_it = a_i + g_t + b D_it` by quasi-likelihood, units as clusters.

    Where programmes began in different years the estimate mixes comparisons of late starts with
    early ones and may have the wrong sign: the state says so, and `group_time` is to be used.

    Parameters
    ----------
    given : Histories
    level : float
        Two-sided coverage.

    References
    ----------
    Wedderburn RWM (1974) Biometrika 61:439-447. Liang KY, Zeger SL (1986) Biometrika 73:13-22.
    Goodman-Bacon A (2021) J Econometrics 225:254-277.
    """
    check(given)
    x, n = given.x, given.n
    since = _since(given)
    columns = np.concatenate(
        [_years(x.shape)[..., 1:], since[..., None]], axis=2
    )  # (u, t, k): the first year goes with the unit effects
    eta, b, state = np.log((x + 0.5) / (n - x + 0.5)), np.zeros(columns.shape[2]), "not converged"
    for _ in range(_STEPS):
        mu = expit(eta)
        w = n * mu * (1 - mu)
        z = eta + (x - n * mu) / w
        inner, working = within(columns, w), within(z[..., None], w)[..., 0]
        old, b = b, _solve(inner, w, working)
        eta = z - working + inner @ b
        eta = np.clip(eta, -_FLAT, _FLAT)
        if np.abs(b - old).max() <= _CLOSE * (1 + np.abs(b).max()):
            state = "fitted"
            break
    mu = expit(eta)
    w = n * mu * (1 - mu)
    inner = within(columns, w)
    covariance = cluster_robust(inner, w, x - n * mu)
    df = x.size - len(x) - columns.shape[2]
    dispersion = float(((x - n * mu) ** 2 / w).sum() / df) if df > 0 else float("nan")
    log_odds, se = float(b[-1]), float(np.sqrt(covariance[-1, -1]))
    degrees = min(int((~given.never).sum()), int(given.never.sum())) - 1
    reach = float(t_distribution.ppf(0.5 + level / 2, degrees)) if degrees > 0 else float("nan")
    p = float(2 * t_distribution.sf(abs(log_odds) / se, degrees)) if degrees > 0 else float("nan")
    ends = [_points(eta, n, since, log_odds, log_odds + side * reach * se) for side in (0, -1, 1)]
    if len(given.cohorts) > 1:
        state = "starts differ"
    effect, low, high = ends
    return FixedEffects(log_odds, se, effect, low, high, p, dispersion, state)


def within(columns: Floats, w: Floats) -> Floats:
    """Take each unit's weighted mean out of its columns (u, t, k), weights (u, t)."""
    mean = (columns * w[..., None]).sum(axis=1) / w.sum(axis=1)[:, None]
    return np.asarray(columns - mean[:, None, :], dtype=np.float64)


def cluster_robust(columns: Floats, w: Floats, residuals: Floats) -> Floats:
    """Covariance of coefficients with the first axis as clusters, (k, k).

    Parameters
    ----------
    columns : array (u, t, k)
    w, residuals : array (u, t)
        Weights of the fit, and of the scores `columns * residuals`.

    Notes
    -----
    `A^-1 B A^-1 G/(G-1)` with `A = sum w c c'` and `B` the sum over clusters of squared scores.

    References
    ----------
    Liang KY, Zeger SL (1986) Biometrika 73:13-22, equation 7.
    """
    flat = columns.reshape(-1, columns.shape[2])
    bread = np.linalg.inv(flat.T @ (flat * w.reshape(-1, 1)))
    scores = np.einsum("utk,ut->uk", columns, residuals)
    clusters = len(columns)
    return np.asarray(bread @ (scores.T @ scores) @ bread * clusters / (clusters - 1))


def _since(given: Histories) -> Floats:
    """1 in the years with a programme, (u, t)."""
    return (np.array(given.years)[None] >= given.start[:, None]).astype(float)


def _years(shape: tuple[int, ...]) -> Floats:
    units, years = shape
    return np.broadcast_to(np.eye(years), (units, years, years))


def _solve(columns: Floats, w: Floats, z: Floats) -> Floats:
    root = np.sqrt(w).reshape(-1, 1)
    flat = columns.reshape(-1, columns.shape[2]) * root
    found = np.linalg.lstsq(flat, z.reshape(-1) * root[:, 0], rcond=None)[0]
    return np.asarray(found, dtype=np.float64)


def _points(eta: Floats, n: Floats, since: Floats, fitted: float, log_odds: float) -> float:
    """Difference of rates that a log odds ratio makes in the years with a programme."""
    without = eta - since * fitted
    weight = n * since
    beyond = expit(without + log_odds) - expit(without)
    return float((weight * beyond).sum() / weight.sum())
