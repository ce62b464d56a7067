"""How time grows with the number of areas, from 300 to 84,000: what every page's figures pass.

Squares on a plane with 1.1 schools an area; each school draws from its ten nearest. Processor
seconds of one thread, the least of three.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from analytics.hotspots.test import hot_spots
from analytics.local import gi_star
from analytics.rates.tract_rates import allocate
from bench.app import row
from bench.hotspots_local import SIZES, lattice
from geo.weights.weights import Weights

NEAREST, SCHOOLS_PER_AREA, DRAWS, TIMES = 10, 1.1, 999, 3
STEEPEST = 1.2
"""Largest power of the number of areas: little more than in proportion."""


def run() -> list[dict[str, Any]]:
    """Time each step at each size; the power is that between 3,000 and 84,000 areas."""
    taken: dict[str, list[float]] = {}
    for areas in SIZES:
        for name, step in _steps(areas).items():
            taken.setdefault(name, []).append(_least(step))
    return [_row(name, seconds) for name, seconds in taken.items()]


def _steps(areas: int) -> dict[str, Callable[[], object]]:
    """Give what is timed, on a plane of so many squares."""
    weights = lattice(areas)
    side = int(np.sqrt(areas))
    at = np.arange(weights.n)
    x, y = (at % (weights.n // side)).astype(float), (at // (weights.n // side)).astype(float)
    land = gpd.GeoSeries(shapely.box(x, y, x + 1, y + 1), index=weights.ids, crs=3857)
    dice = np.random.default_rng(areas)
    schools = int(SCHOOLS_PER_AREA * weights.n)
    ids = pd.Index([f"s{i}" for i in range(schools)])
    points = np.column_stack(
        [dice.uniform(0, x.max() + 1, schools), dice.uniform(0, y.max(), schools)]
    )
    away, near = cKDTree(np.column_stack([x + 0.5, y + 0.5])).query(points, k=NEAREST)
    part = np.exp(-away)
    share = pd.DataFrame(
        {
            "school_id": ids.repeat(NEAREST),
            "geoid": pd.Index(weights.ids)[near.ravel()],
            "share": (part / part.sum(axis=1, keepdims=True)).ravel(),
        }
    )
    n = pd.Series(dice.integers(100, 900, schools).astype(float), ids)
    events = pd.Series(dice.binomial(n.astype(int), 0.25).astype(float), ids)
    level = pd.Series(dice.choice(["elementary", "middle", "high"], schools), ids)
    values = pd.Series(dice.normal(size=weights.n), weights.ids)
    return {
        "neighbours by queen": lambda: Weights.queen(gpd.GeoDataFrame(geometry=land)),
        "schools handed to tracts": lambda: allocate(events, n, share, geoids=weights.ids),
        "Gi*, 999 draws of areas": lambda: gi_star(
            values, weights, null="areas", draws=DRAWS, seed=1
        ),
        "hot spots, 999 draws of schools": lambda: hot_spots(
            events, n, share, weights, strata=level, draws=DRAWS, max_draws=None, seed=1
        ),
    }


def _least(step: Callable[[], object]) -> float:
    seconds = []
    for _ in range(TIMES):
        began = time.process_time()
        step()
        seconds.append(time.process_time() - began)
    return min(seconds)


def _row(name: str, seconds: list[float]) -> dict[str, Any]:
    from_, to = SIZES.index(3_000), len(SIZES) - 1
    power = np.log(seconds[to] / seconds[from_]) / np.log(SIZES[to] / SIZES[from_])
    told = ", ".join(f"{n:,}: {s:.3g} s" for n, s in zip(SIZES, seconds, strict=True))
    question = f"growth of {name}, power of the number of areas"
    return row(question, float(power), target=STEEPEST, note=told)
