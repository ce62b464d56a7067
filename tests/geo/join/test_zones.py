"""Attendance zones: children of a zone go to its schools, whatever the zones look like."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.panel import Panel
from geo.areas.crosswalk import overlap_areas, shared_faces
from geo.catchment import METHODS, build_catchment
from geo.join.zones import ZonesFit, fit_zones

X, Y, SIZE = 500_000, 4_500_000, 1000


def square(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Draw a box in kilometres."""
    return shapely.box(X + west * SIZE, Y + south * SIZE, X + east * SIZE, Y + north * SIZE)


def make_tracts(children: list[float], side: int = 3) -> gpd.GeoDataFrame:
    shapes = [
        square(i % side, i // side, i % side + 1, i // side + 1) for i in range(len(children))
    ]
    ids = [f"99001{i:06d}" for i in range(len(children))]
    table = gpd.GeoDataFrame({"children": children}, index=ids, geometry=shapes, crs=32618)
    return table.rename_axis("geoid")


def make_zones(rows: list[tuple], crs: object = 32618) -> gpd.GeoDataFrame:
    columns = ["zone_id", "school_id", "level", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=crs)


def make_schools(rows: dict[str, tuple]) -> gpd.GeoDataFrame:
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["enrolled", "level", "school_type", "x", "y"]
    )
    points = gpd.points_from_xy(X + table["x"] * SIZE, Y + table["y"] * SIZE, crs=32618)
    shapes = gpd.GeoSeries(points, index=table.index).where(table["x"].notna(), None)
    return gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=shapes, crs=32618)


def plain(enrolled: float | None, level: str = "elementary", kind: str = "General") -> tuple:
    return (enrolled, level, kind, 1.5, 1.5)


def told(fit: ZonesFit, word: str) -> tuple[str, ...]:
    return tuple(name for _, reason, ids in fit.ledger if word in reason for name in ids)


def share_of(fit: ZonesFit, school: str) -> dict[str, float]:
    rows = fit.table[fit.table["school_id"] == school]
    return {geoid[-1]: round(share, 9) for geoid, share in zip(rows.geoid, rows.share, strict=True)}


NINE = make_tracts([10.0, 20, 30, 0, 40, np.nan, 50, 60, 70])
WHOLE = square(0, 0, 3, 3)

edge = st.integers(-2, 8).map(lambda half: half / 2)
rectangles = st.tuples(edge, edge, st.integers(1, 6), st.integers(1, 6)).map(
    lambda four: square(four[0], four[1], four[0] + four[2] / 2, four[1] + four[3] / 2)
)
outlines = st.one_of(rectangles, st.none(), st.just(shapely.Polygon()))
levels = st.sampled_from(["elementary", "middle", "high", "k8", "k12", "unknown"])
zone_rows = st.lists(
    st.tuples(
        st.sampled_from(["z1", "z2", "z3"]),
        st.sampled_from(["a", "b", "c", "stranger", None]),
        levels,
        outlines,
    ),
    max_size=8,
)
school_rows = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 900)), levels, st.sampled_from(["", "Charter"])),
    min_size=1,
    max_size=3,
)


@settings(max_examples=80)
@given(zone_rows, school_rows, st.lists(st.floats(0, 500), min_size=9, max_size=9))
def test_students_in_are_students_out_in_every_world(
    rows: list[tuple], given_schools: list[tuple], children: list[float]
) -> None:
    children[4] = 25.0
    schools = make_schools(
        {
            name: (*row, i, i)
            for i, (name, row) in enumerate(zip("abc", given_schools, strict=False))
        }
    )
    fit = fit_zones(schools, make_tracts(children), make_zones(rows))
    share = fit.table.groupby("school_id")["share"].sum()
    assert set(share.index) == set(schools.index)
    np.testing.assert_allclose(share, 1, rtol=0, atol=1e-9)
    students = fit.table.groupby("school_id")["students"].sum()
    enrolled = schools["enrolled"].astype(float).fillna(0)
    np.testing.assert_allclose(students, enrolled[students.index], rtol=1e-9, atol=1e-9)
    assert (fit.table["share"] > 0).all()
    assert not fit.table.duplicated(["school_id", "geoid"]).any()
    assert fit.method.isin(["zones", "gravity"]).all()
    assert (fit.why != "").all()


@given(st.lists(rectangles, min_size=1, max_size=6))
def test_no_child_of_an_overlap_is_counted_twice(shapes: list[shapely.Polygon]) -> None:
    found = shared_faces(np.array(shapes, dtype=object))
    own = shapely.area(shapes) - found.members @ (
        shapely.area(found.faces) * (1 - 1 / np.maximum(found.cover, 1))
    )
    assert own.sum() == pytest.approx(shapely.union_all(shapes).area, rel=1e-9)
    assert (found.cover >= 2).all()


