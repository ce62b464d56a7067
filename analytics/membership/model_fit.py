"""Rates of areas from counts of schools that share them: the model that fits how data arise.

Schools are measured, areas are wanted. A school draws its students from many areas, so its log odds
are the average of a field over them, an effect of its level, and what is its own.
"""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
from numpy.typing import ArrayLike

from analytics.membership.bym2 import Bym2Field
from analytics.membership.counts import FAMILIES, Family, area_centres
from analytics.membership.data import Data, prepare
from analytics.membership.estimate import (
    Progress,
    Settings,
    estimate,
    neighbourhood,
)
from analytics.membership.matern import SMOOTHNESS, MaternField
from analytics.membership.model import Field
from analytics.membership.priors import Priors
from analytics.membership.result import Membership
from geo.weights.weights import Weights

__all__ = ["FAMILIES", "FIELDS", "Membership", "Priors", "fit"]

FIELDS = ("auto", "matern", "bym2")


def fit(
    cases: ArrayLike | pd.Series,
    trials: ArrayLike | pd.Series | None = None,
    *,
    share: Any = None,
    weights: Weights,
    covariates: Any = None,
    family: Family = "binomial",
    expected: ArrayLike | pd.Series | None = None,
    levels: ArrayLike | pd.Series | None = None,
    centres: Any = None,
    field: Literal["auto", "matern", "bym2"] = "auto",
    smoothness: float | None = None,
    priors: Priors | None = None,
    level: float = 0.95,
    seed: int = 0,
    progress: Progress | None = None,
) -> Membership:
    """Fit the field of risk over areas that counts of schools speak of.

    `logit(p_school) = intercept + level + sum_area share (x_area beta + field_area) + school`, the
    last an independent normal effect. Without `share` the counts are those of the areas themselves
    and there is no school effect: plain BYM2. Everything is normal approximation and quadrature;
    nothing is sampled but the draws that rank areas.

    Where schools outnumber areas, factorisations have the dimension of the areas. A place too large
    to fit at once (beyond about 3,000 areas and schools, see
    `analytics.membership.estimate.WHOLE_BYTES`) gets a Matern field in overlapping blocks that
    share
    hyperparameters and effects: an approximation, said in `Membership.notes`; BYM2 is then left out
    of the comparison.

    Parameters
    ----------
    cases, trials
        Chronically absent and enrolled students of schools: Series on one index of school_id, or
        arrays in the order of a share matrix. A school with an unknown count or without students
        takes no part. Without `share`: counts of areas, a Series by area id or an array in the
        order of the weights. The Poisson family needs `trials` or `expected`.
    share
        Catchment: long table, two-level Series or matrix, see `geo.catchment.share_matrix`.
    weights
        Neighbours of the areas, for BYM2 and for neighbourhood averages.
    covariates
        Numbers of the areas, raw: DataFrame or Series by area id, or array.
    family
        "binomial" (log odds) or "poisson" (log relative risk).
    expected
        Expected cases of the Poisson family; None: trials times the overall rate.
    levels
        Level of each school; the areas are shown at the mix of levels of all schools together.
    centres
        Centres of the areas, shape (m, 2), km: DataFrame by area id or array. Needed by Matern.
    field
        "bym2"; "matern"; or "auto": those that can be fitted are compared by marginal likelihood,
        see `Membership.comparison`. Without `centres` that is BYM2 alone. When schools share areas,
        BYM2 is shown only if it is more than `analytics.membership.estimate.NEAR_TIE` likelier: its
        independent part is then hardly identified and widens every interval.
    smoothness
        1/2 or 3/2 of the Matern field; None compares both.
    priors
        See `analytics.membership.priors.Priors`.
    level
        Probability of the intervals.
    seed
        Seed of the draws that rank areas; nothing else depends on chance.
    progress
        Called with steps done and steps in all.

    Returns
    -------
    Membership
        Areas on the ids of the weights, hyperparameters, effects, comparison of fields, and the
        questions `exceedance` and `top`.

    Raises
    ------
    ValueError
        Impossible counts, ids that do not match, shares that do not fit, a Matern field without
        centres, a constant covariate, or BYM2 on a place too large for the memory.

    References
    ----------
    Riebler A, Sorbye SH, Simpson D, Rue H (2016) Stat Methods Med Res 25:1145-1165, equation 7
    (BYM2). Rue H, Martino S, Chopin N (2009) J R Stat Soc B 71:319-392 (nested Laplace). Browne WJ,
    Goldstein H, Rasbash J (2001) Stat Modelling 1:103-124 (multiple membership). Shun Z, McCullagh
    P (1995) J R Stat Soc B 57:749-760; van Niekerk J, Rue H (2024) J Mach Learn Res 25(62):1-25
    (corrections of evidence and mean). Stein ML, Chi Z, Welty LJ (2004) J R Stat Soc B 66:275-296
    (blocks).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> found = fit([30, 28, 12, 10], [100] * 4, weights=line)
    >>> found.field, found.areas.rate_mean.round(1).tolist()
    ('bym2', [0.3, 0.3, 0.1, 0.1])
    >>> found.exceedance(0.2).round(1).tolist()
    [1.0, 0.9, 0.0, 0.0]
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    data = prepare(
        cases,
        trials,
        share,
        weights,
        covariates=covariates,
        levels=levels,
        family=family,
        expected=expected,
    )
    settings = Settings(family, level, seed, priors or Priors(), progress)
    fields = _fields(data, weights, centres, (field, smoothness), settings.priors)
    return estimate(data, fields, weights, settings)


def _fields(
    data: Data,
    weights: Weights,
    centres: Any,
    wanted: tuple[str, float | None],
    priors: Priors,
) -> list[Field]:
    """Give the fields to compare."""
    name, smoothness = wanted
    if name not in FIELDS:
        raise ValueError(f"unknown field {name!r}; known: {', '.join(FIELDS)}")
    if smoothness not in (None, *SMOOTHNESS):
        raise ValueError(f"smoothness must be 0.5 or 1.5, not {smoothness}")
    if name == "matern" and centres is None:
        raise ValueError("a Matern field needs centres of the areas, in km")
    around = neighbourhood(data, weights)
    fields: list[Field] = []
    if name != "bym2" and centres is not None:
        points = area_centres(centres, weights)
        fields += [
            MaternField(points, data.share, around, one, priors.range_km)
            for one in (SMOOTHNESS if smoothness is None else (smoothness,))
        ]
    if name != "matern":
        fields.append(Bym2Field(weights, data.share, around, priors.rho))
    return fields
