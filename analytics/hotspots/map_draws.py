"""One stream of drawn school counts, pushed through every catchment to every statistic wanted.

The product of catchment and draws is what costs; statistics on the drawn maps are cheap. A test of
one map is the case of one catchment and one statistic.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from analytics.hotspots.map_analysis import Analysis, Tails
from analytics.hotspots.nulls import EventDraws
from analytics.hotspots.tract_map import TractMap
from analytics.inputs import Bools, Floats
from analytics.local.adaptive import next_draws, unsettled
from analytics.progress import Progress

_BATCH = 64  # draws pushed through at once
_THREADS = 2
_CELLS = 2**21  # numbers of one drawn batch of one map: 16 MB

Found = TypeVar("Found")


@dataclass(frozen=True)
class DrawPlan:
    """How many draws, and for what decision.

    Attributes
    ----------
    draws
        Draws of every area.
    max_draws
        Draws of the areas whose decision is not settled before; `draws` for no more.
    alpha
        False-discovery level of the decision.
    """

    draws: int
    max_draws: int
    alpha: float

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise ValueError(f"draws must be at least 1, not {self.draws}")
        if self.max_draws < self.draws:
            raise ValueError(f"max_draws {self.max_draws} is below draws {self.draws}; raise it")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha must lie between 0 and 1, not {self.alpha}")


def run_draws(
    source: EventDraws,
    maps: Mapping[str, TractMap],
    analyses: Sequence[Analysis],
    plan: DrawPlan,
    *,
    seed: int,
    progress: Progress | None = None,
) -> None:
    """Draw school counts and let every analysis count, until each decision is settled.

    Parameters
    ----------
    source
        Draws of school counts under the null.
    maps
        Maps by name.
    analyses
        What to count; they change in place.
    plan
        Number of draws.
    seed
        Seed; results depend on neither batches nor threads.
    progress
        Called with draws done and draws wanted, which grows while decisions stay open. What it
        raises ends the work.
    """
    generators = source.generators(seed)
    size = max(1, min(_BATCH, _CELLS // max(1, *(len(m.students) for m in maps.values()))))
    done, wanted = 0, plan.draws
    with ThreadPoolExecutor(_THREADS) as pool:
        while wanted > done and any(a.open for a in analyses):
            parts = [min(size, wanted - start) for start in range(done, wanted, size)]
            batches = (source.draw(generators, part) for part in parts)
            found = _in_order(pool, (partial(_counted, b, maps, analyses) for b in batches))
            for part, tails in zip(parts, found, strict=True):
                for item, tail in tails:
                    item.add(tail, part)
                done += part
                if progress is not None:
                    progress(done, wanted)
            wanted = next_draws(done, plan.max_draws)
            if wanted > done:
                for item in analyses:
                    item.ask(_open_areas(item, plan.alpha))


def _in_order(pool: ThreadPoolExecutor, tasks: Iterable[Callable[[], Found]]) -> Iterator[Found]:
    """Do tasks on all threads, a few ahead, giving results in the order of the tasks."""
    waiting: deque[Future[Found]] = deque()
    for task in tasks:
        waiting.append(pool.submit(task))
        if len(waiting) > _THREADS:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _open_areas(item: Analysis, alpha: float) -> Bools:
    """Tell which areas need further draws; an area once settled stays so."""
    waiting = np.zeros(len(item.observed), dtype=np.bool_)
    waiting[item.rows] = True
    return waiting & unsettled(
        item.lesser, item.greater, np.maximum(item.draws, 1), alpha, item.tested
    )


def _counted(
    events: Floats, maps: Mapping[str, TractMap], analyses: Sequence[Analysis]
) -> list[tuple[Analysis, Tails]]:
    """Push one batch of draws through each map to the statistics that wait for it."""
    tails = []
    for catchment, tracts in maps.items():
        waiting = [a for a in analyses if a.catchment == catchment and a.open]
        if not waiting:
            continue
        allocated = tracts.allocation @ events
        for lens in {id(a.lens): a.lens for a in waiting}.values():
            drawn = lens.maps(allocated)
            tails += [(item, item.tails(drawn)) for item in waiting if item.lens is lens]
    return tails
