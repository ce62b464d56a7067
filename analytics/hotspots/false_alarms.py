"""Does a null keep its promise? Places without hot spots are made, and false alarms are counted.

This is the evidence for the school-level null: on maps where nothing is clustered but the shared
schools, it flags the promised share of tracts, and shuffling tracts flags several times as many. It
is also where a null's limits show: a broad trend is a hot spot to all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from analytics.hotspots.draws import analyses_of, draw_null
from analytics.hotspots.nulls import NULLS, Null, on_areas, size_rates
from analytics.hotspots.tract_map import (
    Codes,
    Measure,
    SchoolCounts,
    SchoolRates,
    TractMap,
    level_rates,
    overdispersion,
    tract_maps,
)
from analytics.inputs import Floats, Progress, floats
from analytics.local.significance import DrawPlan, benjamini_hochberg
from analytics.local.statistics import Statistic
from analytics.rates.intervals import stratum_codes
from geo.shares import share_matrix
from geo.weights.weights import Weights

World = Literal["reassigned", "independent", "size", "trend", "constant_risk"]

WORLDS: Mapping[World, str] = {
    "reassigned": "schools keep their rates but stand at random places of their level",
    "independent": "schools differ as much as they do here, each for itself, wherever they stand",
    "size": "schools differ, each for itself, around what their level, size and type lead to",
    "trend": "schools differ, each for itself, around a broad trend from south to north",
    "constant_risk": "every student of a level is equally likely to be absent",
}
"""How places without hot spots are made, the default first."""

TREND = 0.2
"""Standard deviation over schools of the trend, in log odds."""

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

    world: str
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
    types: pd.Series | None = None,
    north: pd.Series | None = None,
    nulls: Sequence[Null] = tuple(NULLS),
    statistics: Sequence[Statistic] = ("gi_star", "local_moran"),
    world: World = "reassigned",
    replicates: int = 100,
    draws: int = 199,
    max_draws: int | None = None,
    seed: int,
    alpha: float = 0.05,
    measure: Measure = "ratio",
    progress: Progress | None = None,
) -> list[FalseAlarms]:
    """Measure false alarms of several nulls and statistics on the same places without hot spots.

    In the world "reassigned" a school's count and enrolment move together to another school's
    place: a harder test than moving residuals, which holds by construction, because it also feels
    any link of size and rate that this one set of schools has. In the worlds "independent", "size"
    and "trend" counts are beta-binomial, new in each replicate, with the over-dispersion measured
    in the level around its rate; the rate of level, size and type; or the rate of the level with a
    trend of `TREND`, which is no hot spot to a reader and is one to these tests. In the world
    "constant_risk" counts are binomial at the level's rate.

    Parameters
    ----------
    x, n, share, weights, strata, types, draws, max_draws, measure
        See `analytics.hotspots.test.hot_spots`. With few draws hardly any tract can pass the
        false-discovery decision, see `analytics.local.significance.smallest_draws_needed`.
    north : Series, optional
        Position of each area from south to north, for the world "trend".
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
    if world == "trend" and north is None:
        raise ValueError("the world 'trend' needs the position of each area; give north")
    plan = DrawPlan(draws, draws if max_draws is None else max_draws, alpha)
    shares = {_ONE: share_matrix(share, x.index, weights.ids)}
    counted: dict[tuple[Null, Statistic], list[_Alarms]] = {}
    trend = np.zeros(len(x))
    if north is not None:
        trend = shares[_ONE] @ floats(on_areas(north, weights.ids))
    schools = _Schools(x, n, stratum_codes(strata, x), stratum_codes(types, x), trend)
    places = _places(schools, world, np.random.default_rng(seed))
    for done, stream in enumerate(np.random.SeedSequence(seed).generate_state(replicates), 1):
        made = next(places)
        counts, maps = tract_maps(
            *made[:2], shares, weights.ids, strata=strata, types=made.types, measure=measure
        )
        for null in nulls:
            tested = _tested(null, counts, maps[_ONE], weights, statistics, plan, int(stream))
            for statistic, p in tested.items():
                counted.setdefault((null, statistic), []).append(_alarms(p, alpha))
        if progress is not None:
            progress(done, replicates)
    return [
        _summary(world, null, statistic, alarms, plan)
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
    world: World, null: Null, statistic: Statistic, alarms: list[_Alarms], plan: DrawPlan
) -> FalseAlarms:
    """Average over replicates."""
    shares, discoveries = (np.array(part) for part in zip(*alarms, strict=True))
    count = len(alarms)
    return FalseAlarms(
        world=world,
        null=null,
        statistic=statistic,
        share=float(shares.mean()),
        standard_error=float(shares.std(ddof=1) / np.sqrt(count)) if count > 1 else np.nan,
        discoveries=float(discoveries.mean()),
        false_discovery=float((discoveries > 0).mean()),
        replicates=count,
        draws=plan.draws,
        alpha=plan.alpha,
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


class _Schools(NamedTuple):
    """Schools that places are made of: counts, strata, types, and where each stands on a trend."""

    x: pd.Series
    n: pd.Series
    codes: Codes
    types: Codes
    trend: Floats


class _Place(NamedTuple):
    """Counts and students of a place that was made, and the types of its schools."""

    x: pd.Series
    n: pd.Series
    types: pd.Series


def _places(schools: _Schools, world: World, rng: np.random.Generator) -> Iterator[_Place]:
    """Make places without hot spots, one after the other."""
    x, n, index = schools.x, schools.n, schools.x.index
    types = pd.Series(schools.types, index)
    if world != "reassigned":
        for drawn in _drawn(schools, world, rng):
            yield _Place(pd.Series(drawn, index), n, types)
    while True:
        order = _order(schools.codes, rng)
        yield _Place(*(part.iloc[order].set_axis(index) for part in (x, n, types)))


def _order(codes: Codes, rng: np.random.Generator) -> Codes:
    """Move whole schools, count, enrolment and type together, within their stratum."""
    order = np.arange(len(codes))
    for code in np.unique(codes):
        members = np.flatnonzero(codes == code)
        order[members] = rng.permutation(members)
    return order


def _drawn(schools: _Schools, world: World, rng: np.random.Generator) -> Iterator[Floats]:
    """Draw counts around the rates of a world, endlessly; what is not known stays so."""
    events, totals = floats(schools.x), floats(schools.n)
    known = (events >= 0) & (totals > 0)
    x, n = events[known], totals[known]
    codes = np.unique(schools.codes[known], return_inverse=True)[1]
    rates = level_rates(x, n, codes)
    if world == "size":
        rates = size_rates(x, n, codes, schools.types[known])
    strata = [np.flatnonzero(codes == code) for code in range(int(codes.max(initial=-1)) + 1)]
    rho = [overdispersion(x[i], n[i], SchoolRates(rates.p[i], rates.leverage[i])) for i in strata]
    p = rates.p
    if world == "trend":
        north = schools.trend[known]
        p = expit(logit(p) + TREND * (north - north.mean()) / (north.std() or 1.0))
    while True:
        risk = p.copy()
        for members, spread in zip(strata, rho, strict=True):
            if world != "constant_risk" and spread > 0:
                size = 1 / spread - 1
                risk[members] = rng.beta(p[members] * size, (1 - p[members]) * size)
        drawn = np.full(len(events), np.nan)
        drawn[known] = rng.binomial(n.astype(np.int64), risk)
        yield drawn
