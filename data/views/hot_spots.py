"""Hot spots of a place: classes of tracts by one test or many, groups, and what a map can miss."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.hotspots.consensus.agreement import Consensus, run_set
from analytics.hotspots.consensus.groups import contiguous_groups
from analytics.hotspots.consensus.years import emerging
from analytics.hotspots.group_test import group_test
from analytics.hotspots.nulls import Null
from analytics.hotspots.power import power
from analytics.hotspots.test import hot_spots
from analytics.hotspots.tract_map import Measure
from analytics.inputs import Progress
from analytics.local.statistics import Statistic
from data.views.groups import agreeing, grouped
from geo.weights.weights import Weights

if TYPE_CHECKING:  # a page that shows no such map need not load them
    from analytics.membership import Membership
    from analytics.scan import Cluster

DRAWS = 999
MAX_DRAWS = 99_999
SET_MAX_DRAWS = 9_999  # of each of many tests: the analyses of a consensus, the school years
SEED = 20240901
NEAREST = 6
REACHED = 10
CONSENSUS = ("gi_star", "local_moran")
Kind = Literal["consensus", "test", "scan", "membership"]
TRACTS, GROUPS = "tracts", "groups"
REPLICATES = 20


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
        One row a contiguous hot group, most students affected first, see `data.views.groups`.
    draws : int
        Most rearrangements behind any tract.
    tested : int
        Tracts tested.
    ways : int
        Analyses made.
    circles : tuple of Cluster
        Of the scan: circles that pass, likeliest first.
    model : Membership, optional
        Of the membership model: what was fitted, without its draws.
    broad : DataFrame, optional
        Groups that pass as wholes, where groups were tested.
    whole_p : float, optional
        Chance that a rearranged map would be as uneven as a whole; None where groups were not
        tested, or the map has no spread.
    """

    kind: Kind
    tracts: pd.DataFrame
    groups: pd.DataFrame
    draws: int
    tested: int
    ways: int = 1
    circles: tuple[Cluster, ...] = ()
    model: Membership | None = None
    broad: pd.DataFrame | None = None
    whole_p: float | None = None