@given(st.lists(rectangles, min_size=1, max_size=6), st.lists(rectangles, min_size=1, max_size=6))
def test_overlap_areas_are_those_of_one_pair_at_a_time(
    left: list[shapely.Polygon], right: list[shapely.Polygon]
) -> None:
    found = overlap_areas(np.array(left, dtype=object), np.array(right, dtype=object)).toarray()
    wanted = [[one.intersection(other).area for other in right] for one in left]
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-6)


def test_children_weigh_not_area() -> None:
    fit = fit_zones(
        make_schools({"a": plain(100)}),
        NINE,
        make_zones([("z", "a", "elementary", square(0, 0, 2.5, 1))]),
    )
    assert share_of(fit, "a") == pytest.approx({"0": 10 / 45, "1": 20 / 45, "2": 15 / 45})
    assert fit.method["a"] == "zones"
    assert fit.pieces == 3


def test_parks_and_water_get_nobody() -> None:
    zones = make_zones([("z", "a", "elementary", square(0, 0, 3, 2))])
    park = gpd.GeoDataFrame(geometry=[square(1, 0, 2, 0.5), square(0, 0, 1, 1)], crs=32618)
    half = make_zones([("z", "a", "elementary", square(0, 0, 3, 0.5))])
    fit = fit_zones(make_schools({"a": plain(100)}), NINE, zones)
    assert not {"3", "5"} & set(share_of(fit, "a"))
    cut = fit_zones(make_schools({"a": plain(100)}), NINE, half, uninhabited=park)
    assert share_of(cut, "a") == pytest.approx({"0": 0.25, "2": 0.75})


def test_schools_of_one_zone_draw_alike_and_a_school_of_two_zones_adds_them() -> None:
    zones = make_zones(
        [
            ("z1", "a", "elementary", square(0, 0, 1, 1)),
            ("z1", "b", "elementary", square(0, 0, 1, 1)),
            ("z2", "b", "elementary", square(1, 0, 2, 1)),
        ]
    )
    fit = fit_zones(make_schools({"a": plain(300), "b": plain(100)}), NINE, zones)
    assert share_of(fit, "a") == {"0": 1.0}
    assert share_of(fit, "b") == pytest.approx({"0": 2.5 / 22.5, "1": 20 / 22.5})


@pytest.mark.parametrize("enrolled", [0, None])
def test_a_school_without_students_still_has_shares(enrolled: float | None) -> None:
    zones = make_zones(
        [(zone, school, "elementary", WHOLE) for zone, school in [("z", "a"), ("z", "b")]]
    )
    fit = fit_zones(make_schools({"a": plain(enrolled), "b": plain(80)}), NINE, zones)
    assert share_of(fit, "a") == share_of(fit, "b")
    assert fit.table.groupby("school_id")["students"].sum().round(9).to_dict() == {"a": 0, "b": 80}


def test_elementary_and_middle_zones_weigh_by_their_grades() -> None:
    zones = make_zones(
        [
            ("e", "a", "elementary", square(0, 0, 1, 1)),
            ("m", "a", "middle", square(1, 0, 2, 1)),
        ]
    )
    fit = fit_zones(make_schools({"a": plain(90, "k8")}), NINE, zones)
    assert share_of(fit, "a") == pytest.approx({"0": 60 / 120, "1": 60 / 120})
    assert not told(fit, "overlap")


def test_an_overlap_is_split_between_the_zones() -> None:
    zones = make_zones(
        [
            ("w", "a", "elementary", square(0, 0, 2, 1)),
            ("e", "b", "elementary", square(1, 0, 3, 1)),
        ]
    )
    fit = fit_zones(make_schools({"a": plain(20), "b": plain(40)}), NINE, zones)
    assert share_of(fit, "a") == pytest.approx({"0": 0.5, "1": 0.5})
    assert share_of(fit, "b") == pytest.approx({"1": 0.25, "2": 0.75})
    assert told(fit, "overlap:") == ("w", "e")


@pytest.mark.parametrize(
    ("zone", "served"),
    [
        ("elementary", {"early", "elementary", "k8", "k12"}),
        ("middle", {"k8", "middle", "secondary", "k12"}),
        ("high", {"secondary", "high", "k12"}),
    ],
)
def test_a_zone_serves_the_levels_of_its_grades(zone: str, served: set[str]) -> None:
    known = ["early", "elementary", "k8", "middle", "secondary", "high", "k12"]
    schools = make_schools({level: plain(10, level) for level in known})
    zones = make_zones([("z", level, zone, square(0, 0, 1, 1)) for level in known])
    fit = fit_zones(schools, NINE, zones)
    assert set(fit.method.index[fit.method == "zones"]) == served
    assert len(told(fit, "does not fit")) == len(known) - len(served)
    left = fit.why[fit.method == "gravity"]
    assert left.str.contains(f"serves level {zone}").all()


