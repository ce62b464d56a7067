"""Matern fields over centres and BYM2 fields over links of areas, seen through a catchment."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.linalg import cholesky, eigvalsh
from scipy.linalg.lapack import dpotri
from scipy.sparse import csr_array
from scipy.special import expit

from analytics.inputs import Floats
from analytics.membership.predictor import mirrored
from geo.weights.weights import Weights

SMOOTHNESS = (0.5, 1.5)
"""Smoothness of the Matern fields on offer."""
SINGLE = 1000
"""Areas beyond which correlations are kept in single precision: the rounding, 1e-7 of one, is far
below what counts can tell, and time and memory halve."""
_HALF, _TAIL = 0.5, 2 / 3  # P(rho < 1/2) = 2/3


class Prior(Protocol):
    """Anything that gives the log density of one number on its natural scale."""

    def log_density(self, value: float) -> float:
        """Give the log density at a value inside the support."""
        ...


@dataclass(frozen=True)
class Exponential:
    """Exponential (penalised-complexity) prior of a standard deviation, `P(sd > upper) = tail`.

    References
    ----------
    Simpson D, Rue H, Riebler A, Martins TG, Sorbye SH (2017) Stat Sci 32:1-28, section 3.3.

    Examples
    --------
    >>> round(Exponential(upper=1.0, tail=0.01).rate, 4)
    4.6052
    """

    upper: float = 1.0
    tail: float = 0.01

    @property
    def rate(self) -> float:
        """Rate of the distribution."""
        return -math.log(self.tail) / self.upper

    def log_density(self, value: float) -> float:
        """Give the log density at a standard deviation above 0."""
        return math.log(self.rate) - self.rate * value


@dataclass(frozen=True)
class HalfNormal:
    """Half-normal prior of a standard deviation; `sd` is that of the whole normal.

    Examples
    --------
    >>> round(HalfNormal(1.0).log_density(0.0), 4)
    -0.2258
    """

    sd: float = 1.0

    def log_density(self, value: float) -> float:
        """Give the log density at a standard deviation above 0."""
        return 0.5 * math.log(2 / math.pi) - math.log(self.sd) - 0.5 * (value / self.sd) ** 2


@dataclass(frozen=True)
class Beta:
    """Beta prior of a proportion; Beta(1/2, 1/2) is the mixing of BYM2 in the reference.

    References
    ----------
    Morris M, Wheeler-Martin K, Simpson D, Mooney SJ, Gelman A, DiMaggio C (2019) Spat
    Spatiotemporal Epidemiol 31:100301.

    Examples
    --------
    >>> round(math.exp(Beta(2.0, 1.0).log_density(0.5)), 6)
    1.0
    """

    a: float
    b: float

    def log_density(self, value: float) -> float:
        """Give the log density at a proportion strictly between 0 and 1."""
        scale = math.lgamma(self.a + self.b) - math.lgamma(self.a) - math.lgamma(self.b)
        return scale + (self.a - 1) * math.log(value) + (self.b - 1) * math.log1p(-value)


@dataclass(frozen=True)
class ShortRange:
    """Penalised-complexity prior of a Matern range in the plane, `P(range < lower) = tail`, km.

    References
    ----------
    Fuglstad GA, Simpson D, Lindgren F, Rue H (2019) J Am Stat Assoc 114:445-452, theorem 2.6 with
    d = 2.

    Examples
    --------
    >>> prior = ShortRange(lower=2.0, tail=0.05)
    >>> round(math.exp(-prior.rate / 2.0), 3)
    0.05
    """

    lower: float
    tail: float = 0.05

    @property
    def rate(self) -> float:
        """Rate of the exponential distribution of 1 / range."""
        return -math.log(self.tail) * self.lower

    def log_density(self, value: float) -> float:
        """Give the log density at a range above 0."""
        return math.log(self.rate) - 2 * math.log(value) - self.rate / value


@dataclass(frozen=True)
class Priors:
    """Priors of a membership model; None is the penalised-complexity default of the field.

    Attributes
    ----------
    sigma, school : Prior
        Standard deviations of the field and between schools; default `P(sd > 1) = 0.01`.
    rho : Prior, optional
        Part of the variance of BYM2 that is spatial; default `P(rho < 0.5) = 2/3` of Riebler et
        al. (2016).
    range_km : Prior, optional
        Range of a Matern field; default `P(range < median distance to the nearest centre) = 0.05`.
    intercept_sd, effect_sd : float
        Standard deviations of the normal priors, mean 0, of the intercept where covariates are at
        their mean, and of every other effect; that of a covariate is of one standard deviation more
        of it among the areas, so that its unit does not matter.
    """

    sigma: Prior = Exponential()
    school: Prior = Exponential()
    rho: Prior | None = None
    range_km: Prior | None = None
    intercept_sd: float = 10.0
    effect_sd: float = 10.0

    def __post_init__(self) -> None:
        for name in ("intercept_sd", "effect_sd"):
            if not 0 < getattr(self, name) <= 1000:
                raise ValueError(f"{name} must be above 0 and at most 1000 to compute with")


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
class Correlation:
    """A field of unit variance over m areas at one hyperparameter, seen by q catchments.

    Attributes
    ----------
    catchments : ndarray, shape (q, q)
        Covariance among catchments.
    slope : callable
        Gives the derivative of `catchments` by the hyperparameter.
    across, areas : callable
        Give the covariance of catchments with areas (q, m), and that among areas (m, m).
    variance, around_variance : callable
        Give the variance (m,) of each area, and of each neighbourhood average.
    """

    catchments: Floats
    slope: Callable[[], Floats]
    across: Callable[[], Floats]
    areas: Callable[[], Floats]
    variance: Callable[[], Floats]
    around_variance: Callable[[], Floats]


@dataclass(frozen=True, eq=False)
class Layout:
    """Where areas are and which catchments look at them: what Matern fields of a place share.

    Attributes
    ----------
    centres : ndarray, shape (m, 2)
        Centres of areas, km.
    share : csr_array, shape (q, m)
        Shares of catchments over areas.
    around : csr_array, shape (m, m)
        Weights of the neighbourhood average.
    single : int
        Areas beyond which correlations are kept in single precision.
    """

    centres: Floats
    share: csr_array
    around: csr_array
    single: int = SINGLE

    @cached_property
    def distance(self) -> Floats:
        """Distances between centres, km."""
        square = np.einsum("ij,ij->i", self.centres, self.centres)
        between = square[:, None] + square
        between -= 2 * (self.centres @ self.centres.T)
        np.fill_diagonal(between, 0.0)
        np.maximum(between, 0.0, out=between)
        return np.asarray(np.sqrt(between), dtype=self.visible.dtype)

    @cached_property
    def visible(self) -> csr_array:
        """Shares in the precision in which correlations are kept."""
        return in_precision(self.share, self.single)

    @cached_property
    def spacing(self) -> float:
        """Median distance from a centre to the nearest other one, km."""
        from scipy.spatial import cKDTree

        nearest = cKDTree(self.centres).query(self.centres, k=2)[0][:, 1]
        apart = nearest[(nearest > 0) & np.isfinite(nearest)]
        return float(np.median(apart)) if apart.size else 1.0


@dataclass(frozen=True, eq=False)
class MaternField:
    """Matern field with a range to estimate.

    Attributes
    ----------
    layout : Layout
        Where areas are, and who sees them.
    smoothness : float
        1/2 or 3/2.
    prior : Prior, optional
        Of the range; None for the default of `Priors`.
    """

    layout: Layout
    smoothness: float
    prior: Prior | None = None
    parameter: str = "range_km"

    def bare(self) -> MaternField:
        """Give the field without what it has computed."""
        return replace(self, layout=replace(self.layout))

    def prepare(self) -> None:
        """Compute nothing: little takes long before the range is known."""

    @property
    def name(self) -> str:
        """Name of the field."""
        return f"matern {self.smoothness:g}"

    @property
    def share(self) -> csr_array:
        """Shares of catchments over areas."""
        return self.layout.share

    @property
    def range_prior(self) -> Prior:
        """Prior of the range."""
        return self.prior or ShortRange(self.layout.spacing)

    @property
    def start(self) -> float:
        """Value to begin the search from: log of six times the spacing."""
        return math.log(6 * self.layout.spacing)

    def natural(self, u: float) -> float:
        """Give the range, km."""
        return math.exp(u)

    def log_prior(self, u: float) -> float:
        """Give the log prior density of the log range."""
        return self.range_prior.log_density(math.exp(u)) + u

    def at(self, u: float) -> Correlation:
        """Give the field at a log range."""
        visible = self.layout.visible
        areas, slope = matern(self.layout.distance, math.exp(u), self.smoothness)
        across: Floats = visible @ areas
        return Correlation(
            catchments=seen(visible, across),
            slope=lambda: seen(visible, visible @ slope),
            across=lambda: across,
            areas=lambda: areas,
            variance=lambda: np.ones(len(areas)),
            around_variance=lambda: quadratic(self.layout.around, areas),
        )


def seen(share: csr_array, across: Floats) -> Floats:
    """Give the symmetric `across @ share'`, shape (q, q)."""
    half: Floats = share @ np.ascontiguousarray(across.T)
    whole = half + half.T
    whole *= 0.5
    return whole.astype(np.float64, copy=False)


def quadratic(weights: csr_array, matrix: Floats) -> Floats:
    """Give the diagonal of `weights @ matrix @ weights'`."""
    product = weights.astype(matrix.dtype) @ matrix
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    terms = weights.data * product[rows, weights.indices]
    return np.bincount(rows, terms, weights.shape[0]).astype(np.float64)


def in_precision(share: csr_array, single: int) -> csr_array:
    """Give shares in single precision where areas exceed `single` and outnumber catchments."""
    q, m = share.shape
    return share.astype(np.float32 if m > max(single, q) else np.float64)


@dataclass(frozen=True, eq=False)
class Scaled:
    """Intrinsic autoregression of unit generalised variance.

    `covariance` (m, m) has a block a component, 1 for an island; `eigenvalues` (m,) are its own;
    `scaling` is the generalised variance of each component before, the largest component first.
    """

    covariance: Floats
    eigenvalues: Floats
    scaling: Floats


def scaled_icar(weights: Weights) -> Scaled:
    """Scale the intrinsic autoregression of a map so that its typical variance is 1.

    Each connected component is scaled on its own and sums to zero; an island is independent
    standard normal. A link in either direction counts once, whatever its weight.

    References
    ----------
    Riebler A, Sorbye SH, Simpson D, Rue H (2016) Stat Methods Med Res 25:1145-1165, section 3.2.
    Freni-Sterrantino A, Ventrucci M, Rue H (2018) Spat Spatiotemporal Epidemiol 26:25-34.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbc", "bacb")
    >>> scaled_icar(line).covariance.diagonal().round(3).tolist()
    [1.357, 0.543, 1.357, 1.0]
    """
    links = csr_array(weights.sparse + weights.sparse.T)
    links.setdiag(0)
    links.eliminate_zeros()
    links.data[:] = 1.0
    component = weights.components.to_numpy()
    covariance = np.eye(weights.n)
    eigenvalues, scaling = np.ones(weights.n), []
    for label in np.argsort(-np.bincount(component), kind="stable"):
        own = np.flatnonzero(component == label)
        if own.size == 1:
            continue
        laplacian = -links[own][:, own].toarray()
        laplacian[np.diag_indices_from(laplacian)] = -laplacian.sum(axis=1)
        lower = cholesky(laplacian + 1 / own.size, lower=True, overwrite_a=True, check_finite=False)
        inverse = mirrored(dpotri(lower, lower=1)[0])
        inverse -= 1 / own.size
        factor = float(np.exp(np.log(np.diag(inverse)).mean()))
        inverse /= factor
        covariance[np.ix_(own, own)] = inverse
        roots = eigvalsh(laplacian, overwrite_a=True, check_finite=False)
        eigenvalues[own] = np.r_[0.0, 1 / (factor * roots[1:])]
        scaling.append(factor)
    return Scaled(covariance, eigenvalues, np.array(scaling))


@dataclass(frozen=True, eq=False)
class Mixing:
    """Penalised-complexity prior of the spatial part of BYM2, from the `Scaled.eigenvalues`.

    References
    ----------
    Riebler A, Sorbye SH, Simpson D, Rue H (2016) Stat Methods Med Res 25:1145-1165, section 3.2
    and appendix A2: the distance to the model without structure is
    `d(rho)^2 = sum rho (g - 1) - log(1 - rho + rho g)` over the eigenvalues g.
    """

    eigenvalues: Floats

    def _distance(self, rho: float) -> float:
        """Give the distance to the model without spatial part."""
        gain = self.eigenvalues - 1
        return math.sqrt(max(float(np.sum(rho * gain - np.log1p(rho * gain))), 1e-300))

    @cached_property
    def rate(self) -> float:
        """Rate of the exponential distribution of the distance."""
        return -math.log1p(-_TAIL) / self._distance(_HALF)

    def log_density(self, value: float) -> float:
        """Give the log density at a proportion strictly between 0 and 1."""
        gain = self.eigenvalues - 1
        distance = self._distance(value)
        slope = 0.5 * float(np.sum(gain - gain / (1 + value * gain))) / distance
        return math.log(self.rate) - self.rate * distance + math.log(max(slope, 1e-300))


@dataclass(frozen=True, eq=False)
class Bym2Field:
    """BYM2 field with a mixing to estimate; see `MaternField` for what they share."""

    weights: Weights
    share: csr_array
    around: csr_array
    prior: Prior | None = None
    single: int = SINGLE
    parameter: str = "rho"
    name: str = "bym2"
    start: float = 0.0

    def bare(self) -> Bym2Field:
        """Give the field without what it has computed."""
        return replace(self)

    def prepare(self) -> None:
        """Compute what does not depend on the mixing, which takes as long as a few fits."""
        _ = self.parts, self.mixing

    @cached_property
    def scaled(self) -> Scaled:
        """The spatial part."""
        return scaled_icar(self.weights)

    @cached_property
    def mixing(self) -> Prior:
        """Prior of the mixing."""
        return self.prior or Mixing(self.scaled.eigenvalues)

    @cached_property
    def parts(self) -> tuple[tuple[Floats, Floats, Floats, Floats], ...]:
        """Across, catchments, variance and neighbourhood variance, independent then spatial."""
        share, around = in_precision(self.share, self.single), self.around
        own = self.scaled.covariance.astype(share.dtype, copy=False)
        across = share @ own
        loose = (self.share @ self.share.T).toarray()
        mean_square = np.asarray(around.multiply(around).sum(axis=1))
        return (
            (share.toarray(), loose, np.ones(len(own)), mean_square),
            (
                across,
                seen(share, across),
                np.diag(own).astype(np.float64),
                quadratic(around, own),
            ),
        )

    def natural(self, u: float) -> float:
        """Give the mixing."""
        return float(expit(u))

    def log_prior(self, u: float) -> float:
        """Give the log prior density of the logit of the mixing."""
        rho = min(max(self.natural(u), 1e-12), 1 - 1e-12)
        return self.mixing.log_density(rho) + math.log(rho) + math.log1p(-rho)

    def at(self, u: float) -> Correlation:
        """Give the field at a logit of the mixing."""
        rho = self.natural(u)
        loose, spatial = self.parts

        def mixed(which: int) -> Floats:
            return (1 - rho) * loose[which] + rho * spatial[which]

        def areas() -> Floats:
            whole = rho * self.scaled.covariance
            whole[np.diag_indices_from(whole)] += 1 - rho
            return whole

        return Correlation(
            catchments=mixed(1),
            slope=lambda: rho * (1 - rho) * (spatial[1] - loose[1]),
            across=lambda: mixed(0),
            areas=areas,
            variance=lambda: mixed(2),
            around_variance=lambda: mixed(3),
        )