@dataclass(frozen=True, eq=False)
class MapView:
    """What every way of looking starts from: one year and level of one place.

    Attributes
    ----------
    schools, tracts : DataFrame
        From `data.views.schools_and_tracts`.
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
    shares : DataFrame
        Columns school_id, geoid, share.
    weights : Weights
        Neighbours of the test.
    statistic, null : str
        See `analytics.hotspots.test.hot_spots`.
    """
    result = hot_spots(
        *_counts(view),
        shares,
        weights,
        statistic=cast("Statistic", statistic),
        max_draws=MAX_DRAWS,
        **_settings(view, null, progress),
    )
    table = _shown_only(view.tracts, result[["q", "draws"]]).assign(
        map_class=result["hot_class"].where(view.tracts["shown"], "not shown"), hatched=False
    )
    hot, cold = (result[side] & view.tracts["shown"] for side in ("hot", "cold"))
    table = table.assign(
        flagged=(hot | cold).astype("Int64").where(table["shown"]),
        of=table["q"].notna().astype("Int64").where(table["shown"]),
        analyses="",
    )
    most = int(result["draws"].fillna(0).max())
    tested = int(result["q"].notna().sum())
    groups = contiguous_groups(hot, view.touching)
    return HotSpots(
        "test", *grouped(table, groups, view.schools, shares, view.touching), most, tested
    )


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
    catchments : mapping
        Shares by name of the join.
    weights : mapping
        Neighbours by name.
    chosen : str
        Join whose figures stand on the map: a group needs its support.
    null : str
        One of `analytics.hotspots.nulls.NULLS` but "areas".
    """
    consensus = run_set(
        *_counts(view),
        catchments,
        weights,
        methods=cast("Any", CONSENSUS),
        max_draws=SET_MAX_DRAWS,
        **_settings(view, null, progress),
    )
    return consensus_map(view, consensus, chosen, catchments[chosen])


def consensus_map(
    view: MapView, consensus: Consensus, chosen: str, shares: pd.DataFrame
) -> HotSpots:
    """Put tracts into classes of agreement and gather those hot in most analyses."""
    areas, shown = consensus.areas.reindex(view.tracts.index), view.tracts["shown"]
    table = _shown_only(view.tracts, areas[["flagged", "of"]].astype("Int64")).assign(
        q=float("nan"),
        map_class=areas["agreement"].where(shown, "not shown"),
        hatched=areas["only"].ne("") & shown,
        analyses=areas["analyses"].where(shown, ""),
    )
    hot = consensus.robust(chosen).reindex(table.index, fill_value=False) & shown
    draws = int(consensus.analyses["draws"].max())
    tested = int(areas["of"].gt(0).sum())
    ids = contiguous_groups(hot, view.touching)
    tracts, groups = grouped(table, ids, view.schools, shares, view.touching)
    words = agreeing(consensus, tracts["cluster"])
    groups = groups.assign(methods=groups["cluster"].map(words))
    return HotSpots("consensus", tracts, groups, draws, tested, len(consensus.analyses))


def held_alike(schools: pd.DataFrame) -> dict[str, pd.Series]:
    """Give what a null may hold alike: level, type, and county of the tract where a school stands.

    Parameters
    ----------
    schools : DataFrame
        From `schools_and_tracts.school_view`.
    """
    county = schools["geoid"].astype("str").str[:5]
    return {"strata": schools["level"], "types": schools["school_type"], "within": county}


def neighbours(tracts: gpd.GeoDataFrame, name: str) -> Weights:
    """Build one kind of neighbours.

    Parameters
    ----------
    tracts : GeoDataFrame
        Index `geoid`, polygons in a projected CRS.
    name : str
        "queen" (tracts that touch), "knn6" (the 6 nearest centres, fewer in a tiny place) or
        "distance" (centres within the reaches of both, see `Weights.adaptive_band`).

    Raises
    ------
    KeyError
        Another name.
    """
    if len(tracts) == 1:
        return Weights.from_edges(tracts.index, [], [])
    makers = {
        "queen": lambda: Weights.queen(tracts),
        "knn6": lambda: Weights.knn(tracts, min(NEAREST, len(tracts) - 1)),
        "distance": lambda: Weights.adaptive_band(tracts, min(REACHED, len(tracts) - 1)),
    }
    return makers[name]()


def _shown_only(tracts: pd.DataFrame, result: pd.DataFrame) -> pd.DataFrame:
    """Add results of a test; a tract that may not be shown gives none of them away."""
    return tracts.join(result.where(tracts["shown"]))


def _counts(view: MapView) -> tuple[pd.Series, pd.Series]:
    return view.schools["chronic_absent"], view.schools["enrolled"]


def _settings(view: MapView, null: str, progress: Progress | None) -> dict[str, Any]:
    """Give what all tests of a view are asked alike."""
    return {
        **{"null": null, "measure": view.measure, "alpha": view.alpha},
        **held_alike(view.schools),
        **{"draws": DRAWS, "seed": SEED, "progress": progress},
    }


@dataclass(frozen=True, eq=False)
class History:
    """Hot spots of every school year by one and the same test.

    Attributes
    ----------
    hot : DataFrame
        Tract by school year: True where hot at the chosen level.
    pattern : DataFrame
        From `analytics.hotspots.consensus.years.emerging`, on the same tracts.
    left_out : tuple of str
        Unusual years that the pattern does not use.
    """

    hot: pd.DataFrame
    pattern: pd.DataFrame
    left_out: tuple[str, ...]


def history(
    views: Mapping[str, MapView],
    shares: Mapping[str, pd.DataFrame],
    unusual: Collection[str],
    progress: Progress | None = None,
) -> History:
    """Test every school year with Gi*, touching tracts and the school-level null.

    Parameters
    ----------
    views, shares : mapping
        By school year: what the test of that year starts from.
    unusual : collection of str
        School years cut short or remote.
    """
    hot, log_ratio = {}, {}
    for done, (year, view) in enumerate(sorted(views.items())):
        tests = hot_spots(
            *_counts(view),
            shares[year],
            view.touching,
            max_draws=SET_MAX_DRAWS,
            **_settings(view, "schools", _part(progress, done, len(views))),
        )
        shown = view.tracts["shown"]
        hot[year] = (tests["hot"] & shown).where(tests["q"].notna() & shown).astype("boolean")
        log_ratio[year] = np.log(view.tracts["ratio"].where(shown & view.tracts["ratio"].gt(0)))
    flags = pd.DataFrame(hot)
    pattern = emerging(flags, pd.DataFrame(log_ratio), leave_out=unusual)
    return History(flags, pattern, tuple(sorted(set(views) & set(unusual))))


def _part(progress: Progress | None, done: int, parts: int) -> Progress | None:
    """Tell the progress of one part of equal parts."""
    if progress is None:
        return None
    whole = 1_000

    def report(steps: int, wanted: int) -> None:
        progress(int(whole * (done + steps / max(wanted, 1))), whole * parts)

    return report


def with_group_test(view: MapView, shares: pd.DataFrame, found: HotSpots, null: str) -> HotSpots:
    """Add what Gi* with touching tracts says of groups as wholes, at the level of the view.

    Parameters
    ----------
    view, shares
        As `data.views.hot_spots.find_by_test` is given them.
    found : HotSpots
        Any map of the view.
    null : str
        A null that draws schools.

    Returns
    -------
    HotSpots
        With `group_p` of tracts (missing outside groups above the threshold) and of groups (that
        of the tested group they lie in), `broad`, the groups that pass, and `whole_p`.
    """
    result = group_test(
        *_counts(view),
        shares,
        view.touching,
        null=cast("Null", null),
        measure=view.measure,
        **held_alike(view.schools),
        draws=DRAWS,
        seed=SEED,
    )
    high = result.areas["above"].gt(0) & view.tracts["shown"]
    p = result.areas["group_p"].where(high)
    tracts = found.tracts.assign(group_p=p)
    ids = contiguous_groups(p <= view.alpha, view.touching)
    inside, broad = grouped(tracts, ids, view.schools, shares, view.touching)
    return replace(
        found,
        tracts=tracts,
        groups=_with_p(found.groups, p.groupby(tracts["cluster"]).min()),
        broad=_with_p(broad, p.groupby(inside["cluster"]).min()),
        whole_p=None if np.isnan(result.whole_p) else result.whole_p,
    )


def _with_p(groups: pd.DataFrame, p: pd.Series) -> pd.DataFrame:
    """Add p to groups by their id; a group without any mass weighs no more than nothing."""
    return groups.assign(group_p=groups["cluster"].map(p).astype("float64").fillna(1.0))


@dataclass(frozen=True, eq=False)
class Power:
    """What a map of a view finds of planted hot spots.

    Attributes
    ----------
    table : DataFrame
        As `analytics.hotspots.power.power` gives it, for the analyses "tracts" (in a hot group on
        the map) and "groups" (in a group that passes as a whole).
    method : str
        How the maps looked for hot spots: "consensus" or a statistic.
    """

    table: pd.DataFrame
    method: str


def power_of(
    view: MapView,
    shares: pd.DataFrame,
    find: Callable[[MapView], HotSpots],
    method: str,
    *,
    replicates: int = REPLICATES,
    progress: Progress | None = None,
) -> Power:
    """Plant hot spots in a view through one join, and look for them as its map does.

    Parameters
    ----------
    find : callable
        Makes the map of a view, groups tested.
    method : str
        What it does, for the words.
    """

    def look(events: pd.Series, _seed: int) -> dict[str, pd.Series]:
        schools = view.schools.assign(chronic_absent=events)
        found = find(replace(view, schools=schools))
        passing = (found.tracts["group_p"] <= view.alpha).fillna(value=False)
        return {TRACTS: found.tracts["cluster"].notna(), GROUPS: passing}

    table = power(
        view.schools["chronic_absent"],
        view.schools["enrolled"],
        shares,
        view.touching,
        look,
        **held_alike(view.schools),
        replicates=replicates,
        seed=SEED,
        progress=progress,
    )
    return Power(table, method)
