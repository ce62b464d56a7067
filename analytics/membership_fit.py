"""From checked data and fields to a fitted membership model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from analytics.inputs import Bools, Floats
from analytics.membership_areas import Moments, moments, standard_draws
from analytics.membership_counts import Family
from analytics.membership_data import Data
from analytics.membership_model import Field, Model, State
from analytics.membership_result import Membership, Posterior, area_table, summary
from analytics.mixture import Mixture, smoothed
from analytics.priors import Priors
from analytics.quadrature import Nodes, integrate
from geo.weights import Weights

Strings = NDArray[np.str_]
Progress = Callable[[int, int], None]

DRAWS = 1000
"""Draws that rank areas together."""
MOST_BYTES = 6e9
"""Memory beyond which a place is refused."""
NEAR_TIE = 3.0
"""Log units, a Bayes factor of 20, within which fields count as equally likely: Kass RE, Raftery AE
(1995) J Am Stat Assoc 90:773-795."""
_GRID_MOST = 1000  # schools up to which two hyperparameters are walked on a full grid
_MANY_AREAS = 3  # areas of a school, in effect, beyond which BYM2's independent part is only prior
_FEW_COUNTS = 20
_SEARCH, _REST = 10, 15  # steps told for the search of one field, and for the integration


@dataclass(frozen=True)
class Settings:
    """How a model is fitted: see `analytics.membership.fit`."""

    family: Family
    level: float
    seed: int
    priors: Priors
    progress: Progress | None


@dataclass(frozen=True, eq=False)
class Mode:
    """The likeliest hyperparameters of one field."""

    model: Model
    state: State
    covariance: Floats

    @property
    def log_evidence(self) -> float:
        """Log marginal likelihood, hyperparameters integrated by Laplace's method."""
        spread = float(np.linalg.slogdet(2 * np.pi * self.covariance)[1])
        return self.state.log_posterior + self.state.gaussian.correction() + 0.5 * spread


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
    known = csr_array(links @ diags_array(_known(data).astype(np.float64)))
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
    _refuse_size(data)
    modes: list[Mode] = []
    for one in fields:
        _tell(settings, _SEARCH * len(modes), len(fields))
        model = _model(data, one, weights, settings)
        like = modes[-1].state.theta if modes else None
        modes.append(Mode(model, *model.mode(like)))
    best = _chosen(data, modes)
    nodes, parts = _integrated(best, settings, len(fields))
    columns = ("field", "predictor", "around", "effects")
    field, predictor, around, effects = (_mixture(nodes, parts, name) for name in columns)
    known = _known(data)
    normal = standard_draws(best.model, best.state, DRAWS, settings.seed)
    _tell(settings, _SEARCH * len(fields) + _REST, len(fields))
    numbers = area_table(field, predictor, settings.family, data.overall, settings.level)
    return Membership(
        areas=_areas(data, weights, numbers, _area_states(data)),
        hyperparameters=_hyperparameters(best.model, nodes, settings.level),
        effects=summary(effects, data.effects, settings.level),
        log_marginal_likelihood=nodes.log_total,
        comparison=_comparison(modes, best),
        field=best.model.field.name,
        family=settings.family,
        level=settings.level,
        overall=data.overall,
        state="fitted",
        notes=tuple(_notes(data, modes, best)),
        dropped=data.dropped,
        posterior=Posterior(predictor, around, normal, known),
    )


def _chosen(data: Data, modes: list[Mode]) -> Mode:
    """Choose the likeliest field; among near equals one whose areas are identified."""
    best = max(modes, key=lambda mode: mode.log_evidence)
    if data.one_to_one:
        return best
    near = [mode for mode in modes if mode.log_evidence > best.log_evidence - NEAR_TIE]
    smooth = [mode for mode in near if mode.model.field.name != "bym2"]
    return max(smooth or near, key=lambda mode: mode.log_evidence)


def _model(data: Data, field: Field, weights: Weights, settings: Settings) -> Model:
    """Put a field between schools and areas."""
    return Model(
        likelihood=data.likelihood(settings.family),
        field=field,
        design=data.design,
        area_design=np.nan_to_num(data.area_design),
        around=neighbourhood(data, weights),
        has_schools=not data.one_to_one,
        priors=settings.priors,
    )


def _integrated(mode: Mode, settings: Settings, fields: int) -> tuple[Nodes, list[Moments]]:
    """Visit points of the hyperparameters and keep what each says of the areas."""
    parts: list[Moments] = []

    def visit(theta: Floats) -> float:
        state = mode.model.at(theta)
        parts.append(moments(mode.model, state))
        _tell(settings, _SEARCH * fields + len(parts), fields)
        return state.log_posterior + state.gaussian.correction()

    grid = len(mode.state.theta) < 3 and len(mode.model.design) <= _GRID_MOST
    return integrate(visit, mode.state.theta, mode.covariance, grid=grid), parts


def _mixture(nodes: Nodes, parts: list[Moments], name: str) -> Mixture:
    """Mix what all points say of one kind of quantity."""
    stacked = np.array([getattr(part, name) for part in parts])
    return Mixture(nodes.weight, stacked[:, 0], stacked[:, 1], stacked[:, 2])


