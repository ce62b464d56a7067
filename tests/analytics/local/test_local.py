"""Local statistics of one map: agreement with brute force, and a state for every odd map."""

from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest

from analytics.local import gi, gi_star, local_moran
from analytics.local.area_permutation import AreaPermutation
from analytics.local.significance import benjamini_hochberg
from analytics.local.statistics import STATISTICS, prepare, standardised
from analytics.smoothing import standardized_rates
from geo.weights.weights import Weights

EVERY = [gi, gi_star, local_moran]


def grid(rows, columns):
    cells = [(r, c) for r in range(rows) for c in range(columns)]
    ids = [f"{r}.{c}" for r, c in cells]
    pairs = [
        (ids[i], ids[j])
        for i, a in enumerate(cells)
        for j, b in enumerate(cells)
        if i != j and max(abs(a[0] - b[0]), abs(a[1] - b[1])) == 1
    ]
    return Weights.from_edges(ids, *zip(*pairs, strict=True))


def permuted_counts(values, matrix, draws, rng):
    return AreaPermutation.prepare(values, matrix).counts(np.arange(len(values)), draws, rng)


def test_z_is_the_formula_of_ord_and_getis_written_out():
    weights, rng = grid(3, 4), np.random.default_rng(1)
    general = Weights(weights.sparse * rng.uniform(0.1, 2, weights.n), weights.ids)
    values = rng.normal(size=12)
    w = general.sparse.toarray() + np.eye(12)
    mean, sd = values.mean(), values.std()
    top = w @ values - mean * w.sum(1)
    bottom = sd * np.sqrt((12 * (w**2).sum(1) - w.sum(1) ** 2) / 11)
    found = gi_star(values, general)
    np.testing.assert_allclose(found["z"], top / bottom, rtol=1e-12)
    many = prepare("gi_star", general).of(standardised(np.column_stack([values, values[::-1]])))
    np.testing.assert_allclose(many[:, 0], found["z"], rtol=1e-12)


def test_permutation_p_is_that_of_the_exact_conditional_distribution():
    weights, draws = grid(2, 4), 19_999
    values = np.array([1.0, 2.0, 2.0, 9.0, 3.0, 5.0, 7.0, 11.0])
    found = gi_star(values, weights, null="areas", draws=draws, seed=5)
    for i in range(8):
        others = np.delete(values, i)
        k = int(weights.cardinalities.iloc[i])
        sums = np.array([sum(c) for c in combinations(others, k)])
        own = values[weights.sparse[[i]].indices].sum()
        exact = min(1, 2 * min((sums <= own).mean(), (sums >= own).mean()))
        error = 2 * np.sqrt(0.25 / draws)
        assert found["p_sim"].iloc[i] == pytest.approx(exact, abs=4 * error), i


def test_general_weights_keep_to_their_columns_in_the_permutation():
    ids = list("abcdef")
    focal, near = list("aabbccddeeff"), list("bcacabefdfde")
    weight = [1, 3, 1, 2, 3, 2, 5, 1, 5, 2, 1, 2]
    values = np.array([1.0, 4.0, 9.0, 16.0, 25.0, 36.0])
    weights = Weights.from_edges(ids, focal, near, weight)
    found = gi_star(values, weights, null="areas", draws=19_999, seed=2)
    for i in range(6):
        row = weights.sparse[[i]]
        pairs = [
            row.data @ values[[a, b]] for a in range(6) for b in range(6) if len({a, b, i}) == 3
        ]
        own = row.data @ values[row.indices]
        exact = min(1, 2 * min(np.mean(pairs <= own + 1e-9), np.mean(pairs >= own - 1e-9)))
        assert found["p_sim"].iloc[i] == pytest.approx(exact, abs=0.02), i


def test_pure_noise_is_flagged_at_the_nominal_rate():
    weights, rng = grid(15, 15), np.random.default_rng(7)
    found = [
        gi_star(rng.normal(size=225), weights, null="areas", draws=199, seed=s)["p_sim"]
        for s in range(20)
    ]
    assert np.mean([(p <= 0.05).mean() for p in found]) == pytest.approx(0.05, abs=0.012)


