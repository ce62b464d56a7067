"""Relations of Moran's I and emerging patterns that hold whatever the data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import kendalltau

from analytics.autocorrelation import moran, moran_scatter
from analytics.hotspots.consensus.years import emerging, mann_kendall
from geo.weights.weights import Weights

quick = settings(max_examples=35, deadline=None)
few = settings(max_examples=15, deadline=None)
YEARS = ["2017-18", "2018-19", "2021-22", "2022-23", "2023-24", "2024-25"]


@st.composite
def maps(draw):
    """Positive values on a random graph of weighted, one-way links."""
    n = draw(st.integers(5, 12))
    shape = (n, n)
    linked = draw(hnp.arrays(np.bool_, shape))
    weight = draw(hnp.arrays(np.float64, shape, elements=st.sampled_from([0.5, 1.0, 2.0])))
    weights = Weights(np.where(linked & ~np.eye(n, dtype=bool), weight, 0.0), pd.RangeIndex(n))
    return draw(hnp.arrays(np.float64, n, elements=st.integers(0, 50).map(float))), weights


def same(one, other):
    """Same state, and same z; a variance near rounding decides no state."""
    assert one.state == other.state
    if one.state == "tested":
        assert one.z == pytest.approx(other.z, rel=1e-6, abs=1e-8)


@quick
@given(maps(), st.floats(0.01, 100), st.floats(-50, 50))
def test_moran_does_not_feel_unit_or_origin(drawn, scale, shift):
    values, weights = drawn
    for assumption in ("randomisation", "normality"):
        plain = moran(values, weights, assumption=assumption)
        same(plain, moran(scale * values + shift, weights, assumption=assumption))
        same(plain, moran(-values, weights, assumption=assumption))


@quick
@given(maps(), st.floats(0.01, 100))
def test_scaling_all_weights_changes_no_test(drawn, scale):
    values, weights = drawn
    same(moran(values, weights), moran(values, Weights(weights.sparse * scale, weights.ids)))


@quick
@given(maps())
def test_direction_of_links_does_not_matter(drawn):
    values, weights = drawn
    same(moran(values, weights), moran(values, Weights(weights.sparse.T, weights.ids)))


@quick
@given(maps(), st.integers(0, 2**31))
def test_p_values_lie_in_the_unit_interval(drawn, seed):
    values, weights = drawn
    test = moran(values % 4, weights, null="areas", draws=19, seed=seed)
    if test.state == "tested":
        assert 0 < test.p_sim <= 1
        assert 0 <= test.p <= 1
        assert test.p_sim * 10 == pytest.approx(round(test.p_sim * 10))
    else:
        assert np.isnan([test.statistic, test.z, test.p, test.p_sim]).all()


@quick
@given(maps())
def test_slope_of_the_scatter_is_moran_for_rows_that_sum_to_one(drawn):
    values, weights = drawn
    rows = weights.row_standardized()
    found = moran(values, rows)
    if found.state != "tested" or found.islands:
        return
    table = moran_scatter(values, rows)
    slope = np.polyfit(table["value"], table["lag"], 1)[0]
    assert slope == pytest.approx(found.statistic, rel=1e-8, abs=1e-10)


orders = st.integers(3, 6).flatmap(
    lambda years: hnp.arrays(np.float64, (8, years), elements=st.integers(0, 9).map(float))
)


@few
@given(orders=orders)
def test_turning_time_around_swaps_rising_and_falling(orders):
    years = list(range(2001, 2001 + orders.shape[1]))  # evenly spaced: the mirror has the same gaps
    z = pd.DataFrame(orders, columns=years)
    turned = z.set_axis(years[::-1], axis=1)
    forth, back = (emerging(z.notna(), table) for table in (z, turned))
    swap = {"rising": "falling", "falling": "rising"}
    words = {"intensifying": "fading", "fading": "intensifying"}
    assert forth["trend"].replace(swap).tolist() == back["trend"].tolist()
    assert forth["pattern"].replace(words).tolist() == back["pattern"].tolist()
    np.testing.assert_allclose(forth["trend_p"], back["trend_p"], rtol=1e-9)


@quick
@given(hnp.arrays(np.float64, st.integers(2, 9), elements=st.integers(0, 10**6).map(float)))
def test_exact_trend_test_agrees_with_scipy(values):
    found = mann_kendall(pd.DataFrame([values])).iloc[0]
    assert 0 < found["smallest_p"] <= found["p"] <= 1
    if len(np.unique(values)) == len(values):
        exact = kendalltau(np.arange(len(values)), values, method="exact").pvalue
        assert found["p"] == pytest.approx(exact, rel=1e-10)
