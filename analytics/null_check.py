"""Does a null keep its promise? Schools are reassigned at random and false alarms are counted.

This is the evidence for the school-level null: on maps where nothing is clustered but the shared
schools, it flags the promised share of tracts, and shuffling tracts flags several times as many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from analytics.hotspots import gi_star_schools
from analytics.local import gi_star
from analytics.rates import stratum_codes
from analytics.tract_map import Measure, SchoolMap, school_map
from geo.weights import Weights

Null = Literal["schools", "areas"]


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


@dataclass(frozen=True)
class FalseAlarms:
    """What a null flags when schools are assigned to places at random.

    Attributes
    ----------
    null
        "schools" or "areas".
    share
        Mean share of tested tracts with p_sim <= alpha; a right null gives alpha.
    standard_error
        Of `share`, over replicates (tracts of one map are not independent).
    discoveries
        Mean number of tracts with q <= alpha; a right null gives close to none.
    replicates, draws, alpha
        How it was measured.
    """

    null: str
    share: float
    standard_error: float
    discoveries: float
    replicates: int
    draws: int
    alpha: float


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
        As for `analytics.hotspots.gi_star_schools`.
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
    right = gi_star_schools(
        x, n, share, weights, strata=strata, draws=draws, seed=seed, measure=measure
    )
    naive = gi_star(right["value"], weights, null="areas", draws=draws, seed=seed)
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
    replicates: int = 100,
    draws: int = 199,
    seed: int,
    alpha: float = 0.05,
    measure: Measure = "ratio",
) -> FalseAlarms:
    """Measure false alarms over random reassignments of schools within their level.

    A school's count and enrolment move together to another school's place: a harder test than
    moving residuals, which holds by construction, because it also feels any link of size and rate.

    Parameters
    ----------
    x, n, share, weights, strata, draws, measure
        As for `analytics.hotspots.gi_star_schools`.
    null
        The null to measure.
    replicates
        Random reassignments.
    seed
        Seed of reassignments and permutations.
    alpha
        Level of each test.

    Returns
    -------
    FalseAlarms
        Mean share of tracts flagged, with its standard error.

    Raises
    ------
    ValueError
        As for `gi_star_schools`.

    References
    ----------
    Good P (2005) Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed, chapter 1.
    """
    shares, found = [], []
    streams = np.random.SeedSequence(seed).generate_state(replicates)
    rng = np.random.default_rng(seed)
    for stream in streams:
        events, totals = _reassigned(x, n, strata, rng)
        if null == "schools":
            table = gi_star_schools(
                *(events, totals, share, weights),
                strata=strata,
                draws=draws,
                seed=int(stream),
                measure=measure,
            )
        else:
            given = school_map(events, totals, share, weights, strata=strata, measure=measure)
            table = _tracts_shuffled(given, weights, draws, int(stream))
        # A map without any spread flags nothing, which counts as no false alarm.
        flagged = int((table["p_sim"] <= alpha).sum())
        shares.append(flagged / max(1, int(table["value"].notna().sum())))
        found.append(float((table["q"] <= alpha).sum()))
    error = float(np.std(shares, ddof=1) / np.sqrt(replicates)) if replicates > 1 else np.nan
    mean, alarms = float(np.mean(shares)), float(np.mean(found))
    return FalseAlarms(null, mean, error, alarms, replicates, draws, alpha)


def _tracts_shuffled(given: SchoolMap, weights: Weights, draws: int, seed: int) -> pd.DataFrame:
    """Shuffle tracts of the map that the schools make."""
    value = given.tracts.values(given.events[:, None])[:, 0]
    inner = weights.subset(given.ids[given.tested])
    return gi_star(value, inner, null="areas", draws=draws, seed=seed)


def _reassigned(
    x: pd.Series, n: pd.Series, strata: pd.Series | None, rng: np.random.Generator
) -> tuple[pd.Series, pd.Series]:
    """Move whole schools, count and enrolment together, within their stratum."""
    codes = stratum_codes(strata, x)
    order = np.arange(len(codes))
    for code in np.unique(codes):
        members = np.flatnonzero(codes == code)
        order[members] = rng.permutation(members)
    return x.iloc[order].set_axis(x.index), n.iloc[order].set_axis(n.index)
