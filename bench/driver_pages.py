"""Seconds of the Why here and Social drivers pages on New York City: opened, and run again.

Each page is opened by the link of a newcomer, then its own control is moved through several
choices, each once new and then again from the cache.
"""

from __future__ import annotations

import os
import statistics
from typing import Any

from bench.app import ROUNDS, new_york, opened, row, timed

PAGES = {"why_here": "cluster", "social_drivers": "driver"}
CHOICES = 4
TARGET = 0.3


def run() -> list[dict[str, Any]]:
    """Measure both pages."""
    if not os.environ.get("ATLAS_MIRROR"):
        return [row("driver pages", note="skipped: ATLAS_MIRROR is not set")]
    with new_york():
        return [line for page, key in PAGES.items() for line in _page(page, key)]


def _page(page: str, key: str) -> list[dict[str, Any]]:
    app, first = opened(page)
    options = range(min(CHOICES, len(app.selectbox(key=key).options)))
    new = [_moved(app, key, at) for at in options]
    again = [_moved(app, key, at) for _ in range(ROUNDS) for at in options]
    return [
        row(f"{page}, opened (s)", first),
        row(f"{page}, {key} changed, first time, worst (s)", max(new)),
        row(f"{page}, {key} changed, p50 (s)", statistics.median(again), target=TARGET),
    ]


def _moved(app: Any, key: str, at: int) -> float:
    """Choose the option at a position and time the run."""
    app.selectbox(key=key).select_index(at)
    return timed(app)


if __name__ == "__main__":
    from bench import report

    report(run())
