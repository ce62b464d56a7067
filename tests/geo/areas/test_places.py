"""Places: projections, points in areas, ids and boundaries under hostile input."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas import boundaries, geoid
from geo.areas.crs import is_metric, to_metres
from geo.areas.locate import implausible_points, locate

BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def grid(side: int) -> gpd.GeoDataFrame:
    shapes = [shapely.box(c, r, c + 1, r + 1) for r in range(side) for c in range(side)]
    return gpd.GeoDataFrame({"row": np.repeat(range(side), side)}, geometry=shapes, crs=32618)


# ---- coordinates in metres


def test_to_metres_measures_a_known_distance() -> None:
    # One degree of latitude near New York City is 111.05 km.
    points = gpd.GeoSeries.from_xy([-74.0, -74.0], [40.2, 41.2], crs=4326)
    metres = to_metres(points)
    assert metres.iloc[0].distance(metres.iloc[1]) == pytest.approx(111_050, rel=1e-3)
    named = to_metres(gpd.GeoDataFrame({"a": [1, 2]}, geometry=points), "EPSG:32118")
    assert named.crs.to_epsg() == 32118
    assert named["a"].tolist() == [1, 2]


def test_to_metres_keeps_metres_and_corrects_feet_and_web_maps() -> None:
    points = gpd.GeoSeries.from_xy([-74.0, -73.9], [40.7, 40.7], crs=4326)
    utm = points.to_crs(32618)
    assert to_metres(utm) is utm
    for false_friend in (2263, 3857):
        assert to_metres(points.to_crs(false_friend)).crs.to_epsg() == 32618
        assert not is_metric(false_friend)
    assert not is_metric(None)


def test_to_metres_refuses_what_has_no_distance() -> None:
    bare = gpd.GeoSeries.from_xy([1], [1])
    with pytest.raises(ValueError, match="no coordinate reference system"):
        to_metres(bare)
    with pytest.raises(ValueError, match=r"declared as degrees .*x 981081"):
        to_metres(gpd.GeoSeries.from_xy([981081], [175710], crs=4326))
    degrees = gpd.GeoSeries.from_xy([-74], [40.7], crs=4326)
    with pytest.raises(ValueError, match="not a projected"):
        to_metres(degrees, 4269)
    with pytest.raises(ValueError, match="not a known coordinate"):
        to_metres(degrees, "EPSG:0")
    with pytest.raises(ValueError, match="no usable coordinates"):
        to_metres(gpd.GeoSeries([None], crs=4326))
    with pytest.raises(ValueError, match="geometry column is needed"):
        to_metres(gpd.GeoDataFrame({"a": [1]}))


# ---- point in area


@given(st.lists(st.tuples(st.integers(-2, 10), st.integers(-2, 10)), min_size=1, max_size=30))
def test_points_on_the_lattice_go_to_one_area_whatever_the_order(pairs: list) -> None:
    areas = grid(4).set_axis([f"t{i:02d}" for i in range(16)])
    points = gpd.GeoSeries([shapely.Point(x / 2, y / 2) for x, y in pairs], crs=32618)
    found = locate(points, areas)
    assert found.index.equals(points.index)
    assert found.equals(locate(points, areas.iloc[::-1]))
    for (x, y), area in zip(pairs, found, strict=True):
        holding = areas.index[areas.intersects(shapely.Point(x / 2, y / 2))]
        assert area == (min(holding) if len(holding) else None)


def test_locate_brings_points_to_the_areas_and_passes_over_missing_ones() -> None:
    areas = grid(2).set_axis(list("abcd")).rename_axis("geoid")
    areas.geometry = areas.geometry.scale(1000, 1000, origin=(0, 0)).translate(500_000, 4_500_000)
    points = gpd.GeoSeries(
        [shapely.Point(500_010, 4_500_010), None, shapely.Point(), shapely.Point(np.nan, np.nan)],
        index=list("wxyz"),
        crs=32618,
    )
    found = locate(points.to_crs(4326), areas)
    assert found.to_dict() == {"w": "a", "x": None, "y": None, "z": None}
    assert found.name == "geoid"
    with pytest.raises(ValueError, match="points: no coordinate"):
        locate(points.set_crs(None, allow_override=True), areas)
    with pytest.raises(ValueError, match="polygons: no coordinate"):
        locate(points, areas.set_crs(None, allow_override=True))


def test_implausible_points_name_the_usual_mistakes() -> None:
    city = gpd.GeoSeries([shapely.box(-74.26, 40.49, -73.70, 40.92)], crs=4326)
    told = {
        (-73.95, 40.7): "",
        (-73.5, 40.95): "",
        (40.7, -73.95): "latitude and longitude swapped",
        (73.95, 40.7): "longitude without its minus sign",
        (0, 0): "zero coordinates",
        (-118.2, 34.05): "far outside",
        (np.nan, 40.7): "no coordinates",
    }
    points = gpd.GeoSeries(gpd.points_from_xy(*np.array(list(told)).T), crs=4326)
    assert implausible_points(points, city).tolist() == list(told.values())
    metric = implausible_points(points.iloc[[0, 5]].to_crs(32618), city.to_crs(2263))
    assert metric.tolist() == ["", "far outside"]


# ---- ids


@pytest.mark.parametrize(
    "given_id",
    [
        "36005000100",
        36005000100,
        36005000100.0,
        np.float64(36005000100),
        "36005000100.0",
        " 36005000100 ",
        "'36005000100",
        '="36005000100"',
        "1400000US36005000100",
        "14000US36005000100",
        "140US36005000100",
        "G3600050000100",
    ],
)
def test_every_way_to_write_one_tract(given_id: object) -> None:
    done = geoid.repair(pd.Series([given_id]))
    assert done.ids.tolist() == ["36005000100"]
    assert done.refused.empty
    assert len(done.repaired) == (given_id != "36005000100")


@pytest.mark.parametrize(
    ("given_id", "reason"),
    [
        (None, "missing"),
        (np.nan, "missing"),
        ("", "missing"),
        ("36005", "5 digits where a tract has 11"),
        ("3600500010", "10 digits where a tract has 11"),
        ("03005000100", "no state has the code 03"),
        ("0500000US36005", "the id of a county, not of a tract"),
        ("G3600050", "the id of a county, not of a tract"),
        ("3.6005E+10", "digits lost or not a number"),
        ("tract 1", "not a number"),
        (3.5, "not a number"),
        ("٣٦٠٠٥٠٠٠١٠٠", "not a number"),
    ],
)
def test_ids_without_a_single_reading_are_refused(given_id: object, reason: str) -> None:
    done = geoid.repair(pd.Series([given_id]))
    assert done.ids.isna().all()
    assert done.refused["reason"].tolist() == [reason]
    assert done.repaired.empty


def test_lost_leading_zero_comes_back_where_a_state_begins_with_zero() -> None:
    done = geoid.repair(pd.Series([1001020100, "6037101110", 1001020100]), known={"01001020100"})
    assert done.ids.tolist()[::2] == ["01001020100"] * 2
    assert done.repaired[["reason", "rows"]].to_numpy().tolist() == [["lost leading zero", 2]]
    assert done.refused["reason"].tolist() == ["not among the known ids"]
    assert geoid.repair(pd.Series([1001]), "county").ids.tolist() == ["01001"]
    with pytest.raises(ValueError, match="Unknown level 'zip'; known: state, county"):
        geoid.repair(pd.Series([1]), "zip")


ids = st.one_of(
    st.none(),
    st.integers(0, 10**12),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=15),
    st.from_regex(r"\A(1400000US|G|=\")?\d{9,14}(\.0)?\Z"),
)


@settings(deadline=None, max_examples=50)
@given(st.lists(ids, max_size=15))
def test_repair_never_fails_is_idempotent_and_accounts_for_every_row(values: list) -> None:
    given_ids = pd.Series(values, dtype=object, index=range(5, 5 + len(values)))
    done = geoid.repair(given_ids)
    assert done.ids.index.equals(given_ids.index)
    assert done.ids.dropna().str.fullmatch(r"[0-9]{11}").all()
    assert set(done.ids.dropna().str[:2]) <= geoid.STATES
    again = geoid.repair(done.ids)
    pd.testing.assert_series_equal(again.ids, done.ids)
    assert again.repaired.empty
    untouched = sum(a == b for a, b in zip(given_ids, done.ids, strict=True))
    assert done.repaired["rows"].sum() + done.refused["rows"].sum() + untouched == len(values)


def test_vintage_is_told_only_when_one_year_stands_out() -> None:
    years = {2010: {"a", "b", "c"}, 2020: {"b", "c", "d"}}
    assert geoid.detect_vintage(["a", "b", "a", None], years).vintage == 2010
    assert geoid.detect_vintage(["b", "c"], years).vintage is None
    assert geoid.detect_vintage(["d", "x"], years).shares == {2010: 0, 2020: 0.5}
    assert geoid.detect_vintage([], years).vintage is None
    assert geoid.detect_vintage(["a"], {}).vintage is None


def test_connecticut_has_two_sets_of_counties() -> None:
    regions, former = ["09110010101", "09190000100"], ["09001010101", "09015900100"]
    assert geoid.connecticut_counties(pd.Series(regions)) == "planning regions"
    assert geoid.connecticut_counties(pd.Series(former)) == "counties"
    assert geoid.connecticut_counties(pd.Series(regions + former)) == "mixed"
    assert geoid.connecticut_counties(pd.Series(["36110010101", None])) == "none"


# ---- boundaries


def test_boundary_repair_reports_area_and_losses_and_is_idempotent() -> None:
    shapes = [
        BOW_TIE,
        shapely.box(5, 5, 6, 6),
        None,
        shapely.Polygon(),
        shapely.Point(1, 1),
        shapely.Polygon([(0, 0), (1, 0), (2, 0)]),
        shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (9, 9)])]),
    ]
    table = gpd.GeoDataFrame({"a": range(7)}, index=list("abcdefg"), geometry=shapes, crs=32618)
    done = boundaries.repair(table)
    assert done.table.index.tolist() == ["a", "b", "g"]
    assert done.table.is_valid.all()
    assert set(done.table.geom_type) <= {"Polygon", "MultiPolygon"}
    assert done.dropped["reason"].to_dict() == {
        "c": "no geometry",
        "d": "empty geometry",
        "e": "no area",
        "f": "no area",
    }
    assert done.repaired.loc["a", "area_after"] == 2
    assert "Self-intersection" in done.repaired.loc["a", "reason"]
    again = boundaries.repair(done.table)
    assert again.table.geom_equals_exact(done.table, 0).all()
    assert again.repaired.empty
    assert again.dropped.empty
    assert table.geometry["a"].equals_exact(BOW_TIE)


rings = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9)


@settings(deadline=None, max_examples=50)
@given(st.lists(rings, min_size=1, max_size=5))
def test_any_ring_is_mended_or_dropped_with_a_reason(corners: list) -> None:
    table = gpd.GeoDataFrame(geometry=[shapely.Polygon(ring) for ring in corners], crs=32618)
    done = boundaries.repair(table)
    assert len(done.table) + len(done.dropped) == len(table)
    assert done.table.is_valid.all()
    assert (done.table.area > 0).all()
    assert boundaries.repair(done.table).repaired.empty


def test_simplified_neighbours_keep_one_common_border() -> None:
    wave = [(50 + 3 * np.sin(y / 3), y) for y in range(101)]
    west = shapely.Polygon([(0, 0), *wave, (0, 100)])
    east = shapely.Polygon([(100, 0), *wave, (100, 100)])
    table = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[west, east], crs=32618)
    thin = boundaries.simplify(table, 20)
    assert thin.count_coordinates().sum() < table.count_coordinates().sum() / 2
    assert shapely.coverage_is_valid(thin.geometry.to_numpy())
    assert thin.area.sum() == pytest.approx(table.area.sum(), rel=1e-2)
    assert thin.columns.tolist() == table.columns.tolist()
    with pytest.raises(ValueError, match="0 metres or more"):
        boundaries.simplify(table, -1)
    with pytest.raises(ValueError, match="no coordinate"):
        boundaries.simplify(table.set_crs(None, allow_override=True), 1)


@given(st.integers(1, 6))
def test_outlines_of_a_grid(side: int) -> None:
    areas = grid(side)
    outline = boundaries.outlines(areas)
    assert outline.index.tolist() == ["all"]
    assert outline.length["all"] == 4 * side
    rows = boundaries.outlines(areas, "row")
    assert rows.index.tolist() == list(range(side))
    assert (rows.length == 2 * side + 2).all()


def test_outline_draws_holes() -> None:
    ring = grid(3).drop(index=4)
    assert boundaries.outlines(ring).length["all"] == 16


@pytest.mark.mirror
def test_new_york_city_boundaries(mirror: Path) -> None:
    zones = gpd.read_file(mirror / "nyc" / "school_zones" / "zones.geojson")
    done = boundaries.repair(zones)
    assert len(done.repaired) == 4
    assert done.dropped.empty
    assert done.repaired["area_change"].abs().max() < 1e-9
    tracts = gpd.read_file(mirror / "nyc" / "nyc_tracts" / "census_tract_2020.geojson")
    thin = boundaries.simplify(tracts, 20)
    assert thin.is_valid.all()
    assert not thin.is_empty.any()
    assert thin.count_coordinates().sum() < 0.25 * tracts.count_coordinates().sum()
    area = to_metres(tracts).area
    assert (to_metres(thin).area / area - 1).abs().median() < 0.005
    assert geoid.repair(tracts["geoid"]).repaired.empty
    older = gpd.read_file(mirror / "nyc" / "nyc_tracts" / "census_tract_2010.geojson")
    years = {2010: set(older["geoid"]), 2020: set(tracts["geoid"])}
    assert geoid.detect_vintage(older["geoid"], years).vintage == 2010
    assert geoid.detect_vintage(tracts["geoid"], years).vintage == 2020
