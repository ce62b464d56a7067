"""Columns that are missing and rows that contradict one another."""

from collections.abc import Sequence
from difflib import get_close_matches

import pandas as pd

from data.errors import FileError
from data.read.students import is_row

PAIRS_SHOWN = 3


def refuse_headers(columns: Sequence[str], headers: Sequence[str], file: str) -> None:
    """Refuse a file without the columns that are read, or with one of them twice."""
    for name in columns:
        count = headers.count(name)
        if count == 1:
            continue
        if count > 1:
            raise FileError(
                file, f"{count} columns have this name", "rename one of them", column=name
            )
        raise FileError(file, "there is no such column", _hint(name, headers), column=name)


def refuse_conflicts(table: pd.DataFrame, key: Sequence[str], file: str) -> None:
    """Refuse a table, indexed by row of the file, in which two rows share a key and differ."""
    repeated = table[table.duplicated(list(key), keep=False)]
    if repeated.empty:
        return
    groups = [rows.index for _, rows in repeated.groupby(list(key), sort=False)]
    pairs = "; ".join(f"rows {rows[0]:,} and {rows[1]:,}" for rows in groups[:PAIRS_SHOWN])
    names = " ".join(str(each) for each in table.loc[groups[0][0], list(key)])
    raise FileError(
        file,
        f"{len(groups):,} ids have rows that differ: {pairs} (first: {names})",
        "keep one of each, or filter totals and other groups out in the recipe",
        row=int(groups[0][0]),
    )


def _hint(column: str, headers: Sequence[str]) -> str:
    if is_row(headers):
        return "the row of headers is missing, or header_row names another"
    if len(headers) == 1:
        return "the file has one column only: check the delimiter in [format]"
    near = get_close_matches(column, headers, n=1, cutoff=0.5)
    if near:
        return f"the most similar is {near[0]!r}; the publisher may have changed the file"
    begin = ", ".join(repr(each) for each in headers[:8])
    return f"it begins with {begin}; check header_row and the recipe"
