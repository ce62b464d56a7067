"""Gravity with other decays, distances, barriers and margins; and its defaults held still."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.panel import Panel, reference_enrolment
from geo.areas.crs import EARTH_METRES
from geo.catchment import METHODS, NEEDS, build_catchment
from geo.join.balance import balance
from geo.join.candidates import BY_LEVEL, ONE_POOL, Barrier
from geo.join.decay import Decay, as_decay
from geo.join.gravity import fit_gravity

DECAYS = ["exponential", "power", "tanner"]


def land(children: list[float], width: float = 1000, wide: int = 5) -> gpd.GeoDataFrame:
    """Squares in rows, the west half in county w, the east half in county e."""
    at = [(width * (i % wide), width * (i // wide)) for i in range(len(children))]
    shapes = [shapely.box(5e5 + x, 4.5e6 + y, 5e5 + x + width, 4.5e6 + y + width) for x, y in at]
    side = ["w" if x < width * wide / 2 else "e" for x, _ in at]
    ids = pd.Index([f"t{i:02d}" for i in range(len(children))], name="geoid")
    return gpd.GeoDataFrame(
        {"children": children, "county": side}, index=ids, geometry=shapes, crs=32618
    )


def places(enrolled: list[float | None], at: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    points = [shapely.Point(5e5 + x, 4.5e6 + y) for x, y in at]
    ids = pd.Index([f"s{i}" for i in range(len(at))], name="school_id")
    return gpd.GeoDataFrame({"enrolled": enrolled}, index=ids, geometry=points, crs=32618)


def test_one_pool_of_children_gives_the_demo_panels_join_as_it_was(demo_panel: Panel) -> None:
    enrolled = reference_enrolment(demo_panel.absence)
    schools = demo_panel.schools.assign(enrolled=enrolled.reindex(demo_panel.schools.index))
    schools = schools[schools["geoid"].notna()].sort_index().to_crs(demo_panel.area.crs)
    tracts = demo_panel.tracts.sort_index().to_crs(demo_panel.area.crs)
    fit = fit_gravity(schools, tracts, grades=ONE_POOL, k=40)
    assert (fit.iterations, fit.converged, len(fit.table)) == (216, True, 4760)
    assert fit.mean_km == pytest.approx(2.3410186558992656, rel=1e-12)
    assert fit.tract_error_max == pytest.approx(0.0009957265437341434, rel=1e-9)
    assert fit.tract_error_median == pytest.approx(0.00035339746796353433, rel=1e-9)
    assert fit.table["students"].sum() == pytest.approx(86517, rel=1e-12)
    assert (fit.table["students"] ** 2).sum() == pytest.approx(8067081.172469777, rel=1e-12)
    by_tract = fit.table.groupby("geoid")["students"].sum()
    assert by_tract.std() == pytest.approx(283.8793986067551, rel=1e-12)
    unknown = fit_gravity(schools.drop(columns="level"), tracts, k=40)
    pd.testing.assert_frame_equal(fit.table, unknown.table, rtol=1e-9)
    named = fit_gravity(
        schools,
        tracts,
        decay="exponential",
        distance="planar",
        private_share=0.0,
        barrier=None,
        grades=BY_LEVEL,
    )
    apart = fit_gravity(schools, tracts)
    assert (apart.pools, apart.converged) == (3, True)
    pd.testing.assert_frame_equal(apart.table, named.table, check_exact=True)


@given(
    st.lists(st.one_of(st.just(0.0), st.floats(1, 900)), min_size=3, max_size=15),
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(0, 900)),
            st.integers(-9000, 9000),
            st.integers(-9000, 9000),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(DECAYS),
    st.floats(0.05, 9),
    st.sampled_from([0.0, 0.3]),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_totals_are_conserved_with_every_option(
    children: list[float],
    sites: list[tuple],
    decay: str,
    scale: float,
    private: float,
    barred: bool,
) -> None:
    if sum(children) == 0:
        children[0] = 5.0
    schools = places([n for n, _, _ in sites], [(x, y) for _, x, y in sites])
    schools = schools.assign(county=["w", "e", "n"] * 2 if len(sites) == 6 else "w")
    fit = fit_gravity(
        schools,
        land(children),
        decay=decay,
        scale_km=scale,
        private_share=private,
        barrier=Barrier("county") if barred else None,
        max_iterations=40,
    )
    sums = fit.table.groupby("school_id")[["share", "students"]].sum()
    assert set(sums.index) | set(fit.without_tracts) == set(schools.index)
    assert np.abs(sums["share"] - 1).max() <= 1e-9 if len(sums) else barred
    wanted = schools["enrolled"].astype(float).fillna(0)[sums.index]
    assert np.allclose(sums["students"], wanted, rtol=1e-9, atol=0)


def test_decays_are_their_formulas() -> None:
    d, s = np.array([0.0, 500.0, 4000.0]), 1000.0
    exponential = np.exp(-d / s)
    assert np.allclose(Decay().relative(d, 0.0, s), exponential)
    assert np.allclose(Decay("power", 2).relative(d, 0.0, s), (1 + d / s) ** -2.0)
    assert np.allclose(Decay("tanner", 1).relative(d, 0.0, s), exponential / (1 + d / s))
    assert np.allclose(Decay("tanner", 0).relative(d, 0.0, s), exponential)
    for name in DECAYS:
        one = as_decay(name)
        assert np.all(np.diff(one.relative(d, 0.0, s)) < 0)
        ratio = one.relative(d, 0.0, s) / one.relative(np.array([500.0]), 0.0, s)
        assert np.allclose(one.relative(d, 500.0, s), ratio)


@pytest.mark.parametrize(
    ("name", "exponent", "words"),
    [
        ("gauss", None, "Unknown decay 'gauss'; known: exponential, power, tanner"),
        ("power", 0, "must be above 0"),
        ("tanner", -1, "must be 0 or more"),
        ("power", np.nan, "must be above 0"),
        ("exponential", 1, "has no exponent"),
    ],
)
def test_what_is_no_decay_is_refused(name: str, exponent: float | None, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Decay(name, exponent)


def test_decay_and_scale_may_differ_by_level_and_scale_by_school() -> None:
    tracts, schools = land([100.0] * 15), places([0, 0], [(500, 500)] * 2)
    schools["level"] = ["elementary", "high"]
    mixed = fit_gravity(schools, tracts, decay={"elementary": "exponential", "high": "power"})
    share = {name: part["share"].to_numpy() for name, part in mixed.table.groupby("school_id")}
    for name, decay in [("s0", "exponential"), ("s1", "power")]:
        plain = fit_gravity(schools.loc[[name]], tracts, decay=decay).table["share"]
        assert np.allclose(share[name], plain)
    by_level = fit_gravity(schools, tracts, scale_km={"elementary": 0.5, "high": 3.0})
    by_school = fit_gravity(schools, tracts, scale_km=pd.Series({"s1": 3.0, "s0": 0.5, "s9": 1}))
    pd.testing.assert_frame_equal(by_level.table, by_school.table)
    with pytest.raises(ValueError, match="decay gives no function for the levels high"):
        fit_gravity(schools, tracts, decay={"elementary": "power"})
    with pytest.raises(ValueError, match="not at the schools s1"):
        fit_gravity(schools, tracts, scale_km=pd.Series({"s0": 0.5}))


def test_a_barrier_is_not_crossed_but_by_those_who_draw_across() -> None:
    tracts = land([100.0] * 15)
    schools = places([50, 50, 50], [(2400, 500), (2600, 500), (2400, 1500)])
    schools["school_type"] = ["General Academic", "General Academic", "Charter"]
    schools["county"] = ["w", "e", "w"]

    def sides(fit_schools: gpd.GeoDataFrame, barrier: Barrier) -> dict[str, set[str]]:
        table = fit_gravity(fit_schools, tracts, barrier=barrier).table
        county = table["geoid"].map(tracts["county"])
        return county.groupby(table["school_id"]).agg(set).to_dict()

    expected = {"s0": {"w"}, "s1": {"e"}, "s2": {"w", "e"}}
    assert sides(schools, Barrier("county")) == expected
    assert sides(schools, Barrier("county", crosses=())) == {**expected, "s2": {"w"}}
    free = schools.assign(roams=pd.array([True, False, None], "boolean"))
    roaming = sides(free, Barrier("county", crosses="roams"))
    assert roaming == {"s0": {"w", "e"}, "s1": {"e"}, "s2": {"w"}}
    # Without a column of their own, schools lie on the side of their tract.
    located = schools.drop(columns="county")
    by_point = sides(located, Barrier("county"))
    by_name = sides(located.assign(geoid=["t00", "t04", "t00"]), Barrier("county"))
    assert by_name == expected
    assert by_point == {"s0": {"w"}, "s1": {"w"}, "s2": {"w", "e"}}
    stranded = fit_gravity(
        schools.assign(county=["w", "north", "w"]), tracts, barrier=Barrier("county")
    )
    assert stranded.without_tracts == ("s1",)
    assert "1 without a tract open to them" in stranded.summary()
    with pytest.raises(ValueError, match="barrier's column 'borough' is needed"):
        fit_gravity(schools, tracts, barrier=Barrier("borough"))
    with pytest.raises(ValueError, match="'roams' of the barrier"):
        fit_gravity(schools, tracts, barrier=Barrier("county", crosses="roams"))
    with pytest.raises(ValueError, match="schools: the barrier's column 'borough'"):
        fit_gravity(schools, tracts, barrier=Barrier("county", "borough"))


def test_private_pupils_stay_at_home() -> None:
    tracts, schools = land([100.0] * 5), places([90], [(2500, 500)])
    plain = fit_gravity(schools, tracts).table
    even = fit_gravity(schools, tracts, private_share=0.4).table
    pd.testing.assert_frame_equal(plain, even, rtol=1e-12)
    private = pd.Series([1.0, 0.5, 0, 0, 0], index=tracts.index)
    fit = fit_gravity(schools, tracts, private_share=private, tolerance=1e-9)
    got = fit.table.set_index("geoid")["students"]
    assert "t00" not in got.index
    assert got["t01"] == pytest.approx(got["t02"] / 2, rel=1e-6)
    with pytest.raises(ValueError, match="private_share must lie between"):
        fit_gravity(schools, tracts, private_share=1.2)
    with pytest.raises(ValueError, match=r"private_share: 1 tracts have none.* t04"):
        fit_gravity(schools, tracts, private_share=private.iloc[:4])
    with pytest.raises(ValueError, match="resident children above 0"):
        fit_gravity(schools, tracts, private_share=1.0)


def test_distances_on_the_sphere() -> None:
    points = [shapely.Point(-100 + x, 40).buffer(0.01) for x in (0, 1, 20)]
    tracts = gpd.GeoDataFrame({"children": 10.0}, index=list("abc"), geometry=points, crs=4326)
    schools = gpd.GeoDataFrame(
        {"enrolled": [0]}, index=["s"], geometry=[shapely.Point(-100, 40)], crs=4326
    )
    share = fit_gravity(schools, tracts, scale_km=50).table.set_index("geoid")["share"]
    half = np.cos(np.radians(40)) * np.sin(np.radians(0.5))
    km = 2 * EARTH_METRES / 1000 * np.arcsin(half)
    assert share["b"] / share["a"] == pytest.approx(np.exp(-km / 50), rel=1e-9)
    near = fit_gravity(schools, tracts.iloc[:2], scale_km=50, distance="great_circle").table
    assert near["share"].iloc[1] / near["share"].iloc[0] == pytest.approx(
        np.exp(-km / 50), rel=1e-9
    )
    planar = fit_gravity(schools, tracts.iloc[:2], scale_km=50).table["share"]
    assert np.allclose(near["share"], planar, rtol=5e-3)
    with pytest.raises(ValueError, match="distance must be 'auto'"):
        fit_gravity(schools, tracts, distance="crow")


def test_a_table_of_network_distances_is_used_as_given() -> None:
    tracts, schools = land([100.0, 300.0, 50.0]), places([0, 0], [(500, 500), (500, 500)])
    table = pd.DataFrame(
        {
            "school_id": ["s0", "s0", "s0", "away"],
            "geoid": ["t02", "t00", "t01", "t00"],
            "metres": [0.0, 3000.0, 1000.0, 1.0],
        }
    )
    fit = fit_gravity(schools, tracts, distance=table)
    share = fit.table.set_index("geoid")["share"]
    assert fit.without_tracts == ("s1",)
    assert share["t00"] / share["t02"] == pytest.approx(2 * np.exp(-3), rel=1e-9)
    assert set(fit_gravity(schools, tracts, distance=table, k=2).table["geoid"]) == {"t01", "t02"}
    minutes = table.rename(columns={"metres": "minutes"}).assign(minutes=table["metres"] / 100)
    timed = fit_gravity(schools.assign(enrolled=9), tracts, distance=minutes, scale_km=10.0)
    assert np.allclose(
        timed.table["share"],
        fit_gravity(schools.assign(enrolled=9), tracts, distance=table).table["share"],
    )
    assert timed.unit == "min"
    assert "min on average" in timed.summary()
    for wrong, words in [
        (table.drop(columns="metres"), "one column, 'metres' or 'minutes'"),
        (table.drop(columns="geoid"), "lacks the columns geoid"),
        (pd.concat([table, table]), "twice"),
        (table.assign(metres=[-1.0, 0, 0, 0]), "negative"),
        (table.assign(metres=[np.nan, 0, 0, 0]), "missing"),
    ]:
        with pytest.raises(ValueError, match=words):
            fit_gravity(schools, tracts, distance=wrong)


def test_points_at_sea_are_placed_and_named() -> None:
    tracts, schools = land([100.0] * 5), places([5, 5], [(500, 500), (300_000, 0)])
    fit = fit_gravity(schools, tracts)
    assert fit.far_off == ("s1",)
    assert "1 farther than 50 km from any tract" in fit.summary()
    assert "farther" not in fit_gravity(schools.iloc[:1], tracts).summary()


def test_a_fixed_number_of_rounds_may_be_asked_for() -> None:
    from scipy.sparse import csr_array

    seed, rows, columns = csr_array([[1.0, 1], [1, 2]]), np.array([3.0, 7]), np.array([4.0, 6])
    fit = balance(seed, rows, columns, max_iterations=50, stop_early=False)
    assert fit.iterations == 50
    assert fit.converged


def test_methods_stand_best_first_and_name_what_they_need() -> None:
    assert list(METHODS) == ["supplied", "zones", "gravity", "nearest", "building"]
    for method, name in NEEDS.items():
        with pytest.raises(ValueError, match=f"needs the parameter '{name}'"):
            build_catchment(method, places([1], [(0, 0)]), land([1.0]))
