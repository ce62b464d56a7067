"""Schools and tracts of one year and level, their totals, trend and exposure to a driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.disclosure import dominated
from analytics.hotspots.tract_map import dealt_range
from analytics.rates.acs import coefficient_of_variation
from analytics.rates.between_schools import next_year, paired_change
from analytics.rates.definitions import BAND_FRACTION, band
from analytics.rates.intervals import crude_rate, expected
from analytics.rates.tract_rates import allocate, exposure
from analytics.smoothing import empirical_bayes
from data.panel import Panel
from data.views.years import dispersion, dispersions, everyone

HIGH = BAND_FRACTION[-1]
COUNTED = ("reported", "unreliable")
AGGREGATES = (
    *("chronic_absent", "enrolled", "rate", "low", "high", "expected"),
    *("ratio", "ratio_low", "ratio_high", "eb_rate", "coverage"),
)
"""Figures of a tract that rule P5 withholds."""
EXCESS = (
    *("excess", "excess_se", "excess_low", "excess_high"),
    *("shrunken", "shrunken_low", "shrunken_high"),
)
"""Figures of wider areas that it withholds besides."""
CHANGES = ("paired", "paired_low", "paired_high", "composition", "same_schools")
VALUE_OF_MEASURE = {"crude": "rate", "ratio": "ratio", "eb": "eb_rate"}


@dataclass(frozen=True)
class Totals:
    """Sums over the schools of a view; students of withheld schools are in neither sum.

    Attributes
    ----------
    schools, withheld : int
        Schools in the sums, and schools left out of them.
    least, most, listed_students : float
        What the withheld schools that have bounds may add to those absent, and the students on the
        list of these schools.
    bounded : int
        Withheld schools that have bounds.
    shown, high : int
        Schools with a figure of their own to show, and those of them in the highest band. A school
        with too few students for a figure of its own is in the sums and not shown.
    """

    chronic_absent: float
    enrolled: float
    schools: int
    withheld: int
    shown: int
    high: int
    bounded: int
    least: float
    most: float
    listed_students: float

    @property
    def listed(self) -> int:
        """All schools of the view."""
        return self.schools + self.withheld

    @property
    def hidden(self) -> int:
        """Schools without a figure of their own to show, whether in the sums or not."""
        return self.listed - self.shown


def school_view(panel: Panel, year: str, level: str) -> pd.DataFrame:
    """One school year of every school of a level, with rate, range, expected and band.

    Parameters
    ----------
    panel : Panel
        Protected panel.
    year : str
        School year.
    level : str
        School level, or "all".

    Returns
    -------
    DataFrame
        Index `school_id`. Counts of withheld rows are NaN; `shown` says whether the row's own
        figure may stand on screen. `low, high` is the range for next year's rate, see
        `analytics.rates.between_schools`; `ratio_low, ratio_high` the same over what is expected.
    """
    rows = everyone(panel)
    rows = rows[rows["school_year"] == year]
    table = panel.schools.drop(columns="geometry").join(rows.set_index("school_id"), how="inner")
    if level != "all":
        table = table[table["level"] == level]
    counted = table["status"].isin(COUNTED)
    x = table["chronic_absent"].astype("Float64").where(counted).astype(float)
    n = table["enrolled"].astype("Float64").where(counted).astype(float)
    low, high = next_year(x, n, dispersion(panel, year).of(table["level"]))
    hoped = expected(x, n, table["level"])
    rate, part = crude_rate(x, n), hoped.where(hoped > 0) / n
    return pd.DataFrame(table).assign(
        chronic_absent=x,
        enrolled=n,
        rate=rate,
        low=low,
        high=high,
        expected=hoped,
        ratio=rate / part,
        ratio_low=low / part,
        ratio_high=high / part,
        band=band(rate),
        shown=table["status"] == "reported",
    )


def totals(schools: pd.DataFrame) -> Totals:
    """Sum a school view."""
    counted = schools["chronic_absent"].notna() & schools["enrolled"].notna()
    sums = schools.loc[counted, ["chronic_absent", "enrolled"]].sum()
    bounded = ~counted & schools["upper"].notna() & schools["students"].notna()
    return Totals(
        float(sums["chronic_absent"]),
        float(sums["enrolled"]),
        int(counted.sum()),
        int((~counted).sum()),
        int(schools["shown"].sum()),
        int((schools["shown"] & (schools["rate"] >= HIGH)).sum()),
        int(bounded.sum()),
        *(float(schools.loc[bounded, name].sum()) for name in ("lower", "upper", "students")),
    )


def trend_view(panel: Panel, level: str) -> pd.DataFrame:
    """Rate of the whole place by school year, re-formed from summed counts, and its changes.

    A count of the whole place has no interval of chance. A change is paired by school.

    Returns
    -------
    DataFrame
        One row a school year: chronic_absent, enrolled, rate, schools, withheld, is_unusual,
        break_note; `since`, the usual year before, missing where the year is unusual or the
        definition changed between; `compared`, that year or why there is none; `paired,
        paired_low, paired_high`, the change of the `same_schools`; `composition`, what opened,
        closed and withheld schools add.
    """
    levels = panel.schools["level"]
    rows = everyone(panel)
    if level != "all":
        rows = rows[rows["school_id"].map(levels) == level]
    counted = rows[rows["status"].isin(COUNTED)]
    sums = counted.groupby("school_year").agg(
        chronic_absent=("chronic_absent", "sum"),
        enrolled=("enrolled", "sum"),
        schools=("school_id", "size"),
    )
    withheld = rows.groupby("school_year").size() - sums["schools"]
    years = _noted(panel, sums.assign(withheld=withheld).reset_index())
    x, n = years["chronic_absent"].astype(float), years["enrolled"].astype(float)
    years = years.assign(chronic_absent=x, enrolled=n, rate=crude_rate(x, n), since=_since(years))
    years = years.assign(compared=[_compared(row) for row in years.itertuples()])
    return years.join(pd.DataFrame([_changed(counted, row) for row in years.itertuples()]))


def tract_view(panel: Panel, schools: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Every tract with the rate of the schools its children attend, and how well it is known.

    Parameters
    ----------
    schools : DataFrame
        From `school_view`.
    shares : DataFrame
        Columns school_id, geoid, share, as of `data.views.joins.joined`.

    Returns
    -------
    DataFrame
        Index `geoid`, every tract: name, neighbourhood, allocated counts, rate and ratio with
        their ranges by how much the schools behind them differ, eb_rate, coverage, shown, reason;
        `by_schools` where differences between schools alone could give the figure: its range holds
        what is expected, or schools of the levels dealt at random give it in 95 of 100 deals.
    """
    table = area_view(
        panel.tracts[["name", "county", "neighbourhood", "children"]],
        schools,
        shares,
        allocate(schools["expected"], schools["enrolled"], shares)["chronic_absent"],
    )
    return without_dominated(table) if panel.restricted else table


