"""Districts get tracts by outlines and children: planted shares come back."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from data.assemble.districts import tracts_of_districts
from data.assemble.match import match
from data.assemble.vintages import crosswalk_of
from data.contracts.check import STORED_CRS, empty_table, validate
from data.panel import Panel, SourceTables
from data.plausible.figures import doubt_figures
from data.store.manifest import StudyArea
from data.store.protected import protect_panel
from data.store.provenance import Ledger
from tests import district_places

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


def test_a_rate_that_jumps_beside_the_others_is_doubted() -> None:
    rng = np.random.default_rng(3)
    rows = []
    for at in range(40):
        for year, rate in (("2021-22", 0.2), ("2022-23", 0.24)):
            never = at == 7 and year == "2021-22"
            absent = 2 if never else int(rng.binomial(900, rate))
            rows.append((f"{at}", year, "all", "all", 900, absent, "made"))
    columns = ["school_id", "school_year", "student_group", "grade", "enrolled"]
    table = pd.DataFrame(rows, columns=[*columns, "chronic_absent", "source"])
    ledger, empty = Ledger(), {name: empty_table(name) for name in ("drivers", "school_drivers")}
    tables = SourceTables(
        area=AREA,
        tracts=gpd.GeoDataFrame(empty_table("tracts")),
        schools=gpd.GeoDataFrame(empty_table("schools")),
        absence=table,
        zones=gpd.GeoDataFrame(empty_table("zones")),
        sources=(),
        ledger=(),
        **empty,
    )
    doubt_figures(tables, ledger)
    jumps = [each for each in ledger.entries if each.reason.startswith("Rate of a district")]
    assert [each.examples for each in jumps] == [("7",)]


def test_tracts_that_a_crosswalk_does_not_know_are_counted_and_doubted() -> None:
    old, new = ([f"09{county}0{at:02d}00" for at in range(20)] for county in ("0010", "1100"))
    gone = ["09001099900", "09001099800"]
    tracts = gpd.GeoDataFrame(
        {"county": "09110", "children": 100.0},
        index=pd.Index(new, name="geoid"),
        geometry=_cells([(-73.0 + SIDE * at, SIDE, SIDE) for at in range(20)]),
        crs=STORED_CRS,
    )
    drivers = pd.DataFrame(
        {
            "geoid": [*old, *gone],
            "measure": "places_asthma",
            "value": 0.1,
            "moe": np.nan,
            "unit": "fraction",
            "reliability": "undefined",
            "status": "reported",
            "source": "places",
            "vintage": "2022",
        }
    )
    pairs = pd.DataFrame({"source": old, "target": new, "weight": 1.0})
    empty = {name: empty_table(name) for name in ("absence", "school_drivers")}
    tables = SourceTables(
        area=replace(AREA, state="Connecticut"),
        tracts=tracts,
        schools=gpd.GeoDataFrame(empty_table("schools")),
        drivers=drivers,
        zones=gpd.GeoDataFrame(empty_table("zones")),
        crosswalk=crosswalk_of(pairs),
        sources=(),
        ledger=(),
        **empty,
    )
    ledger = Ledger()
    matched = match(tables, ledger)
    assert set(matched.drivers["geoid"]) == set(new)
    (doubt,) = [each for each in ledger.entries if each.doubt == "crosswalk_lacking"]
    assert doubt.rows == len(gone)
    assert "9.1%" in doubt.reason


@pytest.mark.parametrize("tracts", [True, False])
def test_a_restricted_district_keeps_its_outline_and_tells_nothing_by_its_share(
    demo_panel: Panel, *, tracts: bool
) -> None:
    raw = district_places.panel(demo_panel, tracts=tracts)
    sources = tuple(replace(each, release="restricted") for each in raw.sources)
    year = raw.absence["school_year"].eq(raw.area.default_year)  # all years take a minute
    raw = replace(raw, sources=sources, absence=raw.absence[year].reset_index(drop=True))
    shown = protect_panel(raw)
    hidden = shown.absence["enrolled"].isna() & raw.absence["enrolled"].notna()
    assert hidden.any()
    pd.testing.assert_frame_equal(
        shown.catchment.drop(columns="students"), raw.catchment.drop(columns="students")
    )
    lost = set(raw.absence.loc[hidden, "school_id"])
    gone = shown.catchment["school_id"].isin(lost)
    assert shown.catchment.loc[gone, "students"].isna().all()
    assert shown.catchment.loc[~gone, "students"].notna().all()
    assert shown.joins.empty
    for name in ("zones", "schools"):
        assert list(shown.table(name).index) == list(raw.table(name).index)
