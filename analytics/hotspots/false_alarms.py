"""Does a null keep its promise? Places without hot spots are made, and false alarms are counted.

This is the evidence for the school-level null: on maps where nothing is clustered but the shared
schools, it flags the promised share of tracts, and shuffling tracts flags several times as many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from analytics.hotspots.draws import analyses_of, draw_null
from analytics.hotspots.nulls import NULLS, Null
from analytics.hotspots.residuals import overdispersion
from analytics.hotspots.tract_map import Measure, SchoolCounts, TractMap, tract_maps
from analytics.inputs import Floats, floats
from analytics.local.significance import DrawPlan, benjamini_hochberg
from analytics.local.statistics import Statistic
from analytics.progress import Progress
from analytics.rates.standardized import stratum_codes
from geo.catchment import share_matrix
from geo.weights.weights import Weights

World = Literal["reassigned", "independent", "constant_risk"]

WORLDS: Mapping[World, str] = {
    "reassigned": "schools keep their rates but stand at random places of their level",
    "independent": "schools differ as much as they do here, each for itself, wherever they stand",
    "constant_risk": "every student of a level is equally likely to be absent",
}
"""How places without hot spots are made, the default first."""

_ONE = "map"


@dataclass(frozen=True)
class NullComparison:
    """Tracts of one map with q <= alpha when tracts are shuffled (naive), and schools (right)."""

    tested: int
    areas_null: int
    schools_null: int


@dataclass(frozen=True)
class FalseAlarms:
    """What a null flags where there is no hot spot, and how it was measured.

    Attributes
    ----------
    share, standard_error : float
        Mean share of tested tracts with p_sim <= alpha, and its error over replicates (tracts of
        one map are not independent); a right null gives alpha.
    discoveries : float
        Mean number of tracts with q <= alpha; a right null gives close to none.
    false_discovery : float
        Share of maps with any tract at q <= alpha: the false-discovery rate where there is nothing
        to discover; a right null gives at most alpha.
    """

    null: str
    statistic: str
    share: float
    standard_error: float
    discoveries: float
    false_discovery: float
    replicates: int
    draws: int
    alpha: float


def false_alarms(
    x: pd.Series,
    n: pd.Series,
    share: Any,
    weights: Weights,
    *,
    strata: pd.Series | None = None,
    nulls: Sequence[Null] = tuple(NULLS),
    statistics: Sequence[Statistic] = ("gi_star", "local_moran"),
    world: World = "reassigned",
    replicates: int = 100,
    draws: int = 199,
    seed: int,
    alpha: float = 0.05,
    measure: Measure = "ratio",
    progress: Progress | None = None,
) -> list[FalseAlarms]:
    """Measure false alarms of several nulls and statistics on the same places without hot spots.

    In the world "reassigned" a school's count and enrolment move together to another school's
    place: a harder test than moving residuals, which holds by construction, because it also feels
    any link of size and rate that this one set of schools has. In the world "independent" counts
    are beta-binomial with the level's rate and over-dispersion, new in each replicate; in the world
    "constant_risk" they are binomial at the level's rate.

    Parameters
    ----------
    x, n, share, weights, strata, draws, measure
        See `analytics.hotspots.gi_star_schools`.
    nulls, statistics : sequence of str
        What to measure, in every combination; the result is by null, then by statistic.
    world : str
        One of `WORLDS`.
    replicates : int
        Places made.
    seed : int
        Seed of places and draws.
    alpha : float
        Level of each test.
    progress : callable, optional
        Called with replicates done and wanted; what it raises ends the work.

    References
    ----------
    Good P (2005) Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed, chapter 1.
    """
    if world not in WORLDS:
        raise ValueError(f"unknown world {world!r}; known: {', '.join(WORLDS)}")
    plan, shares = DrawPlan(draws, draws, alpha), {_ONE: share_matrix(share, x.index, weights.ids)}
    counted: dict[tuple[Null, Statistic], list[_Alarms]] = {}
    places = _places(x, n, strata, world, np.random.default_rng(seed))
    for done, stream in enumerate(np.random.SeedSequence(seed).generate_state(replicates), 1):
        events, totals = next(places)
        schools, maps = tract_maps(
            events, totals, shares, weights.ids, strata=strata, measure=measure
        )
        for null in nulls:
            tested = _tested(null, schools, maps[_ONE], weights, statistics, plan, int(stream))
            for statistic, p in tested.items():
                counted.setdefault((null, statistic), []).append(_alarms(p, alpha))
        if progress is not None:
            progress(done, replicates)
    return [
        _summary(null, statistic, alarms, draws, alpha)
        for (null, statistic), alarms in counted.items()
    ]


class _Alarms(NamedTuple):
    """Share of tracts with p <= alpha, and number with q <= alpha, on one map."""

    share: float
    discoveries: float


def _alarms(p: Floats, alpha: float) -> _Alarms:
    """Count false alarms; a map without any spread has none."""
    tested = ~np.isnan(p)
    q = benjamini_hochberg(p, tested)
    share = float((p <= alpha).sum() / max(1, tested.sum()))
    return _Alarms(share, float((q <= alpha).sum()))


def _summary(
    null: Null, statistic: Statistic, alarms: list[_Alarms], draws: int, alpha: float
) -> FalseAlarms:
    """Average over replicates."""
    shares, discoveries = (np.array(part) for part in zip(*alarms, strict=True))
    count = len(alarms)
    return FalseAlarms(
        null=null,
        statistic=statistic,
        share=float(shares.mean()),
        standard_error=float(shares.std(ddof=1) / np.sqrt(count)) if count > 1 else np.nan,
        discoveries=float(discoveries.mean()),
        false_discovery=float((discoveries > 0).mean()),
        replicates=count,
        draws=draws,
        alpha=alpha,
    )


def _tested(
    null: Null,
    schools: SchoolCounts,
    tracts: TractMap,
    weights: Weights,
    statistics: Sequence[Statistic],
    plan: DrawPlan,
    seed: int,
) -> dict[Statistic, Floats]:
    """Give p-values of one map under one null, by statistic."""
    begun = analyses_of(_ONE, tracts, schools, {_ONE: weights}, statistics, null)
    draw_null(null, schools, {_ONE: tracts}, list(begun.values()), plan, seed=seed)
    return {name: item.tally.p for (name, _), item in begun.items()}


def _places(
    x: pd.Series, n: pd.Series, strata: pd.Series | None, world: World, rng: np.random.Generator
) -> Iterator[tuple[pd.Series, pd.Series]]:
    """Make counts of places without hot spots, one after the other."""
    codes = stratum_codes(strata, x)
    while True:
        if world == "reassigned":
            yield _reassigned(x, n, codes, rng)
        else:
            yield _drawn(x, n, codes, world == "independent", rng), n


def _reassigned(
    x: pd.Series, n: pd.Series, codes: Any, rng: np.random.Generator
) -> tuple[pd.Series, pd.Series]:
    """Move whole schools, count and enrolment together, within their stratum."""
    order = np.arange(len(codes))
    for code in np.unique(codes):
        members = np.flatnonzero(codes == code)
        order[members] = rng.permutation(members)
    return x.iloc[order].set_axis(x.index), n.iloc[order].set_axis(n.index)


def _drawn(
    x: pd.Series, n: pd.Series, codes: Any, schools_differ: bool, rng: np.random.Generator
) -> pd.Series:
    """Draw counts at the rate of the stratum; what is not known stays so."""
    known = (floats(x) >= 0) & (floats(n) > 0)
    events, totals, strata = floats(x)[known], floats(n)[known], codes[known]
    risk = events / totals
    for code in np.unique(strata):
        here = strata == code
        p, rho = events[here].sum() / totals[here].sum(), overdispersion(events[here], totals[here])
        risk[here] = p
        if schools_differ and rho > 0:
            size = 1 / rho - 1
            risk[here] = rng.beta(p * size, (1 - p) * size, here.sum())
    drawn = np.full(len(x), np.nan)
    drawn[known] = rng.binomial(totals.astype(np.int64), risk)
    return pd.Series(drawn, x.index)
