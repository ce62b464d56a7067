"""A made-up state of California's size: build, preparation, pages, and what a first visit gets.

``BENCH_STATE_HOME`` may name a folder that an earlier run left: then only the pages are measured.
Others' load disturbs: build and reruns are also told in processor seconds, and held against those.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.app import row
from bench.made_state import MadeState, write_state

ROOT = Path(__file__).parents[1]
STATE = MadeState()
PAGES = {
    "overview": "",
    **{
        name: name
        for name in (
            *("hot_spots", "why_here", "schools", "social_drivers", "join_quality"),
            *("priorities", "goals", "plan", "methods"),
        )
    },
}
PAINTED = ("overview", "hot_spots", "schools", "social_drivers", "priorities", "join_quality")
BUILD_SECONDS, BUILD_GIGABYTES = 90.0, 3.0
RERUN_SECONDS, PAINT_SECONDS, PAINT_MEGABYTES = 0.4, 4.0, 2.0
RERUNS = 5
WATCHED = """
new MutationObserver((_, watch) => {
  if (!document.querySelector(".atlas-map[data-sketched]")) return;
  watch.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => (window.shown = performance.now())));
}).observe(document, { subtree: true, childList: true, attributes: true });
"""
"""Tells when the whole map is seen first; asked from outside, a busy page answers too late."""
TIMED = """
import resource, sys, time
from {module} import main
started = time.perf_counter()
code = main(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print("\\nmeasured", time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(code)
"""


def run() -> list[dict[str, Any]]:
    """Make the state, build it, prepare it and open its pages."""
    kept = os.environ.get("BENCH_STATE_HOME", "").strip()
    with _home(kept) as home:
        environment = {**os.environ, "ATLAS_HOME": str(home)}
        os.environ["ATLAS_HOME"] = str(home)
        rows = []
        if not (home / "panels" / STATE.name).is_dir():
            write_state(STATE, home / "raw")
            rows += [*_build(home, environment), *_prepare(environment)]
        return [*rows, *_reruns(), *_first_paint(environment)]


@contextmanager
def _home(kept: str) -> Iterator[Path]:
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory() as home:
        yield Path(home)


def _timed(module: str, arguments: list[str], environment: dict[str, str]) -> tuple[float, ...]:
    """Run a command in a process of its own; gives wall and processor seconds, and gigabytes."""
    command = [sys.executable, "-c", TIMED.format(module=module), *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    wall, used, kilobytes = map(float, done.stdout.rpartition("measured")[2].split())
    return wall, used, kilobytes / 1024**2


def _build(home: Path, environment: dict[str, str]) -> list[dict[str, Any]]:
    arguments = [STATE.name, "--from", str(home / "raw")]
    wall, used, gigabytes = _timed("data.build", arguments, environment)
    return [
        row(
            "state: build (processor s)", used, target=BUILD_SECONDS, note=f"{wall:.1f} s by clock"
        ),
        row("state: build, peak memory (GB)", gigabytes, target=BUILD_GIGABYTES),
    ]


def _prepare(environment: dict[str, str]) -> list[dict[str, Any]]:
    wall, used, gigabytes = _timed("ui.prepare", [STATE.name], environment)
    note = f"{wall:.1f} s by clock, {gigabytes:.1f} GB"
    return [row("state: ui.prepare (processor s)", used, note=note)]


def _reruns() -> list[dict[str, Any]]:
    """Open every page in one process, as a session does, and run it again as it stands."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
    app.query_params["area"] = STATE.name
    app.run()
    rows = []
    for name in PAGES:
        started = time.perf_counter()
        app.switch_page(f"pages/{name}.py").run()
        first = time.perf_counter() - started
        if app.exception:
            raise AssertionError(f"{name}: {app.exception[0].value}")
        wall, used = zip(*(_rerun(app) for _ in range(RERUNS)), strict=True)
        note = f"{statistics.median(wall):.2f} s by clock; first time {first:.2f}"
        seconds = statistics.median(used)
        rows.append(row(f"state: rerun of {name} (s)", seconds, target=RERUN_SECONDS, note=note))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return [*rows, row("state: one process with every page open (GB)", peak)]


def _rerun(app: Any) -> tuple[float, float]:
    wall, used = time.perf_counter(), time.process_time()
    app.run()
    return time.perf_counter() - wall, time.process_time() - used


def _first_paint(environment: dict[str, str]) -> list[dict[str, Any]]:
    """Open pages in a new browser each, software rendering; the server has served one before."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import FLAGS, chromium_path, serving

    with serving(environment) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        rows = [_painted(browser, address, name) for name in (PAINTED[0], *PAINTED)]
        browser.close()
    return [each for pair in rows[1:] for each in pair]


def _painted(browser: Any, address: str, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measure one visit: seconds until the map is drawn, and megabytes of the place."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    of_place: list[int] = []
    of_code: list[int] = []
    frames: list[int] = []

    def count(request: Any) -> None:
        size = request.sizes()["responseBodySize"]
        (of_place if "/app/static/geometry/" in request.url else of_code).append(size)

    page.on("requestfinished", count)
    page.on("websocket", lambda socket: socket.on("framereceived", lambda f: frames.append(len(f))))
    page.add_init_script(WATCHED)
    page.goto(f"{address}/{PAGES[name]}?area={STATE.name}")
    page.wait_for_selector(".atlas-map[data-painted='1']", timeout=300_000)
    first, last = page.evaluate("window.shown") / 1000, _pointed(page)
    page.wait_for_timeout(1_000)
    context.close()
    place, code = (sum(each) / 1e6 for each in ([*of_place, *frames], of_code))
    later = f"answers the pointer after {last:.1f} s"
    note = f"geometry {sum(of_place) / 1e6:.2f}, messages {sum(frames) / 1e6:.2f}; code {code:.1f}"
    return (
        row(f"state: first paint of {name} (s)", first, target=PAINT_SECONDS, note=later),
        row(f"state: first paint of {name} (MB)", place, target=PAINT_MEGABYTES, note=note),
    )


def _pointed(page: Any) -> float:
    """Seconds from the opening of a page until its map answered a pointer led across it."""
    box = page.locator(".atlas-map-canvas").first.bounding_box()
    for step in range(600):
        across, down = 0.2 + 0.6 * (step * 0.618 % 1), 0.2 + 0.6 * (step * 0.755 % 1)
        page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        if page.locator(".atlas-map-tip:not([hidden])").count():
            break
        page.wait_for_timeout(50)
    return float(page.evaluate("performance.now()")) / 1000


if __name__ == "__main__":
    from bench import report

    report(run())
