"""Global statistics: exact moments by full enumeration, states, nulls and the Moran scatter."""

import pickle
from dataclasses import FrozenInstanceError
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from analytics.autocorrelation import door as ac
from analytics.smoothing import standardized_rates
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


def written_out(name, x, w):
    """Each statistic as its definition has it, over a dense matrix."""
    z, apart = x - x.mean(), np.subtract.outer(x, x)
    off = 1 - np.eye(len(x))
    return {
        "moran": len(x) / w.sum() * (z @ w @ z) / (z @ z),
        "geary": (len(x) - 1) / (2 * w.sum()) * (w * apart**2).sum() / (z @ z),
        "getis_ord_g": (x @ w @ x) / (x @ off @ x),
    }[name]


@pytest.mark.parametrize("name", ["moran", "geary", "getis_ord_g"])
def test_moments_are_those_of_all_orders_of_the_values(name):
    weights, x = one_way(7, 1), np.array([1.0, 2.0, 2.0, 5.0, 9.0, 4.0, 0.0])
    dense = weights.sparse.toarray()
    every = np.array([written_out(name, x[list(order)], dense) for order in permutations(range(7))])
    found = getattr(ac, name)(x, weights)
    assert found.statistic == pytest.approx(written_out(name, x, dense), rel=1e-12)
    assert found.expected == pytest.approx(every.mean(), rel=1e-10)
    assert found.variance == pytest.approx(every.var(), rel=1e-9)
    assert found.islands == 1
    toward = -1 if name == "geary" else 1
    z = toward * (found.statistic - found.expected) / np.sqrt(found.variance)
    assert found.z == pytest.approx(z, rel=1e-12)


@pytest.mark.parametrize("with_self", [False, True])
def test_moments_of_lee_are_those_of_all_orders_of_the_pairs(with_self):
    weights = one_way(7, 2).with_self() if with_self else one_way(7, 2)
    x, y = np.array([1.0, 2, 2, 5, 9, 4, 0]), np.array([3.0, 1, 4, 1, 5, 9, 2])
    w = weights.sparse.toarray()

    def written(order):
        zx, zy = (v[list(order)] - v.mean() for v in (x, y))
        return 7 / (w.sum(1) ** 2).sum() * ((w @ zx) @ (w @ zy)) / np.sqrt((zx @ zx) * (zy @ zy))

    every = np.array([written(order) for order in permutations(range(7))])
    found = ac.lee(x, y, weights)
    assert found.statistic == pytest.approx(written(range(7)), rel=1e-12)
    assert found.expected == pytest.approx(every.mean(), rel=1e-10)
    assert found.variance == pytest.approx(every.var(), rel=1e-9)
    assert ac.bivariate_lee is ac.lee


def test_moments_of_join_counts_are_those_of_all_orders_of_the_categories():
    weights, kinds = one_way(7, 3), np.array(list("aabbbcc"))
    w = weights.sparse.toarray()

    def written(order, first, second):
        shuffled = kinds[list(order)]
        meets = np.outer(shuffled == first, shuffled == second)
        return (w * (meets | meets.T)).sum() / 2

    found = ac.join_counts(kinds, weights)
    assert list(found.pairs)[:4] == [("a", "a"), ("b", "b"), ("c", "c"), ("a", "b")]
    total = np.zeros(5040)
    for (first, second), test in found.pairs.items():
        every = np.array([written(order, first, second) for order in permutations(range(7))])
        assert test.statistic == pytest.approx(every[0])
        assert test.expected == pytest.approx(every.mean(), rel=1e-10)
        assert test.variance == pytest.approx(every.var(), rel=1e-9)
        total += every if first != second else 0
    assert found.statistic == pytest.approx(total[0])
    assert found.variance == pytest.approx(total.var(), rel=1e-9)
    assert found.BB.state == "not two categories"


def test_black_against_all_others_counts_every_join_once():
    weights, kinds = grid(4, 4), np.array(list("abca") * 4)
    found = ac.join_counts(kinds, weights, black="a")
    assert found.BB.statistic + found.WW.statistic + found.BW.statistic == weights.n_links / 2
    assert found.pairs["a", "a"] == found.BB
    with pytest.raises(ValueError, match="no area has the category 'z'"):
        ac.join_counts(kinds, weights, black="z")
    flags = ac.join_counts(kinds == "a", weights)
    assert flags.BB == found.BB
    assert flags.BW == found.BW


