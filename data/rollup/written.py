"""The files of a roll-up: figures by month, week and day, and the manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.rollup.cells import DAYS, STUDENTS, Key
from data.rollup.inputs import Opened

FORMAT = 1
MANIFEST = "manifest.json"
EACH = "counted_at_each_school"
"""What the manifest calls `Earlier.each`."""
BANDED = "bands"
"""Stands there for a month where bands of the year's end are meant."""
UNTIL = "until.parquet"
"""Which weeks and months earlier roll-ups gave while they went on, and up to which day."""
MONTHS = (*STUDENTS, *DAYS)
"""Columns of `months.parquet` besides `kind`, `place`, `district`, `month`, `group`."""
DATED = ("day", "week")


@dataclass(frozen=True, eq=False)
class Earlier:
    """What earlier roll-ups in a folder gave, and hid.

    Attributes
    ----------
    figures : dict of key to float or None
        Of the last one, as `write` takes them.
    through : str
        Its last day; "" where there was none.
    until : frozenset of (key, through)
        Weeks and months that went on after the day up to which they were given: their keys.
    school_year : str
    each : mapping of str to mapping of str to list of str
        By district and month ("2024-09"): the figures in which students of several schools counted
        at each of them, see `data.rollup.overlap.FAMILIES`.
    """

    figures: Mapping[Key, float | None] = field(default_factory=dict)
    through: str = ""
    until: frozenset[tuple[Key, str]] = frozenset()
    school_year: str = ""
    each: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)


def write(
    folder: Path,
    figures: Mapping[Key, float | None],
    opened: Opened,
    manifest: Mapping[str, Any],
    before: Earlier = Earlier(),
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
    before : Earlier
        What is known of earlier roll-ups beside figures.
    """
    parts = opened.rules.parts
    kinds: dict[str, list[tuple[Key, float | None]]] = {}
    for key, value in figures.items():
        kinds.setdefault(str(key[3]) if len(key) == 6 else "month", []).append((key, value))
    for name, cells in sorted(kinds.items()):
        table = _table(name, cells, opened.districts, parts)
        if name == "month":  # bands are there from the month in which the signal ends
            lacking = [each for each in STUDENTS if each not in table]
            empty = pd.Series(pd.NA, table.index, dtype="Int64")
            table = table.assign(**dict.fromkeys(lacking, empty))
        if name == "band":
            table.insert(0, "school_year", str(manifest["school_year"]))
            table = pd.concat([opened.earlier, table], ignore_index=True)
        store(folder, f"{name}s", table)
    if "band" not in kinds and len(opened.earlier):
        store(folder, "bands", opened.earlier)
    if before.until:
        rows = [(*key, through) for key, through in sorted(before.until)]
        names = ["month", "kind", "place", "label", "date", "measure", "through"]
        pd.DataFrame(rows, columns=names).to_parquet(folder / UNTIL, index=False)
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def store(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write a table that keeps its contract.

    Raises
    ------
    ContractError
    """
    from data.contracts.check import validate  # 40 MB, not beside the count

    validate(f"rollup_{name}", table).to_parquet(folder / f"{name}.parquet", index=False)


def earlier(folder: Path) -> Earlier:
    """Read what earlier roll-ups in a folder gave and hid."""
    path = folder / MANIFEST
    if not path.is_file():
        return Earlier()
    manifest = json.loads(path.read_text(encoding="utf-8"))
    year, parts = manifest["school_year"], int(manifest["rules"]["day_parts"])
    figures: dict[Key, float | None] = {}
    for name in ("month", *DATED, "band"):
        if not (folder / f"{name}s.parquet").is_file():
            continue
        table = pd.read_parquet(folder / f"{name}s.parquet")
        names = [each for each in MONTHS if each in table]
        for row in table.to_dict("records"):
            if name == "band" and row.get("school_year", year) != year:
                continue
            number = int(str(row.get("month", "0")).replace("-", ""))
            own = {"month": (row.get("group"),), "band": ("band", row.get("band"))}
            label = own.get(name, (name, row.get("date")))
            for each in names:
                value = None if pd.isna(row[each]) else float(row[each])
                if value is not None and each in DAYS:
                    value *= parts
                figures[(number, row["kind"], row["place"], *label, each)] = value
    until: set[tuple[Key, str]] = set()
    if (folder / UNTIL).is_file():
        rows = pd.read_parquet(folder / UNTIL).itertuples(index=False, name=None)
        until = {(tuple(row[:-1]), str(row[-1])) for row in rows}
    return Earlier(
        figures, str(manifest["through"]), frozenset(until), year, manifest.get(EACH, {})
    )


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
