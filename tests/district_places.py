"""The demo county as a place whose absence is published by district, with and without tracts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from data.build import store_panel
from data.contracts.check import STORED_CRS, empty_table, validate
from data.panel import Panel
from data.store.protected import protect_panel

SLUG, BARE = "demo_districts", "demo_bare"
NAME = "Halcyon County by district"
CHARTERS, NOBODY = "D90", "D99"
"""A unit without a territory, and a district that has a figure in its first year at most."""
LARGEST = "D33"
FIRST_YEAR = "2018-19"
TINY = "D01"
"""A district of few students."""
GROUPS = {"Multilingual learners": (0.2, 1.2), "Students with disabilities": (0.15, 1.25)}
GRADES = {"KG": (0.08, 1.3), "09": (0.1, 1.2)}
"""Part of the students, and how much more often they are absent than all."""
SOURCE = "demo_absence"


def panel(county: Panel, *, tracts: bool) -> Panel:
    """Make the raw panel of the county by district.

    Parameters
    ----------
    county : Panel
        The demo county's raw panel.
    tracts : bool
        Whether tracts and what is known of them are kept.
    """
    of_tract = district_of_tract(county)
    zones = _zones(county, of_tract)
    schools = _districts(zones)
    own = county.tracts.assign(neighbourhood=of_tract.map(schools["name"]).astype("str"))
    kept = slice(None) if tracts else slice(0, 0)
    drivers = county.drivers if tracts else empty_table("drivers")
    return replace(
        county,
        area=replace(
            county.area,
            slug=SLUG if tracts else BARE,
            name=NAME if tracts else f"{NAME}, without tracts",
            reports="district",
        ),
        tracts=own.iloc[kept],
        schools=schools,
        absence=_absence(county, of_tract),
        drivers=drivers,
        school_drivers=empty_table("school_drivers"),
        catchment=_catchment(county, of_tract).iloc[kept],
        joins=empty_table("joins"),
        zones=zones,
        providers=gpd.GeoDataFrame(empty_table("providers")),
        served=empty_table("served"),
        climate=empty_table("climate"),
        context=county.context[county.context["kind"].ne("neighbourhood")].reset_index(drop=True),
        parameters={
            **county.parameters,
            "access": {},
            "catchment": {
                "method": "zones",
                "summary": "Tracts by the children who live inside each outline.",
                "reference_enrolment": "the latest year",
            },
        },
        sources=tuple(each for each in county.sources if tracts or each.id == SOURCE),
    )


def store(county: Panel, home: Path) -> None:
    """Put both places in a store, raw and protected."""
    for tracts in (True, False):
        raw = panel(county, tracts=tracts)
        store_panel(raw, protect_panel(raw), home / "panels" / raw.area.slug)


def district_of_tract(county: Panel) -> pd.Series:
    """Cut the county: a district a neighbourhood, one tract apart."""
    names = sorted(county.tracts["neighbourhood"].unique())
    number = {name: f"D{10 + at}" for at, name in enumerate(names)}
    of = county.tracts["neighbourhood"].map(number).astype("str")
    of.iloc[0] = TINY
    return of.mask(of.eq(of.max()), NOBODY)


def district_of_school(county: Panel, of_tract: pd.Series) -> pd.Series:
    """Give every school its district; charter and online schools are a unit of their own."""
    charter = county.schools["district"].str.contains("charter")
    return county.schools["geoid"].map(of_tract).mask(charter, CHARTERS).fillna(CHARTERS)


def _zones(county: Panel, of_tract: pd.Series) -> gpd.GeoDataFrame:
    """Dissolve tracts into the outlines of districts."""
    outlines = county.tracts[["geometry"]].dissolve(by=of_tract.rename("zone_id")).sort_index()
    table = {"zone_id": outlines.index, "school_id": outlines.index, "level": "k12"}
    zones = gpd.GeoDataFrame(table, geometry=outlines.geometry.array, crs=STORED_CRS)
    return validate("zones", zones)


def _districts(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row a district, its point inside its outline."""
    ids = [*zones["school_id"], CHARTERS]
    points = [*zones.geometry.representative_point(), None]
    names = [f"{each} Unified District" for each in ids[:-1]] + ["Charter School Institute"]
    table = {
        "name": names,
        "level": "k12",
        "school_type": "",
        "district": names,
        "neighbourhood": "",
        "students": pd.array([pd.NA] * len(ids), dtype="Int64"),
        "geoid": pd.array([pd.NA] * len(ids), dtype="str"),
    }
    index = pd.Index(ids, name="school_id")
    return validate(
        "schools", gpd.GeoDataFrame(table, index=index, geometry=points, crs=STORED_CRS)
    )


def _absence(county: Panel, of_tract: pd.Series) -> pd.DataFrame:
    """Pool the schools' reported counts by district and year, with some groups and grades."""
    rows = county.absence[county.absence["status"].eq("reported")]
    of = rows["school_id"].map(district_of_school(county, of_tract))
    sums = rows.groupby([of, "school_year"])[["enrolled", "chronic_absent"]].sum().reset_index()
    sums = sums[sums["school_id"].ne(NOBODY) | sums["school_year"].eq(FIRST_YEAR)]
    tiny = sums[sums["school_id"].eq(CHARTERS)].assign(school_id=TINY, enrolled=9, chronic_absent=4)
    sums = pd.concat([sums[sums["school_id"].ne(TINY)], tiny])
    parts = [sums.assign(student_group="all", grade="all")]
    for column, which in (("student_group", GROUPS), ("grade", GRADES)):
        for name, (part, more) in which.items():
            n = (sums["enrolled"].astype(float) * part).round()
            x = (sums["chronic_absent"].astype(float) * part * more).round().clip(upper=n)
            own = {"student_group": "all", "grade": "all", column: name}
            parts.append(sums.assign(enrolled=n, chronic_absent=x, **own))
    table = pd.concat(parts, ignore_index=True)
    counts = table[["enrolled", "chronic_absent"]].astype("Int64")
    bounds = dict.fromkeys(("lower", "upper"), counts["chronic_absent"])
    around = dict.fromkeys(("enrolled_lower", "enrolled_upper"), counts["enrolled"])
    made = table.assign(**counts, **bounds, **around, status="reported", reason="", source=SOURCE)
    key = ["school_id", "school_year", "student_group", "grade"]
    return validate("absence", made.sort_values(key, ignore_index=True))


def _catchment(county: Panel, of_tract: pd.Series) -> pd.DataFrame:
    """Give each district its tracts, by the children who live there."""
    children = county.tracts["children"].astype(float)
    share = children / children.groupby(of_tract).transform("sum")
    latest = _absence(county, of_tract).query("student_group == 'all' and grade == 'all'")
    students = latest.drop_duplicates("school_id", keep="last").set_index("school_id")["enrolled"]
    table = pd.DataFrame({"school_id": of_tract, "geoid": county.tracts.index, "share": share})
    table = table[table["school_id"].isin(students.index)].reset_index(drop=True)
    spread = np.asarray(table["school_id"].map(students), dtype=float) * table["share"]
    table = table.assign(students=spread).sort_values(["school_id", "geoid"], ignore_index=True)
    return validate("catchment", table)