@pytest.mark.parametrize(
    "kind",
    ["Charter", "Special Education", "Alternative", "Transfer School", "Career Technical",
     "Virtual", "Home School", "Magnet program"],
)  # fmt: skip
def test_types_that_draw_from_everywhere_fall_to_gravity(kind: str) -> None:
    zones = make_zones([("z", name, "elementary", square(0, 0, 1, 1)) for name in "ab"])
    fit = fit_zones(
        make_schools({"a": plain(5), "b": plain(30, "elementary", kind)}), NINE, zones, k=9
    )
    assert fit.method.to_dict() == {"a": "zones", "b": "gravity"}
    assert kind in fit.why["b"]
    assert told(fit, "its type draws from everywhere") == ("b",)
    assert share_of(fit, "a") == {"0": 1.0}


def test_gravity_gets_the_children_whom_zones_leave() -> None:
    tracts = make_tracts([100.0, 100.0], side=2)
    schools = make_schools(
        {"a": (90, "elementary", "", 1, 0.5), "c": (110, "elementary", "Charter", 1, 0.5)}
    )
    zones = make_zones([("z", "a", "elementary", square(0, 0, 1, 1))])
    fit = fit_zones(schools, tracts, zones)
    assert share_of(fit, "c") == pytest.approx({"0": 10 / 110, "1": 100 / 110}, rel=1e-6)
    assert fit.gravity is not None
    assert fit.gravity.converged


def test_strange_zones_are_told_and_cost_no_student() -> None:
    bow_tie = shapely.Polygon([(X, Y), (X + 2000, Y + 2000), (X + 2000, Y), (X, Y + 2000)])
    zones = make_zones(
        [
            ("bow", "a", "elementary", bow_tie),
            ("null", "b", "elementary", None),
            ("empty", "b", "elementary", shapely.Polygon()),
            ("line", "b", "elementary", shapely.LineString([(X, Y), (X + 5, Y)])),
            ("none", None, "elementary", square(2, 2, 3, 3)),
            ("blank", " ", "elementary", square(2, 1, 3, 2)),
            ("strange", "ghost", "elementary", square(2, 0, 3, 1)),
            ("sea", "c", "elementary", square(90, 90, 91, 91)),
            ("twice", "d", "elementary", square(0, 2, 1, 3)),
            ("twice", "d", "elementary", square(0, 2, 1, 3)),
        ]
    )
    schools = make_schools({name: plain(10) for name in "abcd"} | {"e": (10, "k8", "", None, None)})
    fit = fit_zones(schools, NINE, zones)
    assert fit.method.to_dict() == {
        "a": "zones", "b": "gravity", "c": "gravity", "d": "zones", "e": "none"
    }  # fmt: skip
    assert told(fit, "mended: Self-intersection") == ("bow",)
    assert told(fit, "no geometry") == ("null",)
    assert told(fit, "empty geometry") == ("empty",)
    assert told(fit, "no area") == ("line",)
    assert told(fit, "names no school") == ("none", "blank")
    assert told(fit, "unknown school") == ("ghost",)
    assert told(fit, "outside all tracts") == ("sea",)
    assert told(fit, "names a school twice") == ("d in zone twice",)
    assert told(fit, "no point") == ("e",)
    assert told(fit, "without a count of children") == ("99001000005",)
    assert "99001000007" in told(fit, "in no zone for the elementary")
    assert fit.table["students"].sum() == pytest.approx(40, abs=1e-9)


def test_a_zone_without_children_falls_to_gravity() -> None:
    zones = make_zones([("z", "a", "elementary", square(0, 1, 1, 2))])
    fit = fit_zones(make_schools({"a": plain(10)}), NINE, zones)
    assert fit.method["a"] == "gravity"
    assert fit.why["a"].startswith("No resident children")


@pytest.mark.parametrize("crs", [4326, 2263, 32617])
def test_another_coordinate_system_gives_the_same_answer(crs: int) -> None:
    rows = [("w", "a", "elementary", square(0, 0, 1.5, 3)), ("e", "b", "middle", WHOLE)]
    schools = make_schools({"a": plain(10), "b": plain(10, "middle")})
    wanted = fit_zones(schools, NINE, make_zones(rows)).table
    other = fit_zones(schools, NINE.to_crs(4326), make_zones(rows).to_crs(crs)).table
    joined = wanted.merge(other, on=["school_id", "geoid"], how="outer")
    assert (joined["share_x"].fillna(0) - joined["share_y"].fillna(0)).abs().max() < 1e-3


