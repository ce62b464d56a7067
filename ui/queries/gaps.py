"""What is asked of gaps: between fifths of a condition, groups, levels and districts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd

from analytics.disparities.gaps import IndexOfDisparity, index_of_disparity
from analytics.rates.between_schools import Estimate
from data.views import disparities as views
from data.views import units as unit_views
from data.views.disparities import Fifths
from data.views.districts import areas_in, by_district
from ui import queries
from ui.languages import text
from ui.queries import drivers
from ui.queries.long_work import result
from ui.queries.priorities import harder
from ui.selection import GAPS, Selection

LEAST = 2


@dataclass(frozen=True, eq=False)
class Gaps:
    """Parts of a place side by side.

    Attributes
    ----------
    table : DataFrame
        A row a part: see `data.views.disparities`; with `trend, trend_low, trend_high`, the change
        of its difference a year, where that can be followed.
    fifths : Fifths or None
        Of a condition, where that is what is compared.
    disparity : IndexOfDisparity or None
        Mean distance of the parts from the whole; None where one is withheld.
    years : DataFrame
        Hardest less easiest fifth by year; no rows for others.
    trend : Estimate or None
        Change a year of that gap; None for others.
    """

    table: pd.DataFrame
    fifths: Fifths | None
    disparity: IndexOfDisparity | None
    years: pd.DataFrame
    trend: Estimate | None = None


def offered(selection: Selection) -> Mapping[str, str]:
    """Words of what gaps can be shown between; the first has the key ""."""
    here = _here(selection)
    return {"" if name == here[0] else name: GAPS[name] for name in here}


def gap_of(selection: Selection) -> str:
    """Resolve between what gaps are shown: a key of `ui.selection.GAPS`."""
    here = _here(selection)
    return selection.gap if selection.gap in here else here[0]


def found(selection: Selection) -> Gaps:
    """Gaps of the view."""
    kind = gap_of(selection)
    driver = selection.driver if kind == "fifth" else ""
    key: tuple[Hashable, ...] = (
        *("gaps", queries.place(selection.area), kind, driver),
        *(selection.year, selection.level, selection.catchment),
    )
    return result(key, text("Comparing parts of the place"), lambda _: _found(selection, kind))


def _here(selection: Selection) -> tuple[str, ...]:
    panel = queries.panel(selection)
    levels = panel.schools["level"].nunique() if selection.level == "all" else 0
    counts = {
        "fifth": LEAST if harder(selection) else 0,
        "student_group": panel.absence["student_group"].nunique(),
        "grade": panel.absence["grade"].nunique(),
        "level": levels,
        "county": panel.tracts["county"].nunique(),
        "district": panel.schools["district"].replace("", pd.NA).nunique(),
    }
    if by_district(panel):
        counts |= {"level": 0, "county": len(areas_in(panel)), "district": 0}
    return tuple(name for name, count in counts.items() if count >= LEAST) or ("level",)


def _found(selection: Selection, kind: str) -> Gaps:
    panel, schools = queries.panel(selection), queries.schools(selection)
    if kind in ("student_group", "grade"):
        table = views.group_view(panel, selection.year, selection.level, by=kind)
        follow = partial(views.group_gap_by_year, panel, selection.level, by=kind)
        others = [name for name in table.index[table["rate"].notna()] if name != "all"]
        trends = {str(name): follow(str(name))[1] for name in others}
        return Gaps(_joined(table, trends), None, None, _NONE)
    if kind == "fifth":
        return _fifths(selection, schools)
    parts = unit_views.unit_parts(panel, kind, queries.join(selection).table)
    table = views.unit_gap_view(schools, parts)
    table = table[table["schools"] > 0]
    return Gaps(_with_trend(selection, table, parts), None, _disparity(selection, table), _NONE)


def _fifths(selection: Selection, schools: pd.DataFrame) -> Gaps:
    panel = queries.panel(selection)
    cut = views.fifth_of_tracts(
        drivers.driver(selection), panel.tracts["children"], harder=harder(selection)
    )
    parts = views.fifth_parts(panel, cut, queries.join(selection).table)
    found = views.fifth_view(schools, parts)
    if views.HARDEST not in parts or views.EASIEST not in parts:
        return Gaps(found.table, found, found.disparity, _NONE)
    ends = parts[views.HARDEST], parts[views.EASIEST]
    years, trend = views.gap_by_year(panel, selection.level, *ends)
    return Gaps(_with_trend(selection, found.table, parts), found, found.disparity, years, trend)


def _with_trend(selection: Selection, table: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Add the change a year of each part's difference from the rest."""
    panel, trends = queries.panel(selection), {}
    for name in table.index[table["rate"].notna()]:
        part = parts[name]
        trends[str(name)] = views.gap_by_year(panel, selection.level, part, 1 - part)[1]
    return _joined(table, trends)


def _joined(table: pd.DataFrame, trends: Mapping[str, Estimate]) -> pd.DataFrame:
    """Add trends to their rows."""
    rows = {name: (each.value, each.low, each.high) for name, each in trends.items()}
    columns = ["trend", "trend_low", "trend_high"]
    return table.join(pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype(float))


def _disparity(selection: Selection, table: pd.DataFrame) -> IndexOfDisparity | None:
    """Mean distance of the parts from the whole place; none where one is withheld, or all are 0."""
    rate, whole = table["rate"].astype(float), queries.totals(selection)
    if rate.isna().any() or len(rate) < LEAST or not whole.chronic_absent:
        return None
    all_ = pd.Series({"": whole.chronic_absent / whole.enrolled})
    errors = pd.concat([pd.Series({"": 0.0}), table["se"].astype(float)])
    return index_of_disparity(pd.concat([all_, rate]), "", errors)


_NONE = pd.DataFrame()
