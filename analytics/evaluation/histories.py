"""Counts of units over years, and when a programme began at each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analytics.inputs import Bools, Floats


@dataclass(frozen=True, eq=False)
class Histories:
    """Units (schools) with a figure in every year, or with gaps where that was asked for.

    Attributes
    ----------
    units : Index (u,)
    years : tuple of int, (t,)
        Ascending; gaps are years that are not used.
    x, n : array (u, t)
        Events (students chronically absent) and students; both 0 where there is no figure.
    start : array (u,)
        First year with the programme; NaN for a unit that never had it.
    left_out : Series
        Why a unit takes no part, index unit.
    end : array (u,)
        Last year with the programme; NaN where it goes on. Empty: it goes on everywhere.
    """

    units: pd.Index
    years: tuple[int, ...]
    x: Floats
    n: Floats
    start: Floats
    left_out: pd.Series
    end: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def last(self) -> Floats:
        """Last year with the programme, infinite where it goes on, (u,)."""
        if not len(self.end):
            return np.full(len(self.units), np.inf)
        return np.asarray(np.where(np.isnan(self.end), np.inf, self.end), dtype=np.float64)

    @property
    def programmes(self) -> tuple[tuple[int, float], ...]:
        """First and last year of each programme, ascending; the last infinite where it goes on."""
        own = ~self.never
        pairs = set(zip(self.start[own], self.last[own], strict=True))
        return tuple(sorted((int(start), float(last)) for start, last in pairs))

    def has(self, start: int, last: float) -> Bools:
        """Units with a programme of these years, (u,)."""
        return np.asarray((self.start == start) & (self.last == last), dtype=np.bool_)

    @property
    def known(self) -> Bools:
        """Where there is a figure, (u, t)."""
        return np.asarray(self.n > 0, dtype=np.bool_)

    def complete(self) -> Histories:
        """Give the units with a figure in every year."""
        return self.of(np.asarray(self.known.all(axis=1), dtype=np.bool_))

    @property
    def never(self) -> Bools:
        """Units without a programme, (u,)."""
        return np.isnan(self.start)

    @property
    def cohorts(self) -> tuple[int, ...]:
        """Years in which programmes began, ascending."""
        return tuple(int(year) for year in np.unique(self.start[~self.never]))

    def column(self, year: int) -> int:
        """Column of a year."""
        return self.years.index(year)

    def before(self, start: int) -> tuple[int, ...]:
        """Years before a start."""
        return tuple(year for year in self.years if year < start)

    def running(self, start: int, last: float) -> list[int]:
        """Years from a start to its last one."""
        return [year for year in self.years if start <= year <= last]

    def rates(self) -> Floats:
        """Events per student, NaN where there is no figure, (u, t)."""
        nothing = np.full(self.x.shape, np.nan)
        rates = np.divide(self.x, self.n, out=nothing, where=self.known)
        return np.asarray(rates, dtype=np.float64)

    def of(self, chosen: Bools) -> Histories:
        """Give some of the units."""
        return replace(
            self,
            units=self.units[chosen],
            x=self.x[chosen],
            n=self.n[chosen],
            start=self.start[chosen],
            end=self.end[chosen] if len(self.end) else self.end,
        )

    def until(self, year: int) -> Histories:
        """Give the years up to one."""
        kept = [i for i, each in enumerate(self.years) if each <= year]
        years = tuple(self.years[i] for i in kept)
        return replace(self, years=years, x=self.x[:, kept], n=self.n[:, kept])


def histories(
    events: pd.DataFrame,
    students: pd.DataFrame,
    start: pd.Series,
    *,
    end: pd.Series | None = None,
    unusual: Iterable[int] = (),
    complete: bool = True,
) -> Histories:
    """Lay out the units that have a figure in every usual year.

    A unit whose programme began in or before the first usual year has no year before it and takes
    no part.

    Parameters
    ----------
    events, students : DataFrame
        Index unit, columns years (int, gaps allowed); missing where a figure is not known or not
        shown.
    start : Series
        First year with the programme, index unit; a unit that is not in it never had one.
    end : Series, optional
        Last year with the programme, index unit; one that is not in it, or NaN, goes on.
    unusual : iterable of int
        Years that are neither base nor outcome, such as 2019-20 and 2020-21.
    complete : bool
        Leave out a unit without a figure in some year; else it takes part where it has one, and one
        with a programme needs a figure before it.

    Raises
    ------
    ValueError
        Tables of different units or years, counts below 0 or more events than students, no usual
        year, a start or end of a unit that is not in the tables, or an end before its start.

    Examples
    --------
    >>> students = pd.DataFrame(100, index=["a", "b", "c"], columns=[2022, 2023, 2024])
    >>> events = students // 4
    >>> found = histories(events, students, pd.Series({"a": 2024, "b": 2022}))
    >>> list(found.units), found.cohorts, found.left_out.to_dict()
    (['a', 'c'], (2024,), {'b': 'no year before its programme'})
    """
    _refuse(events, students, start, end)
    years = tuple(sorted(set(map(int, events.columns)) - set(unusual)))
    if not years:
        raise ValueError("every year is unusual: none is left to compare")
    x = events[list(years)].to_numpy(dtype=float, na_value=np.nan)
    n = students[list(years)].to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(x) & ~np.isnan(n)
    if (x[known] < 0).any() or (x[known] > n[known]).any():
        raise ValueError("counts below 0, or more events than students; mend the table")
    return laid(events.index, years, (x, n), (start, end), complete=complete)


def laid(
    units: pd.Index,
    years: tuple[int, ...],
    counts: tuple[Floats, Floats],
    told: tuple[pd.Series, pd.Series | None],
    *,
    complete: bool,
) -> Histories:
    """Lay out what was checked: counts (events, students), and starts with ends."""
    (x, n), (start, end) = counts, told
    began = start.reindex(units).to_numpy(dtype=float, na_value=np.nan)
    last = np.full(len(units), np.nan)
    if end is not None:
        last = end.reindex(units).to_numpy(dtype=float, na_value=np.nan)
    if (last < began).any():
        raise ValueError(f"the programme at {units[last < began][0]!r} ends before it starts")
    known = ~np.isnan(x) & ~np.isnan(n) & (n > 0)
    x, n = np.where(known, x, 0.0), np.where(known, n, 0.0)
    earlier = known & (np.array(years)[None] < began[:, None])
    reasons = pd.Series("", index=units, dtype=object)
    reasons[~np.isnan(began) & ~earlier.any(axis=1)] = "no year before its programme"
    reasons[~known.any(axis=1)] = "no figure in any year"
    if complete:
        reasons[~known.all(axis=1)] = "no figure in every year"
    kept = reasons.eq("").to_numpy()
    ends = last[kept] if end is not None else np.empty(0)
    left_out = reasons[reasons.ne("")]
    return Histories(units[kept], years, x[kept], n[kept], began[kept], left_out, ends)


def _refuse(
    events: pd.DataFrame, students: pd.DataFrame, start: pd.Series, end: pd.Series | None
) -> None:
    """Refuse tables that do not go together."""
    if not (events.index.equals(students.index) and events.columns.equals(students.columns)):
        raise ValueError("events and students are of different units or years; give the same")
    if not events.index.is_unique:
        raise ValueError("a unit stands twice; give each one row")
    for told in (start, end):
        unknown = told.index.difference(events.index) if told is not None else []
        if len(unknown):
            raise ValueError(f"a programme at {unknown[0]!r}, of which there are no counts")
