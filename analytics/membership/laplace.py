"""Gaussian approximation of the linear predictor of schools given their counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit, gammaln

from analytics.inputs import Floats
from analytics.membership.predictor import Factor, Predictor, factored

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(11)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


class Slopes(NamedTuple):
    """Derivatives of log densities by the linear predictor, each of shape (n,).

    Attributes
    ----------
    first, third, fourth : ndarray
        Derivatives.
    weight : ndarray
        Minus the second derivative.
    """

    first: Floats
    weight: Floats
    third: Floats
    fourth: Floats


@dataclass(frozen=True, eq=False)
class Binomial:
    """Cases among trials (above 0) with log odds eta.

    Examples
    --------
    >>> binomial = Binomial(np.array([1.0]), np.array([4.0]))
    >>> [part.tolist() for part in binomial.slopes(np.zeros(1))]
    [[-1.0], [1.0], [-0.0], [0.5]]
    """

    cases: Floats
    trials: Floats

    def log_density(self, eta: Floats) -> float:
        """Give the log density of all counts together."""
        x, n = self.cases, self.trials
        ways = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
        return float(np.sum(ways + x * eta - n * np.logaddexp(0.0, eta)))

    def slopes(self, eta: Floats) -> Slopes:
        """Give the derivatives of each row's log density."""
        p = expit(eta)
        odd = p * (1 - p)
        weight = self.trials * odd
        first = self.cases - self.trials * p
        return Slopes(first, weight, -weight * (1 - 2 * p), -weight * (1 - 6 * odd))

    def mean_slope(self, eta: Floats, sd: Floats) -> Floats:
        """Give the first derivative averaged over a normal eta."""
        mean: Floats = expit(eta[:, None] + sd[:, None] * _NODES) @ _WEIGHTS
        return self.cases - self.trials * mean

    def start(self) -> float:
        """Give the linear predictor that fits all counts together."""
        return float(np.log((self.cases.sum() + 0.5) / ((self.trials - self.cases).sum() + 0.5)))


@dataclass(frozen=True, eq=False)
class Poisson:
    """Cases with mean `expected * exp(eta)`, expected above 0.

    Examples
    --------
    >>> poisson = Poisson(np.array([3.0]), np.array([2.0]))
    >>> [part.tolist() for part in poisson.slopes(np.zeros(1))]
    [[1.0], [2.0], [-2.0], [-2.0]]
    """

    cases: Floats
    expected: Floats

    def log_density(self, eta: Floats) -> float:
        """Give the log density of all counts together."""
        mean = self.expected * np.exp(eta)
        return float(
            np.sum(self.cases * (np.log(self.expected) + eta) - mean - gammaln(self.cases + 1))
        )

    def slopes(self, eta: Floats) -> Slopes:
        """Give the derivatives of each row's log density."""
        mean = self.expected * np.exp(eta)
        return Slopes(self.cases - mean, mean, -mean, -mean)

    def mean_slope(self, eta: Floats, sd: Floats) -> Floats:
        """Give the first derivative averaged over a normal eta."""
        slope: Floats = self.cases - self.expected * np.exp(eta + 0.5 * sd**2)
        return slope

    def start(self) -> float:
        """Give the linear predictor that fits all counts together."""
        return float(np.log((self.cases.sum() + 0.5) / self.expected.sum()))


Likelihood = Binomial | Poisson

