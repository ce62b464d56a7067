"""Rates of areas from counts of schools that share them: the model that fits how data arise.

Schools are measured, areas are wanted. A school draws its students from many areas, so its log odds
are the average of a field over them, an effect of its level, and what is its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, diags_array

from analytics.inputs import Floats, Progress
from analytics.membership.blocks import CELL_SIZE, BlockModel, CellSize, Shown, block_models
from analytics.membership.data import Data, Family, area_centres, checked_counts, on_areas, prepare
from analytics.membership.fields import SINGLE, SMOOTHNESS, Bym2Field, Layout, MaternField, Priors
from analytics.membership.hyperparameters import (
    Mixture,
    Mode,
    Nodes,
    integrate,
    mode,
    smoothed,
)
from analytics.membership.model import Field, Model, moments, standard_draws
from analytics.membership.result import (
    Membership,
    Posterior,
    area_frame,
    area_table,
    comparison,
    notes,
    summary,
)
from analytics.threads import in_order
from geo.weights.weights import Weights

FIELDS = ("auto", "matern", "bym2")
_DRAWS = 1000  # that rank areas together
_NEAR_TIE = 3.0  # log units, a Bayes factor of 20: Kass RE, Raftery AE (1995) JASA 90:773-795
_GRID_MOST = 1000  # schools up to which two hyperparameters are walked on a full grid
_SEARCH, _REST = 10, 15  # steps told for the search of one field, and for the integration


@dataclass(frozen=True)
class Limits:
    """Where a fit changes its way of computing.

    Attributes
    ----------
    whole_bytes : float
        Memory beyond which a Matern field is fitted in blocks; the whole would take minutes.
    most_bytes : float
        Memory beyond which a place is refused for a field that cannot be fitted in blocks.
    cells : CellSize
        How large blocks are.
    single : int
        Areas beyond which correlations are kept in single precision.
    """

    whole_bytes: float = 2e9
    most_bytes: float = 6e9
    cells: CellSize = CELL_SIZE
    single: int = SINGLE


LIMITS = Limits()


@dataclass(frozen=True)
class Settings:
    """How a model is fitted: arguments of `fit` of the same names."""

    family: Family
    level: float
    seed: int
    priors: Priors
    progress: Progress | None
    limits: Limits


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
    limits: Limits = LIMITS,
) -> Membership:
    """Fit the field of risk over areas that counts of schools speak of.

    `logit(p_school) = intercept + level + sum_area share (x_area beta + field_area) + school`, the
    last an independent normal effect. Without `share` the counts are those of the areas themselves
    and there is no school effect: plain BYM2. Everything is normal approximation and quadrature;
    nothing is sampled but the draws that rank areas.

    Factorisations have the dimension of the distinct catchments, one for all schools of a building,
    or of the areas where these are fewer. Two threads share the work. A place too large to fit at
    once (beyond about 3,000 areas and schools) gets a Matern field in overlapping blocks that share
    hyperparameters and effects: an approximation, said in `Membership.notes`; BYM2 is then left out
    of the comparison.

    Parameters
    ----------
    cases, trials : array_like or Series
        Chronically absent and enrolled students of schools: Series on one index of school_id, or
        arrays in the order of a share matrix. A school with an unknown count or without students
        takes no part. Without `share`: counts of areas, a Series by area id or an array in the
        order of the weights. The Poisson family needs `trials` or `expected`.
    share : DataFrame, Series or matrix, optional
        Catchment, see `geo.shares.share_matrix`.
    weights : Weights
        Neighbours of the areas, for BYM2 and for neighbourhood averages.
    covariates : DataFrame, Series or array_like, optional
        Numbers of the areas in any unit (percent, dollars), by area id or in the order of the
        weights. They are standardised inside; `Membership.effects` are back in the caller's units:
        per unit of the covariate, the intercept at a covariate of 0.
    family : str
        "binomial" (log odds) or "poisson" (log relative risk).
    expected : array_like or Series, optional
        Expected cases of the Poisson family; None: trials times the overall rate.
    levels : array_like or Series, optional
        Level of each school; the areas are shown at the mix of levels of all schools together.
    centres : DataFrame or array_like, shape (m, 2), optional
        Centres of the areas, km. Needed by Matern.
    field : str
        "bym2"; "matern"; or "auto": those that can be fitted are compared by marginal likelihood,
        see `Membership.comparison`. Without `centres` that is BYM2 alone. When schools share areas,
        BYM2 is shown only if it is clearly likelier (a Bayes factor of 20): its independent part is
        then hardly identified and widens every interval.
    smoothness : float, optional
        1/2 or 3/2 of the Matern field; None compares both.
    priors : Priors, optional
        None takes the penalised-complexity defaults.
    level : float
        Probability of the intervals.
    seed : int
        Seed of the draws that rank areas; nothing else depends on chance.
    progress : callable, optional
        Called with steps done and steps in all.
    limits : Limits
        Where a fit changes its way of computing.

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
    >>> model = fit([30, 28, 12, 10], [100] * 4, weights=line)
    >>> model.field, model.areas.rate_mean.round(1).tolist()
    ('bym2', [0.3, 0.3, 0.1, 0.1])
    >>> model.exceedance(0.2).round(1).tolist()
    [1.0, 0.9, 0.0, 0.0]
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    x, base = checked_counts(cases, trials, expected, family)
    if share is None:
        x, base = on_areas(x, cases, weights), on_areas(base, cases, weights)
    data = prepare(x, base, share, weights, covariates=covariates, levels=levels)
    settings = Settings(family, level, seed, priors or Priors(), progress, limits)
    fields = _fields(data, weights, centres, (field, smoothness), settings)
    return _estimate(data, fields, weights, settings)


