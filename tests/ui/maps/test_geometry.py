"""What the browser fetches of a place: complete, small, the same each time, and in one piece."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from data.assemble.panel import make_panel
from data.panel import Panel
from data.views.neighbourhoods import neighbourhoods
from data.views.schools_and_tracts import points
from geo.areas.topology import shapes_of
from tests.small_places import SmallPlace
from ui.maps import geometry as maps
from ui.maps.geometry import MapGeometry, publish_geometry

CONTEXT = ("water", "parks", "roads", "boundaries", "names", "neighbourhoods")


@pytest.fixture
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(maps, "STATIC", tmp_path)
    return tmp_path


def published(static: Path, panel: Panel) -> tuple[MapGeometry, dict[str, object]]:
    geometry = publish_geometry(panel, points(panel))
    files = (static / geometry.folder).glob("*.json")
    return geometry, {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def test_the_demo_has_every_layer_and_the_same_bytes_each_time(
    static: Path, demo_protected: Panel
) -> None:
    geometry, layers = published(static, demo_protected)
    assert set(CONTEXT) <= set(geometry.layers)
    assert set(CONTEXT) < set(layers)
    assert published(static, demo_protected)[0] == geometry
    assert [each.name for each in static.iterdir()] == [geometry.folder]
    size = sum((static / geometry.folder / f"{name}.json").stat().st_size for name in CONTEXT)
    assert size < 150_000
    wet = layers["water"]["features"]
    assert [each["properties"]["name"] for each in wet] == ["Lyre River"]
    kinds = [each["properties"]["kind"] for each in layers["roads"]["features"]]
    assert kinds == ["primary"] * 2 + ["secondary"] * 5
    assert len(layers["parks"]["features"]) == 6


def test_borders_that_areas_share_are_written_once(static: Path, demo_protected: Panel) -> None:
    _, layers = published(static, demo_protected)
    shared = layers["areas"]
    arcs, objects = shared["arcs"], shared["objects"]
    used = [
        ~at if at < 0 else at
        for each in objects["tracts"]["geometries"]
        for ring in ([each["arcs"]] if each["type"] == "Polygon" else each["arcs"])
        for line in ring
        for at in line
    ]
    assert set(used) == set(range(len(arcs)))  # borders of neighbourhoods add none
    drawn = shapes_of(shared, "tracts")
    tracts = demo_protected.tracts.geometry
    moved = shapely.symmetric_difference(shapely.make_valid(drawn), np.asarray(tracts.array))
    assert shapely.area(moved).sum() < 0.01 * shapely.area(np.asarray(tracts.array)).sum()


def test_names_stand_in_their_neighbourhoods_the_largest_first(
    static: Path, demo_protected: Panel
) -> None:
    _, layers = published(static, demo_protected)
    names = layers["names"]
    assert [each["rank"] for each in names] == list(range(29))
    towns = [each["name"] for each in names if each["kind"] == "town"]
    assert towns == ["Northfold", "Millbrook", "Saltmarsh", "Halcyon City"]  # fewest families
    tracts = demo_protected.tracts
    own = {each["name"]: each for each in names if each["kind"] == "neighbourhood"}
    assert len(own) == 25
    for name, each in own.items():
        at = shapely.Point(each["x"], each["y"])
        assert tracts[tracts["neighbourhood"].eq(name)].intersects(at).any()
    ranked = sorted(own, key=lambda name: own[name]["rank"])
    children = tracts.groupby("neighbourhood")["children"].sum().drop("")
    assert ranked == children.sort_values(ascending=False).index.tolist()


def test_outlines_of_neighbourhoods_are_in_the_order_of_their_names(
    static: Path, demo_protected: Panel
) -> None:
    _, layers = published(static, demo_protected)
    features = layers["neighbourhoods"]["objects"]["neighbourhoods"]["geometries"]
    units = neighbourhoods(demo_protected.tracts)
    assert [each["properties"]["name"] for each in features] == sorted(units.dropna().unique())
    assert [each["properties"]["i"] for each in features] == list(range(25))
    assert {each["properties"]["id"][:3] for each in features} == {"in:"}
    whole = demo_protected.tracts[units.notna()].geometry.union_all()
    drawn = shapely.union_all(
        shapely.make_valid(shapes_of(layers["neighbourhoods"], "neighbourhoods"))
    )
    assert drawn.symmetric_difference(whole).area < 0.01 * whole.area


def test_a_place_across_the_180th_meridian_lies_together(static: Path) -> None:
    place = SmallPlace("seam", west=179.97, south=52.0, crs="EPSG:32660")
    panel = make_panel(place.tables())
    geometry, layers = published(static, panel)
    west, south, east, north = geometry.bounds
    assert (west, south) == pytest.approx((179.97, 52.0), abs=1e-4)
    assert (east, north) == pytest.approx((179.97 + 5 * 0.012, 52.0 + 4 * 0.009), abs=1e-4)
    assert {"boundaries", "names", "neighbourhoods"} <= set(geometry.layers)
    for each in layers["names"]:
        assert west < each["x"] < east
        assert south < each["y"] < north
    lines = [shape(each["geometry"]) for each in layers["boundaries"]["features"]]
    for each in (*lines, *shapes_of(layers["neighbourhoods"], "neighbourhoods")):
        low, _, high, _ = each.bounds
        assert west - 1e-3 <= low < high <= east + 1e-3


@pytest.mark.mirror
def test_new_york_city_is_sent_in_half_a_megabyte(static: Path, nyc_protected: Panel) -> None:
    geometry, layers = published(static, nyc_protected)
    context = ("parks", "boundaries", "names", "neighbourhoods")
    assert {"water", "roads"}.isdisjoint(geometry.layers)  # no file of them is at hand
    sizes = [(static / geometry.folder / f"{name}.json").stat().st_size for name in context]
    assert sum(sizes) < 500_000
    assert [each["name"] for each in layers["names"][:5]] == [
        *("Brooklyn", "Queens", "Bronx", "Manhattan", "Staten Island")
    ]
    assert "Central Park" in {each["properties"]["name"] for each in layers["parks"]["features"]}
