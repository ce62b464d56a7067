"""Schools and tracts of one year and level, their totals, trend and exposure to a driver."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.rates.acs import coefficient_of_variation
from analytics.rates.definitions import band
from analytics.rates.intervals import crude_rate, wilson
from analytics.rates.standardized import expected, standardized_ratio
from analytics.rates.tract_rates import allocate, exposure
from analytics.smoothing import empirical_bayes
from data.panel import Panel

COUNTED = ("reported", "unreliable")
VALUE_OF_MEASURE = {"crude": "rate", "ratio": "ratio", "eb": "eb_rate"}


@dataclass(frozen=True)
class Totals:
    """Sums over the schools of a view; students of withheld schools are in neither sum.

    Attributes
    ----------
    schools, withheld : int
        Schools in the sums, and schools left out of them.
    """

    chronic_absent: float
    enrolled: float
    schools: int
    withheld: int


def school_view(panel: Panel, year: str, level: str) -> pd.DataFrame:
    """One school year of every school of a level, with rate, interval, expected and band.

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
        figure may stand on screen.
    """
    everyone = _everyone(panel)
    rows = everyone[everyone["school_year"] == year]
    table = panel.schools.drop(columns="geometry").join(rows.set_index("school_id"), how="inner")
    if level != "all":
        table = table[table["level"] == level]
    counted = table["status"].isin(COUNTED)
    x = table["chronic_absent"].astype("Float64").where(counted).astype(float)
    n = table["enrolled"].astype("Float64").where(counted).astype(float)
    low, high = wilson(x, n)
    hoped = expected(x, n, table["level"])
    ratio, ratio_low, ratio_high = standardized_ratio(x, hoped)
    rate = crude_rate(x, n)
    return pd.DataFrame(table).assign(
        chronic_absent=x,
        enrolled=n,
        rate=rate,
        low=low,
        high=high,
        expected=hoped,
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        band=band(rate),
        shown=table["status"] == "reported",
    )


def totals(schools: pd.DataFrame) -> Totals:
    """Sum a school view."""
    counted = schools["chronic_absent"].notna() & schools["enrolled"].notna()
    sums = schools.loc[counted, ["chronic_absent", "enrolled"]].sum()
    return Totals(
        float(sums["chronic_absent"]),
        float(sums["enrolled"]),
        int(counted.sum()),
        int((~counted).sum()),
    )


def trend_view(panel: Panel, level: str) -> pd.DataFrame:
    """Rate of the whole place by school year, re-formed from summed counts.

    Returns
    -------
    DataFrame
        One row a school year: chronic_absent, enrolled, rate, low, high, schools, withheld,
        is_unusual, break_note.
    """
    levels = panel.schools["level"]
    rows = _everyone(panel)
    if level != "all":
        rows = rows[rows["school_id"].map(levels) == level]
    counted = rows[rows["status"].isin(COUNTED)]
    sums = counted.groupby("school_year").agg(
        chronic_absent=("chronic_absent", "sum"),
        enrolled=("enrolled", "sum"),
        schools=("school_id", "size"),
    )
    withheld = rows.groupby("school_year").size() - sums["schools"]
    years = sums.assign(withheld=withheld).reset_index()
    x, n = years["chronic_absent"].astype(float), years["enrolled"].astype(float)
    return _rated_years(panel, years, x, n)


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
        Index `geoid`, every tract: name, neighbourhood, allocated counts, rate with interval,
        ratio, eb_rate, coverage, shown, reason.
    """
    x, n = schools["chronic_absent"], schools["enrolled"]
    table = panel.tracts[["name", "county", "neighbourhood", "children"]]
    table = table.join(allocate(x, n, shares), how="left")
    hoped = allocate(schools["expected"], n, shares)["chronic_absent"].reindex(table.index)
    ratio, ratio_low, ratio_high = standardized_ratio(table["chronic_absent"], hoped)
    empty = ~(table["enrolled"] > 0)
    shown = table["reliability"].eq("present") & ~empty
    return pd.DataFrame(table.drop(columns=["reliability", "code"])).assign(
        expected=hoped,
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        eb_rate=empirical_bayes(table["chronic_absent"], table["enrolled"]),
        coverage=table["enrolled"] / table["children"].where(table["children"] > 0),
        shown=shown,
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
    """Every school year of one school, with status and reason where nothing is shown."""
    everyone = _everyone(panel)
    rows = everyone[everyone["school_id"] == school_id].sort_values("school_year")
    shown = rows["status"] == "reported"
    x = rows["chronic_absent"].astype("Float64").where(shown).astype(float)
    n = rows["enrolled"].astype("Float64").where(shown).astype(float)
    return _rated_years(panel, rows, x, n)


def points(panel: Panel) -> gpd.GeoDataFrame:
    """Schools that have a place on the map, in the order of the map's features."""
    return panel.schools[panel.schools.geometry.notna()]


def _rated_years(panel: Panel, rows: pd.DataFrame, x: pd.Series, n: pd.Series) -> pd.DataFrame:
    """Rate of each school year with its interval, and what to know of the year."""
    low, high = wilson(x, n)
    notes = {item.school_year: item.note for item in panel.area.breaks}
    years = rows["school_year"]
    return rows.assign(
        chronic_absent=x,
        enrolled=n,
        rate=crude_rate(x, n),
        low=low,
        high=high,
        is_unusual=years.isin(panel.area.unusual_years),
        break_note=years.map(lambda year: notes.get(year, "")),
    )


def _everyone(panel: Panel) -> pd.DataFrame:
    """Rows of all students and all grades."""
    absence = panel.absence
    return absence[absence["student_group"].eq("all") & absence["grade"].eq("all")]