def test_seed_fixes_the_draws():
    weights, values = grid(4, 4), np.arange(16.0) % 5
    one, same, other = (gi_star(values, weights, null="areas", seed=s)["p_sim"] for s in (1, 1, 2))
    pd.testing.assert_series_equal(one, same)
    assert (one != other).any()


def test_missing_values_are_left_out_and_come_back_missing():
    weights = grid(4, 4)
    values = pd.Series(np.arange(16.0), index=weights.ids)
    values["1.1"] = np.nan
    shuffled = values.sample(frac=1, random_state=1)
    found = gi_star(shuffled, weights, null="areas", draws=19)
    assert found.index.equals(shuffled.index)
    assert found.loc["1.1", "state"] == "no value"
    assert found.loc["1.1", ["z", "p", "p_sim", "q"]].isna().all()
    rest = weights.ids.drop("1.1")
    alone = gi_star(values[rest], weights.subset(rest))
    pd.testing.assert_series_equal(found["z"][rest], alone["z"])
    nullable = gi_star(shuffled.astype("Float64"), weights)
    pd.testing.assert_series_equal(nullable["z"], found["z"])


def test_degenerate_maps_have_a_state_and_no_number():
    pair = Weights.from_edges("ab", "ab", "ba")
    states = {
        "constant values": gi_star([0.1] * 9, grid(3, 3), null="areas"),
        "covers all areas": gi_star([1.0, 2.0], pair, null="areas"),
        "too few areas": gi_star([1.0, np.nan], pair, null="areas").iloc[:1],
        "no value": gi_star([np.nan, np.nan], pair, null="areas"),
    }
    for state, found in states.items():
        assert set(found["state"]) == {state}
        assert found[["z", "p", "p_sim", "q"]].isna().all(axis=None)
    empty = gi_star(np.array([]), Weights.from_edges([], [], []), null="areas")
    assert len(empty) == 0


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e6, 1e9, 1e12, 1e15])
@pytest.mark.parametrize("noise", [0.0, 1e-6, 1e-3, 1.0])
def test_no_number_stands_beside_constant_values_however_large_they_are(offset, noise):
    weights = Weights.from_edges("abcdi", "abbccd", "bacbdc")
    pattern = np.array([1.0, 2.0, 5.0, 3.0, 9.0])
    values = offset + noise * pattern
    for statistic in EVERY:
        found = statistic(values, weights)
        flat = found["state"] == "constant values"
        assert found.loc[flat, ["z", "p"]].isna().all(axis=None)
        assert flat.all() or not flat.any()
    found = gi_star(values, weights)
    if noise and (found["state"] != "constant values").all():
        assert found["state"].tolist() == ["tested"] * 4 + ["island"]
        rounding = 10 * np.finfo(float).eps * (1 + offset / noise)  # of the values themselves
        np.testing.assert_allclose(found["z"], gi_star(pattern, weights)["z"], atol=rounding)
    else:
        assert noise <= 1e-12 * offset * 10


def test_an_island_is_stated():
    weights = Weights.from_edges("abcdi", "abbccd", "bacbdc")
    found = gi_star([1.0, 2.0, 5.0, 3.0, 9.0], weights, null="areas", draws=19)
    assert found["state"].tolist() == ["tested"] * 4 + ["island"]
    assert np.isnan(found.loc["i", "p_sim"])
    assert found["z"].notna().all()


def test_what_cannot_be_right_is_refused():
    weights = grid(2, 2)
    with pytest.raises(ValueError, match="'x' is not an area"):
        gi_star(pd.Series([1.0], index=["x"]), weights)
    with pytest.raises(ValueError, match="repeated"):
        gi_star(pd.Series([1.0, 2.0], index=["0.0", "0.0"]), weights)
    with pytest.raises(ValueError, match="infinite"):
        gi_star([1.0, np.inf, 2.0, 3.0], weights)
    with pytest.raises(ValueError, match="shape"):
        gi_star([1.0], weights)
    with pytest.raises(ValueError, match="null"):
        gi_star([1.0, 2.0, 3.0, 4.0], weights, null="tracts")


