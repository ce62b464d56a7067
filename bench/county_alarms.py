"""How often chance alone makes a county look hot: one search over all counties, or one for each.

In a made-up state counties differ, and schools by level and size, but no place in a county does. A
reader looks at every county. ``python -m bench.county_alarms`` prints the part of states in which
any county shows a group, by the consensus of the Hot spots page.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.special import expit

from analytics.hotspots.consensus.agreement import run_set
from analytics.local.statistics import Statistic
from bench.app import row
from bench.made_land import made_land
from bench.made_schools import counted
from data.views.by_county import NULL, cut
from data.views.hot_spots import neighbours
from geo.catchment import build_catchment
from geo.weights.weights import Weights

METHODS: tuple[Statistic, ...] = ("gi_star", "local_moran")
JOINS = ("gravity", "nearest")
NEAR = ("queen", "knn6", "distance")
BETWEEN_COUNTIES, BETWEEN_SCHOOLS, BY_SIZE = 0.5, 0.35, -0.25  # logits
ALPHA = 0.05
DRAWS, MOST_DRAWS = 499, 1_999
ONE_TEST_DRAWS = 9_999


@dataclass(frozen=True, eq=False)
class State:
    """A made-up state without hot spots, to draw figures in again and again.

    Attributes
    ----------
    county : Series
        Of each tract.
    schools : DataFrame
        `level`, `county` and `enrolled` by school.
    shares : dict of DataFrame
        By join.
    weights : dict of Weights
        By kind of neighbours, cut at the lines of counties.
    """

    county: pd.Series
    schools: pd.DataFrame
    shares: dict[str, pd.DataFrame]
    weights: dict[str, Weights]


def state(seed: int, tracts: int, counties: int) -> State:
    """Make a state of Colorado with a school to nine tenths of a tract."""
    rng = np.random.default_rng(seed)
    land = made_land(rng, "08", tracts, counties)
    made = counted(rng, land, np.zeros(tracts), int(tracts / 0.9), 1, 0)
    listed = made.listed.set_index("School Code")
    enrolled = pd.to_numeric(
        made.absence.set_index("School Code")["Eligible Students"], errors="coerce"
    )
    points = gpd.points_from_xy(listed["Longitude"], listed["Latitude"], crs=4269)
    schools = gpd.GeoDataFrame(
        {"level": listed["Level"], "enrolled": enrolled.reindex(listed.index)},
        geometry=points.to_crs(land.crs),
    ).rename_axis("school_id")
    schools = schools[schools["enrolled"] > 0]
    schools["county"] = schools.sjoin_nearest(land[["county", "geometry"]])["county"]
    return State(
        land["county"],
        schools.drop(columns="geometry"),
        {name: build_catchment(name, schools, land) for name in JOINS},
        {name: cut(neighbours(land, name), land["county"]) for name in NEAR},
    )


def chance_alone(world: State, seed: int) -> pd.Series:
    """Draw absent students that differ by county, level and size, and by nothing else of place."""
    rng, schools = np.random.default_rng(seed), world.schools
    county = pd.Series(rng.normal(0, BETWEEN_COUNTIES, world.county.nunique()))
    county.index = pd.Index(sorted(world.county.unique()))
    logit = -1.4 + schools["level"].eq("high") * 0.5 + schools["county"].map(county)
    logit += BY_SIZE * np.log(schools["enrolled"] / 400)
    logit += BETWEEN_SCHOOLS * rng.normal(size=len(schools))
    absent = rng.binomial(schools["enrolled"].astype(int), expit(logit))
    return pd.Series(absent.astype(float), schools.index)


def hot_counties(world: State, absent: pd.Series, *, one_search: bool) -> set[str]:
    """List the counties that show a hot tract when the reader looks at all of them.

    Parameters
    ----------
    one_search : bool
        Whether the tracts of all counties are one family; else each county has its own.
    """
    if one_search:
        return set(world.county[_hot(world, absent, world.county.index)])
    parts = world.county.groupby(world.county).groups
    return {name for name, tracts in parts.items() if _hot(world, absent, tracts).any()}


def _hot(world: State, absent: pd.Series, tracts: pd.Index) -> pd.Series:
    """Mark the tracts that groups are made of."""
    shares = {
        name: table[table["geoid"].isin(tracts)].assign(share=_whole)
        for name, table in world.shares.items()
    }
    taking = world.schools.index[world.schools.index.isin(pd.concat(shares.values())["school_id"])]
    schools = world.schools.loc[taking]
    found = run_set(
        absent[taking],
        schools["enrolled"],
        shares,
        {name: each.subset(tracts) for name, each in world.weights.items()},
        null=NULL,
        methods=METHODS if len(shares) > 1 else METHODS[:1],
        strata=schools["level"],
        within=schools["county"],
        draws=DRAWS,
        max_draws=MOST_DRAWS if len(shares) > 1 else ONE_TEST_DRAWS,
        alpha=ALPHA,
        seed=1,
    )
    return found.robust(JOINS[0]).reindex(world.county.index, fill_value=False)


def _whole(table: pd.DataFrame) -> pd.Series:
    """Let the shares of a school that reaches beyond a part add up to 1 within it."""
    share: pd.Series = table["share"] / table.groupby("school_id")["share"].transform("sum")
    return share


def by_one_test(world: State) -> State:
    """Give the state as one test looks at it: one join and one kind of neighbours."""
    near, join = NEAR[0], JOINS[0]
    shares, weights = {join: world.shares[join]}, {near: world.weights[near]}
    return replace(world, shares=shares, weights=weights)


def alarms(
    replicates: int, tracts: int, counties: int, *, one_test: bool = False
) -> dict[bool, float]:
    """Give the part of states without hot spots in which any county shows one.

    Returns
    -------
    dict of bool to float
        True: one search over all counties; False: one for each.
    """
    world = state(1, tracts, counties)
    world = by_one_test(world) if one_test else world
    drawn = [chance_alone(world, seed) for seed in range(replicates)]
    return {
        one: float(np.mean([bool(hot_counties(world, each, one_search=one)) for each in drawn]))
        for one in (True, False)
    }


def run(replicates: int = 200) -> list[dict[str, Any]]:
    """Simulate a state of 600 tracts and 12 counties."""
    started = time.process_time()
    found, single = (alarms(replicates, 600, 12, one_test=one) for one in (False, True))
    note = f"{replicates} states without hot spots, {time.process_time() - started:.0f} s"
    room = ALPHA + 3 * float(np.sqrt(ALPHA * (1 - ALPHA) / replicates))
    return [
        row("any of 12 counties hot by chance, one search", found[True], target=room, note=note),
        row("any of 12 counties hot by chance, a search each", found[False]),
        row("the same by Gi* alone, one search", single[True], target=room),
        row("the same by Gi* alone, a search each", single[False]),
    ]


if __name__ == "__main__":
    from bench import report

    report(run(*map(int, sys.argv[1:2])))
