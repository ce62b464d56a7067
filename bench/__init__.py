"""Side-by-side speed and memory, one file a question; ratios measured in the same run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def report(rows: Iterable[dict[str, Any]]) -> bool:
    """Print one line a measurement; True when every target holds."""
    good = True
    for row in rows:
        peer = "" if row.get("peer") is None else f"  {row['peer_name']} {row['peer']:.4g}"
        ratio = "" if row.get("ratio") is None else f"  ratio {row['ratio']:.3g}"
        target = "" if row.get("target") is None else f"  target <= {row['target']:g}"
        verdict = "" if row.get("target") is None else "  ok" if row["ok"] else "  MISSED"
        note = f"  ({row['note']})" if row.get("note") else ""
        print(f"{row['question']:<58}{row['ours']:>12.4g}{peer}{ratio}{target}{verdict}{note}")
        good &= bool(row["ok"])
    return good
