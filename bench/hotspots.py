"""Speed of every way of looking for hot spots, and its cost as the number of areas grows.

``python -m bench.hotspots`` prints the ratios; with ``--plot`` it draws docs/hotspots-cost.svg.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from analytics.scan import circular_scan
from bench import hotspots_local, hotspots_membership, hotspots_scan, report, school_null

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "hotspots-cost.svg"
SCANNED = (300, 1_000, 2_300, 5_000)
DRAWS = 999


def scan_curve() -> list[tuple[int, float]]:
    """Time the circular scan with 999 draws as the number of areas grows.

    Returns
    -------
    list of (int, float)
        Areas and seconds, with the kernel compiled.
    """
    rng = np.random.default_rng(1)
    points = []
    for areas in (SCANNED[0], *SCANNED):  # the first run compiles
        x, y = rng.uniform(size=(2, areas))
        population = rng.integers(500, 4_000, areas).astype(float)
        cases = rng.poisson(population * 0.2)
        start = time.perf_counter()
        circular_scan(cases, population, x, y, max_share=0.1, draws=DRAWS, seed=1)
        points.append((areas, time.perf_counter() - start))
    return points[1:]


def plot() -> None:
    """Draw cost against areas, both on logarithmic axes."""
    curves = {
        "Gi*, 999 tract permutations": hotspots_local.cost_curve(),
        "Circular scan, 999 draws, circles up to a tenth": scan_curve(),
    }
    rows = [
        {"what": name, "areas": areas, "seconds": seconds}
        for name, points in curves.items()
        for areas, seconds in points
    ]
    chart = alt.Chart(pd.DataFrame(rows), title="What does a first map cost as places grow?")
    line = chart.mark_line(point=True).encode(
        x=alt.X("areas:Q", title="Areas", scale=alt.Scale(type="log")),
        y=alt.Y("seconds:Q", title="Seconds, 2 cores", scale=alt.Scale(type="log")),
        color=alt.Color("what:N", title=None, legend=alt.Legend(orient="top", labelLimit=400)),
        shape=alt.Shape("what:N", title=None),
    )
    line.properties(width=560, height=320).save(PICTURE)


def run() -> list[dict[str, Any]]:
    """Answer every question on hot spots."""
    parts = (hotspots_local, hotspots_scan, school_null, hotspots_membership)
    return [row for part in parts for row in part.run()]


if __name__ == "__main__":
    if "--plot" in sys.argv:
        plot()
    sys.exit(0 if report(run()) else 1)
