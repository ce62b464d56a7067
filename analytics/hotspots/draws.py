"""One stream of drawn school counts, pushed through every catchment to every statistic wanted.

The product of catchment and draws is what costs; statistics on the drawn maps are cheap. A test of
one map is the case of one catchment and one statistic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from analytics.hotspots.nulls import EventDraws, Null, event_draws
from analytics.hotspots.tract_map import Lens, SchoolCounts, TractMap
from analytics.inputs import Floats, Progress
from analytics.local.area_permutation import permute_areas
from analytics.local.significance import DrawPlan, Tally, settle
from analytics.local.statistics import (
    LocalStatistic,
    Statistic,
    observed,
    prepare,
    tested_areas,
)
from analytics.threads import in_order
from geo.weights.weights import Weights

BATCH = 64  # draws pushed through at once
_CELLS = 2**21  # numbers of one drawn batch of one map: 16 MB
_TIE = 1e-9  # statistics this close are equal


@dataclass(frozen=True, eq=False)
class Analysis:
    """One statistic on the t tested areas of one map, and what draws have shown of it so far.

    `links` are the neighbours among these areas; `lens` is how the statistic sees maps, one for all
    that see alike, and `seen` the observed map so seen, (t, 1). `observed` is the statistic of it,
    NaN where there is none; `centre` and `unit` are its mean and standard deviation over all orders
    of the areas.
    """

    catchment: str
    statistic: LocalStatistic
    links: Weights
    lens: Lens
    seen: Floats
    observed: Floats
    centre: Floats
    unit: Floats
    tally: Tally


def analyses_of(
    catchment: str,
    tracts: TractMap,
    schools: SchoolCounts,
    weights: Mapping[str, Weights],
    methods: Sequence[Statistic],
    null: Null,
) -> dict[tuple[Statistic, str], Analysis]:
    """Begin the analyses of one map: every statistic with every weights, by their names.

    Statistics look at the school counts that the draws of the null are compared with.
    Under constant risk drawn maps are not divided by their own standard deviation, see `Lens`; when
    areas are permuted, only areas with neighbours are tested, and of these only the ones that can
    vary with their own value held.
    """
    events = schools.events if null == "areas" else event_draws(null, schools).observed
    allocated = tracts.allocation @ events[:, None]
    own_scale = null != "constant_risk"
    lenses = {risk: Lens(tracts, risk) for risk in (False, True)}
    if not own_scale:
        lenses = {risk: lens.fixed(allocated) for risk, lens in lenses.items()}
    maps = {risk: lens.maps(allocated) for risk, lens in lenses.items()}
    begun = {}
    for name, links in weights.items():
        inner = tracts.within(links)
        for method in methods:
            risk = method == "local_moran"
            used = inner.row_standardized() if risk else inner
            statistic, seen = prepare(method, used, own_scale=own_scale), maps[risk]
            centre, unit = statistic.moments(seen)
            values = np.where(np.isnan(unit), np.nan, observed(statistic, seen))
            tested = ~np.isnan(values)
            if null == "areas":
                tested &= tested_areas(statistic, seen, inner.cardinalities.to_numpy())
            begun[method, name] = Analysis(
                catchment=catchment,
                statistic=statistic,
                links=inner,
                lens=lenses[risk],
                seen=seen,
                observed=values,
                centre=centre,
                unit=unit,
                tally=Tally(tested),
            )
    return begun


def draw_null(
    null: Null,
    schools: SchoolCounts,
    maps: Mapping[str, TractMap],
    analyses: Sequence[Analysis],
    plan: DrawPlan,
    *,
    seed: int,
    progress: Progress | None = None,
) -> None:
    """Draw maps under a null of `NULLS` and let every analysis count, until each is settled.

    Tallies of the analyses change in place; results depend on neither batches nor threads.
    `progress` is called with draws done and draws wanted, which grows while decisions stay open.
    What it raises ends the work.
    """
    if null == "areas":
        for item in analyses:
            permute_areas(item.tally, item.seen[:, 0], item.links.sparse, plan, seed)
            item.tally.total = item.centre * item.tally.draws  # known without drawing
    else:
        _draw_schools(event_draws(null, schools), maps, analyses, plan, seed, progress)


def _draw_schools(
    source: EventDraws,
    maps: Mapping[str, TractMap],
    analyses: Sequence[Analysis],
    plan: DrawPlan,
    seed: int,
    progress: Progress | None,
) -> None:
    """Push drawn school counts through the catchments, batch by batch on a few threads."""
    generators = source.generators(seed)
    size = max(1, min(BATCH, _CELLS // max(1, *(len(m.students) for m in maps.values()))))

    def stage(done: int, wanted: int) -> None:
        parts = [min(size, wanted - start) for start in range(done, wanted, size)]
        batches = (source.draw(generators, part) for part in parts)
        waiting = [_waiting(item) for item in analyses if item.tally.rows.size]
        counted = in_order(partial(_counted, batch, maps, waiting) for batch in batches)
        for part, tails in zip(parts, counted, strict=True):
            for item, lesser, greater, total in tails:
                item.tally.add(lesser, greater, part, total)
            done += part
            if progress is not None:
                progress(done, wanted)

    settle([item.tally for item in analyses], plan, stage)


def _waiting(item: Analysis) -> tuple[Analysis, LocalStatistic]:
    """Give an analysis with its statistic of only those areas that wait for draws."""
    rows = item.tally.rows
    whole = rows.size == len(item.observed)
    return item, item.statistic if whole else item.statistic.on(rows)


def _counted(
    events: Floats,
    maps: Mapping[str, TractMap],
    waiting: Sequence[tuple[Analysis, LocalStatistic]],
) -> list[tuple[Analysis, NDArray[np.int64], NDArray[np.int64], Floats]]:
    """Push one batch of draws through each map and compare it with what was observed."""
    tails = []
    for catchment, tracts in maps.items():
        here = [each for each in waiting if each[0].catchment == catchment]
        allocated = tracts.allocation @ events if here else events
        for lens in {item.lens: None for item, _ in here}:
            drawn = lens.maps(allocated)
            for item, statistic in here:
                if item.lens is lens:
                    values, seen = statistic.of(drawn), item.observed[item.tally.rows][:, None]
                    lesser = (values <= seen + _TIE).sum(axis=1)
                    greater = (values >= seen - _TIE).sum(axis=1)
                    tails.append((item, lesser, greater, values.sum(axis=1)))
    return tails
