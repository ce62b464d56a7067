"""Run every bench, or those named: ``python -m bench [QUESTION ...]``.

`soak` takes twenty minutes and runs when it is named.
"""

from __future__ import annotations

import importlib
import sys

from bench import report

QUESTIONS = (
    "queen",
    "hotspots",
    "zones",
    "association",
    "access",
    "build",
    "intake",
    "app",
    "report",
    "imports",
    "load",
    "disclosure",
    "state",
    "nation",
    "county_alarms",
    "this_year",
    "growth",
)

results = [
    report(importlib.import_module(f"bench.{name}").run()) for name in sys.argv[1:] or QUESTIONS
]
sys.exit(0 if all(results) else 1)
