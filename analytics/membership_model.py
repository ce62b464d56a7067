"""The membership model at given hyperparameters, and the search for the likeliest ones."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.sparse import csr_array

from analytics.inputs import Floats
from analytics.laplace import Gaussian, approximate
from analytics.likelihood import Likelihood
from analytics.priors import Prior, Priors

_START = math.log(0.4)
_SPREAD = (math.log(1e-3), math.log(20.0))
_STEP = 1e-3  # of the differences that give the slope of the priors
_FLATTEST = 0.1  # information below this is taken for this: a standard deviation of 3
_NEAR = 0.01  # squared distance to the mode, in standard deviations, at which the search ends
_LONGEST = 1.0
_MOST_STEPS, _HALVINGS = 30, 8


class Correlation(Protocol):
    """A field of unit variance, seen by schools and by areas."""

    @property
    def across(self) -> Floats:
        """Covariance of schools with areas."""
        ...

    @property
    def schools(self) -> Floats:
        """Covariance among schools."""
        ...

    @property
    def slope(self) -> Floats:
        """Derivative of `schools` by the field's own parameter."""
        ...

    @property
    def areas(self) -> Floats:
        """Covariance among areas."""
        ...

    @property
    def variance(self) -> Floats:
        """Variance of each area."""
        ...

    @property
    def around_variance(self) -> Floats:
        """Variance of each neighbourhood average."""
        ...


class Field(Protocol):
    """A family of fields with one parameter beside the standard deviation."""

    @property
    def name(self) -> str:
        """Name of the family."""
        ...

    @property
    def parameter(self) -> str:
        """Name of its parameter."""
        ...

    @property
    def start(self) -> float:
        """Unconstrained parameter to begin from."""
        ...

    def natural(self, u: float) -> float:
        """Give the parameter on its natural scale."""
        ...

    def log_prior(self, u: float) -> float:
        """Give the log prior density of the unconstrained parameter."""
        ...

    def at(self, u: float) -> Correlation:
        """Give the field at an unconstrained parameter."""
        ...


@dataclass(frozen=True, eq=False)
class State:
    """The model at one point of the hyperparameters.

    Attributes
    ----------
    theta
        Log standard deviation, parameter of the field, log standard deviation between schools.
    correlation
        The field.
    gaussian
        Linear predictor of the schools given the counts.
    log_posterior
        Of theta, up to the same constant for every theta.
    """

    theta: Floats
    correlation: Correlation
    gaussian: Gaussian
    log_posterior: float


@dataclass(frozen=True, eq=False)
class Model:
    """Counts of n schools given effects, a field over m areas and school effects.

    Parameters
    ----------
    likelihood
        The counts.
    field
        The family of fields.
    design, area_design
        Effects of the schools, shape (n, p), and of the areas, shape (m, p).
    around
        Weights of the neighbourhood average, shape (m, m).
    has_schools
        Whether schools differ beyond their areas.
    priors
        Prior distributions.
    """

    likelihood: Likelihood
    field: Field
    design: Floats
    area_design: Floats
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

    def at(self, theta: Floats) -> State:
        """Fit the linear predictor at given hyperparameters, beginning from the last fit."""
        correlation = self.field.at(theta[1])
        covariance = math.exp(2 * theta[0]) * correlation.schools
        covariance += (self.design * self.effect_variance) @ self.design.T
        if self.has_schools:
            covariance[np.diag_indices_from(covariance)] += math.exp(2 * theta[2])
        start = self.memory.get("eta", np.full(len(covariance), self.likelihood.start()))
        gaussian = approximate(covariance, self.likelihood, start)
        self.memory["eta"] = gaussian.eta
        return State(theta, correlation, gaussian, gaussian.log_evidence + self.log_prior(theta))

    def gradient(self, state: State) -> tuple[Floats, Floats]:
        """Give the derivatives of the log posterior of theta, and its information."""
        theta, size = state.theta, math.exp(2 * state.theta[0])
        slopes = [2 * size * state.correlation.schools, size * state.correlation.slope]
        if self.has_schools:
            slopes.append(np.full(len(slopes[0]), 2 * math.exp(2 * theta[2])))
        slope, information = state.gaussian.gradient(slopes)
        for j, ahead in enumerate(_STEP * np.eye(len(theta))):
            after, before = self.log_prior(theta + ahead), self.log_prior(theta - ahead)
            slope[j] += (after - before) / (2 * _STEP)
            bend = (after + before - 2 * self.log_prior(theta)) / _STEP**2
            information[j, j] += max(-bend, 0.0)
        return slope, information

    def mode(self, like: Floats | None = None) -> tuple[State, Floats]:
        """Find the likeliest hyperparameters and the inverse of the information there.

        Parameters
        ----------
        like
            Likeliest hyperparameters of another field, whose standard deviations are taken to
            begin from.

        Returns
        -------
        state, covariance
            Within a tenth of a standard deviation of the highest posterior density.
        """
        first = np.array([_START, self.field.start, _START])[: len(self.names)]
        if like is not None:
            first = np.r_[like[0], first[1], like[2:]]
        state = self.at(first)
        for _ in range(_MOST_STEPS):
            slope, information = self.gradient(state)
            roots, axes = np.linalg.eigh(information)
            covariance = (axes / np.maximum(roots, _FLATTEST)) @ axes.T
            step = covariance @ slope
            if slope @ step < _NEAR:
                break
            ahead = self._ahead(state, step * min(1.0, _LONGEST / float(np.abs(step).max())))
            if ahead is None:
                break
            state = ahead
        return state, covariance

    def _ahead(self, state: State, step: Floats) -> State | None:
        """Take a step, or half of it again and again until the posterior rises."""
        for _ in range(_HALVINGS):
            theta = state.theta + step
            tried = self.at(
                np.r_[np.clip(theta[0], *_SPREAD), theta[1], np.clip(theta[2:], *_SPREAD)]
            )
            if tried.log_posterior > state.log_posterior:
                return tried
            step = step / 2
        return None


def _log_sd_prior(prior: Prior, log_sd: float) -> float:
    """Give the log prior density of the log of a standard deviation."""
    return prior.log_density(math.exp(log_sd)) + log_sd
