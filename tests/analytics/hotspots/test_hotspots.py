"""The school-level null: right where schools are assigned at random, and it finds what is there."""

import numpy as np
import pandas as pd
import pytest

from analytics.hotspots import draws as drawn_maps
from analytics.hotspots import gi_star_schools
from analytics.hotspots.false_alarms import false_alarms
from analytics.hotspots.test import hot_spots
from analytics.hotspots.tract_map import overdispersion, school_residuals
from analytics.local.significance import smallest_draws_needed
from analytics.smoothing import empirical_bayes
from geo.weights.weights import Weights

SIDE = 14


@pytest.fixture(scope="module")
def county():
    """196 tracts on a grid, 120 schools of two levels that share them by distance."""
    rng = np.random.default_rng(11)
    cells = np.array([(r, c) for r in range(SIDE) for c in range(SIDE)], dtype=float)
    weights = Weights.distance_band(cells, 1.5)
    places = rng.uniform(0, SIDE - 1, (120, 2))
    level = np.where(np.arange(120) < 90, "elementary", "high")
    distance = np.linalg.norm(places[:, None] - cells, axis=2)
    reach = np.exp(-distance / np.where(level == "high", 1.5, 0.8)[:, None])
    reach[reach < 1e-2] = 0
    n = rng.integers(40, 900, 120)
    risk = rng.beta(0.25 * 9, 0.75 * 9, 120)
    index = pd.Index([f"s{i}" for i in range(120)])
    return {
        "x": pd.Series(rng.binomial(n, risk), index=index),
        "n": pd.Series(n, index=index),
        "share": reach / reach.sum(axis=1, keepdims=True),
        "weights": weights,
        "strata": pd.Series(level, index=index),
    }, places


@pytest.mark.parametrize("measure", ["crude", "ratio", "eb"])
def test_false_alarms_keep_the_promised_share(county, measure):
    data, _ = county
    options = {**data, "replicates": 60, "draws": 199, "seed": 4, "measure": measure}
    options["statistics"] = ["gi_star"]
    (right,) = false_alarms(**options, nulls=["schools"])
    assert 0.03 <= right.share <= 0.07
    assert right.discoveries < 3
    if measure == "crude":
        (naive,) = false_alarms(**options, nulls=["areas"])
        assert naive.share > 3 * right.share


def test_a_planted_hot_spot_is_found_and_naive_finds_more_than_there_is(county):
    data, places = county
    near = np.linalg.norm(places - 3, axis=1) < 2.6
    x = data["x"].mask(near, (0.7 * data["n"]).astype(int))
    found = gi_star_schools(**{**data, "x": x}, draws=3999, seed=1, measure="ratio")
    hot = found["hot_class"].str.startswith("hot").to_numpy().reshape(SIDE, SIDE).copy()
    assert hot[2:5, 2:5].sum() >= 4
    hot[:7, :7] = False
    assert not hot.any()
    assert (found["state"] == "tested").all()
    naive = hot_spots(**{**data, "x": x}, null="areas", draws=3999, seed=1, measure="ratio")
    assert (naive["q"] <= 0.05).sum() > 4 * (found["q"] <= 0.05).sum() > 0


def test_batches_and_progress_do_not_change_the_result(county, monkeypatch):
    data, _ = county
    seen = []
    one = gi_star_schools(**data, draws=150, seed=3, progress=lambda *done: seen.append(done))
    monkeypatch.setattr(drawn_maps, "BATCH", 7)
    two = gi_star_schools(**data, draws=150, seed=3)
    pd.testing.assert_frame_equal(one, two, rtol=1e-12)
    assert seen[-1] == (150, 150)
    assert (gi_star_schools(**data, draws=150, seed=4)["p_sim"] != one["p_sim"]).any()


class InOrder:
    """A source of chance that moves values as it is told."""

    def __init__(self, step):
        self.step = step

    def permuted(self, values, axis):
        assert axis == 1
        return values[:, :: self.step]


def test_every_draw_keeps_what_the_null_keeps(county):
    data, _ = county
    codes = (data["strata"] == "high").astype(int).to_numpy()
    x, n = data["x"].to_numpy(float), data["n"].to_numpy(float)
    model = school_residuals(x, n, codes)
    events = model.draw(model.generators(1), 400)
    same = model.draw([InOrder(1)] * 2, 3)
    turned = model.draw([InOrder(-1)] * 2, 3)
    np.testing.assert_allclose(same, x[:, None].repeat(3, 1))
    for level in (0, 1):
        here = codes == level
        np.testing.assert_allclose(events[here].sum(axis=0), x[here].sum())
        # Turned round, each school has another's z, and its part of what the total takes back.
        moved = model.expected[here] + model.z[here][::-1] * model.scale[here]
        part = model.scale[here] ** 2 / (model.scale[here] ** 2).sum()
        wanted = moved + part * (x[here].sum() - moved.sum())
        np.testing.assert_allclose(turned[here, 0], wanted)
    assert model.z.std() == pytest.approx(1, abs=0.25)


