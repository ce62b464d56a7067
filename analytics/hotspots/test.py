"""Hot spots of a map made from shared schools, tested against the null that fits such a map.

Tracts that share schools are alike by construction. Shuffling tracts, as off-the-shelf hot-spot
tools do, calls that likeness clustering. Here the schools are shuffled: what each school has beyond
its level, size and type moves to another school of the level, goes through the same catchment to
the tracts, and the statistic is computed there again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.hotspots.draws import Analysis, analyses_of, draw_null
from analytics.hotspots.nulls import Null
from analytics.hotspots.tract_map import Measure, SchoolCounts, TractMap, tract_maps
from analytics.inputs import Bools, Floats, Progress
from analytics.local.significance import DrawPlan, benjamini_hochberg
from analytics.local.statistics import QUADRANTS, LocalMoran, Statistic
from analytics.local.table import states
from geo.weights.weights import Weights

CLASSES = (
    "hot 99",
    "hot 95",
    "hot 90",
    "not significant",
    "cold 90",
    "cold 95",
    "cold 99",
    "not shown",
)
"""Classes of `hot_class`, in legend order."""

LEVELS = (0.01, 0.05, 0.10)
"""False-discovery levels of the classes."""

_ONE = "map"


def gi_star_schools(
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    share: Any,
    weights: Weights,
    *,
    strata: ArrayLike | pd.Series | None = None,
    types: ArrayLike | pd.Series | None = None,
    draws: int = 999,
    seed: int,
    measure: Measure = "ratio",
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Find hot and cold spots of tracts from school counts, with the school-level null.

    Parameters
    ----------
    x, n : Series on one index of school_id, or arrays in the order of a share matrix
        Chronically absent and enrolled students. A school with an unknown count takes no part.
    share : DataFrame, Series or matrix
        Catchment: long table, two-level Series or matrix, see `geo.shares.share_matrix`.
    weights : Weights
        Neighbours of the tracts; each tract is added to its own.
    strata : Series or array, optional
        Level of each school. Residuals move within a level only; a missing level is a level of its
        own, and a school alone in its level stays.
    types : Series or array, optional
        Recorded type of each school ("Special Education"), taken out of the mean as size is; None
        for one type.
    draws : int
        Number of permutations R. A single tract among m passes q <= alpha only when R is at least
        `analytics.local.significance.smallest_draws_needed(m, alpha)`.
    seed : int
        Seed of the permutations; the result depends on nothing else by chance.
    measure : str
        What is mapped: "ratio" of observed to expected by level (the analysis default), "crude"
        rate, or "eb" rate.
    progress : callable, optional
        Called with draws done and draws wanted.

    Returns
    -------
    DataFrame
        Index `weights.ids`. `value` of the measure, crude `rate`, Gi* `z` on the tracts of the
        measure without what goes with size and type, `null_mean` of z over the draws, `p_sim`
        two-sided, `q` (Benjamini-Hochberg over tested tracts), `hot_class`, `state` ("tested", "no
        students", "nothing expected", or as `analytics.local.table.states` has it), and the numbers
        of `schools` behind the tract and of schools `left_out` for an unknown count. Numbers are
        NaN and the class is "not shown" unless tested.

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, shares that do not fit, unknown measure, no draw.

    Notes
    -----
    Exchangeable under the null are the standardised residuals of the schools of one level: of a
    model of level, size (a curve over log n in each level) and type, scaled by the spread that
    schools of their size and level show. Schools of one level need not be alike in size, rate or
    noise. A broad trend over the place is not held alike: it is found, as the hot spot it is.

    References
    ----------
    Freedman D, Lane D (1983) J Bus Econ Stat 1:292-298 (permuting residuals of a reduced model).
    Ord JK, Getis A (1995) Geographical Analysis 27:286-306, equation 5. Benjamini Y, Hochberg Y
    (1995) J R Stat Soc B 57:289-300. Residuals: see `analytics.hotspots.tract_map`.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> table = gi_star_schools([40, 35, 10, 5], [100] * 4, np.eye(4), line, draws=99, seed=1)
    >>> table.rate.tolist(), table.hot_class.unique().tolist()
    ([0.4, 0.35, 0.1, 0.05], ['not significant'])
    """
    table = hot_spots(
        x,
        n,
        share,
        weights,
        measure=measure,
        strata=strata,
        types=types,
        draws=draws,
        seed=seed,
        progress=progress,
    )
    return table.drop(columns=["hot", "cold", "draws"])


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
    types: ArrayLike | pd.Series | None = None,
    within: ArrayLike | pd.Series | None = None,
    draws: int = 999,
    max_draws: int | None = None,
    alpha: float = 0.05,
    seed: int,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Find hot and cold spots of tracts by any of the statistics and nulls.

    Parameters
    ----------
    x, n, share, weights, measure, strata, types, seed
        See `gi_star_schools`.
    statistic : str
        "gi_star"; "gi", which leaves the tract itself out; or "local_moran" on rates over their own
        standard errors (Assuncao and Reis; with the measure "eb" on crude rates, for it steadies
        them itself).
    null : str
        One of `analytics.hotspots.nulls.NULLS`: "schools" is right for maps made from schools;
        "schools_within" moves residuals within parts only; "schools_level" leaves size and type in
        them; "areas" shuffles tracts; "constant_risk" asks for any difference between places.
    within : Series or array, optional
        Part of the place (county, borough) of each school, for "schools_within": residuals move
        within level and part, so that a difference between parts is no hot spot.
    draws, max_draws : int
        Draws of every tract, and of those whose false-discovery decision (at `alpha` and at the
        levels of the classes) is not settled before.
    alpha : float
        False-discovery level of that decision, and of `hot` and `cold`.
    progress : callable, optional
        Called with draws done and wanted, which grows while decisions stay open; what it raises
        ends the work.

    Returns
    -------
    DataFrame
        See `gi_star_schools`; also booleans `hot` and `cold` (q <= alpha), and `draws` of each
        tract. For "local_moran" `z` is I_i standardised by its moments when all tracts are
        shuffled; `quadrant` (HH, LL, HL, LH, "none") says how a tract and its neighbours stand to
        the mean. Only HH tracts are hot and only LL tracts cold: an outlier with a small q is "not
        significant" as a hot or cold spot.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> options = {"statistic": "local_moran", "null": "constant_risk", "seed": 1}
    >>> table = hot_spots([40, 35, 10, 5], [100] * 4, np.eye(4), line, **options)
    >>> table.quadrant.tolist(), table.hot_class.tolist()
    (['HH', 'HH', 'LL', 'LL'], ['hot 99', 'hot 99', 'cold 99', 'cold 99'])
    """
    plan = DrawPlan(draws, draws if max_draws is None else max_draws, alpha, LEVELS)
    schools, maps = tract_maps(
        x,
        n,
        {_ONE: share},
        weights.ids,
        strata=strata,
        types=types,
        within=within,
        measure=measure,
    )
    begun = analyses_of(_ONE, maps[_ONE], schools, {_ONE: weights}, [statistic], null)
    item = begun[statistic, _ONE]
    draw_null(null, schools, maps, [item], plan, seed=seed, progress=progress)
    return _table(schools, maps[_ONE], item, alpha)


def flags(item: Analysis, alpha: float) -> tuple[Bools, Bools]:
    """Tell which tested areas of an analysis are hot and which cold, with q <= alpha."""
    sure, side = _q(item) <= alpha, _side(item)
    return sure & (side > 0), sure & (side < 0)


def classify(hot_side: Bools, cold_side: Bools, q: Floats) -> list[str]:
    """Put areas into `CLASSES` by their side and adjusted p-value; NaN is "not shown".

    Examples
    --------
    >>> hot = np.array([True, False, True, False])
    >>> classify(hot, ~hot, np.array([0.004, 0.08, 0.3, np.nan]))
    ['hot 99', 'cold 90', 'not significant', 'not shown']
    """
    limits = [q <= level for level in LEVELS]
    rules = [np.isnan(q), *(hot_side & c for c in limits), *(cold_side & c for c in limits)]
    words = ["not shown", *CLASSES[:3], *reversed(CLASSES[4:7])]
    return [str(word) for word in np.select(rules, words, default="not significant")]


def _q(item: Analysis) -> Floats:
    """Adjust p over the tested areas."""
    return benjamini_hochberg(item.tally.p, item.tally.tested)


def _null_mean(item: Analysis) -> Floats:
    """Mean of z over the draws."""
    mean: Floats = (item.tally.mean - item.centre) / item.unit
    return mean


def _side(item: Analysis) -> Floats:
    """Above 0 hot, below 0 cold, sure or not, 0 neither, NaN not tested.

    Of local Moran only areas more alike their neighbours than the draws are hot (HH) or cold (LL).
    """
    side: Floats = (item.observed - item.centre) / item.unit - _null_mean(item)
    if not isinstance(item.statistic, LocalMoran):
        return side
    place = item.statistic.quadrants(item.seen)
    sign = np.select([place == QUADRANTS.index("HH"), place == QUADRANTS.index("LL")], [1.0, -1.0])
    return np.where(np.isnan(side), np.nan, np.where(side > 0, sign, 0.0))


def _table(schools: SchoolCounts, tracts: TractMap, item: Analysis, alpha: float) -> pd.DataFrame:
    """Put what the draws have shown of one map into a table of all areas."""
    tested, q, side = item.tally.tested, tracts.on_all(_q(item)), tracts.on_all(_side(item))
    columns = {
        "value": tracts.measured(tracts.allocation @ schools.events[:, None])[:, 0],
        "z": (item.observed - item.centre) / item.unit,
        "null_mean": _null_mean(item),
        "p_sim": item.tally.p,
    }
    table = pd.DataFrame({k: tracts.on_all(v) for k, v in columns.items()}, tracts.ids)
    table.insert(1, "rate", tracts.rate)
    table["q"] = q
    if isinstance(item.statistic, LocalMoran):
        place = np.where(np.isnan(item.observed), -1, item.statistic.quadrants(item.seen))
        table["quadrant"] = _words(tracts, np.array([*QUADRANTS, "none"])[place], "none")
    sure = q <= alpha
    table["hot"], table["cold"] = sure & (side > 0), sure & (side < 0)
    table["hot_class"] = pd.array(classify(side > 0, side < 0, q), dtype="str")
    states_of_tested = states(item.seen[:, 0], item.links.cardinalities.to_numpy(), tested)
    empty = np.where(np.isnan(tracts.rate), "no students", "nothing expected")
    table["state"] = _words(tracts, states_of_tested, empty)
    done = tracts.on_all(np.where(tested, item.tally.draws, np.nan))
    table["draws"] = pd.array(done, dtype="Int64")
    return table.assign(schools=tracts.schools, left_out=tracts.left_out)


def _words(tracts: TractMap, words: Any, elsewhere: Any) -> Any:
    """Spread words of the tested areas over all areas, with others elsewhere."""
    out = np.full(tracts.tested.shape, elsewhere, dtype=object)
    out[tracts.tested] = words
    return out.astype(str)
