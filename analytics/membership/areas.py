"""From a fitted state of the membership model to the posterior of its areas."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky

from analytics.inputs import Floats
from analytics.membership.model import Model, State

_MOST_SKEW = 1.0  # beyond it the expansion that carries the skewness no longer holds


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean, standard deviation and skewness at one point of the hyperparameters.

    Attributes
    ----------
    field
        Of the field, shape (3, m).
    predictor
        Of effects and field together, shape (3, m).
    around
        Of the neighbourhood average of the predictor, shape (3, m).
    effects
        Of the effects, shape (3, p).
    ties
        Posterior covariance with the effects of field, predictor, average, shape (m, p), and of the
        effects themselves, shape (p, p).
    """

    field: Floats
    predictor: Floats
    around: Floats
    effects: Floats
    ties: tuple[Floats, Floats, Floats, Floats]


def moments(model: Model, state: State) -> Moments:
    """Give the posterior of areas and effects at one point of the hyperparameters.

    Parameters
    ----------
    model, state
        The model and its fit.

    Returns
    -------
    Moments
        Means are corrected: see `analytics.membership.laplace.Gaussian.mean_slope`.

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
    )
    parts = [target.moments(bend) for target in shown]
    ties = (field.tie, shown[1].tie, shown[2].tie, effects.tie)
    return Moments(parts[0], parts[1], parts[2], parts[3], ties)


def effects_given(model: Model, state: State) -> tuple[Floats, Floats]:
    """Give the posterior mean and covariance of the effects.

    Parameters
    ----------
    model, state
        The model and its fit.

    Returns
    -------
    mean, covariance
        Shapes (p,) and (p, p).
    """
    effects = _effects(model, state, state.gaussian.mean_slope(model.likelihood))
    return effects.mean, effects.tie


def _effects(model: Model, state: State, slope: Floats) -> _Target:
    """Give the effects as targets."""
    along = model.design * model.effect_variance
    taken = state.gaussian.precision @ along
    left = np.diag(model.effect_variance) - along.T @ taken
    return _Target(slope @ along, np.diag(left), left, taken)


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
            self.taken + (effects.taken @ design.T).astype(self.taken.dtype),
        )

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
    across = size * correlation.across
    taken = state.gaussian.precision.astype(across.dtype) @ across
    left = size * correlation.variance - np.einsum("ij,ij->j", across, taken)
    field = _Target(slope @ across, left, -(across.T @ effects.taken), taken)
    around = model.around.astype(across.dtype)
    near, taken_near = (around @ across.T).T, (around @ taken.T).T
    wide = size * correlation.around_variance - np.einsum("ij,ij->j", near, taken_near)
    return field, _Target(around @ field.mean, wide, around @ field.tie, taken_near)


def standard_draws(model: Model, state: State, draws: int, seed: int) -> NDArray[np.float32]:
    """Draw the predictor of all areas together, centred and scaled to unit variance.

    Parameters
    ----------
    model, state
        The model and its fit.
    draws, seed
        Number of draws and their seed.

    Returns
    -------
    numpy.ndarray
        Shape (draws, m), single precision: correlated standard normals.
    """
    prior, areas = model.effect_variance, model.area_design
    size = math.exp(2 * state.theta[0])
    across = size * state.correlation.across + (model.design * prior) @ areas.T
    left = size * state.correlation.areas + (areas * prior) @ areas.T
    left -= across.T @ (state.gaussian.precision @ across)
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