def test_a_category_of_one_area_has_no_test_with_itself():
    found = ac.join_counts([1] + [0] * 8, grid(3, 3))
    assert (found.BB.state, found.WW.state, found.BW.state) == (
        *("too few areas", "tested", "tested"),
    )
    assert np.isnan(found.BB.statistic)


@pytest.mark.parametrize("kind", ["bool", "boolean", "Int64", "category", "string", "object"])
def test_categories_may_be_of_any_kind(kind):
    weights, plain = grid(3, 3), pd.Series([1, 0, 0, 1, 1, 0, 0, 1, 1])
    words = plain.map({0: "away", 1: "hot"}) if kind in ("category", "string") else plain
    given = words.astype(kind).set_axis(weights.ids)
    found = ac.join_counts(given, weights)
    assert found.BB.z == pytest.approx(ac.join_counts(plain.to_numpy(), weights).BB.z)
    if kind not in ("bool", "object"):
        holed = given.copy()
        holed.iloc[0] = pd.NA
        assert (ac.join_counts(holed, weights).n, found.n) == (8, 9)


def test_words_and_numbers_may_mix():
    found = ac.join_counts(np.array([1, "b", 1, "b", 2.5, 2.5], dtype=object), grid(2, 3))
    assert list(found.pairs)[:3] == [(1, 1), (2.5, 2.5), ("b", "b")]


def test_a_measurement_is_not_taken_for_categories():
    with pytest.raises(ValueError, match="100 categories, more than 50: cut"):
        ac.join_counts(np.arange(100.0), grid(10, 10))


STATISTICS = ["moran", "geary", "getis_ord_g", "lee", "moran_rate", "join_counts"]


def ask(name, values, weights, **how):
    """Call each statistic with one column of values."""
    if name == "lee":
        return ac.lee(values, np.asarray(values)[::-1].copy(), weights, **how)
    if name == "moran_rate":
        return ac.moran_rate(values, np.full(len(values), 100.0), weights, **how)
    return getattr(ac, name)(values, weights, **how)


@pytest.mark.parametrize("name", STATISTICS)
def test_maps_that_cannot_be_tested_have_a_state_and_no_number(name):
    alone = Weights.from_edges(range(5), [], [])
    whole = Weights(1 - np.eye(5), pd.RangeIndex(5))
    mixed = np.array([1.0, 2, 2, 1, 2])
    empty = Weights.from_edges([], [], [])
    asked = {
        "too few areas": ask(name, mixed[:3], grid(1, 3), null="areas"),
        "no links": ask(name, mixed, alone, null="areas"),
        "constant values": ask(name, np.ones(9), grid(3, 3), null="areas"),
    }
    for state, found in asked.items():
        assert found.state == state
        numbers = [found.statistic, found.expected, found.variance, found.z, found.p, found.p_sim]
        assert np.isnan(numbers).all()
        assert found.draws == 0
    assert ask(name, np.array([]), empty).state == "too few areas"
    assert ask(name, np.full(5, np.nan), alone).n == 0
    if name != "lee":  # every order of one column gives the same sum over all pairs
        assert ask(name, mixed, whole, null="areas").state == "covers all areas"
    if name in ("moran", "geary"):
        assert ask(name, mixed, whole, assumption="normality").state == "covers all areas"


def test_general_g_needs_two_areas_above_zero_and_none_below():
    assert ac.getis_ord_g([1.0, 0, 0, 0], grid(2, 2)).state == "one area above zero"
    with pytest.raises(ValueError, match=r"row '0.1': a negative value; G wants a natural zero"):
        ac.getis_ord_g([1.0, -2.0, 0, 3], grid(2, 2))


@pytest.mark.parametrize("name", STATISTICS)
def test_bad_input_is_named(name):
    weights, values = grid(3, 3), np.arange(9.0)
    for bad, message in [
        ({"alternative": "two.sided"}, "alternative must be one of"),
        ({"null": "schools"}, "null must be None or 'areas'"),
        ({"null": "areas", "draws": 0}, "at least 1 draw"),
        ({"assumption": "poisson"}, "not 'poisson'"),
    ]:
        with pytest.raises(ValueError, match=message):
            ask(name, values, weights, **bad)
    if name != "lee":  # Lee's own weights hold the area itself
        with pytest.raises(ValueError, match=r"9 areas are their own neighbours, the first '0\.0'"):
            ask(name, values, weights.with_self())
    with pytest.raises(ValueError, match="for 9 areas"):
        ask(name, values[:4], weights)