def _fields(
    data: Data,
    weights: Weights,
    centres: Any,
    wanted: tuple[str, float | None],
    settings: Settings,
) -> list[Field]:
    """Give the fields to compare."""
    name, smoothness = wanted
    if name not in FIELDS:
        raise ValueError(f"unknown field {name!r}; known: {', '.join(FIELDS)}")
    if smoothness not in (None, *SMOOTHNESS):
        raise ValueError(f"smoothness must be 0.5 or 1.5, not {smoothness}")
    if name == "matern" and centres is None:
        raise ValueError("a Matern field needs centres of the areas, in km")
    around, priors = _neighbourhood(data, weights), settings.priors
    single = settings.limits.single
    fields: list[Field] = []
    if name != "bym2" and centres is not None:
        layout = Layout(area_centres(centres, weights), data.catchments, around, single)
        fields += [
            MaternField(layout, one, priors.range_km)
            for one in (SMOOTHNESS if smoothness is None else (smoothness,))
        ]
    if name != "matern":
        fields.append(Bym2Field(weights, data.catchments, around, priors.rho, single))
    return fields


def _neighbourhood(data: Data, weights: Weights) -> csr_array:
    """Give the weights of the average of an area and its neighbours with known covariates."""
    links = (weights.with_self().sparse > 0).astype(np.float64)
    complete = csr_array(links @ diags_array(data.complete.astype(np.float64)))
    totals = np.asarray(complete.sum(axis=1))
    factor = np.divide(1.0, totals, out=np.zeros(weights.n), where=totals > 0)
    return csr_array(diags_array(factor) @ complete)


def _estimate(
    data: Data, fields: Sequence[Field], weights: Weights, settings: Settings
) -> Membership:
    """Fit each field, keep the likeliest, and integrate its hyperparameters."""
    state = data.state(settings.family)
    if state != "fitted":
        return _unfitted(data, fields, weights, settings, state)
    models = _models(data, fields, weights, settings)
    modes: list[Mode] = []
    with ThreadPoolExecutor(1) as pool:  # a field is made ready while another one is searched
        ready = [pool.submit(model.field.prepare) for model in models]
        for model, made in zip(models, ready, strict=True):
            _tell(settings, _SEARCH * len(modes), len(models))
            made.result()
            modes.append(mode(model, modes[-1] if modes else None))
    best = _chosen(data, modes)
    nodes, parts = _integrated(data, best, settings, len(models))
    field, predictor, around, effects = (_mixture(nodes, parts, j) for j in range(4))
    draw = partial(_draws, best.model.bare(), best.state.theta, settings.seed)
    left_out = [one.name for one in fields if one.name not in {m.field.name for m in models}]
    _tell(settings, _SEARCH * len(models) + _REST, len(models))
    numbers = area_table(field, predictor, settings.family, data.overall, settings.level)
    return Membership(
        areas=area_frame(data, weights, numbers),
        hyperparameters=_hyperparameters(best.model, nodes, settings.level),
        effects=summary(effects, data.effects, settings.level),
        log_marginal_likelihood=nodes.log_total,
        comparison=comparison(modes, best),
        field=best.model.field.name,
        family=settings.family,
        level=settings.level,
        overall=data.overall,
        state="fitted",
        notes=tuple(notes(data, modes, best, left_out)),
        dropped=data.dropped,
        posterior=Posterior(predictor, around, draw, data.complete),
    )


def _chosen(data: Data, modes: list[Mode]) -> Mode:
    """Choose the likeliest field; among near equals one whose areas are identified."""
    best = max(modes, key=lambda one: one.log_evidence)
    if data.one_to_one:
        return best
    near = [mode for mode in modes if mode.log_evidence > best.log_evidence - _NEAR_TIE]
    smooth = [mode for mode in near if mode.model.field.name != "bym2"]
    return max(smooth or near, key=lambda mode: mode.log_evidence)


