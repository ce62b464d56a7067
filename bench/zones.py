"""New York City's attendance zones laid over its tracts, against tobler in the same process.

Reads the real zones and tracts from the folder named by ATLAS_MIRROR. Reading, mending and the
import of either library are left out of the clock.
"""

import importlib
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from bench import report
from geo.areas.boundaries import repair
from geo.areas.crosswalk import overlap_areas
from geo.join.zones import fit_zones

TRACTS = Path("nyc", "nyc_tracts", "census_tract_2020.geojson")
ZONES = Path("nyc", "school_zones", "zones.geojson")
CRS = "EPSG:32118"
TARGET = 0.7
TOTAL_ERROR = 1e-9
ROUNDS = 9


def read(path: Path) -> gpd.GeoDataFrame:
    """Read a layer in metres, with valid rings."""
    return repair(gpd.read_file(Path(os.environ["ATLAS_MIRROR"]) / path).to_crs(CRS)).table


def best_times(ours: Callable[[], Any], peer: Callable[[], Any]) -> tuple[float, float]:
    """Return the shortest of several runs of each in seconds, taken in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for work, taken in zip((ours, peer), times, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return min(times[0]), min(times[1])


def run() -> list[dict[str, Any]]:
    """Measure and check; one row for each question."""
    tracts, zones = read(TRACTS), read(ZONES)
    # The figure carried does not matter for the clock; the area makes the right answer known.
    tracts["children"] = tracts.area / 1e4
    rows = [
        row
        for level in ("elementary", "middle")
        for row in _against_tobler(tracts, zones[zones["zone_type"] == level], level)
    ]
    return [*rows, *_whole_join(tracts.set_index("geoid"), zones)]


def _against_tobler(
    tracts: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, level: str
) -> list[dict[str, Any]]:
    try:
        peer_interpolate = importlib.import_module("tobler.area_weighted").area_interpolate
    except ImportError:
        return [_row("areal weighting", (np.nan, None), None, True, "tobler is not installed")]

    def ours() -> Any:
        shapes, targets = tracts.geometry.to_numpy(), zones.geometry.to_numpy()
        figure = overlap_areas(targets, shapes) @ (tracts["children"] / tracts.area).to_numpy()
        return pd.DataFrame({"children": figure}, index=zones.index)

    def peer() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return peer_interpolate(
                tracts, zones, extensive_variables=["children"], allocate_total=False
            )

    zones = zones.assign(zone=range(len(zones)))
    cut = gpd.overlay(zones[["zone", "geometry"]], tracts[["geometry"]], keep_geom_type=True)
    truth = cut.area.groupby(cut["zone"]).sum().to_numpy() / 1e4
    error, peer_error = (
        float(np.max(np.abs(work()["children"].to_numpy() / truth - 1))) for work in (ours, peer)
    )
    seconds, peer_seconds = best_times(ours, peer)
    note = f"{len(zones):,} zones, {len(tracts):,} tracts"
    return [
        _row(f"seconds, {level} zones to tracts", (seconds, peer_seconds), TARGET, None, note),
        _row(
            f"largest relative error of a zone's total, {level}",
            (error, None),
            TOTAL_ERROR,
            None,
            f"tobler {peer_error:.1e}",
        ),
    ]


def _whole_join(tracts: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    table = zones.rename(columns={"zone_type": "level"})
    table = table.assign(school_id=table["dbn"].str.split(",")).explode("school_id")
    table["zone_id"] = table["level"] + " " + table["esid_no"].fillna(table["msid_no"])
    table["school_id"] = table["school_id"].str.strip()
    named = table.dropna(subset="school_id").drop_duplicates("school_id").set_index("school_id")
    schools = named[["level"]].assign(enrolled=100.0)
    start = time.perf_counter()
    fit = fit_zones(schools, tracts, table)
    seconds = time.perf_counter() - start
    total = schools["enrolled"][fit.method == "zones"].sum()
    error = abs(fit.table["students"].sum() / total - 1)
    note = f"{fit.pieces:,} pieces, {fit.summary()}"
    return [
        _row("seconds, whole zones join of both levels", (seconds, None), None, True, note),
        _row("relative error of the students' total", (error, None), TOTAL_ERROR, None, ""),
    ]


def _row(
    question: str,
    measured: tuple[float, float | None],
    target: float | None,
    ok: bool | None,
    note: str,
) -> dict[str, Any]:
    ours, peer = measured
    ratio = ours / peer if peer else None
    judged = ours if ratio is None else ratio
    return {
        "question": question,
        "ours": ours,
        "peer": peer,
        "peer_name": "tobler.area_interpolate",
        "ratio": ratio,
        "target": target,
        "ok": bool(ok if target is None else judged <= target),
        "note": note,
    }


if __name__ == "__main__":
    raise SystemExit(not report(run()))
