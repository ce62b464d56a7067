"""From an outcome and exposures to effects with intervals, how sure they are, or why none are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csc_array
from scipy.special import stdtr, stdtrit

from analytics.association.collinearity import (
    MAX_CONDITION,
    MAX_VIF,
    circularity,
    condition_number,
    variance_inflation,
)
from analytics.association.estimate import (
    DesignMatrix,
    Estimate,
    Plain,
    design_matrix,
    error_model,
    lag_model,
    plain_model,
)
from analytics.association.lagrange_tests import choose_form
from analytics.association.patterns import Basis, graph_basis, point_basis
from analytics.association.result import (
    Association,
    Diagnostics,
    influence,
    moran_after,
    refused,
)
from analytics.inputs import Floats, floats
from analytics.local.significance import benjamini_hochberg
from analytics.rates.acs import Z_90
from geo.weights.neighbours import coordinates
from geo.weights.weights import Weights

LEVEL = 0.95
MIN_PLACES = 30
PLACES_PER_EXPOSURE = 10

FormChoice = Literal["auto", "none", "error"]
_BATCH = 20  # redraws solved at once


class Fitted(NamedTuple):
    """Estimate of the effects, and the model without places beside it."""

    estimate: Estimate
    plain: Plain


@dataclass(frozen=True, eq=False)
class DriverModel:
    """A driver model that several questions are asked of, so that it is fitted once.

    It holds row-standardised weights `w` among the places of the design, the variance inflation of
    each exposure, diagnostics so far, and what was fitted, or the state and reason of a refusal.
    """

    design: DesignMatrix
    w: csc_array
    vif: Floats
    diagnostics: Diagnostics
    refusal: tuple[str, str]
    fitted: Fitted | None = None


def fit(
    outcome: Any,
    exposures: pd.DataFrame,
    *,
    weights: Weights,
    strata: ArrayLike | pd.Series | None = None,
    points: Any = None,
    form: FormChoice = "auto",
) -> Association:
    """Estimate what absence goes with, all exposures side by side and neighbours not forgotten.

    Log odds are level + exposures + spatial error + difference between schools, the last by
    quasi-likelihood: variance between schools beside the binomial one. Intervals carry what is not
    known of the spatial error, and are widened where blocks of schools disagree with it.

    Parameters
    ----------
    outcome : DataFrame, tuple or Series
        Counts: a table with the columns `chronic_absent` and `enrolled`, or a pair (events,
        denominators). Or one Series of numbers for a Gaussian model. On the exposures' index.
    exposures : DataFrame
        One row a school, one column an exposure. A school without a value takes no part.
    weights : Weights
        Neighbours of the schools, such as `Weights.knn(points, 8)`; none its own neighbour.
    strata : array or Series, optional
        Level of each school; differences between levels are no part of the effects.
    points : GeoSeries, DataFrame or array, optional
        Places of the schools. Recommended: with them the spatial error follows distance, without
        them only the links of `weights`, which know a smooth map less well
        (docs/methods-association.md).
    form : {"auto", "none", "error"}
        "auto" lets the tests choose; "none" leaves space out (for comparison: it calls chance a
        finding wherever maps are smooth); "error" takes a spatial error whatever the tests say.

    Returns
    -------
    Association
        Effects by exposure with 95 % intervals, diagnostics, state and reason. Refused ("too few
        places") under 30 places or 10 an exposure beyond the strata, ("collinear") when a VIF is
        above 10 or the condition number above 30, and ("constant outcome").

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, ids unknown to the weights, repeated names, weights
        in which places are their own neighbours.

    References
    ----------
    Wedderburn RWM (1974) Biometrika 61:439-447. Anselin L et al. (1996) Regional Science and Urban
    Economics 26:77-104 (choice of form). The rest: `analytics.association.spatial_field`.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> place = rng.uniform(size=(60, 2))
    >>> driver = pd.DataFrame({"crowding": rng.normal(size=60)})
    >>> absent = rng.binomial(200, 1 / (1 + np.exp(1 - 0.5 * driver.crowding)))
    >>> link = fit((absent, np.full(60, 200)), driver, weights=Weights.knn(place, 5), points=place)
    >>> bool(link.effects.low["crowding"] > 0), link.state
    (True, 'estimated')
    """
    return described(
        driver_model(outcome, exposures, weights=weights, strata=strata, points=points, form=form)
    )


def driver_model(
    outcome: Any,
    exposures: pd.DataFrame,
    *,
    weights: Weights,
    strata: ArrayLike | pd.Series | None = None,
    points: Any = None,
    form: FormChoice = "auto",
) -> DriverModel:
    """Check, choose the spatial form, and estimate; parameters and errors are those of `fit`."""
    if form not in ("auto", "none", "error"):
        raise ValueError(f"form must be 'auto', 'none' or 'error', not {form!r}")
    if weights.self_included:
        raise ValueError(
            "the weights count each place as its own neighbour (with_self), so that it would"
            " explain itself; give weights without selves"
        )
    design = design_matrix(outcome, exposures, strata)
    w = csc_array(weights.subset(design.ids).row_standardized().sparse)
    diagnostics = Diagnostics(
        len(design.ids), int((~design.used).sum()), warnings=circularity(design.names)
    )
    vif, diagnostics, refusal = _checked(design, diagnostics)
    if refusal is not None:
        return DriverModel(design, w, vif, diagnostics, refusal)
    plain = plain_model(design, w)
    chosen, why = choose_form(plain.tests) if form == "auto" else (form, "asked for")
    basis = None if chosen == "none" else _basis(points, weights, design.ids)
    estimate = error_model(design, basis)
    if chosen == "lag":
        spilling = lag_model(design, w, estimate)
        if isinstance(spilling, str):
            chosen, why = "error", f"{why}, but {spilling}: error"
        else:
            estimate = spilling
    diagnostics = replace(diagnostics, form=chosen, why=why)
    fitted = Fitted(estimate, plain)
    return DriverModel(design, w, vif, diagnostics, ("estimated", ""), fitted)


def described(model: DriverModel) -> Association:
    """Lay out a fitted model: what `fit` gives."""
    diagnostics, design = model.diagnostics, model.design
    if model.fitted is None:
        state, reason = model.refusal
        return refused(state, reason, design.names, diagnostics, model.vif, design.sd)
    effects = _effects(model, model.fitted.estimate)
    return Association(effects, _diagnosed(model, model.fitted), "estimated", "")


def _effects(model: DriverModel, estimate: Estimate) -> pd.DataFrame:
    """Lay out effects with intervals."""
    design, effect, se = model.design, estimate.effect, estimate.se
    width = stdtrit(estimate.degrees, 0.5 + LEVEL / 2) * se
    t = effect / se
    p = 2 * stdtr(estimate.degrees, -np.abs(t))
    rest = len(design.ids) - estimate.columns.shape[1]
    odds = np.exp(effect) if design.n is not None else np.full(len(t), np.nan)
    columns = {
        "effect": effect,
        "se": se,
        "low": effect - width,
        "high": effect + width,
        "p": p,
        "q": benjamini_hochberg(p, np.ones(len(p), dtype=np.bool_)),
        "degrees": estimate.degrees,
        "odds_ratio": odds,
        "spillover": estimate.spillover,
        "partial_r2": t**2 / (t**2 + rest),
        "vif": model.vif,
        "sd": design.sd,
    }
    return pd.DataFrame(columns, index=design.names.rename("exposure"))


def _diagnosed(model: DriverModel, fitted: Fitted) -> Diagnostics:
    """Say what stands behind an estimate."""
    design, estimate, plain = model.design, fitted.estimate, fitted.plain
    moved = influence(estimate, design.names, design.ids)
    largest = moved.abs().to_numpy().argmax(axis=0)
    values = moved.to_numpy()[largest, np.arange(moved.shape[1])]
    basis, power = estimate.basis, estimate.fit.field_power
    field = 0.0 if basis is None else float((basis.vectors**2 @ power).mean())
    return replace(
        model.diagnostics,
        dispersion=plain.dispersion,
        lm=plain.tests,
        rho=estimate.rho,
        field_sd=float(np.sqrt(field)),
        between_sd=float(np.exp(estimate.fit.hyper[0] / 2)),
        moran_before=plain.tests.moran,
        moran_after=moran_after(estimate, model.w),
        influence=pd.DataFrame(
            {"id": design.ids[largest], "dfbetas": values}, index=design.names.rename("exposure")
        ),
    )


def _checked(
    design: DesignMatrix, diagnostics: Diagnostics
) -> tuple[Floats, Diagnostics, tuple[str, str] | None]:
    """Give VIFs, the condition number, and why no model is fitted."""
    n, k = design.exposures.shape
    need = max(MIN_PLACES, PLACES_PER_EXPOSURE * k + design.levels.shape[1])
    if n < need:
        few = f"{n} places with every figure; {k} exposures need {need}: leave exposures out"
        return np.full(k, np.nan), diagnostics, ("too few places", few)
    vif = variance_inflation(design.exposures, design.levels)
    condition = condition_number(design.exposures, design.levels)
    diagnostics = replace(diagnostics, condition_number=condition)
    rate = design.x if design.n is None else design.x / design.n
    if np.ptp(rate) <= 1e-12 * np.abs(rate).max(initial=0.0):
        return vif, diagnostics, ("constant outcome", "the outcome is the same everywhere")
    alike = design.names[vif > MAX_VIF]
    if len(alike) or condition > MAX_CONDITION:
        who = ", ".join(map(str, alike)) or ", ".join(map(str, design.names))
        reason = f"{who} cannot be told apart (largest VIF {vif.max():.3g}, condition number "
        reason += f"{condition:.3g}; allowed 10 and 30): keep one of them, or an index of them"
        return vif, diagnostics, ("collinear", reason)
    return vif, diagnostics, None


def _basis(points: Any, weights: Weights, ids: pd.Index) -> Basis:
    """Give the patterns of the spatial error, by distance where places are known."""
    if points is None:
        return graph_basis(weights.subset(ids).sparse.tocsc())
    labels, xy = coordinates(points)
    labels = weights.ids if len(labels) == weights.n and not labels.isin(ids).all() else labels
    where = labels.get_indexer(ids)
    if (where < 0).any():
        first = ids[where < 0][0]
        raise ValueError(f"{int((where < 0).sum())} places have no point; the first: {first!r}")
    return _basis_at(xy[where].tobytes())


@lru_cache(maxsize=4)
def _basis_at(xy: bytes) -> Basis:
    """Give the patterns over points: the same for every join and every set of exposures."""
    return point_basis(np.frombuffer(xy, np.float64).reshape(-1, 2))


def moe_sensitivity(
    model: DriverModel, exposures: pd.DataFrame, moe: pd.DataFrame, *, draws: int, seed: int
) -> pd.DataFrame:
    """Redraw exposures from their margins of error and see how far each effect moves.

    The spatial error and the variances stay those of the model of the published figures. Margins of
    schools that share tracts are drawn apart, so the spread is a lower bound on such errors' sway.

    Parameters
    ----------
    model, exposures : DriverModel, DataFrame
        From `analytics.association.driver_model`, and what it was made from.
    moe : DataFrame
        90 % margins of error on the index and columns of `exposures`; a missing margin counts as
        none, and `without_moe` says how many.
    draws, seed : int
        Number and seed of the redraws.

    Returns
    -------
    DataFrame
        Index of exposures; `effect` of the published figures, `mean, low, high` of the redraws (2.5
        and 97.5 %), `same_sign` the part of redraws with the effect's sign, `without_moe`, and
        `state`. A mean nearer 0 than the effect says that error of measurement has already pulled
        the effect towards 0 about as much. NaN when the model was refused.

    Raises
    ------
    ValueError
        Margins on another index or with other columns, a negative margin, or no draw.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 7 (SE = MOE / 1.645). Cook JR,
    Stefanski LA (1994) J Am Stat Assoc 89:1314-1328 (adding error shows what error did).

    Examples
    --------
    >>> from analytics.association.model import driver_model
    >>> from geo.weights.weights import Weights
    >>> rng = np.random.default_rng(1)
    >>> place, x = rng.uniform(size=(60, 2)), pd.DataFrame({"crowding": rng.normal(size=60)})
    >>> model = driver_model(x.crowding + rng.normal(size=60), x, weights=Weights.knn(place, 5))
    >>> moved = moe_sensitivity(model, x, x * 0 + 0.5, draws=100, seed=0)
    >>> bool(moved.low["crowding"] < moved["mean"]["crowding"] < moved.high["crowding"])
    True
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    margin = _margins(exposures, moe)
    design = model.design
    names = design.names.rename("exposure")
    missing = np.isnan(margin[design.used]).sum(axis=0)
    if model.fitted is None:
        numbers = pd.DataFrame(np.nan, names, ["effect", "mean", "low", "high", "same_sign"])
        return numbers.assign(without_moe=missing, state=model.refusal[0])
    effect = model.fitted.estimate.effect
    unit = np.where(design.sd > 0, design.sd, 1.0)
    error = np.nan_to_num(margin[design.used]) / Z_90 / unit
    effects = _redrawn(model.fitted.estimate, design.exposures, error, draws, seed)
    low, high = np.quantile(effects, [0.025, 0.975], axis=0)
    return pd.DataFrame(
        {
            "effect": effect,
            "mean": effects.mean(axis=0),
            "low": low,
            "high": high,
            "same_sign": (np.sign(effects) == np.sign(effect)).mean(axis=0),
            "without_moe": missing,
            "state": np.where(missing == len(error), "no margin", "redrawn"),
        },
        index=names,
    )


def _margins(exposures: pd.DataFrame, moe: pd.DataFrame) -> Floats:
    """Give margins in the order of the exposures."""
    if not moe.index.equals(exposures.index):
        raise ValueError("exposures and margins of error have different indexes; align them first")
    absent = exposures.columns.difference(moe.columns)
    if len(absent):
        raise ValueError(f"no margin column for {absent[0]!r}; give one, empty if unknown")
    margin = np.column_stack([floats(moe[name]) for name in exposures])
    if (margin < 0).any():
        raise ValueError(f"{int((margin < 0).sum())} margins of error are negative; correct them")
    return margin


def _redrawn(estimate: Estimate, x: Floats, error: Floats, draws: int, seed: int) -> Floats:
    """Give the effects of every redraw, shape (draws, k)."""
    k, levels = x.shape[1], estimate.columns[:, : -x.shape[1]]
    rng = np.random.default_rng(seed)
    solve = estimate.precision
    solved_levels, pz = solve(levels), solve(estimate.z)
    effects = np.empty((draws, k))
    for start in range(0, draws, _BATCH):
        count = min(_BATCH, draws - start)
        drawn = [x + error * rng.normal(size=x.shape) for _ in range(count)]
        solved = np.split(solve(np.hstack(drawn)), count, axis=1)
        for i, (one, inverse) in enumerate(zip(drawn, solved, strict=True), start):
            columns = np.column_stack([levels, one])
            both = columns.T @ np.column_stack([solved_levels, inverse])
            effects[i] = np.linalg.solve(both, columns.T @ pz)[-k:]
    return effects
