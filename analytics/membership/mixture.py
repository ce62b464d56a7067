"""Mixtures of normals: what stays of a posterior after its hyperparameters are integrated out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from analytics.inputs import Floats

_HALVINGS = 48
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, eq=False)
class Mixture:
    """Mixtures of nearly normal distributions of m quantities over the same K weights.

    A part is the distribution of `mean + sd (z + skew / 6 (z^2 - 1))` for a standard normal z.

    Parameters
    ----------
    weight
        Shape (K,), sums to 1.
    means, sds
        Shape (K, m).
    skews
        Shape (K, m), at most 1 in size; zero for normal parts.

    References
    ----------
    Cornish EA, Fisher RA (1938) Rev Inst Int Stat 5:307-320 (the first term of the expansion).

    Examples
    --------
    >>> means = np.array([[-1.0], [1.0]])
    >>> both = Mixture(np.array([0.5, 0.5]), means, np.ones((2, 1)), np.zeros((2, 1)))
    >>> both.mean.tolist(), both.sd.round(4).tolist(), both.above(0.0).tolist()
    ([0.0], [1.4142], [0.5])
    """

    weight: Floats
    means: Floats
    sds: Floats
    skews: Floats

    @property
    def mean(self) -> Floats:
        """Mean of each quantity."""
        found: Floats = self.weight @ self.means
        return found

    @property
    def sd(self) -> Floats:
        """Standard deviation of each quantity."""
        spread = self.weight @ (self.sds**2 + (self.means - self.mean) ** 2)
        return np.asarray(np.sqrt(spread))

    def _at(self, z: float) -> Floats:
        """Give the value of every part at a standard normal z."""
        return self.means + self.sds * (z + self.skews * ((z * z - 1) / 6))

    def above(self, threshold: float | Floats) -> Floats:
        """Give the probability of each quantity to be above a threshold."""
        bend = self.skews / 6
        with np.errstate(divide="ignore", invalid="ignore"):
            shifted = (threshold - self.means) / self.sds + bend
            root = np.sqrt(np.maximum(1 + 4 * bend * shifted, 0.0))
            z = 2 * shifted / (1 + root)
        found: Floats = self.weight @ ndtr(np.where(np.isnan(z), 0.0, -z))
        return found

    def quantile(self, p: float) -> Floats:
        """Give the value that each quantity stays below with probability p."""
        each = self._at(float(ndtri(p)))
        low, high = each.min(axis=0), each.max(axis=0)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            too_low = 1 - self.above(middle) < p
            low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
        return np.asarray(0.5 * (low + high))

    def expectation(self, of: Callable[[Floats], Floats]) -> Floats:
        """Give the mean of a smooth function of each quantity."""
        total = np.zeros(self.means.shape[1])
        for node, part in zip(_NODES, _WEIGHTS, strict=True):
            total += part * (self.weight @ of(self._at(node)))
        return total


def smoothed(weight: Floats, points: Floats) -> Mixture:
    """Turn weighted points into a smooth distribution with the same mean and variance.

    Parameters
    ----------
    weight
        Shape (K,), sums to 1.
    points
        Shape (K, d).

    Returns
    -------
    Mixture
        A kernel at each point, drawn towards the mean by what the kernels add to the variance.

    References
    ----------
    Silverman BW (1986) Density Estimation, section 6.4.1.

    Examples
    --------
    >>> found = smoothed(np.array([0.25, 0.5, 0.25]), np.array([[-1.0], [0.0], [1.0]]))
    >>> found.mean.tolist(), found.sd.round(4).tolist()
    ([0.0], [0.7071])
    """
    mean = weight @ points
    sd = np.sqrt(weight @ (points - mean) ** 2)
    bandwidth = min(0.9, 1.5 / np.sqrt(1 / np.sum(weight**2)))
    drawn = mean + (points - mean) * np.sqrt(1 - bandwidth**2)
    return Mixture(weight, drawn, np.broadcast_to(bandwidth * sd, points.shape), 0 * drawn)
