"""Matern field over the centres of areas, seen through a catchment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from analytics.inputs import Floats
from analytics.membership.priors import Prior, ShortRange

SMOOTHNESS = (0.5, 1.5)
"""Smoothness of the Matern fields on offer."""
SINGLE = 1000
"""Areas beyond which correlations are kept in single precision: the rounding, 1e-7 of one, is far
below what counts can tell, and time and memory halve."""


def matern(distance: Floats, range_km: float, smoothness: float) -> tuple[Floats, Floats]:
    """Give the Matern correlation at distances (km), and its derivative by the log of the range.

    The range is the distance, km, at which the correlation has fallen to about 0.14; smoothness is
    1/2 (exponential) or 3/2 (once differentiable).

    References
    ----------
    Lindgren F, Rue H, Lindstrom J (2011) J R Stat Soc B 73:423-498, section 2.1: the range is
    `sqrt(8 nu) / kappa`.

    Examples
    --------
    >>> correlation, _ = matern(np.array([0.0, 3.0]), 3.0, 0.5)
    >>> correlation.round(4).tolist()
    [1.0, 0.1353]
    """
    scaled = distance * (math.sqrt(8 * smoothness) / range_km)
    decay = np.exp(-scaled)
    if smoothness == 0.5:
        return decay, decay * scaled
    slope = scaled * decay
    slope *= scaled
    return decay * (1 + scaled), slope


@dataclass(frozen=True, eq=False)
class MaternField:
    """Matern field with a range to estimate.

    Attributes
    ----------
    centres : ndarray, shape (m, 2)
        Centres of areas, km.
    share : csr_array, shape (n, m)
        Shares of schools over areas.
    around : csr_array, shape (m, m)
        Weights of the neighbourhood average.
    smoothness : float
        1/2 or 3/2.
    prior : Prior, optional
        Of the range; None for the default of `Priors`.
    single : int
        Areas beyond which correlations are kept in single precision.
    """

    centres: Floats
    share: csr_array
    around: csr_array
    smoothness: float
    prior: Prior | None = None
    single: int = SINGLE
    parameter: str = "range_km"

    @property
    def name(self) -> str:
        """Name of the field."""
        return f"matern {self.smoothness:g}"

    @cached_property
    def distance(self) -> Floats:
        """Distances between centres, km."""
        square = np.einsum("ij,ij->i", self.centres, self.centres)
        between = square[:, None] + square - 2 * self.centres @ self.centres.T
        np.fill_diagonal(between, 0.0)
        return np.asarray(np.sqrt(np.maximum(between, 0.0)), dtype=self.visible.dtype)

    @cached_property
    def visible(self) -> csr_array:
        """Shares in the precision in which correlations are kept."""
        return in_precision(self.share, self.single)

    @cached_property
    def range_prior(self) -> Prior:
        """Prior of the range."""
        return self.prior or ShortRange(self.spacing)

    @cached_property
    def spacing(self) -> float:
        """Median distance from a centre to the nearest other one, km."""
        from scipy.spatial import cKDTree

        nearest = cKDTree(self.centres).query(self.centres, k=2)[0][:, 1]
        apart = nearest[(nearest > 0) & np.isfinite(nearest)]
        return float(np.median(apart)) if apart.size else 1.0

    @property
    def start(self) -> float:
        """Value to begin the search from: log of six times the spacing."""
        return math.log(6 * self.spacing)

    def natural(self, u: float) -> float:
        """Give the range, km."""
        return math.exp(u)

    def log_prior(self, u: float) -> float:
        """Give the log prior density of the log range."""
        return self.range_prior.log_density(math.exp(u)) + u

    def at(self, u: float) -> MaternCorrelation:
        """Give the field at a log range."""
        return MaternCorrelation(self, u)


@dataclass(frozen=True, eq=False)
class MaternCorrelation:
    """A Matern field of unit variance at one range."""

    field: MaternField
    u: float

    @cached_property
    def _both(self) -> tuple[Floats, Floats]:
        """Correlation among areas and its slope."""
        return matern(self.field.distance, math.exp(self.u), self.field.smoothness)

    @cached_property
    def across(self) -> Floats:
        """Covariance of schools with areas, shape (n, m)."""
        covariance: Floats = self.field.visible @ self._both[0]
        return covariance

    @cached_property
    def schools(self) -> Floats:
        """Covariance among schools, shape (n, n)."""
        return symmetric(self.field.visible @ np.ascontiguousarray(self.across.T))

    @property
    def slope(self) -> Floats:
        """Derivative of `schools` by the log range."""
        half = self.field.visible @ self._both[1]
        return symmetric(self.field.visible @ np.ascontiguousarray(half.T))

    @property
    def areas(self) -> Floats:
        """Covariance among areas, shape (m, m)."""
        return self._both[0]

    @property
    def variance(self) -> Floats:
        """Variance of each area."""
        return np.ones(len(self.field.centres))

    @property
    def around_variance(self) -> Floats:
        """Variance of each neighbourhood average."""
        return quadratic(self.field.around, self._both[0])


def quadratic(weights: csr_array, matrix: Floats) -> Floats:
    """Give the diagonal of `weights @ matrix @ weights'`."""
    product = weights.astype(matrix.dtype) @ matrix
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    terms = weights.data * product[rows, weights.indices]
    return np.bincount(rows, terms, weights.shape[0]).astype(np.float64)


def symmetric(matrix: Floats) -> Floats:
    """Remove the rounding by which a covariance differs from its transpose."""
    return (0.5 * (matrix + matrix.T)).astype(np.float64, copy=False)


def in_precision(share: csr_array, single: int) -> csr_array:
    """Give shares in single precision where areas are more than `single` and outnumber schools."""
    n, m = share.shape
    return share.astype(np.float32 if m > max(single, n) else np.float64)
