"""What is known of the school year under way, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from data.contracts.check import empty_table
from data.store.provenance import LedgerEntry, Source

Every = Literal["day", "week", "month"]
WEEKDAYS: dict[Every, int] = {"day": 1, "week": 5, "month": 23}
"""Most weekdays from one edition to the next."""
NEW_YEAR = 8
"""Month in which a school year begins."""
SUMMER = timedelta(31)
"""Before that month a school year is over: in July nothing is late."""


@dataclass(frozen=True)
class Age:
    """How old figures are.

    Attributes
    ----------
    days, weekdays : int
        Since the last day with a figure: all, and Mondays to Fridays (holidays are not known).
    late : bool
        Whether a newer edition was promised by now, and the school year is not over.
    over : bool
        Whether their school year is over.
    """

    days: int
    weekdays: int
    late: bool
    over: bool


@dataclass(frozen=True)
class InYear:
    """Figures of the school year under way and of earlier years, all through the gate.

    Attributes
    ----------
    days, months, bands : DataFrame
        As in `data.contracts.in_year`; empty where a place has none of them.
    sources : tuple of Source
    ledger : tuple of LedgerEntry
        What was dropped, kept and doubted, and why.
    as_of : date or None
        Last day with a figure; None while there is none.
    promised_lag_days : int
        Weekdays after which the publisher has promised a day's figures.
    every : {"day", "week", "month"}
        How often there is a new edition.
    checked : str
        When an update last looked, ISO time in UTC; "" when none did.
    problem : str
        Why the last update changed nothing, in words; "" when it went well.
    """

    days: pd.DataFrame = field(repr=False)
    months: pd.DataFrame = field(repr=False)
    bands: pd.DataFrame = field(repr=False)
    sources: tuple[Source, ...]
    ledger: tuple[LedgerEntry, ...]
    as_of: date | None
    promised_lag_days: int = 1
    every: Every = "day"
    checked: str = ""
    problem: str = ""

    def age(self, today: date) -> Age | None:
        """Say how old the figures are on a day; None while there are none.

        An edition is late when the figures promised for a day that far back are not there: with
        daily figures and a lag of one, on a Wednesday those of Tuesday.
        """
        if self.as_of is None:
            return None
        day = timedelta(1)
        since = int(np.busday_count(self.as_of + day, max(today, self.as_of) + day))
        over = school_year_of(today + SUMMER) > school_year_of(self.as_of)
        late = not over and since >= WEEKDAYS[self.every] + self.promised_lag_days
        return Age(max(0, (today - self.as_of).days), since, late, over)


def nothing(*, every: Every = "day", lag_days: int = 1, problem: str = "") -> InYear:
    """Give what a place has before its first update."""
    empty = {name: empty_table(name) for name in ("days", "months", "bands")}
    return InYear(
        **empty,
        sources=(),
        ledger=(),
        as_of=None,
        promised_lag_days=lag_days,
        every=every,
        problem=problem,
    )


def school_year_of(day: date) -> str:
    """Give the school year in which a day lies; years begin in August.

    Examples
    --------
    >>> school_year_of(date(2015, 9, 9)), school_year_of(date(2016, 6, 28))
    ('2015-16', '2015-16')
    """
    start = day.year if day.month >= NEW_YEAR else day.year - 1
    return f"{start}-{(start + 1) % 100:02d}"
