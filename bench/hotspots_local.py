"""Speed of local statistics with tract permutations against esda: warm, first call, and growth.

Warm calls are in processor seconds, one thread each: other work on the machine tells little.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from analytics.local import gi_star, local_moran
from analytics.smoothing import spatial_empirical_bayes
from bench import report
from bench.school_null import tracts
from geo.weights.weights import Weights

DRAWS, TIMES = 999, 20
SIZES = (300, 1_000, 3_000, 9_100, 30_000, 84_000)
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
weights = lat2W(25, 93)
G_Local(np.sin(np.arange(2325.0)) + 2, weights, transform="B", star=True, permutations=999,
        keep_simulations=False, n_jobs=1, seed=1)
"""

Timed = tuple[float, Any]


def lattice(areas: int) -> Weights:
    """Link a lattice of about so many square areas as a queen moves."""
    rows = int(np.sqrt(areas))
    place = np.arange(rows * (areas // rows)).reshape(rows, -1)
    pairs = [
        (place[:, :-1], place[:, 1:]),
        (place[:-1], place[1:]),
        (place[:-1, :-1], place[1:, 1:]),
        (place[:-1, 1:], place[1:, :-1]),
    ]
    one, other = (np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1))
    focal, near = np.r_[one, other], np.r_[other, one]
    return Weights.from_edges(range(place.size), focal, near)


def places() -> list[tuple[str, Weights]]:
    """Give New York City's tracts (a lattice without the mirror) and two larger lattices."""
    if os.environ.get("ATLAS_MIRROR"):
        first = ("New York City tracts", Weights.queen(tracts()))
    else:
        first = ("lattice", lattice(2_300))
    return [first, ("lattice", lattice(9_100)), ("lattice", lattice(84_000))]


def cost_curve() -> list[tuple[int, float]]:
    """Time Gi* with 999 tract permutations as the number of areas grows.

    Returns
    -------
    list of (int, float)
        Areas and seconds, the fastest of five warm calls.
    """
    points = []
    for areas in SIZES:
        weights = lattice(areas)
        values = _values(weights)
        taken, _ = _fastest(lambda w=weights, v=values: gi_star(v, w, null="areas", draws=DRAWS))
        points.append((weights.n, taken))
    return points


def run() -> list[dict[str, Any]]:
    """Compare local statistics, smoothing and the first call."""
    import numba

    numba.set_num_threads(1)  # ours uses one thread
    rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, weights in places():
            rows += _statistics(name, weights)
        rows.append(_smoothing("lattice", lattice(9_100)))
    return [*rows, _first(), _settled()]


def _statistics(name: str, weights: Weights) -> list[dict[str, Any]]:
    """Measure Gi* and local Moran on one geography."""
    from esda.getisord import G_Local
    from esda.moran import Moran_Local

    values, peer, standard = _values(weights), _peer(weights), weights.row_standardized()
    array, how = values.to_numpy(), {"permutations": DRAWS, "n_jobs": 1, "seed": 1}
    asked: dict[str, Any] = {"null": "areas", "draws": DRAWS, "seed": 1}
    how["keep_simulations"] = False
    times = TIMES if weights.n < 20_000 else 1
    star = _fastest(lambda: gi_star(values, weights, **asked))
    moran = _fastest(lambda: local_moran(values, standard, **asked))
    their_star = _fastest(lambda: G_Local(array, peer, transform="B", star=True, **how), times)
    their_moran = _fastest(lambda: Moran_Local(array, peer, **how), times)
    apart = (weights.cardinalities > 0).to_numpy()  # esda gives islands a neighbour or a 0
    same_z = np.allclose(star[1]["z"][apart], their_star[1].Zs[apart], rtol=1e-10, atol=1e-10)
    over_less = (weights.n - 1) / weights.n  # esda divides by n - 1
    ours, theirs = moran[1]["local_i"][apart] * over_less, their_moran[1].Is[apart]
    same_i = np.allclose(ours, theirs, rtol=1e-10, atol=1e-10)
    target = 0.05 if weights.n < 20_000 else 0.01
    where = f"{weights.n:,} areas ({name})"
    return [
        _row(f"Gi*, {where}", star[0], their_star[0], "esda G_Local", target, same_z),
        _row(f"Local Moran, {where}", moran[0], their_moran[0], "esda Moran_Local", target, same_i),
    ]


def _smoothing(name: str, weights: Weights) -> dict[str, Any]:
    """Measure spatial empirical Bayes."""
    from esda.smoothing import Spatial_Empirical_Bayes

    rng, peer = np.random.default_rng(2), _peer(weights)
    n = rng.integers(20, 900, weights.n)
    x = rng.binomial(n, rng.beta(6, 20, weights.n))
    ours, _ = _fastest(lambda: spatial_empirical_bayes(x, n, weights))
    theirs, _ = _fastest(lambda: Spatial_Empirical_Bayes(x, n, peer).r.ravel(), 1)
    question = f"Spatial empirical Bayes, {weights.n:,} areas ({name})"
    row = _row(question, ours, theirs, "esda Spatial_Empirical_Bayes", 0.02, True)
    return row | {"note": "deviations about each area's own neighbourhood, as in R spdep"}


def _first() -> dict[str, Any]:
    """Measure the first result in a fresh process, imports included."""
    ours, theirs = min(_fresh(OURS) for _ in range(3)), _fresh(PEER)
    question = f"First Gi* with {DRAWS} permutations in a fresh process"
    row = _row(question, ours, theirs, "esda G_Local", 0.03, True)
    return row | {"note": "2,325 areas, imports included"}


def _settled() -> dict[str, Any]:
    """Measure draws up to 99,999 where the decision is open; no peer offers it."""
    weights = lattice(84_000)
    values = _values(weights)
    ours, found = _fastest(lambda: gi_star(values, weights, null="areas", max_draws=99_999), 2)
    more = int((found["draws"] > DRAWS).sum())
    return {
        "question": f"Gi*, {weights.n:,} areas, up to 99,999 draws where needed",
        "ours": ours,
        "unit": "s",
        "ok": True,
        "note": f"{more} areas needed more than {DRAWS} draws",
    }


def _row(
    question: str, ours: float, peer: float, peer_name: str, target: float, same: Any
) -> dict[str, Any]:
    """Lay out one comparison."""
    return {
        "question": question,
        "ours": ours,
        "peer": peer,
        "peer_name": peer_name,
        "ratio": ours / peer,
        "target": target,
        "unit": "s",
        "ok": bool(ours <= target * peer and same),
        "note": "same numbers" if same else "numbers differ from esda",
    }


def _values(weights: Weights) -> pd.Series:
    """Draw a skewed map."""
    return pd.Series(np.random.default_rng(1).gamma(2, size=weights.n), index=weights.ids)


def _peer(weights: Weights) -> Any:
    """Give the same links to PySAL."""
    from libpysal.weights import W

    near, starts = weights.sparse.indices, weights.sparse.indptr
    links = {i: near[starts[i] : starts[i + 1]].tolist() for i in range(weights.n)}
    return W(links, id_order=list(links), silence_warnings=True)


def _fastest(call: Callable[[], Any], times: int = TIMES) -> Timed:
    """Time a warm call, the fastest of several, and give its result."""
    call()
    taken, found = [], None
    for _ in range(times):
        start = time.process_time()
        found = call()
        taken.append(time.process_time() - start)
    return min(taken), found


def _fresh(body: str) -> float:
    """Time a first result in a process of its own, imports included."""
    code = FIRST.format(body=body)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.strip().splitlines()[-1])


if __name__ == "__main__":
    report(run())
    for areas, seconds in cost_curve():
        print(f"Gi* with {DRAWS} permutations, {areas:>7,} areas {seconds:>10.4f} s")
