"""Disparities: student groups, levels, districts and fifths of a condition, and their trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.disparities.concentration_index import ConcentrationIndex, concentration_index
from analytics.disparities.gaps import (
    IndexOfDisparity,
    compare_groups,
    gap_trend,
    index_of_disparity,
)
from analytics.disparities.slope import SlopeIndex, slope_index
from analytics.rates.between_schools import Estimate, compare_rates, ratio_of_sums
from data.panel import Panel
from data.recipe.rows import GRADES
from data.views.units import counted, sums

FIFTHS = 5
EASIEST, HARDEST = "Fifth 1", "Fifth 5"
GAPS = ["difference", "difference_low", "difference_high", "ratio", "ratio_low", "ratio_high"]


def group_view(
    panel: Panel, year: str, level: str, *, reference: str = "all", by: str = "student_group"
) -> pd.DataFrame:
    """Compare student groups, or grades, as far as the publisher gives them by school.

    Parameters
    ----------
    by : {"student_group", "grade"}

    Returns
    -------
    DataFrame
        `analytics.disparities.compare_groups` with `year`: a row a group, the reference first.
        One row alone when the publisher gives no group.

    Raises
    ------
    ValueError
        A reference that is no group.
    """
    names = sorted(panel.absence[by].unique(), key=lambda name: (name != reference, *_place(name)))
    x, n = {}, {}
    for name in names:
        absent, students = counted(panel, level, panel.schools.index, name, by)
        if year in absent:
            x[name], n[name] = absent[year], students[year]
    return compare_groups(pd.DataFrame(x), pd.DataFrame(n), reference).assign(year=year)


def _place(name: str) -> tuple[int, str]:
    """Order grades as children go through them, and groups by name."""
    return (GRADES.index(name) if name in GRADES else len(GRADES), name)


def unit_gap_view(schools: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Compare each level, district or area with the rest of the place.

    Parameters
    ----------
    schools : DataFrame
        `school_view`.
    parts : DataFrame, shape (all schools, units)
        From `data.views.units.unit_parts`.

    Returns
    -------
    DataFrame
        Index unit: `data.views.units.sums` with `low, high, se` of the rate, and `difference` from
        the rest and `ratio` to it with their ranges, schools as clusters. Nothing for units that
        may not be shown.
    """
    x, n = schools["chronic_absent"], schools["enrolled"]
    inside = parts.reindex(schools.index).fillna(0.0)
    table = sums(inside, x, n)
    rows = {}
    for unit in table.index[table["rate"].notna()]:
        w = inside[unit]
        own = ratio_of_sums(x, n, w)
        gap, ratio = compare_rates(x * w, n * w, x * (1 - w), n * (1 - w))
        rows[unit] = (own.low, own.high, own.se, *_gap(gap, ratio))
    found = pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high", "se", *GAPS])
    year = schools["school_year"].iloc[0] if len(schools) else ""
    return table.drop(columns="effective_n").join(found.astype(float)).assign(year=year)


@dataclass(frozen=True, eq=False)
class Fifths:
    """Fifths of a condition, from the easiest to the hardest, and what sums them up.

    Attributes
    ----------
    table : DataFrame
        `unit_gap_view` of the fifths: its gaps are to the rest.
    gap, log_ratio : Estimate
        Hardest less easiest, and the logarithm of the one over the other.
    slope : SlopeIndex
        From the easiest to the hardest end.
    concentration : ConcentrationIndex or None
        Above 0 when chronic absence gathers in the harder fifths; None when one is withheld, or
        nobody is absent.
    disparity : IndexOfDisparity or None
        Distance of the others from the easiest fifth; None where nobody is absent in it.
    covered : float
        Part of the students whose home tract has the condition's figure.
    """

    table: pd.DataFrame
    gap: Estimate
    log_ratio: Estimate
    slope: SlopeIndex
    concentration: ConcentrationIndex | None
    disparity: IndexOfDisparity | None
    covered: float


def fifth_of_tracts(driver: pd.DataFrame, children: pd.Series, *, harder: int = 1) -> pd.Series:
    """Cut tracts into fifths of a condition with as many children each.

    Parameters
    ----------
    driver : DataFrame
        `driver_view`.
    children : Series
        Resident children of each tract.
    harder : int
        1 where more of the condition is harder, -1 where less is.

    Returns
    -------
    Series of str
        "Fifth 1" (easiest) to "Fifth 5"; missing without a figure or children. Tracts with equal
        figures are in one fifth.
    """
    value = (harder * driver["value"]).where(driver["status"].eq("reported"))
    size = children.reindex(driver.index).astype(float).fillna(0.0)
    known = value.notna() & (size > 0)
    by_value = size[known].groupby(value[known]).sum().sort_index()
    middle = (by_value.cumsum() - by_value / 2) / by_value.sum()
    fifth = np.minimum(np.floor(middle * FIFTHS) + 1, FIFTHS)
    names = value[known].map(fifth).map(lambda number: f"Fifth {int(number)}")
    return names.reindex(driver.index)