_NEWTON_STEPS = 60
_REFINEMENTS = 3
_STILL = 1e-8  # change of the corrected mean that is none
_SMALL = 1e-7  # change of the log posterior that may be rounding
_DONE = 1e-11  # gain of the log posterior at which the last Newton step is taken
_STALLED = 0.1  # part of the last gain that is still to gain: then the curvature is computed anew


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Normal approximation of the linear predictor `eta ~ N(0, C)` given the counts.

    Attributes
    ----------
    prior : Predictor
        What has the covariance C.
    eta : ndarray, shape (n,)
        Mode.
    slopes : Slopes
        Of the log likelihood at the mode; the first is also `C^-1 eta`.
    factor : Factor
        Of `C + W^-1`.
    log_evidence : float
        Laplace approximation of the log marginal likelihood.
    shared : ndarray, shape (q, q)
        See `Factor.shared`.
    diagonal : ndarray, shape (n,)
        Diagonal of `(C + W^-1)^-1`.
    """

    prior: Predictor
    eta: Floats
    slopes: Slopes
    factor: Factor
    log_evidence: float
    shared: Floats
    diagonal: Floats

    @property
    def variance(self) -> Floats:
        """Posterior variance of eta, shape (n,)."""
        left = 1 - self.diagonal / self.slopes.weight
        return np.clip(left / self.slopes.weight, 0.0, self.prior.variance)

    def correction(self) -> float:
        """Give the second-order term of the log evidence.

        References
        ----------
        Shun Z, McCullagh P (1995) J R Stat Soc B 57:749-760, equation 4; Tierney L, Kadane JB
        (1986) J Am Stat Assoc 81:82-86.
        """
        variance, third = self.variance, self.slopes.third
        between = self.factor.precision(self.shared)
        between /= self.slopes.weight
        between /= -self.slopes.weight[:, None]
        between[np.diag_indices_from(between)] = variance
        pull = third * variance
        cubes = between * between
        cubes *= between
        kurtosis = 0.125 * float(self.slopes.fourth @ variance**2)
        return kurtosis + 0.125 * float(pull @ between @ pull) + float(third @ cubes @ third) / 12

    def gradient(self, field: list[Floats], noise: list[float]) -> tuple[Floats, Floats]:
        """Give the derivatives of the log evidence, and how fast they change.

        `field` are the derivatives (q, q) of the field's covariance by some hyperparameters, and
        `noise` those of the variance of schools by others, d in all. The gradient (d,) is of the
        evidence without its correction; the information (d, d) averages the observed and the
        expected one with the weights held.

        References
        ----------
        Rasmussen CE, Williams CKI (2006) Gaussian Processes for Machine Learning, algorithm 5.1.
        Gilmour AR, Thompson R, Cullis BR (1995) Biometrics 51:1440-1450 (average information).
        """
        first, prior = self.slopes.first, self.prior
        implicit = 0.5 * self.variance * self.slopes.third
        sums = prior.sums(first)
        pulls = [(slope @ sums)[prior.catchment] for slope in field]
        own = float(self.diagonal.sum())
        traces = [self._trace(slope) for slope in field] + [own * slope for slope in noise]
        moves = np.column_stack(pulls + [first * slope for slope in noise])
        solved = self.factor.times(self.shared, moves)
        moved = moves - prior.times(solved)
        return 0.5 * (first @ moves - traces) + implicit @ moved, 0.5 * moves.T @ solved

    def _trace(self, slope: Floats) -> float:
        """Give the trace of the precision times a derivative of the field's covariance."""
        effects = self.prior.sums(self.factor.pulled)
        apart = np.vdot(effects @ self.factor.effects, slope @ effects)
        return float(np.vdot(self.shared, slope) - apart)

    def mean_slope(self, likelihood: Likelihood) -> Floats:
        """Give `C^-1` times the posterior mean of eta, which the mode of a skewed one is not.

        The mean that brings the normal approximation closest, with its covariance kept, has `C^-1
        mean` equal to the slope of the log likelihood averaged over the approximation.

        References
        ----------
        van Niekerk J, Rue H (2024) J Mach Learn Res 25(62):1-25 (low-rank variational Bayes
        correction to the Laplace method), here with all directions free.
        """
        sd, weight = np.sqrt(self.variance), self.slopes.weight
        eta, slope = self.eta, self.slopes.first
        for _ in range(_NEWTON_STEPS):
            lacking = likelihood.mean_slope(eta, sd) - slope
            scaled = lacking / weight
            step = scaled - self.factor.times(self.shared, scaled) / weight
            eta, slope = eta + step, slope + lacking - weight * step
            if float(np.abs(step).max()) < _STILL:
                break
        # A wide prior of the effects magnifies rounding of the slope: solve C slope = eta again.
        for _ in range(_REFINEMENTS):
            slope = slope + self.factor.times(self.shared, eta - self.prior.times(slope))
        return slope


def approximate(prior: Predictor, likelihood: Likelihood, start: Floats) -> Gaussian:
    """Find the mode of a latent Gaussian vector given counts, and the curvature there.

    Parameters
    ----------
    prior : Predictor
        Prior of the linear predictor, covariance C.
    likelihood : Likelihood
        The counts.
    start : ndarray, shape (n,)
        Linear predictor to begin from, such as the mode under a similar covariance.

    References
    ----------
    Rasmussen CE, Williams CKI (2006) Gaussian Processes for Machine Learning, algorithm 3.1.

    Examples
    --------
    >>> from analytics.membership.laplace import Poisson
    >>> counts = Poisson(np.array([4.0]), np.array([2.0]))
    >>> eta = approximate(Predictor.of(np.eye(1)), counts, np.zeros(1)).eta[0]
    >>> bool(np.isclose(eta, 4 - 2 * np.exp(eta)))
    True
    """
    curvature = factored(prior, likelihood.slopes(start).weight)
    now = _Place.newton(likelihood, curvature, start)
    rest = _Place.of(likelihood, np.zeros_like(start), np.zeros_like(start))
    if not now.reached >= rest.reached:
        now = rest
    before = np.inf
    for _ in range(_NEWTON_STEPS):
        target = _Place.newton(likelihood, curvature, now.eta)
        slope = likelihood.slopes(now.eta).first - now.a
        hoped = 0.5 * float((target.eta - now.eta) @ slope)
        now = _towards(likelihood, now, target)
        stalled = not hoped < _STALLED * before
        if hoped < _DONE or (stalled and hoped < _SMALL):
            break
        if stalled:
            curvature = factored(prior, likelihood.slopes(now.eta).weight)
        before = hoped
    slopes = likelihood.slopes(now.eta)
    factor = factored(prior, slopes.weight)
    evidence = now.reached - 0.5 * factor.log_det
    shared = factor.shared()
    return Gaussian(prior, now.eta, slopes, factor, evidence, shared, factor.diagonal(shared))


@dataclass(frozen=True, eq=False)
class _Place:
    """A linear predictor `eta = C a` and its log posterior, up to the constant of the prior."""

    a: Floats
    eta: Floats
    reached: float

    @classmethod
    def of(cls, likelihood: Likelihood, a: Floats, eta: Floats) -> _Place:
        """Compute the log posterior."""
        with np.errstate(over="ignore", invalid="ignore"):
            return cls(a, eta, likelihood.log_density(eta) - 0.5 * float(a @ eta))

    @classmethod
    def newton(cls, likelihood: Likelihood, curvature: Factor, eta: Floats) -> _Place:
        """Go where a quadratic of given curvature through the likelihood at eta has its top."""
        b = curvature.weight * eta + likelihood.slopes(eta).first
        a = curvature.explained(b)
        return cls.of(likelihood, a, curvature.prior.times(a))


def _towards(likelihood: Likelihood, now: _Place, target: _Place) -> _Place:
    """Go to a target, or half as far again and again while the log posterior falls."""
    share = 1.0
    while share > 1e-6:
        a, eta = now.a + share * (target.a - now.a), now.eta + share * (target.eta - now.eta)
        tried = _Place.of(likelihood, a, eta)
        if tried.reached >= now.reached - _SMALL:
            return tried
        share /= 2
    return now
