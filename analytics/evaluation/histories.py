"""Counts of units over years, and when a programme began at each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.inputs import Bools, Floats


@dataclass(frozen=True, eq=False)
class Histories:
    """Units (schools) with a figure in every year.

    Attributes
    ----------
    units : Index (u,)
    years : tuple of int, (t,)
        Ascending; gaps are years that are not used.
    x, n : array (u, t)
        Events (students chronically absent) and students.
    start : array (u,)
        First year with the programme; NaN for a unit that never had it.
    left_out : Series
        Why a unit takes no part, index unit.
    """

    units: pd.Index
    years: tuple[int, ...]
    x: Floats
    n: Floats
    start: Floats
    left_out: pd.Series

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

    def rates(self) -> Floats:
        """Events per student, (u, t)."""
        return self.x / self.n

    def of(self, chosen: Bools) -> Histories:
        """Give some of the units."""
        return Histories(
            self.units[chosen],
            self.years,
            self.x[chosen],
            self.n[chosen],
            self.start[chosen],
            self.left_out,
        )

    def until(self, year: int) -> Histories:
        """Give the years up to one."""
        kept = [i for i, each in enumerate(self.years) if each <= year]
        years = tuple(self.years[i] for i in kept)
        return Histories(
            self.units, years, self.x[:, kept], self.n[:, kept], self.start, self.left_out
        )


def histories(
    events: pd.DataFrame,
    students: pd.DataFrame,
    start: pd.Series,
    *,
    unusual: Iterable[int] = (),
) -> Histories:
    """Lay out the units that have a figure in every usual year.

    A unit whose programme began in or before the first usual year has no year before it and takes
    no part.

    Parameters
    ----------
    events, students : DataFrame
        Index unit, columns years (int); missing where a figure is not known or not shown.
    start : Series
        First year with the programme, index unit; a unit that is not in it never had one.
    unusual : iterable of int
        Years that are neither base nor outcome, such as 2019-20 and 2020-21.

    Raises
    ------
    ValueError
        Tables of different units or years, counts below 0 or more events than students, or a start
        of a unit that is not in the tables.

    Examples
    --------
    >>> students = pd.DataFrame(100, index=["a", "b", "c"], columns=[2022, 2023, 2024])
    >>> events = students // 4
    >>> found = histories(events, students, pd.Series({"a": 2024, "b": 2022}))
    >>> list(found.units), found.cohorts, found.left_out.to_dict()
    (['a', 'c'], (2024,), {'b': 'no year before its programme'})
    """
    if not (events.index.equals(students.index) and events.columns.equals(students.columns)):
        raise ValueError("events and students are of different units or years; give the same")
    if not events.index.is_unique:
        raise ValueError("a unit stands twice; give each one row")
    unknown = start.index.difference(events.index)
    if len(unknown):
        raise ValueError(f"a programme at {unknown[0]!r}, of which there are no counts")
    years = tuple(sorted(set(map(int, events.columns)) - set(unusual)))
    x = events[list(years)].to_numpy(dtype=float, na_value=np.nan)
    n = students[list(years)].to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(x) & ~np.isnan(n)
    if (x[known] < 0).any() or (x[known] > n[known]).any():
        raise ValueError("counts below 0, or more events than students; mend the table")
    began = start.reindex(events.index).to_numpy(dtype=float, na_value=np.nan)
    reasons = pd.Series("", index=events.index, dtype=object)
    reasons[began <= years[0]] = "no year before its programme"
    reasons[~(known & (n > 0)).all(axis=1)] = "no figure in every year"
    kept = reasons.eq("").to_numpy()
    return Histories(
        events.index[kept], years, x[kept], n[kept], began[kept], reasons[reasons.ne("")]
    )
