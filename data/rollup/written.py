"""The files of a roll-up: figures by month, week and day, and the manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.rollup.gate import Before, Key
from data.rollup.inputs import Opened

FORMAT = 1
MANIFEST = "manifest.json"
MONTHS: Mapping[str, str] = {
    "enrolled": "Students with a day of enrolment in the month.",
    "students": "Students with the minimum of days of enrolment, up to the end of the month.",
    "chronic": "Of those, absent on 10 % of their days or more, up to the end of the month.",
    "tier_0_5": "Of those, absent on fewer than 5 % of their days.",
    "tier_5_10": "Absent on 5 % and more, fewer than 10 %.",
    "tier_10_20": "Absent on 10 % and more, fewer than 20 %.",
    "tier_20": "Absent on 20 % and more.",
    "band_0_1": "September signal: fewer than 2 days missed; in the month in which it ends.",
    "band_2_4": "September signal: 2 to 4 days missed.",
    "band_5": "September signal: more than 4 days missed.",
    "possible": "Days of enrolment in the month, of all students together.",
    "absent": "Days missed in the month.",
}
"""Columns of `months.parquet` besides `kind`, `place`, `district`, `month`, `group`."""
DAYS = ("possible", "absent")
DATED = ("day", "week")


def write(
    folder: Path,
    figures: Mapping[Key, float | None],
    opened: Opened,
    manifest: Mapping[str, Any],
) -> None:
    """Write all files of a roll-up into an empty folder.

    Parameters
    ----------
    folder : Path
    figures : mapping of key to float or None
        (month, kind, place, group, measure) and (month, kind, place, "day" or "week", date,
        measure), and (0, kind, place, "band", band, measure); None = hidden. Days in units.
    opened : Opened
    manifest : mapping
    """
    parts = opened.rules.parts
    kinds: dict[str, list[tuple[Key, float | None]]] = {}
    for key, value in figures.items():
        kinds.setdefault(str(key[3]) if len(key) == 6 else "month", []).append((key, value))
    for name, cells in sorted(kinds.items()):
        table = _table(name, cells, opened.districts, parts)
        table.to_parquet(folder / f"{name}s.parquet", index=False)
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def earlier(folder: Path) -> tuple[Before, str]:
    """Read what an earlier roll-up in a folder gave and hid, by key, and its last day."""
    path = folder / MANIFEST
    if not path.is_file():
        return Before(), ""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    parts = int(manifest["rules"]["day_parts"])
    shown: dict[Key, float] = {}
    hidden: set[Key] = set()
    for name in ("month", *DATED):
        table = pd.read_parquet(folder / f"{name}s.parquet")
        names = [each for each in MONTHS if each in table]
        for row in table.to_dict("records"):
            number = int(str(row["month"]).replace("-", ""))
            own = (row["group"],) if name == "month" else (name, row["date"])
            for each in names:
                key = (number, row["kind"], row["place"], *own, each)
                if pd.isna(row[each]):
                    hidden.add(key)
                else:
                    shown[key] = float(row[each]) * (parts if each in DAYS else 1)
    return Before(shown, frozenset(hidden)), str(manifest["through"])


def _table(
    name: str, cells: list[tuple[Key, float | None]], districts: Mapping[str, str], parts: int
) -> pd.DataFrame:
    """Set out figures as a table: a row a place and time, a column a measure."""
    rows: dict[Key, dict[str, float]] = {}
    for key, value in cells:
        rows.setdefault(key[:-1], {})[str(key[-1])] = np.nan if value is None else value
    table = pd.DataFrame(list(rows.values()))
    keys = pd.DataFrame(list(rows), columns=["month", "kind", "place", *_named(name)])
    for each in table:
        if each in DAYS:
            table[each] = table[each] / parts
        else:
            table[each] = table[each].astype("Int64")
    table = table[[each for each in MONTHS if each in table]]
    number = keys["month"].astype(int).astype(str)
    keys["month"] = number.str[:4] + "-" + number.str[4:]
    keys.insert(
        2,
        "district",
        keys["place"].where(keys["kind"].eq("district"), keys["place"].map(districts)),
    )
    if name == "band":
        keys = keys.drop(columns="month")
    order = [
        each
        for each in ("month", "date", "kind", "district", "place", "group", "band")
        if each in keys
    ]
    both = pd.concat([keys.drop(columns="label", errors="ignore"), table], axis=1)
    return both.sort_values(order, ignore_index=True)


def _named(name: str) -> list[str]:
    return {"month": ["group"], "band": ["label", "band"]}.get(name, ["label", "date"])
