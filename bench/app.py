"""Speed and bytes of the hot-spot page when only the measure changes.

Server side: the whole script run of the page on New York City, first for each measure and then from
the cache. On the wire: bytes of the websocket frames that one such change brings to Chromium.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROUNDS = 5
MEASURES = ("crude", "eb", "ratio")


def run() -> list[dict[str, Any]]:
    """Build New York City into a store of its own and measure."""
    if not os.environ.get("ATLAS_MIRROR"):
        return [row("hot-spot page", note="skipped: ATLAS_MIRROR is not set")]
    with new_york() as environment:
        return [*_server_side(), *_on_the_wire(environment)]


@contextmanager
def new_york() -> Iterator[dict[str, str]]:
    """Build New York City into a store of its own; gives the environment of its processes."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ATLAS_HOME": home}
        build = [sys.executable, "-m", "data.build", "nyc", "--mirror", os.environ["ATLAS_MIRROR"]]
        subprocess.run(build, cwd=ROOT, env=environment, check=True, capture_output=True)
        os.environ["ATLAS_HOME"] = home
        yield environment


def opened(page: str) -> tuple[Any, float]:
    """Open a page of New York City in this process; gives the app and the seconds it took."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["area"] = "nyc"
    app.run()
    started = time.perf_counter()
    app.switch_page(f"pages/{page}.py").run()
    return app, time.perf_counter() - started


def timed(app: Any) -> float:
    """Run the page as its controls stand; gives the seconds it took."""
    started = time.perf_counter()
    app.run()
    return time.perf_counter() - started


def _server_side() -> list[dict[str, Any]]:
    app, _ = opened("hot_spots")
    first = [_measured(app, measure) for measure in MEASURES[:2]]
    again = [_measured(app, measure) for _ in range(ROUNDS) for measure in MEASURES]
    return [
        row("rerun, measure changed, first time (s)", max(first), target=None),
        row("rerun, measure changed, p50 (s)", statistics.median(first + again), target=0.25),
    ]


def _measured(app: Any, measure: str) -> float:
    app.selectbox(key="measure").select(measure)
    return timed(app)


def _on_the_wire(environment: dict[str, str]) -> list[dict[str, Any]]:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import FLAGS, chromium_path, serving
    from tests.browser.screen import choose

    received: list[int] = []

    def note(frame: str | bytes) -> None:
        received.append(len(frame))

    with serving(environment) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.on("websocket", lambda socket: socket.on("framereceived", note))
        page.goto(f"{address}/hot_spots?area=nyc")
        page.wait_for_selector(".atlas-limits", timeout=90_000)
        page.wait_for_timeout(6_000)
        sizes = []
        for label in ("Share of students", "Ratio to expected"):
            received.clear()
            choose(page, "Measure", label)
            page.wait_for_timeout(4_000)
            sizes.append(sum(received))
        browser.close()
    return [row("websocket bytes of that rerun", float(max(sizes)), target=20_000)]


def row(
    question: str, ours: float = float("nan"), *, target: float | None = None, note: str = ""
) -> dict[str, Any]:
    """Lay out one measurement."""
    return {
        "question": question,
        "ours": ours,
        "peer": None,
        "peer_name": "",
        "ratio": None,
        "target": target,
        "unit": "",
        "ok": target is None or ours <= target,
        "note": note,
    }


if __name__ == "__main__":
    from bench import report

    report(run())
