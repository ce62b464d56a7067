"""Hatch lines: inside their area, at least one an area, on one pattern for the whole map."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas.boundaries import hatch_lines

CRS = 32618
ROUNDING = 1e-6  # of the size of an area: what floating-point cuts may stray
numbers = st.integers(-1_000, 1_000)
corners = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=12, unique=True)
hulls = corners.map(lambda xy: shapely.MultiPoint(xy).convex_hull).filter(lambda s: s.area > 1)
stars = st.lists(st.integers(5, 500), min_size=5, max_size=24).map(
    lambda reach: shapely.Polygon(
        np.column_stack([np.cos(turn(len(reach))), np.sin(turn(len(reach)))])
        * np.array(reach)[:, None]
    )
)
holed = hulls.map(lambda s: s.difference(s.centroid.buffer(np.sqrt(s.area) / 8)))
apart = st.tuples(hulls, hulls).map(
    lambda two: (
        shapely.MultiPolygon([two[0], shapely.transform(two[1], lambda xy: xy + 5_000)])
        if two[0].geom_type == two[1].geom_type == "Polygon"
        else two[0]
    )
)
shapes = st.one_of(hulls, stars, holed, apart).filter(lambda s: s.is_valid and s.area > 1)
spacings = st.sampled_from([3.0, 17.5, 150.0, 100_000.0])


def turn(parts: int) -> np.ndarray:
    return np.linspace(0, 2 * np.pi, parts, endpoint=False)


def series(areas: list[object]) -> gpd.GeoSeries:
    # Ids that do not sort as they stand: the lines must keep the order given.
    return gpd.GeoSeries(areas, index=[f"t{-i}" for i in range(len(areas))], crs=CRS)


@settings(max_examples=40)
@given(st.lists(shapes, min_size=1, max_size=6), spacings)
def test_lines_lie_inside_their_own_area(areas: list[shapely.Polygon], spacing: float) -> None:
    lines = hatch_lines(series(areas), spacing)
    for area, line in zip(areas, lines, strict=True):
        reach = float(np.hypot(*np.subtract(area.bounds[2:], area.bounds[:2])))
        assert line.difference(area.buffer(ROUNDING * reach)).length == 0


@settings(max_examples=40)
@given(st.lists(shapes, min_size=1, max_size=6), spacings)
def test_no_area_is_left_plain(areas: list[shapely.Polygon], spacing: float) -> None:
    lines = hatch_lines(series(areas), spacing)
    assert (lines.length > 0).all()
    assert set(lines.geom_type) == {"MultiLineString"}


@settings(max_examples=40)
@given(st.lists(st.one_of(shapes, st.none()), min_size=1, max_size=6), spacings)
def test_ids_keep_their_order_and_their_crs(areas: list[object], spacing: float) -> None:
    given_areas = series(areas)
    lines = hatch_lines(given_areas, spacing)
    assert lines.index.equals(given_areas.index)
    assert lines.crs == given_areas.crs
    assert [line.is_empty for line in lines] == [area is None for area in areas]


@settings(max_examples=40)
@given(st.lists(shapes, min_size=2, max_size=5), spacings)
def test_an_area_does_not_depend_on_its_neighbours(
    areas: list[shapely.Polygon], spacing: float
) -> None:
    together = hatch_lines(series(areas), spacing)
    alone = hatch_lines(series(areas).iloc[:1], spacing)
    assert together.iloc[0].length == pytest.approx(alone.iloc[0].length, rel=1e-6)


def test_lines_meet_at_a_shared_border() -> None:
    west, east = shapely.box(0, 0, 10, 30), shapely.box(10, 0, 20, 30)
    parts = hatch_lines(series([west, east]), 4.0)
    whole = hatch_lines(series([shapely.box(0, 0, 20, 30)]), 4.0)
    assert parts.length.sum() == pytest.approx(whole.length.sum())
    merged = shapely.line_merge(shapely.union_all(parts.to_numpy()))
    assert len(shapely.get_parts(merged)) == len(shapely.get_parts(whole.iloc[0]))


def test_neighbouring_lines_stand_the_spacing_apart() -> None:
    lines = shapely.get_parts(hatch_lines(series([shapely.box(0, 0, 400, 400)]), 25.0).iloc[0])
    long = [line for line in lines if line.length > 300]
    gaps = [a.distance(b) for i, a in enumerate(long) for b in long[i + 1 :]]
    assert min(gaps) == pytest.approx(25.0)


def test_nothing_in_nothing_out() -> None:
    for areas in ([], [None], [shapely.Polygon()], [None, shapely.MultiPolygon()]):
        lines = hatch_lines(series(areas), 5.0)
        assert len(lines) == len(areas)
        assert all(line.is_empty for line in lines)


def test_an_empty_area_among_others_has_no_line() -> None:
    lines = hatch_lines(series([shapely.Polygon(), shapely.box(0, 0, 50, 50), None]), 5.0)
    assert lines.is_empty.tolist() == [True, False, True]


def test_degrees_are_refused() -> None:
    degrees = gpd.GeoSeries([shapely.box(-74, 40, -73, 41)], crs=4326)
    with pytest.raises(ValueError, match="projected CRS, not EPSG:4326"):
        hatch_lines(degrees, 5.0)


@pytest.mark.parametrize("spacing", [0.0, -3.0, float("nan")])
def test_a_spacing_that_is_no_distance_is_refused(spacing: float) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        hatch_lines(series([shapely.box(0, 0, 1, 1)]), spacing)
