"""The year under way at the size of New York City, and a programme held against like schools.

Reads the built place of `ATLAS_HOME`: 1,645 schools with days, 1,525 with years. Each figure is the
least of three, one process, nothing kept. `python -m bench this_year`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.app import row
from data.in_year import store
from data.panel import load_panel
from data.plan.programme_examples import example
from data.views.evaluation import evaluate, smallest
from data.views.in_year import laid_year, least_students
from data.views.in_year_calendar import same_day_units
from data.views.in_year_forecast import forecast_view, from_days
from data.views.in_year_movers import movers_view
from data.views.in_year_waves import waves_view
from data.views.joins import joined
from data.views.units import unit_parts

SLUG, NOW, THEN = "nyc", "2015-16", "2013-14"
TIMES = 3


def run() -> list[dict[str, Any]]:
    """Time each question; one row each."""
    panel = load_panel(Path(os.environ["ATLAS_HOME"]) / "panels" / SLUG / "protected")
    figures = store.load(SLUG)
    if figures is None:
        raise SystemExit(f"no figures of the year in the store: python -m data.update {SLUG}")
    shares = joined(panel, panel.parameters["catchment"]["method"]).table
    parts = unit_parts(panel, "neighbourhood", shares)
    least, levels = least_students(panel), panel.schools["level"]
    now, then = (laid_year(figures.days, year, least=least) for year in (NOW, THEN))
    asked: dict[str, tuple[Callable[[], object], float]] = {
        "figures read": (lambda: store.load(SLUG), 1.0),
        "days of a year laid out": (lambda: laid_year(figures.days, NOW, least=least), 0.5),
        "neighbourhoods beside the year before": (
            lambda: same_day_units(then, now, parts, least=least),
            1.0,
        ),
        "schools that moved": (lambda: movers_view(then, now, least=least), 0.5),
        "forecast of the year's end": (
            lambda: forecast_view(from_days(panel, now, {THEN: then}), least=least, strata=levels),
            0.5,
        ),
        "illness waves": (lambda: waves_view(now, parts, least=least), 1.0),
        "closed health centres held against like schools": (
            lambda: evaluate(panel, "all", example(panel)),
            5.0,
        ),
        "smallest effects of programmes": (lambda: smallest(panel, "all", 9), 5.0),
    }
    return [
        row(f"{SLUG}: {name} (s)", _least(make), target=budget)
        for name, (make, budget) in asked.items()
    ]


def _least(make: Callable[[], object]) -> float:
    """Seconds of the fastest of a few runs."""
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        make()
        seconds.append(time.perf_counter() - started)
    return min(seconds)
