"""Likelihoods of counts: log density, its slopes, and what they are on average around a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
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
