"""Run every bench: ``python -m bench``."""

from __future__ import annotations

import importlib
import sys

from bench import report

QUESTIONS = ("queen", "hotspots", "zones", "association", "access", "build", "app", "report")

results = [report(importlib.import_module(f"bench.{name}").run()) for name in QUESTIONS]
sys.exit(0 if all(results) else 1)
