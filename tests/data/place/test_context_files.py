"""Files of water, parks, roads, towns and counties: the Census Bureau's layouts, and wrong ones.

No file of TIGER/Line was at hand: columns and codes are those of its documentation, shapes ours.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely import LineString, Point, box

from data.errors import DataError, FileError
from data.panel import Panel
from data.place.place import load_place
from data.read.engine import read_table
from data.recipe.binding import TomlError
from data.recipe.checks import FOLDER, load_recipe, parse_recipe
from data.store.provenance import Ledger
from tests.written_places import built, sound_place

TIGER = ("water", "parks", "roads", "places", "counties")
NAD83 = "EPSG:4269"
OWN = """
id = "own"
publisher = "Nobody"
title = "Made up"
table = "context"
url = "https://example.org/a"
mirror = "own.geojson"
vintage = "2020"
release = "published"
licence = "CC0"
definition = "made up"
format = { kind = "vector" }
identifier = { pattern = ".+" }
[columns.feature_id]
column = "id"
[columns.layer]
column = "layer"
[columns.name]
column = "name"
"""


def zipped(path: Path, table: dict[str, list[Any]], shapes: list[Any]) -> None:
    """Write a shapefile in NAD 83 into an archive, as the Bureau does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = path.with_suffix(".shp")
    gpd.GeoDataFrame(table, geometry=shapes, crs=NAD83).to_file(plain)
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(path.parent.glob(f"{path.stem}.*")):
            if part.suffix != ".zip":
                archive.write(part, part.name)
                part.unlink()


def write_tiger(folder: Path) -> None:
    """Write one small file of each kind for the county of the sound place, 75.6 W 39.0 N."""
    inside = folder / "national/census_tiger"
    zipped(
        inside / "tl_2020_10001_areawater.zip",
        {
            "ANSICODE": [None] * 3,
            "HYDROID": ["110456", "110457", "110458"],
            "FULLNAME": ["Silver Lk", None, "Cedar Swamp"],
            "MTFCC": ["H2030", "H2030", "H2025"],
            "ALAND": [0] * 3,
            "AWATER": [8000, 900, 700],
            "INTPTLAT": ["+39.0400000"] * 3,
            "INTPTLON": ["-075.5500000"] * 3,
        },
        [
            box(-75.57, 39.03, -75.54, 39.05),
            box(-75.59, 39.0, -75.588, 39.002),
            box(-75.52, 39, -75.51, 39.01),
        ],
    )
    zipped(
        inside / "tl_2020_10_arealm.zip",
        {
            "STATEFP": ["10"] * 3,
            "AREAID": ["110488", "110489", "110490"],
            "FULLNAME": ["State Park", "Hope Cmtry", "Dover Air Base"],
            "MTFCC": ["K2184", "K2582", "K2110"],
        },
        [
            box(-75.6, 39.06, -75.58, 39.07),
            box(-75.6, 39, -75.595, 39.005),
            box(-75.5, 39, -75.48, 39.02),
        ],
    )
    zipped(
        inside / "tl_2020_10_prisecroads.zip",
        {
            "LINEARID": ["1104", "1105", "1105"],
            "FULLNAME": ["State Rte 1", "US Hwy 13", "US Hwy 13"],
            "RTTYP": ["S", "U", "U"],
            "MTFCC": ["S1100", "S1200", "S1200"],
        },
        [
            LineString([(-75.58, 38.5), (-75.58, 39.5)]),
            LineString([(-75.7, 39.04), (-75.55, 39.04)]),
            LineString([(-75.55, 39.04), (-75.4, 39.04)]),
        ],
    )
    zipped(
        inside / "tl_2020_10_place.zip",
        {
            "STATEFP": ["10", "10"],
            "GEOID": ["1021200", "1077580"],
            "NAME": ["Dover", "Wilmington"],
            "NAMELSAD": ["Dover city", "Wilmington city"],
            "CLASSFP": ["C1", "C1"],
        },
        [box(-75.56, 39.0, -75.5, 39.08), box(-75.6, 39.7, -75.5, 39.8)],
    )
    zipped(
        inside / "tl_2020_us_county.zip",
        {
            "STATEFP": ["10", "24"],
            "GEOID": ["10001", "24011"],
            "NAME": ["Kent", "Caroline"],
            "NAMELSAD": ["Kent County", "Caroline County"],
        },
        [box(-75.8, 38.8, -75.3, 39.4), box(-76, 38.8, -75.8, 39.2)],
    )


