"""Relations of global statistics and emerging patterns that hold whatever the data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import kendalltau

from analytics.autocorrelation import door as ac
from analytics.hotspots.consensus.emerging import emerging
from analytics.hotspots.consensus.mann_kendall import mann_kendall
from geo.weights.weights import Weights

quick = settings(max_examples=35, deadline=None)
few = settings(max_examples=15, deadline=None)
YEARS = ["2017-18", "2018-19", "2021-22", "2022-23", "2023-24", "2024-25"]


@st.composite
def maps(draw, columns=1):
    """Positive values on a random graph of weighted, one-way links."""
    n = draw(st.integers(5, 12))
    shape = (n, n)
    linked = draw(hnp.arrays(np.bool_, shape))
    weight = draw(hnp.arrays(np.float64, shape, elements=st.sampled_from([0.5, 1.0, 2.0])))
    weights = Weights(np.where(linked & ~np.eye(n, dtype=bool), weight, 0.0), pd.RangeIndex(n))
    numbers = hnp.arrays(np.float64, (columns, n), elements=st.integers(0, 50).map(float))
    return (*draw(numbers), weights)


def same(one, other, sign=1):
    """Same state, and same z but for sign; a variance near rounding decides no state."""
    if one.state != other.state or one.state != "tested":
        assert one.state == other.state
        return
    assert one.z == pytest.approx(sign * other.z, rel=1e-6, abs=1e-8)


@quick
@given(maps(), st.floats(0.01, 100), st.floats(-50, 50))
def test_moran_and_geary_do_not_feel_unit_or_origin(drawn, scale, shift):
    values, weights = drawn
    for statistic in (ac.moran, ac.geary):
        for assumption in ("randomisation", "normality"):
            plain = statistic(values, weights, assumption=assumption)
            same(plain, statistic(scale * values + shift, weights, assumption=assumption))
            same(plain, statistic(-values, weights, assumption=assumption))


@quick
@given(maps(), st.floats(0.01, 100))
def test_scaling_all_weights_or_the_unit_changes_no_test(drawn, scale):
    values, weights = drawn
    scaled = Weights(weights.sparse * scale, weights.ids)
    for statistic in (ac.moran, ac.geary, ac.getis_ord_g):
        same(statistic(values, weights), statistic(values, scaled))
    same(ac.getis_ord_g(values, weights), ac.getis_ord_g(scale * values, weights))


@quick
@given(maps())
def test_direction_of_links_does_not_matter(drawn):
    values, weights = drawn
    turned = Weights(weights.sparse.T, weights.ids)
    for statistic in (ac.moran, ac.geary, ac.getis_ord_g):
        same(statistic(values, weights), statistic(values, turned))


@quick
@given(maps(columns=2))
def test_lee_is_symmetric_and_turns_with_one_sign(drawn):
    x, y, weights = drawn
    same(ac.lee(x, y, weights), ac.lee(y, x, weights))
    same(ac.lee(x, y, weights), ac.lee(x, -y, weights), sign=-1)


@quick
@given(maps())
def test_joins_add_up_to_half_the_weights(drawn):
    values, weights = drawn
    found = ac.join_counts(values % 3, weights)
    if found.state in ("too few areas", "no links", "constant values"):
        return
    parts = [test for test in found.pairs.values() if test.state == "tested"]
    fixed = len(parts) < len(found.pairs)
    total = sum(test.statistic for test in parts)
    expected = sum(test.expected for test in parts)
    half = weights.sparse.sum() / 2
    assert total <= half + 1e-9 if fixed else total == pytest.approx(half)
    assert fixed or expected == pytest.approx(half)


@quick
@given(maps())
def test_two_categories_are_moran_of_a_flag(drawn):
    """BB - WW standardised aside, BW is Geary's numerator: their z agree but for turning."""
    values, weights = drawn
    flag = (values > 25).astype(float)
    same(ac.join_counts(flag, weights).BW, ac.geary(flag, weights), sign=-1)
    same(ac.geary(flag, weights), ac.geary(1 - flag, weights))


@quick
@given(maps(), st.integers(0, 2**31))
def test_p_values_lie_in_the_unit_interval(drawn, seed):
    values, weights = drawn
    for statistic in (ac.moran, ac.geary, ac.getis_ord_g, ac.join_counts):
        found = statistic(values % 4, weights, null="areas", draws=19, seed=seed)
        if found.state == "tested":
            assert 0 < found.p_sim <= 1
            assert 0 <= found.p <= 1
            assert found.p_sim * 10 == pytest.approx(round(found.p_sim * 10))
        else:
            assert np.isnan([found.statistic, found.z, found.p, found.p_sim]).all()


@quick
@given(maps())
def test_slope_of_the_scatter_is_moran_for_rows_that_sum_to_one(drawn):
    values, weights = drawn
    rows = weights.row_standardized()
    found = ac.moran(values, rows)
    if found.state != "tested" or found.islands:
        return
    table = ac.moran_scatter(values, rows)
    slope = np.polyfit(table["value"], table["lag"], 1)[0]
    assert slope == pytest.approx(found.statistic, rel=1e-8, abs=1e-10)


orders = st.integers(3, 6).flatmap(
    lambda years: hnp.arrays(np.float64, (8, years), elements=st.integers(0, 9).map(float))
)
histories = st.integers(3, 6).flatmap(
    lambda years: hnp.arrays(np.int64, (8, years), elements=st.integers(-1, 1))
)


@few
@pytest.mark.parametrize("trend", ["mann-kendall", "regression"])
@given(orders=orders)
def test_turning_time_around_swaps_rising_and_falling(trend, orders):
    years = list(range(2001, 2001 + orders.shape[1]))  # evenly spaced: the mirror has the same gaps
    z = pd.DataFrame(orders, columns=years)
    turned = z.set_axis(years[::-1], axis=1)
    forth, back = (
        emerging(z * 0 + 1, table, variance=z * 0 + 0.5, trend=trend) for table in (z, turned)
    )
    swap = {"rising": "falling", "falling": "rising"}
    words = {"intensifying": "fading", "fading": "intensifying"}
    assert forth["trend"].replace(swap).tolist() == back["trend"].tolist()
    assert forth["pattern"].replace(words).tolist() == back["pattern"].tolist()
    np.testing.assert_allclose(forth["trend_p"], back["trend_p"], rtol=1e-9)


@few
@given(histories)
def test_cold_is_the_mirror_of_hot(history):
    years = YEARS[: history.shape[1]]
    one = emerging(pd.DataFrame(history, columns=years))
    other = emerging(pd.DataFrame(-history, columns=years))
    assert one["pattern"].tolist() == other["cold_pattern"].tolist()
    assert one["hot_years"].tolist() == other["cold_years"].tolist()


@quick
@given(hnp.arrays(np.float64, st.integers(2, 9), elements=st.integers(0, 10**6).map(float)))
def test_exact_trend_test_agrees_with_scipy(values):
    found = mann_kendall(pd.DataFrame([values])).iloc[0]
    assert 0 < found["smallest_p"] <= found["p"] <= 1
    if len(np.unique(values)) == len(values):
        exact = kendalltau(np.arange(len(values)), values, method="exact").pvalue
        assert found["p"] == pytest.approx(exact, rel=1e-10)
