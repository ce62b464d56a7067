"""Prior distributions of the spread, mixing and range of a spatial field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol


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