def place_with_context(folder: Path, *recipes: str, keys: str = "") -> None:
    """Write a sound place that also names recipes of context."""
    sound_place().write(folder)
    for name in recipes:
        own = FOLDER / f"{name}.toml"
        if own.is_file():
            (folder / own.name).write_text(own.read_text(encoding="utf-8"), encoding="utf-8")
    path = folder / "sound.toml"
    listed = "".join(f', "{name}"' for name in recipes)
    text = path.read_text(encoding="utf-8").replace('"drivers"]', f'"drivers"{listed}]\n{keys}')
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def tiger(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    """A place with every file of TIGER/Line that there is a recipe for."""
    folder = tmp_path_factory.mktemp("tiger")
    write_tiger(folder)
    names = [f"census_tiger_{name}" for name in TIGER]
    place_with_context(folder, *names, keys='counties = ["001"]')
    return built("sound", folder, folder)


def test_files_of_tiger_line_become_the_layers_of_the_map(tiger: Panel) -> None:
    rows = tiger.context[["layer", "kind", "rank", "name"]].to_numpy().tolist()
    assert rows == [
        ["boundaries", "county", 0, ""],
        ["boundaries", "neighbourhood", 0, ""],
        ["names", "town", 0, "Dover"],
        ["parks", "cemetery", 0, "Hope Cmtry"],
        ["parks", "park", 0, "State Park"],
        ["roads", "primary", 0, "State Rte 1"],
        ["roads", "secondary", 0, "US Hwy 13"],
        ["water", "", 0, "Silver Lk"],
        ["water", "", 1, ""],
    ]
    assert {"census_tiger_water_001", "census_tiger_roads"} <= {each.id for each in tiger.sources}


def test_towns_and_counties_name_the_tracts(tiger: Panel) -> None:
    west = tiger.tracts.geometry.representative_point().x < -75.56
    assert tiger.tracts["neighbourhood"].eq("Dover").tolist() == (~west).tolist()
    assert set(tiger.tracts["county_name"]) == {"Kent County"}


def test_a_recipe_of_counties_is_read_once_for_each(tmp_path: Path) -> None:
    place_with_context(tmp_path, "census_tiger_water", keys='counties = ["001", "003"]')
    recipes = {
        each.id: each for each in load_place("sound", folder=tmp_path, recipes=tmp_path).recipes
    }
    assert recipes["census_tiger_water_003"].mirror.endswith("tl_2020_10003_areawater.zip")
    assert "AREAWATER/tl_2020_10001_areawater" in recipes["census_tiger_water_001"].url
    place_with_context(tmp_path, "census_tiger_water")
    with pytest.raises(TomlError, match=r"sound.toml: census_tiger_water is read once for each co"):
        load_place("sound", folder=tmp_path, recipes=tmp_path)


def test_a_map_is_drawn_without_a_file_of_its_context_and_says_so(tmp_path: Path) -> None:
    place_with_context(tmp_path, "census_tiger_roads")
    panel = built("sound", tmp_path, tmp_path)
    assert set(panel.context["layer"]) == {"boundaries"}
    (absent,) = [each for each in panel.ledger if each.reason.startswith("Not there: the map")]
    assert absent.examples == ("census_tiger_roads",)


def read(
    folder: Path, table: dict[str, list[Any]], shapes: list[Any] | None, crs: Any = 4326
) -> Any:
    path = folder / "own.geojson"
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs=crs)
    path.write_text(frame.to_json(to_wgs84=False, drop_id=True), encoding="utf-8")
    return read_table(parse_recipe(OWN), path, Ledger())


def test_a_file_of_the_place_may_hold_several_layers(tmp_path: Path) -> None:
    table = {"id": ["1", "2", "3"], "layer": ["parks", "places", "water"], "name": ["A", "B", "C"]}
    shapes = [box(0, 1, 1, 2), Point(1, 1), LineString([(0, 0), (1, 1)])]
    ledger = Ledger()
    path = tmp_path / "own.geojson"
    path.write_text(gpd.GeoDataFrame(table, geometry=shapes, crs=4326).to_json(), encoding="utf-8")
    found = read_table(parse_recipe(OWN), path, ledger).table
    assert found[["layer", "name", "source"]].to_numpy().tolist() == [
        ["parks", "A", "own"],
        ["places", "B", "own"],
    ]
    assert [each.rows for each in ledger.entries if "not one that its layer" in each.reason] == [1]


def test_a_file_without_a_shape_or_with_other_shapes_names_the_remedy(tmp_path: Path) -> None:
    row = {"id": ["1"], "layer": ["water"], "name": ["A"]}
    with pytest.raises(FileError, match=r"own.geojson.*The shape is not one that its layer holds"):
        read(tmp_path, row, [LineString([(0, 0), (1, 1)])])
    with pytest.raises(FileError, match=r"own.geojson.*\(No shape\)"):
        read(tmp_path, row, [None])
    with pytest.raises(FileError, match=r"layer 'lava' is not one of water, parks"):
        read(tmp_path, {**row, "layer": ["lava"]}, [box(0, 0, 1, 1)])
    empty = '{"type": "FeatureCollection", "features": []}'
    (tmp_path / "own.geojson").write_text(empty, encoding="utf-8")
    with pytest.raises(FileError, match=r"own.geojson"):
        read_table(parse_recipe(OWN), tmp_path / "own.geojson", Ledger())


def test_metres_called_degrees_are_refused_by_the_name_of_the_file(tmp_path: Path) -> None:
    place_with_context(tmp_path, "own")
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    table = {"id": ["1"], "layer": ["water"], "name": ["A"]}
    frame = gpd.GeoDataFrame(
        table, geometry=[box(450_000, 4_300_000, 451_000, 4_301_000)], crs=4326
    )
    (tmp_path / "own.geojson").write_text(frame.to_json(), encoding="utf-8")
    with pytest.raises(DataError, match=r"own.geojson: declared as degrees .* look projected"):
        built("sound", tmp_path, tmp_path)


@pytest.mark.parametrize("name", [f"census_tiger_{name}" for name in TIGER])
def test_recipes_of_tiger_line_name_its_columns(name: str) -> None:
    recipe = load_recipe(FOLDER / f"{name}.toml")
    assert recipe.table == "context"
    assert recipe.url.startswith("https://www2.census.gov/geo/tiger/TIGER2020/")
    assert set(recipe.headers()) <= {
        *("HYDROID", "AREAID", "LINEARID", "GEOID", "FULLNAME", "NAME", "NAMELSAD"),
        *("MTFCC", "STATEFP"),
    }
