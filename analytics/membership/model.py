"""The membership model at given hyperparameters."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.linalg import cholesky
from scipy.sparse import csr_array

from analytics.inputs import Floats
from analytics.membership.laplace import Gaussian, approximate
from analytics.membership.laplace_factor import Loadings
from analytics.membership.likelihood import Likelihood
from analytics.membership.priors import Prior, Priors

_STEP = 1e-3  # of the differences that give the slope of the priors
_NUGGET = 1e-9  # keeps a field positive definite whose areas share one point


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
    def share(self) -> csr_array:
        """Shares of schools over areas."""
        ...

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


class Hyper(Protocol):
    """Anything with a prior of hyperparameters theta."""

    def log_prior(self, theta: Floats) -> float:
        """Give the log prior density of theta."""
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

    @cached_property
    def corrected(self) -> float:
        """Log posterior of theta with the second-order term of the evidence."""
        return self.log_posterior + self.gaussian.correction()


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
        loadings = self._loadings(correlation, theta)
        gaussian = approximate(covariance, self.likelihood, start, loadings)
        self.memory["eta"] = gaussian.eta
        return State(theta, correlation, gaussian, gaussian.log_evidence + self.log_prior(theta))

    def _loadings(self, correlation: Correlation, theta: Floats) -> Loadings | None:
        """Give the loadings of schools on areas and effects where these are fewer than schools."""
        n, m = self.field.share.shape
        if not self.has_schools or n <= m + self.design.shape[1]:
            return None
        inner = correlation.areas + _NUGGET * np.eye(m)
        root = cholesky(inner, lower=True, overwrite_a=True, check_finite=False)
        loaded = math.exp(theta[0]) * (self.field.share @ root)
        effects = self.design * np.sqrt(self.effect_variance)
        return Loadings(np.column_stack([loaded, effects]), math.exp(2 * theta[2]))

    def evidence_gradient(self, state: State) -> tuple[Floats, Floats]:
        """Give the derivatives of the log evidence by theta, and its information."""
        theta, size = state.theta, math.exp(2 * state.theta[0])
        slopes = [2 * size * state.correlation.schools, size * state.correlation.slope]
        if self.has_schools:
            slopes.append(np.full(len(slopes[0]), 2 * math.exp(2 * theta[2])))
        return state.gaussian.gradient(slopes)

    def gradient(self, state: State) -> tuple[Floats, Floats]:
        """Give the derivatives of the log posterior of theta, and its information."""
        return with_prior(self, state.theta, *self.evidence_gradient(state))


def with_prior(
    model: Hyper, theta: Floats, slope: Floats, information: Floats
) -> tuple[Floats, Floats]:
    """Add what the prior of theta says to slope and information of the evidence.

    Parameters
    ----------
    model
        Knows the prior.
    theta
        Where.
    slope, information
        Of the evidence, shapes (d,) and (d, d).

    Returns
    -------
    slope, information
        Of the posterior; a prior that bends the wrong way adds no information.
    """
    slope, information = slope.copy(), information.copy()
    for j, ahead in enumerate(_STEP * np.eye(len(theta))):
        after, before = model.log_prior(theta + ahead), model.log_prior(theta - ahead)
        slope[j] += (after - before) / (2 * _STEP)
        bend = (after + before - 2 * model.log_prior(theta)) / _STEP**2
        information[j, j] += max(-bend, 0.0)
    return slope, information


def _log_sd_prior(prior: Prior, log_sd: float) -> float:
    """Give the log prior density of the log of a standard deviation."""
    return prior.log_density(math.exp(log_sd)) + log_sd
