"""Gi and Gi* themselves, for one map or for many draws of a map at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.inputs import Bools, Floats
from analytics.local.statistic import (
    deviations,
    row_sums,
    spread,
    without_self,
)
from geo.weights.weights import Weights

_NOTHING = 1e-12  # share of a map's variance below which the other areas are all equal


@dataclass(frozen=True, eq=False)
class GiStar:
    """Gi* prepared for one set of weights.

    Attributes
    ----------
    matrix
        Weights with every area its own neighbour, shape (m, m).
    totals
        Sum of each row of weights, shape (m,).
    spread
        `sqrt((m * sum w^2 - (sum w)^2) / (m - 1))` of each row; NaN where the row covers every area
        alike, so that nothing can stand out.
    """

    matrix: csr_array
    totals: Floats
    spread: Floats

    def z(self, values: Floats) -> Floats:
        """Give the standardised statistic of each area.

        Parameters
        ----------
        values
            One map, shape (m,), or many, shape (m, draws).

        Returns
        -------
        numpy.ndarray
            Same shape; NaN throughout a map whose values are all equal.

        References
        ----------
        Ord JK, Getis A (1995) Geographical Analysis 27:286-306, equation 5.
        """
        if values.size == 0:
            return values.copy()
        centred, mean_square = deviations(values)
        z: Floats = self.matrix @ centred
        z /= self.spread[:, None]
        z /= np.sqrt(mean_square)
        return z.reshape(values.shape)


@dataclass(frozen=True, eq=False)
class Gi:
    """Gi prepared for one set of weights: each area against all others, itself left out.

    Attributes
    ----------
    matrix
        Weights without selves, shape (m, m).
    totals
        Sum of each row of weights, shape (m,).
    spread
        `sqrt(((m - 1) * sum w^2 - (sum w)^2) / (m - 2))` of each row; NaN for an island and where
        the row covers every other area alike.
    """

    matrix: csr_array
    totals: Floats
    spread: Floats

    def z(self, values: Floats) -> Floats:
        """Give the standardised statistic of each area.

        Parameters
        ----------
        values
            One map, shape (m,), or many, shape (m, draws).

        Returns
        -------
        numpy.ndarray
            Same shape; NaN throughout a map whose values are all equal, and where all other areas
            are equal.

        References
        ----------
        Ord JK, Getis A (1995) Geographical Analysis 27:286-306, equation 3: mean and variance are
        those of the other areas.
        """
        if len(values) < 2:
            return np.full(values.shape, np.nan)
        centred, mean_square = deviations(values)
        others = len(centred) - 1
        # The other areas' deviations sum to minus the area's own.
        variance = centred**2
        variance *= -(1 + 1 / others)
        variance += mean_square * len(centred)
        variance /= others
        np.copyto(variance, np.nan, where=variance <= _NOTHING * mean_square)
        z: Floats = self.matrix @ centred
        centred *= (self.totals / others)[:, None]
        z += centred
        z /= self.spread[:, None]
        z /= np.sqrt(variance, out=variance)
        return z.reshape(values.shape)


def prepare(weights: Weights) -> GiStar:
    """Prepare Gi* for weights, adding each area to its own neighbours where that is not done.

    Parameters
    ----------
    weights
        Binary or general weights over m areas.

    Returns
    -------
    GiStar
        The prepared statistic.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> prepare(line).z(np.array([1.0, 2.0, 3.0, 6.0])).round(3).tolist()
    [-1.389, -1.604, 1.069, 1.389]
    """
    matrix = weights.with_self().sparse
    totals, squares = row_sums(matrix)
    return GiStar(matrix, totals, spread(totals, squares, weights.n))


def prepare_gi(weights: Weights) -> Gi:
    """Prepare Gi for weights.

    Parameters
    ----------
    weights
        Binary or general weights over m areas, no area its own neighbour.

    Returns
    -------
    Gi
        The prepared statistic.

    Raises
    ------
    ValueError
        Weights that hold selves.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> prepare_gi(line).z(np.array([1.0, 2.0, 3.0, 6.0])).round(3).tolist()
    [-0.981, -1.298, 0.926, 1.225]
    """
    matrix = without_self(weights)
    totals, squares = row_sums(matrix)
    return Gi(matrix, totals, spread(totals, squares, weights.n - 1))


def two_sided(
    lesser: NDArray[np.int64], greater: NDArray[np.int64], draws: int | NDArray[np.int64]
) -> NDArray[np.float64]:
    """Turn counts of draws into two-sided permutation p-values.

    Parameters
    ----------
    lesser, greater
        Draws at most and at least as large as the observed statistic, shape (m,).
    draws
        Number of draws R of all areas, or of each, shape (m,).

    Returns
    -------
    numpy.ndarray
        `min(1, 2 min(lesser + 1, greater + 1) / (R + 1))`, in (0, 1].

    References
    ----------
    North BV, Curtis D, Sham PC (2002) Am J Hum Genet 71:439-441 (the +1 rule).

    Examples
    --------
    >>> two_sided(np.array([99]), np.array([0]), 99).tolist()
    [0.02]
    """
    tail = (np.minimum(lesser, greater) + 1) / (draws + 1)
    return np.minimum(1.0, 2 * tail)


def benjamini_hochberg(p: Floats, tested: Bools) -> Floats:
    """Give false-discovery-rate adjusted p-values over the tested areas.

    Parameters
    ----------
    p
        p-values, shape (m,).
    tested
        Areas that belong to the family; the others get NaN.

    Returns
    -------
    numpy.ndarray
        q-values, shape (m,).

    References
    ----------
    Benjamini Y, Hochberg Y (1995) J R Stat Soc B 57:289-300.

    Examples
    --------
    >>> p = np.array([0.01, 0.04, np.nan])
    >>> benjamini_hochberg(p, ~np.isnan(p)).tolist()
    [0.02, 0.04, nan]
    """
    # Not scipy.stats.false_discovery_control: importing scipy.stats takes as long as the rest of
    # a first result. A test holds the two equal.
    family = p[tested]
    order = np.argsort(family)
    scaled = family[order] * len(family) / np.arange(1, len(family) + 1)
    stepped_up = np.minimum.accumulate(scaled[::-1])[::-1]
    adjusted = np.empty_like(family)
    adjusted[order] = np.minimum(stepped_up, 1.0)
    q: Floats = np.full(p.shape, np.nan)
    q[tested] = adjusted
    return q
