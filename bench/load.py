"""How long people wait who open the app together: ``python -m bench load``.

Every reader is a websocket session of a real server on this machine's loopback, without a browser;
what is timed is from the request for a page to the end of its script. Cold is a fresh process over
a prepared store. All loops are bounded.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from bench.app import row
from tests.page_names import EVERY, FIRST

ROOT = Path(__file__).parents[1]
PAGES = [name for name in EVERY if name not in (FIRST, "nation")]  # that one is of other places
TOGETHER, STAYING, VISITS = 20, 20, 4
MANY, PROCESSES = 100, 2
LIMIT = 180.0  # seconds that a page may take before the bench gives up
ROUNDS = 5


def run() -> list[dict[str, Any]]:
    """Measure the demo county and, where its files are, New York City."""
    places = ["demo", *(["nyc"] if os.environ.get("ATLAS_MIRROR") else [])]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ATLAS_HOME": home}
        for place in places:
            for command in (["data.build", place], ["ui.prepare", place]):
                _python(command, environment)
        return [each for place in places for each in _place(place, environment)]


def _python(command: Sequence[str], environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )


def _place(place: str, environment: dict[str, str]) -> list[dict[str, Any]]:
    first, then = (1.0, 1.0) if place == "demo" else (1.5, 2.5)
    start, cold, together_cold = [], [], []
    after: list[tuple[float, str]] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with _server(environment) as address:
            start.append(time.perf_counter() - began)
            cold.append(asyncio.run(_visits(address, place, [""]))[0])
            visits = asyncio.run(_visits(address, place, ["", *PAGES]))
            after += zip(visits[1:], PAGES, strict=True)
        with _server(environment) as address:
            together_cold.append(max(asyncio.run(_together(address, place, TOGETHER))))
    with _server(environment) as address:
        asyncio.run(_visits(address, place, ["", *PAGES]))
        alone = [asyncio.run(_visits(address, place, [""]))[0] for _ in range(ROUNDS)]
        together = [_p95(asyncio.run(_together(address, place, TOGETHER))) for _ in range(ROUNDS)]
        waits, memory = asyncio.run(_staying(address, place, STAYING)), _memory(address)
    many, slow = _many(place, environment), max(after)
    median = statistics.median
    return [
        _row(place, "start of a process until it answers", median(start), 10.0),
        _row(place, "first page of a fresh process", median(cold), first),
        _row(place, f"any page after it, the slowest ({slow[1]})", slow[0], then),
        _row(place, f"{TOGETHER} at once, fresh process, the last", median(together_cold), 4.0),
        _row(place, "one new session, warm", median(alone), 0.10),
        _row(place, f"{TOGETHER} at once, warm, p95", median(together), 1.8),
        _row(place, f"{STAYING} readers who think 5 to 15 s, p95", _p95(waits), 0.5),
        _row(place, f"{MANY} readers who think 5 to 15 s, {PROCESSES} processes, p95", many, 1.5),
        _row(place, "memory of the server with 20 readers, GB", memory, 1.0),
    ]


def _many(place: str, environment: dict[str, str]) -> float:
    """Let many readers turn pages of several processes, as docs/deploy.md has it; the p95."""

    async def waits(addresses: Sequence[str]) -> list[float]:
        each = MANY // len(addresses)
        parts = await asyncio.gather(*(_staying(address, place, each) for address in addresses))
        return [seconds for part in parts for seconds in part]

    with ExitStack() as servers:
        addresses = [servers.enter_context(_server(environment)) for _ in range(PROCESSES)]
        for address in addresses:
            asyncio.run(_visits(address, place, ["", *PAGES]))
        return _p95(asyncio.run(waits(addresses)))


@contextmanager
def _server(environment: dict[str, str]) -> Iterator[str]:
    """Serve the app in a process of its own; gives its port and process id as "port:id"."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    try:
        for _ in range(600):
            try:
                with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                    break
            except (URLError, OSError):
                time.sleep(0.05)
        yield f"{port}:{server.pid}"
    finally:
        server.terminate()
        server.wait(timeout=30)


async def _visits(address: str, place: str, pages: Sequence[str]) -> list[float]:
    """Open pages one after the other in one session; gives the seconds of each."""
    async with _session(address) as socket_:
        return [await _opened(socket_, place, page) for page in pages]


async def _together(address: str, place: str, readers: int) -> list[float]:
    """Let many open the place at the same moment; gives the seconds that each waited."""
    return [
        seconds
        for each in await asyncio.gather(*(_visits(address, place, [""]) for _ in range(readers)))
        for seconds in each
    ]


async def _staying(address: str, place: str, readers: int) -> list[float]:
    """Let many turn pages, thinking in between; gives the seconds of every page but the first."""

    async def reader(number: int) -> list[float]:
        dice = np.random.default_rng(number)
        waits = []
        async with _session(address) as socket_:
            await _opened(socket_, place, "")
            for _ in range(VISITS):
                await asyncio.sleep(dice.uniform(5, 15))
                waits.append(await _opened(socket_, place, str(dice.choice(PAGES))))
        return waits

    found = await asyncio.gather(*(reader(number) for number in range(readers)))
    return [seconds for each in found for seconds in each]


def _session(address: str) -> connect:
    port = address.partition(":")[0]
    return connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
        max_size=None,
        open_timeout=LIMIT,
    )


async def _opened(socket_: ClientConnection, place: str, page: str) -> float:
    """Ask for a page and wait for the end of its script; gives the seconds it took."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    ask = BackMsg()
    ask.rerun_script.query_string = f"area={place}"
    ask.rerun_script.page_name = page
    started = time.perf_counter()
    await socket_.send(ask.SerializeToString())
    async with asyncio.timeout(LIMIT):
        async for frame in socket_:
            told = ForwardMsg()
            told.ParseFromString(bytes(frame))  # type: ignore[arg-type]
            kind = told.WhichOneof("type")
            if kind == "page_not_found":
                raise RuntimeError(f"there is no page {page!r}")
            if kind == "script_finished":
                finished = told.script_finished
                if finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return time.perf_counter() - started
                if finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    raise RuntimeError(f"the page {page!r} of {place} ended with {finished}")
    raise RuntimeError(f"the server closed the session on the page {page!r} of {place}")


def _memory(address: str, what: str = "VmHWM") -> float:
    """Give the most memory the server has held, in GB; with "VmRSS" what it holds now."""
    process = address.partition(":")[2]
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024**2
    return float("nan")


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[min(len(seconds) - 1, int(0.95 * len(seconds)))]


def _row(place: str, what: str, ours: float, target: float) -> dict[str, Any]:
    return row(f"{place}: {what}", ours, target=target)
