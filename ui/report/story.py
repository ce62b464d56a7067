"""What a story is made of: words, figures, a ranked list with its bars, other tables."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from data.errors import DataError
from ui.selection import Selection
from ui.words.numbers import rate_text

BEYOND_EXPECTED = "Students chronically absent beyond what is expected"
MOST_LISTED = 10
NUMBER = re.compile(r"[-+−$]?\d")


class ScopeError(DataError):
    """A brief is asked of what the view does not have."""


@dataclass(frozen=True)
class Table:
    """A table in words.

    Attributes
    ----------
    title : str
    columns : tuple of str
    rows : tuple of tuple of str
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def numeric(self) -> list[bool]:
        """Tell of each column whether all that it shows are numbers, to stand at the right."""
        return [
            all(NUMBER.match(cell) is not None or cell.startswith("not shown") for cell in cells)
            for cells in zip(*self.rows, strict=True)
        ]


@dataclass(frozen=True)
class Bars:
    """A ranked list as bars, one a row of its table.

    Attributes
    ----------
    title : str
    unit : str
        "students", "share" (a fraction) or "percent" (0 to 100).
    names : tuple of str
    values : tuple of float
        As the view gives them; NaN where it shows none.
    """

    title: str
    unit: str
    names: tuple[str, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Story:
    """What is said of one place, neighbourhood, group or school.

    Attributes
    ----------
    name : str
        Of what it speaks.
    question, answer : str
    figures : tuple of (str, str)
        A number, and what it counts.
    page : str
        Page whose map it shows.
    view : Selection
        Choices of that map.
    close : bool
        Whether the map is drawn around what the story is of.
    ranking : Table
        What is listed in order, and the order.
    bars : Bars
        The same as bars.
    tables : tuple of Table
        What else is set out in rows.
    sure, unsaid : tuple of str
        How sure it is, and what cannot be said.
    meeting : tuple of Table
        What a meeting decides: who first, toward which goal, who does what; on a page of its own.
    """

    name: str
    question: str
    answer: str
    figures: tuple[tuple[str, str], ...]
    page: str
    view: Selection
    close: bool
    ranking: Table
    bars: Bars
    tables: tuple[Table, ...]
    sure: tuple[str, ...]
    unsaid: tuple[str, ...]
    meeting: tuple[Table, ...] = ()


def table_of(title: str, frame: pd.DataFrame) -> Table:
    """Take a table of the screen over, without the room it leaves before short numbers."""
    rows = frame.itertuples(index=False, name=None)
    cells = tuple(tuple(str(cell).strip() for cell in row) for row in rows)
    return Table(title, tuple(map(str, frame.columns)), cells)


def rated(row: pd.Series, kind: str) -> str:
    """Write the rate of a row with its kind of range and its counts."""
    low, high = row["low"], row["high"]
    return rate_text(row["rate"], low, high, row["chronic_absent"], row["enrolled"], kind)
