"""From the tables of a place of districts to its panel: districts get tracts by outlines."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.contracts.check import empty_table
from data.panel import SourceTables
from data.store.provenance import Ledger
from geo.areas.crosswalk import overlap_areas
from geo.inputs import geometries

ENROLMENT = "each district's latest year with known enrolment, all students and grades"
LEAST_PART = 1e-6
"""Part of a tract below which an overlap is a matter of how borders were drawn."""


def of_districts(tables: SourceTables) -> bool:
    """Say whether the absence of a place is counted for districts, not for schools."""
    return tables.area.reports == "district"


def tracts_of_districts(
    tables: SourceTables, enrolled: pd.Series, ledger: Ledger
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Spread the students of each district over the tracts inside its outline, by their children.

    Parameters
    ----------
    tables : SourceTables
        Of a place of districts: `zones` holds an outline a district.
    enrolled : Series
        By school_id, the enrolment that is spread.
    ledger : Ledger
        Receives the districts that have no tract.

    Returns
    -------
    table : DataFrame
        `school_id, geoid, share, students`; empty without tracts.
    parameters : dict
        For the manifest's entry `catchment`.
    """
    slug, zones, tracts = tables.area.slug, tables.zones, tables.tracts
    parameters: dict[str, Any] = {"method": "zones", "reference_enrolment": ENROLMENT}
    if tracts.empty or zones.empty:
        words = "Districts have no tracts: there are no outlines of tracts, or of districts."
        return empty_table("catchment"), {**parameters, "summary": words}
    pieces = _pieces(zones, tracts, tables.area.crs)
    whole = pieces.groupby("school_id")["children"].transform("sum")
    table = pieces[whole.gt(0)].assign(share=pieces["children"] / whole)
    table = table[table["share"].gt(0)]
    spread = table["school_id"].map(enrolled).astype("float64")
    table = table.assign(students=spread * table["share"])
    lacking = zones["school_id"][~zones["school_id"].isin(table["school_id"])]
    reason = "No child lives inside its outline: the district has no conditions."
    ledger.record(slug, "catchment", "dropped", reason, lacking)
    count, tied = table["school_id"].nunique(), table["geoid"].nunique()
    words = f"{count:,} districts have the conditions of {tied:,} tracts, by the children inside."
    ledger.record(slug, "catchment", "matched", words, count)
    columns = ["school_id", "geoid", "share", "students"]
    return table[columns].reset_index(drop=True), {**parameters, "summary": words}


def _pieces(zones: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, crs: str) -> pd.DataFrame:
    """Give the children of each piece that an outline and a tract share, spread evenly in it."""
    drawn, cells = (geometries(each.to_crs(crs).geometry) for each in (zones, tracts))
    common = overlap_areas(drawn, cells).tocoo()
    part = common.data / shapely.area(cells)[common.col]
    own = part > LEAST_PART
    children = tracts["children"].fillna(0.0).to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "school_id": zones["school_id"].to_numpy()[common.row[own]],
            "geoid": tracts.index.to_numpy()[common.col[own]],
            "children": part[own] * children[common.col[own]],
        }
    )


def without_places(tables: SourceTables) -> SourceTables:
    """Give districts no tract of a building: they have a territory, not a place in one."""
    schools = tables.schools.assign(geoid=pd.array([pd.NA] * len(tables.schools), dtype="str"))
    if "students" not in schools.columns:
        schools["students"] = pd.array([pd.NA] * len(schools), dtype="Int64")
    return replace(tables, schools=schools, neighbourhood="district")
