"""Lee's L: whether two values go together, each smoothed over its neighbours."""

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
    untestable,
)
from analytics.autocorrelation.permutation_moments import of_links, of_products, permutation_moments
from analytics.inputs import Floats
from geo.weights.weights import Weights


def lee(
    x: ArrayLike | pd.Series,
    y: ArrayLike | pd.Series,
    weights: Weights,
    *,
    assumption: Assumption = "randomisation",
    alternative: Alternative = "two-sided",
    null: str | None = None,
    draws: int = 999,
    seed: int = 0,
) -> GlobalTest:
    """Give Lee's L: the correlation of two maps after each is smoothed over its neighbours.

    Parameters
    ----------
    x, y
        One value an area each: Series on one index of ids, or arrays in the order of
        `weights.ids`. Areas without both values are left out.
    weights
        Weights as they are meant to count; Lee row-standardises, with the area among its own
        neighbours or without.
    assumption
        "randomisation", the only one with published moments.
    alternative
        "greater" asks for values that rise together over space, more than their correlation area
        by area alone would give.
    null
        "areas" adds the p-value of shuffling pairs of values over areas: a pair stays together, so
        what is tested is the arrangement in space and not the correlation.
    draws, seed
        Number and seed of the permutations.

    Returns
    -------
    GlobalTest
        As for `analytics.autocorrelation.door.moran`. `expected` is not 0 but follows the
        correlation
        of the two values.

    Raises
    ------
    ValueError
        Series on different indexes, "normality", or as for `moran`.

    References
    ----------
    Lee SI (2001) Journal of Geographical Systems 3:369-385, equation 18. Lee SI (2004) Environment
    and Planning A 36:1687-1703 (moments).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc").row_standardized()
    >>> found = lee([1.0, 2.0, 3.0, 6.0], [2.0, 1.0, 4.0, 4.0], line)
    >>> round(found.statistic, 4), round(found.expected, 4)
    (0.1286, 0.4801)
    """
    how = Inference(alternative, null, draws, seed)
    check_assumption(assumption, "Lee's L", normal=False)
    inner, kept = known_areas(weights, numbers(x, weights), numbers(y, weights))
    zx, zy = (standardised(column.to_numpy()) for column in kept)
    if (reason := untestable(inner, zx, zy)) is not None:
        return reason
    matrix = inner.sparse
    rows = np.asarray(matrix.sum(axis=1))
    total = float(rows @ rows)

    def statistic(orders: Orders) -> Floats:
        found: Floats = (
            np.einsum("ij,ij->j", matrix @ zx[orders], matrix @ zy[orders])[None] / total
        )
        return found

    shared = csr_array(matrix.T @ matrix)
    places = of_links(shared, own=shared.diagonal())
    mean, variance = permutation_moments(places, of_products(zx, zy, own=zx * zy))
    return conclude(statistic, (mean / total, variance / total**2), inner, how)


bivariate_lee = lee
"""The same statistic under its longer name."""
