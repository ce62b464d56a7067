"""Neighbourhoods as units: their figures, year before, schools and conditions.

Where a place names no neighbourhood its counties are the units.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.drivers.profile import margin_of_mean
from analytics.rates.acs import coefficient_of_variation, reliability
from analytics.rates.between_schools import paired_change
from analytics.rates.tract_rates import allocate
from data.views.groups import gathered, group_excess
from data.views.schools_and_tracts import area_view, without_dominated
from geo.shares import share_matrix
from geo.weights.weights import Weights

UNNAMED = "County "
"""Begins the name of a county that the files do not name."""
CHANGES = ("before", "change", "change_low", "change_high", "same_schools")


def neighbourhoods(tracts: pd.DataFrame) -> pd.Series:
    """Name the unit that each tract belongs to; missing where it belongs to none.

    Parameters
    ----------
    tracts : DataFrame
        Index `geoid`: county, county_name, neighbourhood.
    """
    named = tracts["neighbourhood"].ne("")
    if not named.any():
        return counties(tracts)
    return tracts["neighbourhood"].where(named).astype("str").rename("neighbourhood")


def counties(tracts: pd.DataFrame) -> pd.Series:
    """Name the county of each tract, by its number where no file names it."""
    names = tracts["county_name"].where(tracts["county_name"].ne(""), UNNAMED + tracts["county"])
    return names.astype("str").rename("neighbourhood")


def areas_of(tracts: pd.DataFrame) -> dict[str, str]:
    """Give the kind, "neighbourhood" or "county", of each area of a place that has a name.

    Counties are areas of their own where there are several and their names are known; a
    neighbourhood of the same name comes first.
    """
    wider = counties(tracts).unique()
    several = len(wider) > 1
    named = {name: "county" for name in wider if several and not name.startswith(UNNAMED)}
    own = neighbourhoods(tracts).dropna().unique()
    kind = "neighbourhood" if tracts["neighbourhood"].ne("").any() else "county"
    return named | dict.fromkeys(own, kind)


def neighbourhood_view(
    tracts: pd.DataFrame,
    units: pd.Series,
    schools: pd.DataFrame,
    shares: pd.DataFrame,
    touching: Weights,
    *,
    restricted: bool = False,
) -> pd.DataFrame:
    """Add up the tracts of each neighbourhood, with the ranges that groups of tracts have.

    Parameters
    ----------
    tracts : DataFrame
        `tract_view`.
    units : Series of str
        Neighbourhood of each tract, see `neighbourhoods`.
    schools, shares : DataFrame
        `school_view`, and the join behind the tracts.
    touching : Weights
        Queen neighbours of all tracts.
    restricted : bool
        Counts are shared under an agreement: rule P5 applies.

    Returns
    -------
    DataFrame
        Index `neighbourhood`, in alphabetical order: tracts, children, chronic_absent, enrolled,
        rate, low, high, schools (that serve it), expected, ratio, ratio_low, ratio_high, excess,
        excess_low, excess_high, shrunken, shrunken_low, shrunken_high, coverage, by_schools, shown,
        status, reason and the like, as `tract_view` and `data.views.groups.group_excess` have
        them. Expected leaves the neighbourhood itself out.
    """
    near = touching.subset(tracts.index[tracts["shown"]])
    excess = group_excess(units, schools, shares, near)
    by_unit = tracts["children"].groupby(units)
    areas = pd.DataFrame({"tracts": by_unit.size(), "children": by_unit.sum(min_count=1)})
    areas = areas.rename_axis("neighbourhood")
    table = area_view(areas, schools, gathered(shares, units), excess["expected"])
    table = table.join(excess.drop(columns="expected"))
    return without_dominated(table) if restricted else table


def changes(
    units: pd.Series,
    before: tuple[pd.DataFrame, pd.DataFrame],
    now: tuple[pd.DataFrame, pd.DataFrame],
) -> pd.DataFrame:
    """Compare neighbourhoods with an earlier year, paired by school.

    Parameters
    ----------
    before, now : tuple of DataFrame
        `school_view` of the year and the shares of its join.

    Returns
    -------
    DataFrame
        Index `neighbourhood`: `before`, the rate of the earlier year; `change`, `change_low,
        change_high` of the `same_schools`, as fractions. NaN where the earlier year has too few
        students to be shown.
    """
    names = pd.Index(sorted(units.dropna().unique()), name="neighbourhood")
    own = gathered(before[1], units)
    was = allocate(before[0]["chronic_absent"], before[0]["enrolled"], own, geoids=names)
    rows = {}
    laid = [
        (schools, share_matrix(gathered(shares, units), schools.index, names).tocsc())
        for schools, shares in (before, now)
    ]
    for place, name in enumerate(names):
        counts = [
            schools[column] * matrix[:, [place]].toarray().ravel()
            for schools, matrix in laid
            for column in ("chronic_absent", "enrolled")
        ]
        found = paired_change(*counts)
        same = found.same
        rows[name] = (was["rate"][name], same.value, same.low, same.high, found.schools)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(CHANGES), dtype="float64")
    return table.where(was["reliability"].eq("present")).rename_axis("neighbourhood")


def serving(
    name: str, units: pd.Series, schools: pd.DataFrame, shares: pd.DataFrame
) -> pd.DataFrame:
    """List the schools that serve a neighbourhood, with `students_here`; most of them first."""
    own = gathered(shares, units.where(units == name)).set_index("school_id")["share"]
    here = (schools["enrolled"] * own.reindex(schools.index)).dropna()
    table = schools.loc[here.index].assign(students_here=here)
    table = table[table["students_here"] > 0]
    return table.sort_values(["students_here", "name"], ascending=[False, True])


def driver_by_neighbourhood(
    driver: pd.DataFrame, units: pd.Series, children: pd.Series
) -> pd.DataFrame:
    """Average a social driver over the tracts of each neighbourhood, weighted by their children.

    Parameters
    ----------
    driver : DataFrame
        `driver_view`, every tract.
    children : Series
        Resident children of each tract.

    Returns
    -------
    DataFrame
        Index `neighbourhood`: value, moe (90 %; NaN when more than a tenth of the children live
        in tracts without a margin), cv, reliability, covered (part of the children whose tract has
        a figure), tracts (that have one), unit, status, source, vintage.
    """
    known = driver["status"].eq("reported") & driver["value"].notna()
    figures = pd.DataFrame({"value": driver["value"], "moe": driver["moe"], "known": known})
    figures["children"] = children.astype(float).fillna(0.0)
    laid = {name: figures[name].to_numpy() for name in figures}  # a loop over arrays, for speed
    rows = {}
    for name, places in units.dropna().groupby(units).groups.items():
        members = figures.index.get_indexer(places)
        weight = laid["children"][members]
        inside, all_children = members[laid["known"][members] & (weight > 0)], float(weight.sum())
        size = float(laid["children"][inside].sum())
        part = laid["children"][inside] / size if size else np.zeros(0)
        value = float(part @ laid["value"][inside]) if size else np.nan
        margin = margin_of_mean(part, laid["moe"][inside])
        covered = size / all_children if all_children else np.nan
        rows[name] = (value, margin if size else np.nan, covered, len(inside))
    columns = ["value", "moe", "covered", "tracts"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    first = driver.loc[known, ["unit", "source", "vintage"]].head(1).to_dict("records")
    return table.rename_axis("neighbourhood").assign(
        cv=coefficient_of_variation(table["value"], table["moe"]),
        reliability=reliability(table["value"], table["moe"]),
        status=np.where(table["value"].notna(), "reported", "missing"),
        **(first[0] if first else {}),
    )


def unsure_part(driver: pd.DataFrame) -> float:
    """Give the part of the areas with a figure whose figure is of low reliability; 1 for none."""
    known = driver["status"].eq("reported") & driver["value"].notna()
    return float(driver.loc[known, "reliability"].eq("low").mean()) if known.any() else 1.0
