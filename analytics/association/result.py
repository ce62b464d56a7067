"""What a driver model says: effects with intervals, and what to know before believing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.sparse import csc_array, csr_array

from analytics.association.estimate import Estimate
from analytics.association.lagrange_tests import Form, LagrangeTests, ResidualMoran, moran_result
from analytics.inputs import Floats
from analytics.local.significance import benjamini_hochberg

EFFECT_COLUMNS = (
    *("effect", "se", "low", "high", "p", "q"),
    *("degrees", "odds_ratio", "spillover", "partial_r2", "vif", "sd"),
)

ALONE = 1e-9
"""Part of its own noise that a place keeps where only its stratum's own term fits it: rounding."""


@dataclass(frozen=True, eq=False)
class Diagnostics:
    """What stands behind the effects.

    Attributes
    ----------
    n, left_out : int
        Places in the model, and left out for a missing outcome or exposure.
    condition_number : float
        Of the exposures within strata.
    dispersion : float
        Pearson's, of the quasi-binomial model blind to places (for numbers: residual variance).
    lm : LagrangeTests, optional
        Lagrange multiplier tests of that model; None when refused.
    form, why : str
        Spatial form in the model ("none", "error", "lag") and the tests' reason.
    rho : float
        Coefficient of the spatial lag; NaN otherwise.
    field_sd, between_sd : float
        Standard deviation of the spatial error over places and of what remains between neighbours.
    moran_before, moran_after : ResidualMoran, optional
        Moran's I of residuals without and with the spatial form; None when refused.
    influence : DataFrame
        By exposure: the place that moves the effect most (`id`) and by how many standard errors
        (`dfbetas`).
    warnings : tuple of str
        Sentences on measures that repeat others.
    """

    n: int
    left_out: int
    condition_number: float = np.nan
    dispersion: float = np.nan
    lm: LagrangeTests | None = None
    form: Form = "none"
    why: str = ""
    rho: float = np.nan
    field_sd: float = np.nan
    between_sd: float = np.nan
    moran_before: ResidualMoran | None = None
    moran_after: ResidualMoran | None = None
    influence: pd.DataFrame = field(default_factory=pd.DataFrame)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Association:
    """Effects of exposures on an outcome, place by place; association, never cause.

    Attributes
    ----------
    effects : DataFrame
        Index of exposure names; `effect` of one standard deviation (log odds, or units of a numeric
        outcome), `se, low, high, p`, `q` (Benjamini-Hochberg over exposures), `degrees` of freedom,
        `odds_ratio` (NaN for numbers), `spillover` of neighbours' exposures, `partial_r2`, `vif`
        and `sd`. NaN but for `vif` and `sd` when refused.
    diagnostics : Diagnostics
        What stands behind them.
    state : str
        "estimated", "too few places", "collinear", or "constant outcome".
    reason : str
        Why there is no estimate, in words; empty when there is one.
    """

    effects: pd.DataFrame
    diagnostics: Diagnostics
    state: str
    reason: str


def refused(
    state: str, reason: str, names: pd.Index, diagnostics: Diagnostics, vif: Floats, sd: Floats
) -> Association:
    """Give a result without estimates, with its state, its reason and what is known besides."""
    table = pd.DataFrame(np.nan, index=names.rename("exposure"), columns=list(EFFECT_COLUMNS))
    return Association(
        table.assign(vif=vif, sd=sd), replace(diagnostics, why=reason), state, reason
    )


def moran_after(estimate: Estimate, w: csc_array) -> ResidualMoran:
    """Give Moran's I of what the model leaves over, with its moments under the model.

    Residuals are those less the field, over their standard deviations. The field leaves its own
    trace in them, which `expected` and `variance` know.

    References
    ----------
    Cliff AD, Ord JK (1981) Spatial Processes, section 8.3, for the covariance `I - F F'`.
    """
    solve = estimate.precision
    scaled = np.sqrt(estimate.fit.noise)
    e = scaled * solve(estimate.z - estimate.columns @ estimate.fit.b)
    fixed = solve(estimate.columns) @ np.linalg.cholesky(estimate.fit.covariance)
    f = scaled[:, None] * np.column_stack([solve.half().T, fixed])
    both = csr_array((w + w.T) / 2)
    wf = both @ f
    inner = f.T @ wf
    mean = float(both.diagonal().sum() - np.trace(inner))
    variance = 2 * float((both * both).sum() - 2 * (wf * wf).sum() + (inner * inner).sum())
    total = float(w.sum())
    size = float(e @ e)
    if total == 0 or size == 0:
        return ResidualMoran(np.nan, np.nan, np.nan, np.nan, np.nan)
    scale = len(e) / total / size
    return moran_result(scale * float(e @ (w @ e)), scale * mean, scale**2 * variance)


