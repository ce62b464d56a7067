"""Moran's I: exact moments by full enumeration, states, nulls and the scatter plot."""

import pickle
from dataclasses import FrozenInstanceError
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from analytics.autocorrelation import moran, moran_scatter
from geo.weights.weights import Weights


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


def one_way(areas, seed):
    """Links of unequal weight that need not be answered, with one island."""
    rng = np.random.default_rng(seed)
    weight = np.where(rng.random((areas, areas)) < 0.5, rng.uniform(0.2, 2, (areas, areas)), 0)
    np.fill_diagonal(weight, 0)
    weight[-1] = weight[:, -1] = 0
    return Weights(weight, pd.RangeIndex(areas))


def written_out(x, w):
    """Moran's I as its definition has it, over a dense matrix."""
    z = x - x.mean()
    return len(x) / w.sum() * (z @ w @ z) / (z @ z)


def test_moments_are_those_of_all_orders_of_the_values():
    weights, x = one_way(7, 1), np.array([1.0, 2.0, 2.0, 5.0, 9.0, 4.0, 0.0])
    dense = weights.sparse.toarray()
    every = np.array([written_out(x[list(order)], dense) for order in permutations(range(7))])
    test = moran(x, weights)
    assert test.statistic == pytest.approx(written_out(x, dense), rel=1e-12)
    assert test.expected == pytest.approx(every.mean(), rel=1e-10)
    assert test.variance == pytest.approx(every.var(), rel=1e-9)
    assert test.islands == 1
    z = (test.statistic - test.expected) / np.sqrt(test.variance)
    assert test.z == pytest.approx(z, rel=1e-12)


def test_maps_that_cannot_be_tested_have_a_state_and_no_number():
    alone = Weights.from_edges(range(5), [], [])
    whole = Weights(1 - np.eye(5), pd.RangeIndex(5))
    mixed = np.array([1.0, 2, 2, 1, 2])
    tests = {
        "too few areas": moran(mixed[:3], grid(1, 3), null="areas"),
        "no links": moran(mixed, alone, null="areas"),
        "constant values": moran(np.ones(9), grid(3, 3), null="areas"),
        "covers all areas": moran(mixed, whole, null="areas"),
    }
    for state, test in tests.items():
        assert test.state == state
        numbers = [test.statistic, test.expected, test.variance, test.z, test.p, test.p_sim]
        assert np.isnan(numbers).all()
        assert test.draws == 0
    assert moran(np.array([]), Weights.from_edges([], [], [])).state == "too few areas"
    assert moran(np.full(5, np.nan), alone).n == 0
    assert moran(mixed, whole, assumption="normality").state == "covers all areas"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alternative": "two.sided"}, "alternative must be one of"),
        ({"null": "schools"}, "null must be None or 'areas'"),
        ({"null": "areas", "draws": 0}, "at least 1 draw"),
        ({"assumption": "poisson"}, "not 'poisson'"),
        ({"values": np.arange(4.0)}, "for 9 areas"),
        (
            {"weights": grid(3, 3).with_self()},
            r"9 areas are their own neighbours, the first '0",
        ),
    ],
)
def test_bad_input_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        moran(**{"values": np.arange(9.0), "weights": grid(3, 3), **options})


def test_series_are_matched_by_id():
    weights = grid(4, 4)
    values = pd.Series(np.arange(16.0) ** 1.5, index=weights.ids)
    shuffled = values.sample(frac=1, random_state=3)
    assert moran(values, weights).z == pytest.approx(moran(shuffled, weights).z, rel=1e-12)
    with pytest.raises(ValueError, match="is not an area of the weights"):
        moran(values.rename({"0.0": "far"}), weights)


def test_areas_without_a_value_are_left_out_with_their_links():
    weights, rng = grid(4, 4), np.random.default_rng(1)
    values = pd.Series(rng.gamma(2, size=16), index=weights.ids)
    holed = values.where(values.index != "1.1").astype("Float64")
    rest = weights.ids.drop("1.1")
    test, alone = moran(holed, weights), moran(values[rest], weights.subset(rest))
    assert (test.n, test.z) == (15, pytest.approx(alone.z, rel=1e-12))


