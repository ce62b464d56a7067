"""How many functions a cell of a file passes before it is a colour on the map.

`ATLAS_MIRROR=... python -m bench.datum` builds New York City and opens its hot-spot map three
times, once with one school's count of absent students changed by one. A function has passed the
cell when what it takes or gives differs with the cell and not with the clock.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = tuple(str(ROOT / room) + os.sep for room in ("geo", "analytics", "data", "ui", "pages"))
ATTENDANCE = Path("nyc/nyc_doe_attendance/attendance_all_years.csv")
SCHOOL, YEAR = "01M015", "2018-19"
Passed = dict[tuple[str, str], Counter[str]]


def digest(value: Any, depth: int = 0) -> str:
    """Shorten a value to a digest that changes when a number or word in it changes."""
    if isinstance(value, (pd.DataFrame, pd.Series, pd.Index)):
        return _table(value)
    if isinstance(value, np.ndarray):
        return _bytes(value) if value.dtype != object else digest(value.tolist(), depth + 1)
    if sparse.issparse(value):
        return _bytes(value.tocsr().data)
    if depth > 4 or value is None or isinstance(value, (str, int, float, np.generic)):
        return str(value) if isinstance(value, (str, int, float, np.generic)) else ""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, field.name, "") for field in dataclasses.fields(value)]
        return _joined(parts, depth)
    if isinstance(value, dict):
        return _joined([*value.keys(), *value.values()], depth)
    if isinstance(value, (list, tuple)):
        return _joined(list(value), depth)
    return type(value).__name__


def _joined(parts: list[Any], depth: int) -> str:
    text = "|".join(digest(part, depth + 1) for part in parts)
    return text if len(text) < 200 else hashlib.md5(text.encode()).hexdigest()  # noqa: S324


def _bytes(array: Any) -> str:
    return hashlib.md5(np.ascontiguousarray(array).tobytes()).hexdigest()  # noqa: S324


def _table(table: Any) -> str:
    if isinstance(table, pd.DataFrame):
        return "|".join(_table(table.iloc[:, number]) for number in range(table.shape[1]))
    if str(table.dtype) == "geometry":
        return ""
    try:
        return _bytes(pd.util.hash_array(table.to_numpy()))
    except TypeError:
        return digest(table.astype(str).tolist(), 3)


def passed(work: Callable[[], None]) -> Passed:
    """Note what each function of the product takes and gives while `work` runs."""
    notes: Passed = defaultdict(Counter)
    lock = threading.Lock()

    def profile(frame: FrameType, event: str, value: Any) -> None:
        code = frame.f_code
        if event not in ("call", "return") or not code.co_filename.startswith(ROOMS):
            return
        if "<" in code.co_qualname.rpartition(".")[2] or code.co_name.startswith("__"):
            return
        taken = list(frame.f_locals.values()) if event == "call" else [value]
        text = digest(taken)
        with lock:
            notes[str(Path(code.co_filename).relative_to(ROOT)), code.co_qualname][text] += 1

    threading.setprofile(profile)
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    return notes


def differ(first: Passed, second: Passed) -> set[tuple[str, str]]:
    """List the functions whose takings or givings differ between two runs."""
    return {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}


def _changed_mirror(mirror: Path, folder: Path) -> Path:
    """Copy a mirror by links, with one more absent student at one school."""
    for path in (mirror / "nyc").iterdir():
        target = folder / "nyc" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.name != ATTENDANCE.parts[1]:
            target.symlink_to(path)
    for path in mirror.iterdir():
        if path.name != "nyc":
            (folder / path.name).symlink_to(path)
    shutil.copytree((mirror / ATTENDANCE).parent, (folder / ATTENDANCE).parent)
    table = pd.read_csv(mirror / ATTENDANCE, dtype=str, keep_default_na=False)
    row = table["dbn"].eq(SCHOOL) & table["year"].eq(YEAR)
    row &= table["grade"].eq("All Grades") & table["category"].eq("All Students")
    number = int(table.loc[row, "chronically_absent"].iloc[0])
    table.loc[row, "chronically_absent"] = str(number + 1)
    (folder / ATTENDANCE).unlink()
    table.to_csv(folder / ATTENDANCE, index=False)
    return folder


def _build(mirror: Path, home: Path) -> Passed:
    from data.build import build_panel

    return passed(
        lambda: build_panel("nyc", out=home / "panels" / "nyc", mirror=mirror, say=_unsaid) and None
    )


def _unsaid(_line: str) -> None:
    return None


def _open(home: Path) -> Passed:
    import streamlit as st

    os.environ["ATLAS_HOME"] = str(home)
    st.cache_data.clear()
    st.cache_resource.clear()

    def work() -> None:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=900)
        test.query_params["area"] = "nyc"
        test.query_params["method"] = "gi_star"
        test.run()
        test.switch_page("pages/hot_spots.py").run()

    return passed(work)


def main() -> int:
    """Print how many functions pass the cell, to the stored figure and from there to the colour."""
    mirror = Path(os.environ["ATLAS_MIRROR"]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        changed = _changed_mirror(mirror, base / "mirror")
        # Every store is opened at the same address, so that paths do not differ.
        results = []
        for source in (mirror, mirror, changed):
            home = base / "home"
            shutil.rmtree(home, ignore_errors=True)
            results.append((_build(source, home), _open(home)))
    for number, name in enumerate(("file to stored figure", "stored figure to colour")):
        first, again, other = (result[number] for result in results)
        ways = differ(first, other) - differ(first, again)
        files = {file for file, _ in ways}
        sys.stdout.write(f"{name}: {len(ways)} functions in {len(files)} files\n")
        for file, function in sorted(ways):
            sys.stdout.write(f"    {file} {function}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
