"""Time and memory of New York City from raw files to a protected panel."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 25.0
GIGABYTES = 1.5

COMMAND = """
import resource, sys
from data.build import main
code = main(sys.argv[1:])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("peak_kilobytes", peak if sys.platform != "darwin" else peak // 1024)
sys.exit(code)
"""


def run() -> list[dict[str, Any]]:
    """Build New York City once in a process of its own.

    Returns
    -------
    list of dict
        One row for time and one for memory, against the targets (there is no peer that does this).
    """
    mirror = os.environ.get("ATLAS_MIRROR", "").strip()
    if not mirror:
        return [_row("time", None, None, "s", "not run: ATLAS_MIRROR is not set")]
    with tempfile.TemporaryDirectory() as folder:
        arguments = [
            "nyc",
            "--out",
            str(Path(folder) / "nyc"),
            "--mirror",
            str(Path(mirror).resolve()),
        ]
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        seconds = time.perf_counter() - started
    if done.returncode:
        return [_row("time", None, SECONDS, "s", f"failed: {done.stderr.strip()[-300:]}")]
    kilobytes = int(done.stdout.split("peak_kilobytes")[-1])
    return [
        _row("time", seconds, SECONDS, "s", "one run, whole process, imports included"),
        _row("peak memory", kilobytes / 1024**2, GIGABYTES, "GB", "maximum resident set"),
    ]


def _row(
    what: str, ours: float | None, target: float | None, unit: str, note: str
) -> dict[str, Any]:
    measured = float("nan") if ours is None else ours
    return {
        "question": f"data.build nyc from raw files: {what}, {unit}",
        "ours": measured,
        "peer": None,
        "peer_name": "",
        "ratio": None,
        "target": target,
        "unit": unit,
        "ok": target is None or measured <= target,
        "note": note,
    }