def area_view(
    areas: pd.DataFrame, schools: pd.DataFrame, shares: pd.DataFrame, hoped: pd.Series
) -> pd.DataFrame:
    """Areas of any kind with the rate of the schools their children attend, see `tract_view`.

    Parameters
    ----------
    areas : DataFrame
        Index as the areas of the shares, with `children`.
    shares : DataFrame
        Columns school_id, geoid (the area), share.
    hoped : Series
        Students expected to be chronically absent, by area.
    """
    x, n = schools["chronic_absent"], schools["enrolled"]
    table = areas.join(allocate(x, n, shares, expected=schools["expected"]), how="left")
    hoped = hoped.reindex(table.index)
    part = hoped.where(hoped > 0) / table["enrolled"]
    empty = ~(table["enrolled"] > 0)
    shown = table["reliability"].eq("present") & ~empty
    return pd.DataFrame(table.drop(columns=["reliability", "code"])).assign(
        expected=hoped,
        ratio=table["rate"] / part,
        ratio_low=table["low"] / part,
        ratio_high=table["high"] / part,
        eb_rate=empirical_bayes(table["chronic_absent"], table["enrolled"]),
        coverage=table["enrolled"] / table["children"].where(table["children"] > 0),
        shown=shown,
        by_schools=lambda rows: _by_schools(schools, shares, rows) & shown,
        status=np.where(empty, "missing", np.where(shown, "reported", "unreliable")),
        reason=np.where(empty, "no students", table["code"].where(~shown, "")),
    )


def driver_view(panel: Panel, measure: str) -> pd.DataFrame:
    """One social driver in every tract, with margin of error and reliability.

    Returns
    -------
    DataFrame
        Index `geoid`, every tract: value, moe, cv (coefficient of variation), unit, reliability,
        status, source, vintage.
    """
    rows = panel.drivers[panel.drivers["measure"] == measure].set_index("geoid")
    names = panel.tracts[["name", "neighbourhood"]]
    table = names.join(rows, how="left")
    return pd.DataFrame(table.assign(cv=coefficient_of_variation(table["value"], table["moe"])))


