"""Lists of schools to help: filtered by place and type, ranked with their ranges."""

from __future__ import annotations

import pandas as pd

from data.views.neighbourhoods import UNNAMED, counties, neighbourhoods
from data.views.ranking import ranked

FEWEST = 2
"""Places or types of which at least so many make a filter."""


def areas_of_schools(schools: pd.DataFrame, tracts: pd.DataFrame) -> pd.Series:
    """Name the county or borough of each school, or its neighbourhood where one county is all.

    Parameters
    ----------
    schools : DataFrame
        Index `school_id`, with `geoid`, the tract it stands in.
    tracts : DataFrame
        Index `geoid`: name, county, neighbourhood.

    Returns
    -------
    Series of str
        By school_id; "" where its tract is not known or belongs to none.
    """
    wider = counties(tracts)
    known = wider.nunique() >= FEWEST and not wider.str.startswith(UNNAMED).any()
    own = wider if known else neighbourhoods(tracts)
    return schools["geoid"].map(own).astype("str").fillna("")


def offered(schools: pd.DataFrame, tracts: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List the places (counties or neighbourhoods, then districts) and the types to filter by."""
    areas = _several(areas_of_schools(schools, tracts))
    districts = [name for name in _several(schools["district"]) if name not in areas]
    return (*areas, *districts), tuple(_several(schools["school_type"]))


def chosen(schools: pd.DataFrame, tracts: pd.DataFrame, within: str, kind: str) -> pd.DataFrame:
    """Keep the schools of a county, neighbourhood or district, and of a type; "" keeps all."""
    keep = pd.Series(True, schools.index)
    if within:
        keep &= areas_of_schools(schools, tracts).eq(within) | schools["district"].eq(within)
    if kind:
        keep &= schools["school_type"].eq(kind)
    return schools[keep]


def to_help(schools: pd.DataFrame, by: str) -> pd.DataFrame:
    """Rank schools by students beyond what their level leads to expect, or by rate.

    Parameters
    ----------
    schools : DataFrame
        Rows of `school_view`.
    by : str
        A key of `data.views.ranking.RANGES`.

    Returns
    -------
    DataFrame
        As `ranked`, with `excess, excess_low, excess_high`: chronically absent students less those
        expected, and where that may lie next year.
    """
    n, hoped = schools["enrolled"], schools["expected"]
    table = schools.assign(
        excess=schools["chronic_absent"] - hoped,
        excess_low=schools["low"] * n - hoped,
        excess_high=schools["high"] * n - hoped,
    )
    return ranked(table, by)


def clearly_above(listed: pd.DataFrame) -> pd.DataFrame:
    """Keep the schools whose next year likely lies above what is expected, too.

    Parameters
    ----------
    listed : DataFrame
        From `to_help`.
    """
    return listed[listed["rank"].notna() & listed["excess_low"].gt(0)]


def _several(names: pd.Series) -> list[str]:
    """Give the names in use, in order as people count, where there are several."""
    known = sorted(set(names.dropna()) - {""}, key=_as_counted)
    return known if len(known) >= FEWEST else []


def _as_counted(name: str) -> tuple[str, int, str]:
    """Put District 2 before District 10."""
    words, _, number = name.rpartition(" ")
    return (words, int(number), "") if number.isdecimal() else (name, 0, "")
