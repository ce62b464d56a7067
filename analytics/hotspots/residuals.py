"""What is left of each school's count after its level, size and type, and how to shuffle that.

The residual is scaled by the spread that schools of its size and level show, so that under the null
of no geography any school of the level could have had it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.inputs import Floats

Codes = NDArray[np.intp]


class SchoolRates(NamedTuple):
    """Expected rates p of schools, shape (s,), and the leverage that each had on its own."""

    p: Floats
    leverage: Floats


def level_rates(x: Floats, n: Floats, codes: Any) -> SchoolRates:
    """Give each school the rate of all students of its level 0, 1, ...

    Examples
    --------
    >>> level_rates(np.array([1.0, 3.0]), np.array([10.0, 30.0]), np.array([0, 0])).p.tolist()
    [0.1, 0.1]
    """
    absent, students = np.bincount(codes, x), np.bincount(codes, n)
    rate = absent / np.where(students > 0, students, np.nan)
    return SchoolRates(rate[codes], n / students[codes])


@dataclass(frozen=True, eq=False)
class SchoolResiduals:
    """Counts of s schools taken apart into what is expected of them and what is not.

    What is exchangeable under the null is `z = (x - n p) / scale` of the schools of one stratum:
    the schools may differ by all that the rate p expected of them knows (their level; by default
    also their size and type), and the noise of each fits its own size. Each array has shape (s,).

    Attributes
    ----------
    codes : array of int
        Strata 0, 1, ... within which z may be moved.
    observed : array
        Events with what size and type lead to put at the rate of the level: `x - n p + expected`.
        It is what a statistic looks at, so that it is blind to size and type on the observed map as
        on drawn ones; the events themselves where p is the rate of the level.
    expected : array
        Events at the rate of the level.
    scale : array
        `sqrt(n p (1 - p) (1 + (n - 1) rho))`.
    z : array
        0 where a level has no spread.
    rho : array
        Over-dispersion between schools of the level of each school, in [0, 1).
    """

    codes: Codes
    observed: Floats
    expected: Floats
    scale: Floats
    z: Floats
    rho: Floats

    def generators(self, seed: int) -> list[np.random.Generator]:
        """Give each stratum its own source of chance."""
        return streams(seed, int(self.codes.max(initial=-1)) + 1)

    def draw(self, generators: list[np.random.Generator], size: int) -> Floats:
        """Shuffle residuals within strata and turn them back into counts, shape (s, size).

        The receiving school's own n, e, p and rho apply. Every draw has the observed total in each
        stratum: what a shuffle has too much or too little is spread over the schools in proportion
        to scale squared. Counts may fall below 0 or above n by a little: clipping them would move
        the mean of the draws away from the expected count, and the order that gives each school
        its own residual would no longer give back its own count.

        References
        ----------
        Freedman D, Lane D (1983) J Bus Econ Stat 1:292-298 (permuting residuals of the model that
        holds under the null, with a statistic from which what that model knows is taken out; the
        model is not fitted again to every draw).
        """
        shuffled = np.empty((len(self.z), size))
        for code, rng in enumerate(generators):
            members = np.flatnonzero(self.codes == code)
            z, scale = self.z[members], self.scale[members]
            own = rng.permuted(np.broadcast_to(z, (size, len(members))), axis=1).T * scale[:, None]
            if scale.any():
                part = scale**2 / (scale**2).sum()
                own += part[:, None] * (float(z @ scale) - own.sum(axis=0))
            shuffled[members] = own
        shuffled += self.expected[:, None]
        return shuffled


def streams(seed: int, count: int) -> list[np.random.Generator]:
    """Give independent sources of chance, one a stratum, so that batches do not change draws."""
    return [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(count)]


def school_residuals(
    x: Floats, n: Floats, codes: Any, rates: SchoolRates | None = None, within: Any = None
) -> SchoolResiduals:
    """Standardise known counts of schools with students within levels 0, 1, ...

    Parameters
    ----------
    x, n, codes : array, shape (s,)
        Absent and enrolled students, and level of each school.
    rates : SchoolRates, optional
        Rates expected of the schools; None for those of the levels.
    within : array of int, optional
        Strata 0, 1, ... within which residuals may be moved; None for the levels.

    References
    ----------
    Williams DA (1982) Applied Statistics 31:144-148, model II: var = n p (1 - p) (1 + (n - 1) rho).
    """
    p, leverage = level_rates(x, n, codes) if rates is None else rates
    rho: Floats = np.zeros(n.shape)
    for code in range(int(codes.max(initial=-1)) + 1):
        here = codes == code
        rho[here] = overdispersion(x[here], n[here], SchoolRates(p[here], leverage[here]))
    scale = np.sqrt(n * p * (1 - p) * np.maximum(1 + (n - 1) * rho, 0.0))
    z: Floats = np.zeros(n.shape)
    np.divide(x - n * p, scale, out=z, where=scale > 0)
    expected = n * level_rates(x, n, codes).p
    observed = x if rates is None else x - n * p + expected
    return SchoolResiduals(codes if within is None else within, observed, expected, scale, z, rho)


def overdispersion(x: Floats, n: Floats, rates: SchoolRates | None = None) -> float:
    """Estimate the intra-school correlation rho of the schools of one level by moments.

    With `X2 = sum n (x/n - p)^2 / (p (1 - p))` and leverages h, the expectation of X2 under var(x)
    = n p (1 - p) (1 + (n - 1) rho) is `sum (1 - h) (1 + rho (n - 1))`; rho solves it, clipped to
    [0, 1). It is 0 for fewer than two schools or rates of 0 or 1. At one rate for all schools (the
    default) h is n / N.

    References
    ----------
    Kleinman JC (1973) J Am Stat Assoc 68:46-54 (moment estimator with weights n). Williams DA
    (1982) Applied Statistics 31:144-148, section 3.

    Examples
    --------
    >>> round(overdispersion(np.array([10.0, 30.0]), np.array([100.0, 100.0])), 4)
    0.1162
    """
    if n.size < 2 or not n.sum() > 0:
        return 0.0
    p, leverage = level_rates(x, n, np.zeros(n.size, np.intp)) if rates is None else rates
    room = float(((n - 1) * (1 - leverage)).sum())
    if not ((p > 0) & (p < 1)).all() or room <= 0:
        return 0.0
    chi_square = float((n * (x / n - p) ** 2 / (p * (1 - p))).sum())
    return float(np.clip((chi_square - (1 - leverage).sum()) / room, 0.0, 1 - 1e-9))
