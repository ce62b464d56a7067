"""From files in HRSA's, the Census Bureau's and a department's layouts to a panel, in one go."""

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from data.assemble.panel import make_panel
from data.panel import Panel
from data.place.place import load_place
from data.place.tables import PlaceReader
from data.recipe.checks import FOLDER

RECIPES = (
    "hrsa_health_centers",
    "hrsa_hpsa_primary_care",
    "census_population_centres",
    "own_providers",
    "own_travel_times",
)
PLACE = """
slug = "toy"
name = "Toy County"
state = "Nowhere"
state_fips = "99"
tract_vintage = 2020
crs = "EPSG:32618"
default_year = "2018-19"
definition = "made up"
recipes = ["toy_tracts", "toy_schools", "toy_absence", {more}]
[access]
reach_km = {{ "1" = 1.0, "3" = 0.5 }}
reach_minutes = {{ "10" = 1.0 }}
"""
MADE = """
id = "{id}"
publisher = "Nobody"
title = "Made up"
table = "{table}"
url = "https://example.org/a"
mirror = "toy/{id}.{suffix}"
vintage = "2020"
release = "published"
licence = "CC0"
definition = "made up"
format = {{ kind = "{kind}" }}
identifier = {{ pattern = "[A-Z0-9]+" }}
[columns]
{columns}
"""
TRACTS = 'geoid = { column = "geoid" }\nchildren = { column = "children", unit = "count" }'
SCHOOLS = """school_id = { column = "id" }
name = { column = "id" }
[points]
x = "x"
y = "y"
"""
ABSENCE = """school_id = { column = "id" }
school_year = { constant = "2018-19" }
enrolled = { column = "n", unit = "count" }
chronic_absent = { column = "k", unit = "count" }
"""
SITES = (
    "BPHC Assigned Number,Site Name,Site Address,Operating Hours per Week,"
    "Health Center Service Delivery Site Location Setting Description,Site Status Description,"
    "Health Center Type Description,Geocoding Artifact Address Primary X Coordinate,"
    "Geocoding Artifact Address Primary Y Coordinate,\n"
    "H1,Oak,1 Way,40,All Other Clinic Types,Active,Service Delivery Site,-73.99,40.01,\n"
    "H2,Far,2 Way,40,All Other Clinic Types,Active,Service Delivery Site,-84.49,39.14,\n"
    "H3,Elm,3 Way,20,School,Active,Service Delivery Site,-73.97,40.01,\n"
)
SHORTAGE = (
    "HPSA ID,Designation Type,HPSA Discipline Class,HPSA Status,"
    "HPSA Geography Identification Number,HPSA Component Type Description,\n"
    "1,Geographic HPSA,Primary Care,Designated,99001000200,Census Tract,\n"
    "2,Geographic HPSA,Primary Care,Designated,99003,Single County,\n"
    "3,Geographic HPSA,Primary Care,Withdrawn,99001,Single County,\n"
)
CENTRES = (
    "STATEFP,COUNTYFP,TRACTCE,POPULATION,LATITUDE,LONGITUDE\n"
    "99,001,000100,900,+40.010000,-073.990000\n"
    "99,003,000100,900,+41.010000,-073.990000\n"
)
OWN = (
    "provider_id,name,kind,supply,address,longitude,latitude\n"
    "o1,Ash pharmacy,pharmacy,,,-73.99,40.01\n"
)
TIMES = "geoid,provider_id,minutes\n99001000100,H1,5\n99001000200,H1,8\n99001000200,H3,2\n"


def files(mirror: Path) -> None:
    """Write every file of the place into a mirror folder."""
    for folder in ("national/hrsa", "national/census", "toy"):
        (mirror / folder).mkdir(parents=True)
    hrsa = mirror / "national" / "hrsa"
    (hrsa / "Health_Center_Service_Delivery_and_LookAlike_Sites.csv").write_text(SITES)
    (hrsa / "BCD_HPSA_FCT_DET_PC.csv").write_text(SHORTAGE)
    (mirror / "national" / "census" / "CenPop2020_Mean_TR99.txt").write_text(CENTRES)
    (mirror / "toy" / "own_providers.csv").write_text(OWN)
    (mirror / "toy" / "own_travel_times.csv").write_text(TIMES)
    (mirror / "toy" / "toy_schools.csv").write_text("id,x,y\nA1,-73.995,40.005\n")
    (mirror / "toy" / "toy_absence.csv").write_text("id,n,k\nA1,200,50\n")
    squares = [box(x, 40.0, x + 0.02, 40.02) for x in (-74.0, -73.98)]
    table = {"geoid": ["99001000100", "99001000200"], "children": [100, 300]}
    gpd.GeoDataFrame(table, geometry=squares, crs=4326).to_file(
        mirror / "toy" / "toy_tracts.geojson"
    )


def built(folder: Path, *more: str) -> Panel:
    """Build the place with some of the recipes on care."""
    files(folder / "mirror")
    recipes = folder / "recipes"
    recipes.mkdir()
    for name in RECIPES:
        shutil.copy(FOLDER / f"{name}.toml", recipes)
    made = (
        ("tracts", "geojson", "vector", TRACTS),
        ("schools", "csv", "delimited", SCHOOLS),
        ("absence", "csv", "delimited", ABSENCE),
    )
    for table, suffix, kind, columns in made:
        text = MADE.format(
            id=f"toy_{table}", table=table, suffix=suffix, kind=kind, columns=columns
        )
        (recipes / f"toy_{table}.toml").write_text(text)
    (folder / "toy.toml").write_text(PLACE.format(more=", ".join(f'"{each}"' for each in more)))
    place = load_place("toy", folder=folder, recipes=recipes)
    return make_panel(PlaceReader(place, folder / "mirror", folder / "cache", False).read())


def values(panel: Panel, measure: str) -> list[float]:
    found = panel.drivers.loc[panel.drivers["measure"].eq(measure), "value"]
    return [float(each) for each in found]


def test_a_place_with_every_table_on_care(tmp_path: Path) -> None:
    panel = built(tmp_path, *RECIPES)
    assert panel.providers.index.tolist() == ["H1", "H3", "o1"]
    assert values(panel, "hpsa_primary_care") == [0.0, 1.0]
    # H1, open 40 hours, serves 100 + 300 children; H3, open 20, the 300 of the second tract.
    assert values(panel, "clinic_access") == pytest.approx([100.0, 100.0 + 1000 * 20 / 300])
    assert values(panel, "clinic_km")[0] == pytest.approx(0.0, abs=1e-6)
    assert values(panel, "pharmacy_km") == pytest.approx([0.0, 1.707], abs=0.005)
    assert panel.tracts["residents"].isna().all()
    told = {each.reason: each.rows for each in panel.ledger}
    assert told["More than 25 km outside the study area."] == 1
    assert told["No population centre: its centroid stands for it."] == 1
    assert any("because the publisher's list is complete" in reason for reason in told)
    assert {each.id for each in panel.sources} >= {*RECIPES, "toy_access"}


def test_straight_lines_without_travel_times(tmp_path: Path) -> None:
    panel = built(tmp_path, "hrsa_health_centers")
    assert "zones to 1, 3 km" in panel.parameters["access"]["clinic_access"]["reach"]
    children = panel.tracts["children"]
    access = pd.Series(values(panel, "clinic_access"), index=children.index)
    assert float((access * children).sum() / 1000) == pytest.approx(60.0)
