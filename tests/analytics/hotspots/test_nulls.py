"""Three nulls and three statistics on maps made from schools: right where they should be."""

import numpy as np
import pandas as pd
import pytest

from analytics import local, threads
from analytics.hotspots import draws as drawn_maps
from analytics.hotspots import gi_star_schools
from analytics.hotspots.false_alarms import false_alarms
from analytics.hotspots.nulls import NULLS, constant_risk
from analytics.hotspots.test import hot_spots
from analytics.local.significance import smallest_draws_needed
from analytics.local.statistics import STATISTICS, prepare, standardised
from analytics.smoothing import standardized_rates
from geo.weights.weights import Weights

SIDE = 12


class CancelledError(Exception):
    """Stops the work from within a progress callback."""


def made_county(side, schools):
    """Tracts on a grid, and schools of two levels and very unequal size that share them."""
    rng = np.random.default_rng(5)
    cells = np.array([(r, c) for r in range(side) for c in range(side)], dtype=float)
    places = rng.uniform(0, side - 1, (schools, 2))
    level = np.where(np.arange(schools) < 0.7 * schools, "elementary", "high")
    distance = np.linalg.norm(places[:, None] - cells, axis=2)
    reach = np.exp(-distance / np.where(level == "high", 1.5, 0.8)[:, None])
    reach[reach < 1e-2] = 0
    n = np.exp(rng.normal(6, 0.8, schools)).astype(int) + 20
    risk = rng.beta(0.3 * 12, 0.7 * 12, schools)
    index = pd.Index([f"s{i}" for i in range(schools)])
    return {
        "x": pd.Series(rng.binomial(n, risk), index=index),
        "n": pd.Series(n, index=index),
        "share": reach / reach.sum(axis=1, keepdims=True),
        "weights": Weights.distance_band(cells, 1.5),
        "strata": pd.Series(level, index=index),
    }, places


@pytest.fixture(scope="module")
def county():
    """144 tracts and 90 schools."""
    return made_county(SIDE, 90)


def own_tracts(x, n, weights, **options):
    """Tracts that are measured themselves: one school each."""
    return hot_spots(x, n, np.eye(len(x)), weights, measure="crude", seed=1, **options)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_the_statistic_of_a_map_is_the_one_of_analytics_local(county, statistic):
    data, _ = county
    found = hot_spots(**data, statistic=statistic, measure="crude", draws=9, seed=1)
    if statistic != "local_moran":
        expected = getattr(local, statistic)(found["value"], data["weights"])
        np.testing.assert_allclose(found["z"], expected["z"], rtol=1e-10)
        return
    x, n = (data["share"].T @ data[name].to_numpy() for name in "xn")
    rows = data["weights"].row_standardized()
    risk = standardized_rates(x, n)
    expected = local.local_moran(risk, rows)
    mean, sd = prepare("local_moran", rows).moments(standardised(risk[:, None]))
    np.testing.assert_allclose(found["z"], (expected["local_i"] - mean) / sd, rtol=1e-9)
    assert found["quadrant"].tolist() == expected["quadrant"].tolist()


def test_constant_risk_draws_students_and_keeps_the_sums_of_levels():
    rng = np.random.default_rng(8)
    n = rng.integers(5, 400, 40).astype(float)
    codes = np.repeat([0, 1], 20)
    x = np.floor(n * np.where(codes, 0.5, 0.1))
    null = constant_risk(x, n, codes)
    drawn = null.draw(null.generators(3), 3000)
    p = np.bincount(codes, x) / np.bincount(codes, n)
    for code in (0, 1):
        assert (drawn[codes == code].sum(axis=0) == x[codes == code].sum()).all()
    assert ((drawn >= 0) & (drawn <= n[:, None])).all()
    total = np.bincount(codes, n)[codes]
    sd = np.sqrt(n * p[codes] * (1 - p[codes]) * (total - n) / (total - 1))  # hypergeometric
    np.testing.assert_allclose(drawn.mean(axis=1), n * p[codes], atol=5 * sd.max() / 3000**0.5)
    np.testing.assert_allclose(drawn.std(axis=1), sd, rtol=0.08)
    with pytest.raises(ValueError, match="draws whole students"):
        constant_risk(np.array([1.5]), np.array([9.0]), np.array([0]))