def test_gi_takes_mean_and_variance_of_the_other_areas():
    weights, rng = grid(3, 4), np.random.default_rng(1)
    general = Weights(weights.sparse * rng.uniform(0.1, 2, weights.n), weights.ids)
    values = rng.gamma(2, size=12)
    found = gi(values, general)["z"]
    for i, row in enumerate(general.sparse.toarray()):
        others, w = np.delete(values, i), np.delete(row, i)
        top = w @ others - w.sum() * others.mean()
        bottom = others.std() * np.sqrt((11 * (w**2).sum() - w.sum() ** 2) / 10)
        assert found.iloc[i] == pytest.approx(top / bottom, rel=1e-12)
    scaled = gi(values, general.row_standardized())["z"]
    np.testing.assert_allclose(scaled, found, rtol=1e-10)


def test_local_moran_moments_are_those_of_all_permutations():
    weights, values = grid(2, 4).row_standardized(), np.array([1.0, 4, 2, 8, 5, 7.5, 3, 6.5])
    conditional = local_moran(values, weights)
    dense, centred = weights.sparse.toarray(), values - values.mean()
    every = np.array(list(permutations(centred)))
    drawn = every * (every @ dense.T) / values.var()
    mean, sd = prepare("local_moran", weights).moments(standardised(values[:, None]))
    np.testing.assert_allclose(mean, drawn.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(sd, drawn.std(axis=0), rtol=1e-10)
    for i in range(8):
        own = drawn[every[:, i] == centred[i], i]
        assert conditional["expected"].iloc[i] == pytest.approx(own.mean(), abs=1e-12)
        assert conditional["variance"].iloc[i] == pytest.approx(own.var(), rel=1e-10)


def test_conditional_z_of_local_moran_is_gi_with_the_sign_of_the_area():
    weights, values = grid(5, 5), np.random.default_rng(3).normal(size=25)
    for used in (weights, weights.row_standardized()):
        moran = local_moran(values, used, null="areas", seed=4)
        other = gi(values, weights, null="areas", seed=4)
        np.testing.assert_allclose(moran["z"], np.sign(values - values.mean()) * other["z"])
        pd.testing.assert_series_equal(moran["p_sim"], other["p_sim"])


def test_quadrants_say_whether_an_area_goes_with_its_neighbours():
    values = np.zeros((6, 6))
    values[:2, :2], values[4, 4] = 9.0, 9.0
    found = local_moran(values.ravel(), grid(6, 6))
    quadrant = found["quadrant"]
    assert quadrant[["0.0", "4.4", "5.0", "2.1"]].tolist() == ["HH", "HL", "LL", "LH"]
    agree = quadrant.isin(["HH", "LL"])
    np.testing.assert_array_equal(found["local_i"] > 0, agree)
    mean = local_moran(values.ravel(), grid(6, 6).row_standardized())
    pd.testing.assert_series_equal(mean["quadrant"], quadrant)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_many_maps_at_once_give_what_one_at_a_time_gives(statistic):
    weights, maps = grid(4, 5), np.random.default_rng(2).gamma(1, size=(20, 7))
    maps[:, 3] = 2.0
    prepared, maps = prepare(statistic, weights), standardised(maps)
    together = prepared.of(maps)
    assert together.shape == maps.shape
    assert (together[:, 3] == 0).all()
    some = np.array([3, 0, 11])
    np.testing.assert_allclose(prepared.on(some).of(maps), together[some], rtol=1e-12)
    for column in (0, 2, 6):
        alone = prepared.of(maps[:, [column]])[:, 0]
        np.testing.assert_allclose(together[:, column], alone, rtol=1e-9)


def test_shared_sums_count_as_direct_sums_do_even_with_ties():
    weights, rng = grid(6, 7), np.random.default_rng(5)
    values = rng.integers(0, 3, 42).astype(float)
    shared = AreaPermutation.prepare(values, weights.sparse)
    direct = replace(shared, alike=np.zeros(42, dtype=bool))
    every = np.arange(42)
    one, other = (p.counts(every, 500, np.random.default_rng(9)) for p in (shared, direct))
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])
    assert (one[0] + one[1] > 500).any()