def _models(
    data: Data, fields: Sequence[Field], weights: Weights, settings: Settings
) -> list[Model | BlockModel]:
    """Put each field between schools and areas: at once, or in blocks where a place is large."""

    def model(part: Data, field: Field, around: csr_array) -> Model:
        return Model(
            likelihood=part.likelihood(settings.family),
            field=field,
            catchment=part.catchment,
            design=part.design,
            area_design=np.nan_to_num(part.area_design),
            units=part.units,
            around=around,
            has_schools=not data.one_to_one,
            priors=settings.priors,
        )

    (n, m), limits = data.share.shape, settings.limits
    needed = 8.0 * (4 * m * m + 9 * n * n + 7 * n * m)
    smooth = [field for field in fields if isinstance(field, MaternField)]
    if needed > limits.whole_bytes and smooth:
        return list(block_models(data, smooth, model, limits.cells))
    if needed > limits.most_bytes:
        raise ValueError(
            f"{n:,} counts over {m:,} areas need about {needed / 1e9:.0f} GB, more than "
            f"{limits.most_bytes / 1e9:.0f} GB; fit one county or metropolitan area at a time, or "
            f"give centres for a Matern field, which is fitted in blocks"
        )
    around = _neighbourhood(data, weights)
    return [model(data, field, around) for field in fields]


def _integrated(
    data: Data, best: Mode, settings: Settings, fields: int
) -> tuple[Nodes, list[Shown]]:
    """Visit points of the hyperparameters and keep what each says of the areas."""
    parts: list[Shown] = []

    def visit(points: Floats) -> Iterator[float]:
        for corrected, part in _visited(best.model, points):
            parts.append(part)
            _tell(settings, _SEARCH * fields + len(parts), fields)
            yield corrected

    grid = len(best.state.theta) < 3 and len(data.cases) <= _GRID_MOST
    return integrate(visit, best.state.theta, best.covariance, grid=grid), parts


def _visited(model: Model | BlockModel, points: Floats) -> Iterator[tuple[float, Shown]]:
    """Give the log posterior of hyperparameters (k, d), and what each says of the areas."""
    if isinstance(model, BlockModel):
        return map(model.visit, points)  # each on all threads
    return in_order(partial(_visit, model.beside(), theta) for theta in points)


def _visit(model: Model, theta: Floats) -> tuple[float, Shown]:
    """Give the log posterior of hyperparameters, and what they say of the areas."""
    state = model.at(theta)
    areas = moments(model, state)
    return state.corrected, (areas.field, areas.predictor, areas.around, areas.reported)


def _draws(model: Model | BlockModel, theta: Floats, seed: int) -> NDArray[np.float32]:
    """Draw areas together to rank them."""
    if isinstance(model, BlockModel):
        return model.draws(theta, _DRAWS, seed)
    return standard_draws(model, model.at(theta), _DRAWS, seed)


def _mixture(nodes: Nodes, parts: list[Shown], which: int) -> Mixture:
    """Mix what all points say of one kind of quantity."""
    stacked = np.array([part[which] for part in parts])
    return Mixture(nodes.weight, stacked[:, 0], stacked[:, 1], stacked[:, 2])


def _hyperparameters(model: Model | BlockModel, nodes: Nodes, level: float) -> pd.DataFrame:
    """Summarise hyperparameters on their natural scale."""
    table = summary(smoothed(nodes.weight, nodes.theta), model.names, level)
    quantiles = ["low", "median", "high"]
    table[quantiles] = np.array([model.natural(table[name].to_numpy()) for name in quantiles]).T
    points = np.array([model.natural(theta) for theta in nodes.theta])
    table["mean"] = nodes.weight @ points
    table["sd"] = np.sqrt(nodes.weight @ (points - table["mean"].to_numpy()) ** 2)
    return table


def _unfitted(
    data: Data, fields: Sequence[Field], weights: Weights, settings: Settings, state: str
) -> Membership:
    """Give a result that says why it has no numbers."""
    blank = Mixture(np.ones(1), *(np.full((1, weights.n), np.nan) for _ in range(3)))
    numbers = area_table(blank, blank, settings.family, np.nan, settings.level)
    nothing = pd.DataFrame(columns=["mean", "sd", "low", "median", "high"], dtype=np.float64)
    names = pd.Index([field.name for field in fields], name="field")
    return Membership(
        areas=area_frame(data, weights, numbers, state),
        hyperparameters=nothing.rename_axis("name"),
        effects=nothing.rename_axis("name"),
        log_marginal_likelihood=np.nan,
        comparison=pd.DataFrame({"log_marginal_likelihood": np.nan, "chosen": False}, index=names),
        field="",
        family=settings.family,
        level=settings.level,
        overall=data.overall,
        state=state,
        notes=(f"No model was fitted: {state}.",),
        dropped=data.dropped,
    )


def _tell(settings: Settings, done: int, fields: int) -> None:
    """Report progress."""
    total = _SEARCH * fields + _REST
    if settings.progress is not None:
        settings.progress(min(done, total), total)
