"""Every join against the truth: places where it is known where each student lives.

``python -m bench.join_truth`` prints the table; ``--write`` also writes docs/methods-join.md and
its picture. The homes are hidden and rebuilt from what would be published; what was true is then
compared with it. New York City needs ATLAS_MIRROR and its panel, else it is left out.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from typing import Any

import pandas as pd

from bench import report
from bench.join_places import places
from bench.join_rebuild import (
    BUILDING,
    GRAVITY_FITTED,
    LIMIT,
    NONE,
    ONE_POOL_FITTED,
    ZONES_FITTED,
    rebuild,
)
from bench.join_report import write
from bench.join_score import score
from bench.simulated_county import County

SEEDS = 3
WORKERS = int(os.environ.get("ATLAS_WORKERS", os.cpu_count() or 1))
HALF = 0.5
BAND = (0.90, 0.98)


def measure(county: County) -> pd.DataFrame:
    """Score every method in one place.

    Parameters
    ----------
    county : County
        Simulated, with its truth.

    Returns
    -------
    DataFrame
        Index `place, method`; columns as in `bench.join_score.score`.
    """
    rows = {NONE: score(county, None)}
    for name, made in rebuild(county).items():
        rows[name] = score(county, made.share, made.interval)
    table = pd.DataFrame(rows).T.rename_axis("method")
    return pd.concat({county.scenario.name: table}, names=["place"])


def measure_place(at: int, seeds: int) -> pd.DataFrame:
    """Make one of the places, the same in every process, and score every method in it."""
    return measure(places(seeds)[at]())


def measure_all(seeds: int = SEEDS) -> pd.DataFrame:
    """Score every method in every place; made-up places as means over the seeds.

    Parameters
    ----------
    seeds : int
        Counties for each made-up scenario.

    Returns
    -------
    DataFrame
        As from `measure`.
    """
    last_first = reversed(range(len(places(seeds))))  # the city takes longest
    with ProcessPoolExecutor(WORKERS) as pool:
        made = list(pool.map(measure_place, last_first, repeat(seeds)))
    found = pd.concat(made[::-1])
    return found.groupby(level=["place", "method"], sort=False).mean()


def judge(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Hold the table against the targets.

    Parameters
    ----------
    table : DataFrame
        From `measure_all`.

    Returns
    -------
    list of dict
        One row for each question, for `bench.report`.
    """
    city = table.index.get_level_values("place").str.startswith("New York")
    parts = [("simulated counties", table[~city]), ("New York City", table[city])]
    rows = [_halving(part, name) for name, part in parts if len(part)]
    rows += [_zones_best(table, what) for what in ("flow", "schools_all")]
    rows += [_covering(table, method) for method in (GRAVITY_FITTED, ZONES_FITTED)]
    return rows


def run() -> list[dict[str, Any]]:
    """Measure all places and judge them."""
    return judge(measure_all(1))


def _halving(table: pd.DataFrame, where: str) -> dict[str, Any]:
    flow = _by_method(table, "flow")
    ratio = flow[GRAVITY_FITTED] / flow[BUILDING]
    worst = ratio.idxmax()
    return _row(
        f"flow error, estimated gravity to building, {where}",
        float(ratio[worst]),
        HALF,
        f"worst: {worst}, {flow[GRAVITY_FITTED][worst]:.0%} misplaced against "
        f"{flow[BUILDING][worst]:.0%}; below half in {(ratio <= HALF).sum()} of {len(ratio)}",
    )


def _zones_best(table: pd.DataFrame, what: str) -> dict[str, Any]:
    error = _by_method(table, what).dropna(subset=ZONES_FITTED)
    others = error.drop(columns=[ZONES_FITTED, LIMIT, ONE_POOL_FITTED]).min(axis=1)
    ratio = error[ZONES_FITTED] / others
    words = {"flow": "flow error", "schools_all": "tract rate error"}[what]
    return _row(
        f"{words}, zones + gravity to the best other method",
        float(ratio.max()),
        1.0,
        f"worst: {ratio.idxmax()}; best in {(ratio <= 1).sum()} of {len(ratio)} places with zones",
    )


def _by_method(table: pd.DataFrame, what: str) -> pd.DataFrame:
    return table.pivot_table(what, "place", "method", sort=False)


def _covering(table: pd.DataFrame, method: str) -> dict[str, Any]:
    found = table.xs(method, level="method")
    covers = found["covers_schools"]
    beside = max(BAND[0] - covers.min(), covers.max() - BAND[1], 0.0)
    return _row(
        f"points outside 90-98 % coverage, {method}",
        100 * float(beside),
        0.0,
        f"rate of the schools attended: {covers.min():.0%} to {covers.max():.0%}; children's own "
        f"risk: {found['covers_own'].min():.0%} to {found['covers_own'].max():.0%}",
    )


def _row(question: str, ours: float, target: float, note: str) -> dict[str, Any]:
    row = {"question": question, "ours": ours, "target": target, "ok": ours <= target}
    return {**row, "note": note, "peer": None, "peer_name": "", "ratio": None, "unit": ""}


def main() -> None:
    """Print, write if asked, and leave with status 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/methods-join.md")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="made-up counties a scenario")
    asked = parser.parse_args()
    table = measure_all(asked.seeds)
    rows = judge(table)
    with pd.option_context("display.width", 250, "display.max_rows", None):
        print((table.round(3)).to_string())
    if asked.write:
        write(table, rows, asked.seeds)
    if not report(rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
