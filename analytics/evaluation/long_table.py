"""A plain long table, a row a unit and year, laid out for every comparison of this package."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.evaluation.histories import Histories, histories, laid
from analytics.inputs import Floats


@dataclass(frozen=True)
class Columns:
    """What the columns of a long table are called.

    Attributes
    ----------
    unit, time : str
        Who, and in which year (a whole number).
    start : str
        First year with the programme, the same in all rows of a unit; empty, 0 or infinite for a
        unit that never had it.
    end : str
        Last year with it, empty where it goes on; "" for a table without the column.
    events, students : str
        Counts: events, and those among whom they were counted.
    outcome : str
        A number in place of counts, such as a rate, a mean or a logarithm; "" for counts.
    weight : str
        What an outcome stands for, such as students; "" for the same weight everywhere.
    """

    unit: str = "unit"
    time: str = "time"
    start: str = "start"
    end: str = ""
    events: str = "events"
    students: str = "students"
    outcome: str = ""
    weight: str = ""


def from_long(
    table: pd.DataFrame,
    columns: Columns | None = None,
    *,
    unusual: Iterable[int] = (),
    complete: bool = False,
) -> Histories:
    """Lay out a long table; years may be missing, and units may lack some.

    Parameters
    ----------
    table : DataFrame
        A row a unit and year, in any order.
    columns : Columns, optional
    unusual : iterable of int
        Years that are neither base nor outcome.
    complete : bool
        Leave out units without a figure in some year, as `placebo`, `similar` and
        `regression_to_mean` need it; else they count where they have figures.

    Returns
    -------
    Histories
        For an outcome x is the outcome times its weight and n the weight: pooled "rates" are then
        weighted means. Such a table has no counts, and `fixed_effects` refuses it.

    Raises
    ------
    ValueError
        A column is not there, a unit and year stand twice, a year is no whole number, or a unit has
        two starts.

    Examples
    --------
    Staggered starts and an outcome without counts, 0 for a county that never starts:

    >>> years = {"a": [5, 9, 10], "b": [4, 8, 9], "c": [6, 7, 8], "d": [6, 10, 9]}
    >>> first = {"a": 0, "b": 0, "c": 2005, "d": 2006}
    >>> rows = [
    ...     (county, 2004 + at, y, first[county])
    ...     for county, own in years.items()
    ...     for at, y in enumerate(own)
    ... ]
    >>> table = pd.DataFrame(rows, columns=["county", "year", "y", "first.treat"])
    >>> from analytics.evaluation.group_time import group_time
    >>> named = Columns(unit="county", time="year", start="first.treat", outcome="y")
    >>> found = group_time(from_long(table, named))
    >>> found.table.loc[found.table["running"], ["start", "year", "effect"]].to_numpy().tolist()
    [[2005.0, 2005.0, -3.0], [2005.0, 2006.0, -3.0], [2006.0, 2006.0, -2.0]]
    >>> found.by_start["effect"].to_dict(), round(found.effect, 2)
    ({2005: -3.0, 2006: -2.0}, -2.67)

    An estimate of each school and year with its standard error, weighted by 1 / variance:

    >>> schools = pd.DataFrame(
    ...     {
    ...         "school": ["p", "p", "q", "q", "r", "r", "s", "s"],
    ...         "year": [2013, 2014] * 4,
    ...         "coverage": [0.50, 0.60, 0.40, 0.50, 0.50, 0.52, 0.40, 0.42],
    ...         "weight": 1 / np.square([0.02, 0.02, 0.04, 0.04, 0.02, 0.02, 0.02, 0.02]),
    ...         "began": [2014, 2014, 2014, 2014, None, None, None, None],
    ...     }
    ... )
    >>> named = Columns("school", "year", "began", outcome="coverage", weight="weight")
    >>> round(group_time(from_long(schools, named)).effect, 3)
    0.08

    Counts, where they are known, in place of both:

    >>> counted = schools.assign(students=200, vaccinated=(200 * schools["coverage"]).round())
    >>> named = Columns("school", "year", "began", events="vaccinated", students="students")
    >>> round(group_time(from_long(counted, named)).effect, 3)
    0.08
    """
    named = columns or Columns()
    measured = [named.outcome, named.weight] if named.outcome else [named.events, named.students]
    wanted = [named.unit, named.time, named.start, named.end, *measured]
    absent = [name for name in wanted if name and name not in table.columns]
    if absent:
        raise ValueError(f"there is no column {absent[0]!r}; there are {list(table.columns)}")
    rows = table.assign(**{named.time: _whole(table[named.time], named.time)})
    twice = rows.duplicated([named.unit, named.time])
    if twice.any():
        first = rows.loc[twice, [named.unit, named.time]].iloc[0].tolist()
        raise ValueError(f"unit {first[0]!r} has two rows of {first[1]}; give one")
    start = _of_unit(rows, named.unit, named.start)
    end = _of_unit(rows, named.unit, named.end) if named.end else None
    first_of, second = _wide(rows, named)
    if not named.outcome:
        return histories(first_of, second, start, end=end, unusual=unusual, complete=complete)
    years = tuple(sorted({int(year) for year in first_of.columns} - set(unusual)))
    y = first_of[list(years)].to_numpy(dtype=float, na_value=np.nan)
    w = second[list(years)].to_numpy(dtype=float, na_value=np.nan)
    if (w < 0).any():
        raise ValueError(f"a weight of column {named.weight!r} is below 0")
    counts: tuple[Floats, Floats] = (y * w, np.where(np.isnan(y), np.nan, w))
    return laid(first_of.index, years, counts, (start, end), complete=complete)


def _wide(rows: pd.DataFrame, named: Columns) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay two columns out, units by years."""
    if named.outcome:
        weight = rows[named.weight] if named.weight else pd.Series(1.0, rows.index)
        pair = (rows[named.outcome], weight)
    else:
        pair = (rows[named.events], rows[named.students])
    keys = [rows[named.unit], rows[named.time]]
    wide = [each.astype(float).set_axis(pd.MultiIndex.from_arrays(keys)).unstack() for each in pair]  # noqa: PD010
    return wide[0].sort_index(axis=1), wide[1].sort_index(axis=1)


def _whole(times: pd.Series, name: str) -> pd.Series:
    numbers = pd.to_numeric(times, errors="coerce")
    wrong = numbers.isna() | (numbers != np.floor(numbers))
    if wrong.any():
        raise ValueError(f"column {name!r} holds {times[wrong].iloc[0]!r}, which is no year")
    return numbers.astype(int)


def _of_unit(rows: pd.DataFrame, unit: str, name: str) -> pd.Series:
    """Give the one year of each unit that has one."""
    numbers = pd.to_numeric(rows[name], errors="coerce").astype(float)
    told = numbers.where(np.isfinite(numbers) & (numbers > 0))
    by_unit = told.groupby(rows[unit])
    if by_unit.nunique().gt(1).any():
        several = by_unit.nunique().gt(1).idxmax()
        raise ValueError(f"unit {several!r} has several values of {name!r}; give one")
    return by_unit.first().dropna()
