"""Year-end chronic absence of each school, forecast from its figures to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analytics.early.calendar import REPORTED_PART, to_date
from analytics.early.forecast import FEWEST_SCHOOLS, BackTest, back_test, year_end_relation
from data.panel import Panel
from data.views.in_year import LaidYear
from data.views.units import counted

LEAST_YEARS = 2
"""Fewest whole earlier years of a forecast."""
LEAST_MONTHS = 9
"""Months of a roll-up that make a whole year."""
NEEDS = {
    "attendance": "daily attendance from the first day of school and the year-end count of"
    " chronically absent students",
    "chronic so far": "a roll-up from the first month of school to the last",
}
"""What each earlier year must have."""


@dataclass(frozen=True, eq=False)
class ToDate:
    """Figures to the same point of each year, and what the years ended with, schools by years.

    Attributes
    ----------
    kind : {"attendance", "chronic so far"}
        What the figure to date is: part of the days missed by all students together, or part of
        the students on track to be chronically absent.
    rate : DataFrame
        The year under way and earlier ones.
    chronic, enrolled : DataFrame
        At the end of earlier years; only whole years of one definition.
    now : Series
        Students of the year under way.
    """

    kind: str
    school_year: str
    rate: pd.DataFrame = field(repr=False)
    chronic: pd.DataFrame = field(repr=False)
    enrolled: pd.DataFrame = field(repr=False)
    now: pd.Series = field(repr=False)


@dataclass(frozen=True, eq=False)
class SchoolForecast:
    """Forecast of the year's end.

    Attributes
    ----------
    state : {"forecast", "too few years", "no figures"}
        With "too few years" there is no figure: say how many more are needed (`missing_years`) and
        what each must have (`needs`). "no figures": no school has one to date.
    kind : str
        See `ToDate`. From attendance the relation is statistical: say so, with `back_test`.
    table : DataFrame
        Index school: `students`; `to_date`; `middle, low, high` of the year-end rate (90 % of
        schools lie inside) and `expected, expected_low, expected_high` students (rounded: for a
        school team); `known_before`; `status` ("reported", "suppressed", "missing").
    total : tuple of float
        Students of all schools in the table: middle, low, high (90 %).
    years : tuple of str
        Earlier years behind it.
    missing_years : int
        How many more are needed.
    needs : str
        What each must have.
    back_test : BackTest or None
        Earlier years forecast from each other.
    """

    state: str
    kind: str
    table: pd.DataFrame = field(repr=False)
    total: tuple[float, float, float]
    years: tuple[str, ...]
    missing_years: int
    needs: str
    back_test: BackTest | None


def from_days(panel: Panel, now: LaidYear, earlier: Mapping[str, LaidYear]) -> ToDate:
    """Take attendance to the same day of school, and year-end counts of the panel.

    Parameters
    ----------
    panel : Panel
        Protected panel.
    now : LaidYear
        The year under way.
    earlier : mapping of str to LaidYear
        Earlier years by name, whole ones. Left out are those without year-end counts, unusual
        ones, those of another definition than the latest, and those with fewer days than now.
    """
    day = len(now.days.absent)
    x, n = counted(panel, "all", panel.schools.index)
    usable = [
        year
        for year, laid in sorted(earlier.items())
        if year < now.school_year and len(laid.days.absent) >= day and year in x
    ]
    known = [year for year in x.columns if year < now.school_year]
    kept = _one_definition(panel, usable, known)
    rate = {year: _absent_to(earlier[year], day) for year in kept}
    rate[now.school_year] = _absent_to(now, day)
    size = now.days.possible.max()
    if now.basis == "schools":
        size = n.ffill(axis=1).iloc[:, -1]
    return ToDate(
        "attendance", now.school_year, pd.DataFrame(rate), x[kept], n[kept], size.rename("students")
    )


def _absent_to(year: LaidYear, day: int) -> pd.Series:
    """Part of the days missed from the first day to one; NaN with figures of too few days."""
    sums = to_date(year.days)
    told = sums.reported.iloc[day - 1] >= REPORTED_PART
    return (sums.absent.iloc[day - 1] / sums.possible.iloc[day - 1]).where(told)


def _one_definition(panel: Panel, years: Iterable[str], published: list[str]) -> list[str]:
    """Keep usual years since the definition last changed before the latest published year."""
    breaks = [item.school_year for item in panel.area.breaks]
    latest = max(published, default="")
    begins = max((each for each in breaks if each <= latest), default="")
    return [year for year in years if year not in panel.area.unusual_years and year >= begins]


def from_months(months: pd.DataFrame, school_year: str) -> ToDate:
    """Take the part chronically absent so far at the end of the latest month, from a roll-up.

    Parameters
    ----------
    months : DataFrame
        As in `data.contracts.in_year`, this year's and earlier ones; an earlier year is whole with
        `LEAST_MONTHS` months.
    """
    rows = months[months["kind"].eq("school") & months["group"].eq("all")]
    rows = rows.assign(number=rows["month"].str[-2:])
    this = rows[rows["school_year"].eq(school_year)]
    if this.empty:
        raise ValueError(f"no month of {school_year}; choose a year that has some")
    latest = this.sort_values("month")["number"].iloc[-1]
    whole = rows.groupby("school_year")["month"].nunique().ge(LEAST_MONTHS)
    years = [year for year in whole.index[whole] if year < school_year]
    at = rows[rows["number"].eq(latest)]
    ends = rows.sort_values("month").groupby("school_year")["month"].transform("max")
    end = rows[rows["month"].eq(ends) & rows["school_year"].isin(years)]
    chronic, students = _wide(at, "chronic"), _wide(at, "students")
    rate = ((chronic + 0.5) / (students + 1))[[*years, school_year]]
    return ToDate(
        "chronic so far",
        school_year,
        rate,
        _wide(end, "chronic").reindex(columns=years),
        _wide(end, "students").reindex(columns=years),
        students[school_year].rename("students"),
    )


def _wide(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Lay one figure out, schools by years."""
    table = rows.set_index(["place", "school_year"])[column]
    return table.astype("Float64").astype(float).unstack("school_year")  # noqa: PD010


