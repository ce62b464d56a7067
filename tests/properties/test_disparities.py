"""Relations of measures of inequality that hold whatever the figures."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analytics.disparities import concentration_index, gini, rate_ratio, slope_index, theil

quick = settings(max_examples=60, deadline=None)
figures = hnp.arrays(np.float64, st.integers(3, 30), elements=st.integers(1, 900).map(float))


@quick
@given(figures, st.floats(0.01, 100))
def test_inequality_does_not_know_the_unit(values, scale):
    assert gini(values * scale) == pytest.approx(gini(values), abs=1e-10)
    assert theil(values * scale).total == pytest.approx(theil(values).total, abs=1e-10)
    order = np.arange(len(values))
    one, other = (concentration_index(each, order) for each in (values, values * scale))
    assert one.value == pytest.approx(other.value, abs=1e-10)
    assert one.se**2 == pytest.approx(other.se**2, abs=1e-12)


@quick
@given(figures)
def test_a_unit_that_stands_for_several_is_several(values):
    weights = np.arange(len(values)) % 3 + 1
    many = np.repeat(values, weights)
    groups = np.arange(len(values)) % 2
    assert gini(values, weights) == pytest.approx(gini(many), abs=1e-10)
    one, other = theil(values, groups, weights), theil(many, np.repeat(groups, weights))
    assert (one.total, one.between) == pytest.approx((other.total, other.between), abs=1e-10)
    order = np.arange(len(values))
    grouped = concentration_index(values, order, weights).value
    assert grouped == pytest.approx(
        concentration_index(many, np.repeat(order, weights)).value, abs=1e-10
    )


@quick
@given(figures)
def test_ordered_by_itself_a_figure_has_ginis_coefficient(values):
    assert concentration_index(values, values).value == pytest.approx(gini(values), abs=1e-10)
    backwards = concentration_index(values, -values).value
    assert backwards == pytest.approx(-gini(values), abs=1e-10)


@quick
@given(figures)
def test_parts_of_theils_index_are_not_negative(values):
    found = theil(values, np.arange(len(values)) % 3)
    assert found.total >= -1e-12
    assert found.between >= -1e-12
    assert found.within >= -1e-12


@quick
@given(
    hnp.arrays(np.float64, st.integers(3, 12), elements=st.floats(0.05, 0.9)),
    st.sampled_from(["linear", "log", "logit"]),
)
def test_the_order_turned_round_turns_the_index_round(rates, scale):
    rate, n, se = (
        pd.Series(rates),
        pd.Series(np.arange(len(rates)) + 50.0),
        pd.Series(0.01, range(len(rates))),
    )
    there = slope_index(rate, n, se, scale=scale)
    back = slope_index(*(each[::-1].reset_index(drop=True) for each in (rate, n, se)), scale=scale)
    assert there.sii == pytest.approx(-back.sii, abs=1e-9)
    assert there.sii_low == pytest.approx(-back.sii_high, abs=1e-9)
    if np.isfinite(there.rii):
        assert there.rii == pytest.approx(1 / back.rii, rel=1e-9)


@quick
@given(st.integers(1, 50), st.integers(1, 50))
def test_a_ratio_turned_round_is_its_inverse(x, other):
    one, two = rate_ratio(x, 60, other, 70), rate_ratio(other, 70, x, 60)
    assert one == pytest.approx((1 / two[0], 1 / two[2], 1 / two[1]))
