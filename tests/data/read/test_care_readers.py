"""Files on access to care: HRSA's and the Census Bureau's documented layouts, and own lists.

No real file of HRSA was at hand: the headers are those of its download pages, the rows are ours.
"""

import csv
import io
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from data.contracts.check import validate
from data.errors import DataError, FileError
from data.place.providers import in_schools, near_providers, served_schools
from data.read.engine import read_table
from data.recipe.binding import TomlError
from data.recipe.checks import FOLDER, load_recipe, parse_recipe
from data.store.provenance import Ledger

SITES = (
    "Health Center Type,Health Center Number,BHCMIS Organization Identification Number,"
    "BPHC Assigned Number,Site Name,Site Address,Site City,Site State Abbreviation,"
    "Site Postal Code,Site Telephone Number,Site Web Address,Operating Hours per Week,"
    "Health Center Location Setting Identification Number,"
    "Health Center Service Delivery Site Location Setting Description,"
    "Health Center Status Identification Number,Site Status Description,"
    "FQHC Site Medicare Billing Number,FQHC Site NPI Number,"
    "Health Center Location Identification Number,Health Center Location Type Description,"
    "Health Center Type Identification Number,Health Center Type Description,"
    "Health Center Operator Identification Number,Health Center Operator Description,"
    "Health Center Operating Schedule Identification Number,"
    "Health Center Operational Schedule Description,"
    "Health Center Operating Calendar Surrogate Key,Health Center Operating Calendar,"
    "Site Added to Scope this Date,Health Center Name,Health Center Organization Street Address,"
    "Health Center Organization City,Health Center Organization State,"
    "Health Center Organization ZIP Code,Grantee Organization Type Description,"
    "Geocoding Artifact Address Primary X Coordinate,"
    "Geocoding Artifact Address Primary Y Coordinate,State FIPS Code,State Name,"
    "Data Warehouse Record Create Date"
)
SHORTAGE = (
    "HPSA Name,HPSA ID,Designation Type,HPSA Discipline Class,HPSA Score,PC MCTA Score,"
    "Primary State Abbreviation,HPSA Status,HPSA Designation Date,"
    "HPSA Designation Last Update Date,Metropolitan Indicator,"
    "HPSA Geography Identification Number,HPSA Degree of Shortage,Withdrawn Date,HPSA FTE,"
    "HPSA Component Type Code,HPSA Component Type Description,Common State County FIPS Code,"
    "Data Warehouse Record Create Date"
)
OWN = "provider_id,name,kind,supply,address,longitude,latitude\n"
OPEN = {
    "Site Status Description": "Active",
    "Health Center Type Description": "Service Delivery Site",
    "Health Center Service Delivery Site Location Setting Description": "All Other Clinic Types",
}


def tracts() -> gpd.GeoDataFrame:
    """One square of about two kilometres."""
    square = box(-74.0, 40.0, -73.98, 40.02)
    index = pd.Index(["99001000100"], name="geoid")
    return gpd.GeoDataFrame(geometry=[square], index=index, crs=4326)


def as_hrsa(header: str, rows: list[dict[str, str]]) -> str:
    """Write rows the way HRSA does: a comma too many at the end of every line."""
    text, headers = io.StringIO(), header.split(",")
    writer = csv.writer(text)
    writer.writerow([*headers, ""])
    writer.writerows([[row.get(name, "") for name in headers] + [""] for row in rows])
    return text.getvalue()


def site(number: str, x: str, y: str, **more: str) -> dict[str, str]:
    names = {
        "setting": "Health Center Service Delivery Site Location Setting Description",
        "status": "Site Status Description",
        "kind": "Health Center Type Description",
        "hours": "Operating Hours per Week",
        "name": "Site Name",
    }
    return {
        **OPEN,
        "BPHC Assigned Number": f"BPS-H80-{number}",
        "Site Name": f"Site {number}",
        "Site Address": "1 Main Street, Suite 2",
        "Geocoding Artifact Address Primary X Coordinate": x,
        "Geocoding Artifact Address Primary Y Coordinate": y,
        **{names[each]: value for each, value in more.items()},
    }


