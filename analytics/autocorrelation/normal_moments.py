"""Mean and variance of global statistics when values are independent and normal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.weights.weights import Weights

_ROUNDING = 1e-11  # a variance this small beside its terms is rounding of zero


@dataclass(frozen=True)
class WeightTotals:
    """Sums of weights that the moments need.

    Attributes
    ----------
    areas
        Number of areas m, islands included.
    s0, s1, s2
        Sum of all weights; half the sum of `(w_ij + w_ji)^2`; sum of squares of row plus column
        totals.
    """

    areas: int
    s0: float
    s1: float
    s2: float


def weight_totals(weights: Weights) -> WeightTotals:
    """Sum up weights.

    Parameters
    ----------
    weights
        Weights without self-neighbours.

    Returns
    -------
    WeightTotals
        As Cliff and Ord write them.

    References
    ----------
    Cliff AD, Ord JK (1981) Spatial Processes, page 19.

    Examples
    --------
    >>> weight_totals(Weights.from_edges("ab", "ab", "ba"))
    WeightTotals(areas=2, s0=2.0, s1=4.0, s2=8.0)
    """
    both = weights.sparse + weights.sparse.T
    margins = np.asarray(both.sum(axis=1))
    s1 = float((both.data**2).sum()) / 2
    return WeightTotals(weights.n, float(weights.sparse.sum()), s1, float(margins @ margins))


def moran_normal(weights: Weights) -> tuple[float, float]:
    """Give mean and variance of Moran's I.

    Parameters
    ----------
    weights
        Weights over at least 2 areas, with a link.

    Returns
    -------
    mean, variance
        A variance that is only rounding is given as 0.

    References
    ----------
    Cliff AD, Ord JK (1981) Spatial Processes, page 21.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> [round(m, 4) for m in moran_normal(line)]
    [-0.3333, 0.1481]
    """
    t = weight_totals(weights)
    mean = -1 / (t.areas - 1)
    square = (t.areas**2 * t.s1 - t.areas * t.s2 + 3 * t.s0**2) / ((t.areas**2 - 1) * t.s0**2)
    return mean, _above_rounding(square - mean**2, square)


def geary_normal(weights: Weights) -> tuple[float, float]:
    """Give mean and variance of Geary's C.

    Parameters
    ----------
    weights
        Weights over at least 2 areas, with a link.

    Returns
    -------
    mean, variance
        A variance that is only rounding is given as 0.

    References
    ----------
    Cliff AD, Ord JK (1981) Spatial Processes, page 21.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> [round(m, 4) for m in geary_normal(line)]
    [1.0, 0.1333]
    """
    t = weight_totals(weights)
    first, second = (2 * t.s1 + t.s2) * (t.areas - 1), 4 * t.s0**2
    scale = 2 * (t.areas + 1) * t.s0**2
    return 1.0, _above_rounding(first - second, first) / scale


def _above_rounding(variance: float, size: float) -> float:
    return variance if variance > _ROUNDING * size else 0.0
