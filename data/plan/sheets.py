"""Cells of a spreadsheet or CSV that was handed in, read with limits; nothing of it is kept."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from data.errors import FileError
from data.read.encoding import refuse_mixed
from data.read.file_check import Limits, check_file
from data.read.formats import sheet_rows
from data.read.refuse import BROKEN

SHEET = "plan"
MOST_BYTES, MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 2 << 20, 2_000, 60, 5_000
LIMITS = Limits(file_bytes=MOST_BYTES, unpacked_bytes=64 << 20, members=200)
TEXTS, BOOKS = (".csv", ".tsv", ".txt"), (".xlsx", ".xls")
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of Linux that no disk holds
APOSTROPHE = re.compile(r"'('*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]).*)", re.DOTALL)
HEADER = "the first row names the columns, as in a file that was downloaded here"
Rows = list[tuple[int, list[str]]]


def lines_of(content: bytes, file: str, sheet: str = SHEET) -> Rows:
    """Give the rows of a file that hold anything, numbered from 1; at least two.

    Parameters
    ----------
    content : bytes
        CSV or workbook.
    file : str
        Its name.
    sheet : str
        What the sheet is called, where a workbook has several.

    Raises
    ------
    FileError
        It is too large, damaged, may do harm, or is no table.
    """
    if len(content) > MOST_BYTES:
        what = f"it has {len(content):,} bytes, more than {MOST_BYTES:,}"
        raise FileError(file, what, "hand in the table alone, without pictures or other sheets")
    suffix = Path(file).suffix.lower()
    if suffix in BOOKS:
        lines = _book(content, file, suffix, sheet)
    elif suffix in TEXTS:
        lines = _text(content, file)
    else:
        raise FileError(file, "files of this type are not read", f"use {', '.join(TEXTS + BOOKS)}")
    kept = [(number, cells) for number, cells in lines if any(map(str.strip, cells))]
    if len(kept) < 2:
        raise FileError(file, "it has no rows below its header", HEADER)
    if len(kept) > MOST_ROWS + 1:
        what = f"it has more than {MOST_ROWS:,} rows"
        raise FileError(file, what, "split it; a row is an action or a theme, never a person")
    for number, cells in kept:
        if len(cells) > MOST_COLUMNS or max(map(len, cells)) > LONGEST_CELL:
            what = f"a row of over {MOST_COLUMNS} cells, or a cell of over {LONGEST_CELL:,} letters"
            raise FileError(file, what, "shorten it, or export the file again", row=number)
    return kept


def _text(content: bytes, file: str) -> Rows:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
        if b"\0" in content:
            raise FileError(file, "it is not a text", "save the sheet as CSV, or hand in .xlsx")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        refuse_mixed(io.BytesIO(content), file)
        text = content.decode("cp1252", errors="replace")
    if text.lstrip().startswith("<"):
        raise FileError(file, "a web page or XML, not a table", "export it again as CSV")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(islice(enumerate(lines, start=1), MOST_ROWS * 4))
    except csv.Error as error:
        what = f"{error} near line {lines.line_num:,}"
        raise FileError(file, what, "a quote is lost: export it again") from error
    return [(number, [_freed(cell) for cell in cells]) for number, cells in rows]


def _freed(cell: str) -> str:
    """Take away the apostrophe that the plan's CSV has before what a spreadsheet would run."""
    match = APOSTROPHE.fullmatch(cell)
    return match[1] if match else cell


def _book(content: bytes, file: str, suffix: str, sheet: str) -> Rows:
    with _in_memory(content, suffix) as path:
        try:
            check_file(path, "excel", LIMITS)
            try:
                rows = list(islice(sheet_rows(path, sheet), MOST_ROWS * 4))
            except FileError as error:
                if not error.what.startswith("there is no sheet"):
                    raise
                rows = list(islice(sheet_rows(path, ""), MOST_ROWS * 4))
        except FileError as error:
            remedy = error.remedy
            if error.what.startswith("it has"):
                remedy = f"keep one sheet, or call that of the {sheet} “{sheet}”"
            raise FileError(file, error.what, remedy, column=error.column, row=error.row) from None
    lines = [(number, [str(cell) for cell in cells]) for number, cells in rows[1:]]
    for number, cells in lines:
        for cell in cells:
            if cell.startswith(("#", "=", "Err:")) and BROKEN.fullmatch(cell.strip()):
                what = "a cell holds an error of the spreadsheet, or a formula without its value"
                raise FileError(file, what, "open the workbook, put it right, save it", row=number)
    return lines


@contextmanager
def _in_memory(content: bytes, suffix: str) -> Iterator[Path]:
    """Give a file for a moment to the process that reads workbooks; where it can, on no disk."""
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="atlas-plan-", dir=place) as folder:
        path = Path(folder) / f"plan{suffix}"
        path.write_bytes(content)
        yield path


def fitted(cells: list[str], width: int, file: str, number: int) -> list[str]:
    """Give a row the width of its header; one that is longer is refused."""
    if any(cell.strip() for cell in cells[width:]):
        what = f"{len(cells)} cells where the header has {width}"
        raise FileError(
            file, what, "quote cells that hold a delimiter, or name the column", row=number
        )
    return [*cells, *[""] * (width - len(cells))][:width]
