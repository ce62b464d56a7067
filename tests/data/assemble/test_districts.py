"""Districts get tracts by outlines and children: planted shares come back."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from data.assemble.districts import tracts_of_districts
from data.contracts.check import STORED_CRS, empty_table, validate
from data.panel import SourceTables
from data.store.manifest import StudyArea
from data.store.provenance import Ledger

AREA = StudyArea(
    slug="grid",
    name="Grid",
    state="Colorado",
    tract_vintage=2020,
    crs="EPSG:32613",
    fictional=True,
    default_year="2022-23",
    definition="Made up.",
    reports="district",
)
SIDE = 0.1


def _cells(corners: list[tuple[float, float, float]]) -> list[shapely.Polygon]:
    return [shapely.box(x, 39.0, x + wide, 39.0 + tall) for x, wide, tall in corners]


@pytest.fixture
def tables() -> SourceTables:
    """Two tracts side by side; a district of one and a half, one of a half, one of no tract."""
    tracts = gpd.GeoDataFrame(
        {"children": [100.0, 300.0]},
        index=pd.Index(["08001000100", "08001000200"], name="geoid"),
        geometry=_cells([(-105.0, SIDE, SIDE), (-105.0 + SIDE, SIDE, SIDE)]),
        crs=STORED_CRS,
    )
    ids = ["1", "2", "3"]
    zones = gpd.GeoDataFrame(
        {"zone_id": ids, "school_id": ids, "level": "k12"},
        geometry=_cells(
            [
                (-105.0, 1.5 * SIDE, SIDE),
                (-105.0 + 1.5 * SIDE, SIDE / 2, SIDE),
                (-100.0, SIDE, SIDE),
            ]
        ),
        crs=STORED_CRS,
    )
    names = ("absence", "drivers", "school_drivers", "schools")
    empty = {name: empty_table(name) for name in names}
    return SourceTables(area=AREA, tracts=tracts, zones=zones, sources=(), ledger=(), **empty)  # type: ignore[arg-type]


def test_shares_are_those_of_the_children_inside(tables: SourceTables) -> None:
    ledger, enrolled = Ledger(), pd.Series({"1": 1_000, "2": 90}, dtype="Int64")
    table, parameters = tracts_of_districts(tables, enrolled, ledger)
    found = validate("catchment", table).set_index(["school_id", "geoid"])
    assert found["share"].to_dict() == pytest.approx(
        {("1", "08001000100"): 0.4, ("1", "08001000200"): 0.6, ("2", "08001000200"): 1.0}, abs=1e-3
    )
    assert found["students"].groupby(level=0).sum().to_dict() == pytest.approx(
        {"1": 1_000, "2": 90}
    )
    assert parameters["method"] == "zones"
    assert any("No child lives inside" in each.reason for each in ledger.entries)


def test_without_tracts_nothing_is_joined_and_it_is_said(tables: SourceTables) -> None:
    bare = replace(tables, tracts=tables.tracts.iloc[:0])
    table, parameters = tracts_of_districts(bare, pd.Series(dtype="Int64"), Ledger())
    assert table.empty
    assert "no tracts" in parameters["summary"]


def test_a_district_without_an_enrolment_keeps_its_tracts(tables: SourceTables) -> None:
    table, _ = tracts_of_districts(tables, pd.Series({"1": 1_000}, dtype="Int64"), Ledger())
    lone = table[table["school_id"].eq("2")]
    assert lone["share"].tolist() == pytest.approx([1.0])
    assert lone["students"].isna().all()
