"""Getis and Ord's general G: whether high values, or low ones, keep together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from analytics.autocorrelation.area_columns import known_areas, numbers, standardised
from analytics.autocorrelation.chance import Alternative, Inference, Orders
from analytics.autocorrelation.global_test import (
    Assumption,
    GlobalTest,
    check_assumption,
    conclude,
    refuse_self,
    untestable,
)
from analytics.autocorrelation.permutation_moments import (
    of_links,
    of_products,
    permutation_moments,
    symmetric_links,
)
from analytics.inputs import Floats, refuse
from geo.weights.weights import Weights


def getis_ord_g(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    assumption: Assumption = "randomisation",
    alternative: Alternative = "two-sided",
    null: str | None = None,
    draws: int = 999,
    seed: int = 0,
) -> GlobalTest:
    """Give the general G: the share of all products of two areas that lies between neighbours.

    Parameters
    ----------
    values
        As for `analytics.autocorrelation.door.moran`, none negative: G wants a natural zero.
    weights
        As for `moran`; binary ones are usual.
    assumption
        "randomisation", the only one with published moments.
    alternative
        "greater" asks for high values together, "less" for high values apart, which Getis and Ord
        read as low values together.
    null, draws, seed
        As for `moran`.

    Returns
    -------
    GlobalTest
        As for `moran`.

    Raises
    ------
    ValueError
        A negative value, "normality", or as for `moran`.

    References
    ----------
    Getis A, Ord JK (1992) Geographical Analysis 24:189-206 (statistic and moments).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> found = getis_ord_g([1.0, 2.0, 3.0, 6.0], line)
    >>> round(found.statistic, 4), found.expected, round(found.z, 4)
    (0.5532, 0.5, 0.4152)
    """
    how = Inference(alternative, null, draws, seed)
    check_assumption(assumption, "the general G", normal=False)
    refuse_self(weights, "the general G")
    series = numbers(values, weights)
    refuse(series.to_numpy() < 0, series, lambda _: "a negative value; G wants a natural zero")
    inner, (kept,) = known_areas(weights, series)
    z = standardised(kept.to_numpy())
    if (reason := untestable(inner, z)) is not None:
        return reason
    links = symmetric_links(inner.sparse)
    x = kept.to_numpy() / kept.max()
    pairs = float(x.sum() ** 2 - x @ x)
    if pairs <= 0:
        return GlobalTest(n=inner.n, islands=len(inner.isolates), state="one area above zero")

    def statistic(orders: Orders) -> Floats:
        maps = x[orders]
        found: Floats = np.einsum("ij,ij->j", maps, links @ maps)[None] / pairs
        return found

    mean, variance = _moments(links, x)
    return conclude(statistic, (mean / pairs, variance / pairs**2), inner, how)


def _moments(links: csr_array, x: Floats) -> tuple[float, float]:
    """Mean and variance of the products, about the mean value so that no digits cancel."""
    margins = 2 * np.asarray(links.sum(axis=1))
    centre = float(x.mean())
    apart = x - centre
    values = of_products(apart, apart, own=centre * apart)
    mean, variance = permutation_moments(of_links(links, own=margins), values)
    return centre**2 * float(links.sum()) + mean, variance
