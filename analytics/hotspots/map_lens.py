"""How a statistic looks at drawn maps: which number of each area, and against what spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.hotspots.tract_map import TractMap
from analytics.inputs import Floats

_EQUAL = 1e-12  # relative spread under which values count as all equal


def standardised(values: Floats, sd: float | None = None) -> Floats:
    """Bring each map to mean 0 and standard deviation 1; a map of equal values to 0.

    Parameters
    ----------
    values
        Maps, shape (m, r).
    sd
        Divide all maps by this instead of each by its own standard deviation.

    Returns
    -------
    numpy.ndarray
        Shape (m, r).

    Examples
    --------
    >>> standardised(np.array([[1.0, 5.0], [3.0, 5.0]])).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    if values.size == 0:
        return values.copy()
    mean = values.mean(axis=0)
    centred: Floats = values - mean
    own = np.sqrt(np.einsum("ij,ij->j", centred, centred) / len(values))
    centred /= np.where(own > _EQUAL * np.hypot(own, mean), own if sd is None else sd, np.inf)
    return centred


def risk_deviation(allocated: Floats, base: Floats, *, chance_only: bool = False) -> Floats:
    """Give rates as deviations from the map's rate, each over its own standard error.

    Mean and variance are taken from each drawn map itself.

    Parameters
    ----------
    allocated
        Events of r maps, shape (m, r).
    base
        Students, or expected events, shape (m,).
    chance_only
        Take the variance a between areas as 0, as constant risk has it.

    Returns
    -------
    numpy.ndarray
        `(x / n - b) / sqrt(a + b / n)`, shape (m, r).

    References
    ----------
    Assuncao RM, Reis EA (1999) Statistics in Medicine 18:2147-2162, equations 8-10: b = sum x /
    sum n, a = s2 - b / mean(n), and a variance below 0 is taken as b / n. Waller LA, Gotway CA
    (2004) Applied Spatial Statistics for Public Health Data, section 7.4 (constant risk).

    Examples
    --------
    >>> allocated = np.array([[10.0], [30.0], [25.0]])
    >>> risk_deviation(allocated, np.array([100.0, 100.0, 50.0])).round(2)[:, 0].tolist()
    [-1.08, 0.27, 1.53]
    """
    if allocated.size == 0:
        return allocated.copy()
    total = base.sum()
    rate = allocated.sum(axis=0) / total
    deviation: Floats = allocated / base[:, None]
    deviation -= rate
    variance: Floats = np.multiply.outer(1 / base, rate)
    if not chance_only:
        # n-weighted deviations sum to 0, so this is the sum of n times their squares.
        spread = np.einsum("mr,mr->r", allocated, deviation)
        between = (spread - rate * len(base)) / total
        negative = (variance + between <= 0) if (between < 0).any() else False
        variance += np.where(negative, 0.0, between)
    if (rate <= 0).any():  # nobody absent: nothing deviates
        variance[variance <= 0] = np.inf
    np.sqrt(variance, out=variance)
    deviation /= variance
    return deviation


@dataclass(frozen=True, eq=False)
class Lens:
    """How a statistic looks at drawn maps.

    Attributes
    ----------
    tracts
        The map.
    looks_at_risk
        Whether it looks at rates over their own standard errors (Assuncao and Reis), as local
        Moran does, or at the measure itself.
    sd
        Standard deviation by which every map is divided; None for each map's own. The own one
        compares patterns, however strong; a fixed one also sees that a map varies more than chance
        lets it, which is what constant risk is about.
    """

    tracts: TractMap
    looks_at_risk: bool
    sd: float | None = None

    def maps(self, allocated: Floats) -> Floats:
        """Give standardised maps of the events of tested tracts in r draws, shape (t, r)."""
        return standardised(self._values(allocated), self.sd)

    def fixed(self, allocated: Floats) -> Lens:
        """Divide every map by the standard deviation of this one, shape (t, 1)."""
        chance = Lens(self.tracts, self.looks_at_risk, 1.0)
        sd = float(chance.maps(allocated).std()) if allocated.size else 0.0
        return Lens(self.tracts, self.looks_at_risk, sd or 1.0)

    def _values(self, allocated: Floats) -> Floats:
        if not self.looks_at_risk:
            return self.tracts.measured(allocated)
        return risk_deviation(allocated, self.tracts.base, chance_only=self.sd is not None)
