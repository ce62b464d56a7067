"""Answers of the Census Bureau's interface: JSON, a list of rows, the first with the names."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from data.read.file_error import FileError

MOST_BYTES = 64 << 20  # a state's tracts with 20 columns take about 1 MB
LABELS = "Geography"  # what stands below GEO_ID in a table downloaded from data.census.gov
DOWNLOAD = "fetch it again, or download the table from data.census.gov"

Row = tuple[int, list[str]]


def is_answer(path: Path) -> bool:
    """Say whether a file begins like a JSON list, whatever its name."""
    with path.open("rb") as handle:
        return handle.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def answer_rows(path: Path) -> Iterator[Row]:
    """Read an answer of the interface.

    Parameters
    ----------
    path : Path
        A file for which `is_answer` is true.

    Returns
    -------
    iterator of (int, list of str)
        Rows from 1, every cell as text; null becomes "".

    Raises
    ------
    FileError
        It is too large, not JSON, or not a list of rows of plain cells.
    """
    if path.stat().st_size > MOST_BYTES:
        raise FileError(
            path.name,
            f"more than {MOST_BYTES:,} bytes",
            "ask for one state and one table at a time",
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        what = f"it is no JSON ({type(error).__name__})"
        raise FileError(path.name, what, DOWNLOAD) from error
    if not isinstance(content, list) or not all(isinstance(row, list) for row in content):
        raise FileError(path.name, "it is not a list of rows", DOWNLOAD)
    return ((at, _texts(row, path.name, at)) for at, row in enumerate(content, start=1))


def without_labels(cells: pd.DataFrame, ids: str) -> pd.DataFrame:
    """Leave out the row of labels that a downloaded table has below its names."""
    is_label = cells[ids].str.strip().eq(LABELS)
    return cells[~is_label] if is_label.iloc[:1].any() else cells


def _texts(row: list[Any], file: str, at: int) -> list[str]:
    strange = [cell for cell in row if isinstance(cell, list | dict | bool)]
    if strange:
        raise FileError(file, "a cell holds more than text or a number", DOWNLOAD, row=at)
    return ["" if cell is None else str(cell) for cell in row]
