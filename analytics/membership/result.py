"""What a fitted membership model answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from analytics.inputs import Floats
from analytics.membership.counts import Family
from analytics.membership.mixture import Mixture

Scale = Literal["rate", "ratio"]


@dataclass(frozen=True, eq=False)
class Posterior:
    """Distributions of the areas that `Membership` reads its answers from.

    Attributes
    ----------
    predictor, around
        Log odds or log relative risk of each area, and of the average of it and its neighbours.
    normal
        Correlated standard normals, shape (draws, m), to rank areas together.
    known
        Areas that have a number.
    """

    predictor: Mixture
    around: Mixture
    normal: NDArray[np.float32]
    known: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Membership:
    """Posterior of a membership model; see `analytics.membership.model_fit.fit`.

    Attributes
    ----------
    areas
        On the ids of the weights. `mean, sd, low, high` of the field (log odds or log relative
        risk beyond the effects); `rr_mean, rr_low, rr_high`; for the binomial family `rate_mean,
        rate_low, rate_high`; `state`; `schools` and `left_out` behind the area. The state is
        "estimated", "predicted" (no count of its own: known from other areas only), "covariate
        not known", or the state of the whole model when it is not fitted; numbers are NaN then.
    hyperparameters, effects
        Index name; `mean, sd, low, median, high`.
    log_marginal_likelihood
        Of the field shown, hyperparameters integrated out; in blocks an approximation, comparable
        only with fits in the same blocks.
    comparison
        Index field; `log_marginal_likelihood` (hyperparameters integrated by Laplace's method, so
        that fields compare alike) and `chosen`.
    field
        Name of the field shown: "bym2", "matern 0.5" or "matern 1.5".
    family, level
        As asked for.
    overall
        Rate, or ratio of cases to expected cases, of all counts together: the ratio scale of the
        binomial family is rate over this.
    state
        "fitted", or why there is no number.
    notes
        What a reader must know of this fit, in words.
    dropped
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
        threshold
            A rate between 0 and 1, or a relative risk above 0.
        neighbours
            True speaks of the average of an area and its neighbours, on the scale of log odds or
            log relative risk.
        scale
            "rate" (binomial only) or "ratio" (relative risk); None takes the rate for the binomial
            family and the ratio for the Poisson family.

        Returns
        -------
        pandas.Series
            On the ids of the weights; NaN where an area has no number.

        Raises
        ------
        ValueError
            A threshold outside its range, or a rate of a Poisson model.

        References
        ----------
        Richardson S, Thomson A, Best N, Elliott P (2004) Environ Health Perspect 112:1016-1025:
        above 0.80 with a threshold of 1 is their rule of a raised risk.
        """
        limit = self._limit(threshold, scale or ("rate" if self.family == "binomial" else "ratio"))
        if self.posterior is None:
            return pd.Series(np.nan, index=self.areas.index, name="exceedance")
        mixture = self.posterior.around if neighbours else self.posterior.predictor
        found = np.where(np.isnan(mixture.mean), np.nan, mixture.above(limit))
        return pd.Series(found, index=self.areas.index, name="exceedance")

    def top(self, k: int) -> pd.Series:
        """Give the probability that each area is among the k highest.

        Areas are ranked together in draws from the normal approximation. Each draw takes mean and
        spread from one point of the hyperparameters, and what areas have in common from the
        likeliest point.

        Parameters
        ----------
        k
            Number of places, at least 1.

        Returns
        -------
        pandas.Series
            On the ids of the weights; sums to k; NaN where an area has no number.

        Raises
        ------
        ValueError
            k below 1 or above the number of areas that have a number.
        """
        probability = np.full(len(self.areas), np.nan)
        ranked = 0 if self.posterior is None else int(self.posterior.known.sum())
        if self.posterior is None or not 1 <= k <= ranked:
            if self.posterior is None and k >= 1:
                return pd.Series(probability, index=self.areas.index, name="top")
            raise ValueError(f"k must be from 1 to {ranked}, the areas that have a number, not {k}")
        highest = np.argpartition(-_draws(self.posterior), k - 1, axis=1)[:, :k]
        share = np.bincount(highest.ravel(), minlength=ranked) / len(highest)
        probability[self.posterior.known] = share
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
        if not threshold > 0 or not (rate < 1 or np.isnan(rate)):
            raise ValueError(f"the threshold {threshold:g} is not a rate between 0 and 1")
        return float(np.log(rate) - np.log1p(-rate))


def area_table(
    field: Mixture, predictor: Mixture, family: Family, overall: float, level: float
) -> dict[str, Floats]:
    """Give the columns of `Membership.areas` that hold numbers.

    Parameters
    ----------
    field, predictor
        Distributions of the field and of the whole predictor.
    family, overall, level
        As in `Membership`.

    Returns
    -------
    dict
        Arrays of shape (m,) by column.
    """
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
    """Summarise a few quantities in a table.

    Parameters
    ----------
    mixture
        Their distributions.
    names
        Their names.
    level
        Probability of the interval.

    Returns
    -------
    pandas.DataFrame
        Index name; `mean, sd, low, median, high`.
    """
    tail = (1 - level) / 2
    columns = {
        "mean": mixture.mean,
        "sd": mixture.sd,
        "low": mixture.quantile(tail),
        "median": mixture.quantile(0.5),
        "high": mixture.quantile(1 - tail),
    }
    return pd.DataFrame(columns, index=pd.Index(names, name="name"))


def _draws(posterior: Posterior) -> Floats:
    """Draw the predictor of all areas that have a number, together."""
    known, mixture = posterior.known, posterior.predictor
    draws = len(posterior.normal)
    places = (np.arange(draws) + 0.5) / draws
    part = np.searchsorted(np.cumsum(mixture.weight), places).clip(0, len(mixture.weight) - 1)
    z = posterior.normal[:, known].astype(np.float64)
    bend = mixture.skews[:, known][part] / 6
    drawn: Floats = mixture.means[:, known][part] + mixture.sds[:, known][part] * (
        z + bend * (z * z - 1)
    )
    return drawn
