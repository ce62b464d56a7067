"""Hot spots of a map made from shared schools, tested against the null that fits such a map.

Tracts that share schools are alike by construction. Shuffling tracts, as off-the-shelf hot-spot
tools do, calls that likeness clustering. Here the schools are shuffled: what each school has beyond
its size and level moves to another school of the level, goes through the same catchment to the
tracts, and the statistic is computed there again.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from analytics.hotspots.map_analysis import analyses_of
from analytics.hotspots.map_draws import DrawPlan, run_draws
from analytics.hotspots.map_statistics import Statistic
from analytics.hotspots.map_table import CLASSES, classify, result_table
from analytics.hotspots.nulls import Null, event_draws
from analytics.hotspots.shuffled_areas import shuffled_areas
from analytics.hotspots.tract_map import Measure, tract_maps
from analytics.progress import Progress
from geo.weights.weights import Weights

__all__ = ["CLASSES", "classify", "gi_star_schools", "hot_spots", "smallest_draws_needed"]

_ONE = "map"


def gi_star_schools(
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    share: Any,
    weights: Weights,
    *,
    strata: ArrayLike | pd.Series | None = None,
    draws: int = 999,
    seed: int,
    measure: Measure = "ratio",
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Find hot and cold spots of tracts from school counts, with the school-level null.

    Parameters
    ----------
    x, n
        Chronically absent and enrolled students: Series on one index of school_id, or arrays in
        the order of a share matrix. A school with an unknown count takes no part.
    share
        Catchment: long table, two-level Series or matrix, see `geo.catchment.share_matrix`.
    weights
        Neighbours of the tracts; each tract is added to its own.
    strata
        Level of each school. Residuals move within a level only; a missing level is a level of its
        own, and a school alone in its level stays.
    draws
        Number of permutations R. A single tract among m passes q <= alpha only when R is at least
        `smallest_draws_needed(m, alpha)`.
    seed
        Seed of the permutations; the result depends on nothing else by chance.
    measure
        What is mapped: "ratio" of observed to expected by level (the analysis default), "crude"
        rate, or "eb" rate.
    progress
        Called with draws done and draws wanted.

    Returns
    -------
    pandas.DataFrame
        Index `weights.ids`. `value` of the measure, crude `rate`, Gi* `z` on the tracts,
        `null_mean` of z over the draws, `p_sim` two-sided, `q` (Benjamini-Hochberg over tested
        tracts), `hot_class`, `state` ("tested", "no students", "nothing expected", "constant
        values", "covers all areas", "too few areas"), and the numbers of `schools` behind the
        tract and of schools `left_out` for an unknown count. Numbers are NaN and the class is
        "not shown" unless tested.

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, shares that do not fit, unknown measure, no draw.

    References
    ----------
    Ord JK, Getis A (1995) Geographical Analysis 27:286-306, equation 5. Benjamini Y, Hochberg Y
    (1995) J R Stat Soc B 57:289-300. Residuals: see `analytics.hotspots.residuals`.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> import numpy as np
    >>> found = gi_star_schools([40, 35, 10, 5], [100] * 4, np.eye(4), line, draws=99, seed=1)
    >>> found.rate.tolist(), found.hot_class.unique().tolist()
    ([0.4, 0.35, 0.1, 0.05], ['not significant'])
    """
    found = hot_spots(
        *(x, n, share, weights),
        measure=measure,
        strata=strata,
        draws=draws,
        seed=seed,
        progress=progress,
    )
    return found.drop(columns="draws")


def hot_spots(
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    share: Any,
    weights: Weights,
    *,
    statistic: Statistic = "gi_star",
    null: Null = "schools",
    measure: Measure = "ratio",
    strata: ArrayLike | pd.Series | None = None,
    draws: int = 999,
    max_draws: int | None = None,
    alpha: float = 0.05,
    seed: int,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Find hot and cold spots of tracts by any of the statistics and nulls.

    Parameters
    ----------
    x, n, share, weights, measure, strata, seed
        As for `gi_star_schools`.
    statistic
        "gi_star"; "gi", which leaves the tract itself out; or "local_moran" on rates over their own
        standard errors (with the measure "eb" on crude rates, for it steadies them itself).
    null
        One of `analytics.hotspots.nulls.NULLS`: "schools" is right for maps made from schools;
        "areas"
        shuffles tracts; "constant_risk" asks for any difference between places.
    draws
        Draws of every tract.
    max_draws
        Draws of those tracts whose false-discovery decision is not settled before (see
        `analytics.local.adaptive`); None for `draws`.
    alpha
        False-discovery level that `max_draws` settles; it changes nothing else.
    progress
        Called with draws done and wanted, which grows while decisions stay open; raise
        `analytics.progress.Cancelled` in it to stop.

    Returns
    -------
    pandas.DataFrame
        As for `gi_star_schools`, and `draws` of each tract. `state` may be "island" for "gi" and
        "local_moran", and for any statistic under the null "areas". For "local_moran" `z` is
        I_i standardised by its moments when all tracts are shuffled; `quadrant` (HH, LL, HL, LH,
        "none") says how a tract and its neighbours stand to the mean. `hot_class` is hot for HH
        and cold for LL tracts only: an outlier with a small q is "not significant" as a hot or
        cold spot.

    Raises
    ------
    ValueError
        As for `gi_star_schools`, or an unknown statistic or null, `max_draws` below `draws`, or
        alpha outside (0, 1).

    References
    ----------
    Ord JK, Getis A (1995) Geographical Analysis 27:286-306. Anselin L (1995) Geographical Analysis
    27:93-115. Assuncao RM, Reis EA (1999) Statistics in Medicine 18:2147-2162.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> import numpy as np
    >>> given = [40, 35, 10, 5], [100] * 4, np.eye(4), line
    >>> found = hot_spots(*given, statistic="local_moran", null="constant_risk", seed=1)
    >>> found.quadrant.tolist(), found.hot_class.tolist()
    (['HH', 'HH', 'LL', 'LL'], ['hot 99', 'hot 99', 'cold 99', 'cold 99'])
    """
    plan = DrawPlan(draws, draws if max_draws is None else max_draws, alpha)
    schools, maps = tract_maps(x, n, {_ONE: share}, weights.ids, strata=strata, measure=measure)
    tracts, own_scale = maps[_ONE], null != "constant_risk"
    given = (_ONE, tracts, schools.events, {_ONE: weights}, [statistic])
    item = analyses_of(*given, own_scale=own_scale)[statistic, _ONE]
    if null == "areas":
        shown = shuffled_areas(item, tracts.within(weights), tracts, schools.events, plan, seed)
        return result_table(schools, tracts, item, shown)
    source = event_draws(null, schools)
    run_draws(source, maps, [item], plan, seed=seed, progress=progress)
    return result_table(schools, tracts, item, item.shown)


def smallest_draws_needed(m: int, alpha: float) -> int:
    """Give the number of draws below which no single area among m can pass q <= alpha.

    Parameters
    ----------
    m
        Tested areas.
    alpha
        False-discovery level.

    Returns
    -------
    int
        `ceil(2 m / alpha - 1)`: two-sided p cannot fall below 2 / (R + 1).

    Examples
    --------
    >>> smallest_draws_needed(100, 0.05)
    3999
    """
    return math.ceil(round(2 * m / alpha - 1, 6))
