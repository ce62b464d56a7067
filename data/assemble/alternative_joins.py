"""The joins that a place offers beside its own: made once, by the build."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from data.contracts.check import empty_table, validate
from data.contracts.tables import CONTRACTS
from data.panel import Panel
from geo.catchment import build_catchment
from geo.join.candidates import POOLS, Barrier
from geo.join.zones import fit_zones

BY_DISTANCE = ("gravity", "nearest")


def with_joins(panel: Panel) -> Panel:
    """Make every join that the files of a place allow, beside the one in its catchment.

    They start from the enrolments that this copy of the panel shows: the shares of a protected copy
    say nothing of an enrolment that it withholds.
    """
    own = panel.parameters["catchment"]["method"]
    names = [
        *(["zones"] if len(panel.zones) else []),
        *(BY_DISTANCE if panel.tracts["children"].gt(0).any() else []),
        "building",
    ]
    parts = [_made(panel, name).assign(join=name) for name in names if name != own]
    table = pd.concat([empty_table("joins"), *parts], ignore_index=True)
    valid = validate("joins", table[list(CONTRACTS["joins"].columns)])
    key = list(CONTRACTS["joins"].key)
    return replace(panel, joins=valid.sort_values(key, kind="stable", ignore_index=True))


def joined_schools(panel: Panel) -> gpd.GeoDataFrame:
    """Give the schools of the stored join, in metres, with the enrolment that is spread."""
    enrolled = enrolment(panel)
    return panel.schools.loc[enrolled.index].assign(enrolled=enrolled).to_crs(panel.area.crs)


def enrolment(panel: Panel) -> pd.Series:
    """Give the enrolment that a school's students are spread by; withheld stays not known."""
    return panel.catchment.groupby("school_id")["students"].sum(min_count=1)


def join_settings(panel: Panel) -> dict[str, Any]:
    """Give the settings of the stored join, as `geo.join.gravity.fit_gravity` takes them."""
    stored = panel.parameters["catchment"]
    barrier = Barrier(stored["barrier"]) if stored["barrier"] else None
    own = {name: stored[name] for name in ("scale_km", "k")}
    return {**own, "barrier": barrier, "grades": POOLS[stored["grades"]]}


def _made(panel: Panel, name: str) -> pd.DataFrame:
    """Join by one method; `why` is empty where the method treats all schools alike."""
    tracts = panel.tracts.to_crs(panel.area.crs)
    if name == "zones":
        zones = panel.zones.to_crs(panel.area.crs)
        fit = fit_zones(joined_schools(panel), tracts, zones, **join_settings(panel))
        of_school: Mapping[str, pd.Series] = {"placed_by": fit.method, "why": fit.why}
        return fit.table.assign(
            **{each: fit.table["school_id"].map(words) for each, words in of_school.items()}
        )
    if name == "building":
        enrolled = enrolment(panel)  # online schools have a point, and are in no join
        located = panel.schools.loc[enrolled.index, ["geoid", "geometry"]]
        located = located.assign(enrolled=enrolled)
        table = build_catchment(name, located, panel.tracts)
    else:
        own = join_settings(panel) if name == "gravity" else {}
        table = build_catchment(name, joined_schools(panel), tracts, **own)
    return table.assign(placed_by=name, why="")
