"""The count, in parts that fit into memory; what is done stays done when the program is killed.

A part is some schools, or the students of several schools of some districts. Its counts are kept
in a folder of their own until the roll-up is written: counts, never records, but not yet gated. The
folder is readable by its owner alone and goes when all is written.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import DataError
from data.rollup.counter import Counter, Tables
from data.rollup.inputs import Opened
from data.rollup.settings import Settings

PART_ROWS = 10_000_000
SUMS = ("students", "enrolled", "possible", "absent")
COUNTED = 2
"""Version of what a part is: a count of another version is begun anew."""


@dataclass(frozen=True)
class Part:
    """What is counted together.

    Attributes
    ----------
    kind : {"schools", "movers"}
    places : tuple of str
        Schools, or districts.
    """

    kind: str
    places: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of its file."""
        text = json.dumps(asdict(self))
        return f"{self.kind}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.parquet"

    def halves(self) -> tuple[Part, Part]:
        """Split it in two."""
        at = len(self.places) // 2
        return Part(self.kind, self.places[:at]), Part(self.kind, self.places[at:])


def parts_of(opened: Opened, rows: int = PART_ROWS) -> list[Part]:
    """Divide schools into parts of about as many records, in the order of districts."""
    made: list[Part] = []
    schools: list[str] = []
    size = 0
    ordered = sorted(opened.districts, key=lambda school: (opened.districts[school], school))
    for school in (each for each in ordered if each in opened.sizes):
        if schools and size + opened.sizes[school] > rows:
            made.append(Part("schools", tuple(schools)))
            schools, size = [], 0
        schools.append(school)
        size += opened.sizes[school]
    made.append(Part("schools", tuple(schools)))
    districts = sorted({opened.districts[school] for school in opened.sizes})
    return [*made, Part("movers", tuple(districts))]


def fingerprint(settings: Settings, opened: Opened, schools: Sequence[str]) -> str:
    """Say in a few letters what is counted: settings, and names, sizes and times of files."""
    files = [
        (path.name, path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(set(opened.files))
    ]
    wanted = [COUNTED, asdict(settings), files, sorted(schools)]
    text = json.dumps(wanted, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class Workshop:
    """The folder where parts that are done wait."""

    def __init__(self, folder: Path, mark: str) -> None:
        self.folder = folder
        stored = folder / "mark"
        if folder.is_dir() and (not stored.is_file() or stored.read_text() != mark):
            shutil.rmtree(folder)
        if not folder.is_dir():
            folder.mkdir(parents=True, mode=0o700)
            _write(stored, mark.encode())

    def done(self, part: Part) -> bool:
        """Say whether a part is done."""
        return (self.folder / part.name).is_file()

    def keep(self, part: Part, tables: Tables) -> None:
        """Keep a part's counts, whole or not at all."""
        sink = pa.BufferOutputStream()
        pq.write_table(_together(tables), sink)
        _write(self.folder / part.name, sink.getvalue().to_pybytes())

    def read(self, part: Part) -> Tables:
        """Read a part's counts."""
        return _apart(pq.read_table(self.folder / part.name))

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder)


def count_parts(
    opened: Opened,
    connection: Any,
    shop: Workshop,
    parts: Sequence[Part],
    say: Callable[[str], None],
) -> list[Part]:
    """Count every part that is not done.

    Returns
    -------
    list of Part
        The parts as they were counted: one that did not fit into memory was halved.

    Raises
    ------
    DataError
        One school alone does not fit into memory.
    """
    counter = Counter(opened, connection)
    waiting, made = list(parts), []
    while waiting:
        part = waiting.pop(0)
        if not shop.done(part):
            try:
                shop.keep(part, _counted(part, counter))
                pa.default_memory_pool().release_unused()
            except duckdb.OutOfMemoryException:
                if len(part.places) == 1:
                    raise DataError(
                        "a school, or the students of several schools of a district, do not fit "
                        "into memory; raise --memory"
                    ) from None
                waiting = [*part.halves(), *waiting]
                continue
        made.append(part)
        say(f"{len(made)} of {len(made) + len(waiting)} parts counted")
    return made


def _counted(part: Part, counter: Counter) -> Tables:
    """Count one part."""
    return (counter.movers if part.kind == "movers" else counter.schools)(part.places)


def _together(tables: Tables) -> pa.Table:
    """Put tables in one file, a column that says which."""
    marked = [
        table.append_column("table", pa.array([name] * len(table), pa.string()))
        for name, table in tables.items()
    ]
    return pa.concat_tables(marked, promote_options="permissive")


def _apart(table: pa.Table) -> Tables:
    """Take the tables of one file apart."""
    names = table["table"].to_pylist()
    kinds = {}
    for name in dict.fromkeys(names):
        own = table.filter(pa.array([each == name for each in names])).drop_columns("table")
        full = [each for each in own.column_names if own[each].null_count < len(own)]
        kinds[name] = own.select(full)
    return kinds


def gathered(shop: Workshop, parts: Sequence[Part], opened: Opened) -> dict[str, pd.DataFrame]:
    """Bring all parts together.

    Returns
    -------
    dict of str to DataFrame
        "counts" and "days" with `kind` ("school" or "district") and `place`; "account".
    """
    found: dict[str, list[pa.Table]] = {"counts": [], "days": [], "account": []}
    for part in parts:
        for name, table in shop.read(part).items():
            if name == "account":
                found[name].append(table)
                continue
            own = "district" if part.kind == "movers" else "school"
            found[name].append(_summed(table, own))
            if own == "school":
                stayed = table.filter(pc.equal(table["mover"], 0))
                found[name].append(_summed(_placed(stayed, opened.districts), "district"))
        pa.default_memory_pool().release_unused()
    return {name: _as_frame(found.pop(name), opened.groups) for name in list(found)}


def _placed(table: pa.Table, districts: Mapping[str, str]) -> pa.Table:
    """Put districts in place of their schools."""
    place = table["place"].combine_chunks().dictionary_encode()
    names = pa.array([districts[name] for name in place.dictionary.to_pylist()], pa.string())
    at = table.column_names.index("place")
    return table.set_column(at, "place", names.take(place.indices))


def _summed(table: pa.Table, kind: str) -> pa.Table:
    """Sum counts over students of one and of several schools; empty groups are groups."""
    sums = [name for name in SUMS if name in table.column_names]
    keys = [name for name in table.column_names if name not in (*sums, "mover")]
    # One thread: several would give the rows in any order.
    own = table.group_by(keys, use_threads=False).aggregate([(name, "sum") for name in sums])
    own = own.rename_columns([name.removesuffix("_sum") for name in own.column_names])
    marks = pa.array([kind], pa.string()).take(pa.array(np.zeros(len(own), dtype=np.int64)))
    return own.append_column("kind", marks)


def _as_frame(tables: list[pa.Table], groups: Iterable[str]) -> pd.DataFrame:
    """Put tables one below the other; they are given up meanwhile, column by column."""
    whole = pa.concat_tables(tables, promote_options="permissive")
    tables.clear()
    frame = whole.to_pandas(split_blocks=True, self_destruct=True, date_as_object=False)
    del whole
    pa.default_memory_pool().release_unused()
    for each in frame.columns.intersection(list(groups)):
        frame[each] = frame[each].astype("string")
    return frame


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner alone."""
    fresh = path.with_name(f".{path.name}.writing")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
