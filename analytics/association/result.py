"""What a driver model says: effects with intervals, and what to know before believing them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.sparse import csc_array, csr_array

from analytics.association.estimate import Estimate
from analytics.association.lagrange_tests import Form, LagrangeTests, ResidualMoran, moran_result
from analytics.inputs import Floats

EFFECT_COLUMNS = (
    *("effect", "se", "low", "high", "p", "q"),
    *("degrees", "odds_ratio", "spillover", "partial_r2", "vif", "sd"),
)


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
    moved = gain * (rest / own)[:, None] / np.sqrt(np.diag(fit.covariance))
    return pd.DataFrame(moved[:, -len(names) :], index=ids, columns=names)