def influence(estimate: Estimate, names: pd.Index, ids: pd.Index) -> pd.DataFrame:
    """Give dfbetas: by how many standard errors each place (row) moves each effect (column).

    A place that is alone in its stratum moves no effect: leaving it out takes its stratum along.

    References
    ----------
    Belsley DA, Kuh E, Welsch RE (1980) Regression Diagnostics, equation 2.7. Haslett J, Hayes K
    (1998) J R Stat Soc B 60:201-215 (one place left out of correlated data).
    """
    solve, fit = estimate.precision, estimate.fit
    px = solve(estimate.columns)
    gain = px @ fit.covariance
    own = 1 / fit.noise - (solve.half() ** 2).sum(axis=0) - (gain * px).sum(axis=1)
    rest = solve(estimate.z - estimate.columns @ fit.b)
    told = own * fit.noise > ALONE
    change = np.divide(rest, own, out=np.zeros(len(rest)), where=told)
    moved = gain * change[:, None] / np.sqrt(np.diag(fit.covariance))
    return pd.DataFrame(moved[:, -len(names) :], index=ids, columns=names)


def across_joins(chosen: pd.DataFrame, others: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Set the effects of one join beside those of the others, in the steps of the chosen one.

    An exposure is wrong where homes are placed wrongly, and the error is no noise: a smooth join
    blurs it (Berkson), a coarse one adds to it (classical), and neighbouring schools share it. What
    the error is cannot be estimated without homes. So nothing is corrected; the interval is widened
    to hold what any of the joins says.

    Parameters
    ----------
    chosen : DataFrame
        `Association.effects` under the join in use.
    others : mapping of str to DataFrame
        The same of each other join; exposures that it lacks or that were refused take no part.

    Returns
    -------
    DataFrame
        Index of the chosen exposures. `least, most` of the estimates under the other joins (NaN
        without any), for one standard deviation of the chosen exposure; `low, high` the smallest
        interval that holds those of all joins; `p` the largest of all joins, 1 where signs differ,
        and its `q` (Benjamini-Hochberg); `joins`, how many others took part.

    References
    ----------
    Berger RL (1982) Technometrics 24:295-300 (the largest p tests that all joins show an effect).
    Carroll RJ, Ruppert D, Stefanski LA, Crainiceanu CM (2006) Measurement Error in Nonlinear
    Models, 2nd ed, sections 1.4 and 4 (errors that blur, errors that add; calibration needs homes).

    Examples
    --------
    >>> columns = ["effect", "low", "high", "p", "sd"]
    >>> zones = pd.DataFrame([[0.2, 0.1, 0.3, 0.001, 5.0]], ["crowding"], columns)
    >>> nearest = pd.DataFrame([[0.3, -0.1, 0.7, 0.14, 10.0]], ["crowding"], columns)
    >>> table = across_joins(zones, {"nearest": nearest})
    >>> table[["least", "most", "low", "high", "p"]].round(2).iloc[0].tolist()
    [0.15, 0.15, -0.05, 0.35, 0.14]
    """
    columns = ("effect", "low", "high", "p")
    parts = [chosen[[*columns]].to_numpy(dtype=float)]
    for effects in others.values():
        other = effects.reindex(chosen.index)
        step = (chosen["sd"] / other["sd"].where(other["sd"] > 0)).to_numpy(dtype=float)
        numbers = other[[*columns]].to_numpy(dtype=float)
        parts.append(numbers * np.column_stack([step, step, step, np.ones(len(step))]))
    effect, low, high, p = np.moveaxis(np.array(parts), 2, 0)
    none = np.isnan(effect)
    agree = (~(effect > 0).any(axis=0)) | ((effect > 0) | none).all(axis=0)
    largest = np.where(agree, np.where(none, -np.inf, p).max(axis=0), 1.0)
    largest = np.where(none[0], np.nan, largest)
    rest = np.where(none, np.inf, effect)[1:].min(axis=0, initial=np.inf)
    most = np.where(none, -np.inf, effect)[1:].max(axis=0, initial=-np.inf)
    alone = none[1:].all(axis=0)
    return pd.DataFrame(
        {
            "least": np.where(alone, np.nan, rest),
            "most": np.where(alone, np.nan, most),
            "low": np.where(none[0], np.nan, np.where(none, np.inf, low).min(axis=0)),
            "high": np.where(none[0], np.nan, np.where(none, -np.inf, high).max(axis=0)),
            "p": largest,
            "q": benjamini_hochberg(largest, ~none[0]),
            "joins": (~none[1:]).sum(axis=0),
        },
        index=chosen.index,
    )
