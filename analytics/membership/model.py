"""The membership model at given hyperparameters, and the posterior of its areas there."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky
from scipy.sparse import csr_array

from analytics.inputs import Floats
from analytics.membership.fields import Bym2Field, Correlation, MaternField, Prior, Priors
from analytics.membership.laplace import Gaussian, Likelihood, approximate
from analytics.membership.predictor import Places, Predictor

Field = MaternField | Bym2Field
LogDensity = Callable[[Floats], float]

_STEP = 1e-3  # of the differences that give the slope of the priors
_NUGGET = 1e-9  # keeps a field positive definite whose areas share one point
_MOST_SKEW = 1.0  # beyond it the expansion that carries the skewness no longer holds


@dataclass(frozen=True, eq=False)
class State:
    """The model at one point of the hyperparameters.

    `theta` holds the log standard deviation, the parameter of the field and the log standard
    deviation between schools; `gaussian` is the linear predictor of the schools given the counts.
    """

    theta: Floats
    correlation: Correlation
    gaussian: Gaussian
    log_posterior: float

    @property
    def corrected(self) -> float:
        """Log posterior of theta with the second-order term of the evidence."""
        return self.log_posterior + self.gaussian.correction()


@dataclass(frozen=True, eq=False)
class Model:
    """Counts of n schools given effects, a field over m areas and school effects.

    Attributes
    ----------
    likelihood : Likelihood
        The counts.
    field : Field
        The family of fields.
    catchment : ndarray of int, shape (n,)
        Catchment of each school, among those the field is seen by.
    design, area_design : ndarray, shapes (n, p) and (m, p)
        Effects of the schools and of the areas.
    units : ndarray, shape (p, p)
        What takes effects to the units of the caller.
    around : csr_array, shape (m, m)
        Weights of the neighbourhood average.
    has_schools : bool
        Whether schools differ beyond their areas.
    priors : Priors
        Prior distributions.
    memory : dict
        Where the last fit ended, for the next to begin from.
    """

    likelihood: Likelihood
    field: Field
    catchment: Places
    design: Floats
    area_design: Floats
    units: Floats
    around: csr_array
    has_schools: bool
    priors: Priors
    memory: dict[str, Floats] = dataclasses.field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the hyperparameters."""
        return ("sigma", self.field.parameter, *(["school_sd"] if self.has_schools else []))

    @property
    def effect_variance(self) -> Floats:
        """Prior variances of the effects, the intercept first."""
        others = np.full(self.design.shape[1] - 1, self.priors.effect_sd**2)
        return np.asarray(np.r_[self.priors.intercept_sd**2, others])

    def natural(self, theta: Floats) -> Floats:
        """Give hyperparameters on their natural scale."""
        out: Floats = np.array(np.exp(theta))
        out[1] = self.field.natural(theta[1])
        return out

    def log_prior(self, theta: Floats) -> float:
        """Give the log prior density of theta."""
        own = self.field.log_prior(theta[1]) + _log_sd_prior(self.priors.sigma, theta[0])
        return own + (_log_sd_prior(self.priors.school, theta[2]) if self.has_schools else 0.0)

    def at(self, theta: Floats, correlation: Correlation | None = None) -> State:
        """Fit the linear predictor at given hyperparameters, beginning from the last fit."""
        correlation = correlation or self.field.at(theta[1])
        prior = Predictor(
            math.exp(2 * theta[0]) * correlation.catchments,
            self.catchment,
            self.design,
            self.effect_variance,
            math.exp(2 * theta[2]) if self.has_schools else 0.0,
            self.root(correlation, theta),
        )
        start = self.memory.get("eta", np.full(len(self.design), self.likelihood.start()))
        gaussian = approximate(prior, self.likelihood, start)
        self.memory["eta"] = gaussian.eta
        return State(theta, correlation, gaussian, gaussian.log_evidence + self.log_prior(theta))

    def beside(self) -> Model:
        """Give a model whose fits begin from the last one too, whatever is fitted meanwhile."""
        return dataclasses.replace(self, memory=dict(self.memory))

    def bare(self) -> Model:
        """Give the model without what its field has computed, to be kept."""
        return dataclasses.replace(self, field=self.field.bare())

    def root(self, correlation: Correlation, theta: Floats) -> Floats | None:
        """Give a root of the field's covariance on areas where these are fewer than catchments."""
        q, m = self.field.share.shape
        if q <= m:
            return None
        inner = correlation.areas() + _NUGGET * np.eye(m)
        root = cholesky(inner, lower=True, overwrite_a=True, check_finite=False)
        return np.asarray(math.exp(theta[0]) * (self.field.share @ root))

    def evidence_gradient(self, state: State, slope: Floats) -> tuple[Floats, Floats]:
        """Give the derivatives of the log evidence by theta, and its information.

        `slope` is that of the correlation among catchments.
        """
        size = math.exp(2 * state.theta[0])
        field = [2 * size * state.correlation.catchments, size * slope]
        own = [2 * math.exp(2 * state.theta[2])] if self.has_schools else []
        return state.gaussian.gradient(field, own)

    def gradient(self, state: State) -> tuple[Floats, Floats]:
        """Give the derivatives of the log posterior of theta, and its information."""
        return with_prior(
            self.log_prior, state.theta, *self.evidence_gradient(state, state.correlation.slope())
        )


