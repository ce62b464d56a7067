"""Local statistics of one map: where high or low values stand together.

The null of this module shuffles values among areas. For maps made from shared schools that null is
wrong (neighbours share schools, so the map is smooth by construction): use
`analytics.hotspots.test`.

Draws by area. With `null="areas"` every area gets `draws` permutations, and with `max_draws` more
of them while its Benjamini-Hochberg decision at `alpha` is open (`analytics.local.adaptive`); the
column
`draws` says how many. `p_sim = 2 (M + 1) / (R + 1)`, at most 1, with R the draws of that area and M
those in its smaller tail: never below 2 / (R + 1). For a fixed R it is exact; where R grew, the
stopping rule looked at the draws (an area is left once the 99.9 % interval of its p lies on one
side of the decision), so read the decision at `alpha` rather than the last digit of p. Without
`max_draws` no single area among m can pass q <= alpha unless draws reach
`analytics.hotspots.test.smallest_draws_needed`.
"""

from __future__ import annotations

import pandas as pd
from numpy.typing import ArrayLike

from analytics.local.getis_ord import prepare, prepare_gi
from analytics.local.lisa import local_moran, local_moran_rate
from analytics.local.table import AreasNull, Null, area_columns
from analytics.map_of_areas import map_values
from geo.weights.weights import Weights

__all__ = ["gi", "gi_star", "local_moran", "local_moran_rate"]


def gi(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    null: Null = None,
    draws: int = 999,
    max_draws: int | None = None,
    alpha: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    """Give Gi of each area: how far its neighbours stand from the mean of all other areas.

    Parameters
    ----------
    values, weights, null, draws, max_draws, alpha, seed
        As for `gi_star`, but no area may be its own neighbour.

    Returns
    -------
    pandas.DataFrame
        As for `gi_star`; an island has no number, nor has an area where "constant elsewhere".

    Raises
    ------
    ValueError
        As for `gi_star`, or weights that hold selves.

    References
    ----------
    Ord JK, Getis A (1995) Geographical Analysis 27:286-306, G_i with the mean and variance of the
    areas other than i. The z does not change when a row of weights is multiplied; esda (2.9) with
    row-standardised weights puts (sum w) for (sum w^2) in the variance and differs.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> gi([1.0, 2.0, 3.0, 6.0], line).z.round(3).tolist()
    [-0.981, -1.298, 0.926, 1.225]
    """
    given = map_values(values, weights)
    statistic = prepare_gi(given.weights)
    asked = AreasNull.asked(null, draws, max_draws, alpha, seed)
    return pd.DataFrame(area_columns(given, statistic.z(given.used), asked), index=given.index)


def gi_star(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    null: Null = None,
    draws: int = 999,
    max_draws: int | None = None,
    alpha: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    """Give Gi* of each area: how far the area and its neighbours together stand from the mean.

    Parameters
    ----------
    values
        One value an area: a Series indexed by ids of the weights in any order, or an array in the
        order of `weights.ids`. NaN or NA areas are left out and come back as NaN.
    weights
        Binary or general weights; each area is added to its own neighbours when it is not there.
    null
        "areas" adds p-values from conditional permutation: the area keeps its value, its
        neighbours' values are drawn from all other areas.
    draws
        Number of permutations of every area.
    max_draws
        Permutations up to which areas with an open decision are drawn on; None: no further.
    alpha
        False-discovery level of that decision.
    seed
        Seed of the permutations. Neither the order of the values nor a change of scale matters.

    Returns
    -------
    pandas.DataFrame
        Index of `values`; columns `value, z, p, state`, with `p` two-sided normal, and
        `p_sim, q, draws` when a null is given. `state`: "tested"; "island" (no neighbour: `z`
        speaks of the area alone, no permutation value); or, without any number, another of
        `analytics.local.table.STATES`.

    Raises
    ------
    ValueError
        Ids unknown to the weights or repeated, infinite values, fewer than 1 draw, `max_draws`
        below `draws`, or `alpha` outside (0, 1).

    References
    ----------
    Ord JK, Getis A (1995) Geographical Analysis 27:286-306, equation 5. Anselin L (1995)
    Geographical Analysis 27:93-115 (conditional permutation). Benjamini Y, Hochberg Y (1995).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> gi_star(pd.Series([6.0, 3.0, 2.0, 1.0], index=list("dcba")), line).z.round(3).tolist()
    [1.389, 1.069, -1.604, -1.389]
    """
    given = map_values(values, weights)
    statistic = prepare(given.weights)
    asked = AreasNull.asked(null, draws, max_draws, alpha, seed)
    return pd.DataFrame(area_columns(given, statistic.z(given.used), asked), index=given.index)
