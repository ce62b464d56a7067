"""The gate at the size of New York City, as if its counts were shared under an agreement.

`python -m bench.disclosure` reads the built place, or builds it, protects its counts and audits
them against the totals of every level, district and neighbourhood in every year. The target is 30 s
for the audit on 2 cores.
"""

import os
import time
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analytics.disclosure import PRESETS, release
from bench import report
from data.audit import audit_panel
from data.build import build_panel, is_built
from data.panel import Panel, load_panel
from data.store.folders import build_path
from data.store.protected import places

SECONDS = 30.0


def run() -> list[dict[str, Any]]:
    """Audit the city; one row."""
    raw = _city()
    raw = replace(raw, sources=tuple(replace(each, release="restricted") for each in raw.sources))
    started = time.perf_counter()
    policy = PRESETS["restricted"]
    made = release(raw.absence, policy, schools=places(raw))
    told = {"policies": {"restricted": asdict(policy)}, "withheld": list(made.withheld)}
    shown = replace(raw, absence=made.table, parameters={**raw.parameters, **told})
    protected = time.perf_counter() - started
    started = time.perf_counter()
    found = audit_panel(raw, shown)
    seconds = time.perf_counter() - started
    return [
        {
            "question": "audit of New York City as if restricted (s)",
            "ours": seconds,
            "target": SECONDS,
            "ok": seconds <= SECONDS and found.passed and found.hidden > 0,
            "note": f"{found.hidden} hidden cells, {found.totals:,} sums, {found.withheld} totals"
            f" withheld, {len(found.disclosed)} worked out; protecting took {protected:.0f} s",
        }
    ]


def _city() -> Panel:
    """Open the city in the store, or build it for this run."""
    folder = build_path("nyc")
    if is_built(folder):
        return load_panel(folder)
    with TemporaryDirectory() as made:
        out = Path(made) / "nyc"
        build_panel("nyc", out=out, mirror=Path(os.environ["ATLAS_MIRROR"]), say=lambda _line: None)
        return load_panel(out)


if __name__ == "__main__":
    raise SystemExit(0 if report(run()) else 1)