def test_constant_risk_sees_any_difference_and_the_school_null_only_clusters(county):
    data, _ = county
    any_difference = hot_spots(**data, null="constant_risk", seed=1, draws=999)
    clusters = hot_spots(**data, null="schools", seed=1, draws=999)
    assert (any_difference["q"] <= 0.05).mean() > 0.6
    assert (clusters["q"] <= 0.05).mean() < 0.05


@pytest.mark.parametrize("null", NULLS)
@pytest.mark.parametrize("statistic", STATISTICS)
def test_adaptive_draws_reach_the_decision_of_all_draws(county, null, statistic):
    data, places = county
    near = np.linalg.norm(places - 3, axis=1) < 2.6
    data = {**data, "x": data["x"].mask(near, (0.7 * data["n"]).astype(int))}
    options = {"null": null, "statistic": statistic, "seed": 2, "alpha": 0.05}
    few = hot_spots(**data, draws=999, **options)
    some = hot_spots(**data, draws=999, max_draws=2_999, **options)
    full = hot_spots(**data, draws=2_999, **options)
    tested = some["draws"].notna()
    assert set(some.loc[tested, "draws"]) <= {999, 2_999}
    once = (some["draws"] == 999).to_numpy()
    pd.testing.assert_frame_equal(some[once].drop(columns="q"), few[once].drop(columns="q"))
    assert 0 < once.mean() < 1
    decided, wanted = some["q"] <= 0.05, full["q"] <= 0.05
    assert (decided != wanted).mean() < 0.02


def test_results_depend_on_neither_batches_nor_threads(county, monkeypatch):
    data, _ = county
    for statistic in STATISTICS:
        options = {"statistic": statistic, "seed": 3, "draws": 999, "max_draws": 2_999}
        monkeypatch.setattr(drawn_maps, "BATCH", 64)
        one = hot_spots(**data, **options)
        monkeypatch.setattr(drawn_maps, "BATCH", 37)
        monkeypatch.setattr(threads, "THREADS", 1)
        two = hot_spots(**data, **options)
        monkeypatch.setattr(threads, "THREADS", 3)
        three = hot_spots(**data, **options)
        pd.testing.assert_frame_equal(one, two, rtol=1e-12)
        pd.testing.assert_frame_equal(two, three, rtol=0)


def test_cancelling_ends_the_work_at_once(county):
    data, _ = county
    seen = []

    def stop(done, wanted):
        seen.append((done, wanted))
        if len(seen) == 3:
            raise CancelledError("enough")

    with pytest.raises(CancelledError, match="enough"):
        hot_spots(**data, draws=9_999, seed=1, progress=stop)
    with pytest.raises(CancelledError):
        false_alarms(**data, replicates=9, draws=19, seed=1, progress=stop_at_once)
    assert seen == [(64, 9_999), (128, 9_999), (192, 9_999)]


def stop_at_once(done, wanted):
    raise CancelledError(f"{done} of {wanted}")


def test_progress_grows_by_stages_and_ends_complete(county):
    data, _ = county
    seen = []
    hot_spots(
        **data,
        null="constant_risk",
        seed=1,
        max_draws=2_999,
        progress=lambda *step: seen.append(step),
    )
    done, wanted = zip(*seen, strict=True)
    assert list(done) == sorted(set(done))
    assert set(wanted) == {999, 2_999}
    assert seen[-1] == (2_999, 2_999)


def test_degenerate_maps_have_a_state_and_no_number():
    line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    for statistic in STATISTICS:
        for null in NULLS:
            options = {"statistic": statistic, "null": null, "draws": 19}
            flat = own_tracts([1, 2, 3, 4], [10, 20, 30, 40], line, **options)
            assert flat[["z", "p_sim", "q", "draws"]].isna().all(axis=None)
            assert set(flat["hot_class"]) == {"not shown"}
            assert set(flat["state"]) == {"constant values"}
            none = own_tracts([None] * 4, [9] * 4, line, **options)
            assert set(none["state"]) == {"no students"}
            alone = own_tracts([3, None, None, None], [9] * 4, line, **options)
            assert alone["state"].tolist() == ["too few areas", *["no students"] * 3]
            nobody = own_tracts([0, 0, 0, 0], [9] * 4, line, **options)
            assert nobody["p_sim"].isna().all()


def test_fractional_counts_cannot_be_drawn_and_the_school_is_named():
    line = Weights.from_edges("ab", "ab", "ba")
    x, n = pd.Series([1.0, 2.5], index=["s", "t"]), pd.Series([9, 9], index=["s", "t"])
    with pytest.raises(ValueError, match=r"row 't': 2\.5 of 9 students"):
        hot_spots(x, n, np.eye(2), line, null="constant_risk", seed=1)


