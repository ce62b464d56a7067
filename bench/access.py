"""Access to care at the size of a state and of the nation, and beside PySAL's `access`.

Places are those of `bench.catchment_cost`, providers near tracts in proportion to children. Each
size runs in a process of its own, so that the peak of memory is its own; making the places is left
out of the clock. The peer is handed its table of distances ready made, of the pairs in reach only;
ours measures them within the clock. The peer is development-only and left out when not installed.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from bench import report
from bench.catchment_cost import peak_gigabytes, synthetic
from geo.access.access import floating_catchment, nearest_provider

# name: tracts, providers, most seconds, most gigabytes
SIZES = {"California": (9_100, 5_000, 1.0, 1.0), "nation": (84_000, 15_000, 10.0, 3.0)}
PEER_SIZE = (2_300, 1_000)
ZONES = {5.0: 1.0, 10.0: 0.68, 20.0: 0.22}
MOST_RATIO = 0.5
MOST_GAP = 1e-9
ROUNDS = 3


def places(n_tracts: int, n_providers: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Make providers with their supply, and tracts with children."""
    schools, tracts = synthetic(n_tracts, n_providers)
    providers = schools.rename(columns={"enrolled": "supply"}).rename_axis("provider_id")
    return providers, tracts


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the shortest of several runs in seconds, and what was made."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        made = work()
        times.append(time.perf_counter() - start)
    return min(times), made


def measure(n_tracts: int, n_providers: int) -> dict[str, float]:
    """Measure in this process: seconds, the peak of memory, and what was reached."""
    providers, tracts = places(n_tracts, n_providers)
    seconds, fit = best(lambda: floating_catchment(providers, tracts, reach=ZONES))
    return {
        "seconds": seconds,
        "gigabytes": peak_gigabytes(),
        "pairs": float(fit.tracts["providers_in_reach"].sum()),
        "gap": fit.supply_error,
    }


def apart(n_tracts: int, n_providers: int) -> dict[str, float]:
    """Measure in a new process."""
    command = [sys.executable, "-m", "bench.access", str(n_tracts), str(n_providers)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
    return json.loads(done.stdout.splitlines()[-1])


def run() -> list[dict[str, Any]]:
    """Measure both sizes, and the peer where it is installed."""
    rows = []
    for name, (n_tracts, n_providers, most_seconds, most_gigabytes) in SIZES.items():
        cost = apart(n_tracts, n_providers)
        what = f"access, {name}: {n_tracts:,} x {n_providers:,}"
        note = f"{cost['pairs']:,.0f} pairs within 20 km, identity within {cost['gap']:.0e}"
        rows.append(_row(what, cost["seconds"], (most_seconds, "budget"), 1.0, note))
        memory = (most_gigabytes, "budget")
        rows.append(_row(f"{what}: GB", cost["gigabytes"], memory, 1.0, note))
    return rows + (_beside_peer() if importlib.util.find_spec("access") else [])


def _beside_peer() -> list[dict[str, Any]]:
    from access.fca import two_stage_fca
    from access.weights import step_fn

    providers, tracts = places(*PEER_SIZE)
    near = nearest_provider(providers, tracts, k=len(providers)).reset_index()
    cost = near[near["km"] <= max(ZONES)][["geoid", "provider_id", "km"]]
    cost.columns = ["origin", "dest", "cost"]
    demand = tracts[["children"]].rename(columns={"children": "demand"}).rename_axis("geoid")
    supply = pd.DataFrame({"supply": providers["supply"].rename_axis("geoid")})

    def peer() -> Any:
        weight = step_fn(ZONES)
        return two_stage_fca(demand.reset_index(), supply, cost, max(ZONES), weight_fn=weight)

    seconds, fit = best(lambda: floating_catchment(providers, tracts, reach=ZONES))
    peer_seconds, theirs = best(peer)
    ours = fit.tracts["access"] / 1000
    gap = float((ours - theirs.reindex(ours.index).fillna(0.0)).abs().max() / ours.max())
    what = f"E2SFCA, {PEER_SIZE[0]:,} x {PEER_SIZE[1]:,}"
    note = f"{len(cost):,} pairs; the peer is given its distances"
    return [
        _row(what, seconds, (peer_seconds, "access.two_stage_fca"), MOST_RATIO, note),
        _row(f"{what}: largest difference", gap, (MOST_GAP, "budget"), 1.0, "relative"),
    ]


def _row(
    question: str, ours: float, peer: tuple[float, str], target: float, note: str
) -> dict[str, Any]:
    ratio = ours / peer[0]
    return {
        "question": question,
        "ours": ours,
        "peer": peer[0],
        "peer_name": peer[1],
        "ratio": ratio,
        "target": target,
        "unit": "GB" if question.endswith("GB") else "s",
        "ok": bool(np.isfinite(ratio) and ratio <= target),
        "note": note,
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(*(int(word) for word in sys.argv[1:]))))
    else:
        sys.exit(0 if report(run()) else 1)
