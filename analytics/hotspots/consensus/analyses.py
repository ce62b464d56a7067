"""The same map under many methods, weights and joins, on one stream of draws.

See `analytics.hotspots.consensus.agreement` for what k of m means, and what it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.hotspots.consensus.agreement import (
    AGREEMENT,
    FLAGS,
    PARTS,
    Consensus,
    consensus,
)
from analytics.hotspots.map_analysis import Analysis, analyses_of
from analytics.hotspots.map_draws import DrawPlan, run_draws
from analytics.hotspots.map_statistics import Statistic
from analytics.hotspots.map_table import result_table, sides
from analytics.hotspots.nulls import Null, event_draws
from analytics.hotspots.tract_map import (
    Measure,
    SchoolCounts,
    TractMap,
    tract_maps,
)
from analytics.progress import Progress
from geo.weights.weights import Weights

__all__ = ["AGREEMENT", "FLAGS", "Consensus", "analysis_name", "consensus", "run_set"]


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
    draws: int = 999,
    max_draws: int = 9_999,
    alpha: float = 0.05,
    seed: int,
    progress: Progress | None = None,
) -> Consensus:
    """Run every method with every weights on every catchment, on one stream of draws.

    Parameters
    ----------
    x, n, measure, strata, draws, max_draws, seed, progress
        As for `analytics.hotspots.test.hot_spots`. A school takes part when any catchment places
        it.
    catchments
        Shares by name, each as for `hot_spots`.
    weights
        Neighbours by name, all over the same areas; the first gives the order of areas.
    methods
        Statistics of `hot_spots`.
    null
        "schools" or "constant_risk".
    alpha
        False-discovery level at which an analysis flags an area; each analysis has its own family.

    Returns
    -------
    Consensus
        Of methods x weights x catchments.

    Raises
    ------
    ValueError
        As for `hot_spots`, weights over different areas, or nothing to run.

    References
    ----------
    Steegen S, Tuerlinckx F, Gelman A, Vanpaemel W (2016) Perspectives on Psychological Science
    11:702-712 (report a result under every defensible choice).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> given = [90, 80, 10, 20], [100] * 4, {"own": np.eye(4)}, {"line": line}
    >>> found = run_set(*given, null="constant_risk", seed=1)
    >>> found.areas["agreement"].tolist()
    ['hot in most', 'hot in one only', 'cold in one only', 'cold in most']
    """
    plan = DrawPlan(draws, max_draws, alpha)
    ids = _common_ids(weights)
    schools, maps = tract_maps(x, n, catchments, ids, strata=strata, measure=measure)
    items = _begun(schools, maps, weights, methods, null)
    source = event_draws(null, schools)
    run_draws(source, maps, list(items.values()), plan, seed=seed, progress=progress)
    flags, rows = {}, {}
    for parts, item in items.items():
        table = result_table(schools, maps[item.catchment], item, item.shown)
        name = analysis_name(*parts)
        flags[name] = _flags(table, alpha)
        rows[name] = {**dict(zip(PARTS, parts, strict=True)), "draws": item.draws.max(initial=0)}
    about = pd.DataFrame.from_dict(rows, orient="index")
    return consensus(pd.DataFrame(flags, index=ids), about, alpha=alpha)


def analysis_name(method: str, weights: str, catchment: str) -> str:
    """Name an analysis by its parts.

    Examples
    --------
    >>> analysis_name("gi_star", "queen", "zones")
    'gi_star, queen, zones'
    """
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
    items: dict[tuple[str, str, str], Analysis] = {}
    own_scale = null != "constant_risk"
    for catchment, tracts in maps.items():
        given = (catchment, tracts, schools.events, weights, methods)
        for parts, item in analyses_of(*given, own_scale=own_scale).items():
            items[(*parts, catchment)] = item
    return items


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


def _flags(table: pd.DataFrame, alpha: float) -> pd.Series:
    """Tell what one analysis says of each area."""
    sure, side = (table["q"] <= alpha).to_numpy(), sides(table)
    word = np.select([sure & (side > 0), sure & (side < 0)], ["hot", "cold"], default="none")
    return pd.Series(word, table.index, dtype="str").where(table["q"].notna())
