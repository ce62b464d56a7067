"""Sites at the size of New York City: 30 new ones among 1,500 schools for 2,200 tracts.

Demand is the students of each tract who are chronically absent; ways are straight lines. The target
is a gap of 1 % within 30 s on 2 cores. `python -m bench.sites` reads the built place.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from analytics.sites import Limits, Pairs, Rules, Sites, maximal_coverage, p_median
from bench import report
from data.panel import load_panel
from data.views.joins import joined
from data.views.schools_and_tracts import points, school_view
from data.views.units import sums, unit_parts

SITES, CANDIDATES, SECONDS, GAP = 30, 1500, 30.0, 0.01
REACH_KM, FAR_KM = 1.0, 6.0
LIMITS = Limits(gap=GAP, seconds=120.0)


def city(far: float) -> Pairs:
    """Tracts and schools of New York City, with the pairs up to a distance in kilometres."""
    panel = load_panel(Path(os.environ["ATLAS_HOME"]) / "panels" / "nyc" / "protected")
    shares = joined(panel, panel.parameters["catchment"]["method"]).table
    schools = school_view(panel, panel.area.default_year, "all").reindex(panel.schools.index)
    tracts = sums(
        unit_parts(panel, "tract", shares), schools["chronic_absent"], schools["enrolled"]
    )
    demand = tracts["chronic_absent"].dropna()
    candidates = points(panel).to_crs(panel.area.crs).iloc[:CANDIDATES]
    places = panel.tracts.loc[demand.index].to_crs(panel.area.crs).geometry.representative_point()
    at = np.column_stack([candidates.geometry.x, candidates.geometry.y]) / 1000
    home = np.column_stack([places.x, places.y]) / 1000
    near = cKDTree(home).sparse_distance_matrix(cKDTree(at), far, output_type="coo_matrix")
    pairs = (
        pd.Series(demand.index[near.row]),
        pd.Series(candidates.index[near.col]),
        pd.Series(near.data),
    )
    return Pairs.of(demand, candidates.index, pairs)


def run() -> list[dict[str, Any]]:
    """Solve each question; one row each."""
    near, far = city(REACH_KM), city(FAR_KM)
    hard = pd.Series(np.arange(len(near.demand)) % 5 == 0, near.demand.index)
    kept = Rules(existing=list(near.candidates[:3]), hard=hard, floor=0.2)
    return [
        _row(
            "maximal coverage", near, maximal_coverage(near, SITES, within=REACH_KM, limits=LIMITS)
        ),
        _row(
            "maximal coverage, 3 fixed, floor",
            near,
            maximal_coverage(near, SITES, within=REACH_KM, rules=kept, limits=LIMITS),
        ),
        _row("p-median", far, p_median(far, SITES, beyond=FAR_KM, limits=LIMITS)),
    ]


def _row(question: str, pairs: Pairs, found: Sites) -> dict[str, Any]:
    good = found.seconds <= SECONDS and found.gap <= GAP and len(found.chosen) == SITES
    size = f"{len(pairs.demand):,} points, {len(pairs.candidates):,} candidates"
    return {
        "question": f"{question}, {SITES} sites (s)",
        "ours": found.seconds,
        "target": SECONDS,
        "ok": good,
        "note": f"{size}, {len(pairs.row):,} pairs; value {found.value:,.1f}, gap {found.gap:.2%}, "
        f"{found.status}",
    }


if __name__ == "__main__":
    raise SystemExit(0 if report(run()) else 1)
