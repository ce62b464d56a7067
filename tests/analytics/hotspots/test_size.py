"""The school null with size and type: small schools that stand together are no hot spot."""

import numpy as np
import pandas as pd
import pytest

from analytics.hotspots.false_alarms import false_alarms
from analytics.hotspots.nulls import size_rates
from analytics.hotspots.test import hot_spots
from analytics.hotspots.tract_map import level_rates, school_residuals
from geo.weights.weights import Weights

SIDE = 12
SLOPE = -0.5  # log odds for a school e times as large, as in New York City


def expit(eta):
    return 1 / (1 + np.exp(-eta))


def beta_binomial(rng, n, p, rho):
    size = 1 / rho - 1
    return rng.binomial(n, rng.beta(p * size, (1 - p) * size)).astype(float)


@pytest.fixture(scope="module")
def county():
    """144 tracts and 160 schools that share them, the small ones in the west."""
    rng = np.random.default_rng(2)
    cells = np.array([(r, c) for r in range(SIDE) for c in range(SIDE)], dtype=float)
    places = rng.uniform(0, SIDE - 1, (160, 2))
    distance = np.linalg.norm(places[:, None] - cells, axis=2)
    reach = np.exp(-2 * distance)
    reach[reach < 1e-2] = 0
    n = np.exp(rng.normal(5.4 + 0.12 * places[:, 1], 0.4)).astype(int) + 20
    index = pd.Index([f"s{i}" for i in range(160)])
    return {
        "n": pd.Series(n, index=index),
        "share": reach / reach.sum(axis=1, keepdims=True),
        "weights": Weights.distance_band(cells, 1.5),
        "strata": pd.Series(np.where(np.arange(160) < 100, "k8", "high"), index=index),
    }, places


def world(county, seed, slope):
    """Counts of schools without any place effect."""
    data, _ = county
    n = data["n"].to_numpy()
    p = expit(-1.1 + slope * (np.log(n) - np.log(n).mean()))
    return pd.Series(beta_binomial(np.random.default_rng(seed), n, p, 0.08), data["n"].index)


def shares_and_maps(county, null, count, slope):
    """Share of tracts at .05 on each map, and maps with a tract at q <= .05."""
    data, _ = county
    shares, maps = [], 0
    for seed in range(count):
        x = world(county, seed, slope)
        found = hot_spots(x, **data, null=null, draws=999, max_draws=9_999, seed=seed)
        shares.append((found["p_sim"] <= 0.05).mean())
        maps += bool((found["q"] <= 0.05).any())
    return np.array(shares), maps


@pytest.mark.slow
def test_size_is_no_hot_spot(county, replicates):
    count = replicates(30, 300)
    shares, maps = shares_and_maps(county, "schools", count, SLOPE)
    error = max(shares.std(ddof=1), 0.025) / np.sqrt(count)
    assert abs(shares.mean() - 0.05) <= 3 * error
    assert maps / count <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / count)


@pytest.mark.parametrize("statistic", ["gi_star", "local_moran"])
def test_a_place_is_found_through_the_differences_of_size(county, statistic):
    """Statistics look at counts without size: else its pattern would drown the place's."""
    data, places = county
    n, near = data["n"], np.linalg.norm(places - [8, 6], axis=1) < 2.2
    eta = -1.1 + SLOPE * (np.log(n) - np.log(n).mean()) + 1.5 * near
    x = pd.Series(beta_binomial(np.random.default_rng(6), n, expit(eta), 0.03), n.index)
    found = hot_spots(x, **data, statistic=statistic, draws=9_999, seed=1)["hot"].to_numpy()
    hot = found.reshape(SIDE, SIDE).copy()
    assert hot[7:10, 5:8].mean() > 0.5
    hot[4:, 2:11] = False
    assert not hot.any()


@pytest.mark.slow
def test_without_a_slope_the_answer_is_that_of_the_level(county, replicates):
    """The F test lets size in once in fifty maps (two levels at .01); elsewhere nothing moves."""
    data, _ = county
    count, same = replicates(30, 300), 0
    for seed in range(count):
        x = world(county, seed, 0.0)
        one, two = (
            hot_spots(x, **data, null=null, draws=199, seed=seed)
            for null in ("schools", "schools_level")
        )
        same += one.equals(two)
    assert same / count >= 0.97 - 3 * np.sqrt(0.03 * 0.97 / count)


def test_the_rates_of_size_and_type_are_recovered():
    rng = np.random.default_rng(4)
    n = np.exp(rng.normal(6, 0.7, 1_500)).astype(int) + 20
    codes, types = rng.integers(0, 2, 1_500), (rng.random(1_500) < 0.05).astype(int)
    size = np.log(n) - 6
    p = expit(-1 + 0.5 * codes - 0.5 * size + 0.15 * codes * size**2 + types)
    x = beta_binomial(rng, n, p, 0.08)
    fitted = size_rates(x, n.astype(float), codes, types)
    assert np.abs(np.log(fitted.p / p)).mean() < 0.05
    # Levels, their lines, one parabola, and the type.
    assert fitted.leverage.sum() == pytest.approx(6, abs=1.01)
    residuals = school_residuals(x, n.astype(float), codes, fitted)
    np.testing.assert_allclose(residuals.rho, 0.08, atol=0.015)
    flat = school_residuals(x, n.astype(float), codes)
    assert flat.rho.min() > residuals.rho.max()