def exposure_view(
    schools: pd.DataFrame, driver: pd.DataFrame, shares: pd.DataFrame
) -> pd.DataFrame:
    """Exposure of every school to a driver: share-weighted over the tracts it draws from.

    Returns
    -------
    DataFrame
        `schools` with exposure, exposure_moe and exposure_covered.
    """
    value = driver["value"].where(driver["status"] == "reported")
    exposed = exposure(value, driver["moe"], shares)
    return schools.join(
        exposed.rename(
            columns={"value": "exposure", "moe": "exposure_moe", "covered": "exposure_covered"}
        )
    )


def school_history(panel: Panel, school_id: str) -> pd.DataFrame:
    """Every school year of one school, with status and reason where nothing is shown.

    `low, high` of a year is the range for the rate of the year after.
    """
    rows = everyone(panel)
    rows = rows[rows["school_id"] == school_id].sort_values("school_year")
    shown = rows["status"] == "reported"
    x = rows["chronic_absent"].astype("Float64").where(shown).astype(float)
    n = rows["enrolled"].astype("Float64").where(shown).astype(float)
    level = panel.schools["level"].reindex(rows["school_id"])
    found = dispersions(panel, rows["school_year"])
    low, high = next_year(x, n, [found[year].of(level).iloc[0] for year in rows["school_year"]])
    rows = rows.assign(chronic_absent=x, enrolled=n, rate=crude_rate(x, n), low=low, high=high)
    return _noted(panel, rows)


def points(panel: Panel) -> gpd.GeoDataFrame:
    """Schools that have a place on the map, in the order of the map's features."""
    return panel.schools[panel.schools.geometry.notna()]


def without_dominated(tracts: pd.DataFrame) -> pd.DataFrame:
    """Withhold areas behind which too few schools stand, in counts shared under an agreement.

    Parameters
    ----------
    tracts : DataFrame
        From `area_view`: tracts, or wider areas with columns of `EXCESS` besides.
    """
    few = dominated(tracts["schools"], tracts["largest_share"]) & tracts["status"].ne("missing")
    kept = tracts.assign(
        shown=tracts["shown"] & ~few,
        by_schools=tracts["by_schools"] & ~few,
        status=tracts["status"].mask(few, "suppressed"),
        reason=tracts["reason"].mask(few, "P5"),
    )
    own = [name for name in (*AGGREGATES, *EXCESS) if name in kept.columns]
    kept.loc[few, own] = np.nan
    return kept


def _by_schools(schools: pd.DataFrame, shares: pd.DataFrame, tracts: pd.DataFrame) -> pd.Series:
    """Mark tracts whose figure differences between schools alone could give."""
    x, n = schools["chronic_absent"], schools["enrolled"]
    dealt = dealt_range(x, n, schools["level"], shares, tracts.index)
    rounding = 1e-9 * dealt["high"]
    events = tracts["chronic_absent"]
    holds = (tracts["ratio_low"] <= 1) & (tracts["ratio_high"] >= 1)
    return holds | events.between(dealt["low"] - rounding, dealt["high"] + rounding)


def _noted(panel: Panel, rows: pd.DataFrame) -> pd.DataFrame:
    """Say of each school year whether it was unusual, and whether the definition changed."""
    notes = {item.school_year: item.note for item in panel.area.breaks}
    years = rows["school_year"]
    return rows.assign(
        is_unusual=years.isin(panel.area.unusual_years),
        break_note=years.map(lambda year: notes.get(year, "")),
    )


def _since(years: pd.DataFrame) -> list[str | None]:
    """Give the usual year that each usual year is compared with; none across a definition."""
    before: str | None = None
    since: list[str | None] = []
    for row in years.itertuples():
        if row.break_note:
            before = None
        since.append(None if row.is_unusual else before)
        before = before if row.is_unusual else str(row.school_year)
    return since


def _compared(row: Any) -> str:
    """Name the year that a year is compared with, or say why it is compared with none."""
    if pd.notna(row.since):
        return str(row.since)
    if row.is_unusual:
        return "not compared: an unusual year"
    return f"not compared: {'no earlier year' if row.Index == 0 else 'the definition changed'}"


def _changed(counted: pd.DataFrame, row: Any) -> dict[str, float]:
    """Compare the schools of a year with those of the year it is compared with."""
    if pd.isna(row.since):
        return dict.fromkeys(CHANGES, float("nan"))
    x0, n0, x, n = (
        counted.loc[counted["school_year"].eq(year)].set_index("school_id")[name]
        for year in (row.since, row.school_year)
        for name in ("chronic_absent", "enrolled")
    )
    found = paired_change(x0, n0, x, n)
    same = found.same
    values = (same.value, same.low, same.high, found.composition, found.schools)
    return dict(zip(CHANGES, values, strict=True))
