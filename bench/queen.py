"""Queen links of New York City's 2,325 tracts against libpysal's, in the same process.

Reads the real tracts from the folder named by ATLAS_MIRROR. Reading the file and importing either
library are left out of the clock.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd

from geo.weights.neighbours import SNAP_METRES
from geo.weights.weights import Weights

TRACTS = Path("nyc", "nyc_tracts", "census_tract_2020.geojson")
METRES = "EPSG:32118"
TARGET = 0.1
ROUNDS = 7


def best_time(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Return the shortest of several runs in seconds, the one least disturbed."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def links(weights: Weights) -> set[tuple[str, str]]:
    """List the directed links by id."""
    cells = weights.sparse.tocoo()
    return set(zip(weights.ids[cells.row], weights.ids[cells.col], strict=True))


def run() -> list[dict[str, Any]]:
    """Measure and check; one row for each question."""
    from libpysal.weights import Queen

    tracts = gpd.read_file(Path(os.environ["ATLAS_MIRROR"]) / TRACTS).set_index("geoid")
    tracts.geometry = tracts.geometry.make_valid()

    def peer() -> Any:
        return Queen.from_dataframe(tracts, use_index=True, silence_warnings=True)

    ours, theirs = Weights.queen(tracts), peer()
    own = links(ours)
    known = {(one, other) for one, near in theirs.neighbors.items() for other in near}
    extra = own - known
    flat = tracts.geometry.to_crs(METRES)
    untrue = [pair for pair in extra if flat[pair[0]].distance(flat[pair[1]]) > SNAP_METRES]
    seconds, peer_seconds = best_time(lambda: Weights.queen(tracts)), best_time(peer)
    return [
        _row(
            "queen links of New York City's tracts",
            (seconds, peer_seconds, "s"),
            TARGET,
            seconds / peer_seconds <= TARGET,
            f"{len(own):,} links against {len(known):,}",
        ),
        _row(
            "libpysal links that are missing here",
            (len(known - own), len(known), "links"),
            0,
            known <= own,
            "libpysal links shapes with a common vertex",
        ),
        _row(
            "links here farther apart than the snap",
            (len(untrue), len(extra), "links"),
            0,
            not untrue,
            f"{len(extra)} links are here only; each was measured shape against shape",
        ),
        _row(
            "islands",
            (len(ours.isolates), len(theirs.islands), "tracts"),
            None,
            set(ours.isolates) <= set(theirs.islands),
            "linked here only: " + ", ".join(sorted(set(theirs.islands) - set(ours.isolates))),
        ),
    ]


def _row(
    question: str,
    measured: tuple[float, float, str],
    target: float | None,
    ok: bool,
    note: str,
) -> dict[str, Any]:
    ours, peer, unit = measured
    return {
        "question": question,
        "ours": ours,
        "peer": peer,
        "peer_name": "libpysal.weights.Queen",
        "ratio": ours / peer if peer else float("nan"),
        "target": target,
        "unit": unit,
        "ok": bool(ok),
        "note": note,
    }


def main() -> None:
    """Print the table; leave with status 1 when a target is missed."""
    rows = run()
    for row in rows:
        target = "-" if row["target"] is None else f"{row['target']:g}"
        print(
            f"{'ok  ' if row['ok'] else 'MISS'} {row['question']:40} {row['ours']:10.4g} "
            f"{row['peer']:10.4g} {row['unit']:7} ratio {row['ratio']:6.3f} target {target:4} "
            f"{row['note']}"
        )
    if not all(row["ok"] for row in rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
