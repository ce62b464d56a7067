"""Moran's I: whether neighbours are alike, for values, for rates, and as a plot."""

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
from analytics.autocorrelation.normal_moments import moran_normal
from analytics.autocorrelation.permutation_moments import (
    of_links,
    of_products,
    permutation_moments,
    symmetric_links,
)
from analytics.inputs import Floats
from analytics.smoothing import standardized_rates
from geo.weights.weights import Weights

QUADRANTS = ("high-high", "low-low", "high-low", "low-high", "island", "no value")
"""Quadrants of a Moran scatter: the area, then its neighbours."""


def moran(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    assumption: Assumption = "randomisation",
    alternative: Alternative = "two-sided",
    null: str | None = None,
    draws: int = 999,
    seed: int = 0,
) -> GlobalTest:
    """Give Moran's I: how far neighbours lie on the same side of the mean.

    Parameters
    ----------
    values
        One value an area: a Series indexed by ids of the weights in any order, or an array in the
        order of `weights.ids`. Areas without a value (NaN, NA) are left out with their links.
    weights
        Weights as they are meant to count, binary or row-standardised; they are not transformed.
    assumption
        "randomisation" takes the values as given and shuffles them over areas; "normality" takes
        them as a sample of independent normal values.
    alternative
        "greater" asks for likeness of neighbours, "less" for contrast.
    null
        "areas" adds the p-value of shuffling values over areas.
    draws, seed
        Number and seed of the permutations.

    Returns
    -------
    GlobalTest
        `statistic, expected, variance, z, p, n, islands, state`, and `p_sim, draws`.

    Raises
    ------
    ValueError
        Ids unknown to the weights or repeated, infinite values, areas that are their own
        neighbours, or an unknown assumption, alternative or null.

    References
    ----------
    Moran PAP (1950) Biometrika 37:17-23. Cliff AD, Ord JK (1981) Spatial Processes, page 21
    (moments under both assumptions).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> found = moran([1.0, 2.0, 3.0, 6.0], line)
    >>> round(found.statistic, 4), round(found.expected, 4), round(found.z, 4)
    (0.1905, -0.3333, 1.5714)
    """
    how = Inference(alternative, null, draws, seed)
    check_assumption(assumption, "Moran's I")
    refuse_self(weights, "Moran's I")
    inner, (kept,) = known_areas(weights, numbers(values, weights))
    z = standardised(kept.to_numpy())
    if (reason := untestable(inner, z)) is not None:
        return reason
    links = symmetric_links(inner.sparse)
    total = float(links.sum())

    def statistic(orders: Orders) -> Floats:
        maps = z[orders]
        found: Floats = np.einsum("ij,ij->j", maps, links @ maps)[None] / total
        return found

    if assumption == "normality":
        return conclude(statistic, moran_normal(inner), inner, how)
    mean, variance = permutation_moments(of_links(links), of_products(z, z))
    return conclude(statistic, (mean / total, variance / total**2), inner, how)


def moran_rate(
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    weights: Weights,
    *,
    assumption: Assumption = "randomisation",
    alternative: Alternative = "two-sided",
    null: str | None = None,
    draws: int = 999,
    seed: int = 0,
) -> GlobalTest:
    """Give Moran's I of rates, each measured against its own uncertainty.

    Parameters
    ----------
    x, n
        Events and denominators of areas: Series on one index of ids, or arrays in the order of
        `weights.ids`. Areas with an unknown count or no denominator are left out.
    weights, assumption, alternative, null, draws, seed
        As for `moran`.

    Returns
    -------
    GlobalTest
        As for `moran`, of the rates standardised by `analytics.smoothing.standardized_rates`.

    Raises
    ------
    ValueError
        Impossible counts, or as for `moran`.

    References
    ----------
    Assuncao RM, Reis EA (1999) Statistics in Medicine 18:2147-2162.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> round(moran_rate([10, 30, 4, 5], [100, 200, 50, 80], line).statistic, 3)
    -0.151
    """
    return moran(
        standardized_rates(x, n),
        weights,
        assumption=assumption,
        alternative=alternative,
        null=null,
        draws=draws,
        seed=seed,
    )


def moran_scatter(values: ArrayLike | pd.Series, weights: Weights) -> pd.DataFrame:
    """Set each area's value against its neighbours'.

    Parameters
    ----------
    values
        As for `moran`.
    weights
        Weights; row-standardised ones make the lag the neighbours' mean.

    Returns
    -------
    pandas.DataFrame
        Index of `values`; `value` in standard deviations from the mean of known areas (population
        standard deviation), `lag` the weighted sum of the neighbours' values, and `quadrant`, one
        of `QUADRANTS`: the area then its neighbours, an area at the mean counted as low. An island
        has no lag. The least-squares slope of `lag` on `value` is Moran's I when rows sum to 1
        and no area is an island. Without spread in the values both are NaN, "no value".

    Raises
    ------
    ValueError
        As for `moran`.

    References
    ----------
    Anselin L (1996) in Fischer M, Scholten H, Unwin D (eds) Spatial Analytical Perspectives on
    GIS, pages 111-125.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc").row_standardized()
    >>> moran_scatter([1.0, 2.0, 3.0, 6.0], line).quadrant.tolist()
    ['low-low', 'low-low', 'low-high', 'high-low']
    """
    refuse_self(weights, "a Moran scatter")
    series = numbers(values, weights)
    inner, (kept,) = known_areas(weights, series)
    z = pd.Series(standardised(kept.to_numpy()), index=kept.index)
    lag = inner.lag(z).mask(z.index.isin(inner.isolates))
    table = pd.DataFrame({"value": z, "lag": lag}).reindex(series.index)
    table["quadrant"] = _quadrants(table["value"].to_numpy(), table["lag"].to_numpy())
    return table


def _quadrants(value: Floats, lag: Floats) -> list[str]:
    """Name the quadrant of each area."""
    sides = [np.isnan(value), np.isnan(lag), (value > 0) & (lag > 0), (value > 0), (lag > 0)]
    words = ["no value", "island", "high-high", "high-low", "low-high"]
    return [str(word) for word in np.select(sides, words, default="low-low")]