def forecast_view(found: ToDate, *, least: int, strata: pd.Series | None = None) -> SchoolForecast:
    """Forecast the year's end for each school, or say what it would take.

    Parameters
    ----------
    found : ToDate
    least : int
        Fewest students of a school, see `data.views.in_year.least_students`.
    strata : Series, optional
        Level of each school.
    """
    now = found.rate[found.school_year]
    small = found.now.reindex(now.index).lt(least).to_numpy()
    known = now.notna().to_numpy() & ~small
    table = pd.DataFrame(
        {
            "students": found.now.reindex(now.index).where(known).round().astype("Int64"),
            "to_date": now.where(known),
            **dict.fromkeys(_FIGURES, np.nan),
            "known_before": False,
            "status": np.select([small, ~known], ["suppressed", "missing"], "reported"),
        },
        index=now.index.rename("school_id"),
    )
    years = _years(found)
    short, needs = max(0, LEAST_YEARS - len(years)), NEEDS[found.kind]
    if short or not known.any():
        nothing = (float("nan"),) * 3
        state = "too few years" if short else "no figures"
        return SchoolForecast(state, found.kind, table, nothing, years, short, needs, None)
    past = [found.rate[list(years)], found.chronic[list(years)], found.enrolled[list(years)]]
    fit = year_end_relation(*past, strata=strata)
    size = found.now.reindex(now.index).astype(float)
    ahead = fit.ahead(now.where(known), size, strata=strata)
    table[list(ahead)] = ahead
    for name, of in zip(_FIGURES[3:], ("middle", "low", "high"), strict=True):
        table[name] = (ahead[of] * size).round()
    total = fit.total(now.where(known), size, strata=strata)
    tested = back_test(*past, strata=strata)
    return SchoolForecast("forecast", found.kind, table, total, years, 0, needs, tested)


_FIGURES = ("middle", "low", "high", "expected", "expected_low", "expected_high")


def _years(found: ToDate) -> tuple[str, ...]:
    """Earlier years in which enough schools have all three figures."""
    years = []
    for year in found.chronic:
        rate = found.rate[year].reindex(found.chronic.index)
        both = rate.notna() & found.chronic[year].notna() & found.enrolled[year].gt(0)
        if both.sum() >= FEWEST_SCHOOLS:
            years.append(str(year))
    return tuple(years)