def read(recipe: str, folder: Path, content: str) -> tuple[pd.DataFrame, Ledger]:
    path, ledger = folder / "file.csv", Ledger()
    path.write_text(content, encoding="utf-8")
    return read_table(load_recipe(FOLDER / f"{recipe}.toml"), path, ledger).table, ledger


def own(folder: Path, rows: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(read("own_providers", folder, OWN + rows)[0])


def reasons(ledger: Ledger, action: str = "dropped") -> dict[str, int]:
    return {each.reason: each.rows for each in ledger.entries if each.action == action}


def test_health_centre_sites(tmp_path: Path) -> None:
    rows = [
        site("1", "-73.99", "40.01", hours="40.5"),
        site("2", "-73.985", "40.015", setting="School", name="<script>alert(1)</script>"),
        site("3", "-73.99", "40.01", status="Inactive"),
        site("4", "-73.99", "40.01", kind="Administrative"),
        site("5", "-73.99", "40.01", kind="Administrative/Service Delivery Site"),
        site("6", "-73.99", "40.01", setting="Domestic Violence"),
        site("7", "-73.99", "40.01", setting="DOMESTIC VIOLENCE SHELTER"),
        site("8", "-73.99", "40.01", setting="Correctional Facility"),
        site("9", "-73.99", "40.01", setting=""),
    ]
    table, ledger = read("hrsa_health_centers", tmp_path, as_hrsa(SITES, rows))
    validate("providers", table)
    assert table["kind"].to_dict() == {
        "BPS-H80-1": "health_centre",
        "BPS-H80-2": "school_clinic",
        "BPS-H80-5": "health_centre",
        "BPS-H80-9": "health_centre",
    }
    assert table["supply"].tolist()[0] == 40.5
    assert table["supply"].isna().tolist() == [False, True, True, True]
    assert table.loc["BPS-H80-2", "name"] == "<script>alert(1)</script>"
    assert table.loc["BPS-H80-1", "address"] == "1 Main Street, Suite 2"
    assert (table.geometry.iloc[0].x, table.geometry.iloc[0].y) == (-73.99, 40.01)
    assert list(reasons(ledger).values()) == [1, 1, 3]


def test_a_national_list_is_cut_to_what_is_near(tmp_path: Path) -> None:
    rows = [
        site("in", "-73.99", "40.01"),
        site("by", "-74.2", "40.01"),
        site("far", "-84.49", "39.15"),
        site("nowhere", "", ""),
        site("null", "0", "0"),
    ]
    table, _ = read("hrsa_health_centers", tmp_path, as_hrsa(SITES, rows))
    ledger = Ledger()
    near = near_providers([gpd.GeoDataFrame(table)], tracts(), ledger)
    assert near.index.tolist() == ["BPS-H80-in", "BPS-H80-by"]
    assert reasons(ledger) == {
        "More than 25 km outside the study area.": 1,
        "No point, in a list that goes beyond the study area.": 2,
    }
    validate("providers", near)


def test_own_providers_without_a_point_stay_listed(tmp_path: Path) -> None:
    table = own(tmp_path, "a,Oak,clinic,2.5,,-73.99,40.01\nb,Elm,pharmacy,,,,\nc,Ash,other,,,0,0\n")
    ledger = Ledger()
    near = near_providers([table], tracts(), ledger)
    assert near.geometry.isna().tolist() == [False, True, True]
    assert near["supply"].tolist()[0] == 2.5
    assert reasons(ledger, "kept") == {"No point: listed, but in no measure of access.": 2}
    validate("providers", near)


def test_turned_points_are_refused_when_many_and_left_out_when_few(tmp_path: Path) -> None:
    turned = own(tmp_path, "a,Oak,clinic,,,40.01,-73.99\nb,Elm,clinic,,,40.01,-73.985\n")
    with pytest.raises(DataError, match=r"2 providers .*latitude and longitude swapped"):
        near_providers([turned], tracts(), Ledger())
    good = "".join(f"g{n},Good {n},clinic,,,-73.99,40.01\n" for n in range(40))
    ledger = Ledger()
    near = near_providers([own(tmp_path, good + "a,Oak,clinic,,,40.01,-73.99\n")], tracts(), ledger)
    assert len(near) == 40
    assert list(reasons(ledger)) == [
        "Left out, the point cannot be right: latitude and longitude swapped."
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,Oak,hospital,,,-73.99,40.01\n", "kind 'hospital' is not one of health_centre"),
        ("a,Oak,clinic,,,583960,4507523\n", "is not a longitude and latitude"),
        ("a,Oak,clinic,,,west,40.01\n", "'west' is not a coordinate"),
        ("a,Oak,clinic,many,,-73.99,40.01\n", "'many' is not a number"),
        ("a,Oak,clinic,,,-73.99,40.01\na,Elm,clinic,,,-73.99,40.01\n", "rows that differ"),
    ],
)
def test_hostile_lists_are_refused(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(FileError, match=message):
        own(tmp_path, rows)


def test_a_negative_supply_is_a_code(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"row 2: '-2' looks like a code"):
        read("own_providers", tmp_path, OWN + "a,Oak,clinic,-2,,-73.99,40.01\n")


def shortage(area: str, kind: str, **more: str) -> dict[str, str]:
    return {
        "HPSA ID": more.get("id", "1369996001"),
        "HPSA Discipline Class": more.get("discipline", "Primary Care"),
        "HPSA Status": more.get("status", "Designated"),
        "Designation Type": more.get("type", "Geographic HPSA"),
        "HPSA Geography Identification Number": area,
        "HPSA Component Type Description": kind,
    }


def test_shortage_areas(tmp_path: Path) -> None:
    rows = [
        shortage("36061000100", "Census Tract"),
        shortage("36061000100", "Census Tract", id="1369996002", type="HPSA Population"),
        shortage("1001020100", "Census Tract"),
        shortage("36005", "Single County", status="Proposed For Withdrawal"),
        shortage("3604712345", "County Subdivision"),
        shortage("36061000200", "Census Tract", status="Withdrawn"),
        shortage("POINT", "Unknown", type="Federally Qualified Health Center"),
        shortage("36", "Census Tract"),
    ]
    table, ledger = read("hrsa_hpsa_primary_care", tmp_path, as_hrsa(SHORTAGE, rows))
    validate("designations", table)
    assert dict(zip(table["area_id"], table["area_kind"], strict=True)) == {
        "36061000100": "tract",
        "01001020100": "tract",
        "36005": "county",
        "3604712345": "part",
    }
    assert set(table["measure"]) == {"hpsa_primary_care"}
    assert reasons(ledger) == {
        "Withdrawn.": 1,
        "A single facility, not an area.": 1,
        "The area is designated more than once: counted once.": 1,
        "The area is no tract, county or part of one, or its id does not fit.": 1,
    }


@pytest.mark.parametrize(
    ("recipe", "discipline"),
    [("hrsa_hpsa_mental_health", "Mental Health"), ("hrsa_hpsa_dental", "Dental Health")],
)
def test_the_other_disciplines_have_measures_of_their_own(
    tmp_path: Path, recipe: str, discipline: str
) -> None:
    rows = [
        shortage("36061000100", "Census Tract", discipline=discipline),
        shortage("36061000200", "Census Tract"),
    ]
    table, _ = read(recipe, tmp_path, as_hrsa(SHORTAGE, rows))
    assert table["measure"].tolist() == [recipe.removeprefix("hrsa_")]
    assert table["area_id"].tolist() == ["36061000100"]


def test_population_centres(tmp_path: Path) -> None:
    text = (
        "\ufeffSTATEFP,COUNTYFP,TRACTCE,POPULATION,LATITUDE,LONGITUDE\n"
        "01,001,020100,1775,+32.481973,-086.491565\n"
    )
    table, _ = read("census_population_centres", tmp_path, text)
    validate("centres", table)
    assert table.index.tolist() == ["01001020100"]
    assert (table.geometry.iloc[0].x, table.geometry.iloc[0].y) == (-86.491565, 32.481973)
    lost = text.replace("01,001,020100", "1,1,20100")
    with pytest.raises(FileError, match="'1 1 20100' does not match"):
        read("census_population_centres", tmp_path, lost)


def test_travel_times(tmp_path: Path) -> None:
    text = "geoid,provider_id,minutes\n36061000100,a,12.5\n36061000100,b,\n"
    table, ledger = read("own_travel_times", tmp_path, text)
    validate("travel_times", table)
    assert table[["provider_id", "minutes"]].to_numpy().tolist() == [["a", 12.5]]
    assert sum(reasons(ledger).values()) == 1
    twice = "geoid,provider_id,minutes\n36061000100,a,12\n36061000100,a,13\n"
    with pytest.raises(FileError, match="rows that differ"):
        read("own_travel_times", tmp_path, twice)


SERVING = """id = "served"
publisher = "P"
title = "T"
table = "providers"
url = "https://example.org"
mirror = "served.csv"
vintage = "2023-24"
release = "published"
licence = "CC0"
definition = "D"
[format]
kind = "delimited"
[identifier]
pattern = ".+"
[columns.provider_id]
column = "id"
[columns.name]
column = "name"
[columns.kind]
column = "kind"
[columns.serves]
column = "school"
split = ";"
[points]
served = true
"""


def served(folder: Path, rows: str) -> tuple[gpd.GeoDataFrame, Ledger]:
    path, ledger = folder / "served.csv", Ledger()
    path.write_text("id,name,kind,school\n" + rows, encoding="utf-8")
    read = read_table(parse_recipe(SERVING), path, ledger)
    return gpd.GeoDataFrame(read.table), ledger


def test_a_provider_in_a_school_has_its_point_and_serves_the_schools_named(tmp_path: Path) -> None:
    rows = "a,Oak,school_clinic,S1\na,Oak too,school_clinic,S2; S9\nb,Elm,mental_health,S3\n"
    table, ledger = served(tmp_path, rows)
    assert table["serves"].to_dict() == {"a": ("S1", "S2", "S9"), "b": ("S3",)}
    assert table["name"].to_dict() == {"a": "Oak", "b": "Elm"}
    assert sum(reasons(ledger).values()) + sum(reasons(ledger, "kept").values()) == 3
    points = gpd.GeoSeries.from_xy([-73.99, None], [40.01, None], index=["S2", "S3"], crs=4326)
    points = points.where(points.is_valid & ~points.is_empty, None)
    placed = in_schools(table, points, ledger)
    assert (placed.geometry["a"].x, placed.geometry["a"].y) == (-73.99, 40.01)
    assert placed.geometry["b"] is None
    assert reasons(ledger, "kept")["None of its schools has a point: it cannot be placed."] == 1
    near = near_providers([placed], tracts(), ledger)
    validate("providers", near)
    pairs = served_schools([table], near.index, pd.Index(["S1", "S2", "S3"]), ledger)
    validate("served", pairs)
    assert pairs.to_numpy().tolist() == [["a", "S1"], ["a", "S2"], ["b", "S3"]]
    dropped = [each for each in ledger.entries if each.table == "served"]
    assert [(each.rows, each.examples) for each in dropped] == [(1, ("S9",))]


def test_rows_of_a_provider_must_agree_on_its_kind(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="1 ids have rows that differ: rows 2 and 3"):
        served(tmp_path, "a,Oak,school_clinic,S1\na,Oak,mental_health,S2\n")


def test_a_recipe_places_providers_by_schools_or_by_coordinates() -> None:
    both = SERVING.replace("served = true", 'served = true\nx = "lon"\ny = "lat"')
    with pytest.raises(TomlError, match="served places providers by the column serves alone"):
        parse_recipe(both)
    without = SERVING.replace('[columns.serves]\ncolumn = "school"\nsplit = ";"\n', "")
    with pytest.raises(TomlError, match="served places providers by the column serves alone"):
        parse_recipe(without)


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("name", "providers", "kind", "pairs"),
    [
        ("nyc_school_health_centres", 138, "school_clinic", 344),
        ("nyc_school_mental_health", 752, "mental_health", 1_020),
        ("nyc_food_pantries", 505, "pantry_food", 0),
    ],
)
def test_new_york_citys_lists(
    mirror: Path, name: str, providers: int, kind: str, pairs: int
) -> None:
    recipe = load_recipe(FOLDER / f"{name}.toml")
    table = read_table(recipe, mirror / recipe.mirror, Ledger()).table
    assert (len(table), set(table["kind"])) == (providers, {kind})
    assert sum(map(len, table.get("serves", []))) == pairs
    assert table.index.is_unique
