"""What a fitted membership model answers: tables, probabilities, and notes in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from analytics.inputs import Floats
from analytics.membership.blocks import BlockModel
from analytics.membership.data import Data, Family
from analytics.membership.hyperparameters import Mixture, Mode
from geo.weights.weights import Weights

Scale = Literal["rate", "ratio"]

_MANY_AREAS = 3  # areas of a school, in effect, beyond which BYM2's independent part is only prior
_FEW_COUNTS = 20


@dataclass(frozen=True, eq=False)
class Posterior:
    """Distributions of the areas that `Membership` reads its answers from.

    `predictor` and `around` are the log odds or log relative risk of each area and of the average
    of it and its neighbours; `draw` gives correlated standard normals (draws, m) to rank areas
    together; `complete` marks the areas that have a number.
    """

    predictor: Mixture
    around: Mixture
    draw: Callable[[], NDArray[np.float32]]
    complete: NDArray[np.bool_]

    @cached_property
    def normal(self) -> NDArray[np.float32]:
        """Correlated standard normals, drawn when first asked for."""
        return self.draw()


@dataclass(frozen=True, eq=False)
class Membership:
    """Posterior of a membership model; see `analytics.membership.fit`.

    Attributes
    ----------
    areas : DataFrame
        On the ids of the weights. `mean, sd, low, high` of the field (log odds or log relative
        risk beyond the effects); `rr_mean, rr_low, rr_high`; for the binomial family `rate_mean,
        rate_low, rate_high`; `state`; `schools` and `left_out` behind the area. The state is
        "estimated", "predicted" (no count of its own: known from other areas only), "covariate
        not known", "no number" (the fit gave none), or the state of the whole model when it is not
        fitted; numbers are NaN in the last three.
    hyperparameters, effects : DataFrame
        Index name; `mean, sd, low, median, high`.
    log_marginal_likelihood : float
        Of the field shown, hyperparameters integrated out; in blocks an approximation, comparable
        only with fits in the same blocks.
    comparison : DataFrame
        Index field; `log_marginal_likelihood` (hyperparameters integrated by Laplace's method, so
        that fields compare alike) and `chosen`.
    field : str
        Name of the field shown: "bym2", "matern 0.5" or "matern 1.5".
    overall : float
        Rate, or ratio of cases to expected cases, of all counts together: the ratio scale of the
        binomial family is rate over this.
    state : str
        "fitted", or why there is no number.
    notes : tuple of str
        What a reader must know of this fit, in words.
    dropped : dict
        Number of schools left out of the fit, by reason.
    """

    areas: pd.DataFrame
    hyperparameters: pd.DataFrame
    effects: pd.DataFrame
    log_marginal_likelihood: float
    comparison: pd.DataFrame
    field: str
    family: Family
    level: float
    overall: float
    state: str
    notes: tuple[str, ...]
    dropped: dict[str, int]
    posterior: Posterior | None = dataclasses.field(default=None, repr=False)

    def exceedance(
        self, threshold: float, *, neighbours: bool = False, scale: Scale | None = None
    ) -> pd.Series:
        """Give the probability that the risk of each area is above a threshold.

        Parameters
        ----------
        threshold : float
            A rate between 0 and 1, or a relative risk above 0.
        neighbours : bool
            True speaks of the average of an area and its neighbours, on the scale of log odds or
            log relative risk.
        scale : str, optional
            "rate" (binomial only) or "ratio" (relative risk); None takes the rate for the binomial
            family and the ratio for the Poisson family.

        Returns
        -------
        Series
            On the ids of the weights; NaN where an area has no number.

        Raises
        ------
        ValueError
            A threshold outside its range, or a rate of a Poisson model.

        Notes
        -----
        A ratio that would need a rate of 1 or more has probability 0.

        References
        ----------
        Richardson S, Thomson A, Best N, Elliott P (2004) Environ Health Perspect 112:1016-1025:
        above 0.80 with a threshold of 1 is their rule of a raised risk.
        """
        limit = self._limit(threshold, scale or ("rate" if self.family == "binomial" else "ratio"))
        if self.posterior is None:
            return pd.Series(np.nan, index=self.areas.index, name="exceedance")
        mixture = self.posterior.around if neighbours else self.posterior.predictor
        chance = np.where(np.isnan(mixture.mean), np.nan, mixture.above(limit))
        return pd.Series(chance, index=self.areas.index, name="exceedance")

    def top(self, k: int) -> pd.Series:
        """Give the probability that each area is among the k highest.

        Areas are ranked together in draws from the normal approximation. Each draw takes mean and
        spread from one point of the hyperparameters, and what areas have in common from the
        likeliest point.

        Returns
        -------
        Series
            On the ids of the weights; sums to k; NaN where an area has no number.

        Raises
        ------
        ValueError
            k below 1 or above the number of areas that have a number.
        """
        probability = np.full(len(self.areas), np.nan)
        ranked = 0 if self.posterior is None else int(self.posterior.complete.sum())
        if self.posterior is None or not 1 <= k <= ranked:
            if self.posterior is None and k >= 1:
                return pd.Series(probability, index=self.areas.index, name="top")
            raise ValueError(f"k must be from 1 to {ranked}, the areas that have a number, not {k}")
        highest = np.argpartition(-_draws(self.posterior), k - 1, axis=1)[:, :k]
        share = np.bincount(highest.ravel(), minlength=ranked) / len(highest)
        probability[self.posterior.complete] = share
        return pd.Series(probability, index=self.areas.index, name="top")

    def _limit(self, threshold: float, scale: Scale) -> float:
        """Put a threshold on the scale of the predictor."""
        if scale not in ("rate", "ratio"):
            raise ValueError(f"scale must be 'rate' or 'ratio', not {scale!r}")
        if self.family == "poisson":
            if scale == "rate":
                raise ValueError("a Poisson model has relative risks: scale='ratio'")
            if not threshold > 0:
                raise ValueError(f"a relative risk must be above 0, not {threshold:g}")
            return float(np.log(threshold))
        rate = threshold if scale == "rate" else threshold * self.overall
        if scale == "ratio" and rate >= 1:
            return float("inf")  # no rate is above 1: nothing can be
        if not threshold > 0 or not (rate < 1 or np.isnan(rate)):
            raise ValueError(f"the threshold {threshold:g} is not a rate between 0 and 1")
        return float(np.log(rate) - np.log1p(-rate))


def area_table(
    field: Mixture, predictor: Mixture, family: Family, overall: float, level: float
) -> dict[str, Floats]:
    """Give the columns of `Membership.areas` that hold numbers, from field and whole predictor."""
    tail = (1 - level) / 2
    inverse: Callable[[Floats], Floats] = np.exp if family == "poisson" else expit
    mean = predictor.expectation(inverse)
    low, high = (inverse(predictor.quantile(p)) for p in (tail, 1 - tail))
    base = overall if family == "binomial" else 1.0
    table = {
        "mean": field.mean,
        "sd": field.sd,
        "low": field.quantile(tail),
        "high": field.quantile(1 - tail),
        "rr_mean": mean / base,
        "rr_low": low / base,
        "rr_high": high / base,
    }
    if family == "binomial":
        table |= {"rate_mean": mean, "rate_low": low, "rate_high": high}
    return table


def summary(mixture: Mixture, names: tuple[str, ...], level: float) -> pd.DataFrame:
    """Summarise a few named quantities: `mean, sd, low, median, high`."""
    tail = (1 - level) / 2
    columns = {
        "mean": mixture.mean,
        "sd": mixture.sd,
        "low": mixture.quantile(tail),
        "median": mixture.quantile(0.5),
        "high": mixture.quantile(1 - tail),
    }
    return pd.DataFrame(columns, index=pd.Index(names, name="name"))


def comparison(modes: Sequence[Mode], best: Mode) -> pd.DataFrame:
    """Lay the fields side by side, the likeliest first: `Membership.comparison`."""
    table = pd.DataFrame(
        {
            "log_marginal_likelihood": [mode.log_evidence for mode in modes],
            "chosen": [mode is best for mode in modes],
        },
        index=pd.Index([mode.model.field.name for mode in modes], name="field"),
    )
    return table.sort_values("log_marginal_likelihood", ascending=False, kind="stable")


def area_frame(
    data: Data, weights: Weights, numbers: dict[str, Floats], state: str | None = None
) -> pd.DataFrame:
    """Lay the numbers of areas out as `Membership.areas`; `state` is that of a model not fitted."""
    table = pd.DataFrame(numbers, index=weights.ids)
    table[~data.complete] = np.nan
    rules = {
        "covariate not known": ~data.complete,
        "no number": table.isna().any(axis=1).to_numpy(),
        "predicted": data.schools == 0,
    }
    states = np.select(list(rules.values()), list(rules), default="estimated")
    return table.assign(state=state or states, schools=data.schools, left_out=data.left_out)


def notes(data: Data, modes: Sequence[Mode], best: Mode, left_out: Sequence[str]) -> list[str]:
    """Say in words what a reader must know of the fit; `left_out` names fields not compared."""
    words = [f"{count:,} left out: {reason}" for reason, count in data.dropped.items()]
    drawn = float(np.median(1 / np.asarray(data.share.multiply(data.share).sum(axis=1))))
    if isinstance(best.model, BlockModel):
        words.append(_approximation(data, best.model, left_out))
    if best.model.field.name == "bym2" and drawn > _MANY_AREAS:
        words.append(
            f"The independent part of BYM2 is hardly identified: a typical school draws from "
            f"{drawn:.0f} areas in effect. What an area has for itself comes from the prior and "
            f"widens its interval."
        )
    if data.one_to_one and len(best.state.theta) == 2:
        words.append("Each count has an area of its own, so there is no separate school effect.")
    if (empty := int((data.schools == 0).sum())) > 0:
        words.append(f"{empty:,} areas have no count of their own: known from other areas only.")
    if len(data.cases) < _FEW_COUNTS:
        words.append(f"Only {len(data.cases)} counts: the priors weigh much.")
    if len(modes) > 1:
        words.append(_choice(modes, best))
    return words


def _approximation(data: Data, model: BlockModel, left_out: Sequence[str]) -> str:
    """Say how a place too large to fit at once was fitted."""
    n, m = data.share.shape
    typical = int(np.median([len(block.model.design) for block in model.blocks]))
    sentence = (
        f"Approximation: {n:,} counts over {m:,} areas are too many to fit at once. They are "
        f"fitted in {len(model.blocks)} overlapping blocks of about {typical:,} schools that share "
        f"hyperparameters and effects; an area learns nothing from schools beyond its block."
    )
    if left_out:
        sentence += (
            f" Not compared, because blocks would cut its neighbours: {', '.join(left_out)}."
        )
    return sentence


def _choice(modes: Sequence[Mode], best: Mode) -> str:
    """Say how the field was chosen."""
    name = best.model.field.name
    other = max((m for m in modes if m is not best), key=lambda one: one.log_evidence)
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


def _draws(posterior: Posterior) -> Floats:
    """Draw the predictor of all areas that have a number, together."""
    mixture = posterior.predictor
    draws = len(posterior.normal)
    places = (np.arange(draws) + 0.5) / draws
    part = np.searchsorted(np.cumsum(mixture.weight), places).clip(0, len(mixture.weight) - 1)
    z = posterior.normal[:, posterior.complete].astype(np.float64)
    bend = mixture.skews[:, posterior.complete][part] / 6
    mean, sd = (table[:, posterior.complete][part] for table in (mixture.means, mixture.sds))
    drawn: Floats = mean + sd * (z + bend * (z * z - 1))
    return drawn
