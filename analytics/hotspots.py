"""Hot spots of a map made from shared schools, tested against the null that fits such a map.

Tracts that share schools are alike by construction. Shuffling tracts, as off-the-shelf hot-spot
tools do, calls that likeness clustering. Here the schools are shuffled: what each school has beyond
its size and level moves to another school of the level, goes through the same catchment to the
tracts, and the statistic is computed there again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.getis_ord import benjamini_hochberg, two_sided
from analytics.inputs import Bools, Floats, floats
from analytics.tract_map import Measure, SchoolMap, school_map
from geo.weights import Weights

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

_BATCH = 64  # draws pushed through at once: a few MB for a city, 130 MB for every US tract
_TIE = 1e-9  # statistics this close are equal

Progress = Callable[[int, int], None]


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
    (1995) J R Stat Soc B 57:289-300. Residuals: see `analytics.residuals`.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> found = gi_star_schools([40, 35, 10, 5], [100] * 4, np.eye(4), line, draws=99, seed=1)
    >>> found.rate.tolist(), found.hot_class.unique().tolist()
    ([0.4, 0.35, 0.1, 0.05], ['not significant'])
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    given = school_map(x, n, share, weights, strata=strata, measure=measure)
    value = given.tracts.values(given.events[:, None])
    z = given.statistic.z(value)
    null_mean, p = np.full(z.shape[0], np.nan), np.full(z.shape[0], np.nan)
    if not np.isnan(z).all():
        null_mean, p = _permutation_p(given, z, draws, seed, progress)
    table = pd.DataFrame(index=given.ids)
    for name, column in {
        "value": value[:, 0],
        "z": z[:, 0],
        "null_mean": null_mean,
        "p_sim": p,
    }.items():
        table[name] = _on_all(given.tested, column)
    table.insert(1, "rate", given.rate)
    table["q"] = benjamini_hochberg(floats(table["p_sim"]), floats(table["p_sim"]) > 0)
    table["hot_class"] = classify(table["z"] - table["null_mean"], table["q"])
    table["state"] = _states(given, value[:, 0], z[:, 0])
    return table.assign(schools=given.schools, left_out=given.left_out)


def classify(z: ArrayLike | pd.Series, q: ArrayLike | pd.Series) -> Any:
    """Put areas into hot and cold classes.

    Parameters
    ----------
    z
        Statistic minus its mean over the draws: its sign tells hot from cold.
    q
        Adjusted p-values; NaN is "not shown".

    Returns
    -------
    pandas.Series or numpy.ndarray
        One of `CLASSES` each.

    Examples
    --------
    >>> classify(np.array([3.0, -2.0, 1.0, np.nan]), np.array([0.004, 0.08, 0.3, np.nan])).tolist()
    ['hot 99', 'cold 90', 'not significant', 'not shown']
    """
    side, chance = floats(z), floats(q)
    hot, cold = side > 0, side < 0
    limits = [chance <= 0.01, chance <= 0.05, chance <= 0.10]
    rules = [np.isnan(chance), *(hot & c for c in limits), *(cold & c for c in limits)]
    words = ["not shown", *CLASSES[:3], *reversed(CLASSES[4:7])]
    found = np.select(rules, words, default="not significant")
    return pd.Series(found, index=q.index, dtype="str") if isinstance(q, pd.Series) else found


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


def _permutation_p(
    given: SchoolMap, observed: Floats, draws: int, seed: int, progress: Progress | None
) -> tuple[Floats, Floats]:
    """Draw maps, batch by batch; give the mean statistic and the two-sided p of each tract."""
    lesser, greater = (np.zeros(len(observed), dtype=np.int64) for _ in range(2))
    total = np.zeros(len(observed))
    generators = given.residuals.generators(seed)
    for start in range(0, draws, _BATCH):
        size = min(_BATCH, draws - start)
        events = given.residuals.draw(generators, size)
        z = given.statistic.z(given.tracts.values(events))
        # A draw without any spread has no area that stands out: 0, unless the area never can.
        np.copyto(z, 0.0, where=np.isnan(z) & ~np.isnan(observed))
        lesser += (z <= observed + _TIE).sum(axis=1)
        greater += (z >= observed - _TIE).sum(axis=1)
        total += z.sum(axis=1)
        if progress is not None:
            progress(start + size, draws)
    p = np.where(np.isnan(observed[:, 0]), np.nan, two_sided(lesser, greater, draws))
    return total / draws, p


def _on_all(tested: Bools, values: Floats) -> Floats:
    """Spread values of tested areas over all areas."""
    out: Floats = np.full(tested.shape, np.nan)
    out[tested] = values
    return out


def _states(given: SchoolMap, value: Floats, z: Floats) -> list[str]:
    """Say of each area why it has a number or none."""
    constant = np.isnan(z).all() and value.size > 1 and np.ptp(value) <= _TIE * np.abs(value).max()
    if value.size == 1:
        word = "too few areas"
    else:
        word = "constant values" if constant else "covers all areas"
    no_number = _on_all(given.tested, np.isnan(z).astype(np.float64)) > 0
    rules = [np.isnan(given.rate), ~given.tested, no_number]
    words = ["no students", "nothing expected", word]
    return [str(s) for s in np.select(rules, words, default="tested")]
