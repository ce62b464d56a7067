"""Counties of a place in every school year, as its own pages show them."""

from __future__ import annotations

import pandas as pd

from data.contracts.nation import FIGURES
from data.panel import Panel
from data.views.districts import areas_in
from data.views.groups import gathered
from data.views.joins import joined, usual
from data.views.neighbourhoods import counties
from data.views.schools_and_tracts import area_view, school_view, totals, without_dominated
from data.views.years import everyone

OWN = (*FIGURES, "schools", "status", "reason")
SUMS = ("chronic_absent", "enrolled", "schools", "withheld")


def county_ids(tracts: pd.DataFrame) -> pd.Series:
    """Give each tract the id of its county: five digits.

    Counties of one name are one here, as on the pages of the place: they have the first of their
    ids.
    """
    names = counties(tracts)
    return tracts["county"].groupby(names).transform("min").rename("county")


def county_names(panel: Panel) -> pd.DataFrame:
    """Name the counties of a place.

    Returns
    -------
    DataFrame
        Index `county`, five digits: `name`, and `is_area`, whether the place's pages show the
        county under that name.
    """
    if panel.tracts.empty:
        return pd.DataFrame({"name": [], "is_area": []}, pd.Index([], name="county", dtype="str"))
    names = counties(panel.tracts).groupby(county_ids(panel.tracts)).first().astype("str")
    kinds = areas_in(panel)
    table = pd.DataFrame({"name": names, "is_area": names.map(kinds).eq("county")})
    return table.rename_axis("county")


def county_figures(panel: Panel) -> pd.DataFrame:
    """Give every county in every school year, of all levels, by the join that pages open with.

    Parameters
    ----------
    panel : Panel
        Protected panel.

    Returns
    -------
    DataFrame
        county, school_year, chronic_absent, enrolled, rate, low, high, schools, status, reason; as
        `data.views.neighbourhoods.neighbourhood_view` has them, figures that may not be shown left
        out.
    """
    columns = ["county", "school_year", *OWN]
    if panel.tracts.empty:
        return pd.DataFrame(columns=columns)
    # By name, as on the pages of the place: the same sums in the same order.
    units, children = counties(panel.tracts), panel.tracts["children"]
    ids = county_ids(panel.tracts).groupby(units).first()
    areas = pd.DataFrame({"children": children.groupby(units).sum(min_count=1)})
    join = joined(panel, usual(panel))
    years = sorted(everyone(panel)["school_year"].unique())
    parts = []
    for year in years:
        schools = school_view(panel, year, "all")
        shares = gathered(join.shares(schools.index), units)
        table = area_view(areas, schools, shares, pd.Series(dtype="float64"))
        if panel.restricted:
            table = without_dominated(table)
        own = table[list(FIGURES)].where(table["shown"])
        parts.append(table.assign(**own, school_year=year, county=ids.reindex(table.index)))
    return pd.concat(parts, ignore_index=True)[columns]


def yearly_totals(panel: Panel) -> pd.DataFrame:
    """Sum the schools of a place in every school year, as its Overview does.

    Returns
    -------
    DataFrame
        school_year, chronic_absent, enrolled, schools (in the sums), withheld.
    """
    years = sorted(everyone(panel)["school_year"].unique())
    rows = []
    for year in years:
        found = totals(school_view(panel, year, "all"))
        rows.append((year, *(getattr(found, name) for name in SUMS)))
    return pd.DataFrame(rows, columns=["school_year", *SUMS])