def with_prior(
    log_prior: LogDensity, theta: Floats, slope: Floats, information: Floats
) -> tuple[Floats, Floats]:
    """Add the prior of theta to slope and information; one that bends the wrong way adds none."""
    slope, information = slope.copy(), information.copy()
    for j, ahead in enumerate(_STEP * np.eye(len(theta))):
        after, before = log_prior(theta + ahead), log_prior(theta - ahead)
        slope[j] += (after - before) / (2 * _STEP)
        bend = (after + before - 2 * log_prior(theta)) / _STEP**2
        information[j, j] += max(-bend, 0.0)
    return slope, information


def _log_sd_prior(prior: Prior, log_sd: float) -> float:
    """Give the log prior density of the log of a standard deviation."""
    return prior.log_density(math.exp(log_sd)) + log_sd


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean, standard deviation and skewness at one point of the hyperparameters.

    Attributes
    ----------
    field, predictor, around : ndarray, shape (3, m)
        Of the field, of effects and field together, and of the neighbourhood average of these.
    effects, reported : ndarray, shape (3, p)
        Of the effects, and of the effects in the units of the caller.
    ties : tuple of ndarray
        Posterior covariance with the effects of field, predictor, average (m, p), effects (p, p).
    """

    field: Floats
    predictor: Floats
    around: Floats
    effects: Floats
    reported: Floats
    ties: tuple[Floats, Floats, Floats, Floats]


def moments(model: Model, state: State) -> Moments:
    """Give the posterior of areas and effects at one point of the hyperparameters.

    Means are corrected: see `Gaussian.mean_slope`.

    References
    ----------
    Rue H, Martino S, Chopin N (2009) J R Stat Soc B 71:319-392, section 3.2.3: skewness from the
    third derivatives of the likelihood.
    """
    slope, gaussian = state.gaussian.mean_slope(model.likelihood), state.gaussian
    bend = np.cbrt(gaussian.slopes.third) / gaussian.slopes.weight
    effects = _effects(model, state, slope)
    field, average = _field(model, state, slope, effects)
    shown = (
        field,
        field.plus(model.area_design, effects),
        average.plus(model.around @ model.area_design, effects),
        effects,
        effects.times(model.units),
    )
    parts = [target.moments(bend) for target in shown]
    ties = (field.tie, shown[1].tie, shown[2].tie, effects.tie)
    return Moments(parts[0], parts[1], parts[2], parts[3], parts[4], ties)


def effects_given(model: Model, state: State) -> tuple[Floats, Floats]:
    """Give the posterior mean (p,) and covariance (p, p) of the effects."""
    effects = _effects(model, state, state.gaussian.mean_slope(model.likelihood))
    return effects.mean, effects.tie


def _effects(model: Model, state: State, slope: Floats) -> _Target:
    """Give the effects as targets."""
    factor = state.gaussian.factor
    mean = slope @ (model.design * model.effect_variance)
    covariance = factor.effects
    return _Target(mean, np.diag(covariance), covariance, factor.pulled @ covariance)


@dataclass(frozen=True, eq=False)
class _Target:
    """Linear targets: posterior mean, variance and covariance with the effects, and `taken`.

    The last is `(C + W^-1)^-1` times their prior covariance with eta, shape (n, targets).
    """

    mean: Floats
    variance: Floats
    tie: Floats
    taken: Floats

    def plus(self, design: Floats, effects: _Target) -> _Target:
        """Add effects; apart until here, because their wide prior would swallow the digits."""
        own = np.einsum("ij,ij->i", design, 2 * self.tie + design @ effects.tie)
        return _Target(
            self.mean + design @ effects.mean,
            self.variance + own,
            self.tie + design @ effects.tie,
            self.taken + effects.taken.astype(self.taken.dtype) @ design.T.astype(self.taken.dtype),
        )

    def times(self, factor: Floats) -> _Target:
        """Give linear combinations, factor (k, targets), of the effects themselves."""
        tie = factor @ self.tie
        variance = np.einsum("ij,ij->i", tie, factor)
        taken = self.taken @ factor.T.astype(self.taken.dtype)
        return _Target(factor @ self.mean, variance, tie, taken)

    def moments(self, bend: Floats) -> Floats:
        """Give mean, standard deviation and skewness of each target."""
        sd = _root(self.variance)
        scaled = self.taken * bend[:, None].astype(self.taken.dtype)
        third = np.einsum("ij,ij->j", scaled * scaled, scaled)
        skew = np.divide(third, sd**3, out=np.zeros_like(sd), where=sd > 0)
        return np.stack([self.mean, sd, np.clip(skew, -_MOST_SKEW, _MOST_SKEW)])


def _field(model: Model, state: State, slope: Floats, effects: _Target) -> tuple[_Target, _Target]:
    """Give the field of each area, and its neighbourhood average."""
    correlation, size = state.correlation, math.exp(2 * state.theta[0])
    across = size * correlation.across()
    near = (model.around.astype(across.dtype) @ across.T).T
    taken = state.gaussian.shared.astype(across.dtype) @ across
    # Averaging what is taken costs less than taking from the average.
    taken_near = (model.around.astype(across.dtype) @ taken.T).T
    mean = state.gaussian.prior.sums(slope) @ across
    variance, wide = size * correlation.variance(), size * correlation.around_variance()
    field = _seen(state, (mean, variance), (across, taken), effects)
    return field, _seen(state, (model.around @ mean, wide), (near, taken_near), effects)


def _seen(
    state: State, prior: tuple[Floats, Floats], seen: tuple[Floats, Floats], effects: _Target
) -> _Target:
    """Give targets of some mean and prior variance by what catchments see and take of them."""
    gaussian, (mean, variance), (across, taken) = state.gaussian, prior, seen
    pulled = gaussian.prior.sums(gaussian.factor.pulled).astype(across.dtype).T @ across
    tie = -(pulled.T @ effects.tie)
    left = variance - np.einsum("ij,ij->j", across, taken) - np.einsum("ij,ji->j", pulled, tie)
    whole = gaussian.factor.spread(taken) - effects.taken.astype(across.dtype) @ pulled
    return _Target(mean, left, tie, whole)


def standard_draws(model: Model, state: State, draws: int, seed: int) -> NDArray[np.float32]:
    """Draw all areas together: correlated standard normals, shape (draws, m)."""
    size, areas, gaussian = math.exp(2 * state.theta[0]), model.area_design, state.gaussian
    across, effects = size * state.correlation.across(), gaussian.factor.effects
    pulled = gaussian.prior.sums(gaussian.factor.pulled).T @ across
    apart = areas - pulled.T
    left = size * state.correlation.areas() + apart @ effects @ apart.T
    left -= across.T @ (gaussian.shared @ across)
    sd = _root(np.diag(left))
    sd = np.where(sd > 0, sd, 1.0)
    left /= sd[:, None]
    left /= sd
    left[np.diag_indices_from(left)] += 1e-5  # rounding of a nearly singular posterior
    factor = cholesky(left, lower=True, overwrite_a=True, check_finite=False)
    normal = np.random.default_rng(seed).standard_normal((draws, len(sd)))
    return np.asarray(normal @ factor.T, dtype=np.float32)


def _root(variance: Floats) -> Floats:
    """Take square roots of variances that rounding may have put below 0."""
    return np.sqrt(np.maximum(variance, 0.0))