def test_rows_of_both_kinds_live_in_one_matrix():
    weights = grid(5, 5)
    mixed = weights.sparse.toarray()
    mixed[3] *= np.linspace(0.5, 2, 25)
    mixed[7] *= 1e-6
    values = np.random.default_rng(1).normal(size=25)
    shared = AreaPermutation.prepare(values, Weights(mixed, weights.ids).sparse)
    assert np.flatnonzero(~shared.alike).tolist() == [3]
    plain = permuted_counts(values, weights.sparse, 300, np.random.default_rng(2))
    found = shared.counts(np.arange(25), 300, np.random.default_rng(2))
    rest = np.delete(np.arange(25), 3)
    np.testing.assert_array_equal(found[0][rest], plain[0][rest])


def test_each_drawn_neighbour_is_every_other_area_equally_often():
    # 9 areas crowd the draws, 60 do not: the two ways of drawing.
    for rows, columns in ((3, 3), (6, 10)):
        weights, m = grid(rows, columns), rows * columns
        for marked in (0, m // 2):
            values = np.zeros(m)
            values[marked] = 1.0
            _, greater = permuted_counts(values, weights.sparse, 8_000, np.random.default_rng(3))
            degrees = weights.cardinalities.to_numpy()
            far = np.ones(m, dtype=bool)
            far[marked] = False
            near = far & (weights.sparse[:, [marked]].toarray()[:, 0] > 0)
            chance = degrees[near] / (m - 1)
            error = np.sqrt(chance * (1 - chance) / 8_000)
            assert (np.abs(greater[near] / 8_000 - chance) <= 4.5 * error).all()


def test_more_draws_go_only_where_the_decision_is_open():
    values = np.random.default_rng(8).normal(size=(20, 20))
    values[5:8, 5:8] += 3
    weights = grid(20, 20)
    few = gi_star(values.ravel(), weights, null="areas", draws=199, seed=1)
    assert (few["draws"] == 199).all()
    assert not (few["q"] <= 0.05).any()
    more = gi_star(values.ravel(), weights, null="areas", draws=199, max_draws=29_999, seed=1)
    assert more.loc["6.6", "q"] <= 0.05
    assert more.loc["6.6", "draws"] > 199
    assert (more["draws"] == 199).mean() > 0.8
    assert (more["p_sim"] >= 2 / (more["draws"].astype(float) + 1) - 1e-12).all()
    fixed = gi_star(values.ravel(), weights, null="areas", draws=29_999, seed=2)
    assert ((fixed["q"] <= 0.05) == (more["q"] <= 0.05)).mean() > 0.99
    np.testing.assert_allclose(
        more["q"], benjamini_hochberg(more["p_sim"].to_numpy(), np.ones(400, dtype=bool))
    )


@pytest.mark.slow
def test_p_of_a_random_map_is_uniform_and_its_decisions_rare(replicates):
    weights, rng, maps = grid(12, 12), np.random.default_rng(11), replicates(60, 2_000)
    p, found = [], 0
    for seed in range(maps):
        table = gi_star(rng.gamma(1, size=144), weights, null="areas", max_draws=9_999, seed=seed)
        found += (table["q"] <= 0.05).any()
        p.append(table["p_sim"].to_numpy())
    share = np.array([[np.mean(row <= level) for level in (0.01, 0.05, 0.2, 0.5)] for row in p])
    error = np.maximum(share.std(axis=0, ddof=1) / np.sqrt(maps), 1e-4)
    # Ties of p at 1 come from doubling the smaller tail; below that it is uniform.
    assert (np.abs(share.mean(axis=0) - [0.01, 0.05, 0.2, 0.5]) < 3 * error).all()
    assert found / maps <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / maps)


