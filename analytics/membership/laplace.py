"""Gaussian approximation of a latent field given counts, in the dimension of the counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.linalg.lapack import dpotri
from scipy.special import expit, gammaln

from analytics.inputs import Floats

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
class Loadings:
    """A covariance `U U' + s^2 I` of n counts: `matrix` U, shape (n, r), and `noise` s^2."""

    matrix: Floats
    noise: float


def factored(covariance: Floats, weight: Floats, loadings: Loadings | None = None) -> Factor:
    """Factor `C + W^-1`, W the diagonal of `weight`.

    With `loadings`, the same C on r factors, the factorisation has dimension r and not n. Raises
    ValueError when C is not positive definite to working precision.

    References
    ----------
    Rasmussen CE, Williams CKI (2006) Gaussian Processes for Machine Learning, section 3.4.3 and
    equation A.9 (matrix inversion lemma).

    Examples
    --------
    >>> u, weight = np.array([[1.0], [2.0], [0.5]]), np.array([2.0, 3.0, 4.0])
    >>> covariance = u @ u.T + 0.1 * np.eye(3)
    >>> whole, narrow = factored(covariance, weight), factored(covariance, weight, Loadings(u, 0.1))
    >>> bool(np.allclose(whole.inverse(), narrow.inverse())), round(whole.log_det - narrow.log_det)
    (True, 0)
    """
    try:
        if loadings is None:
            return _Counts(weight, covariance, _lower(covariance, np.sqrt(weight)))
        shrunk = 1 / (1 / weight + loadings.noise)
        inner = loadings.matrix.T @ (shrunk[:, None] * loadings.matrix)
        return _Factors(weight, loadings, shrunk, _lower(inner, np.ones(len(inner))))
    except np.linalg.LinAlgError as reason:
        raise ValueError("the covariance of the field is not positive definite") from reason


@dataclass(frozen=True, eq=False)
class _Counts:
    """Factored in the dimension of the counts: `I + W^1/2 C W^1/2`.

    `log_det` is that of this matrix; `times` and `inverse` are those of `(C + W^-1)^-1`; and
    `explained` multiplies with `(C + W^-1)^-1 W^-1 = I - (C + W^-1)^-1 C`.
    """

    weight: Floats
    covariance: Floats
    lower: Floats

    @property
    def log_det(self) -> float:
        return 2 * float(np.log(np.diag(self.lower)).sum())

    def times(self, vector: Floats) -> Floats:
        root = np.sqrt(self.weight)
        solved: Floats = root * cho_solve((self.lower, True), root * vector, check_finite=False)
        return solved

    def explained(self, vector: Floats) -> Floats:
        # Safe where weights vanish.
        return vector - self.times(self.covariance @ vector)

    def inverse(self) -> Floats:
        whole = mirrored(dpotri(self.lower, lower=1)[0])
        root = np.sqrt(self.weight)
        whole *= root[:, None]
        whole *= root
        return whole


@dataclass(frozen=True, eq=False)
class _Factors:
    """Factored in the dimension of the factors: `I + U' S U` with `S = (W^-1 + s^2)^-1`."""

    weight: Floats
    loadings: Loadings
    shrunk: Floats
    lower: Floats

    @property
    def log_det(self) -> float:
        own = np.log1p(self.weight * self.loadings.noise).sum()
        return float(own + 2 * np.log(np.diag(self.lower)).sum())

    @cached_property
    def taken(self) -> Floats:
        """What the factors take from S, a root of it, shape (r, n)."""
        scaled = (self.shrunk[:, None] * self.loadings.matrix).T
        return np.asarray(solve_triangular(self.lower, scaled, lower=True, check_finite=False))

    def times(self, vector: Floats) -> Floats:
        return self._rest(self.shrunk * vector)

    def explained(self, vector: Floats) -> Floats:
        # Without C, whose wide prior of the effects would swallow the digits.
        return self._rest(vector / (1 + self.weight * self.loadings.noise))

    def _rest(self, scaled: Floats) -> Floats:
        """Take from a vector what the factors explain."""
        matrix = self.loadings.matrix
        solved = cho_solve((self.lower, True), matrix.T @ scaled, check_finite=False)
        return np.asarray(scaled - self.shrunk * (matrix @ solved))

    def inverse(self) -> Floats:
        whole: Floats = -(self.taken.T @ self.taken)
        whole[np.diag_indices_from(whole)] += self.shrunk
        return whole


Factor = _Counts | _Factors
"""Of `C + W^-1`."""


def mirrored(lower: Floats) -> Floats:
    """Give the symmetric matrix whose lower triangle is given, the rest being 0."""
    whole: Floats = lower + lower.T
    whole[np.diag_indices_from(whole)] *= 0.5
    return whole


def _lower(matrix: Floats, root: Floats) -> Floats:
    """Give the lower Cholesky factor of `I + R A R` with R the diagonal of root."""
    inner = matrix * root[:, None]
    inner *= root
    inner[np.diag_indices_from(inner)] += 1.0
    return np.asarray(cholesky(inner.T, lower=True, overwrite_a=True, check_finite=False))


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Normal approximation of the linear predictor `eta ~ N(0, C)` given the counts.

    Attributes
    ----------
    covariance : ndarray, shape (n, n)
        C, prior covariance of eta.
    eta : ndarray, shape (n,)
        Mode.
    slopes : Slopes
        Of the log likelihood at the mode; the first is also `C^-1 eta`.
    factor : Factor
        Of `C + W^-1`.
    log_evidence : float
        Laplace approximation of the log marginal likelihood.
    """

    covariance: Floats
    eta: Floats
    slopes: Slopes
    factor: Factor
    log_evidence: float

    @cached_property
    def precision(self) -> Floats:
        """The matrix `(C + W^-1)^-1`, shape (n, n)."""
        return self.factor.inverse()

    @cached_property
    def variance(self) -> Floats:
        """Posterior variance of eta, shape (n,)."""
        left = 1 - np.diag(self.precision) / self.slopes.weight
        return np.clip(left / self.slopes.weight, 0.0, np.diag(self.covariance))

    def correction(self) -> float:
        """Give the second-order term of the log evidence.

        References
        ----------
        Shun Z, McCullagh P (1995) J R Stat Soc B 57:749-760, equation 4; Tierney L, Kadane JB
        (1986) J Am Stat Assoc 81:82-86.
        """
        variance, third = self.variance, self.slopes.third
        between = self.precision / self.slopes.weight
        between /= -self.slopes.weight[:, None]
        between[np.diag_indices_from(between)] = variance
        pull = third * variance
        cubes = between * between * between
        kurtosis = 0.125 * float(self.slopes.fourth @ variance**2)
        return kurtosis + 0.125 * float(pull @ between @ pull) + float(third @ cubes @ third) / 12

    def gradient(self, slopes: list[Floats]) -> tuple[Floats, Floats]:
        """Give the derivatives of the log evidence, and how fast they change.

        `slopes` are those of C by each of d hyperparameters, shape (n,) for a diagonal one. The
        gradient (d,) is of the evidence without its correction; the information (d, d) averages the
        observed and the expected one with the weights held.

        References
        ----------
        Rasmussen CE, Williams CKI (2006) Gaussian Processes for Machine Learning, algorithm 5.1.
        Gilmour AR, Thompson R, Cullis BR (1995) Biometrics 51:1440-1450 (average information).
        """
        implicit = 0.5 * self.variance * self.slopes.third
        first = self.slopes.first
        pulls = np.column_stack([_times(slope, first) for slope in slopes])
        solved = self.precision @ pulls
        moved = pulls - self.covariance @ solved
        traces = np.array([_trace(self.precision, slope) for slope in slopes])
        return 0.5 * (first @ pulls - traces) + implicit @ moved, 0.5 * pulls.T @ solved

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
            step = scaled - (self.precision @ scaled) / weight
            eta, slope = eta + step, slope + lacking - weight * step
            if float(np.abs(step).max()) < _STILL:
                break
        # A wide prior of the effects magnifies rounding of the slope: solve C slope = eta again.
        for _ in range(_REFINEMENTS):
            slope = slope + self.precision @ (eta - self.covariance @ slope)
        return slope


