"""Whether a server grows while people come and go: ``python -m bench soak``, twenty minutes.

Readers open the app, turn pages of two places, leave, and others come. What the server holds and
what a page takes are compared between an early and the last part of that time; the first part fills
what is kept.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from typing import Any

import numpy as np

from bench.app import row
from bench.load import LIMIT, PAGES, _memory, _opened, _p95, _python, _server, _session

READERS, PAGES_EACH = 20, 6
THINKING = (1.0, 4.0)  # seconds
MINUTES = 20.0
FILLED = 0.4  # part of the time after which everything that is kept has been asked for
GROWTH = 1.10


def run() -> list[dict[str, Any]]:
    """Let readers come and go for twenty minutes, or as many as `ATLAS_SOAK_MINUTES` says."""
    minutes = float(os.environ.get("ATLAS_SOAK_MINUTES", MINUTES))
    places = ["demo", *(["nyc"] if os.environ.get("ATLAS_MIRROR") else [])]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ATLAS_HOME": home}
        for place in places:
            for command in (["data.build", place], ["ui.prepare", place]):
                _python(command, environment)
        with _server(environment) as address:
            held, waits = asyncio.run(_soaked(address, places, 60 * minutes))
    early = [gigabytes for part, gigabytes in held if FILLED <= part < FILLED + 0.1]
    last = [gigabytes for part, gigabytes in held if part >= 0.9]
    first = [seconds for part, seconds in waits if FILLED <= part < 0.6]
    end = [seconds for part, seconds in waits if part >= 0.8]
    growth = float(np.median(last) / np.median(early))
    slower = _p95(end) / _p95(first)
    who = f"{READERS} readers who come and go"
    note = f"{len(waits)} pages in {minutes:g} min, {np.median(last):.2f} GB at the end"
    return [
        row(f"{who}: memory at the end beside early", growth, target=GROWTH, note=note),
        row(f"{who}: p95 of a page at the end", slower, target=GROWTH, note=f"{_p95(end):.2f} s"),
    ]


async def _soaked(
    address: str, places: list[str], seconds: float
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Let readers turn pages; gives gigabytes held and seconds waited, each at a part of the time.

    All loops end with the time.
    """
    began = time.monotonic()
    waits: list[tuple[float, float]] = []
    held: list[tuple[float, float]] = []

    def part() -> float:
        return (time.monotonic() - began) / seconds

    async def seat(number: int) -> None:
        dice = np.random.default_rng(number)
        while part() < 1:
            place = str(dice.choice(places))
            async with _session(address) as socket_:
                for page in ["", *dice.choice(PAGES, PAGES_EACH)]:
                    waits.append((part(), await _opened(socket_, place, str(page))))
                    await asyncio.sleep(dice.uniform(*THINKING))

    async def watch() -> None:
        while part() < 1:
            held.append((part(), _memory(address, "VmRSS")))
            await asyncio.sleep(min(5.0, seconds / 100))

    async with asyncio.timeout(seconds + LIMIT):
        await asyncio.gather(watch(), *(seat(number) for number in range(READERS)))
    return held, waits
