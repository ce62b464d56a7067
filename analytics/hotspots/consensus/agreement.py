"""The same map under many methods, weights and joins, and how many of them flag each area.

k of m is a measure of robustness, not of evidence. The analyses look at the same schools, so they
agree far more often than independent tests would: 20 of 24 is not twenty confirmations, and no
p-value can be made of k. What it does tell: an area that one analysis alone flags owes that to the
choice of method, neighbours or join, and an area that nearly all flag does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.hotspots.draws import Analysis, analyses_of, draw_null
from analytics.hotspots.nulls import Null
from analytics.hotspots.test import flags
from analytics.hotspots.tract_map import Measure, SchoolCounts, TractMap, tract_maps
from analytics.inputs import Bools, Progress
from analytics.local.significance import DrawPlan
from analytics.local.statistics import Statistic
from geo.weights.weights import Weights

AGREEMENT = (
    "hot in most",
    "hot in some",
    "hot in one only",
    "not flagged",
    "cold in one only",
    "cold in some",
    "cold in most",
    "hot and cold",
    "not shown",
)
"""Classes of `agreement`, in legend order: see `consensus`."""

MOST = 0.5
"""Share of the analyses that tested an area from which on it is "most"."""


@dataclass(frozen=True, eq=False)
class Consensus:
    """What a set of analyses says of each area.

    Attributes
    ----------
    areas : DataFrame
        One row an area: `hot`, `cold` (analyses that flag it so), `of` (analyses that tested it),
        `flagged` (k: the larger of hot and cold), `share` (k / of), `only` (the analysis, when one
        alone flags it, else ""), `analyses` (names of those that flag it, joined by "; ") and
        `agreement` (one of `AGREEMENT`).
    hot : DataFrame of bool
        Areas x analyses: which analysis calls which area hot.
    analyses : DataFrame
        One row an analysis: `method, weights, catchment` and `draws` (most draws of any area).
    """

    areas: pd.DataFrame
    hot: pd.DataFrame
    analyses: pd.DataFrame

    def robust(self, catchment: str) -> pd.Series:
        """Choose the hot areas that groups are made of.

        At least two analyses and at least `MOST` of those that tested the area must call it hot,
        for a group to act on must not hang on one choice; where only one analysis tested an area,
        that one decides, and its agreement says "in one only". And at least one of the analyses
        must use the join on the map, since the numbers shown with the group come from that join: a
        group of other joins would stand beside numbers that do not support it.
        """
        chosen = self.analyses["catchment"].eq(catchment).to_numpy()
        if not chosen.any():
            raise ValueError(f"none of the {len(chosen)} analyses uses the join {catchment!r}")
        areas = self.areas
        most = (areas["share"] >= MOST) & (areas["flagged"] >= areas["of"].clip(upper=2))
        hot: pd.Series = most & (areas["hot"] > areas["cold"])
        return hot & self.hot.loc[:, chosen].any(axis=1)


def run_set(
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    catchments: Mapping[str, Any],
    weights: Mapping[str, Weights],
    *,
    methods: Sequence[Statistic] = ("gi_star", "local_moran"),
    null: Null = "schools",
    measure: Measure = "ratio",
    strata: ArrayLike | pd.Series | None = None,
    types: ArrayLike | pd.Series | None = None,
    within: ArrayLike | pd.Series | None = None,
    draws: int = 999,
    max_draws: int = 9_999,
    alpha: float = 0.05,
    seed: int,
    progress: Progress | None = None,
) -> Consensus:
    """Run every method with every weights on every catchment, on one stream of draws.

    Parameters
    ----------
    x, n, measure, strata, types, within, draws, max_draws, seed, progress
        See `analytics.hotspots.hot_spots`. A school takes part when any catchment places it.
    catchments, weights : mapping
        Shares and neighbours by name, all weights over the same areas in the same order.
    methods : sequence of str
        Statistics of `hot_spots`.
    null : str
        One of `analytics.hotspots.nulls.NULLS` but "areas".
    alpha : float
        False-discovery level at which an analysis flags an area; each analysis has its own family.

    References
    ----------
    Steegen S, Tuerlinckx F, Gelman A, Vanpaemel W (2016) Perspectives on Psychological Science
    11:702-712 (report a result under every defensible choice).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> own, rows = {"own": np.eye(4)}, {"line": line}
    >>> said = run_set([90, 80, 10, 20], [100] * 4, own, rows, null="constant_risk", seed=1)
    >>> said.areas["agreement"].tolist()
    ['hot in most', 'hot in one only', 'cold in one only', 'cold in most']
    """
    if null == "areas":
        raise ValueError("null 'areas' does not draw schools; use schools or constant_risk here")
    plan, ids = DrawPlan(draws, max_draws, alpha), _common_ids(weights)
    schools, maps = tract_maps(
        x, n, catchments, ids, strata=strata, types=types, within=within, measure=measure
    )
    items = _begun(schools, maps, weights, methods, null)
    draw_null(null, schools, maps, list(items.values()), plan, seed=seed, progress=progress)
    sides, rows = [], []
    for (method, name, catchment), item in items.items():
        tested = maps[catchment].tested
        sides.append([_on_all(tested, side) for side in (*flags(item, alpha), item.tally.tested)])
        rows.append((method, name, catchment, int(item.tally.draws.max(initial=0))))
    about = pd.DataFrame(rows, columns=["method", "weights", "catchment", "draws"])
    about.index = pd.Index([analysis_name(*parts) for parts in items], dtype="str")
    hot, cold, tested = (
        pd.DataFrame(np.column_stack(part), ids, about.index) for part in zip(*sides, strict=True)
    )
    return consensus(hot, cold, tested, about)


def consensus(
    hot: pd.DataFrame, cold: pd.DataFrame, tested: pd.DataFrame, analyses: pd.DataFrame
) -> Consensus:
    """Count in how many analyses (columns) each area (row) is hot, cold and tested.

    The side with more flags leads. "Most" is at least two analyses and at least the share `MOST` of
    those that tested the area; "some" is at least two; one is "one only", also where a single
    analysis tested the area, for one choice cannot show that choices do not matter. As many hot as
    cold flags is "hot and cold". An area that no analysis tested is "not shown".

    Examples
    --------
    >>> hot = pd.DataFrame({"one": [True, True, False], "two": [True, False, False]})
    >>> cold = pd.DataFrame({"one": [False] * 3, "two": [False, False, True]})
    >>> about = pd.DataFrame(index=hot.columns)
    >>> consensus(hot, cold, hot | True, about).areas["agreement"].tolist()
    ['hot in most', 'hot in one only', 'cold in one only']
    """
    sums = {"hot": hot.sum(axis=1), "cold": cold.sum(axis=1), "of": tested.sum(axis=1)}
    table = pd.DataFrame(sums, hot.index)
    table["flagged"] = table[["hot", "cold"]].max(axis=1)
    table["share"] = table["flagged"] / table["of"].where(table["of"] > 0)
    both = (table["hot"] == table["cold"]) & table["hot"].gt(0)
    leading = np.where((table["cold"] > table["hot"]).to_numpy()[:, None], cold, hot)
    leading |= both.to_numpy()[:, None] & cold.to_numpy()
    names = np.asarray(hot.columns, dtype=object)
    listed = pd.Series(["; ".join(names[row]) for row in leading], hot.index, dtype="str")
    table["only"] = listed.where((table["flagged"] == 1) & ~both, "")
    table["analyses"] = listed
    table["agreement"] = _agreement(table)
    return Consensus(table, hot, analyses)


def analysis_name(method: str, weights: str, catchment: str) -> str:
    """Name an analysis by its parts, such as "gi_star, queen, zones"."""
    return f"{method}, {weights}, {catchment}"


def _begun(
    schools: SchoolCounts,
    maps: Mapping[str, TractMap],
    weights: Mapping[str, Weights],
    methods: Sequence[Statistic],
    null: Null,
) -> dict[tuple[str, str, str], Analysis]:
    """Begin every analysis of the set."""
    if not methods:
        raise ValueError("no method was given; give at least one statistic")
    return {
        (method, name, catchment): item
        for catchment, tracts in maps.items()
        for (method, name), item in analyses_of(
            catchment, tracts, schools, weights, methods, null
        ).items()
    }


def _common_ids(weights: Mapping[str, Weights]) -> pd.Index:
    """Give the areas that all weights share."""
    if not weights:
        raise ValueError("no weights were given; give at least one")
    (first, *others) = weights.items()
    for name, links in others:
        if not links.ids.equals(first[1].ids):
            raise ValueError(
                f"weights {name!r} and {first[0]!r} have different areas, or another order of "
                "them; build both from one table"
            )
    return first[1].ids


def _on_all(tested: Bools, flagged: Bools) -> Bools:
    """Spread flags of the tested areas over all areas."""
    every = np.zeros(tested.shape, dtype=np.bool_)
    every[tested] = flagged
    return every


def _agreement(table: pd.DataFrame) -> pd.Series:
    """Put areas into classes of agreement."""
    hot, cold, k = table["hot"], table["cold"], table["flagged"]
    side = pd.Series(np.where(hot > cold, "hot", "cold"), table.index, dtype="str")
    extent = np.select([k == 1, table["share"] >= MOST], ["one only", "most"], default="some")
    leading = (side + " in ").str.cat(pd.Series(extent, table.index, dtype="str"))
    rules = [table["of"] == 0, k == 0, hot == cold]
    words = np.select(rules, ["not shown", "not flagged", "hot and cold"], default=leading)
    return pd.Series(words, table.index, dtype="str")