def approximate(
    covariance: Floats,
    likelihood: Likelihood,
    start: Floats,
    loadings: Loadings | None = None,
) -> Gaussian:
    """Find the mode of a latent Gaussian vector given counts, and the curvature there.

    Parameters
    ----------
    covariance : ndarray, shape (n, n)
        C, prior covariance of the linear predictor (mean 0).
    likelihood : Likelihood
        The counts.
    start : ndarray, shape (n,)
        Linear predictor to begin from, such as the mode under a similar covariance.
    loadings : Loadings, optional
        The same covariance on fewer than n factors, which are then factored instead.

    References
    ----------
    Rasmussen CE, Williams CKI (2006) Gaussian Processes for Machine Learning, algorithm 3.1.

    Examples
    --------
    >>> from analytics.membership.laplace import Poisson
    >>> counts = Poisson(np.array([4.0]), np.array([2.0]))
    >>> eta = approximate(np.eye(1), counts, np.zeros(1)).eta[0]
    >>> bool(np.isclose(eta, 4 - 2 * np.exp(eta)))
    True
    """
    curvature = factored(covariance, likelihood.slopes(start).weight, loadings)
    now = _Place.newton(covariance, likelihood, curvature, start)
    rest = _Place.of(likelihood, np.zeros_like(start), np.zeros_like(start))
    if not now.reached >= rest.reached:
        now = rest
    before = np.inf
    for _ in range(_NEWTON_STEPS):
        target = _Place.newton(covariance, likelihood, curvature, now.eta)
        slope = likelihood.slopes(now.eta).first - now.a
        hoped = 0.5 * float((target.eta - now.eta) @ slope)
        now = _towards(likelihood, now, target)
        stalled = not hoped < _STALLED * before
        if hoped < _DONE or (stalled and hoped < _SMALL):
            break
        if stalled:
            curvature = factored(covariance, likelihood.slopes(now.eta).weight, loadings)
        before = hoped
    slopes = likelihood.slopes(now.eta)
    factor = factored(covariance, slopes.weight, loadings)
    return Gaussian(covariance, now.eta, slopes, factor, now.reached - 0.5 * factor.log_det)


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
    def newton(
        cls, covariance: Floats, likelihood: Likelihood, curvature: Factor, eta: Floats
    ) -> _Place:
        """Go where a quadratic of given curvature through the likelihood at eta has its top."""
        b = curvature.weight * eta + likelihood.slopes(eta).first
        a = curvature.explained(b)
        return cls.of(likelihood, a, covariance @ a)


def _times(matrix: Floats, vector: Floats) -> Floats:
    """Multiply a matrix, or a diagonal one given by its diagonal, with a vector."""
    product: Floats = matrix * vector if matrix.ndim == 1 else matrix @ vector
    return product


def _trace(whole: Floats, matrix: Floats) -> float:
    """Give the trace of a product of two symmetric matrices, the second perhaps diagonal."""
    return float(np.vdot(np.diag(whole) if matrix.ndim == 1 else whole, matrix))


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
