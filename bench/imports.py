"""What a process loads before it answers: ``python -X importtime`` over all that pages import."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.app import row

ROOT = Path(__file__).parents[1]
BUDGET = 4.0  # seconds, of the ten that a start may take
LISTED = 10
CODE = "from ui.ready import load_pages; load_pages()"


def run() -> list[dict[str, Any]]:
    """Load everything once in a fresh process; the packages that take longest, and their sum."""
    found = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", CODE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    own: dict[str, float] = defaultdict(float)
    for line in found.stderr.splitlines():
        kind, _, rest = line.partition(":")
        parts = rest.split("|")
        if kind == "import time" and len(parts) == 3 and parts[0].strip().isdigit():
            own[parts[2].strip().partition(".")[0]] += int(parts[0]) / 1e6
    total = sum(own.values())
    longest = sorted(own.items(), key=lambda item: -item[1])[:LISTED]
    named = ", ".join(f"{name} {seconds:.2f}" for name, seconds in longest)
    question = "modules of all pages, loaded in a fresh process (s)"
    return [row(question, total, target=BUDGET, note=named)]