def test_series_are_matched_by_id():
    weights = grid(4, 4)
    values = pd.Series(np.arange(16.0) ** 1.5, index=weights.ids)
    shuffled = values.sample(frac=1, random_state=3)
    for name in ("moran", "geary", "getis_ord_g"):
        one, other = (getattr(ac, name)(v, weights) for v in (values, shuffled))
        assert one.z == pytest.approx(other.z, rel=1e-12)
    with pytest.raises(ValueError, match="is not an area of the weights"):
        ac.moran(values.rename({"0.0": "far"}), weights)
    with pytest.raises(ValueError, match="different indexes; align them first"):
        ac.lee(values, shuffled, weights)


def test_areas_without_a_value_are_left_out_with_their_links():
    weights, rng = grid(4, 4), np.random.default_rng(1)
    values = pd.Series(rng.gamma(2, size=16), index=weights.ids)
    holed = values.where(values.index != "1.1").astype("Float64")
    rest = weights.ids.drop("1.1")
    for name in ("moran", "geary", "getis_ord_g"):
        found = getattr(ac, name)(holed, weights)
        alone = getattr(ac, name)(values[rest], weights.subset(rest))
        assert (found.n, found.z) == (15, pytest.approx(alone.z, rel=1e-12))
    assert ac.join_counts(holed > 2, weights).n == 15
    counts = pd.Series(np.arange(16), index=weights.ids, dtype="Int64")
    counts.iloc[3] = pd.NA
    assert ac.moran_rate(counts, pd.Series(50, index=weights.ids), weights).n == 15
    assert ac.moran_rate(np.arange(16.0), np.r_[0, np.full(15, 50.0)] + 0.0, weights).n == 15


@pytest.mark.parametrize("name", ["moran", "geary", "getis_ord_g", "lee", "moran_rate"])
def test_one_sided_p_values_add_up_and_two_sided_doubles_the_smaller(name):
    weights, rng = grid(5, 5), np.random.default_rng(4)
    values = rng.integers(1, 99, 25).astype(float)
    asked = {
        side: ask(name, values, weights, alternative=side, null="areas", draws=199)
        for side in ("greater", "less", "two-sided")
    }
    assert asked["greater"].p + asked["less"].p == pytest.approx(1)
    assert asked["two-sided"].p == pytest.approx(2 * min(asked["greater"].p, asked["less"].p))
    sums = asked["greater"].p_sim + asked["less"].p_sim
    assert sums == pytest.approx(1 + 1 / 200)  # no draw ties with the observed
    smaller = min(asked["greater"].p_sim, asked["less"].p_sim)
    assert asked["two-sided"].p_sim == pytest.approx(min(1, 2 * smaller))
    assert asked["greater"].draws == 199


@pytest.mark.parametrize("name", ["moran", "geary", "getis_ord_g", "join_counts"])
def test_permutation_p_is_that_of_all_orders(name):
    weights, draws = one_way(5, 5), 19_999
    x = np.array([1.0, 1, 0, 0, 1] if name == "join_counts" else [1.0, 2, 2, 5, 9])
    found = getattr(ac, name)(x, weights, alternative="greater", null="areas", draws=draws, seed=3)
    every = np.array(
        [getattr(ac, name)(x[list(order)], weights).statistic for order in permutations(range(5))]
    )
    away = (every - every[0]) * (-1 if name == "geary" else 1)
    exact = (away >= -1e-9).mean()
    assert found.p_sim == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / draws))


def test_neighbours_alike_and_unlike_are_told_apart():
    weights = grid(8, 8)
    row, column = np.divmod(np.arange(64), 8)
    sloped, board = row + column + 1.0, 1.0 + (row % 2)
    for name in ("moran", "geary"):
        assert getattr(ac, name)(sloped, weights, alternative="greater").p < 1e-6
        assert getattr(ac, name)(board, weights, alternative="less").p < 0.05
    patch = np.where((row < 3) & (column < 3), 9.0, 1.0)
    assert ac.getis_ord_g(patch, weights).z > 5
    lone = np.where((row % 3 == 1) & (column % 3 == 1), 9.0, 1.0)
    assert ac.getis_ord_g(lone, weights, alternative="less").p < 0.05
    joined = ac.join_counts(patch > 5, weights)
    assert joined.BB.z > 5
    assert joined.BW.z < -5
    assert ac.lee(sloped, -sloped, weights.row_standardized(), alternative="less").p < 1e-6


