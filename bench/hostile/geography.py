"""Geographic files: coordinate systems, broken outlines, packages, shapefiles."""

import json
import pickle
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
from shapely import box

from bench.hostile.file import GEOID, HostileFile, packed


def _collection(**members: Any) -> dict[str, Any]:
    ring = [[-72.7, 41.7], [-72.6, 41.7], [-72.6, 41.8], [-72.7, 41.8], [-72.7, 41.7]]
    feature = {
        "type": "Feature",
        "properties": {"geoid": GEOID},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return {"type": "FeatureCollection", **members, "features": [feature]}


def coordinate_systems(address: str) -> Iterator[HostileFile]:
    """Name coordinate systems that are missing, unknown or at an address, wherever they stand."""
    names: list[Any] = ["", "WGS84", "EPSG:0", "EPSG:999999", "EPSG", "4326", 4326, None, [], {}]
    names += [f"http://{address}/crs", f"https://{address}/crs", "/vsicurl/http://x/y", "+proj=utm"]
    names += [
        "urn:ogc:def:crs:EPSG::0",
        "urn:ogc:def:crs:NOBODY::1",
        "file:///etc/passwd",
        "x" * 99,
    ]
    values: list[Any] = [{"type": "name", "properties": {"name": name}} for name in names]
    values += [{"type": "link", "properties": {"href": f"http://{address}/{end}"}} for end in "abc"]
    values += [
        None,
        [],
        {},
        "EPSG:4326",
        4326,
        True,
        {"type": "name"},
        {"properties": {"name": "x"}},
    ]
    values += [{"type": "EPSG", "properties": {"code": code}} for code in (0, "x", None, 999999)]
    for at, value in enumerate(values):
        front, whole = json.dumps(_collection(crs=value)), _collection()
        escaped = front.replace('"crs"', '"c\\u0072s"', 1)
        places = {"front": front, "end": json.dumps({**whole, "crs": value}), "escaped": escaped}
        for place, text in places.items():
            yield HostileFile(
                "coordinate system", f"{place} {at}", "a.geojson", text.encode(), "vector"
            )
    for at, name in enumerate(("EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:2263")):
        crs = {"type": "name", "properties": {"name": name}}
        text = json.dumps(_collection(crs=crs))
        yield HostileFile(
            "coordinate system", f"good {at}", "a.geojson", text.encode(), "vector", refused=False
        )


def broken_geojson() -> Iterator[HostileFile]:
    """Cut GeoJSON, or leave out what is needed."""
    whole = json.dumps(_collection())
    texts = {f"cut {at}": whole[: len(whole) * at // 12] for at in range(1, 12)}
    texts |= {
        "list": "[1, 2]",
        "number": "7",
        "empty object": "{}",
        "no features": '{"type": "FeatureCollection", "features": []}',
        "topology": '{"type": "Topology", "objects": {}, "arcs": []}',
        "pipeline": '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline read x"}',
        "deep": '{"type": ' + "[" * 100_000,
        "vrt": "<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>",
        "kml": "<?xml version='1.0'?><!DOCTYPE k [<!ENTITY x SYSTEM 'http://x/'>]><kml/>",
        "other column": whole.replace("geoid", "other"),
        "student": whole.replace('"geoid"', '"student_id": "7", "geoid"'),
    }
    for name, text in texts.items():
        yield HostileFile("broken geography", name, "a.geojson", text.encode(), "vector")
    yield HostileFile("broken geography", "pickle", "a.geojson", pickle.dumps({"a": 1}), "vector")


def _written(driver: str, suffix: str) -> dict[str, bytes]:
    """Give the files of a layer of one square."""
    square = gpd.GeoDataFrame({"geoid": [GEOID]}, geometry=[box(-73, 41, -72, 42)], crs=4326)
    with tempfile.TemporaryDirectory() as folder:
        square.to_file(Path(folder) / f"a{suffix}", driver=driver)
        return {path.suffix: path.read_bytes() for path in Path(folder).iterdir()}


def packages() -> Iterator[HostileFile]:
    """Make queries of a package's layers, or take its lists away."""
    whole = _written("GPKG", ".gpkg")[".gpkg"]
    yield HostileFile("package", "whole", "a.gpkg", whole, "vector", refused=False)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    endless += " SELECT i AS fid, 'x' AS geoid, NULL AS geom FROM n"
    rename = "ALTER TABLE a RENAME TO b; CREATE VIEW a AS {}"
    scripts = {
        "endless": rename.format(endless),
        "view": rename.format("SELECT * FROM b"),
        "product": rename.format("SELECT b.* FROM b, b AS c, b AS d"),
        "no contents": "DROP TABLE gpkg_contents",
        "contents asked": "ALTER TABLE gpkg_contents RENAME TO c;"
        " CREATE VIEW gpkg_contents AS SELECT * FROM c",
        "systems asked": "ALTER TABLE gpkg_spatial_ref_sys RENAME TO c;"
        " CREATE VIEW gpkg_spatial_ref_sys AS SELECT * FROM c",
        "undefined": "UPDATE gpkg_geometry_columns SET srs_id = -1;"
        " UPDATE gpkg_contents SET srs_id = -1",
        "no layer": "DELETE FROM gpkg_contents",
    }
    for name, script in scripts.items():
        yield HostileFile("package", name, "a.gpkg", _scripted(whole, script), "vector")
    for part in range(1, 6):
        yield HostileFile(
            "package", f"cut {part}", "a.gpkg", whole[: len(whole) * part // 8], "vector"
        )


def _scripted(package: bytes, script: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        path.write_bytes(package)
        book = sqlite3.connect(path)
        triggers = book.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            book.execute(f'DROP TRIGGER "{name}"')
        book.executescript(script)
        book.close()
        return path.read_bytes()


def shapefiles() -> Iterator[HostileFile]:
    """Leave a part of a shapefile out, or damage it."""
    parts = {f"a{end}": content for end, content in _written("ESRI Shapefile", ".shp").items()}
    yield HostileFile("shapefile", "whole", "a.zip", packed(parts), "vector", refused=False)
    for lost in (".dbf", ".prj", ".shp"):
        rest = {name: content for name, content in parts.items() if not name.endswith(lost)}
        yield HostileFile("shapefile", f"without {lost}", "a.zip", packed(rest), "vector")
    systems = {
        "nonsense": b"GEOGCS[",
        "local": b'LOCAL_CS["Arbitrary",UNIT["metre",1]]',
        "address": b"http://127.0.0.1:9/crs",
        "nothing": b"",
        "words": b"somewhere in the north",
    }
    for name, text in systems.items():
        changed = packed({**parts, "a.prj": text})
        yield HostileFile("shapefile", f"system {name}", "a.zip", changed, "vector")
    for at in (0, 4, 40, 99):
        cut = packed({**parts, "a.shp": parts["a.shp"][:at]})
        yield HostileFile("shapefile", f"cut {at}", "a.zip", cut, "vector")