def test_overdispersion_is_recovered():
    rng = np.random.default_rng(2)
    n = rng.integers(30, 800, 4000)
    risk = rng.beta(0.25 * 9, 0.75 * 9, 4000)  # rho = 1 / (1 + 9)
    assert overdispersion(rng.binomial(n, risk), n) == pytest.approx(0.1, abs=0.01)
    assert overdispersion(rng.binomial(n, 0.25), n) == pytest.approx(0, abs=0.001)
    assert overdispersion(np.array([5.0]), np.array([9.0])) == 0
    assert overdispersion(np.array([9.0, 4.0]), np.array([9.0, 4.0])) == 0


def test_measures_are_formed_from_sums(county):
    data, _ = county
    share, x, n = data["share"], data["x"].to_numpy(), data["n"].to_numpy()
    crude = gi_star_schools(**data, draws=1, seed=1, measure="crude")
    np.testing.assert_allclose(crude["rate"], (share.T @ x) / (share.T @ n))
    np.testing.assert_allclose(crude["value"], crude["rate"])
    smooth = gi_star_schools(**data, draws=1, seed=1, measure="eb")
    np.testing.assert_allclose(smooth["value"], empirical_bayes(share.T @ x, share.T @ n))
    level = data["strata"]
    expected = (
        n * (data["x"].groupby(level).sum() / data["n"].groupby(level).sum())[level].to_numpy()
    )
    ratio = gi_star_schools(**data, draws=1, seed=1, measure="ratio")
    np.testing.assert_allclose(ratio["value"], (share.T @ x) / (share.T @ expected))
    pd.testing.assert_series_equal(ratio["rate"], crude["rate"])


def test_a_suppressed_school_takes_no_part_and_its_tracts_say_so():
    line = Weights.from_edges("abcde", "abbccdde", "bacbdced")
    share = pd.DataFrame(
        [("1", "a", 1.0), ("2", "b", 1.0), ("3", "c", 1.0), ("4", "c", 0.5), ("4", "d", 0.5)],
        columns=["school_id", "geoid", "share"],
    )
    x = pd.Series([10, 20, 30, None], index=list("1234"), dtype="Int64")
    n = pd.Series([100, 100, 100, 100], index=x.index)
    found = gi_star_schools(x, n, share, line, draws=19, seed=1)
    assert found["left_out"].tolist() == [0, 0, 1, 1, 0]
    assert found["schools"].tolist() == [1, 1, 1, 0, 0]
    assert found["rate"].tolist()[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert found["state"].tolist()[3:] == ["no students"] * 2
    assert found["hot_class"].tolist()[3:] == ["not shown"] * 2
    series = share.set_index(["school_id", "geoid"])["share"]
    pd.testing.assert_frame_equal(gi_star_schools(x, n, series, line, draws=19, seed=1), found)


def test_degenerate_maps_have_a_state_and_no_number():
    line = Weights.from_edges("abc", "abbc", "bacb")
    eye = np.eye(3)
    flat = gi_star_schools([1, 2, 3], [10, 20, 30], eye, line, draws=9, seed=1)
    assert set(flat["state"]) == {"constant values"}
    assert set(flat["hot_class"]) == {"not shown"}
    assert flat[["z", "p_sim", "q"]].isna().all(axis=None)
    none = gi_star_schools([None] * 3, [9] * 3, eye, line, draws=9, seed=1)
    assert set(none["state"]) == {"no students"}
    alone = gi_star_schools([3, None, None], [9] * 3, eye, line, draws=9, seed=1)
    assert alone["state"].tolist() == ["too few areas", "no students", "no students"]
    island = Weights.from_edges("abcd", "ab", "ba")
    found = gi_star_schools([1, 5, 9, 2], [10] * 4, np.eye(4), island, draws=9, seed=1)
    assert set(found["state"]) == {"tested"}


def test_schools_that_cannot_move_prove_nothing():
    line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    found = gi_star_schools(
        [1, 5, 9, 2],
        [10] * 4,
        np.eye(4),
        line,
        strata=list("efgh"),
        draws=99,
        seed=1,
        measure="crude",
    )
    assert (found["p_sim"] == 1).all()


def test_bad_requests_are_refused():
    line = Weights.from_edges("ab", "ab", "ba")
    with pytest.raises(ValueError, match="measure"):
        gi_star_schools([1, 2], [9, 9], np.eye(2), line, seed=1, measure="rate")
    with pytest.raises(ValueError, match="draws"):
        gi_star_schools([1, 2], [9, 9], np.eye(2), line, draws=0, seed=1)
    with pytest.raises(ValueError, match="above its denominator"):
        gi_star_schools([1, 12], [9, 9], np.eye(2), line, seed=1)


def test_smallest_draws_needed_is_the_edge():
    for m, alpha in ((7, 0.05), (100, 0.01), (2325, 0.05)):
        draws = smallest_draws_needed(m, alpha)
        assert 2 / (draws + 1) * m <= alpha * (1 + 1e-9)
        assert 2 / draws * m > alpha
