"""What a driver model says: effects with intervals, and what to know before believing them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analytics.association.forms import Form
from analytics.association.lagrange_tests import LagrangeTests, ResidualMoran
from analytics.inputs import Floats

EFFECT_COLUMNS = (
    "effect",
    "se",
    "low",
    "high",
    "p",
    "q",
    "degrees",
    "odds_ratio",
    "spillover",
    "partial_r2",
    "vif",
    "sd",
)


@dataclass(frozen=True, eq=False)
class Diagnostics:
    """What stands behind the effects.

    Attributes
    ----------
    n, left_out
        Places in the model, and left out for a missing outcome or exposure.
    condition_number
        Of the exposures within strata.
    dispersion
        Pearson's, of the quasi-binomial model blind to places (for numbers: residual variance).
    lm
        Lagrange multiplier tests of that model; None when refused.
    form, why
        Spatial form in the model ("none", "error", "lag") and the tests' reason.
    rho
        Coefficient of the spatial lag; NaN otherwise.
    field_sd, between_sd
        Standard deviation of the spatial error over places and of what remains between neighbours.
    moran_before, moran_after
        Moran's I of residuals without and with the spatial form; None when refused.
    influence
        By exposure: the place that moves the effect most (`id`) and by how many standard errors
        (`dfbetas`).
    warnings
        Sentences on measures that repeat others, and on what the caller should read.
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
    effects
        Index of exposure names; `effect` of one standard deviation (log odds, or units of a numeric
        outcome), `se, low, high, p`, `q` (Benjamini-Hochberg over exposures), `degrees` of freedom,
        `odds_ratio` (NaN for numbers), `spillover` of neighbours' exposures, `partial_r2`, `vif`
        and `sd`. NaN but for `vif` and `sd` when refused.
    diagnostics
        What stands behind them.
    state
        "estimated", "too few places", "collinear", or "constant outcome".
    reason
        Why there is no estimate, in words; empty when there is one.
    """

    effects: pd.DataFrame
    diagnostics: Diagnostics
    state: str
    reason: str


def refused(
    state: str, reason: str, names: pd.Index, diagnostics: Diagnostics, vif: Floats, sd: Floats
) -> Association:
    """Give a result without estimates.

    Parameters
    ----------
    state, reason
        Why.
    names, vif, sd
        Exposures with what is known of them.
    diagnostics
        Counts and warnings.

    Returns
    -------
    Association
        Effects NaN.
    """
    table = pd.DataFrame(np.nan, index=names.rename("exposure"), columns=list(EFFECT_COLUMNS))
    return Association(
        table.assign(vif=vif, sd=sd), replace(diagnostics, why=reason), state, reason
    )
