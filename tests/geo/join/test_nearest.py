"""Nearest with room: every seat filled, every child placed, the nearest first."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.catchment import build_catchment
from geo.join.nearest import fit_nearest, greedy


def street(children: list[float]) -> gpd.GeoDataFrame:
    shapes = [shapely.box(1000 * i, 0, 1000 * i + 1000, 1000) for i in range(len(children))]
    ids = pd.Index([f"t{i:02d}" for i in range(len(children))], name="geoid")
    return gpd.GeoDataFrame({"children": children}, index=ids, geometry=shapes, crs=32618)


def along(enrolled: list[float | None], at: list[float]) -> gpd.GeoDataFrame:
    ids = pd.Index([f"s{i}" for i in range(len(at))], name="school_id")
    points = [shapely.Point(x, 500) for x in at]
    return gpd.GeoDataFrame({"enrolled": enrolled}, index=ids, geometry=points, crs=32618)


worlds = st.tuples(
    st.lists(st.one_of(st.just(0.0), st.floats(1, 900)), min_size=1, max_size=12),
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(0, 900)),
            st.integers(0, 12_000),
            st.sampled_from(["elementary", "high"]),
        ),
        min_size=1,
        max_size=40,
    ),
)


@given(worlds)
@settings(max_examples=60, deadline=None)
def test_students_and_children_are_conserved(world: tuple) -> None:
    children, sites = world
    if sum(children) == 0:
        children[0] = 9.0
    tracts, schools = street(children), along([n for n, _, _ in sites], [x for _, x, _ in sites])
    schools["level"] = [level for *_, level in sites]
    fit = fit_nearest(schools, tracts)
    sums = fit.table.groupby("school_id")[["share", "students"]].sum()
    enrolled = schools["enrolled"].astype(float).fillna(0)
    assert set(sums.index) == set(schools.index)
    assert np.abs(sums["share"] - 1).max() <= 1e-9
    assert np.allclose(sums["students"], enrolled[sums.index], rtol=1e-9)
    assert fit.unplaced <= 1e-9
    assert fit.not_filled == ()
    got = fit.table.groupby("geoid")["students"].sum().reindex(tracts.index, fill_value=0.0)
    wanted = tracts["children"] / tracts["children"].sum() * enrolled.sum()
    assert np.allclose(got, wanted, rtol=1e-7, atol=1e-6)
    assert isinstance(fit.summary(), str)


@given(worlds)
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_does_not_matter(world: tuple) -> None:
    children, sites = world
    children = [*children, 5.0]
    tracts, schools = street(children), along([n for n, _, _ in sites], [x for _, x, _ in sites])
    keys = ["school_id", "geoid"]
    one = fit_nearest(schools, tracts).table.sort_values(keys, ignore_index=True)
    other = fit_nearest(schools.iloc[::-1], tracts.iloc[::-1]).table
    other = other.sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(one, other, rtol=1e-6, atol=1e-9)


@given(st.integers(0, 2**31), st.integers(1, 25), st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_the_greedy_is_the_one_over_all_pairs(seed: int, tracts: int, places: int) -> None:
    rng = np.random.default_rng(seed)
    home, school = rng.uniform(size=(tracts, 2)), rng.uniform(size=(places, 2))
    demand, room = rng.integers(0, 9, tracts) * 1.0, rng.integers(0, 9, places) * 1.0
    distance = np.hypot(*(home[:, None] - school[None]).T)
    expected, left, free = np.zeros((places, tracts)), demand.copy(), room.copy()
    for pair in np.argsort(distance, axis=None):
        place, tract = np.unravel_index(pair, distance.shape)
        amount = min(left[tract], free[place])
        expected[place, tract] = amount
        left[tract] -= amount
        free[place] -= amount
    got = np.zeros((places, tracts))
    for place, tract, amount in greedy(home, school, demand, room):
        got[place, tract] += amount
    assert np.allclose(got, expected)


def test_equal_distances_go_by_id_and_one_roof_is_shared() -> None:
    tracts = street([10.0, 10.0])
    fit = fit_nearest(along([5, 5], [1000, 1000]), tracts)
    assert set(fit.table["share"]) == {0.5}
    full = fit_nearest(along([10, 10], [1000, 9000]), tracts)
    assert full.table[["school_id", "geoid"]].to_numpy().tolist() == [["s0", "t00"], ["s1", "t01"]]


def test_room_may_differ_from_enrolment() -> None:
    tracts, schools = street([30.0, 10.0]), along([20, 20], [400, 1600])
    roomy = fit_nearest(schools, tracts, capacity=pd.Series({"s0": 40.0, "s1": 40.0}))
    assert roomy.table[["geoid", "share"]].to_numpy().tolist() == [["t00", 1.0], ["t01", 1.0]]
    tight = fit_nearest(schools, tracts, capacity=pd.Series({"s0": 10.0, "s1": 10.0}))
    assert tight.unplaced == pytest.approx(0.5)
    assert tight.table["students"].sum() == pytest.approx(40)
    with pytest.raises(ValueError, match=r"capacity: 1 schools .* s1"):
        fit_nearest(schools, tracts, capacity=pd.Series({"s0": 10.0}))


def test_k_limits_the_places_a_tract_may_fill() -> None:
    tracts, schools = street([40.0, 0.0]), along([20, 20, None, 0], [400, 1600, 1700, 400])
    one = fit_nearest(schools, tracts, k=1)
    assert one.unplaced == pytest.approx(0.5)
    assert one.not_filled == ("s1",)
    assert one.not_balanced == ("s2", "s3")
    assert one.table.groupby("school_id")["share"].sum().tolist() == [1.0] * 4
    assert build_catchment("nearest", schools, tracts, k=99)["students"].sum() == 40
    for wrong in (0, 1.5):
        with pytest.raises(ValueError, match="k must be"):
            fit_nearest(schools, tracts, k=wrong)


def test_schools_without_a_point_are_listed() -> None:
    schools = along([20, 20], [400, 1600])
    schools.geometry = [None, shapely.Point(1, 1)]
    fit = fit_nearest(schools.set_crs(32618), street([40.0]))
    assert fit.not_located == ("s0",)
    assert fit_nearest(schools.set_crs(32618).iloc[:1], street([40.0])).table.empty
