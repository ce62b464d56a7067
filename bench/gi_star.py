"""Speed of Gi* with tract permutations against esda, warm and from a cold start."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.local import gi_star
from bench import report
from bench.school_null import skipped, tracts
from geo.weights import Weights

DRAWS = 999
FIRST = """
import time
start = time.perf_counter()
import numpy as np
{body}
print(time.perf_counter() - start)
"""
OURS = """
from geo.weights import Weights
from analytics.local import gi_star
ring = np.arange(2325)
weights = Weights.from_edges(ring, np.r_[ring, ring], np.r_[np.roll(ring, 1), np.roll(ring, -1)])
gi_star(np.sin(ring), weights, null="areas", draws=999)
"""
PEER = """
import warnings
warnings.simplefilter("ignore")
from libpysal.weights import lat2W
from esda.getisord import G_Local
np.random.seed(0)
weights = lat2W(25, 93)
G_Local(np.sin(np.arange(2325.0)) + 2, weights, transform="B", star=True, permutations=999)
"""


def _fastest(call: Callable[[], Any], times: int = 5) -> float:
    """Time a warm call: the fastest of several."""
    call()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def _fresh(body: str) -> float:
    """Time a first result in a process of its own, imports included."""
    code = FIRST.format(body=body)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.strip().splitlines()[-1])


def warm(land: gpd.GeoDataFrame) -> dict[str, Any]:
    """Measure 999 tract permutations on real tracts."""
    from esda.getisord import G_Local
    from libpysal.weights import W

    weights = Weights.queen(land)
    values = pd.Series(np.random.default_rng(1).gamma(2, size=len(land)), index=land.index)
    near, starts = weights.sparse.indices, weights.sparse.indptr
    peer = W(
        {i: near[starts[i] : starts[i + 1]].tolist() for i in range(weights.n)},
        silence_warnings=True,
    )
    array = values.to_numpy()

    def theirs() -> Any:
        return G_Local(array, peer, transform="B", star=True, permutations=DRAWS, seed=1)

    ours = _fastest(lambda: gi_star(values, weights, null="areas", draws=DRAWS, seed=1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = _fastest(theirs, 3)
        z = theirs().Zs
    mine = gi_star(values, weights)
    same = bool(np.allclose(mine["z"], z, rtol=1e-8, atol=1e-10))
    return {
        "question": f"Gi* of {len(land):,} tracts with {DRAWS} tract permutations, warm",
        "ours": ours,
        "peer": other,
        "peer_name": "esda G_Local",
        "ratio": ours / other,
        "target": 0.2,
        "unit": "s",
        "ok": ours <= 0.2 * other and same,
        "note": "same z to 1e-8" if same else "z differs from esda",
    }


def cold() -> dict[str, Any]:
    """Measure the first result in a fresh process."""
    ours, peer = _fresh(OURS), _fresh(PEER)
    return {
        "question": "First Gi* with 999 permutations in a fresh process, import included",
        "ours": ours,
        "peer": peer,
        "peer_name": "esda G_Local",
        "ratio": ours / peer,
        "target": 0.05,
        "unit": "s",
        "ok": ours <= 0.05 * peer,
        "note": "2,325 areas",
    }


def run() -> list[dict[str, Any]]:
    """Answer both questions."""
    if not os.environ.get("ATLAS_MIRROR"):
        return [skipped("Gi* of real tracts with tract permutations"), cold()]
    return [warm(tracts()), cold()]


if __name__ == "__main__":
    report(run())