def test_false_and_missing_coordinate_systems_are_refused() -> None:
    rows = [("z", "a", "elementary", WHOLE)]
    schools = make_schools({"a": plain(10)})
    with pytest.raises(ValueError, match="zones: no coordinate reference system"):
        fit_zones(schools, NINE, make_zones(rows, None))
    with pytest.raises(ValueError, match="zones: declared as degrees"):
        fit_zones(schools, NINE, make_zones(rows, 4326))
    with pytest.raises(ValueError, match="tracts: no coordinate reference system"):
        fit_zones(schools, NINE.set_crs(None, allow_override=True), make_zones(rows))


def test_unusable_tables_are_refused() -> None:
    schools = make_schools({"a": plain(10)})
    with pytest.raises(ValueError, match="columns level are needed"):
        fit_zones(schools, NINE, make_zones([]).drop(columns="level"))
    with pytest.raises(ValueError, match="level 'primary' of zone z is unknown"):
        fit_zones(schools, NINE, make_zones([("z", "a", "primary", WHOLE)]))
    with pytest.raises(ValueError, match="none has both"):
        fit_zones(schools, make_tracts([0.0]), make_zones([]))


def test_without_zones_everything_is_gravity() -> None:
    schools = make_schools({"a": plain(10), "b": (20, "high", "", 0.5, 0.5)})
    fit = fit_zones(schools, NINE, make_zones([]))
    gravity = build_catchment("gravity", schools, NINE)
    pd.testing.assert_frame_equal(fit.table, gravity[fit.table.columns], check_exact=False)
    assert (fit.method == "gravity").all()


def test_zones_need_no_points() -> None:
    schools = pd.DataFrame({"enrolled": [10, 5]}, index=["a", "b"])
    zones = make_zones([("z", "a", "elementary", WHOLE)])
    fit = fit_zones(schools, NINE, zones)
    assert fit.method.to_dict() == {"a": "zones", "b": "none"}
    assert fit.gravity is None
    assert "1 schools by their attendance zones" in fit.summary()


def test_the_registry_knows_zones() -> None:
    assert "zones" in METHODS
    schools = make_schools({"a": plain(10)})
    zones = make_zones([("z", "a", "elementary", WHOLE)])
    made = build_catchment("zones", schools, NINE, zones=zones)
    pd.testing.assert_frame_equal(made, fit_zones(schools, NINE, zones).table)


@pytest.mark.oracle
def test_plain_areal_weighting_is_that_of_r(oracles: Path) -> None:
    folder = oracles / "areal_sf_nc_grid"
    wanted = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    source = gpd.read_file(folder / "source.geojson")
    target = gpd.read_file(folder / "target.geojson").set_index("gid")
    target = target.loc[wanted["gid"]]
    shared = overlap_areas(target.geometry.to_numpy(), source.geometry.to_numpy())
    totals = shared @ (source[["BIR74", "SID74"]].to_numpy() / source.area.to_numpy()[:, None])
    means = shared @ source["NWBIR74"].to_numpy() / shared.sum(axis=1)
    made = pd.DataFrame(totals, target.index, ["BIR74", "SID74"]).assign(NWBIR74=means)
    np.testing.assert_allclose(made["BIR74"], wanted["BIR74_extensive"], rtol=1e-9)
    np.testing.assert_allclose(made["SID74"], wanted["SID74_extensive"], rtol=1e-9)
    np.testing.assert_allclose(made["NWBIR74"], wanted["NWBIR74_intensive"], rtol=1e-9)
    assert made["BIR74"].sum() == pytest.approx(wanted["total_BIR74"], rel=1e-9)


@pytest.mark.mirror
def test_new_york_city(nyc_panel: Panel) -> None:
    enrolled = nyc_panel.catchment.groupby("school_id")["students"].sum()
    schools = nyc_panel.schools.assign(enrolled=enrolled.reindex(nyc_panel.schools.index))
    fit = fit_zones(schools, nyc_panel.tracts.to_crs(nyc_panel.area.crs), nyc_panel.zones)
    number = fit.method.value_counts()
    assert number.to_dict() == {"zones": 829, "gravity": 763, "none": 10}
    share = fit.table.groupby("school_id")["share"].sum()
    np.testing.assert_allclose(share, 1, rtol=0, atol=1e-9)
    joined = fit.method.index[fit.method != "none"]
    assert fit.table["students"].sum() == pytest.approx(schools["enrolled"][joined].sum(), rel=1e-9)
    high = schools.index[schools["level"] == "high"]
    assert fit.method[high].ne("zones").all()
    assert len(told(fit, "names no school")) == 66
    assert 11_000 < fit.pieces < 12_000
