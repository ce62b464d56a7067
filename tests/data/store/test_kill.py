"""A build that is killed at any moment leaves the old panel or the new one, raw and protected."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.panel import load_panel

ROOT = Path(__file__).resolve().parents[3]
OLD = "Old County"


def age(folder: Path) -> None:
    """Name the place of both copies so that the old panel is known."""
    for path in (folder / "manifest.json", folder / "protected" / "manifest.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        record["area"]["name"] = OLD
        path.write_text(json.dumps(record), encoding="utf-8")


def build(folder: Path, home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "data.build", "demo", "--out", str(folder)],
        cwd=ROOT,
        env={**os.environ, "ATLAS_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_whole_build_killed_at_many_points(
    demo_path: Path, tmp_path: Path, replicates: Callable[[int, int], int]
) -> None:
    folder, points = tmp_path / "panels" / "demo", replicates(3, 100)
    shutil.copytree(demo_path, folder)
    age(folder)
    started = time.perf_counter()
    assert build(folder, tmp_path).wait() == 0
    whole = time.perf_counter() - started
    new = load_panel(folder).area.name
    states = []
    for part in (np.arange(points) + 0.5) / points:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(demo_path, folder)
        age(folder)
        run = build(folder, tmp_path)
        try:
            run.wait(timeout=float(part) * whole)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.wait()
        raw, shown = load_panel(folder), load_panel(folder / "protected")
        assert raw.area.name == shown.area.name
        assert raw.area.name in (OLD, new)
        assert shown.protected
        states.append(raw.area.name)
    assert OLD in states
