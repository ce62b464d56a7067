"""A count that must not be seen, 7,919, and the places where it is looked for."""

from __future__ import annotations

import io
import re
import sqlite3
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from google.protobuf.message import Message
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from data.build import store_panel
from data.panel import Panel
from data.store.protected import protect_panel
from tests.page_names import OF_A_PLACE
from tests.restricted_places import COUNTS, STUDENTS
from ui.frame import OPEN_ALL

ROOT = Path(__file__).parents[1]
PAGES = (*OF_A_PLACE, "add_a_place")
CANARY, ENROLLED = 7919, 7925
SEEN = re.compile(r"(?<![\da-f.])(?:7919|(?<!\d,)7[,\u202f\u00a0 ]919)(?![\da-f])")
"""The canary as text; letters of hashes do not stand beside it."""


def stored(raw: Panel, folder: Path) -> Path:
    """Store a panel of the demo with two canaries."""
    absence = raw.absence.copy()
    year = absence["school_year"].eq(raw.area.default_year) & absence["status"].eq("reported")
    rows = absence.index[year][:2]
    absence.loc[rows, STUDENTS] = ENROLLED
    absence.loc[rows, COUNTS] = CANARY
    raw = replace(raw, absence=absence)
    store_panel(raw, protect_panel(raw), folder / "panels" / "demo")
    return folder


def text_of(content: bytes) -> str:
    """Text of a file of any kind, of the files in it, and of a table on its way to a browser."""
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if content.startswith(b"PAR1"):
        return str(pd.read_parquet(io.BytesIO(content)).to_csv())
    if content.startswith(b"SQLite format 3"):
        return _tables(content)
    if content.startswith(b"ARROW1"):
        return str(pa.ipc.open_file(content).read_all().to_pandas().to_csv())
    if content.startswith(b"\x93NUMPY"):
        return " ".join(map(str, np.load(io.BytesIO(content)).ravel()))
    if content.startswith(b"\xff\xff\xff\xff"):
        return str(pa.ipc.open_stream(content).read_all().to_pandas().to_csv())
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(text_of(archive.read(name)) for name in archive.namelist())
    packed = any(struct.pack(form, CANARY) in content for form in ("<q", "<d", ">d", "<i", "<f"))
    return f"{content.decode('utf-8', 'replace')} {CANARY if packed else ''}"


def words_of(value: Any) -> Iterator[str]:
    """Every text and number in a message to a browser, tables in it as text."""
    if isinstance(value, Message):
        for _, inner in value.ListFields():
            yield from words_of(inner)
    elif isinstance(value, bytes):
        yield text_of(value)
    elif isinstance(value, str | int | float):
        yield str(value)
    else:
        for inner in value.values() if hasattr(value, "values") else value:
            yield from words_of(inner)


def _tables(content: bytes) -> str:
    """Every table of a GeoPackage."""
    database = sqlite3.connect(":memory:")
    database.deserialize(content)
    names = [
        row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    return "\n".join(
        str(row)
        for name in names
        for row in database.execute(f'SELECT * FROM "{name}"')  # noqa: S608
    )


def elements(node: Any) -> Iterator[Any]:
    """Every element of a page."""
    for child in getattr(node, "children", {}).values():
        yield child
        yield from elements(child)


def said(test: AppTest) -> str:
    """All that is sent to a browser."""
    sent = (getattr(element, "proto", None) for element in elements(test._tree))
    return " ".join(word for proto in sent if proto is not None for word in words_of(proto))


def opened(
    page: str, *, folds: bool = True, user: dict[str, Any] | None = None, **query: str
) -> AppTest:
    """A page of the demo, with every fold open, for whoever is logged in."""
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.session_state[OPEN_ALL] = folds
    for name, value in {"area": "demo", **query}.items():
        test.query_params[name] = value
    test.user = user or {}
    return turned_to(test, page)


def turned_to(test: AppTest, page: str) -> AppTest:
    """The same session on another page."""
    if page != "overview":
        test.switch_page(f"pages/{page}.py")
    return test.run()
