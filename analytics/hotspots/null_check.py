"""What the right null changes on one map, and whether a null keeps its promise.

`analytics.hotspots.false_alarms` does the counting on places without hot spots.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analytics.hotspots.false_alarms import (
    WORLDS,
    FalseAlarms,
    World,
    false_alarms,
)
from analytics.hotspots.map_statistics import Statistic
from analytics.hotspots.nulls import Null
from analytics.hotspots.test import hot_spots
from analytics.hotspots.tract_map import Measure
from analytics.progress import Progress
from geo.weights.weights import Weights

__all__ = [
    "WORLDS",
    "FalseAlarms",
    "NullComparison",
    "World",
    "false_alarms",
    "false_positive_share",
    "naive_and_right",
]


@dataclass(frozen=True)
class NullComparison:
    """Significant tracts on one map under both nulls.

    Attributes
    ----------
    tested
        Tracts tested under the school-level null.
    areas_null, schools_null
        Tracts with q <= alpha when tracts are shuffled (naive) and when schools are (right).
    alpha
        False-discovery level.
    draws
        Permutations behind each.
    """

    tested: int
    areas_null: int
    schools_null: int
    alpha: float
    draws: int


def naive_and_right(
    x: pd.Series,
    n: pd.Series,
    share: Any,
    weights: Weights,
    *,
    strata: pd.Series | None = None,
    draws: int = 999,
    seed: int,
    alpha: float = 0.05,
    measure: Measure = "ratio",
) -> NullComparison:
    """Count significant tracts of one map under the naive and the right null.

    Parameters
    ----------
    x, n, share, weights, strata, draws, seed, measure
        As for `analytics.hotspots.test.gi_star_schools`.
    alpha
        False-discovery level.

    Returns
    -------
    NullComparison
        Both counts.

    Raises
    ------
    ValueError
        As for `gi_star_schools`.
    """
    right, naive = (
        hot_spots(
            *(x, n, share, weights),
            null=null,
            strata=strata,
            draws=draws,
            seed=seed,
            measure=measure,
        )
        for null in ("schools", "areas")
    )
    return NullComparison(
        tested=int((right["state"] == "tested").sum()),
        areas_null=int((naive["q"] <= alpha).sum()),
        schools_null=int((right["q"] <= alpha).sum()),
        alpha=alpha,
        draws=draws,
    )


def false_positive_share(
    x: pd.Series,
    n: pd.Series,
    share: Any,
    weights: Weights,
    *,
    strata: pd.Series | None = None,
    null: Null = "schools",
    statistic: Statistic = "gi_star",
    world: World = "reassigned",
    replicates: int = 100,
    draws: int = 199,
    seed: int,
    alpha: float = 0.05,
    measure: Measure = "ratio",
    progress: Progress | None = None,
) -> FalseAlarms:
    """Measure false alarms of one null and one statistic.

    Parameters
    ----------
    null, statistic
        What to measure.
    x, n, share, weights, strata, world, replicates, draws, seed, alpha, measure, progress
        As for `false_alarms`.

    Returns
    -------
    FalseAlarms
        Mean share of tracts flagged, with its standard error.

    Raises
    ------
    ValueError
        As for `false_alarms`.

    References
    ----------
    Good P (2005) Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed, chapter 1.
    """
    (found,) = false_alarms(
        *(x, n, share, weights),
        strata=strata,
        nulls=[null],
        statistics=[statistic],
        world=world,
        replicates=replicates,
        draws=draws,
        seed=seed,
        alpha=alpha,
        measure=measure,
        progress=progress,
    )
    return found
