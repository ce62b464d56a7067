"""Access to care: worked by hand, preserved in total, beside PySAL, and against bad input."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.access import Reach, floating_catchment, nearest_provider

METHODS = ("e2sfca", "3sfca", "split")


def tracts_at(
    km: list[float], children: list[float | None], crs: object = 32618
) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy([1000 * x for x in km], [0] * len(km))
    ids = pd.Index([f"0900100000{i}" for i in range(len(km))], name="geoid")
    return gpd.GeoDataFrame({"children": children}, index=ids, geometry=points, crs=crs)


def clinics_at(km: list[float], supply: list[float | None] | None = None) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy([1000 * x for x in km], [0] * len(km))
    ids = pd.Index([f"p{i}" for i in range(len(km))], name="provider_id")
    table = {} if supply is None else {"supply": supply}
    return gpd.GeoDataFrame(table, index=ids, geometry=points, crs=32618)


@pytest.fixture
def tracts() -> gpd.GeoDataFrame:
    """A, B and C at 0, 6 and 30 km, with 1,000, 500 and 250 children."""
    return tracts_at([0, 6, 30], [1000, 500, 250])


@pytest.fixture
def clinics() -> gpd.GeoDataFrame:
    """Three doctors at 2 km, two at 10 km, one at 200 km: at sea."""
    return clinics_at([2, 10, 200], [3, 2, 1])


# The first is at 2, 4, 28 km from A, B, C; the second at 10, 4, 20 km: zones 5, 10, 20 km weigh
# them 1, 1, 0 and .68, 1, .22.
FIRST = np.array([1.0, 1.0, 0.0])
SECOND = np.array([0.68, 1.0, 0.22])


def test_the_enhanced_catchment_is_the_one_worked_by_hand(
    clinics: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame
) -> None:
    fit = floating_catchment(clinics, tracts)
    # 1000 + 500 children at the first, .68 x 1000 + 500 + .22 x 250 at the second
    assert fit.providers["demand_in_reach"].tolist() == pytest.approx([1500, 1235, 0])
    assert fit.providers["ratio"].tolist()[:2] == pytest.approx([2.0, 2000 / 1235])
    expected = [2 + 0.68 * 2000 / 1235, 2 + 2000 / 1235, 0.22 * 2000 / 1235]
    assert fit.tracts["access"].tolist() == pytest.approx(expected, rel=1e-12)
    assert fit.tracts["access"].round(4).tolist() == [3.1012, 3.6194, 0.3563]
    assert fit.tracts["providers_in_reach"].tolist() == [2, 2, 1]
    assert fit.tracts["nearest_km"].tolist() == [2.0, 4.0, 20.0]
    assert fit.tracts["nearest_provider"].tolist() == ["p0", "p0", "p1"]
    assert fit.providers["children_in_reach"].tolist() == [1500, 1750, 0]
    assert fit.providers["used"].tolist() == [True, True, False]
    assert fit.supply_used == 5


def test_one_zone_is_the_plain_two_step_catchment(
    clinics: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame
) -> None:
    fit = floating_catchment(clinics, tracts, reach=5)
    # 3 doctors for A and B (1,500), 2 for B alone (500); C reaches nobody, and 0 is a number
    assert fit.tracts["access"].tolist() == pytest.approx([2, 6, 0])
    assert fit.tracts["state"].tolist() == ["reported", "reported", "none in reach"]


def test_three_steps_and_shared_children_are_the_ones_worked_by_hand(
    clinics: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame
) -> None:
    total = FIRST + SECOND
    children = np.array([1000, 500, 250])
    for method, first, second in [
        ("split", FIRST / total, SECOND / total),
        ("3sfca", FIRST**2 / total, SECOND**2 / total),
    ]:
        fit = floating_catchment(clinics, tracts, method=method)
        demand = [first @ children, second @ children]
        assert fit.providers["demand_in_reach"].tolist()[:2] == pytest.approx(demand)
        expected = 1000 * (3 / demand[0] * first + 2 / demand[1] * second)
        assert fit.tracts["access"].tolist() == pytest.approx(expected.tolist(), rel=1e-12)
    split = floating_catchment(clinics, tracts, method="split")
    assert split.providers["demand_in_reach"].round(3).tolist()[:2] == [845.238, 904.762]


@pytest.mark.parametrize("method", METHODS)
def test_children_times_access_is_the_supply_that_reaches_children(
    method: str, clinics: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame
) -> None:
    fit = floating_catchment(clinics, tracts, method=method)
    given = (fit.tracts["children"] * fit.tracts["access"]).sum() / 1000
    assert given == pytest.approx(5, rel=1e-12)
    assert fit.supply_error < 1e-12


def test_shared_children_are_counted_once_in_all(
    clinics: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame
) -> None:
    split = floating_catchment(clinics, tracts, method="split").providers["demand_in_reach"]
    each = floating_catchment(clinics, tracts).providers["demand_in_reach"]
    assert split.sum() == pytest.approx(1750, rel=1e-12)
    assert each.sum() == pytest.approx(2735)


def test_without_a_column_of_supply_each_provider_counts_as_one(tracts: gpd.GeoDataFrame) -> None:
    fit = floating_catchment(clinics_at([0, 0, 6]), tracts)
    assert fit.supply_used == 3
    assert fit.counted_as_one
    assert "each provider counted as 1" in fit.summary()


def test_travel_times_stand_instead_of_straight_lines(
    clinics: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame
) -> None:
    a, b, c = tracts.index
    times = pd.DataFrame(
        [(a, "p1", 9.0), (b, "p1", 25.0), (b, "p0", 31.0), (c, "p2", 10.0), ("x", "p0", 1.0)],
        columns=["geoid", "provider_id", "minutes"],
    )
    fit = floating_catchment(
        pd.DataFrame(clinics.drop(columns="geometry")), tracts, travel_times=times
    )
    # 10, 20, 30 minutes: the second has 1000 + .22 x 500, the third C's 250, the first nobody
    second, third = 2000 / 1110, 4.0
    assert fit.tracts["access"].tolist() == pytest.approx([second, 0.22 * second, third])
    assert fit.tracts["nearest_minutes"].tolist() == [9, 25, 10]
    assert fit.tracts["nearest_provider"].tolist() == ["p1", "p1", "p2"]
    assert fit.unit == "minutes"
    assert fit.passed_over == 1
    assert fit.facts() == {"provider reaches no children": ("p0",)}
    near = nearest_provider(clinics, tracts, k=2, travel_times=times)
    assert near.loc[b, "minutes"].tolist() == [25, 31]


def test_a_tract_without_any_travel_time_is_told_apart(
    clinics: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame
) -> None:
    times = pd.DataFrame({"geoid": tracts.index[:1], "provider_id": ["p0"], "minutes": [5]})
    fit = floating_catchment(clinics, tracts, travel_times=times)
    assert fit.tracts["state"].tolist() == ["reported", "not in table", "not in table"]
    assert fit.tracts["access"].tolist() == [3.0, 0.0, 0.0]
    assert fit.tracts["nearest_provider"].isna().tolist() == [False, True, True]


def test_population_centres_stand_before_centroids() -> None:
    squares = gpd.GeoDataFrame(
        {"children": [10, 10]},
        index=pd.Index(["a", "b"], name="geoid"),
        geometry=gpd.points_from_xy([0, 50_000], [0, 0]).buffer(4000, cap_style="square"),
        crs=32618,
    )
    clinics = clinics_at([4])
    assert nearest_provider(clinics, squares)["km"].tolist() == [4, 46]
    centres = gpd.GeoSeries.from_xy([3000], [0], index=["a"], crs=32618)
    fit = floating_catchment(clinics, squares, centres=centres)
    assert fit.tracts["nearest_km"].tolist() == [1, 46]
    assert fit.centroids == 1
    degrees = centres.to_crs(4326)
    near = nearest_provider(clinics, squares, centres=degrees)["km"]
    assert near.to_numpy() == pytest.approx([1, 46], abs=1e-6)
    bare = pd.DataFrame(squares.drop(columns="geometry"))
    for given in (
        centres,
        degrees,
        degrees.to_frame("geometry").rename_axis("geoid").reset_index(),
    ):
        alone = floating_catchment(clinics, bare, centres=given).tracts
        assert alone["state"].tolist() == ["reported", "no place"]
    with pytest.raises(ValueError, match="centres: none of the 2 tracts"):
        floating_catchment(clinics, squares, centres=centres.rename(index={"a": "z"}))


def test_the_k_nearest_come_in_order_and_ties_go_to_the_first_id() -> None:
    tracts, clinics = tracts_at([0], [1]), clinics_at([3, -2, 2, 9, 2])
    near = nearest_provider(clinics.iloc[::-1], tracts, k=4)
    assert near["provider_id"].tolist() == ["p1", "p2", "p4", "p0"]
    assert near["rank"].tolist() == [1, 2, 3, 4]
    assert near["km"].tolist() == [2, 2, 2, 3]
    assert nearest_provider(clinics, tracts, k=99)["provider_id"].tolist()[-1] == "p3"
    many = clinics_at([1] * 40)
    assert nearest_provider(many, tracts, k=3)["provider_id"].tolist() == ["p0", "p1", "p10"]


def test_nearest_agrees_with_all_pairs_measured_on_the_plane() -> None:
    rng = np.random.default_rng(5)
    tracts = tracts_at([0] * 9, [1] * 9).set_geometry(
        gpd.points_from_xy(*rng.uniform(0, 9e4, (2, 9)))
    )
    clinics = clinics_at([0] * 30).set_geometry(gpd.points_from_xy(*rng.uniform(0, 9e4, (2, 30))))
    tracts, clinics = tracts.set_crs(32618), clinics.set_crs(32618)
    near = nearest_provider(clinics, tracts, k=5)
    for geoid, home in tracts.geometry.items():
        km = (clinics.distance(home) / 1000).sort_values()[:5]
        assert near.loc[geoid, "km"].to_numpy() == pytest.approx(km.to_numpy(), rel=1e-12)
        assert near.loc[geoid, "provider_id"].tolist() == km.index.tolist()


def test_great_circle_and_plane_agree_within_a_zone_and_the_wide_table_goes_to_the_sphere() -> None:
    # One degree of longitude on the equator of a sphere of 6371.0088 km is 111.195 km
    home = gpd.GeoDataFrame(
        {"children": [5, 5]},
        index=["w", "e"],
        geometry=gpd.points_from_xy([0, 40], [0, 0]),
        crs=4326,
    )
    clinics = gpd.GeoDataFrame(index=["c"], geometry=gpd.points_from_xy([1], [0]), crs=4326)
    near = nearest_provider(clinics, home)["km"]
    assert near.tolist() == pytest.approx([111.195, 39 * 111.195], rel=1e-5)
    fit = floating_catchment(clinics, home, reach=111.2)
    assert fit.tracts["access"].tolist() == [200.0, 0.0]
    plane = nearest_provider(clinics, home.iloc[:1], distance="planar")["km"].iloc[0]
    assert plane == pytest.approx(111.195, rel=0.003)
    with pytest.raises(ValueError, match="distance must be"):
        nearest_provider(clinics, home, distance="crow")


def test_unknown_children_missing_places_and_no_supply_are_told_not_guessed() -> None:
    tracts = tracts_at([0, 1, 60, 120, 2], [100, None, 0, 50, 10])
    tracts.loc[tracts.index[4], "geometry"] = None
    clinics = clinics_at([0, 61, 0, 0, 0], [2, 1, 0, None, 1])
    clinics.loc["p4", "geometry"] = None
    fit = floating_catchment(clinics, tracts)
    states = ["reported", "children unknown", "ratio unknown", "none in reach", "no place"]
    assert fit.tracts["state"].tolist() == states
    access = fit.tracts["access"]
    assert access.iloc[:2].tolist() == [20.0, 20.0]
    assert access.isna().tolist() == [False, False, True, False, True]
    assert access.iloc[3] == 0
    assert fit.providers["state"].tolist() == [
        "used",
        "reaches no children",
        "no supply",
        "supply unknown",
        "no place",
    ]
    assert pd.isna(fit.tracts["providers_in_reach"].iloc[4])
    facts = fit.facts()
    assert facts["tract with unknown children, in no ratio"] == (tracts.index[1],)
    assert facts["tract reaches no provider, access 0"] == (tracts.index[3],)
    assert facts["provider without a place"] == ("p4",)
    assert len(facts) == 8
    assert "tract reaches no provider, access 0: 1" in fit.summary()
    # a provider of unknown supply is still somebody's nearest; one without supply is not
    assert nearest_provider(clinics.loc[["p3", "p2"]], tracts)["provider_id"].iloc[0] == "p3"


def test_a_point_made_of_missing_numbers_is_no_place(tracts: gpd.GeoDataFrame) -> None:
    clinics = clinics_at([0, np.nan])
    fit = floating_catchment(clinics, tracts)
    assert fit.providers["state"].tolist() == ["used", "no place"]
    tracts = tracts_at([np.nan, 6], [10, 10])
    near = nearest_provider(clinics, tracts)
    assert near["provider_id"].isna().tolist() == [True, False]
    assert near["km"].isna().tolist() == [True, False]


def test_tables_in_unlike_systems_are_brought_together(
    clinics: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame
) -> None:
    # An easting of 500 km is the middle of the zone, and 4,500 km north its New Jersey
    moved = [table.set_geometry(table.translate(5e5, 4.5e6)) for table in (clinics, tracts)]
    one = floating_catchment(*moved).tracts["access"]
    other = floating_catchment(moved[0].to_crs(4326), moved[1]).tracts["access"]
    assert other.tolist() == pytest.approx(one.tolist(), rel=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"providers": clinics_at([])}, "none of 0 has both a place and a supply"),
        ({"providers": clinics_at([1], [0])}, "none of 1 has both"),
        ({"providers": clinics_at([1], [-2])}, "negative or infinite"),
        ({"providers": clinics_at([1, 2]).rename(index={"p1": "p0"})}, "repeated: p0"),
        ({"providers": clinics_at([1]).set_crs(None, allow_override=True)}, "no coordinate ref"),
        ({"providers": clinics_at([1]).set_crs(4326, allow_override=True)}, "declared as degrees"),
        ({"providers": clinics_at([90_000])}, "Check the declared coordinate"),
        ({"tracts": tracts_at([0], [0])}, "none has both a place and resident children"),
        ({"tracts": tracts_at([0], [None])}, "none has both a place and resident children"),
        ({"tracts": tracts_at([], [])}, "none has both|No UTM"),
        ({"tracts": tracts_at([0], [3]).drop(columns="children")}, "'children' is needed"),
        ({"method": "4sfca"}, "Unknown method"),
        ({"reach": {10: 1, 5: 0.5}}, "increase from zone to zone"),
        ({"reach": {5: 0.5, 10: 0.6}}, "do not rise"),
        ({"reach": {5: 1, 10: 0}}, "positive"),
        ({"reach": -5}, "positive and increase"),
        ({"reach": float("nan")}, "positive and increase"),
        ({"reach": {}}, "not given"),
        ({"travel_times": pd.DataFrame({"geoid": ["a"]})}, "lacks the columns provider_id"),
    ],
)
def test_input_that_cannot_be_used_is_named(
    change: dict, message: str, clinics: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame
) -> None:
    with pytest.raises(ValueError, match=message):
        floating_catchment(**{"providers": clinics, "tracts": tracts, **change})


def test_degrees_called_metres_are_refused() -> None:
    tracts = tracts_at([0, 0], [9, 9]).set_geometry(gpd.points_from_xy([-74, -73.9], [40.7, 40.8]))
    clinics = clinics_at([0]).set_geometry(gpd.points_from_xy([-74.0], [40.7]))
    with pytest.raises(ValueError, match="look like degrees"):
        floating_catchment(clinics.set_crs(32618), tracts.set_crs(32618))
    # one table alone: its points lie thousands of kilometres off
    far = tracts_at([500, 510], [9, 9])
    far = far.set_geometry(far.translate(0, 4.5e6))
    with pytest.raises(ValueError, match="nearest of 1 lies 4,52"):
        floating_catchment(clinics.set_crs(32618), far)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("09001000000", "p0", 5.0)] * 2, "given twice, first"),
        ([("09001000000", "p0", np.nan)], "leave out the pairs"),
        ([("09001000000", "p0", -1.0)], "negative"),
        ([("9001000000", "p0", 1.0)], "leading zeros"),
    ],
)
def test_travel_times_that_cannot_be_used_are_named(
    rows: list, message: str, clinics: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame
) -> None:
    times = pd.DataFrame(rows, columns=["geoid", "provider_id", "minutes"])
    for work in (floating_catchment, nearest_provider):
        with pytest.raises(ValueError, match=message):
            work(clinics, tracts, travel_times=times)


@pytest.mark.parametrize("k", [0, -1, 1.5])
def test_k_is_a_whole_number(k: float, clinics: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame) -> None:
    with pytest.raises(ValueError, match="k must be a whole number"):
        nearest_provider(clinics, tracts, k=k)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Reach((5.0,), (1.0,), "wave"), "unknown shape"),
        (lambda: Reach.gaussian(20, scale=0), "positive scale"),
        (lambda: Reach.gaussian(100, scale=1), "bring the limit nearer"),
        (lambda: Reach((1.0, 2.0), (), "exponential", 1.0), "one limit"),
        (lambda: Reach.step((5, 10), (1,)), "2 zones need as many weights"),
        (lambda: Reach((5.0,), (1.0,), "step", 3.0), "no scale"),
    ],
)
def test_a_reach_that_makes_no_sense_is_refused(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("decay", ["gaussian", "exponential", "step"])
def test_pysal_access_gives_the_same_numbers(decay: str) -> None:
    """A second opinion, with access 1.1.10.post3; not part of the development requirements."""
    fca = pytest.importorskip("access.fca")
    weights = pytest.importorskip("access.weights")
    rng = np.random.default_rng(11)
    tracts = tracts_at(list(rng.uniform(0, 80, 60)), list(rng.integers(1, 900, 60)))
    clinics = clinics_at(list(rng.uniform(0, 80, 25)), list(rng.integers(1, 9, 25)))
    ours, theirs = {
        "gaussian": (Reach.gaussian(20, scale=8), weights.gaussian(8)),
        "exponential": (Reach((20.0,), shape="exponential", scale=8.0), lambda km: np.exp(-km / 8)),
        "step": ({5: 1.0, 10: 0.68, 20: 0.22}, weights.step_fn({5: 1.0, 10: 0.68, 20: 0.22})),
    }[decay]
    near = nearest_provider(clinics, tracts, k=25).reset_index()
    cost = near.rename(columns={"geoid": "origin", "provider_id": "dest", "km": "cost"})
    cost = cost[cost["cost"] <= 20].drop(columns="rank")
    demand = pd.DataFrame({"geoid": tracts.index, "demand": tracts["children"].to_numpy()})
    supply = pd.DataFrame({"supply": clinics["supply"]}).rename_axis("geoid")
    for method, peer in [("e2sfca", fca.two_stage_fca), ("3sfca", fca.three_stage_fca)]:
        known = peer(demand, supply, cost.copy(), 20, weight_fn=theirs)
        fit = floating_catchment(clinics, tracts, reach=ours, method=method)
        found = fit.tracts["access"] / 1000
        assert np.allclose(found, known.reindex(found.index).fillna(0), rtol=1e-12, atol=0)


@pytest.mark.mirror
def test_on_new_york_citys_tracts_the_supply_adds_up_on_plane_and_sphere(mirror: Path) -> None:
    tracts = gpd.read_file(mirror / "nyc" / "nyc_tracts" / "census_tract_2020.geojson")
    tracts = tracts.set_index("geoid")[["geometry"]].assign(children=1 + np.arange(2325) % 900)
    table = pd.read_csv(mirror / "nyc" / "nyc_school_locations" / "2019-2020_School_Locations.csv")
    table = table.drop_duplicates("system_code")
    at = [pd.to_numeric(table[axis], errors="coerce") for axis in ("LONGITUDE", "LATITUDE")]
    sites = gpd.GeoDataFrame(
        {"provider_id": table["system_code"].to_numpy()}, geometry=gpd.points_from_xy(*at), crs=4326
    )
    plane, sphere = (
        floating_catchment(sites, tracts, reach={1: 1, 2: 0.68, 4: 0.22}, distance=how)
        for how in ("planar", "great_circle")
    )
    for fit in (plane, sphere):
        assert fit.supply_error < 1e-12
        assert fit.supply_used > 2000
        assert fit.centroids == 2325
        assert fit.facts()["provider without a place"]
    gap = plane.tracts["nearest_km"] / sphere.tracts["nearest_km"] - 1
    assert gap.abs().max() < 0.005
    assert plane.tracts["access"].corr(sphere.tracts["access"], method="spearman") > 0.999
