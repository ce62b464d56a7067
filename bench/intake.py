"""Time and memory of opening a state's own file: 340,000 rows of California's layout.

The file is made up: levels, charter and alternative schools, 25 categories a school, ids in three
columns. Looked at, settled, and settled again as after each answer.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
ROWS = 340_000
LOOK, SETTLE, GIGABYTES = 12.0, 8.0, 1.2
GROUPS = (
    *("TA", "RB", "RI", "RA", "RF", "RH", "RD", "RP", "RT", "RW", "GM", "GF", "GX", "GZ"),
    *("SE", "SD", "SS", "SM", "SF", "SH", "GRKN", "GR13", "GR46", "GR78", "GR912"),
)
HEAD = (
    *("Academic Year", "Aggregate Level", "County Code", "District Code", "School Code"),
    *("County Name", "District Name", "School Name", "Charter School", "DASS"),
    *("Reporting Category", "ChronicAbsenteeismEligibleCumulativeEnrollment"),
    *("ChronicAbsenteeismCount", "ChronicAbsenteeismRate"),
)
PLACES = ("CDSCode", "County", "District", "School", "GSoffered", "Latitude", "Longitude")
FEW, OF_DISTRICT = 10, 12
COMMAND = """
import json, resource, sys, time
from pathlib import Path
from data.intake.interview import Interview
from data.intake.look import look
from data.intake.place import settle
paths = list(map(Path, sys.argv[1:]))
answers = {"place": {"state": "California"}}
times, started = [], time.perf_counter()
tables = [table for path in paths for table in look(path)]
for _ in range(3):
    times.append(time.perf_counter() - started)
    started = time.perf_counter()
    intake = settle(tables, Interview(answers))
times.append(time.perf_counter() - started)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert intake.matches[0].share == 1.0
print(json.dumps({"times": times, "peak": peak if sys.platform != "darwin" else peak // 1024}))
"""


def run() -> list[dict[str, Any]]:
    """Open the file once in a process of its own.

    Returns
    -------
    list of dict
        Seconds to look at it, to settle it, and to settle it after an answer; peak memory.
    """
    with tempfile.TemporaryDirectory(prefix="atlas-") as name:
        paths = write(Path(name))
        size = paths[0].stat().st_size / 1024**2
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *map(str, paths)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout)
    look, first, _, again = found["times"]
    note = f"{ROWS:,} rows, {size:.0f} MB"
    return [
        _row("look at a state's file", look, LOOK, "s", note),
        _row("settle it", first, SETTLE, "s", note),
        _row("settle it after an answer", again, SETTLE, "s", note),
        _row("peak memory", found["peak"] / 1024**2, GIGABYTES, "GB", note),
    ]


def write(folder: Path) -> tuple[Path, Path]:
    """Write the file and its list of schools."""
    rng = np.random.default_rng(1)
    absence, schools = folder / "chronicabsenteeism24.txt", folder / "pubschls.txt"
    with absence.open("w", newline="") as file, schools.open("w", newline="") as listed:
        out, places = csv.writer(file, delimiter="\t"), csv.writer(listed, delimiter="\t")
        out.writerow(HEAD)
        places.writerow(PLACES)
        written = school = 0
        while written < ROWS:
            district = f"{60_000 + school // OF_DISTRICT:05d}"
            code = (f"{school % 58 + 1:02d}", district, f"{100_000 + school:07d}")
            names = (f"County {code[0]}", f"District {code[1]} Unified", f"School {school}")
            if school % OF_DISTRICT == 0:
                out.writerows(_rows(rng, "D", (*code[:2], ""), (*names[:2], ""), every=True))
                written += 9 * len(GROUPS)
            out.writerows(_rows(rng, "S", code, names, every=False))
            written += len(GROUPS)
            place = (f"{rng.uniform(33, 41):.5f}", f"{rng.uniform(-123, -115):.5f}")
            places.writerow(["".join(code), *names, "K-5", *place])
            school += 1
    return absence, schools


def _rows(
    rng: np.random.Generator,
    level: str,
    code: tuple[str, ...],
    names: tuple[str, ...],
    *,
    every: bool,
) -> list[tuple[object, ...]]:
    """Make the rows of a school, or of a district with its charter and alternative schools."""
    flags = ("All", "Yes", "No") if every else ("All",)
    size = int(rng.integers(60, 900))
    rows = []
    for charter in flags:
        for dass in flags:
            for at, group in enumerate(GROUPS):
                n = size if at == 0 else int(rng.binomial(size, rng.uniform(0, 0.5)))
                x = int(rng.binomial(n, 0.22))
                figures = (n, x, f"{100 * x / n:.1f}") if n > FEW else (n, "*", "*")
                rows.append(("2023-24", level, *code, *names, charter, dass, group, *figures))
    return rows


def _row(question: str, ours: float, target: float, unit: str, note: str) -> dict[str, Any]:
    return {
        "question": f"intake: {question} [{unit}]",
        "ours": ours,
        "peer": None,
        "peer_name": None,
        "ratio": None,
        "target": target,
        "ok": ours <= target,
        "note": note,
    }
