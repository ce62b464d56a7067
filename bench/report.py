"""Seconds that a brief of New York City takes on paper and as slides.

The page has been opened before, as whoever asks for a brief has done: its hot spots, neighbourhoods
and outlines are there. The first brief of a process and a later one are told apart: the first loads
fonts and libraries, and lays the map's outlines out.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from bench.app import new_york, row

ROUNDS = 3
WHEN = date(2026, 11, 29)
PDF_SECONDS, SLIDES_SECONDS = 3.0, 2.0


def run() -> list[dict[str, Any]]:
    """Build New York City into a store of its own and measure."""
    if not os.environ.get("ATLAS_MIRROR"):
        return [row("brief of a city", note="skipped: ATLAS_MIRROR is not set")]
    with new_york():
        return _measured()


def _measured() -> list[dict[str, Any]]:
    from ui import queries
    from ui.queries import hotspots, neighbourhoods

    view = replace(queries.choices("nyc").default(), year="2018-19")
    hotspots.found(view)
    neighbourhoods.table(view)
    queries.geometry(view)

    def paper() -> None:
        from ui.report.brief import brief
        from ui.report.pdf import brief_pdf

        brief_pdf(brief(view, "area", WHEN))

    def slides() -> None:
        from ui.report.brief import brief
        from ui.report.slides import brief_slides

        brief_slides(brief(view, "area", WHEN))

    return [*_timed("PDF", paper, PDF_SECONDS), *_timed("slides", slides, SLIDES_SECONDS)]


def _timed(what: str, make: Callable[[], None], target: float) -> list[dict[str, Any]]:
    seconds = []
    for _ in range(1 + ROUNDS):
        started = time.perf_counter()
        make()
        seconds.append(time.perf_counter() - started)
    first, later = seconds[0], statistics.median(seconds[1:])
    return [
        row(f"{what} of a city, first (s)", first, target=target),
        row(f"{what} of a city, later (s)", later, target=target),
    ]


if __name__ == "__main__":
    from bench import report

    report(run())
