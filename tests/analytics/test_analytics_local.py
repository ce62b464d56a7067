"""Gi* of one map: agreement with brute force, and every degenerate map has its state."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analytics.getis_ord import prepare
from analytics.local import gi_star
from geo.weights import Weights


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
    many = prepare(general).z(np.column_stack([values, values[::-1]]))
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
