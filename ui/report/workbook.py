"""Excel workbooks: a table whose first row is its header, and a second sheet that explains it."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import xlsxwriter

from ui.tables.exports import About, plain

FIRST = date(2000, 1, 1)
"""Day that stands in a workbook whose own day is not known."""
WIDEST, NARROWEST = 60, 9  # letters of a column
LONGEST = 32_767  # letters that a cell can hold
SHEET_NAME = 31  # letters
AS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
Sheet = tuple[Sequence[str], Sequence[Sequence[Any]]]


def to_xlsx(frame: pd.DataFrame, about: About, made: date = FIRST) -> bytes:
    """Workbook of a table, with the sheets `data` and `about`; the same for the same input.

    Text stays text: nothing in a cell is run, and ids keep their leading zeros.

    Raises
    ------
    ValueError
        A column is not in the dictionary.
    """
    table, notes = about.prepared(frame), about.rows()
    sheets = {
        "data": (list(table.columns), table.astype("object").to_numpy().tolist()),
        "about": (list(notes.columns), notes.to_numpy().tolist()),
    }
    return written(sheets, made)


def written(sheets: Mapping[str, Sheet], made: date) -> bytes:
    """Write sheets of columns and rows; each begins with its header, which stays in sight."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, AS_TEXT)
    day = datetime(made.year, made.month, made.day, tzinfo=UTC)
    book.set_properties({"author": "Attendance Atlas", "created": day})
    head = book.add_format({"bold": True, "bottom": 1})
    for name, (columns, rows) in sheets.items():
        sheet = book.add_worksheet(_sheet_name(name))
        for at, column in enumerate(columns):
            cells = [plain(str(row[at]))[:WIDEST] for row in rows]
            wide = max(map(len, [str(column), *cells]))
            sheet.set_column(at, at, min(max(wide + 2, NARROWEST), WIDEST))
            sheet.write_string(0, at, plain(str(column)), head)
            for line, row in enumerate(rows, start=1):
                _cell(sheet, line, at, row[at])
        sheet.freeze_panes(1, 0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    book.close()
    return file.getvalue()


def _cell(sheet: Any, line: int, at: int, value: Any) -> None:
    """Write a value as what it is; what is missing stays empty."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, at, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, at, value)
    else:
        sheet.write_string(line, at, plain(str(value))[:LONGEST])


def _sheet_name(title: str) -> str:
    """Name a sheet: no sign that Excel refuses, and not too long."""
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in plain(title))[:SHEET_NAME]
