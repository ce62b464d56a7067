"""From checked data and fields to a fitted membership model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from analytics.inputs import Floats
from analytics.membership.areas import moments, standard_draws
from analytics.membership.blocks import BlockModel, Shown
from analytics.membership.counts import Family
from analytics.membership.data import Data
from analytics.membership.matern import MaternField
from analytics.membership.mixture import Mixture, smoothed
from analytics.membership.model import Field, Model
from analytics.membership.notes import notes
from analytics.membership.priors import Priors
from analytics.membership.quadrature import Nodes, integrate
from analytics.membership.result import (
    Membership,
    Posterior,
    area_table,
    summary,
)
from analytics.membership.search import Mode, mode
from analytics.membership.tables import area_frame, comparison
from geo.weights.weights import Weights

Progress = Callable[[int, int], None]

DRAWS = 1000
"""Draws that rank areas together."""
WHOLE_BYTES = 2e9
"""Memory beyond which a Matern field is fitted in blocks, see `analytics.membership.blocks`; the
whole would take minutes."""
MOST_BYTES = 6e9
"""Memory beyond which a place is refused for a field that cannot be fitted in blocks."""
NEAR_TIE = 3.0
"""Log units, a Bayes factor of 20, within which fields count as equally likely: Kass RE, Raftery AE
(1995) J Am Stat Assoc 90:773-795."""
_GRID_MOST = 1000  # schools up to which two hyperparameters are walked on a full grid
_SEARCH, _REST = 10, 15  # steps told for the search of one field, and for the integration


@dataclass(frozen=True)
class Settings:
    """How a model is fitted: see `analytics.membership.model_fit.fit`."""

    family: Family
    level: float
    seed: int
    priors: Priors
    progress: Progress | None


def neighbourhood(data: Data, weights: Weights) -> csr_array:
    """Give the weights of the average of an area and its neighbours.

    Parameters
    ----------
    data
        Areas whose covariates are not known enter no average.
    weights
        Neighbours.

    Returns
    -------
    csr_array, shape (m, m)
        Rows sum to 1, or to 0 where nothing is known.
    """
    links = (weights.with_self().sparse > 0).astype(np.float64)
    known = csr_array(links @ diags_array(data.known.astype(np.float64)))
    totals = np.asarray(known.sum(axis=1))
    factor = np.divide(1.0, totals, out=np.zeros(weights.n), where=totals > 0)
    return csr_array(diags_array(factor) @ known)


def estimate(
    data: Data, fields: Sequence[Field], weights: Weights, settings: Settings
) -> Membership:
    """Fit each field, keep the likeliest, and integrate its hyperparameters.

    Parameters
    ----------
    data
        Schools that take part.
    fields
        Fields to compare.
    weights
        Neighbours.
    settings
        Family, interval, seed, priors and progress.

    Returns
    -------
    Membership
        The fit, or an explicit state without numbers.

    Raises
    ------
    ValueError
        The place needs more memory than `MOST_BYTES`.
    """
    state = data.state(settings.family)
    if state != "fitted":
        return _unfitted(data, fields, weights, settings, state)
    models = _models(data, fields, weights, settings)
    modes: list[Mode] = []
    for model in models:
        _tell(settings, _SEARCH * len(modes), len(models))
        modes.append(Mode(model, *mode(model, modes[-1] if modes else None)))
    best = _chosen(data, modes)
    nodes, parts = _integrated(data, best, settings, len(models))
    field, predictor, around, effects = (_mixture(nodes, parts, j) for j in range(4))
    normal = _draws(best, settings.seed)
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
        posterior=Posterior(predictor, around, normal, data.known),
    )


def _chosen(data: Data, modes: list[Mode]) -> Mode:
    """Choose the likeliest field; among near equals one whose areas are identified."""
    best = max(modes, key=lambda one: one.log_evidence)
    if data.one_to_one:
        return best
    near = [mode for mode in modes if mode.log_evidence > best.log_evidence - NEAR_TIE]
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
            design=part.design,
            area_design=np.nan_to_num(part.area_design),
            around=around,
            has_schools=not data.one_to_one,
            priors=settings.priors,
        )

    n, m = data.share.shape
    needed = 8.0 * (4 * m * m + 9 * n * n + 7 * n * m)
    smooth = [field for field in fields if isinstance(field, MaternField)]
    if needed > WHOLE_BYTES and smooth:
        return [BlockModel.of(data, field, model) for field in smooth]
    if needed > MOST_BYTES:
        raise ValueError(
            f"{n:,} counts over {m:,} areas need about {needed / 1e9:.0f} GB, more than "
            f"{MOST_BYTES / 1e9:.0f} GB; fit one county or metropolitan area at a time, or give "
            f"centres for a Matern field, which is fitted in blocks"
        )
    around = neighbourhood(data, weights)
    return [model(data, field, around) for field in fields]


def _integrated(
    data: Data, best: Mode, settings: Settings, fields: int
) -> tuple[Nodes, list[Shown]]:
    """Visit points of the hyperparameters and keep what each says of the areas."""
    parts: list[Shown] = []

    def visit(theta: Floats) -> float:
        corrected, part = _visited(best.model, theta)
        parts.append(part)
        _tell(settings, _SEARCH * fields + len(parts), fields)
        return corrected

    grid = len(best.state.theta) < 3 and len(data.cases) <= _GRID_MOST
    return integrate(visit, best.state.theta, best.covariance, grid=grid), parts


def _visited(model: Model | BlockModel, theta: Floats) -> tuple[float, Shown]:
    """Give the log posterior of hyperparameters, and what they say of the areas."""
    if isinstance(model, BlockModel):
        return model.visit(theta)
    state = model.at(theta)
    found = moments(model, state)
    return state.corrected, (found.field, found.predictor, found.around, found.effects)


def _draws(best: Mode, seed: int) -> NDArray[np.float32]:
    """Draw areas together to rank them."""
    if isinstance(best.model, BlockModel):
        return best.model.draws(best.state.theta, DRAWS, seed)
    return standard_draws(best.model, best.state, DRAWS, seed)


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
