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
        A unit counts in the years in which it has a figure, up to the last one of its programme.
        Units without any event, or of events only, tell nothing and take no part.
    level : float
        Two-sided coverage.

    Raises
    ------
    ValueError
        No unit with, or fewer than two without, a programme that tell something, no year with one,
        or outcomes that are no counts.

    References
    ----------
    Wedderburn RWM (1974) Biometrika 61:439-447. Liang KY, Zeger SL (1986) Biometrika 73:13-22.
    Goodman-Bacon A (2021) J Econometrics 225:254-277.
    """
    check(given)
    if ((given.x < 0) | (given.x > given.n)).any():
        raise ValueError("outcomes that are no counts have no odds; use group_time")
    given, since, used = _informative(given)
    x, n = given.x * used, given.n * used
    columns = np.concatenate(
        [_years(x.shape)[..., 1:], since[..., None]], axis=2
    )  # (u, t, k): the first year goes with the unit effects
    eta, state = np.log((x + 0.5) / (n - x + 0.5)), "not converged"
    b: Floats = np.zeros(columns.shape[2])
    for _ in range(_STEPS):
        mu = expit(eta)
        w = n * mu * (1 - mu)
        z = eta + np.divide(x - n * mu, w, out=np.zeros_like(w), where=w > 0)
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
    df = int(used.sum()) - len(x) - columns.shape[2]
    chi = np.divide((x - n * mu) ** 2, w, out=np.zeros_like(w), where=w > 0)
    dispersion = float(chi.sum() / df) if df > 0 else float("nan")
    log_odds, se = float(b[-1]), float(np.sqrt(covariance[-1, -1]))
    degrees = min(int((~given.never).sum()), int(given.never.sum())) - 1
    reach = float(t_distribution.ppf(0.5 + level / 2, degrees)) if degrees > 0 else float("nan")
    p = float(2 * t_distribution.sf(abs(log_odds) / se, degrees)) if degrees > 0 else float("nan")
    effect, low, high = (
        _points(eta, n, since, log_odds, log_odds + side * reach * se if side else log_odds)
        for side in (0, -1, 1)
    )
    if len(given.cohorts) > 1:
        state = "starts differ"
    return FixedEffects(log_odds, se, effect, low, high, p, dispersion, state)


def _informative(given: Histories) -> tuple[Histories, Floats, Floats]:
    """Leave out what tells nothing: units always or never with events, years after the end.

    Returns the units, 1 in the years with a programme, and 1 in the cells that take part, (u, t).
    """
    years = np.array(given.years)[None]
    used = given.known & (years <= given.last[:, None])
    events, students = (given.x * used).sum(axis=1), (given.n * used).sum(axis=1)
    kept = given.of(np.asarray((events > 0) & (events < students), dtype=np.bool_))
    check(kept)
    used = kept.known & (np.array(kept.years)[None] <= kept.last[:, None])
    since = (years >= kept.start[:, None]) & used
    if not since.any():
        raise ValueError("no year with a programme")
    return kept, since.astype(float), used.astype(float)


def within(columns: Floats, w: Floats) -> Floats:
    """Take each unit's weighted mean out of its columns (u, t, k), weights (u, t)."""
    whole = w.sum(axis=1)[:, None]
    whole = np.where(whole > 0, whole, 1.0)
    mean = (columns * w[..., None]).sum(axis=1) / whole
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
    bread = np.linalg.pinv(flat.T @ (flat * w.reshape(-1, 1)), hermitian=True)
    scores = np.einsum("utk,ut->uk", columns, residuals)
    clusters = len(columns)
    return np.asarray(bread @ (scores.T @ scores) @ bread * clusters / (clusters - 1))


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
