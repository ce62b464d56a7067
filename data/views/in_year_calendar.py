"""Attendance of a place or a part of it by day, and this year beside the last."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.early.calendar import FIGURES, by_area, same_day, to_date
from analytics.early.weekday import weekday_patterns
from analytics.rates.reliability import MIN_EFFECTIVE
from data.views.in_year import LaidYear


def calendar_view(year: LaidYear, part: pd.Series, *, least: int) -> pd.DataFrame:
    """Give attendance by day of one unit: place, district, borough, neighbourhood or school.

    Parameters
    ----------
    year : LaidYear
        From `data.views.in_year.laid_year`.
    part : Series
        One column of `data.views.units.unit_parts`: part of each school in the unit.
    least : int
        Fewest students of a figure, see `data.views.in_year.least_students`.

    Returns
    -------
    DataFrame
        Index `date` (datetime), every day of school of the place so far: `day` (1, 2, ...; of
        school), `weekday` (0 = Monday), `week` (its Monday), `attended` (fraction), `students` and
        `schools` behind it, `published` (the publisher's own figure, for the whole place only when
        `part` is 1 throughout), `status` ("reported", "missing": too few of the usual students are
        in schools with a figure; "suppressed": fewer than `least`, or than the 30 of a dependable
        rate). What weights them is `year.basis`; with "schools" `students` is missing.
    """
    areas, behind = by_area(year.days, part.to_frame("unit"))
    attended = 1 - areas.rate["unit"]
    dates = pd.DatetimeIndex(attended.index)
    students = areas.possible["unit"]
    if year.basis == "schools":
        students = students.where(students.isna())
    few = (students < max(least, MIN_EFFECTIVE)).to_numpy()
    told = attended.notna().to_numpy() & ~few
    whole = bool((part == 1).all())
    return pd.DataFrame(
        {
            "day": np.arange(1, len(dates) + 1),
            "weekday": dates.day_of_week,
            "week": dates - pd.to_timedelta(dates.day_of_week, unit="D"),
            "attended": attended.where(told),
            "students": students.where(told).round().astype("Int64"),
            "schools": behind["unit"],
            "published": year.published if whole else np.nan,
            "status": np.select([few, ~told], ["suppressed", "missing"], "reported"),
        },
        index=dates,
    )


def weekday_view(calendar: pd.DataFrame) -> pd.DataFrame:
    """Say which weekdays and days beside breaks differ from the middle of the week beyond chance.

    Parameters
    ----------
    calendar : DataFrame
        `calendar_view`.

    Returns
    -------
    DataFrame
        Index `pattern`: "Mondays", "Fridays", "before a break", "after a break"; `days`,
        `difference` (fraction, negative = fewer attend), `low, high` (95 %), `p`, `p_holm`,
        `stated`. Only rows that are `stated` may be said; others are not told from chance.
        See `analytics.early.weekday.weekday_patterns`.
    """
    return weekday_patterns(calendar["attended"])


def same_day_view(last: LaidYear, now: LaidYear, part: pd.Series) -> pd.DataFrame:
    """Lay attendance to date of two years side by side, day of school by day, same schools only.

    Returns
    -------
    DataFrame
        Index `day` (of school): `last`, `now` (attendance from the first day to this one), `change`
        and its interval `low, high` (95 %; NaN with one school), `schools`, `students`; `date` of
        this year. At least one row: both years have a day.

    Notes
    -----
    The interval is about how unlike the schools' changes are; it holds no weather.
    """
    most = min(len(now.days.absent), len(last.days.absent))
    sums = to_date(last.days), to_date(now.days)
    rows = {day: same_day(*sums, part, day=day) for day in range(1, most + 1)}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("day")
    return table.assign(date=now.days.absent.index[:most])


def same_day_units(
    last: LaidYear, now: LaidYear, parts: pd.DataFrame, *, least: int
) -> pd.DataFrame:
    """Compare two years to the latest day of school, unit by unit.

    Parameters
    ----------
    parts : DataFrame, shape (schools, units)
        From `data.views.units.unit_parts`.

    Returns
    -------
    DataFrame
        Index unit: `last`, `now`, `change`, `low`, `high`, `schools`, `students`; `status`:
        "reported"; "unreliable" (fewer than 30 students); "suppressed"; "missing" (no school of
        both years).
    """
    day = min(len(now.days.absent), len(last.days.absent))
    sums = to_date(last.days), to_date(now.days)
    rows = {name: same_day(*sums, parts[name], day=day) for name in parts}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis(parts.columns.name)
    size = table["students"] if now.basis != "schools" else table["students"] * np.inf
    status = np.select(
        [table["schools"].eq(0), size < least, size < MIN_EFFECTIVE],
        ["missing", "suppressed", "unreliable"],
        "reported",
    )
    shown = status == "reported"
    if now.basis == "schools":
        table["students"] = np.nan
    return table.assign(status=status, **{name: table[name].where(shown) for name in FIGURES})
