"""What access to care must obey, whatever the map."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.access import Reach, floating_catchment, nearest_provider

REACHES = st.sampled_from(
    [
        Reach.step((5, 10, 20), (1, 0.68, 0.22)),
        Reach.step((7,), (1,)),
        Reach.gaussian(20, scale=8),
        Reach((15.0,), shape="exponential", scale=5.0),
    ]
)
METHODS = st.sampled_from(["e2sfca", "3sfca", "split"])
SPOTS = st.tuples(st.integers(0, 60), st.integers(0, 9))
TRACTS = st.lists(
    st.tuples(SPOTS, st.one_of(st.none(), st.just(0), st.integers(1, 5000))),
    min_size=1,
    max_size=12,
)
CLINICS = st.lists(
    st.tuples(SPOTS, st.one_of(st.none(), st.just(0), st.integers(1, 40))), min_size=1, max_size=12
)
WORLDS = st.tuples(TRACTS, CLINICS)


def table(rows: list, column: str, letter: str, name: str) -> gpd.GeoDataFrame:
    x, y = zip(*(spot for spot, _ in rows), strict=True)
    points = gpd.points_from_xy([1000 * km for km in x], [1000 * km for km in y])
    ids = pd.Index([f"{letter}{i:02d}" for i in range(len(rows))], name=name)
    values = np.array([value for _, value in rows], dtype=float)
    return gpd.GeoDataFrame({column: values}, index=ids, geometry=points, crs=32618)


def world(drawn: tuple) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Providers and tracts, of which one has children and one supply."""
    tracts = table([*drawn[0], ((30, 3), 700)], "children", "t", "geoid")
    return table([*drawn[1], ((31, 3), 2)], "supply", "p", "provider_id"), tracts


@given(WORLDS, REACHES, METHODS)
@settings(max_examples=60)
def test_children_times_access_is_the_supply_that_is_used(
    drawn: tuple, reach: Reach, method: str
) -> None:
    fit = floating_catchment(*world(drawn), reach=reach, method=method)
    used = fit.providers.loc[fit.providers["used"], "supply"].sum()
    given_out = (fit.tracts["children"] * fit.tracts["access"]).sum() / 1000
    assert np.isclose(given_out, used, rtol=1e-9)
    assert fit.supply_used == used
    reached = (fit.tracts["providers_in_reach"] > 0) & (fit.tracts["children"] > 0)
    assert (fit.tracts.loc[reached, "access"] > 0).all()
    if method == "split":
        counted = fit.providers["demand_in_reach"].sum()
        assert np.isclose(counted, fit.tracts.loc[reached, "children"].sum(), rtol=1e-9)


@given(WORLDS, REACHES, METHODS)
@settings(max_examples=40)
def test_access_is_the_formula_over_all_pairs(drawn: tuple, reach: Reach, method: str) -> None:
    clinics, tracts = world(drawn)
    fit = floating_catchment(clinics, tracts, reach=reach, method=method)
    km = np.array([clinics.distance(home) / 1000 for home in tracts.geometry])
    weight = reach.weight(km) * (clinics["supply"] > 0).to_numpy()
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    f = {"e2sfca": weight, "split": weight / total, "3sfca": weight**2 / total}[method]
    demand = f.T @ tracts["children"].fillna(0).to_numpy()
    ratio = np.divide(clinics["supply"], demand, where=demand > 0, out=np.zeros(len(demand)))
    expected = 1000 * f @ ratio
    known = fit.tracts["access"].notna().to_numpy()
    assert np.allclose(fit.tracts["access"][known], expected[known], rtol=1e-10, atol=0)
    assert (fit.tracts["providers_in_reach"] == (weight > 0).sum(axis=1)).all()


