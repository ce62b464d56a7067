"""The school-level null on New York City: its speed, and the figures that documents quote.

``python -m bench.school_null`` times one test, adaptive draws and a consensus.
``python -m bench.school_null quoted 2018-19 2024-25`` prints what README, docs/methods.md and
docs/decisions say of the map of these years, as the pages count it. ``... power 2018-19`` plants
hot spots in that map (minutes). Both build the city first, unless `ATLAS_HOME` holds it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from analytics.hotspots.consensus.agreement import run_set
from analytics.hotspots.test import hot_spots
from bench import report
from bench.app import new_york
from data.store.folders import list_panels
from geo.catchment import build_catchment
from geo.join.candidates import ONE_POOL
from geo.weights.weights import Weights
from ui import queries
from ui.hotspots.power import power_sentences, power_words
from ui.maps.decks import by_class
from ui.queries import drivers as queries_drivers
from ui.queries import hotspots as queries_hotspots
from ui.queries import why as queries_why
from ui.selection import Selection

YEAR = "2018-19"
TARGET_SECONDS = 1.0
CONSENSUS_SECONDS = 8.0
TIMES = 3
ALPHA = 0.05


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


def _timed(work: Callable[[], pd.DataFrame]) -> tuple[float, pd.DataFrame]:
    """Give the best of a few times, and the result."""
    seconds = []
    for _ in range(TIMES):
        start = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), found


def _budget(question: str, seconds: float, budget: float, note: str) -> dict[str, Any]:
    """Compare a time with what it may take."""
    ratio = seconds / budget
    answer = {"question": question, "ours": seconds, "peer": budget, "peer_name": "budget"}
    return {**answer, "ratio": ratio, "target": 1.0, "unit": "s", "ok": ratio <= 1, "note": note}


def one_test(given: tuple[Any, ...], level: pd.Series) -> list[dict[str, Any]]:
    """Time one test with 999, 9,999 and adaptive draws."""

    def test(draws: int, max_draws: int | None = None) -> tuple[float, pd.DataFrame]:
        options = {"draws": draws, "max_draws": max_draws, "alpha": ALPHA, "seed": 1}
        return _timed(lambda: hot_spots(*given, strata=level, **options))

    few, _ = test(999)
    many, full = test(9_999)
    adaptive, found = test(999, 9_999)
    changed = int(((found["q"] <= ALPHA) != (full["q"] <= ALPHA)).sum())
    redrawn = int((found["draws"] > 999).sum())
    question = "Gi* with 999 school-level permutations on New York City"
    return [
        _budget(question, few, TARGET_SECONDS, f"9,999 draws take {many:.2f} s"),
        {
            "question": "The same with draws up to 9,999 only where a decision is open",
            "ours": adaptive,
            "peer": many,
            "peer_name": "9,999 draws everywhere",
            "ratio": adaptive / many,
            "target": 0.9,
            "unit": "s",
            "ok": adaptive <= 0.9 * many,
            "note": f"{redrawn} tracts redrawn, {changed} decisions at q <= .05 differ",
        },
    ]


def many_tests(
    land: gpd.GeoDataFrame, places: gpd.GeoDataFrame, share: pd.DataFrame, queen: Weights
) -> dict[str, Any]:
    """Time the consensus of 18 analyses: 3 joins x 3 weights x 2 methods."""
    points = land.representative_point()
    weights = {
        "queen": queen,
        "knn 6": Weights.knn(points, 6),
        "distance": Weights.distance_band(points, 1_000),
    }
    joins = {name: build_catchment(name, places, land) for name in ("nearest", "building")}
    given = (places["chronic_absent"], places["enrolled"], {"gravity": share, **joins}, weights)
    seconds, areas = _timed(lambda: run_set(*given, strata=places["level"], seed=1).areas)
    most, alone = areas["agreement"].eq("hot in most").sum(), areas["only"].ne("").sum()
    note = f"{most} tracts hot in most, {alone} flagged by one analysis only"
    question = "Consensus of 18 analyses, draws up to 9,999 where a decision is open"
    return _budget(question, seconds, CONSENSUS_SECONDS, note)


def run() -> list[dict[str, Any]]:
    """Time the tests and count significant tracts under both nulls."""
    if not os.environ.get("ATLAS_MIRROR"):
        return [skipped("Gi* with the school-level null on New York City")]
    land, places = tracts(), schools()
    share = build_catchment("gravity", places, land, grades=ONE_POOL, k=40)  # as the app does
    queen = Weights.queen(land)
    given, level = (places["chronic_absent"], places["enrolled"], share, queen), places["level"]
    options = {"strata": level, "draws": 9_999, "seed": 1}
    right, naive = (hot_spots(*given, null=null, **options) for null in ("schools", "areas"))
    tested = int(right["q"].notna().sum())
    ours, peer = (int((table["q"] <= ALPHA).sum()) for table in (right, naive))
    return [
        *one_test(given, level),
        many_tests(land, places, share, queen),
        {
            "question": "Tracts with q <= .05 (school-level null against shuffled tracts)",
            "ours": ours,
            "peer": peer,
            "peer_name": "shuffled tracts",
            "ratio": ours / peer,
            "target": 0.5,
            "unit": "tracts",
            "ok": ours <= 0.5 * peer,
            "note": f"{tested:,} tracts tested, ratio measure, 9,999 draws",
        },
    ]


def skipped(question: str) -> dict[str, Any]:
    """Say that a question was not asked on this machine."""
    note = "skipped: ATLAS_MIRROR is not set"
    answer = {"question": question, "ours": float("nan"), "unit": "", "ok": True, "note": note}
    return {**answer, "peer": None, "peer_name": "", "ratio": None, "target": None}


def quoted(year: str) -> Iterator[tuple[str, str]]:
    """Give what documents quote of the maps of one year: what is counted, and the counts."""
    view = replace(queries.choices("nyc").default(), year=year)
    for null in ("schools", "schools_within"):
        found = queries_hotspots.found(replace(view, null=null))
        classes, groups = found.tracts["map_class"].value_counts(), found.groups
        names = ("hot in some", "hot in one only", "cold in most")
        said = ", ".join(f"{classes.get(name, 0):,} {name}" for name in names)
        yield f"consensus, {null}", f"{found.ways} analyses; {_hot(groups)}; {said}"
        if found.broad is not None:
            yield f"groups as wholes, {null}", str(sorted(found.broad["tracts"], reverse=True))
        for row in groups.itertuples():
            excess = f"{row.excess:,.0f} ({row.excess_low:,.0f} to {row.excess_high:,.0f})"
            yield f"  {row.name}", f"{row.tracts} tracts, excess {excess}, {row.shrunken:,.0f}"
            others = queries_hotspots.other_years(found, replace(view, cluster=row.cluster))
            times = 1 + others["excess"] / others["expected"]
            own = 1 + row.excess / (row.chronic_absent - row.excess)
            said = ", ".join(f"{other} {ratio:.2f}" for other, ratio in times.items())
            yield "    as many times as expected", f"{own:.2f}; {said}"
    for null in ("schools", "schools_within", "areas"):
        found = queries_hotspots.found(replace(view, method="gi_star", null=null))
        cold = int(found.tracts["map_class"].isin(["cold 95", "cold 99"]).sum())
        least = f"{found.tested:,} tested, least q {found.tracts['q'].min():.4f}"
        yield f"Gi*, {null}", f"{_hot(found.groups)}; {cold} cold; {least}"
    for null in ("schools", "schools_within"):
        found = queries_hotspots.found(replace(view, method="scan", null=null))
        yield f"scan, {null}", _hot(found.groups)
    for row in by_class(queries.tracts(view), "ratio").itertuples():
        yield f"ratio, {row.map_class}", f"{row.tracts:,}, {row.by_schools_tracts:,} by schools"
    yield from drivers(view)


def drivers(view: Selection) -> Iterator[tuple[str, str]]:
    """Give what documents quote of the drivers of one year and of the first group's conditions."""
    for name, row in queries_drivers.under_all_joins(view).table.iterrows():
        ends = [("odds_low", "odds_high"), ("join_least", "join_most"), ("all_low", "all_high")]
        own, joins, together = (f"{row[low]:.2f}-{row[high]:.2f}" for low, high in ends)
        odds = f"{row['odds_ratio']:.2f} ({own}), other joins {joins}, together {together}"
        yield f"link, {name}", f"{odds}, q {row['q']:.3f}"
    found = queries_hotspots.found(view)
    schools = queries_why.strengths(found, view).schools
    outside = schools["outside"].value_counts()
    below, above = (outside.get(side, 0) for side in ("below", "above"))
    yield "funnel", f"{len(schools):,} schools, {below} below, {above} above"
    for cluster in found.groups["cluster"]:
        group = replace(view, cluster=cluster)
        profile, random = (
            ask(found, group) for ask in (queries_why.profile, queries_why.random_groups)
        )
        said = profile["conclusion"].value_counts().to_dict()
        yield (
            f"group {cluster}",
            f"{said}; as many in {random.as_many:.2f}, {random.as_many_high:.2f}",
        )


def power_table(year: str) -> Iterator[tuple[str, str]]:
    """Plant hot spots in the map of one year; what the pages say of it, and how long it takes."""
    start = time.perf_counter()
    found = queries_hotspots.power(Selection("nyc", year, method="gi_star"))
    yield "seconds", f"{time.perf_counter() - start:.0f}"
    yield "said", power_sentences(found)
    yield "table", "\n" + power_words(found.table).to_string(index=False)


def _hot(groups: pd.DataFrame) -> str:
    """Count the hot tracts and their groups."""
    return f"{int(groups['tracts'].sum()):,} hot in {len(groups)} groups"


def say(what: Callable[[str], Iterator[tuple[str, str]]], years: list[str]) -> None:
    """Print what is said of each year."""
    for year in years:
        for name, text in what(year):
            print(f"{year}  {name:<40} {text}", flush=True)


if __name__ == "__main__":
    asked = {"quoted": quoted, "power": power_table}.get(" ".join(sys.argv[1:2]))
    if asked is None:
        report(run())
    elif "nyc" in list_panels():
        say(asked, sys.argv[2:])
    else:
        with new_york():
            say(asked, sys.argv[2:])
