"""A made-up nation from raw files to its first page: minutes, memory, bytes, resume.

``python -m bench.nation`` makes 84,000 tracts and 100,000 schools. ``--part 0.1``, as among all
benches, makes a tenth of the tracts and schools of every state, with all of its counties, and one
state of California's size; what the whole takes is then reckoned from what a state and a tract
take.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.app import row
from bench.made_nation import SLUG, made_states, write_nation, write_one
from data.nation.file import Asked, Part
from data.nation.part import command

ROOT = Path(__file__).parents[1]
MINUTES, GIGABYTES, BYTES, SECONDS = 20.0, 8.0, 2_000_000.0, 4.0
TENTH, LARGEST = 0.1, "06"
LIBRARY = ("/static/js/", "/static/css/", "/static/media/", "/map/")
"""In addresses of what is the same for every place, and kept by browsers."""


@dataclass(frozen=True)
class Used:
    """What processes used: seconds of the clock and of the processor."""

    clock: float
    processor: float


def run(part: float = TENTH) -> list[dict[str, Any]]:
    """Make, build and open the nation in a store of its own."""
    with tempfile.TemporaryDirectory() as base:
        folder, environment = Path(base) / "files", {**os.environ, "ATLAS_HOME": f"{base}/home"}
        environment.pop("ATLAS_MIRROR", None)
        write_nation(made_states(part), folder)
        return [*_built(folder, environment, part), *_first_paint(environment)]


def _built(folder: Path, environment: dict[str, str], part: float) -> Iterator[dict[str, Any]]:
    """Build the nation, killed once and gone on with, and build it again with nothing changed."""
    states, whole = made_states(part), part >= 1
    first = _nation(folder, environment, stop_after=len(states) // 3)
    then = _nation(folder, environment)
    minutes, processor = first.clock + then.clock, first.processor + then.processor
    tracts, schools = (
        sum(getattr(each, name) for each in states) for name in ("tracts", "schools")
    )
    size = f"{tracts:,} tracts, {schools:,} schools; killed once and gone on with"
    told = f"{size}; {processor / 60:.1f} minutes of processor"
    yield row("nation, build (minutes)", minutes / 60, target=MINUTES if whole else None, note=told)
    again = _nation(folder, environment)
    yield row("nation, built again, nothing changed (minutes)", again.clock / 60)
    if not whole:
        yield from _reckoned(folder, environment, tracts, processor)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    yield row("nation, largest process of a build (GB)", peak, target=GIGABYTES)


def _reckoned(
    folder: Path, environment: dict[str, str], tracts: int, processor: float
) -> Iterator[dict[str, Any]]:
    """Reckon the whole: what a state takes, and what a tract takes, as in the largest state."""
    whole = made_states(1.0)
    largest = next(each for each in whole if each.fips == LARGEST)
    write_one(largest, folder)
    own = _used([*command(Part(largest.name, folder / largest.name), Asked())], environment)
    count = len(whole)
    a_tract = (count * own.processor - processor) / (count * largest.tracts - tracts)
    a_state = own.processor - largest.tracts * a_tract
    all_tracts = sum(each.tracts for each in whole)
    reckoned = (count * a_state + all_tracts * a_tract) / 60
    told = (
        f"{all_tracts:,} tracts, in processor time: {a_state:.1f} s a state and"
        f" {1000 * a_tract:.1f} ms a tract; {largest.tracts:,} tracts took {own.processor:.0f} s"
    )
    yield row("nation, build, reckoned (minutes)", reckoned, target=MINUTES, note=told)


def _nation(folder: Path, environment: dict[str, str], *, stop_after: int = 0) -> Used:
    build = [sys.executable, "-u", "-m", "data.build", SLUG, "--from", str(folder)]
    return _used(build, environment, stop_after=stop_after)


def _used(arguments: list[str], environment: dict[str, str], *, stop_after: int = 0) -> Used:
    """Run a command, or kill it after so many parts are done.

    Raises
    ------
    RuntimeError
        It failed.
    """
    before, started = _processor(), time.perf_counter()
    run = subprocess.Popen(
        arguments,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said, done = [], 0
    for line in run.stdout or ():
        said.append(line)
        done += ": done in " in line
        if stop_after and done == stop_after:
            run.kill()
            break
    if run.wait() and not stop_after:
        raise RuntimeError("".join(said[-20:]))
    return Used(time.perf_counter() - started, _processor() - before)


def _processor() -> float:
    """Seconds of processor that processes of this one have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _first_paint(environment: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Open the nation in a browser on a fresh server."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import FLAGS, chromium_path, serving

    sizes: dict[str, float] = {}
    named: dict[str, str] = {}
    frames: list[int] = []
    with serving(environment) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on(
            "Network.responseReceived",
            lambda each: named.update({each["requestId"]: each["response"]["url"]}),
        )
        session.on(
            "Network.loadingFinished",
            lambda each: sizes.update({each["requestId"]: each["encodedDataLength"]}),
        )
        session.on(
            "Network.webSocketFrameReceived",
            lambda each: frames.append(len(each["response"]["payloadData"]) * 3 // 4),
        )
        started = time.perf_counter()
        page.goto(f"{address}/?area={SLUG}")
        page.wait_for_selector(".atlas-limits", timeout=120_000)
        seconds = time.perf_counter() - started
        page.wait_for_selector("canvas", timeout=120_000)
        page.wait_for_timeout(15_000)  # the map has fetched what it draws
        browser.close()
    code = sum(size for key, size in sizes.items() if _is_code(named[key]))
    files = sum(sizes.values()) - code
    told = (
        f"outlines {files:,.0f}, messages {sum(frames):,}; besides {code:,.0f} of code that stays"
    )
    yield row("nation, bytes of the first paint", files + sum(frames), target=BYTES, note=told)
    yield row("nation, first page in a browser (s)", seconds, target=SECONDS)


def _is_code(url: str) -> bool:
    return any(each in url for each in LIBRARY)


if __name__ == "__main__":
    from bench import report

    parser = argparse.ArgumentParser(prog="python -m bench.nation", description=__doc__)
    parser.add_argument("--part", type=float, default=1.0, help="of the tracts and schools")
    report(run(parser.parse_args().part))