@given(WORLDS, REACHES, METHODS, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_rows_does_not_matter(drawn: tuple, reach: Reach, method: str, random) -> None:
    clinics, tracts = world(drawn)
    one = floating_catchment(clinics, tracts, reach=reach, method=method)
    mixed = [table.loc[random.sample(list(table.index), len(table))] for table in (clinics, tracts)]
    other = floating_catchment(*mixed, reach=reach, method=method)
    assert other.tracts.index.equals(mixed[1].index)
    for mine, theirs in [(one.tracts, other.tracts), (one.providers, other.providers)]:
        pd.testing.assert_frame_equal(mine, theirs.loc[mine.index], rtol=1e-10)


@given(WORLDS, REACHES, METHODS, st.floats(0.01, 100))
@settings(max_examples=40)
def test_scaling_supply_scales_access_and_scaling_children_divides_it(
    drawn: tuple, reach: Reach, method: str, factor: float
) -> None:
    clinics, tracts = world(drawn)
    base = floating_catchment(clinics, tracts, reach=reach, method=method).tracts["access"]
    more = clinics.assign(supply=clinics["supply"] * factor)
    scaled = floating_catchment(more, tracts, reach=reach, method=method).tracts["access"]
    assert np.allclose(scaled, base * factor, rtol=1e-10, atol=0, equal_nan=True)
    born = tracts.assign(children=tracts["children"] * factor)
    thinned = floating_catchment(clinics, born, reach=reach, method=method).tracts["access"]
    assert np.allclose(thinned * factor, base, rtol=1e-10, atol=0, equal_nan=True)


@given(WORLDS, REACHES, METHODS, SPOTS, st.integers(1, 40))
@settings(max_examples=40)
def test_one_more_provider_never_lowers_the_supply_used_nor_brings_nearer_ones_farther(
    drawn: tuple, reach: Reach, method: str, spot: tuple, supply: int
) -> None:
    clinics, tracts = world(drawn)
    more, _ = world((drawn[0], [*drawn[1], (spot, supply)]))
    one = floating_catchment(clinics, tracts, reach=reach, method=method)
    other = floating_catchment(more, tracts, reach=reach, method=method)
    assert other.supply_used >= one.supply_used
    assert (other.tracts["providers_in_reach"] >= one.tracts["providers_in_reach"]).all()
    assert (other.tracts["nearest_km"] <= one.tracts["nearest_km"]).all()
    if method == "e2sfca":
        known = one.tracts["access"].notna() & other.tracts["access"].notna()
        gained = other.tracts["access"] - one.tracts["access"]
        assert (gained[known] >= -1e-9).all()


@given(WORLDS, REACHES, METHODS, st.integers(-400_000, 400_000), st.integers(0, 8_000_000))
@settings(max_examples=40)
def test_moving_the_whole_map_changes_nothing(
    drawn: tuple, reach: Reach, method: str, east: int, north: int
) -> None:
    clinics, tracts = world(drawn)
    base = floating_catchment(clinics, tracts, reach=reach, method=method).tracts
    moved = [table.set_geometry(table.translate(east, north)) for table in (clinics, tracts)]
    there = floating_catchment(*moved, reach=reach, method=method).tracts
    pd.testing.assert_frame_equal(base, there, rtol=1e-9)


@given(WORLDS, REACHES)
@settings(max_examples=30)
def test_two_providers_at_one_point_are_as_one_with_their_supply(
    drawn: tuple, reach: Reach
) -> None:
    clinics, tracts = world(drawn)
    halves = clinics.assign(supply=clinics["supply"] / 2)
    twice = pd.concat([halves, halves.rename(index=lambda name: f"{name}b")])
    one = floating_catchment(clinics, tracts, reach=reach).tracts
    other = floating_catchment(twice, tracts, reach=reach).tracts
    assert np.allclose(one["access"], other["access"], rtol=1e-10, equal_nan=True)
    assert (other["providers_in_reach"] == 2 * one["providers_in_reach"]).all()
    pd.testing.assert_series_equal(one["nearest_provider"], other["nearest_provider"])


@given(WORLDS, REACHES, METHODS)
@settings(max_examples=30)
def test_a_table_that_holds_the_straight_lines_gives_the_straight_lines(
    drawn: tuple, reach: Reach, method: str
) -> None:
    clinics, tracts = world(drawn)
    straight = floating_catchment(clinics, tracts, reach=reach, method=method)
    near = nearest_provider(clinics, tracts, k=len(clinics)).reset_index()
    times = near.rename(columns={"km": "minutes"}).drop(columns="rank")
    timed = floating_catchment(clinics, tracts, reach=reach, method=method, travel_times=times)
    shared = ["access", "providers_in_reach", "nearest_provider", "state"]
    pd.testing.assert_frame_equal(straight.tracts[shared], timed.tracts[shared], rtol=1e-10)
    first = nearest_provider(clinics, tracts)
    assert (first["km"] == straight.tracts["nearest_km"]).all()
    assert (first["provider_id"] == straight.tracts["nearest_provider"]).all()


@given(
    st.lists(st.floats(0.1, 100), min_size=1, max_size=6, unique=True),
    st.lists(st.floats(0, 150), min_size=2, max_size=30),
)
@settings(max_examples=60)
def test_weights_never_rise_with_distance_and_end_at_the_limit(
    limits: list[float], km: list[float]
) -> None:
    zones = tuple(sorted(limits))
    step = Reach.step(zones, tuple(1 / (1 + i) for i in range(len(zones))))
    distance = np.sort(np.array(km))
    for reach in (
        step,
        Reach.gaussian(zones[-1], scale=zones[-1] / 3),
        Reach((50.0,), shape="exponential", scale=9.0),
    ):
        weight = reach.weight(distance)
        assert (np.diff(weight) <= 0).all()
        assert (weight[distance > reach.limit + 1e-5] == 0).all()
        assert (weight[distance <= reach.limit] > 0).all()
