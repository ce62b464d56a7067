"""Hot spots of a place: tracts put into classes by one analysis or by many, and gathered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import pandas as pd

from analytics.hotspots.consensus.analyses import Consensus, run_set
from analytics.hotspots.consensus.cluster_summary import robust_areas
from analytics.hotspots.map_statistics import Statistic
from analytics.hotspots.nulls import Null
from analytics.hotspots.test import hot_spots
from analytics.hotspots.tract_map import Measure
from analytics.progress import Progress
from geo.weights.weights import Weights
from ui.hotspot_agreement import agreeing
from ui.hotspot_groups import grouped, touching_groups

DRAWS = 999
MAX_DRAWS = 99_999
CONSENSUS_MAX_DRAWS = 9_999
SEED = 20240901
CONSENSUS = ("gi_star", "local_moran")
Kind = Literal["consensus", "test", "scan", "membership"]


@dataclass(frozen=True, eq=False)
class HotSpots:
    """Result of one way of looking for hot spots on one view.

    Attributes
    ----------
    kind : str
        "consensus", "test", "scan" or "membership": it decides the classes of the map.
    tracts : DataFrame
        Index `geoid`, every tract: `tract_view` plus `map_class`, `hatched` (one analysis alone
        flags it), `q` (or NaN), `flagged` and `of` (analyses that flag it and that tested it),
        `analyses` and `group` (number of the hot group, missing outside).
    groups : DataFrame
        One row a contiguous hot group, most students affected first, see `ui.hotspot_groups`.
    draws : int
        Most rearrangements behind any tract.
    tested : int
        Tracts tested.
    ways : int
        Analyses made.
    notes : tuple of str
        What the method itself has to say of this map.
    """

    kind: Kind
    tracts: pd.DataFrame
    groups: pd.DataFrame
    draws: int
    tested: int
    ways: int = 1
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class MapView:
    """What every way of looking starts from: one year and level of one place.

    Attributes
    ----------
    schools, tracts : DataFrame
        From `ui.views`.
    touching : Weights
        Queen neighbours: they gather hot tracts into groups, whatever the test.
    measure : str
        "crude", "ratio" or "eb".
    alpha : float
        False-discovery rate at which a tract belongs to a group.
    """

    schools: pd.DataFrame
    tracts: pd.DataFrame
    touching: Weights
    measure: Measure
    alpha: float


def find_by_test(
    view: MapView,
    shares: pd.DataFrame,
    weights: Weights,
    *,
    statistic: str,
    null: str,
    progress: Progress | None = None,
) -> HotSpots:
    """Look for hot spots with one statistic, one null and one set of neighbours.

    Parameters
    ----------
    view : MapView
    shares : DataFrame
        Columns school_id, geoid, share.
    weights : Weights
        Neighbours of the test.
    statistic, null : str
        As for `analytics.hotspots.test.hot_spots`.
    progress : callable, optional
    """
    result = hot_spots(
        *_counts(view),
        shares,
        weights,
        statistic=cast("Statistic", statistic),
        null=cast("Null", null),
        measure=view.measure,
        strata=view.schools["level"],
        draws=DRAWS,
        max_draws=MAX_DRAWS,
        alpha=view.alpha,
        seed=SEED,
        progress=progress,
    )
    table = _shown_only(view.tracts, result[["q", "draws"]]).assign(
        map_class=result["hot_class"].where(view.tracts["shown"], "not shown"), hatched=False
    )
    passed = table["q"] <= view.alpha
    hot = table["map_class"].str.startswith("hot") & passed
    flagged = passed & table["map_class"].ne("not significant")
    table = table.assign(
        flagged=flagged.astype("Int64").where(table["shown"]),
        of=table["q"].notna().astype("Int64").where(table["shown"]),
        analyses="",
    )
    most = int(result["draws"].fillna(0).max())
    tested = int(result["q"].notna().sum())
    return HotSpots("test", *grouped(table, touching_groups(hot, view.touching)), most, tested)


def find_consensus(
    view: MapView,
    catchments: Mapping[str, pd.DataFrame],
    weights: Mapping[str, Weights],
    *,
    chosen: str,
    null: str,
    progress: Progress | None = None,
) -> HotSpots:
    """Look for hot spots that do not hang on the method, the neighbours or the join.

    Parameters
    ----------
    view : MapView
    catchments : mapping
        Shares by name of the join.
    weights : mapping
        Neighbours by name.
    chosen : str
        Join whose figures stand on the map: a group needs its support.
    null : str
        "schools" or "constant_risk".
    progress : callable, optional
    """
    found = run_set(
        *_counts(view),
        catchments,
        weights,
        methods=cast("Any", CONSENSUS),
        null=cast("Null", null),
        measure=view.measure,
        strata=view.schools["level"],
        draws=DRAWS,
        max_draws=CONSENSUS_MAX_DRAWS,
        alpha=view.alpha,
        seed=SEED,
        progress=progress,
    )
    return consensus_map(view, found, chosen)


def consensus_map(view: MapView, found: Consensus, chosen: str) -> HotSpots:
    """Put tracts into classes of agreement and gather those hot in most analyses."""
    areas, shown = found.areas.reindex(view.tracts.index), view.tracts["shown"]
    table = _shown_only(view.tracts, areas[["flagged", "of"]].astype("Int64")).assign(
        q=float("nan"),
        map_class=areas["agreement"].where(shown, "not shown"),
        hatched=areas["only"].ne("") & shown,
        analyses=areas["analyses"].where(shown, ""),
    )
    hot = robust_areas(found, catchment=chosen).reindex(table.index).eq("hot") & shown
    draws = int(found.analyses["draws"].max())
    tested = int(areas["of"].gt(0).sum())
    tracts, groups = grouped(table, touching_groups(hot, view.touching))
    told = agreeing(found, tracts["cluster"])
    groups = groups.assign(methods=groups["cluster"].map(told))
    return HotSpots("consensus", tracts, groups, draws, tested, len(found.analyses))


def _shown_only(tracts: pd.DataFrame, result: pd.DataFrame) -> pd.DataFrame:
    """Add results of a test; a tract that may not be shown gives none of them away."""
    return tracts.join(result.where(tracts["shown"]))


def _counts(view: MapView) -> tuple[pd.Series, pd.Series]:
    return view.schools["chronic_absent"], view.schools["enrolled"]
