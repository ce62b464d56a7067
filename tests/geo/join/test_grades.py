"""Schools compete only for children of the grades they teach."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.join.candidates import (
    BY_LEVEL,
    ONE_POOL,
    GradeBands,
    told_apart,
)
from geo.join.gravity import fit_gravity

BANDS = list(BY_LEVEL.years)
LEVELS = [*BY_LEVEL.levels, "k12", "unknown", None]


def row(children: list[float], **columns: list[float]) -> gpd.GeoDataFrame:
    """Tracts side by side from west to east, a kilometre wide."""
    shapes = [
        shapely.box(5e5 + 1000 * i, 0, 5e5 + 1000 * i + 1000, 1000) for i in range(len(children))
    ]
    ids = pd.Index([f"t{i}" for i in range(len(children))], name="geoid")
    return gpd.GeoDataFrame({"children": children, **columns}, ids, geometry=shapes, crs=32618)


def sites(enrolled: list[float], levels: list[str | None], at: list[float]) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(5e5 + np.array(at), np.full(len(at), 500.0))
    ids = pd.Index([f"s{i}" for i in range(len(at))], name="school_id")
    return gpd.GeoDataFrame(
        {"enrolled": enrolled, "level": levels}, ids, geometry=points, crs=32618
    )


def by_tract(table: pd.DataFrame, school: str) -> dict[str, float]:
    return table[table["school_id"] == school].set_index("geoid")["students"].round(6).to_dict()


def test_a_high_school_does_not_compete_with_the_elementary_school_beside_it() -> None:
    """In one pool the two would push each other's students away; apart each takes all tracts."""
    tracts = row([130.0, 130.0])
    schools = sites([120, 80], ["elementary", "high"], [100, 1900])
    apart = fit_gravity(schools, tracts, tolerance=1e-9)
    assert apart.converged
    assert apart.pools == 2
    assert by_tract(apart.table, "s0") == {"t0": 60, "t1": 60}
    assert by_tract(apart.table, "s1") == {"t0": 40, "t1": 40}
    pooled = by_tract(fit_gravity(schools, tracts, grades=ONE_POOL).table, "s0")
    assert pooled["t0"] > 2 * pooled["t1"]


def test_children_counted_by_grade_are_used_where_they_are() -> None:
    young = {"children_elementary": [60, 0], "children_middle": [30, 0], "children_high": [0, 40]}
    tracts = row([90.0, 40.0], **young)
    fit = fit_gravity(sites([60, 40], ["k8", "high"], [1900, 100]), tracts)
    assert by_tract(fit.table, "s0") == {"t0": 60}
    assert by_tract(fit.table, "s1") == {"t1": 40}


def test_a_tract_without_a_count_by_grade_is_spread_evenly() -> None:
    nothing = pd.DataFrame({f"children_{band}": [np.nan, 0.0] for band in BANDS})
    even = np.array([6, 3, 4]) / 13
    assert np.allclose(BY_LEVEL.parts(nothing), [even, even])
    with pytest.raises(ValueError, match="need the columns children_middle, children_high too"):
        BY_LEVEL.parts(nothing[["children_elementary"]])
    with pytest.raises(ValueError, match="negative"):
        BY_LEVEL.parts(nothing.assign(children_high=-1.0))


def test_a_school_in_reach_of_no_child_of_its_grades_draws_as_if_none_were_told_apart() -> None:
    young = {"children_elementary": [60, 9], "children_middle": [30, 9], "children_high": [0, 0]}
    tracts = row([90.0, 18.0], **young)
    fit = fit_gravity(sites([10], ["high"], [1000]), tracts)
    assert fit.table["share"].sum() == pytest.approx(1.0)
    assert by_tract(fit.table, "s0")["t0"] == pytest.approx(10 * 90 / 108)


@given(
    st.lists(st.floats(1, 900), min_size=2, max_size=8),
    st.lists(
        st.tuples(st.integers(0, 900), st.sampled_from(LEVELS), st.floats(-500, 9000)),
        min_size=1,
        max_size=8,
    ),
)
@settings(max_examples=40, deadline=None)
def test_schools_keep_their_students_and_tracts_their_grades(
    children: list[float], given_schools: list[tuple]
) -> None:
    schools = sites(*map(list, zip(*given_schools, strict=True)))
    tracts = row(children)
    fit = fit_gravity(schools, tracts, max_iterations=200)
    sums = fit.table.groupby("school_id")[["share", "students"]].sum()
    assert np.allclose(sums["share"], 1)
    assert np.allclose(sums["students"], schools["enrolled"].loc[sums.index])
    assert fit.converged
    received = fit.table.groupby("geoid")["students"].sum().reindex(tracts.index).to_numpy()
    expected = np.array(children) / sum(children) * schools["enrolled"].sum()
    assert np.allclose(received, expected, rtol=5e-3)


@given(st.sampled_from(["unknown", "k12", "high", "k8"]))
@settings(max_examples=4)
def test_a_place_of_one_kind_of_school_is_joined_as_one_pool(level: str) -> None:
    tracts, schools = row([100.0, 300, 50]), sites([50, 90], [level, level], [0, 2500])
    apart, pooled = (fit_gravity(schools, tracts, grades=one) for one in (BY_LEVEL, ONE_POOL))
    assert apart.pools == 1
    pd.testing.assert_frame_equal(apart.table, pooled.table, rtol=1e-9)


def test_bands_that_no_school_tells_apart_are_one() -> None:
    taught = BY_LEVEL.taught(pd.Series(["k8", "high", None]))
    assert np.allclose(taught.sum(axis=1), 1)
    groups = [np.flatnonzero(group).tolist() for group in told_apart(taught)]
    assert groups == [[0, 1], [2]]
    assert told_apart(np.zeros((0, 3))) == []


def test_impossible_bands_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one band"):
        GradeBands({}, {})
    with pytest.raises(ValueError, match="no band, or an unknown one: high"):
        GradeBands({"all": 13}, {"high": ("upper",)})
