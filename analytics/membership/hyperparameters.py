"""Hyperparameters of a membership model: their mode, their integration, what stays of an area."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from analytics.inputs import Floats
from analytics.membership.blocks import BlockModel
from analytics.membership.model import Model

_START = math.log(0.4)
_SPREAD = (math.log(1e-3), math.log(20.0))
_FLATTEST = 0.1  # information below this is taken for this: a standard deviation of 3
_NEAR = 0.01  # squared distance to the mode, in standard deviations, at which the search ends
_LONGEST = 1.0
_MOST_STEPS, _HALVINGS = 30, 8
_STEP, _DROP = 0.9, 6.0  # of the grid, in standard deviations; fall of the log density within it
_RADIUS = 1.1  # of the design, in units of sqrt(d): f0 of Rue et al.
_MOST_POINTS = 400  # a density so flat that it asks for more is cut there
_BISECTIONS = 48
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, eq=False)
class Mode:
    """The likeliest hyperparameters of one field, with the inverse of the information (d, d).

    `log_evidence` is the log marginal likelihood, hyperparameters integrated by Laplace's method.
    """

    model: Model | BlockModel
    state: Any
    covariance: Floats
    log_evidence: float


def mode(model: Model | BlockModel, like: Mode | None = None) -> Mode:
    """Find the likeliest hyperparameters and the inverse of the information there.

    The search begins from `like`, the mode of another field, as far as they share parameters, and
    ends within a tenth of a standard deviation of the highest posterior density.
    """
    first = np.array([_START, model.field.start, _START])[: len(model.names)]
    if like is not None:
        alike = like.model.field.parameter == model.field.parameter
        theta = like.state.theta
        first = np.r_[theta[0], theta[1] if alike else first[1], theta[2:]]
    state: Any = model.at(first)
    for _ in range(_MOST_STEPS):
        slope, information = model.gradient(state)
        roots, axes = np.linalg.eigh(information)
        covariance: Floats = (axes / np.maximum(roots, _FLATTEST)) @ axes.T
        step = covariance @ slope
        if slope @ step < _NEAR:
            break
        ahead = _ahead(model, state, step * min(1.0, _LONGEST / float(np.abs(step).max())))
        if ahead is None:
            break
        state = ahead
    spread = float(np.linalg.slogdet(2 * np.pi * covariance)[1])
    return Mode(model, state, covariance, float(state.corrected) + 0.5 * spread)


def _ahead(model: Model | BlockModel, state: Any, step: Floats) -> Any:
    """Take a step, halved until the posterior rises; None if it never does."""
    for _ in range(_HALVINGS):
        theta = state.theta + step
        inside = np.r_[np.clip(theta[0], *_SPREAD), theta[1], np.clip(theta[2:], *_SPREAD)]
        tried = model.at(inside)
        if tried.log_posterior > state.log_posterior:
            return tried
        step = step / 2
    return None


@dataclass(frozen=True, eq=False)
class Nodes:
    """Points `theta` (K, d) with their `weight` (K,), and the log integral of the density."""

    theta: Floats
    weight: Floats
    log_total: float


def integrate(
    log_densities: Callable[[Floats], Iterable[float]],
    mode: Floats,
    covariance: Floats,
    *,
    grid: bool,
) -> Nodes:
    """Place points around a mode and weigh them by the density.

    Parameters
    ----------
    log_densities : callable
        Log densities, up to a constant, of points of shape (k, d), one after the other.
    mode, covariance : ndarray, shapes (d,) and (d, d)
        Where the density is highest, and the inverse of its curvature there.
    grid : bool
        True walks a regular grid from the mode outwards as far as the density demands; False takes
        a central composite design of `1 + 2 d + 2^d` points.

    References
    ----------
    Rue H, Martino S, Chopin N (2009) J R Stat Soc B 71:319-392, sections 3.1 and 6.5. The weights
    of the design make the total, the means and the variances of a normal density exact.

    Examples
    --------
    >>> normal = lambda points: -0.5 * (points**2).sum(axis=1)
    >>> nodes = integrate(normal, np.zeros(2), np.eye(2), grid=True)
    >>> float(round(np.exp(nodes.log_total) / (2 * np.pi), 2))
    1.0
    """
    roots, axes = np.linalg.eigh(covariance)
    spread = axes * np.sqrt(roots)
    scale = 0.5 * float(np.log(roots).sum())

    def at(z: Floats) -> list[float]:
        return list(log_densities(mode + z @ spread.T))

    if grid:
        places, heights = _walk(at, len(mode))
        log_part = heights + len(mode) * np.log(_STEP)
    else:
        places, share = _design(len(mode))
        normal = -0.5 * (places**2).sum(axis=1) - 0.5 * len(mode) * np.log(2 * np.pi)
        log_part = np.array(at(places)) + np.log(share) - normal
    total = float(logsumexp(log_part))
    return Nodes(mode + places @ spread.T, np.exp(log_part - total), total + scale)


def _walk(at: Callable[[Floats], list[float]], d: int) -> tuple[Floats, Floats]:
    """Visit grid points outwards while the density has not dropped too far."""
    origin = (0,) * d
    heights = {origin: at(np.zeros((1, d)))[0]}
    highest = heights[origin]
    waiting = [origin]
    while waiting and len(heights) < _MOST_POINTS:
        point = waiting.pop(0)
        if heights[point] < highest - _DROP:
            continue
        around = [
            (*point[:axis], point[axis] + way, *point[axis + 1 :])
            for axis, way in product(range(d), (-1, 1))
        ]
        new = [beside for beside in around if beside not in heights]
        if new:
            heights |= zip(new, at(_STEP * np.array(new, dtype=np.float64)), strict=True)
            highest = max(highest, *(heights[beside] for beside in new))
            waiting += new
    return _STEP * np.array(list(heights), dtype=np.float64), np.array(list(heights.values()))


def _design(d: int) -> tuple[Floats, Floats]:
    """Give the points of a central composite design and their share of a standard normal."""
    radius = _RADIUS * np.sqrt(d)
    ends = np.vstack([np.eye(d), -np.eye(d)])
    corners = np.array(list(product((-1.0, 1.0), repeat=d))) / np.sqrt(d)
    outer = radius * (np.vstack([ends, corners]) if d > 1 else ends)
    share = np.full(len(outer), 1 / (_RADIUS**2 * len(outer)))
    return np.vstack([np.zeros(d), outer]), np.r_[1 - share.sum(), share]


@dataclass(frozen=True, eq=False)
class Mixture:
    """Mixtures of nearly normal distributions of m quantities over the same K weights.

    A part is the distribution of `mean + sd (z + skew / 6 (z^2 - 1))` for a standard normal z.
    `weight` (K,) sums to 1; `means`, `sds` and `skews` (at most 1 in size) have shape (K, m).

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
        mean: Floats = self.weight @ self.means
        return mean

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
        probability: Floats = self.weight @ ndtr(np.where(np.isnan(z), 0.0, -z))
        return probability

    def quantile(self, p: float) -> Floats:
        """Give the value that each quantity stays below with probability p."""
        each = self._at(float(ndtri(p)))
        low, high = each.min(axis=0), each.max(axis=0)
        for _ in range(_BISECTIONS):
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
    """Turn points (K, d) of weights (K,) into a smooth distribution of the same mean and variance.

    There is a kernel at each point, drawn towards the mean by what kernels add to the variance.

    References
    ----------
    Silverman BW (1986) Density Estimation, section 6.4.1.

    Examples
    --------
    >>> smooth = smoothed(np.array([0.25, 0.5, 0.25]), np.array([[-1.0], [0.0], [1.0]]))
    >>> smooth.mean.tolist(), smooth.sd.round(4).tolist()
    ([0.0], [0.7071])
    """
    mean = weight @ points
    sd = np.sqrt(weight @ (points - mean) ** 2)
    bandwidth = min(0.9, 1.5 / np.sqrt(1 / np.sum(weight**2)))
    drawn = mean + (points - mean) * np.sqrt(1 - bandwidth**2)
    return Mixture(weight, drawn, np.broadcast_to(bandwidth * sd, points.shape), 0 * drawn)