def test_records_are_frozen_and_can_be_stored():
    found = ac.join_counts([1, 0, 0, 1, 1, 0, 0, 1, 1], grid(3, 3), null="areas", draws=9)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301  (our own bytes)
    assert len({found, ac.moran(np.arange(9.0), grid(3, 3))}) == 2
    with pytest.raises(FrozenInstanceError):
        found.z = 0.0


def test_seed_fixes_the_draws():
    weights, values = grid(4, 4), np.arange(16.0) % 5
    one, same, other = (ac.moran(values, weights, null="areas", seed=s).p_sim for s in (1, 1, 2))
    assert one == same != other


@pytest.mark.slow
@pytest.mark.parametrize("name", ["moran", "geary", "getis_ord_g", "join_counts", "lee"])
def test_noise_is_called_clustered_at_the_nominal_rate(name, replicates):
    weights, rng = grid(9, 9), np.random.default_rng(8)
    times = replicates(150, 2000)
    p, p_sim = np.empty(times), np.empty(times)
    for each in range(times):
        values = rng.gamma(3, size=81)
        values = (values > 3).astype(float) if name == "join_counts" else values
        how = {"null": "areas", "draws": 199, "seed": each}
        if name == "lee":
            found = ac.lee(values, values + rng.normal(size=81), weights, **how)
        else:
            found = ask(name, values, weights, **how)
        p[each], p_sim[each] = found.p, found.p_sim
    error = np.sqrt(0.05 * 0.95 / times)
    assert (p_sim <= 0.05).mean() == pytest.approx(0.05, abs=3 * error)
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=3 * error + 0.01)


def test_moran_of_rates_is_moran_of_the_standardised_rates():
    weights, rng = grid(10, 10), np.random.default_rng(6)
    n = rng.integers(5, 4000, 100).astype(float)
    x = np.floor(n * rng.beta(4, 16, 100))
    z = standardized_rates(x, n)
    one, other = ac.moran_rate(x, n, weights), ac.moran(z, weights)
    assert (one.statistic, one.z) == (other.statistic, other.z)
    for nothing in (np.zeros(100), n):
        assert ac.moran_rate(nothing, n, weights).state == "constant values"


def test_slope_of_the_moran_scatter_is_the_statistic():
    weights, rng = grid(6, 5).row_standardized(), np.random.default_rng(2)
    values = pd.Series(rng.gamma(2, size=30), index=weights.ids).sample(frac=1, random_state=1)
    found = ac.moran_scatter(values, weights)
    assert found.index.equals(values.index)
    slope = np.polyfit(found["value"], found["lag"], 1)[0]
    assert slope == pytest.approx(ac.moran(values, weights).statistic, rel=1e-10)
    assert (found["value"].mean(), found["value"].std(ddof=0)) == pytest.approx((0, 1), abs=1e-12)
    high = found["value"] > 0
    assert found.loc[high, "quadrant"].str.startswith("high-").all()
    assert found.loc[~high, "quadrant"].str.startswith("low-").all()


def test_moran_scatter_says_where_there_is_no_point():
    weights = Weights.from_edges("abcdi", "abbccd", "bacbdc").row_standardized()
    values = pd.Series([1.0, 2.0, 5.0, 3.0, 9.0, np.nan][:5], index=list("abcdi"))
    assert ac.moran_scatter(values, weights).loc["i", "quadrant"] == "island"
    values["a"] = np.nan
    found = ac.moran_scatter(values, weights)
    assert found.loc["a", "quadrant"] == "no value"
    assert found.loc["a", ["value", "lag"]].isna().all()
    assert (ac.moran_scatter([2.0] * 5, weights)["quadrant"] == "no value").all()


def test_huge_and_tiny_values_give_the_same_test():
    weights, values = grid(4, 4), np.arange(16.0) ** 2
    for name in ("moran", "geary", "getis_ord_g"):
        plain = getattr(ac, name)(values, weights).z
        for scale in (1e200, 1e-200):
            assert getattr(ac, name)(values * scale, weights).z == pytest.approx(plain, rel=1e-9)
    shifted = ac.moran(values + 1e6, weights).z
    assert shifted == pytest.approx(ac.moran(values, weights).z, rel=1e-7)
