"""How small and how weak a hot spot a map of this place could miss.

Hot spots of known size and strength are planted through the place's own join, and the same analysis
that makes its map looks for them. A map without hot spots is an all-clear only for those that the
table says it would have found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components
from scipy.special import betaincinv, expit, logit

from analytics.hotspots.nulls import residuals_beyond_size
from analytics.hotspots.tract_map import tract_maps
from analytics.inputs import Bools, Floats, Progress
from analytics.rates.intervals import clopper_pearson
from geo.weights.weights import Weights

ODDS = (1.25, 1.5, 2.0)
"""Times the odds of absence of the children who live in a planted hot spot."""

SIZES = (0.0035, 0.0114, 0.035)
"""Sizes of planted hot spots, as shares of the areas tested."""

_LEAST = (3, 5, 9)  # areas, where the shares give fewer
_MAP = "map"

Look = Callable[[pd.Series, int], Mapping[str, pd.Series]]
"""Takes events by school and a seed; gives the hot areas as each analysis sees them, by name."""


def sizes_of(tested: int) -> tuple[int, ...]:
    """Give the sizes of hot spots to plant in a place with so many tested areas.

    Examples
    --------
    >>> sizes_of(2200), sizes_of(250)
    ((8, 25, 77), (3, 5, 9))
    """
    return tuple(max(m, round(share * tested)) for m, share in zip(_LEAST, SIZES, strict=True))


def power(
    x: pd.Series,
    n: pd.Series,
    share: Any,
    weights: Weights,
    look: Look,
    *,
    sizes: Sequence[int] | None = None,
    odds: Sequence[float] = ODDS,
    replicates: int = 20,
    seed: int,
    progress: Progress | None = None,
    **schools: Any,
) -> pd.DataFrame:
    """Plant hot spots of several sizes and strengths and count how often each is found.

    A patch of touching areas is chosen at random. Children who live in it have `odds` times the
    odds of absence: school s expects `p_s = sum_t share_st expit(logit(p) + log(odds) [t in
    patch])`, p being what its level, size and type lead one to expect. Counts are beta-binomial
    with that mean and the over-dispersion between schools of its level. The same places, chances
    and starts of patches serve every size and strength, so that cells of the table compare well.

    Parameters
    ----------
    x, n, share
        See `analytics.hotspots.gi_star_schools`.
    weights : Weights
        What touches.
    look : callable
        The analysis; it is given events of schools on the index of x (missing where x is).
    sizes : sequence of int, optional
        Areas in a patch; None for `sizes_of` the areas tested. No patch is larger than the largest
        part of the place that hangs together.
    odds : sequence of float
        Odds ratios; 1 plants nothing.
    replicates : int
        Maps for each size and strength.
    progress : callable, optional
        Called with maps done and wanted; what it raises ends the work.
    **schools
        What else is known of the schools (`strata`, ...): see
        `analytics.hotspots.tract_map.tract_maps`.

    Returns
    -------
    DataFrame
        A row for each analysis, size and strength: `analysis, areas, odds`; `found`, the share of
        maps with a hot area in the patch, with `found_low, found_high` (Clopper-Pearson, 95 %, for
        the maps made); `recall`, the mean share of the patch that is hot where it is found;
        `precision`, the mean share of hot areas that lie in the patch, over maps with any;
        `recall_se` and `precision_se`; `any`, the share of maps with a hot area anywhere; and
        `maps`.

    References
    ----------
    Kulldorff M, Tango T, Park PJ (2003) Comput Stat Data Anal 42:665-684 (power of cluster tests by
    planted clusters). Williams DA (1982) Applied Statistics 31:144-148 (beta-binomial spread).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> x, n = pd.Series([40.0, 10, 35, 5]), pd.Series([100.0] * 4)
    >>> look = lambda events, seed: {"highest": events.set_axis(line.ids) >= events.max()}
    >>> table = power(x, n, np.eye(4), line, look, sizes=[1], odds=[1, 99], replicates=50, seed=1)
    >>> table.found.round(1).tolist()
    [0.4, 1.0]
    """
    place = _place(x, n, share, weights, schools)
    wanted = sizes_of(int(place.tested.sum())) if sizes is None else sizes
    sizes = list(dict.fromkeys(min(size, place.largest) for size in wanted))
    cells = [(size, ratio) for size in sizes for ratio in odds]
    scores: dict[tuple[str, int, float], list[Score]] = {}
    seeds = np.random.SeedSequence(seed).generate_state(3 * replicates).reshape(-1, 3)
    for replicate, (where, chance, test) in enumerate(seeds):
        order = place.outwards(np.random.default_rng(where), max(sizes))
        for done, (size, ratio) in enumerate(cells, replicate * len(cells) + 1):
            patch = np.isin(np.arange(len(weights.ids)), order[:size])
            events = place.events(patch, ratio, np.random.default_rng(chance))
            for name, hot in look(events.reindex(x.index), int(test)).items():
                flagged = hot.reindex(weights.ids, fill_value=False).to_numpy(dtype=np.bool_)
                scores.setdefault((name, size, ratio), []).append(score(flagged, patch))
            if progress is not None:
                progress(done, replicates * len(cells))
    return _table(scores)


class Score(NamedTuple):
    """How one map does with one patch; recall is NaN where it is not found, precision without hot.

    `hot` tells whether any area is hot.
    """

    hot: bool
    found: bool
    recall: float
    precision: float


def score(hot: Bools, patch: Bools) -> Score:
    """Compare the hot areas of a map with the patch planted in it.

    Examples
    --------
    >>> score(np.array([True, True, False, True]), np.array([True, True, True, False]))
    Score(hot=True, found=True, recall=0.6666666666666666, precision=0.6666666666666666)
    """
    both, flagged = int((hot & patch).sum()), int(hot.sum())
    recall = both / int(patch.sum()) if both else np.nan
    return Score(flagged > 0, both > 0, recall, both / flagged if flagged else np.nan)


@dataclass(frozen=True, eq=False)
class _Place:
    """Schools as the null expects them, where their children live, and what touches."""

    ids: pd.Index
    totals: Floats
    rates: Floats
    rho: Floats
    allocation: csr_array
    tested: Bools
    links: csr_array

    @property
    def largest(self) -> int:
        """Areas in the largest part of the place that hangs together."""
        return int(np.bincount(connected_components(self.links, directed=False)[1]).max())

    def outwards(self, rng: np.random.Generator, size: int) -> NDArray[np.intp]:
        """Start at a random tested area and give those around it, the nearest by steps first."""
        labels = connected_components(self.links, directed=False)[1]
        counts = np.bincount(labels)
        enough = counts[labels] >= min(size, counts.max())
        start = int(rng.choice(np.flatnonzero(enough)))
        order = breadth_first_order(self.links, start, directed=False, return_predecessors=False)
        areas: NDArray[np.intp] = np.flatnonzero(self.tested)[order]
        return areas

    def events(self, patch: Bools, odds: float, rng: np.random.Generator) -> pd.Series:
        """Draw counts of schools when children of a patch have other odds of absence."""
        inside = self.allocation.T @ patch[self.tested].astype(np.float64)
        raised = expit(logit(self.rates) + np.log(odds))
        p = self.rates + inside * (raised - self.rates)
        size = np.where(self.rho > 0, 1 / np.maximum(self.rho, 1e-12) - 1, np.inf)
        spread = np.isfinite(size) & (p > 0) & (p < 1)
        uniform, risk = rng.random(len(p)), p.copy()
        a, b = (p * size)[spread], ((1 - p) * size)[spread]
        risk[spread] = betaincinv(a, b, uniform[spread])
        drawn = rng.binomial(np.rint(self.totals).astype(np.int64), risk)
        return pd.Series(drawn.astype(np.float64), self.ids)


def _place(x: pd.Series, n: pd.Series, share: Any, weights: Weights, schools: Any) -> _Place:
    """Take what is expected of each school, and its spread, from the real place."""
    counts, maps = tract_maps(x, n, {_MAP: share}, weights.ids, measure="ratio", **schools)
    tracts = maps[_MAP]
    residuals = residuals_beyond_size(counts)
    return _Place(
        ids=counts.ids,
        totals=counts.totals,
        rates=residuals.expected / counts.totals,
        rho=residuals.rho,
        allocation=tracts.allocation,
        tested=tracts.tested,
        links=tracts.within(weights).sparse,
    )


def _table(scores: Mapping[tuple[str, int, float], Sequence[Score]]) -> pd.DataFrame:
    """Sum up the maps of each analysis, size and strength."""
    rows = []
    for (name, size, ratio), maps in scores.items():
        hot, found, recall, precision = (np.array(part) for part in zip(*maps, strict=True))
        low, high = clopper_pearson(found.sum(), len(maps))
        row = {"analysis": name, "areas": size, "odds": ratio, "found": found.mean()}
        row |= {"found_low": float(low), "found_high": float(high), "any": hot.mean()}
        row["recall"], row["recall_se"] = _mean(recall)
        row["precision"], row["precision_se"] = _mean(precision)
        rows.append({**row, "maps": len(maps)})
    table = pd.DataFrame(rows)
    return table.sort_values(["analysis", "areas", "odds"], kind="stable", ignore_index=True)


def _mean(values: Floats) -> tuple[float, float]:
    """Give the mean of what is known and its standard error; NaN where that is too little."""
    known = values[~np.isnan(values)]
    mean = float(known.mean()) if known.size else np.nan
    error = float(known.std(ddof=1) / np.sqrt(known.size)) if known.size > 1 else np.nan
    return mean, error