def test_one_sided_p_values_add_up_and_two_sided_doubles_the_smaller():
    weights, rng = grid(5, 5), np.random.default_rng(4)
    values = rng.integers(1, 99, 25).astype(float)
    greater, less, both = (
        moran(values, weights, alternative=side, null="areas", draws=199)
        for side in ("greater", "less", "two-sided")
    )
    assert greater.p + less.p == pytest.approx(1)
    assert both.p == pytest.approx(2 * min(greater.p, less.p))
    assert greater.p_sim + less.p_sim == pytest.approx(1 + 1 / 200)  # no draw ties
    assert both.p_sim == pytest.approx(min(1, 2 * min(greater.p_sim, less.p_sim)))
    assert greater.draws == 199


def test_permutation_p_is_that_of_all_orders():
    weights, draws, x = one_way(5, 5), 19_999, np.array([1.0, 2, 2, 5, 9])
    test = moran(x, weights, alternative="greater", null="areas", draws=draws, seed=3)
    every = np.array([moran(x[list(o)], weights).statistic for o in permutations(range(5))])
    exact = (every >= every[0] - 1e-9).mean()
    assert test.p_sim == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / draws))


def test_neighbours_alike_and_unlike_are_told_apart():
    row, column = np.divmod(np.arange(64), 8)
    assert moran(row + column + 1.0, grid(8, 8), alternative="greater").p < 1e-6
    assert moran(1.0 + (row % 2), grid(8, 8), alternative="less").p < 0.05


def test_records_are_frozen_and_can_be_stored():
    test = moran(np.arange(9.0), grid(3, 3), null="areas", draws=9)
    assert pickle.loads(pickle.dumps(test)) == test  # noqa: S301  (our own bytes)
    assert len({test, moran(np.arange(9.0), grid(3, 3), null="areas", draws=9)}) == 1
    with pytest.raises(FrozenInstanceError):
        test.z = 0.0


def test_seed_fixes_the_draws():
    weights, values = grid(4, 4), np.arange(16.0) % 5
    one, same, other = (moran(values, weights, null="areas", seed=s).p_sim for s in (1, 1, 2))
    assert one == same != other


@pytest.mark.slow
def test_noise_is_called_clustered_at_the_nominal_rate(replicates):
    weights, rng = grid(9, 9), np.random.default_rng(8)
    times = replicates(150, 2000)
    tests = [
        moran(rng.gamma(3, size=81), weights, null="areas", draws=199, seed=seed)
        for seed in range(times)
    ]
    error = np.sqrt(0.05 * 0.95 / times)
    p, p_sim = (np.array([getattr(test, name) for test in tests]) for name in ("p", "p_sim"))
    assert (p_sim <= 0.05).mean() == pytest.approx(0.05, abs=3 * error)
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=3 * error + 0.01)


def test_slope_of_the_moran_scatter_is_the_statistic():
    weights, rng = grid(6, 5).row_standardized(), np.random.default_rng(2)
    values = pd.Series(rng.gamma(2, size=30), index=weights.ids).sample(frac=1, random_state=1)
    found = moran_scatter(values, weights)
    assert found.index.equals(values.index)
    slope = np.polyfit(found["value"], found["lag"], 1)[0]
    assert slope == pytest.approx(moran(values, weights).statistic, rel=1e-10)
    assert (found["value"].mean(), found["value"].std(ddof=0)) == pytest.approx((0, 1), abs=1e-12)
    high = found["value"] > 0
    assert found.loc[high, "quadrant"].str.startswith("high-").all()
    assert found.loc[~high, "quadrant"].str.startswith("low-").all()


def test_moran_scatter_says_where_there_is_no_point():
    weights = Weights.from_edges("abcdi", "abbccd", "bacbdc").row_standardized()
    values = pd.Series([1.0, 2.0, 5.0, 3.0, 9.0, np.nan][:5], index=list("abcdi"))
    assert moran_scatter(values, weights).loc["i", "quadrant"] == "island"
    values["a"] = np.nan
    found = moran_scatter(values, weights)
    assert found.loc["a", "quadrant"] == "no value"
    assert found.loc["a", ["value", "lag"]].isna().all()
    assert (moran_scatter([2.0] * 5, weights)["quadrant"] == "no value").all()


def test_huge_and_tiny_values_give_the_same_test():
    weights, values = grid(4, 4), np.arange(16.0) ** 2
    plain = moran(values, weights).z
    for scale in (1e200, 1e-200):
        assert moran(values * scale, weights).z == pytest.approx(plain, rel=1e-9)
    assert moran(values + 1e6, weights).z == pytest.approx(plain, rel=1e-7)
