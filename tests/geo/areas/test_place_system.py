"""The system a place is measured in: derived from its outlines, or given and checked."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely import box

from geo.areas.crs import is_metric, metric_system, place_system, require_crs
from geo.areas.geoid import renamed_counties
from geo.areas.states import outside_state

DELAWARE = box(-75.6, 39.0, -75.4, 39.2)
OREGON = box(-124.5, 42.0, -116.5, 46.2)


def outlines(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=4326)


def test_a_county_gets_its_zone() -> None:
    assert place_system(outlines(DELAWARE)) == "EPSG:32618"
    south_of_the_line = box(151.0, -34.0, 151.2, -33.8)
    assert place_system(outlines(south_of_the_line)) == "EPSG:32756"


@pytest.mark.parametrize(
    "shapes",
    [
        [OREGON],
        [box(-180, 52, -130, 71), box(172.5, 52, 179.9, 53)],
        [box(-106.6, 25.9, -93.6, 36.5)],
        [box(179.2, 51, 179.9, 52), box(-179.9, 51, -176, 52)],
        [DELAWARE],
    ],
)
def test_areas_and_distances_are_true(shapes: list[shapely.Geometry]) -> None:
    areas = outlines(*shapes)
    system = place_system(areas)
    assert is_metric(system)
    ellipsoid = Geod(ellps="WGS84")
    cells = [cell for shape in shapes for cell in squares(shape)]
    flat = gpd.GeoSeries(cells, crs=4326).to_crs(system)
    for cell, drawn in zip(cells, flat, strict=True):
        true_area = abs(ellipsoid.geometry_area_perimeter(cell)[0])
        assert drawn.area == pytest.approx(true_area, rel=0.004)
        west, south, east, _ = cell.bounds
        true_length = ellipsoid.line_length([west, east], [south, south])
        corners = gpd.GeoSeries.from_xy([west, east], [south] * 2, crs=4326).to_crs(system)
        assert corners[0].distance(corners[1]) == pytest.approx(true_length, rel=0.02)


def squares(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Small squares in the corners and the middle of a box."""
    west, south, east, north = shape.bounds
    side = 0.05
    xs, ys = (west, (west + east) / 2, east - side), (south, (south + north) / 2, north - side)
    return [box(x, y, x + side, y + side) for x in xs for y in ys]


@pytest.mark.parametrize("given", ["EPSG:32118", "EPSG:32618", "EPSG:5070"])
def test_a_fitting_system_stays(given: str) -> None:
    assert place_system(outlines(box(-74.3, 40.5, -73.7, 40.9)), given) == given


def test_feet_become_metres() -> None:
    new_york = outlines(box(-74.3, 40.5, -73.7, 40.9))
    feet, metres = "EPSG:2263", place_system(new_york, "EPSG:2263")
    assert is_metric(metres)
    assert not is_metric(feet)
    foot = 0.3048006096
    assert new_york.to_crs(metres).area[0] == pytest.approx(
        new_york.to_crs(feet).area[0] * foot**2, rel=1e-9
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("EPSG:99999", "not a known"),
        ("no such thing", "not a known"),
        ("EPSG:4326", "no plane distances"),
        ("EPSG:3857", "stretches"),
        ("EPSG:32611", r"made for longitude -120 to -114.*the place lies at -75\.6"),
        ("EPSG:2992", "made for longitude"),
        ("+proj=utm +zone=11 +datum=WGS84 +units=m", "makes distances here wrong by"),
    ],
)
def test_a_system_that_does_not_fit_is_refused(given: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        place_system(outlines(DELAWARE), given)


def test_metric_systems_keep_their_name() -> None:
    assert metric_system("EPSG:32618") == "EPSG:32618"


@pytest.mark.parametrize(
    "local",
    [
        'LOCAL_CS["arbitrary",UNIT["metre",1]]',
        'ENGCRS["Undefined Cartesian SRS",EDATUM["Unknown"],CS[Cartesian,2],'
        'AXIS["(E)",east],AXIS["(N)",north],LENGTHUNIT["metre",1]]',
    ],
)
def test_a_local_system_is_of_no_place(local: str) -> None:
    table = gpd.GeoSeries([box(0, 0, 1, 1)], crs=local)
    with pytest.raises(ValueError, match=r"of no place on Earth.*\.prj"):
        require_crs(table, "tracts")


def test_outlines_of_another_state() -> None:
    shapes = [DELAWARE, OREGON, box(179.0, 52, 179.5, 53), OREGON]
    ids = ["10001000100", "10001000200", "02016000100", "99001000100"]
    areas = gpd.GeoDataFrame(index=ids, geometry=shapes, crs=4326)
    assert outside_state(areas).tolist() == ["10001000200"]


@pytest.mark.parametrize(
    ("file", "place", "words"),
    [
        (["46113000100"], ["46102000100"], "46113 is 46102 since 2015"),
        (["46102000100"], ["46113000100"], "46113 is 46102 since 2015"),
        (["02270000100"], ["02158000100"], "02270 is 02158"),
        (["51515000100", "51001000100"], ["51019000100"], "51515 is 51019"),
        (["02261000100"], ["02063000100"], "02261 is 02063 and 02066"),
        (["09110000100"], ["09001000100"], "planning regions"),
    ],
)
def test_renamed_counties_are_named(file: list[str], place: list[str], words: str) -> None:
    told = list(renamed_counties(pd.Series(file), pd.Series(place)))
    assert len(told) == 1
    assert words in told[0][0]
    assert told[0][1] == {file[0][:5]}


def test_counties_that_keep_their_code_are_not_named() -> None:
    state = pd.Series(["46102000100", "46033000100"])
    assert list(renamed_counties(state, pd.Series(["46033000100"]))) == []
    assert list(renamed_counties(state, state)) == []
