"""How closely figures go together across schools: association, never cause.

`fit` models absence on all exposures at once, with the spatial error that neighbours share;
`rank_correlation` is the plain look at one pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from analytics.association.collinearity import circularity
from analytics.association.diagnosis import influence, moran_after
from analytics.association.lagrange_tests import lm_tests
from analytics.association.model import DriverModel, FormAsked, driver_model
from analytics.association.moe_sensitivity import moe_sensitivity, redrawn_within
from analytics.association.rank_correlation import RankCorrelation, rank_correlation
from analytics.association.result import (
    EFFECT_COLUMNS,
    Association,
    Diagnostics,
    refused,
)
from analytics.association.shapley import shapley_shares
from analytics.association.spatial_regression import ols, spatial_error_ml, spatial_lag_ml
from analytics.local.significance import benjamini_hochberg
from geo.weights.weights import Weights

__all__ = [
    "Association",
    "RankCorrelation",
    "circularity",
    "described",
    "fit",
    "lm_tests",
    "moe_sensitivity",
    "ols",
    "rank_correlation",
    "redrawn_within",
    "shapley_shares",
    "spatial_error_ml",
    "spatial_lag_ml",
]


def fit(
    outcome: Any,
    exposures: pd.DataFrame,
    *,
    weights: Weights,
    strata: ArrayLike | pd.Series | None = None,
    points: Any = None,
    form: FormAsked = "auto",
    circular: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> Association:
    """Estimate what absence goes with, all exposures side by side and neighbours not forgotten.

    Log odds are level + exposures + spatial error + difference between schools, the last by
    quasi-likelihood: variance between schools beside the binomial one. Intervals carry what is not
    known of the spatial error, and are widened where blocks of schools disagree with it.

    Parameters
    ----------
    outcome
        Counts: a DataFrame with the columns `chronic_absent` and `enrolled`, or a pair (events,
        denominators). Or one Series of numbers for a Gaussian model. On the exposures' index.
    exposures
        One row a school, one column an exposure. A school without a value takes no part.
    weights
        Neighbours of the schools, such as `Weights.knn(points, 8)`.
    strata
        Level of each school; differences between levels are no part of the effects.
    points
        Places of the schools, as for `geo.weights.neighbours.coordinates`, in any order.
        Recommended: with
        them the spatial error follows distance, without them only the links of `weights`, which
        know a smooth map less well (docs/methods-association.md).
    form
        "auto" lets the tests choose; "none" leaves space out (for comparison: it calls chance a
        finding wherever maps are smooth); "error" takes a spatial error whatever the tests say.
    circular
        Measures that were made from others beside them, with the reason, to be warned of beside
        what `circularity` finds by name.
    level
        Coverage of the intervals.

    Returns
    -------
    Association
        Effects by exposure, diagnostics, state and reason. Refused ("too few places") under
        30 places or 10 an exposure beyond the strata, ("collinear") when a VIF is above 10 or the
        condition number above 30, and ("constant outcome").

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, ids unknown to the weights, repeated names.

    References
    ----------
    Wedderburn RWM (1974) Biometrika 61:439-447. Anselin L et al. (1996) Regional Science and Urban
    Economics 26:77-104 (choice of form). The rest: `analytics.association.spatial_field`,
    `analytics.association.forms`, `analytics.association.block_errors`.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> place = rng.uniform(size=(60, 2))
    >>> driver = pd.DataFrame({"crowding": rng.normal(size=60)})
    >>> absent = rng.binomial(200, 1 / (1 + np.exp(1 - 0.5 * driver.crowding)))
    >>> found = fit((absent, np.full(60, 200)), driver, weights=Weights.knn(place, 5), points=place)
    >>> bool(found.effects.low["crowding"] > 0), found.state
    (True, 'estimated')
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    return described(
        driver_model(outcome, exposures, weights, strata, points, form),
        circular=circular,
        level=level,
    )


def described(
    model: DriverModel, *, circular: Mapping[str, str] | None = None, level: float = 0.95
) -> Association:
    """Lay out a driver model that is also asked other questions, so that it is fitted once.

    Parameters
    ----------
    model
        From `analytics.association.model.driver_model`.
    circular, level
        As for `fit`.

    Returns
    -------
    Association
        What `fit` gives.
    """
    design, known = model.design, model.known
    said = circularity(design.names) + tuple(f"{m}: {r}" for m, r in (circular or {}).items())
    known = replace(known, warnings=said)
    if model.found is None:
        return refused(*model.refusal, design.names, known, model.vif, design.sd)
    known = _diagnosed(known, model)
    return Association(_effects(model, level), known, "estimated", "")


def _effects(model: DriverModel, level: float) -> pd.DataFrame:
    """Lay out effects with intervals."""
    design, found = model.design, model.found
    assert found is not None  # noqa: S101 - told apart by the caller
    width = stdtrit(found.degrees, 0.5 + level / 2) * found.se
    t = found.effect / found.se
    p = 2 * stdtr(found.degrees, -np.abs(t))
    rest = len(design.ids) - found.columns.shape[1]
    odds = np.exp(found.effect) if design.n is not None else np.full(len(t), np.nan)
    columns = (
        *(found.effect, found.se, found.effect - width, found.effect + width, p),
        benjamini_hochberg(p, np.ones(len(p), dtype=np.bool_)),
        *(found.degrees, odds, found.spillover, t**2 / (t**2 + rest), model.vif, design.sd),
    )
    index = design.names.rename("exposure")
    return pd.DataFrame(dict(zip(EFFECT_COLUMNS, columns, strict=True)), index=index)


def _diagnosed(known: Diagnostics, model: DriverModel) -> Diagnostics:
    """Say what stands behind an estimate."""
    design, found, plain, basis = model.design, model.found, model.plain, model.basis
    assert found is not None and plain is not None  # noqa: S101, PT018 - told apart by the caller
    moved = influence(found, basis, design.names, design.ids)
    largest = moved.abs().to_numpy().argmax(axis=0)
    values = moved.to_numpy()[largest, np.arange(moved.shape[1])]
    field = 0.0 if basis is None else float((basis.vectors**2 @ found.fit.field_power).mean())
    return replace(
        known,
        dispersion=plain.dispersion,
        lm=plain.tests,
        rho=found.rho,
        field_sd=float(np.sqrt(field)),
        between_sd=float(np.exp(found.fit.hyper[0] / 2)),
        moran_before=plain.tests.moran,
        moran_after=moran_after(found, basis, model.w),
        influence=pd.DataFrame(
            {"id": design.ids[largest], "dfbetas": values}, index=design.names.rename("exposure")
        ),
    )
