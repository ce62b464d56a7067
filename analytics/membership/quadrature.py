"""Integration over a few hyperparameters, around the mode of their posterior."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import logsumexp

from analytics.inputs import Floats

STEP, DROP = 0.9, 6.0
"""Step of the grid in standard deviations, and how far the log density may fall within it."""
_RADIUS = 1.1  # of the design, in units of sqrt(d): f0 of Rue et al.
_MOST_POINTS = 400  # a density so flat that it asks for more is cut there


@dataclass(frozen=True, eq=False)
class Nodes:
    """Points of hyperparameters with their part of the posterior.

    Attributes
    ----------
    theta
        Shape (K, d).
    weight
        Sums to 1, shape (K,).
    log_total
        Log of the integral of the density.
    """

    theta: Floats
    weight: Floats
    log_total: float


def integrate(
    log_density: Callable[[Floats], float], mode: Floats, covariance: Floats, *, grid: bool
) -> Nodes:
    """Place points around a mode and weigh them by the density.

    Parameters
    ----------
    log_density
        Log density, up to a constant, of a point of shape (d,).
    mode, covariance
        Where the density is highest, and the inverse of its curvature there.
    grid
        True walks a regular grid from the mode outwards as far as the density demands; False takes
        a central composite design of `1 + 2 d + 2^d` points.

    Returns
    -------
    Nodes
        Points, weights and the integral.

    References
    ----------
    Rue H, Martino S, Chopin N (2009) J R Stat Soc B 71:319-392, sections 3.1 and 6.5. The weights
    of the design make the total, the means and the variances of a normal density exact.

    Examples
    --------
    >>> nodes = integrate(lambda t: float(-0.5 * t @ t), np.zeros(2), np.eye(2), grid=True)
    >>> float(round(np.exp(nodes.log_total) / (2 * np.pi), 2))
    1.0
    """
    roots, axes = np.linalg.eigh(covariance)
    spread = axes * np.sqrt(roots)
    scale = 0.5 * float(np.log(roots).sum())

    def at(z: Floats) -> float:
        return log_density(mode + spread @ z)

    if grid:
        places, found = _walk(at, len(mode))
        log_part = found + len(mode) * np.log(STEP)
    else:
        places, share = _design(len(mode))
        normal = -0.5 * (places**2).sum(axis=1) - 0.5 * len(mode) * np.log(2 * np.pi)
        log_part = np.array([at(z) for z in places]) + np.log(share) - normal
    total = float(logsumexp(log_part))
    return Nodes(mode + places @ spread.T, np.exp(log_part - total), total + scale)


def _walk(at: Callable[[Floats], float], d: int) -> tuple[Floats, Floats]:
    """Visit grid points outwards while the density has not dropped too far."""
    origin = (0,) * d
    found = {origin: at(np.zeros(d))}
    highest = found[origin]
    waiting = [origin]
    while waiting and len(found) < _MOST_POINTS:
        point = waiting.pop(0)
        if found[point] < highest - DROP:
            continue
        for axis, way in product(range(d), (-1, 1)):
            beside = (*point[:axis], point[axis] + way, *point[axis + 1 :])
            if beside not in found:
                found[beside] = at(STEP * np.array(beside, dtype=np.float64))
                highest = max(highest, found[beside])
                waiting.append(beside)
    return STEP * np.array(list(found), dtype=np.float64), np.array(list(found.values()))


def _design(d: int) -> tuple[Floats, Floats]:
    """Give the points of a central composite design and their share of a standard normal."""
    radius = _RADIUS * np.sqrt(d)
    ends = np.vstack([np.eye(d), -np.eye(d)])
    corners = np.array(list(product((-1.0, 1.0), repeat=d))) / np.sqrt(d)
    outer = radius * (np.vstack([ends, corners]) if d > 1 else ends)
    share = np.full(len(outer), 1 / (_RADIUS**2 * len(outer)))
    return np.vstack([np.zeros(d), outer]), np.r_[1 - share.sum(), share]