def fifth_parts(panel: Panel, fifths: pd.Series, shares: pd.DataFrame) -> pd.DataFrame:
    """Say which part of each school's students lives in each fifth, on all schools."""
    own = shares.assign(fifth=shares["geoid"].map(fifths)).dropna(subset=["fifth"])
    table = own.groupby(["school_id", "fifth"])["share"].sum().unstack("fifth")  # noqa: PD010
    return table.reindex(panel.schools.index).fillna(0.0).clip(upper=1.0)


def fifth_view(schools: pd.DataFrame, parts: pd.DataFrame) -> Fifths:
    """Compare fifths of a condition.

    Parameters
    ----------
    schools : DataFrame
        `school_view`.
    parts : DataFrame
        `fifth_parts`, the easiest first.

    Notes
    -----
    Fifths share schools, whose errors move both: taken as apart they make slope and concentration
    seem less sure than they are. The gap of the two ends knows the schools they share.
    """
    x, n = schools["chronic_absent"], schools["enrolled"]
    w = parts.reindex(
        index=schools.index, columns=[f"Fifth {number}" for number in range(1, FIFTHS + 1)]
    )
    w = w.fillna(0.0)
    table = unit_gap_view(schools, w)
    shown = table.index[table["rate"].notna()]
    hard, easy = (w[name] * (name in shown) for name in (HARDEST, EASIEST))
    gap, log_ratio = compare_rates(x * hard, n * hard, x * easy, n * easy)
    rate, students, se = (table[name].astype(float) for name in ("rate", "enrolled", "se"))
    slope = slope_index(rate, students.fillna(1.0), se)
    whole = rate.notna().all() and len(rate) == FIFTHS
    some, some_at_ease = bool(rate.gt(0).any()), bool(rate[EASIEST] > 0)
    lives = w.sum(axis=1)
    return Fifths(
        table,
        gap,
        log_ratio,
        slope,
        concentration_index(rate, range(len(rate)), students, se=se) if whole and some else None,
        index_of_disparity(rate, EASIEST, se) if whole and some_at_ease else None,
        float((lives * n).sum() / n.sum()),
    )


def gap_by_year(
    panel: Panel, level: str, first: pd.Series, other: pd.Series
) -> tuple[pd.DataFrame, Estimate]:
    """Follow the gap between two parts of a place through usual years, and its trend.

    Parameters
    ----------
    first, other : Series
        Part of each school in either, such as the hardest and the easiest fifth.

    Returns
    -------
    years : DataFrame
        Index school year: `difference, ratio` with ranges, `se` of the difference, and
        `definition`, a code that changes where the definition does.
    trend : Estimate
        Change of the difference a year over the years of the latest definition; NaN for fewer than
        3 of them.
    """
    x, n = counted(panel, level, first.index)
    parts = pd.DataFrame({"first": first, "other": other})
    rows = {}
    for year in x.columns:
        absent, students = x[year], n[year]
        if sums(parts, absent, students)["rate"].notna().all():
            laid = (absent * first, students * first, absent * other, students * other)
            rows[year] = compare_rates(*laid)
    return _followed(panel, list(x.columns), rows)


def group_gap_by_year(
    panel: Panel,
    level: str,
    group: str,
    *,
    reference: str = "all",
    by: str = "student_group",
) -> tuple[pd.DataFrame, Estimate]:
    """Follow the gap between a group, or grade, and another through usual years, and its trend.

    Returns
    -------
    years, trend
        As from `gap_by_year`; no figure in years in which either may not be shown.
    """
    sides = [counted(panel, level, panel.schools.index, name, by) for name in (group, reference)]
    years = sorted(panel.absence["school_year"].unique())
    rows = {}
    for year in years:
        if any(year not in x for x, _ in sides):
            continue
        (x, n), (x_other, n_other) = ((x[year], n[year]) for x, n in sides)
        absent = pd.DataFrame({group: x, reference: x_other})
        students = pd.DataFrame({group: n, reference: n_other})
        table = compare_groups(absent, students, reference)
        if table["status"].eq("reported").all():
            rows[year] = compare_rates(x, n, x_other, n_other)
    return _followed(panel, years, rows)


def _followed(
    panel: Panel, years: Sequence[str], gaps: Mapping[str, tuple[Estimate, Estimate]]
) -> tuple[pd.DataFrame, Estimate]:
    """Lay the gaps of usual years out with their definition; fit the trend of the latest."""
    breaks, rows, code = {item.school_year for item in panel.area.breaks}, {}, 0
    for year in years:
        code += year in breaks
        if year not in panel.area.unusual_years:
            found = gaps.get(year)
            figures = (np.nan,) * 7 if found is None else (*_gap(*found), found[0].se)
            rows[year] = (*figures, code)
    columns = [*GAPS, "se", "definition"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    last = table[table["definition"].eq(code)]
    number = pd.Series([float(year[:4]) for year in last.index], last.index)
    return table.rename_axis("school_year"), gap_trend(number, last["difference"], last["se"])


def _gap(gap: Estimate, ratio: Estimate) -> tuple[float, ...]:
    """Give a difference and a ratio with their ranges."""
    return (gap.value, gap.low, gap.high, *np.exp((ratio.value, ratio.low, ratio.high)).tolist())
