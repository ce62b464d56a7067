"""Days of school years laid out for the views of the year under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from analytics.early.calendar import SchoolDays
from data.contracts.in_year import OPEN, PLACE
from data.panel import Panel


@dataclass(frozen=True, eq=False)
class LaidYear:
    """One school year of a place.

    Attributes
    ----------
    school_year : str
    days : SchoolDays
        Of the schools that can be weighted, by date (datetime).
    basis : {"days", "students", "schools"}
        What a figure is weighted by: student-days of a roll-up; students enrolled; or, where no
        enrolment is known, each school alike.
    unweighted : int
        Schools with a figure that are left out, since their enrolment is not known or is fewer than
        `least`.
    published : Series
        The publisher's own figure of the place, by date; NaN where there is none.
    """

    school_year: str
    days: SchoolDays = field(repr=False)
    basis: str
    unweighted: int
    published: pd.Series = field(repr=False)


def least_students(panel: Panel) -> int:
    """Give the fewest students of a school whose figures may be shown, by the place's policies."""
    policies = panel.parameters.get("policies", {}).values()
    return 1 + max((int(each["hide_enrolled_up_to"]) for each in policies), default=10)


def laid_year(
    days: pd.DataFrame, school_year: str, *, least: int, through: date | None = None
) -> LaidYear:
    """Lay the days of one school year out.

    Parameters
    ----------
    days : DataFrame
        As in `data.contracts.in_year`: place_id, date, school_year, enrolled, attended, possible,
        absent, place_day, status.
    school_year : str
    least : int
        Fewest students of a school that takes part, see `least_students`.
    through : date, optional
        Last day that may be looked at; later ones are as if not yet there.

    Raises
    ------
    ValueError
        No day of school in that year.
    """
    rows = days[days["school_year"].eq(school_year) & days["place_day"].eq(OPEN)]
    rows = rows.assign(date=pd.to_datetime(rows["date"]))
    if through is not None:
        rows = rows[rows["date"] <= pd.Timestamp(through)]
    if rows.empty:
        raise ValueError(f"no day of school in {school_year}; choose a year that has some")
    of_place = rows["place_id"].eq(PLACE)
    wide = rows[~of_place & rows["status"].eq("reported")].set_index(["date", "place_id"])
    dates = pd.DatetimeIndex(sorted(rows["date"].unique()), name="date")
    laid = {
        name: wide[name].astype("Float64").astype(float).unstack().reindex(dates)  # noqa: PD010
        for name in ("attended", "enrolled", "possible", "absent")
    }
    published = rows[of_place].set_index("date")["attended"].reindex(dates).astype(float)
    school_days, basis, left = _weighted(laid, least)
    return LaidYear(school_year, school_days, basis, left, published.rename("published"))


def _weighted(laid: dict[str, pd.DataFrame], least: int) -> tuple[SchoolDays, str, int]:
    """Choose what schools are weighted by, and leave out those without it."""
    attended, possible = laid["attended"], laid["possible"]
    if possible.notna().any(axis=None):
        basis, absent = "days", laid["absent"]
        absent = absent.fillna((1 - attended) * possible)
        size = possible.max()
    elif laid["enrolled"].notna().any(axis=None):
        basis, possible = "students", laid["enrolled"]
        absent, size = (1 - attended) * possible, possible.max()
    else:
        basis, possible = "schools", attended.notna().astype(float)
        absent, size = 1 - attended, pd.Series(np.inf, attended.columns)
    known = absent.notna() & possible.gt(0)
    kept = size.index[(size >= least).to_numpy() & known.any().to_numpy()]
    left = int(attended.notna().any().sum() - len(kept))
    return (
        SchoolDays(absent[kept].where(known[kept]), possible[kept].where(known[kept])),
        basis,
        left,
    )