def test_rates_of_small_places_are_not_mistaken_for_extremes():
    rng = np.random.default_rng(4)
    n = rng.choice([8, 400], 100)
    x = rng.binomial(n, 0.2)
    steady, crude = standardized_rates(x, n), x / n
    small = n == 8
    spread = steady[small].std() / steady[~small].std()
    assert spread < 0.5 * crude[small].std() / crude[~small].std()


def test_odd_maps_have_a_state_under_every_statistic():
    line = Weights.from_edges("abcdi", "abbccd", "bacbdc")
    pair = Weights.from_edges("ab", "ab", "ba")
    complete = Weights(np.ones((4, 4)) - np.eye(4), list("abcd"))
    for statistic in EVERY:
        island = statistic([1.0, 2.0, 5.0, 3.0, 9.0], line, null="areas", draws=19)
        assert island["state"].tolist() == ["tested"] * 4 + ["island"]
        assert island.loc["i", ["p_sim", "q", "draws"]].isna().all()
        cases = {
            "constant values": statistic([2.0] * 5, line, null="areas"),
            "covers all areas": statistic([1.0, 2.0, 4.0, 9.0], complete, null="areas"),
            "too few areas": statistic([1.0, np.nan], pair, null="areas").iloc[:1],
            "no value": statistic([np.nan, np.nan], pair, null="areas"),
        }
        for state, found in cases.items():
            assert set(found["state"]) == {state}, (statistic, state)
            assert found[["z", "p", "p_sim", "q", "draws"]].isna().all(axis=None)
        assert len(statistic(np.array([]), Weights.from_edges([], [], []), null="areas")) == 0
        two_parts = Weights.from_edges("abcdef", "abbcdeef", "bacbedfe")
        assert set(statistic([1.0, 5, 2, 8, 3, 9], two_parts)["state"]) == {"tested"}
    for statistic in (gi, local_moran):
        lone = statistic([1.0, 1.0, 7.0, 1.0], complete.subset("abcd"), null="areas")
        assert lone["state"].tolist()[2] == "constant elsewhere"
    middle = local_moran([1.0, 2.0, 3.0, 1.5, 2.5], line.subset("abcdi"), null="areas")
    assert middle.loc["b", "state"] == "at the mean"
    assert middle.loc["b", "local_i"] == 0
    assert np.isnan(middle.loc["b", "p_sim"])
    assert middle.loc["b", "quadrant"] == "none"


def test_an_area_beside_every_other_is_stated_alone():
    star = Weights.from_edges("abcd", "abacad", "bacada")
    for statistic in EVERY:
        found = statistic([5.0, 1.0, 2.0, 4.0], star, null="areas", draws=99)
        assert found["state"].tolist() == ["covers all areas", "tested", "tested", "tested"]


def test_order_of_the_values_changes_nothing_but_the_order():
    weights, rng = grid(6, 6), np.random.default_rng(6)
    values = pd.Series(rng.normal(size=36), index=weights.ids)
    values.iloc[4] = np.nan
    shuffled = values.sample(frac=1, random_state=2)
    for statistic in EVERY:
        one, other = (statistic(v, weights, null="areas", draws=99) for v in (values, shuffled))
        pd.testing.assert_frame_equal(other, one.loc[shuffled.index])
        part = statistic(values.drop(values.index[4]), weights)
        np.testing.assert_allclose(part["z"], one["z"].drop(values.index[4]))


def test_what_is_asked_for_wrongly_is_refused():
    weights, values = grid(2, 2), [1.0, 2.0, 3.0, 4.0]
    for statistic in (gi, local_moran):
        with pytest.raises(ValueError, match="their own neighbours"):
            statistic(values, weights.with_self())
    for wrong, word in (
        ({"draws": 0}, "draws"),
        ({"draws": 99, "max_draws": 9}, "max_draws"),
        ({"alpha": 5}, "alpha"),
    ):
        with pytest.raises(ValueError, match=word):
            gi(values, weights, null="areas", **wrong)
