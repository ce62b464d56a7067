"""Geary's C: how far neighbours differ from each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

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
from analytics.autocorrelation.normal_moments import geary_normal
from analytics.autocorrelation.permutation_moments import (
    of_links,
    of_products,
    permutation_moments,
    symmetric_links,
)
from analytics.inputs import Floats
from geo.weights.weights import Weights


def geary(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    assumption: Assumption = "randomisation",
    alternative: Alternative = "two-sided",
    null: str | None = None,
    draws: int = 999,
    seed: int = 0,
) -> GlobalTest:
    """Give Geary's C: squared differences of neighbours beside those of any two areas.

    Parameters
    ----------
    values, weights, assumption, null, draws, seed
        As for `analytics.autocorrelation.door.moran`.
    alternative
        "greater" asks for likeness of neighbours, which makes C small.

    Returns
    -------
    GlobalTest
        As for `moran`. C is 1 by chance and below 1 when neighbours are alike; z is turned as in
        spdep, `(expected - statistic) / sqrt(variance)`, so that z above 0 means likeness here as
        for Moran's I.

    Raises
    ------
    ValueError
        As for `moran`.

    References
    ----------
    Geary RC (1954) The Incorporated Statistician 5:115-145. Cliff AD, Ord JK (1981) Spatial
    Processes, page 21 (moments under both assumptions).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> found = geary([1.0, 2.0, 3.0, 6.0], line)
    >>> round(found.statistic, 4), round(found.expected, 4), round(found.z, 4)
    (0.3929, 1.0, 1.7173)
    """
    how = Inference(alternative, null, draws, seed)
    check_assumption(assumption, "Geary's C")
    refuse_self(weights, "Geary's C")
    inner, (kept,) = known_areas(weights, numbers(values, weights))
    z = standardised(kept.to_numpy())
    if (reason := untestable(inner, z)) is not None:
        return reason
    links = symmetric_links(inner.sparse)
    # sum w (zi - zj)^2 = sum_i (row + column total) zi^2 - 2 sum w zi zj
    margins = 2 * np.asarray(links.sum(axis=1))
    scale = (inner.n - 1) / (2 * inner.n * float(links.sum()))

    def statistic(orders: Orders) -> Floats:
        maps = z[orders]
        crossed = np.einsum("ij,ij->j", maps, links @ maps)
        found: Floats = scale * (margins @ maps**2 - 2 * crossed)[None]
        return found

    if assumption == "normality":
        return conclude(statistic, geary_normal(inner), inner, how, toward=-1)
    squares = of_products(-2 * z, z, own=z**2)
    mean, variance = permutation_moments(of_links(links, own=margins), squares)
    return conclude(statistic, (scale * mean, scale**2 * variance), inner, how, toward=-1)
