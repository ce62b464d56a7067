"""Attendance of areas by day, and this year beside the last at the same day of school."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.rates.between_schools import paired_change

USUAL_PART = 0.5
"""Least part of the usual students behind the figure of a day."""
REPORTED_PART = 0.5
"""Least part of the days of both years that a school of a comparison has reported."""
FIGURES = ("last", "now", "change", "low", "high", "students")
"""What `same_day` gives besides the number of schools."""


@dataclass(frozen=True, eq=False)
class SchoolDays:
    """Days of one school year laid out, days by schools; NaN where a school has no figure.

    Attributes
    ----------
    absent, possible : DataFrame, shape (days, schools)
        Student-days missed and enrolled, on the days of school of the place, in order. Where only
        percentages are published `possible` is the enrolment, or 1 where none is known.
    """

    absent: pd.DataFrame
    possible: pd.DataFrame

    def __post_init__(self) -> None:
        if not (
            self.absent.index.equals(self.possible.index)
            and self.absent.columns.equals(self.possible.columns)
        ):
            raise ValueError("absent and possible have different days or schools; align them")
        if not self.absent.index.is_monotonic_increasing or not self.absent.index.is_unique:
            raise ValueError("days must be in order, each once")

    @property
    def rate(self) -> pd.DataFrame:
        """Part absent, (days, schools)."""
        return self.absent / self.possible


def by_area(days: SchoolDays, parts: pd.DataFrame) -> tuple[SchoolDays, pd.DataFrame]:
    """Add schools up to areas, day by day.

    Parameters
    ----------
    days : SchoolDays
    parts : DataFrame, shape (schools, areas)
        Part of each school's students that belongs to each area, 0 to 1.

    Returns
    -------
    areas : SchoolDays
        NaN on a day on which less than `USUAL_PART` of the area's usual students (the median of its
        days) are in schools that have a figure: who reports would be told, not who came.
    schools : DataFrame, shape (days, areas)
        Schools behind each figure.

    Examples
    --------
    >>> day, school = pd.RangeIndex(2), pd.Index(["a", "b"])
    >>> absent = pd.DataFrame([[10.0, 2.0], [20.0, np.nan]], day, school)
    >>> possible = pd.DataFrame([[100.0, 60.0], [100.0, np.nan]], day, school)
    >>> areas, schools = by_area(SchoolDays(absent, possible), pd.DataFrame(1.0, school, ["all"]))
    >>> areas.rate["all"].tolist(), schools["all"].tolist()
    ([0.075, 0.2], [2, 1])
    """
    schools = days.absent.columns
    member = parts.reindex(schools).fillna(0.0)
    known = (days.absent.notna() & (days.possible > 0)).to_numpy()
    w = member.to_numpy(dtype=float)
    missed, size = (
        np.where(known, each.to_numpy(dtype=float), 0.0) @ w
        for each in (days.absent, days.possible)
    )
    behind = known.astype(float) @ (w > 0)
    usual = np.median(np.where(size > 0, size, 0.0), axis=0) if len(size) else size
    told = (size > 0) & (size >= USUAL_PART * usual)
    frame = {"index": days.absent.index, "columns": member.columns}
    areas = SchoolDays(
        pd.DataFrame(np.where(told, missed, np.nan), **frame),
        pd.DataFrame(np.where(told, size, np.nan), **frame),
    )
    return areas, pd.DataFrame(behind.astype(int), **frame)


@dataclass(frozen=True, eq=False)
class ToDate:
    """A school year summed up from its first day to each day, (days, schools).

    Attributes
    ----------
    absent, possible : DataFrame
        Sums of the days with a figure.
    reported : DataFrame
        Part of the days so far with a figure.
    """

    absent: pd.DataFrame
    possible: pd.DataFrame
    reported: pd.DataFrame


def to_date(days: SchoolDays) -> ToDate:
    """Sum a year up from its first day to each day.

    Examples
    --------
    >>> day, school = pd.RangeIndex(2), pd.Index(["a"])
    >>> days = SchoolDays(*(pd.DataFrame({"a": each}) for each in ([1.0, np.nan], [10.0, np.nan])))
    >>> to_date(days).reported["a"].tolist(), to_date(days).absent["a"].tolist()
    ([1.0, 0.5], [1.0, 1.0])
    """
    known = days.absent.notna() & days.possible.gt(0)
    count = pd.Series(np.arange(1, len(known) + 1), known.index)
    return ToDate(
        days.absent.where(known, 0.0).cumsum(),
        days.possible.where(known, 0.0).cumsum(),
        known.cumsum().div(count, axis=0),
    )


def same_day(
    last: ToDate, now: ToDate, part: pd.Series, *, day: int, level: float = 0.95
) -> dict[str, float]:
    """Compare two years from the first day of school to the same day, on the same schools.

    Parameters
    ----------
    last, now : ToDate
    part : Series
        Part of each school in the area.
    day : int
        Days of school since the year began.
    level : float
        Two-sided coverage of the interval of the change.

    Returns
    -------
    dict
        `last`, `now`: attendance to date, a fraction; `change` and its interval `low, high`;
        `schools` with `REPORTED_PART` of the days of both years, and their `students` on a day of
        this year. NaN without such schools.

    Raises
    ------
    ValueError
        A day that one of the years does not have.

    Notes
    -----
    The interval says how unlike the schools' changes are; weather or illness that all schools
    share is in the change and not in its interval.

    References
    ----------
    `analytics.rates.between_schools.paired_change` (Cochran 1977, 6.18 and 12.10).

    Examples
    --------
    >>> day, school = pd.RangeIndex(3), pd.Index(list("abc"))
    >>> def year(rates):
    ...     each = (pd.DataFrame([r] * 3, day, school) for r in (rates, [100.0] * 3))
    ...     return to_date(SchoolDays(*each))
    >>> found = same_day(year([9.0, 6, 6]), year([10.0, 9, 5]), pd.Series(1.0, school), day=3)
    >>> round(found["last"], 3), round(found["now"], 3), round(found["change"], 3), found["schools"]
    (0.93, 0.92, -0.01, 3)
    """
    if not 1 <= day <= min(len(last.absent), len(now.absent)):
        raise ValueError(f"day {day} of school is not in both years")
    at = day - 1
    kept = [
        year.reported.columns[(year.reported.iloc[at] >= REPORTED_PART)] for year in (last, now)
    ]
    shared = kept[0].intersection(kept[1])
    weight = part.reindex(shared).fillna(0.0)
    weight = weight[weight > 0]
    if weight.empty:
        return dict.fromkeys(FIGURES, np.nan) | {"schools": 0}
    sums = [
        each.iloc[at].reindex(weight.index) * weight
        for year in (last, now)
        for each in (year.absent, year.possible)
    ]
    found = paired_change(*sums, level=level).same
    days = now.reported.iloc[at].reindex(weight.index) * day
    return {
        "last": float(1 - sums[0].sum() / sums[1].sum()),
        "now": float(1 - sums[2].sum() / sums[3].sum()),
        "change": -found.value,
        "low": -found.high,
        "high": -found.low,
        "students": float((sums[3] / days).sum()),
        "schools": len(weight),
    }
