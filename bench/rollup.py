"""The count of student days beside the same figures by hand: in DuckDB SQL and in polars.

`python -m bench rollup`; `ATLAS_ROLLUP_STUDENTS` sets the size: 1,400,000 students of 180 days are
252 million student-days, made in `ATLAS_ROLLUP_FOLDER` (or the temporary folder) and removed. Each
runs in a process of its own; what is compared is processor time, what is limited is memory. Every
row of all three is held against the others. `ATLAS_ROLLUP_PEERS` names those that run.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from bench import report
from bench.rollup_peers import plain, with_polars
from data.rollup.inputs import open_inputs
from data.rollup.made_district import MadeDistrict
from data.rollup.parts import PART_ROWS, Workshop, count_parts, fingerprint, gathered, parts_of
from data.rollup.read import connect
from data.rollup.settings import load_settings

STUDENTS = 50_000
MOST_RATIO, MOST_MB = 1.1, 500.0
MEMORY = "250MB"
PLENTY = "4GB"
"""The peers may have more: what they take is shown."""
KEYS = {
    "counts": ["kind", "place", "month", "sex", "tier", "band"],
    "days": ["kind", "place", "date"],
}
SETTINGS = """
school_year = "2024-25"
[attendance]
path = "attendance"
[enrolment]
path = "enrolment.parquet"
groups = ["sex"]
[calendar]
path = "calendar.parquet"
"""


def run() -> list[dict[str, Any]]:
    """Count a made state in all ways; a row for time and one for memory each."""
    students = int(os.environ.get("ATLAS_ROLLUP_STUDENTS", STUDENTS))
    peers = os.environ.get("ATLAS_ROLLUP_PEERS", "plain polars").split()
    where = os.environ.get("ATLAS_ROLLUP_FOLDER")
    with tempfile.TemporaryDirectory(dir=where) as made:
        folder = MadeDistrict(students, max(1, students // 600)).write(Path(made))
        (folder / "settings.toml").write_text(SETTINGS)
        ours = _apart("ours", folder)
        found = [_rows(folder, students, ours, peer) for peer in peers]
        return [*(row for rows in found for row in rows), _resumed(folder, students)]


def _rows(
    folder: Path, students: int, ours: tuple[float, float], peer: str
) -> list[dict[str, Any]]:
    """Hold one peer beside the roll-up."""
    theirs = _apart(peer, folder)
    same = _same(folder, "ours", peer)
    size = f"{students * 180 / 1e6:.3g} million student-days"
    ratio = ours[0] / theirs[0]
    note = "the same rows" if same else "OTHER ROWS"
    rows: list[dict[str, Any]] = [
        {"question": f"roll-up, {size} (processor s)", "ratio": ratio, "note": note},
        {"question": f"roll-up, {size} (MB)"},
    ]
    for at, row in enumerate(rows):
        row |= {"ours": ours[at], "peer_name": peer, "peer": theirs[at]}
    rows[0] |= {"target": MOST_RATIO, "ok": ratio <= MOST_RATIO and same}
    rows[1] |= {"target": MOST_MB, "ok": ours[1] <= MOST_MB}
    return rows


def _same(folder: Path, one: str, other: str) -> bool:
    """Say whether two ways gave the same rows."""
    for name, keys in KEYS.items():
        tables = []
        for way in (one, other):
            table = pd.read_parquet(folder / f"{way}-{name}.parquet")
            if "date" in table:
                table["date"] = pd.to_datetime(table["date"]).dt.date.astype(str)
            numbers = [each for each in table if each not in ("kind", "place", "sex", "date")]
            table = table.astype(dict.fromkeys(numbers, "int64"))
            table = table.sort_values(keys, ignore_index=True)
            tables.append(
                table[sorted(table)].astype(dict.fromkeys(set(table) - set(numbers), str))
            )
        if not tables[0].equals(tables[1]):
            return False
    return True


def _resumed(folder: Path, students: int) -> dict[str, Any]:
    """Kill a count when half of its parts are done, and start it again."""
    shop, rows = folder / ".counting", min(PART_ROWS, students * 180 // 6)
    shutil.rmtree(shop)
    command = [sys.executable, "-m", "bench.rollup", "ours", str(folder), str(rows)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wanted = students * 180 // rows // 2
    while running.poll() is None and len(list(shop.glob("schools-*"))) < wanted:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    kept = _stamps(shop)
    before = {name: (folder / f"ours-{name}.parquet").read_bytes() for name in KEYS}
    seconds, _ = _apart("ours", folder, str(rows))
    after = {name: (folder / f"ours-{name}.parquet").read_bytes() for name in KEYS}
    good = 0 < len(kept) < len(_stamps(shop)) and kept.items() <= _stamps(shop).items()
    return {
        "question": f"roll-up killed, {len(kept)} of {len(_stamps(shop))} parts kept (processor s)",
        "ours": seconds,
        "ok": good and before == after,
        "note": f"{students:,} students, the rest counted; files the same: {before == after}",
    }


def _stamps(shop: Path) -> dict[str, int]:
    """Give the parts that are done and when each was written."""
    return {path.name: path.stat().st_mtime_ns for path in shop.glob("schools-*")}


def _apart(way: str, folder: Path, *more: str) -> tuple[float, float]:
    """Run one way in a process: seconds of processor, largest memory in MB."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.rollup", way, str(folder), *more],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, memory = done.stdout.split()[-2:]
    return float(seconds), float(memory)


def _ours(folder: Path, rows: int) -> None:
    connection = connect(MEMORY, 2)
    settings = load_settings(folder / "settings.toml")
    opened = open_inputs(settings, folder, connection)
    shop = Workshop(folder / ".counting", fingerprint(settings, opened, list(opened.sizes)))
    done = count_parts(opened, connection, shop, parts_of(opened, rows), lambda _: None)
    connection.close()
    found = gathered(shop, done, opened)
    for name, keys in KEYS.items():
        table = found.pop(name).rename(columns={"group_0": "sex"})
        table = table.groupby(keys, as_index=False).sum(numeric_only=True)
        table.to_parquet(folder / f"ours-{name}.parquet", index=False)


WAYS: dict[str, Callable[[Path, int], None]] = {
    "ours": _ours,
    "plain": lambda folder, _: plain(folder, PLENTY),
    "polars": lambda folder, _: with_polars(folder),
}

if __name__ == "__main__":
    if len(sys.argv) > 2:
        started = time.process_time()
        WAYS[sys.argv[1]](Path(sys.argv[2]), int((*sys.argv[3:], PART_ROWS)[0]))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(time.process_time() - started, memory)
    else:
        sys.exit(0 if report(run()) else 1)