def _hyperparameters(model: Model, nodes: Nodes, level: float) -> pd.DataFrame:
    """Summarise hyperparameters on their natural scale."""
    table = summary(smoothed(nodes.weight, nodes.theta), model.names, level)
    quantiles = ["low", "median", "high"]
    table[quantiles] = np.array([model.natural(table[name].to_numpy()) for name in quantiles]).T
    points = np.array([model.natural(theta) for theta in nodes.theta])
    table["mean"] = nodes.weight @ points
    table["sd"] = np.sqrt(nodes.weight @ (points - table["mean"].to_numpy()) ** 2)
    return table


def _comparison(modes: list[Mode], best: Mode) -> pd.DataFrame:
    """Lay the fields side by side, the likeliest first."""
    table = pd.DataFrame(
        {
            "log_marginal_likelihood": [mode.log_evidence for mode in modes],
            "chosen": [mode is best for mode in modes],
        },
        index=pd.Index([mode.model.field.name for mode in modes], name="field"),
    )
    return table.sort_values("log_marginal_likelihood", ascending=False, kind="stable")


def _notes(data: Data, modes: list[Mode], best: Mode) -> list[str]:
    """Say in words what a reader must know of the fit."""
    notes = [f"{count:,} left out: {reason}" for reason, count in data.dropped.items()]
    drawn = float(np.median(1 / np.asarray(data.share.multiply(data.share).sum(axis=1))))
    if best.model.field.name == "bym2" and drawn > _MANY_AREAS:
        notes.append(
            f"The independent part of BYM2 is hardly identified: a typical school draws from "
            f"{drawn:.0f} areas in effect. What an area has for itself comes from the prior and "
            f"widens its interval."
        )
    if data.one_to_one and len(best.state.theta) == 2:
        notes.append("Each count has an area of its own, so there is no separate school effect.")
    if (empty := int((data.schools == 0).sum())) > 0:
        notes.append(f"{empty:,} areas have no count of their own: known from other areas only.")
    if len(data.cases) < _FEW_COUNTS:
        notes.append(f"Only {len(data.cases)} counts: the priors weigh much.")
    if len(modes) > 1:
        notes.append(_choice(modes, best))
    return notes


def _choice(modes: list[Mode], best: Mode) -> str:
    """Say how the field was chosen."""
    name = best.model.field.name
    other = max((m for m in modes if m is not best), key=lambda mode: mode.log_evidence)
    ahead = best.log_evidence - other.log_evidence
    if ahead >= 0:
        return (
            f"The field {name} was chosen by marginal likelihood, {ahead:.1f} log units before "
            f"{other.model.field.name}."
        )
    return (
        f"{other.model.field.name} is {-ahead:.1f} log units likelier than {name}, which counts as "
        f"equal; {name} is shown because schools cannot tell the independent part of "
        f"{other.model.field.name} from area to area."
    )


def _unfitted(
    data: Data, fields: Sequence[Field], weights: Weights, settings: Settings, state: str
) -> Membership:
    """Give a result that says why it has no numbers."""
    blank = Mixture(np.ones(1), *(np.full((1, weights.n), np.nan) for _ in range(3)))
    numbers = area_table(blank, blank, settings.family, np.nan, settings.level)
    nothing = pd.DataFrame(columns=["mean", "sd", "low", "median", "high"], dtype=np.float64)
    names = pd.Index([field.name for field in fields], name="field")
    return Membership(
        areas=_areas(data, weights, numbers, np.full(weights.n, state)),
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


def _areas(
    data: Data, weights: Weights, numbers: dict[str, Floats], states: Strings
) -> pd.DataFrame:
    """Lay the numbers of areas out; none where the state forbids them."""
    table = pd.DataFrame(numbers, index=weights.ids)
    table[~_known(data)] = np.nan
    return table.assign(state=states, schools=data.schools, left_out=data.left_out)


def _area_states(data: Data) -> Strings:
    """Say of each area where its number comes from."""
    rules = [~_known(data), data.schools == 0]
    return np.select(rules, ["covariate not known", "predicted"], default="estimated")


def _known(data: Data) -> Bools:
    """Mark areas whose covariates are known."""
    return np.asarray(~np.isnan(data.area_design).any(axis=1))


def _refuse_size(data: Data) -> None:
    """Refuse a place that would not fit into memory."""
    n, m = data.share.shape
    needed = 8.0 * (4 * m * m + 9 * n * n + 7 * n * m)
    if needed > MOST_BYTES:
        raise ValueError(
            f"{n:,} counts over {m:,} areas need about {needed / 1e9:.0f} GB, more than "
            f"{MOST_BYTES / 1e9:.0f} GB; fit one county or metropolitan area at a time"
        )


def _tell(settings: Settings, done: int, fields: int) -> None:
    """Report progress."""
    total = _SEARCH * fields + _REST
    if settings.progress is not None:
        settings.progress(min(done, total), total)
