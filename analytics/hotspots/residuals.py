"""What is left of each school's count after its size and level, and how to shuffle that.

The residual is scaled by the spread that schools of its size and level show, so that under the null
of no geography any school of the level could have had it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.inputs import Floats

Codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class SchoolResiduals:
    """Counts of s schools taken apart into what their level explains and what it does not.

    `codes` are stratum numbers; `expected` is e at the rate of the stratum, `scale` is
    `sqrt(n p (1 - p) (1 + (n - 1) rho))`, `z` is `(x - e) / scale`, 0 where the stratum has no
    spread, and `rho` the between-school over-dispersion of each stratum, in [0, 1).
    """

    codes: Codes
    expected: Floats
    scale: Floats
    z: Floats
    rho: Floats

    def generators(self, seed: int) -> list[np.random.Generator]:
        """Give each stratum its own source of chance."""
        return streams(seed, len(self.rho))

    def draw(self, generators: list[np.random.Generator], size: int) -> Floats:
        """Shuffle residuals within strata and turn them back into counts, shape (s, size).

        The receiving school's own n, e, p and rho apply. Counts may fall below 0 or above n by a
        little: clipping them would move the mean of the draws away from the expected count, and
        the order that gives each school its own residual would no longer give back its own count.
        """
        shuffled = np.empty((len(self.z), size))
        for code, rng in enumerate(generators):
            members = np.flatnonzero(self.codes == code)
            own = np.broadcast_to(self.z[members], (size, len(members)))
            shuffled[members] = rng.permuted(own, axis=1).T
        shuffled *= self.scale[:, None]
        shuffled += self.expected[:, None]
        return shuffled


def streams(seed: int, count: int) -> list[np.random.Generator]:
    """Give independent sources of chance, one a stratum, so that batches do not change draws."""
    return [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(count)]


def school_residuals(x: Floats, n: Floats, codes: Any) -> SchoolResiduals:
    """Standardise known counts of schools with students within strata 0, 1, ...

    References
    ----------
    Williams DA (1982) Applied Statistics 31:144-148, model II: var = n p (1 - p) (1 + (n - 1) rho).
    """
    strata = int(codes.max(initial=-1)) + 1
    totals = np.bincount(codes, n, strata)
    rate = np.bincount(codes, x, strata) / np.where(totals > 0, totals, np.nan)
    rho = np.array([overdispersion(x[codes == c], n[codes == c]) for c in range(strata)])
    p, r = rate[codes], rho[codes]
    scale = np.sqrt(n * p * (1 - p) * np.maximum(1 + (n - 1) * r, 0.0))
    z: Floats = np.zeros(n.shape)
    np.divide(x - n * p, scale, out=z, where=scale > 0)
    return SchoolResiduals(codes, n * p, scale, z, rho)


def overdispersion(x: Floats, n: Floats) -> float:
    """Estimate the intra-school correlation rho of the k schools of one stratum by moments.

    With `X2 = sum n (x/n - p)^2 / (p (1 - p))` and pooled p, the expectation of X2 under var(x) =
    n p (1 - p) (1 + (n - 1) rho) is `k - 1 + rho * sum (n - 1)(1 - n / N)`; rho solves it, clipped
    to [0, 1). It is 0 for fewer than two schools or a rate of 0 or 1.

    References
    ----------
    Kleinman JC (1973) J Am Stat Assoc 68:46-54 (moment estimator with weights n). Williams DA
    (1982) Applied Statistics 31:144-148.

    Examples
    --------
    >>> round(overdispersion(np.array([10.0, 30.0]), np.array([100.0, 100.0])), 4)
    0.1162
    """
    total = float(n.sum())
    p = float(x.sum() / total) if total > 0 else 0.0
    room = float(((n - 1) * (1 - n / total)).sum()) if total > 0 else 0.0
    if n.size < 2 or not 0 < p < 1 or room <= 0:
        return 0.0
    chi_square = float((n * (x / n - p) ** 2).sum() / (p * (1 - p)))
    return float(np.clip((chi_square - (n.size - 1)) / room, 0.0, 1 - 1e-9))
