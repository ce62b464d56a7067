"""Schools that moved most since last year, beyond noise; groups beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.early.calendar import SchoolDays
from analytics.early.movers import FEWEST, FEWEST_SCHOOLS, movers
from analytics.rates.between_schools import paired_change
from analytics.rates.reliability import MIN_EFFECTIVE
from data.views.in_year import LaidYear

WEEK = 5
"""Days of school of a block."""
COLUMNS = ["change", "relative", "shrunken", "low", "high", "q", "moved"]


def movers_view(last: LaidYear, now: LaidYear, *, least: int) -> pd.DataFrame:
    """List the schools of both years by how far they moved, to the same day of school.

    Parameters
    ----------
    last, now : LaidYear
    least : int
        Fewest students of a school, see `data.views.in_year.least_students`; never fewer than 30.

    Returns
    -------
    DataFrame
        Index `school_id`, the farthest `shrunken` first: `students`, `weeks`; in part of the days
        attended (positive = more attend): `change` from last year; `relative`, less that of the
        median school; `shrunken`, what of it is likely to be there, `low, high` (90 %); `q`;
        `moved` (5 % of those marked so may be false). Only schools that `moved` may be named as
        such. Empty when there are too few schools or weeks; see `FEWEST` and `FEWEST_SCHOOLS`.
    """
    blocks = min(len(last.days.absent), len(now.days.absent)) // WEEK
    before, after = (_weekly(year.days, blocks) for year in (last, now))
    schools = before.columns.intersection(after.columns)
    difference = before[schools] - after[schools]  # of parts absent: positive = more attend
    students = now.days.possible[schools].max() if now.basis != "schools" else None
    return _listed(difference, students, least)


def _weekly(days: SchoolDays, blocks: int) -> pd.DataFrame:
    """Part absent by blocks of days of school, (blocks, schools)."""
    block = np.arange(blocks * WEEK) // WEEK
    sums = [
        each.iloc[: len(block)].groupby(block).sum(min_count=1)
        for each in (days.absent, days.possible.where(days.absent.notna()))
    ]
    return sums[0] / sums[1]


def _listed(difference: pd.DataFrame, students: pd.Series | None, least: int) -> pd.DataFrame:
    """Find movers among the schools that may be shown."""
    fewest = float(max(least, MIN_EFFECTIVE))
    size = pd.Series(fewest, difference.columns) if students is None else students
    size = size[size >= fewest].astype(float)
    weeks = difference[size.index].notna().sum()
    empty = pd.DataFrame(columns=["students", "weeks", *COLUMNS]).rename_axis("school_id")
    if (weeks >= FEWEST).sum() < FEWEST_SCHOOLS:
        return empty
    found = movers(difference[size.index], size)
    found = found[found["relative"].notna()]
    shown = size.reindex(found.index) if students is not None else pd.NA
    table = found.assign(students=shown, weeks=found["blocks"])
    order = found["shrunken"].abs().sort_values(ascending=False, kind="stable").index
    table["students"] = table["students"].astype("Float64").round().astype("Int64")
    return table.loc[order, ["students", "weeks", *COLUMNS]].rename_axis("school_id")


def moved_by_unit(table: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Count movers by unit.

    Parameters
    ----------
    table : DataFrame
        `movers_view`.
    parts : DataFrame, shape (schools, units)
        A school counts where most of its students are.

    Returns
    -------
    DataFrame
        Index unit: `schools` compared, `up` and `down` (moved beyond noise, attendance higher and
        lower than the median school's change).
    """
    inside = parts.reindex(table.index).fillna(0.0)
    inside = inside[inside.gt(0).any(axis=1)]
    home = inside.idxmax(axis=1)
    rows = table.loc[home.index]
    counts = pd.DataFrame(
        {
            "schools": rows["moved"].groupby(home).size(),
            "up": (rows["moved"] & rows["relative"].gt(0)).groupby(home).sum(),
            "down": (rows["moved"] & rows["relative"].lt(0)).groupby(home).sum(),
        }
    )
    return counts.rename_axis(parts.columns.name).astype(int)


def group_change_view(months: pd.DataFrame, last: str, now: str) -> pd.DataFrame:
    """Compare each group's attendance to date with last year, same schools and same months.

    Parameters
    ----------
    months : DataFrame
        As in `data.contracts.in_year`.
    last, now : str
        School years.

    Returns
    -------
    DataFrame
        Index `group`: `last`, `now` (attendance, fractions), `change`, `low, high` (95 %, how
        unlike the schools' changes are), `schools`, `months`. Only rows of schools whose figures
        are given in both years; NaN with fewer than two.
    """
    rows = months[months["kind"].eq("school") & months["school_year"].isin([last, now])]
    rows = rows.dropna(subset=["possible", "absent"]).assign(number=rows["month"].str[-2:])
    keys = ["group", "place", "number"]
    both = rows.groupby(keys)["school_year"].transform("nunique").eq(2)
    rows = rows[both & rows["possible"].gt(0)]
    table = {}
    for group, own in rows.groupby("group"):
        sums = own.groupby(["school_year", "place"])[["absent", "possible"]].sum().astype(float)
        was, is_now = sums.loc[last], sums.loc[now]
        found = paired_change(was["absent"], was["possible"], is_now["absent"], is_now["possible"])
        rates = [float(1 - each["absent"].sum() / each["possible"].sum()) for each in (was, is_now)]
        same = found.same
        table[group] = (*rates, -same.value, -same.high, -same.low, found.schools)
    columns = ["last", "now", "change", "low", "high", "schools"]
    out = pd.DataFrame.from_dict(table, orient="index", columns=columns).rename_axis("group")
    return out.assign(months=rows.groupby("group")["number"].nunique())