def test_what_cannot_be_fitted_keeps_the_rate_of_the_level():
    rng = np.random.default_rng(1)
    n = rng.integers(30, 900, 60).astype(float)
    codes = np.repeat([0, 1, 2], 20)
    x = np.where(codes == 0, 0, np.where(codes == 1, n, np.floor(0.3 * n)))
    fitted = size_rates(x, n, codes)
    np.testing.assert_array_equal(fitted.p[:40], np.repeat([0.0, 1.0], 20))
    np.testing.assert_allclose(fitted.p, level_rates(x, n, codes).p, atol=0.02)
    few = size_rates(x[40:50], n[40:50], np.zeros(10, dtype=int))
    np.testing.assert_array_equal(few.p, level_rates(x[40:50], n[40:50], codes[:10]).p)
    same = size_rates(x[40:], np.full(20, 900.0), np.zeros(20, dtype=int))
    np.testing.assert_allclose(same.p, x[40:].sum() / 18_000)


def test_a_part_of_the_place_is_found_by_default_and_not_within_it(county):
    data, places = county
    corner = pd.Series((places < 4.5).all(axis=1), data["n"].index)
    p = np.where(corner, 0.5, 0.2)
    n = pd.Series(400, data["n"].index)
    x = pd.Series(beta_binomial(np.random.default_rng(3), n, p, 0.02), n.index)
    given = {**data, "x": x, "n": n, "within": corner}
    by_default = hot_spots(**given, draws=9_999, seed=1)
    within = hot_spots(**given, null="schools_within", draws=9_999, seed=1)
    assert by_default["hot"].sum() >= 8
    assert not within["hot"].any()
    given.pop("within")
    whole = hot_spots(**given, null="schools_within", draws=9_999, seed=1)
    pd.testing.assert_frame_equal(whole, by_default)


def test_a_broad_trend_is_a_hot_spot_to_the_test_where_a_place_is_large():
    """Large beside how far a school reaches; in New York City .107 of tracts (error .002)."""
    side, schools = 24, 700
    rng = np.random.default_rng(2)
    cells = np.array([(r, c) for r in range(side) for c in range(side)], dtype=float)
    distance = np.linalg.norm(rng.uniform(0, side - 1, (schools, 1, 2)) - cells, axis=2)
    reach = np.exp(-3 * distance) * (distance < 2)
    n = pd.Series(rng.integers(200, 900, schools))
    x = pd.Series(beta_binomial(rng, n.to_numpy(), 0.25, 0.02))
    given = {
        "share": reach / reach.sum(axis=1, keepdims=True),
        "weights": Weights.distance_band(cells, 1.5),
        "north": pd.Series(cells[:, 0]),
    }
    options = {"nulls": ["schools"], "statistics": ["gi_star"], "replicates": 12, "seed": 2}
    (trend,) = false_alarms(x, n, **given, **options, world="trend")
    (none,) = false_alarms(x, n, **given, **options, world="independent")
    assert trend.share > none.share + 3 * trend.standard_error
    with pytest.raises(ValueError, match="north"):
        false_alarms(x, n, **{**given, "north": None}, **options, world="trend")


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("place", ["demo", pytest.param("nyc", marks=pytest.mark.mirror)])
@pytest.mark.parametrize("made", ["size", "independent", "reassigned"])
def test_real_places_without_place_effects_keep_the_promise(request, replicates, place, made):
    """Draws up to 9,999: with few draws no tract could pass q, and the promise would be empty."""
    panel = request.getfixturevalue(f"{place}_panel")
    rows = panel.absence
    last = rows["school_year"].eq(panel.area.default_year)
    rows = rows[last & rows["student_group"].eq("all") & rows["grade"].eq("all")]
    rows = rows.set_index("school_id")
    schools = panel.schools.reindex(rows.index)
    count = replicates(4 if place == "nyc" else 30, 100)
    (alarms,) = false_alarms(
        rows["chronic_absent"],
        rows["enrolled"],
        panel.catchment,
        Weights.queen(panel.tracts),
        strata=schools["level"],
        types=schools["school_type"],
        nulls=["schools"],
        statistics=["gi_star"],
        world=made,
        replicates=count,
        draws=999,
        max_draws=9_999,
        seed=11,
    )
    assert abs(alarms.share - 0.05) <= max(0.01, 3 * alarms.standard_error)
    assert alarms.false_discovery <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / count)