def test_an_island_is_tested_alone_or_says_that_it_is_one():
    ring = Weights.from_edges(range(7), [*range(6)] * 2, [*range(1, 6), 0, 5, *range(5)])
    x, n = [1, 9, 4, 2, 8, 3, 5], [10] * 7
    for null in ("schools", "constant_risk"):
        states = {s: own_tracts(x, n, ring, statistic=s, null=null)["state"] for s in STATISTICS}
        assert set(states["gi_star"]) == {"tested"}
        for statistic in ("gi", "local_moran"):
            assert states[statistic].tolist() == ["tested"] * 6 + ["island"]
    for statistic in STATISTICS:
        found = own_tracts(x, n, ring, statistic=statistic, null="areas")
        assert found["state"].tolist() == ["tested"] * 6 + ["island"]
        assert found.loc[6, ["p_sim", "draws"]].isna().all()


def test_a_low_tract_among_high_ones_is_an_outlier_and_no_hot_spot():
    cells = np.array([(r, c) for r in range(9) for c in range(9)], dtype=float)
    weights = Weights.distance_band(cells, 1.5)
    rate = np.where((np.abs(cells - 4) <= 2).all(axis=1), 60, 10)
    rate[40] = 1
    found = own_tracts(
        rate, [100] * 81, weights, statistic="local_moran", null="areas", draws=9_999
    )
    assert found.loc[40, "quadrant"] == "LH"
    assert found.loc[40, "q"] < 0.05
    assert found.loc[40, "hot_class"] == "not significant"
    assert found.loc[30, "hot_class"].startswith("hot")


def test_bad_requests_are_refused(county):
    data, _ = county
    for options, message in (
        ({"statistic": "g"}, "statistic"),
        ({"null": "tracts"}, "unknown null"),
        ({"draws": 99, "max_draws": 9}, "below draws"),
        ({"alpha": 5}, "alpha"),
        ({"draws": 0}, "draws"),
    ):
        with pytest.raises(ValueError, match=message):
            hot_spots(**data, seed=1, **options)
    with pytest.raises(ValueError, match="world"):
        false_alarms(**data, seed=1, world="flat")


def keeps_alpha(alarms, alpha=0.05):
    """Within three standard errors; a few maps estimate theirs badly, so it is at least typical."""
    typical = 0.025 / np.sqrt(alarms.replicates)
    assert abs(alarms.share - alpha) <= 3 * max(alarms.standard_error, typical), alarms


def discovers_nothing(alarms, alpha=0.05):
    """Where there is nothing to find, any discovery is false: at most alpha of maps have one."""
    chance = np.sqrt(alpha * (1 - alpha) / alarms.replicates)
    assert alarms.false_discovery <= alpha + 3 * chance, alarms


@pytest.mark.slow
@pytest.mark.parametrize(
    ("null", "world"), [("schools", "independent"), ("constant_risk", "constant_risk")]
)
def test_each_null_keeps_alpha_in_its_own_world(county, replicates, null, world):
    data, _ = county
    options = {"replicates": replicates(60, 1000), "seed": 7, "statistics": STATISTICS}
    for alarms in false_alarms(**data, nulls=[null], world=world, **options):
        keeps_alpha(alarms)
        discovers_nothing(alarms)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("null", "world"), [("schools", "independent"), ("constant_risk", "constant_risk")]
)
def test_false_discoveries_keep_q_at_draws_that_let_a_single_tract_pass(
    county, replicates, null, world
):
    data, _ = county
    draws = smallest_draws_needed(SIDE**2, 0.05)
    options = {"replicates": replicates(10, 400), "seed": 3, "statistics": STATISTICS}
    for alarms in false_alarms(**data, nulls=[null], world=world, draws=draws, **options):
        keeps_alpha(alarms)
        discovers_nothing(alarms)


@pytest.mark.slow
def test_the_school_null_stays_near_alpha_for_one_set_of_schools_moved_about(county, replicates):
    """Size and rate stay linked as they happen to be in this one set of schools."""
    data, _ = county
    options = {"replicates": replicates(60, 1000), "seed": 7, "statistics": STATISTICS}
    for alarms in false_alarms(**data, nulls=["schools"], world="reassigned", **options):
        assert 0.03 < alarms.share < 0.08
        discovers_nothing(alarms)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["demo", pytest.param("nyc", marks=pytest.mark.mirror)])
