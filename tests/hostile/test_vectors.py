"""Geographic files reach no address, run no query, and are never taken for degrees in silence."""

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely import Point, box

from data.errors import FileError
from data.read import formats
from data.read.engine import read_table
from data.recipe.checks import parse_recipe
from data.store.provenance import Ledger

RECIPE = parse_recipe(
    """
id = "made"
publisher = "Nobody"
title = "Made up"
table = "tracts"
url = "https://example.org/a"
mirror = "a.geojson"
vintage = "2020"
release = "published"
licence = "CC0"
definition = "made up"
format = { kind = "vector" }
identifier = { pattern = "[0-9]+" }
columns = { geoid = { column = "geoid" } }
"""
)
SQUARE: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [[[-72.7, 41.7], [-72.6, 41.7], [-72.6, 41.8], [-72.7, 41.8], [-72.7, 41.7]]],
}


def collection(**members: Any) -> str:
    feature = {"type": "Feature", "properties": {"geoid": "36005000100"}, "geometry": SQUARE}
    return json.dumps({"type": "FeatureCollection", **members, "features": [feature]})


def read(folder: Path, text: str) -> Any:
    path = folder / "a.geojson"
    path.write_text(text, encoding="utf-8")
    return read_table(RECIPE, path, Ledger()).table


def named(name: Any, kind: str = "name") -> dict[str, Any]:
    return {"type": kind, "properties": {"name": name}}


LINK = {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "proj4"}}
UNKNOWN: list[Any] = [
    None,
    LINK,
    {},
    [],
    "EPSG:2263",
    4326,
    named("EPSG:999999"),
    named("somewhere"),
    named("urn:ogc:def:crs:EPSG::99999"),
    named("http://127.0.0.1:9/crs"),
    named("+proj=longlat +nadgrids=http://127.0.0.1:9/g"),
    named(None),
    named("EPSG:2263", kind="unheard"),
]


@pytest.mark.parametrize("crs", UNKNOWN, ids=str)
def test_a_crs_that_is_not_known_is_never_taken_for_degrees(tmp_path: Path, crs: Any) -> None:
    with pytest.raises(FileError, match="coordinate system") as caught:
        read(tmp_path, collection(crs=crs))
    assert caught.value.remedy


def test_a_crs_behind_the_outlines_or_in_other_letters_is_seen(tmp_path: Path) -> None:
    whole = json.loads(collection())
    with pytest.raises(FileError, match="coordinate system"):
        read(tmp_path, json.dumps({**whole, "crs": None}))
    with pytest.raises(FileError, match="at an address"):
        read(tmp_path, collection(crs=LINK).replace('"crs"', '"\\u0063rs"'))
    whole["features"][0]["crs"] = LINK
    with pytest.raises(FileError, match="at an address"):
        read(tmp_path, json.dumps(whole))


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4269"]
)
def test_degrees_by_name_and_by_the_standard(tmp_path: Path, name: str) -> None:
    expected = [-72.7, 41.7, -72.6, 41.8]
    assert read(tmp_path, collection()).total_bounds.tolist() == pytest.approx(expected)
    bounds = read(tmp_path, collection(crs=named(name))).total_bounds
    assert bounds.tolist() == pytest.approx(expected, abs=1e-5)


def test_a_column_called_crs_is_a_column(tmp_path: Path) -> None:
    whole = json.loads(collection())
    whole["features"][0]["properties"].update(crs=None, other={"crs": None})
    assert read(tmp_path, json.dumps(whole)).index.tolist() == ["36005000100"]
    whole["features"][0]["properties"].update(crs="none of it")
    assert read(tmp_path, json.dumps(whole)).index.tolist() == ["36005000100"]


@pytest.mark.parametrize("name", ["exceededTransferLimit", "properties"])
def test_an_answer_that_the_server_ended_is_a_part(tmp_path: Path, name: str) -> None:
    members = {name: True if name == "exceededTransferLimit" else {"exceededTransferLimit": True}}
    with pytest.raises(FileError, match=r"a\.geojson: the server ended it at its limit of rows"):
        read(tmp_path, collection(**members))
    assert len(read(tmp_path, collection(exceededTransferLimit=False))) == 1


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_a_shapefile_without_a_part(tmp_path: Path, suffix: str) -> None:
    shapes = gpd.GeoDataFrame({"geoid": ["36005000100"]}, geometry=[box(1, 2, 3, 4)], crs=4326)
    shapes.to_file(tmp_path / "a.shp")
    (tmp_path / f"a{suffix}").unlink()
    with pytest.raises(FileError, match=rf"a\.shp: its part a{suffix} does not lie beside it"):
        read_table(RECIPE, tmp_path / "a.shp", Ledger())


def test_feet_stay_feet(tmp_path: Path) -> None:
    shape = gpd.GeoSeries([box(-74.0, 40.7, -73.9, 40.8)], crs=4326).to_crs(2263)
    table = gpd.GeoDataFrame({"geoid": ["36005000100"]}, geometry=shape)
    table.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    back = read_table(RECIPE, tmp_path / "a.geojson", Ledger()).table
    assert back.total_bounds.tolist() == pytest.approx([-74.0, 40.7, -73.9, 40.8], abs=1e-3)


def package(folder: Path) -> Path:
    path = folder / "a.gpkg"
    table = gpd.GeoDataFrame({"geoid": ["36005000100"]}, geometry=[Point(-73, 41)], crs=4326)
    table.to_file(path, driver="GPKG", layer="a")
    return path


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"


@pytest.mark.parametrize(
    "script",
    [
        f"ALTER TABLE a RENAME TO b; CREATE VIEW a AS {ENDLESS} i AS fid, 'x' AS geoid FROM n;",
        "ALTER TABLE gpkg_contents RENAME TO c; CREATE VIEW gpkg_contents AS SELECT * FROM c;",
        "DROP TABLE gpkg_contents;",
    ],
)
def test_a_geopackage_that_asks_instead_of_holding(tmp_path: Path, script: str) -> None:
    path = package(tmp_path)
    assert len(read_table(RECIPE, path, Ledger()).table) == 1
    with sqlite3.connect(path) as book:
        for name, text in book.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger'"):
            assert text
            book.execute(f'DROP TRIGGER "{name}"')
        book.executescript(script)
    with pytest.raises(FileError, match=r"is a query|no GeoPackage"):
        read_table(RECIPE, path, Ledger())


def test_reading_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "endless.py"
    child.write_text("while True: pass\n")
    monkeypatch.setattr(formats, "VECTOR_CHILD", child)
    monkeypatch.setattr(formats, "LONGEST_SECONDS", 1)
    with pytest.raises(FileError, match="longer than 1 seconds"):
        read(tmp_path, collection())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of this kind")
@pytest.mark.parametrize("line", ["import os; os.abort()", "import os; os.kill(os.getpid(), 9)"])
def test_a_reader_that_breaks_ends_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    child = tmp_path / "broken.py"
    child.write_text(line)
    monkeypatch.setattr(formats, "VECTOR_CHILD", child)
    with pytest.raises(FileError, match=r"a\.geojson: reading it .* breaks the reader; split it"):
        read(tmp_path, collection())
