"""The join: students in = students out, whatever the schools and tracts."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geo.catchment import METHODS, NEEDS, build_catchment
from geo.join.balance import balance
from geo.join.gravity import fit_gravity
from geo.shares import share_matrix


def make_tracts(children: list[float], crs: object = 32618, width: float = 700) -> gpd.GeoDataFrame:
    side = int(np.ceil(np.sqrt(len(children))))
    corner = [(width * (i % side), 4_500_000 + width * (i // side)) for i in range(len(children))]
    shapes = [shapely.box(500_000 + x, y, 500_000 + x + width, y + width) for x, y in corner]
    ids = [f"99001{i:06d}" for i in range(len(children))]
    table = gpd.GeoDataFrame({"children": children}, index=ids, geometry=shapes, crs=32618)
    return table.rename_axis("geoid").to_crs(crs)


def make_schools(
    enrolled: list[float | None], places: list[tuple[float, float]], crs: object = 32618
) -> gpd.GeoDataFrame:
    points = [shapely.Point(500_000 + x, 4_500_000 + y) for x, y in places]
    ids = [f"s{i}" for i in range(len(enrolled))]
    frame = gpd.GeoDataFrame({"enrolled": enrolled}, index=ids, geometry=points, crs=32618)
    return frame.rename_axis("school_id").to_crs(crs)


worlds = st.integers(1, 30).flatmap(
    lambda tracts: st.tuples(
        st.lists(
            st.one_of(st.just(0.0), st.just(np.nan), st.floats(1, 5000)),
            min_size=tracts,
            max_size=tracts,
        ).filter(lambda children: np.nansum(children) > 0),
        st.lists(
            st.tuples(
                st.one_of(st.none(), st.integers(0, 4000)),
                st.integers(-2000, 6000),
                st.integers(-2000, 6000),
            ),
            min_size=1,
            max_size=12,
        ),
        st.integers(1, 40),
        st.floats(0.05, 20),
    )
)


@settings(max_examples=60, deadline=None)
@given(worlds)
def test_gravity_conserves_students_in_every_world(world: tuple) -> None:
    children, sites, k, scale = world
    tracts = make_tracts(children)
    schools = make_schools([n for n, _, _ in sites], [(x, y) for _, x, y in sites])
    schools["enrolled"] = schools["enrolled"].astype("Int64")
    fit = fit_gravity(schools, tracts, k=k, scale_km=scale, max_iterations=60)
    table = fit.table
    assert list(table.columns) == ["school_id", "geoid", "share", "students"]
    by_school = table.groupby("school_id")[["share", "students"]].sum()
    assert set(by_school.index) == set(schools.index)
    assert np.abs(by_school["share"] - 1).max() <= 1e-12
    expected = schools["enrolled"].fillna(0).astype(float)[by_school.index]
    assert np.allclose(by_school["students"], expected, rtol=1e-12, atol=0)
    assert (table["share"] > 0).all()
    assert not table.duplicated(["school_id", "geoid"]).any()
    assert (tracts["children"][table["geoid"]] > 0).all()
    assert table.groupby("school_id").size().max() <= k
    assert not (expected.sum() == 0 and fit.iterations)
    assert isinstance(fit.summary(), str)


def test_gravity_meets_both_totals_where_it_can() -> None:
    tracts = make_tracts([100.0, 300, 50, 250])
    schools = make_schools([70, 30], [(350, 350), (1050, 1050)])
    fit = fit_gravity(schools, tracts, tolerance=1e-9)
    assert fit.converged
    received = fit.table.groupby("geoid")["students"].sum()
    assert np.allclose(received, tracts["children"] * 100 / 700, rtol=1e-8)
    assert fit.tract_error_max <= 1e-9
    assert fit.unreached == fit.not_located == fit.not_balanced == ()


def test_gravity_says_so_when_totals_cannot_be_met() -> None:
    tracts = make_tracts([100.0] * 16)
    schools = make_schools([90, 10], [(0, 0), (2800, 2800)])
    fit = fit_gravity(schools, tracts, k=2)
    assert not fit.converged
    assert fit.settled
    assert len(fit.unreached) == 12
    assert fit.tract_error_max == pytest.approx(0.8, abs=0.01)
    assert "only approached" in fit.summary()
    stopped = fit_gravity(schools, tracts, k=15, tolerance=1e-12, max_iterations=1)
    assert (stopped.iterations, stopped.converged, stopped.settled) == (1, False, False)
    assert "limit on rounds" in stopped.summary()


def test_gravity_prefers_near_tracts_and_many_children() -> None:
    tracts = make_tracts([100.0] * 9)
    school = make_schools([0], [(350, 350)])
    share = fit_gravity(school, tracts, scale_km=0.5).table.set_index("geoid")["share"]
    assert share.idxmax() == "99001000000"
    expected = np.exp(-700 / 500)
    assert share["99001000001"] / share["99001000000"] == pytest.approx(expected, rel=1e-9)
    more = make_tracts([100.0, 300.0])
    share = fit_gravity(school, more, scale_km=0.5).table.set_index("geoid")["share"]
    assert share["99001000001"] / share["99001000000"] == pytest.approx(3 * expected, rel=1e-9)


def test_gravity_gives_schools_at_one_point_the_same_shares() -> None:
    tracts = make_tracts([100.0, 20, 30, 400])
    schools = make_schools([10, 500, None], [(400, 400)] * 3)
    table = fit_gravity(schools, tracts).table
    share = {name: part["share"].to_numpy() for name, part in table.groupby("school_id")}
    assert np.allclose(share["s0"], share["s1"], rtol=1e-12)
    assert share["s2"].sum() == pytest.approx(1, abs=1e-12)


def test_gravity_leaves_out_schools_without_a_point_and_lists_them() -> None:
    tracts = make_tracts([100.0, 20])
    schools = make_schools([10, 20, 30, 40], [(0, 0)] * 4)
    schools.geometry = [shapely.Point(5e5, 4.5e6), None, shapely.Point(), shapely.Point(np.nan, 1)]
    fit = fit_gravity(schools.set_crs(32618), tracts)
    assert fit.not_located == ("s1", "s2", "s3")
    assert set(fit.table["school_id"]) == {"s0"}
    none = fit_gravity(schools.iloc[1:], tracts)
    assert none.table.empty
    assert np.isnan(none.mean_km)


def test_gravity_of_a_far_school_does_not_vanish() -> None:
    tracts = make_tracts([100.0, 20])
    fit = fit_gravity(make_schools([10], [(4e5, 0)]), tracts, scale_km=0.1)
    assert fit.table["share"].sum() == pytest.approx(1, abs=1e-12)


def test_gravity_is_the_same_in_degrees_and_in_metres_and_in_any_row_order() -> None:
    tracts, schools = make_tracts([100.0, 20, 30, 400]), make_schools([7, 9], [(0, 0), (900, 300)])
    plain = fit_gravity(schools, tracts).table
    degrees = fit_gravity(schools.to_crs(4326), tracts.to_crs(4326)).table
    pd.testing.assert_frame_equal(plain, degrees, rtol=1e-5)
    feet = fit_gravity(schools.to_crs(4326), tracts.to_crs(2263)).table
    pd.testing.assert_frame_equal(plain, feet, rtol=1e-5)
    again = fit_gravity(schools, tracts).table
    pd.testing.assert_frame_equal(plain, again, check_exact=True)
    turned = fit_gravity(schools.iloc[::-1], tracts.iloc[::-1]).table
    keys = ["school_id", "geoid"]
    pd.testing.assert_frame_equal(
        plain.sort_values(keys, ignore_index=True), turned.sort_values(keys, ignore_index=True)
    )


def test_gravity_takes_a_scale_for_each_level() -> None:
    tracts = make_tracts([100.0] * 9)
    schools = make_schools([0, 0], [(350, 350)] * 2).assign(level=["elementary", "high"])
    fit = fit_gravity(schools, tracts, scale_km={"elementary": 0.3, "high": 3.0})
    widest = fit.table.groupby("school_id")["share"].max()
    assert widest["s0"] > 2 * widest["s1"]
    with pytest.raises(ValueError, match="no distance for the levels high"):
        fit_gravity(schools, tracts, scale_km={"elementary": 0.3})
    with pytest.raises(ValueError, match="'level' is needed"):
        fit_gravity(schools.drop(columns="level"), tracts, scale_km={"high": 1.0})


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"k": 0}, "k must be"),
        ({"k": 2.5}, "k must be"),
        ({"scale_km": 0}, "scale_km must be positive"),
        ({"scale_km": np.nan}, "scale_km must be positive"),
        ({"tolerance": 0}, "tolerance must lie"),
        ({"max_iterations": 0}, "max_iterations must be"),
    ],
)
def test_gravity_refuses_parameters_out_of_range(parameters: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fit_gravity(make_schools([5], [(0, 0)]), make_tracts([5.0]), **parameters)


def test_gravity_refuses_tables_it_cannot_read() -> None:
    schools, tracts = make_schools([5, 6], [(0, 0)] * 2), make_tracts([5.0, 6])
    bare = tracts.set_crs(None, allow_override=True)
    with pytest.raises(ValueError, match="tracts: no coordinate reference system"):
        fit_gravity(schools, bare)
    with pytest.raises(ValueError, match="schools: no coordinate reference system"):
        fit_gravity(schools.set_crs(None, allow_override=True), tracts)
    with pytest.raises(ValueError, match="schools: declared as degrees"):
        fit_gravity(schools.set_crs(4326, allow_override=True), tracts)
    with pytest.raises(ValueError, match="'enrolled' is needed"):
        fit_gravity(schools.drop(columns="enrolled"), tracts)
    with pytest.raises(ValueError, match="'children' is needed"):
        fit_gravity(schools, tracts.drop(columns="children"))
    with pytest.raises(ValueError, match="negative or infinite, first at s1"):
        fit_gravity(schools.assign(enrolled=[1, -4]), tracts)
    with pytest.raises(ValueError, match="school_id: ids must be unique; repeated: s0"):
        fit_gravity(schools.set_axis(["s0", "s0"]), tracts)
    with pytest.raises(ValueError, match="resident children above 0"):
        fit_gravity(schools, tracts.assign(children=[0.0, np.nan]))


def test_building_takes_the_named_tract_or_the_one_around_the_point() -> None:
    tracts = make_tracts([5.0, 6, 7, 8], crs=4326)
    schools = make_schools([10, 20, None, 40], [(10, 10), (800, 800), (10, 10), (99999, 0)])
    by_point = build_catchment("building", schools, tracts)
    assert by_point["school_id"].tolist() == ["s0", "s1", "s2"]
    assert by_point["geoid"].tolist() == ["99001000000", "99001000003", "99001000000"]
    assert by_point["students"].tolist() == [10, 20, 0]
    named = schools.assign(geoid=["99001000002", None, None, "99001000001"])
    assert build_catchment("building", named, tracts)["geoid"].tolist() == [
        "99001000002",
        "99001000003",
        "99001000000",
        "99001000001",
    ]
    plain = pd.DataFrame(named.drop(columns="geometry"))
    assert len(build_catchment("building", plain, tracts)) == 2


def test_building_refuses_unknown_tracts_and_nothing_to_go_by() -> None:
    tracts, schools = make_tracts([5.0]), make_schools([10], [(10, 10)])
    with pytest.raises(ValueError, match="36005000100"):
        build_catchment("building", schools.assign(geoid="36005000100"), tracts)
    with pytest.raises(ValueError, match="'geoid' or points"):
        build_catchment("building", pd.DataFrame({"enrolled": [1]}, index=["s"]), tracts)


def test_ids_may_stand_in_columns() -> None:
    tracts, schools = make_tracts([5.0, 9]), make_schools([10, 20], [(10, 10), (800, 10)])
    for method in set(METHODS) - set(NEEDS):
        plain = build_catchment(method, schools, tracts)
        columns = build_catchment(method, schools.reset_index(), tracts.reset_index())
        pd.testing.assert_frame_equal(plain, columns)


def test_unknown_method_lists_the_known() -> None:
    with pytest.raises(
        ValueError, match=r"Unknown catchment method 'voronoi'; known: supplied, zones, g"
    ):
        build_catchment("voronoi", make_schools([1], [(0, 0)]), make_tracts([1.0]))


def test_gravity_method_is_the_fits_table() -> None:
    tracts, schools = make_tracts([5.0, 9]), make_schools([10, 20], [(10, 10), (800, 10)])
    table = build_catchment("gravity", schools, tracts, scale_km=2.0, k=1)
    pd.testing.assert_frame_equal(table, fit_gravity(schools, tracts, scale_km=2.0, k=1).table)


def test_inputs_are_not_written_to() -> None:
    tracts, schools = make_tracts([5.0, np.nan], 4326), make_schools([10, None], [(10, 10)] * 2)
    named = schools.assign(geoid=[None, "99001000000"])
    before = tracts.copy(), named.copy()
    for method in set(METHODS) - set(NEEDS):
        build_catchment(method, named, tracts)
    pd.testing.assert_frame_equal(before[0], tracts)
    pd.testing.assert_frame_equal(before[1], named)


def test_share_matrix_reads_every_form_alike() -> None:
    table = pd.DataFrame(
        {"school_id": ["b", "a", "a"], "geoid": ["2", "1", "3"], "share": [1.0, 0.4, 0.6]}
    )
    schools, geoids = ["a", "none", "b"], ["1", "2", "3"]
    dense = [[0.4, 0, 0.6], [0, 0, 0], [0, 1, 0]]
    series = table.set_index(["school_id", "geoid"])["share"]
    forms = [table, series, series.swaplevel(), series.rename_axis([None, None]), np.array(dense)]
    for form in [*forms, csr_array(dense)]:
        matrix = share_matrix(form, schools, geoids)
        assert isinstance(matrix, csr_array)
        assert matrix.toarray().tolist() == dense


def test_share_matrix_refuses_what_would_lose_students() -> None:
    table = pd.DataFrame({"school_id": ["a", "a"], "geoid": ["1", "9"], "share": [0.4, 0.6]})
    with pytest.raises(ValueError, match="1 tracts of the catchment are not among the geoids: 9"):
        share_matrix(table, ["a"], ["1"])
    assert share_matrix(table, ["other"], ["1"]).nnz == 0
    with pytest.raises(ValueError, match=r"given twice .* first school a with tract 1"):
        share_matrix(table.assign(geoid="1"), ["a"], ["1"])
    with pytest.raises(ValueError, match="fractions from 0 to 1"):
        share_matrix(table.assign(share=[0.4, np.nan]), ["a"], ["1", "9"])
    with pytest.raises(ValueError, match=r"shape \(2, 2\) do not fit 1 schools by 2 tracts"):
        share_matrix(np.zeros((2, 2)), ["a"], ["1", "9"])
    with pytest.raises(ValueError, match="lacks the columns share"):
        share_matrix(table.drop(columns="share"), ["a"], ["1"])
    with pytest.raises(ValueError, match="two index levels"):
        share_matrix(table["share"], ["a"], ["1"])
    with pytest.raises(ValueError, match="school_ids: labels repeat"):
        share_matrix(table, ["a", "a"], ["1"])


@given(worlds)
@settings(max_examples=25, deadline=None)
def test_students_in_are_students_out_of_the_matrix(world: tuple) -> None:
    children, sites, k, scale = world
    tracts = make_tracts(children)
    schools = make_schools([n or 0 for n, _, _ in sites], [(x, y) for _, x, y in sites])
    table = build_catchment("gravity", schools, tracts, k=k, scale_km=scale, max_iterations=20)
    matrix = share_matrix(table, schools.index, tracts.index)
    counted = matrix.T @ schools["enrolled"].to_numpy(float)
    assert counted.sum() == pytest.approx(schools["enrolled"].sum(), rel=1e-9, abs=1e-9)


def test_balance_refuses_what_it_cannot_divide() -> None:
    ones = np.ones(2)
    for matrix, rows, columns in [
        (csr_array((0, 2)), np.ones(0), ones),
        (csr_array([[1.0, 1.0], [0, 0]]), ones, ones),
        (csr_array([[1.0, -1.0], [1, 1]]), ones, ones),
        (csr_array([[1.0, 1.0], [1, 1]]), ones, np.array([1.0, 0])),
        (csr_array([[1.0, 1.0], [1, 1]]), np.array([1.0, 0]), ones),
    ]:
        with pytest.raises(ValueError, match="Balancing needs"):
            balance(matrix, rows, columns)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_balance_keeps_the_odds_ratios_of_its_seed(rows: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.uniform(0.5, 2, (rows, columns))
    row_totals = rng.uniform(1, 9, rows)
    column_totals = rng.dirichlet(np.full(columns, 5.0)) * row_totals.sum()
    fit = balance(csr_array(table), row_totals, column_totals, tolerance=1e-10)
    fitted = fit.matrix.toarray()
    assert fit.converged
    assert np.allclose(fitted.sum(axis=1), row_totals, rtol=1e-12)
    assert np.allclose(fitted.sum(axis=0), column_totals, rtol=1e-9)
    scaled = np.log(fitted / table)
    interaction = scaled - scaled.mean(0) - scaled.mean(1)[:, None] + scaled.mean()
    assert np.abs(interaction).max() <= 1e-9


@pytest.mark.mirror
def test_new_york_city_schools(mirror: Path) -> None:
    city = mirror / "nyc"
    tracts = gpd.read_file(city / "nyc_tracts" / "census_tract_2020.geojson").set_index("geoid")
    svi = pd.read_csv(city / "cdc_svi" / "NewYork.csv", dtype={"FIPS": str}, encoding="utf-8-sig")
    young = svi.set_index("FIPS")["E_AGE17"].reindex(tracts.index)
    tracts["children"] = young.where(young >= 0)
    rows = pd.read_csv(city / "nyc_doe_attendance" / "attendance_all_years.csv", dtype=str)
    year = rows[rows["year"] == "2018-19"].set_index("dbn")["contributing_10_total_days"]
    schools = pd.DataFrame({"enrolled": pd.to_numeric(year)}, index=sorted(set(rows["dbn"])))
    places = pd.read_csv(
        city / "nyc_school_locations" / "2019-2020_School_Locations.csv",
        dtype=str,
        encoding="utf-8-sig",
    )
    places = places.drop_duplicates("system_code").set_index("system_code").reindex(schools.index)
    xy = places[["LONGITUDE", "LATITUDE"]].apply(pd.to_numeric, errors="coerce")
    points = gpd.points_from_xy(xy["LONGITUDE"], xy["LATITUDE"], crs=4326)
    schools = gpd.GeoDataFrame(schools, geometry=points)
    standing = build_catchment("building", schools, tracts)
    assert (len(standing), standing["geoid"].nunique()) == (1549, 917)
    fit = fit_gravity(schools, tracts, max_iterations=50)
    totals = fit.table.groupby("school_id")[["share", "students"]].sum()
    assert (len(totals), len(fit.not_located), len(fit.unreached)) == (1549, 9, 0)
    assert np.abs(totals["share"] - 1).max() <= 1e-12
    located = schools["enrolled"][totals.index].fillna(0)
    assert np.allclose(totals["students"], located, rtol=1e-12)
    assert fit.table["students"].sum() == pytest.approx(located.sum(), rel=1e-9)
    # The nearest 40 tracts cannot carry every total: the fit says so and comes near.
    assert not fit.converged
    assert fit.tract_error_median < 0.1
