"""Time and memory of the gravity join at the size of California and of the nation.

Each size runs in a process of its own, so that the peak of memory is its own. Tracts are squares,
settled in counties of the size that the national table names (folder ATLAS_MIRROR; without it,
counties of one size), small in the middle of a county and larger outside; schools stand near
tracts in proportion to children. Making the places is left out of the clock, reading the tables
and writing the long table are in it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bench import report
from geo.join.gravity import fit_gravity

NATIONAL = Path("national", "oeps_tract", "tract-2019.csv.gz")
EVEN_COUNTY = 23
COUNTIES_WIDE = 60
COUNTY_METRES = 60_000.0
CANDIDATES = 60
# name: tracts, schools, candidates, most seconds, most gigabytes
SIZES = {
    "California": (9_100, 10_000, CANDIDATES, 10.0, 2.0),
    "nation": (84_000, 100_000, CANDIDATES, 180.0, 8.0),
}
GROWTH = (12_500, 25_000, 50_000, 100_000)
MOST_GROWTH = 1.25


def county_sizes(n: int) -> np.ndarray:
    """Return tracts by county, as the nation has them, n in all."""
    folder = os.environ.get("ATLAS_MIRROR")
    if not folder:
        return np.full(-(-n // EVEN_COUNTY), EVEN_COUNTY)
    fips = pd.read_csv(Path(folder) / NATIONAL, usecols=["FIPS"], dtype=str)["FIPS"]
    sizes = fips.str.zfill(11).str[:5].value_counts(sort=False).sort_index().to_numpy()
    sizes = np.random.default_rng(1).permutation(sizes)
    enough = np.resize(sizes, len(sizes) * (1 + n // sizes.sum()))
    return enough[: 1 + int(np.searchsorted(np.cumsum(enough), n))]


def synthetic(n_tracts: int, n_schools: int, seed: int = 1) -> tuple[gpd.GeoDataFrame, ...]:
    """Make a country of squares with children and schools near them."""
    rng = np.random.default_rng(seed)
    sizes = county_sizes(n_tracts)
    county = np.repeat(np.arange(len(sizes)), sizes)[:n_tracts]
    middle = COUNTY_METRES * np.column_stack(np.divmod(county, COUNTIES_WIDE))
    spread = COUNTY_METRES / 2 * rng.beta(1, 3, n_tracts)
    turn = rng.uniform(0, 2 * np.pi, n_tracts)
    xy = middle + spread[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    half = 200 + spread / 20
    children = rng.lognormal(6.3, 0.6, n_tracts)
    tracts = gpd.GeoDataFrame(
        {"children": children},
        index=pd.Index([f"{i:011d}" for i in range(n_tracts)], name="geoid"),
        geometry=shapely.box(*(xy - half[:, None]).T, *(xy + half[:, None]).T),
        crs=5070,
    )
    near = rng.choice(n_tracts, n_schools, p=children / children.sum())
    points = xy[near] + half[near, None] * rng.normal(size=(n_schools, 2))
    schools = gpd.GeoDataFrame(
        {"enrolled": rng.lognormal(6, 0.6, n_schools).round()},
        index=pd.Index([f"s{i:06d}" for i in range(n_schools)], name="school_id"),
        geometry=shapely.points(points),
        crs=5070,
    )
    return schools, tracts


def measure(n_tracts: int, n_schools: int, k: int) -> dict[str, float]:
    """Fit in this process; return seconds, the peak of memory and what was reached."""
    schools, tracts = synthetic(n_tracts, n_schools)
    start = time.perf_counter()
    fit = fit_gravity(schools, tracts, k=k)
    seconds = time.perf_counter() - start
    sums = fit.table.groupby("school_id")["students"].sum()
    gap = float((sums / schools["enrolled"][sums.index] - 1).abs().max())
    return {
        "seconds": seconds,
        "gigabytes": peak_gigabytes(),
        "rows": len(fit.table),
        "iterations": fit.iterations,
        "gap": gap,
    }


def peak_gigabytes() -> float:
    """Return the largest memory this process has held.

    On Linux not by `getrusage`, whose peak a process takes over from the one that started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        held = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(encoding="utf-8"), re.MULTILINE)
        if held:
            return int(held[1]) * 1024 / 1e9
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def apart(n_tracts: int, n_schools: int, k: int) -> dict[str, float]:
    """Measure in a new process."""
    command = [sys.executable, "-m", "bench.catchment_cost", str(n_tracts), str(n_schools), str(k)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
    return json.loads(done.stdout.splitlines()[-1])


def run() -> list[dict[str, Any]]:
    """Measure both sizes and how cost grows with schools."""
    rows, found = [], {}
    for name, (n_tracts, n_schools, k, most_seconds, most_gigabytes) in SIZES.items():
        cost = apart(n_tracts, n_schools, k)
        found[n_schools] = cost
        what = f"gravity, {name}: {n_tracts:,} tracts, {n_schools:,} schools, {k} candidates"
        note = (
            f"{cost['rows']:,.0f} rows, {cost['iterations']:.0f} rounds, "
            f"school totals within {cost['gap']:.0e}"
        )
        rows.append(_row(what, cost["seconds"], most_seconds, "s", note))
        rows.append(_row(f"{what}: memory", cost["gigabytes"], most_gigabytes, "GB", note))
    return [*rows, _growth(found)]


def _growth(found: dict[int, dict[str, float]]) -> dict[str, Any]:
    """Compare seconds per school and round at several sizes of the nation."""
    n_tracts, _, k, *_ = SIZES["nation"]
    each = {}
    for n_schools in GROWTH:
        cost = found.get(n_schools) or apart(n_tracts, n_schools, k)
        each[n_schools] = cost["seconds"] / n_schools
    note = "microseconds a school: " + ", ".join(
        f"{n_schools:,}: {1e6 * seconds:.0f}" for n_schools, seconds in each.items()
    )
    growth = each[GROWTH[-1]] / each[GROWTH[0]]
    return _row("seconds per school, largest against smallest", growth, MOST_GROWTH, "x", note)


def _row(question: str, ours: float, budget: float, unit: str, note: str) -> dict[str, Any]:
    return {
        "question": question,
        "ours": ours,
        "peer": budget,
        "peer_name": "budget",
        "ratio": ours / budget,
        "target": 1.0,
        "unit": unit,
        "ok": bool(ours <= budget),
        "note": note,
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(*(int(word) for word in sys.argv[1:]))))
    else:
        sys.exit(0 if report(run()) else 1)