@pytest.mark.parametrize(
    ("null", "world"), [("schools", "independent"), ("constant_risk", "constant_risk")]
)
def test_each_null_keeps_alpha_on_real_geography(request, replicates, place, null, world):
    panel = request.getfixturevalue(f"{place}_panel")
    rows = panel.absence
    year = "2018-19" if place == "nyc" else panel.area.default_year
    last = rows["school_year"].eq(year)
    rows = rows[last & rows["student_group"].eq("all") & rows["grade"].eq("all")]
    rows = rows.set_index("school_id")
    found = false_alarms(
        rows["chronic_absent"],
        rows["enrolled"],
        panel.catchment,
        Weights.queen(panel.tracts),
        strata=panel.schools["level"].reindex(rows.index),
        nulls=[null],
        world=world,
        replicates=replicates(16, 400),
        seed=5,
    )
    for alarms in found:
        keeps_alpha(alarms)
        discovers_nothing(alarms)


@pytest.mark.slow
def test_shuffled_areas_keep_alpha_only_where_areas_are_measured_themselves(county, replicates):
    data, _ = county
    rng = np.random.default_rng(2)
    n = pd.Series(rng.integers(30, 900, SIDE**2))
    x = pd.Series(rng.binomial(n, rng.beta(3, 7, SIDE**2)))
    options = {"nulls": ["areas"], "statistics": STATISTICS, "seed": 3, "measure": "crude"}
    measured = (x, n, np.eye(SIDE**2), data["weights"])
    for alarms in false_alarms(*measured, replicates=replicates(40, 1000), **options):
        keeps_alpha(alarms)
    for alarms in false_alarms(**data, replicates=replicates(20, 200), **options):
        assert alarms.share > 0.12


@pytest.mark.slow
@pytest.mark.parametrize(("radius", "power"), [(1.8, 0.5), (2.4, 0.7), (3.6, 0.6)])
def test_planted_hot_spots_of_three_sizes_are_found(replicates, radius, power):
    """Tracts in the core of a disc of schools at 3.5 times the odds (30 % to 60 %) are called hot.

    Of 324 tracts the discs hold 3, 6 and 13 %; the largest moves mean and spread of the map.
    """
    data, places = made_county(18, 220)
    cells = np.array([(r, c) for r in range(18) for c in range(18)], dtype=float)
    inside, outside, rng = [], [], np.random.default_rng(4)
    for replicate in range(replicates(10, 200)):
        centre = rng.uniform(3, 14, 2)
        near = np.linalg.norm(places - centre, axis=1) < radius
        risk = rng.beta(0.3 * 40, 0.7 * 40, len(places))
        odds = risk / (1 - risk) * np.where(near, 3.5, 1.0)
        x = pd.Series(rng.binomial(data["n"], odds / (1 + odds)), index=data["n"].index)
        found = hot_spots(**{**data, "x": x}, max_draws=9_999, seed=replicate)
        hot = found["hot"].to_numpy()
        away = np.linalg.norm(cells - centre, axis=1)
        inside.append(hot[away < radius / 2].mean())
        outside.append(hot[away > radius + 2.5].sum() / max(1, hot.sum()))
    assert np.mean(inside) > power
    assert np.mean(outside) < 0.05


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("null", ["schools", "constant_risk"])
def test_order_of_tracts_changes_nothing(county, statistic, null):
    data, _ = county
    order = np.random.default_rng(1).permutation(SIDE**2)
    turned = {**data, "share": data["share"][:, order], "weights": data["weights"].subset(order)}
    options = {"statistic": statistic, "null": null, "seed": 1, "draws": 99}
    one, two = hot_spots(**data, **options), hot_spots(**turned, **options)
    assert two.index.tolist() == order.tolist()
    pd.testing.assert_frame_equal(two.loc[one.index], one, rtol=1e-9)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_p_values_keep_the_range_that_the_draws_allow(county, statistic):
    data, _ = county
    p = hot_spots(**data, statistic=statistic, seed=1, draws=99)["p_sim"]
    assert p.between(2 / 100, 1).all()


def test_gi_star_schools_is_the_default_of_hot_spots(county):
    data, _ = county
    old = gi_star_schools(**data, draws=99, seed=4)
    new = hot_spots(**data, draws=99, seed=4)
    pd.testing.assert_frame_equal(old, new.drop(columns=["hot", "cold", "draws"]))
