"""Speed of Gi* with the school-level null on New York City, and what the right null changes."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from analytics.hotspots import gi_star_schools
from analytics.null_check import naive_and_right
from bench import report
from geo.catchment import build_catchment
from geo.weights import Weights

YEAR = "2018-19"
TARGET_SECONDS = 1.5


def tracts() -> gpd.GeoDataFrame:
    """Read New York City's 2020 tracts with children, in metres."""
    folder = Path(os.environ["ATLAS_MIRROR"]) / "nyc"
    land = gpd.read_file(folder / "nyc_tracts" / "census_tract_2020.geojson").set_index("geoid")
    svi = pd.read_csv(
        folder / "cdc_svi" / "NewYork.csv", encoding="utf-8-sig", dtype={"FIPS": str}
    ).set_index("FIPS")
    children = svi["E_AGE17"].reindex(land.index)
    return land[["geometry"]].assign(children=children.where(children >= 0)).to_crs(32618)


def schools() -> gpd.GeoDataFrame:
    """Read the schools of one year with counts, level and point."""
    folder = Path(os.environ["ATLAS_MIRROR"]) / "nyc"
    rows = pd.read_csv(folder / "nyc_doe_attendance" / "attendance_all_years.csv")
    rows = rows[rows["year"] == YEAR].set_index("dbn")
    places = pd.read_csv(
        folder / "nyc_school_locations" / "2019-2020_School_Locations.csv", encoding="utf-8-sig"
    )
    places = places.assign(system_code=places["system_code"].str.strip())
    places = places.sort_values("Status_descriptions", key=lambda s: s != "Open")
    places = places.drop_duplicates("system_code").set_index("system_code").reindex(rows.index)
    table = {
        "enrolled": rows["contributing_10_total_days"],
        "chronic_absent": rows["chronically_absent"],
        "level": places["Location_Category_Description"],
    }
    points = gpd.points_from_xy(places["LONGITUDE"], places["LATITUDE"])
    found = gpd.GeoDataFrame(table, geometry=points, crs=4326).rename_axis("school_id")
    return found[places["LATITUDE"].notna().to_numpy()]


def _timed(draws: int, arguments: tuple[Any, ...], strata: pd.Series) -> float:
    """Time one call."""
    start = time.perf_counter()
    gi_star_schools(*arguments, strata=strata, draws=draws, seed=1, measure="ratio")
    return time.perf_counter() - start


def run() -> list[dict[str, Any]]:
    """Time the test and count significant tracts under both nulls."""
    if not os.environ.get("ATLAS_MIRROR"):
        return [skipped("Gi* with the school-level null on New York City")]
    land, places = tracts(), schools()
    share = build_catchment("gravity", places, land)
    given = (places["chronic_absent"], places["enrolled"], share, Weights.queen(land))
    level = places["level"]
    _timed(9, given, level)
    seconds, many = _timed(999, given, level), _timed(9999, given, level)
    both = naive_and_right(*given, strata=level, draws=9999, seed=1, measure="ratio")
    return [
        {
            "question": "Gi* with 999 school-level permutations on New York City",
            "ours": seconds,
            "peer": TARGET_SECONDS,
            "peer_name": "budget",
            "ratio": seconds / TARGET_SECONDS,
            "target": 1.0,
            "unit": "s",
            "ok": seconds <= TARGET_SECONDS,
            "note": f"9,999 draws take {many:.2f} s",
        },
        {
            "question": "Tracts with q <= .05 (school-level null against shuffled tracts)",
            "ours": both.schools_null,
            "peer": both.areas_null,
            "peer_name": "shuffled tracts",
            "ratio": both.schools_null / both.areas_null,
            "target": 0.5,
            "unit": "tracts",
            "ok": both.schools_null <= 0.5 * both.areas_null,
            "note": f"{both.tested:,} tracts tested, ratio measure, 9,999 draws",
        },
    ]


def skipped(question: str) -> dict[str, Any]:
    """Say that a question was not asked on this machine."""
    note = "skipped: ATLAS_MIRROR is not set"
    answer = {"question": question, "ours": float("nan"), "unit": "", "ok": True, "note": note}
    return {**answer, "peer": None, "peer_name": "", "ratio": None, "target": None}


if __name__ == "__main__":
    report(run())
