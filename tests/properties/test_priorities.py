"""Relations of lists that hold whatever the figures."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analytics.priorities import excess_draws, ranks, share_of_excess, weighted_list

quick = settings(max_examples=25, deadline=None)


@st.composite
def figures(draw):
    size = draw(st.integers(3, 25))
    numbers = hnp.arrays(np.float64, size, elements=st.integers(-90, 900).map(float))
    errors = hnp.arrays(np.float64, size, elements=st.integers(1, 200).map(float))
    return pd.DataFrame(
        {"expected": 100.0 + draw(errors), "excess": draw(numbers), "excess_se": draw(errors)}
    )


@quick
@given(figures(), st.integers(1, 30))
def test_chances_add_up_to_the_length_of_the_list(table, k):
    drawn = excess_draws(table, draws=200, seed=1)
    found = ranks(table, drawn, k=k)
    assert found["p_top"].sum() == pytest.approx(min(k, len(table)))
    assert found["p_top"].between(0, 1).all()
    assert (found["rank_low"] <= found["rank_high"]).all()
    assert found["shrunken"].between(found["shrunken_low"], found["shrunken_high"]).mean() > 0.8
    longer = ranks(table, drawn, k=k + 1)
    assert (longer["p_top"] >= found["p_top"] - 1e-12).all()


@quick
@given(figures(), st.floats(0.01, 100))
def test_the_size_of_students_does_not_matter(table, scale):
    first, other = (
        ranks(each, excess_draws(each, draws=200, seed=1), k=3) for each in (table, table * scale)
    )
    np.testing.assert_allclose(first["p_top"], other["p_top"], atol=0.011)
    np.testing.assert_allclose(first["shrunken"] * scale, other["shrunken"], rtol=1e-6)


@quick
@given(figures())
def test_more_places_hold_more_of_the_excess(table):
    drawn = excess_draws(table, draws=200, seed=1)
    found = share_of_excess(drawn, table["expected"], steps=[0.1, 0.2, 0.5, 1.0])
    known = found.dropna()
    assert known["share"].is_monotonic_increasing
    assert (known["share"] <= known["drawn_first"] + 1e-9).all()
    assert ((known["low"] <= known["share"] + 1e-9) | (known["low"] <= known["high"])).all()
    if len(known):
        assert known.loc[1.0, ["share", "low", "high", "students"]].tolist() == pytest.approx(
            [1] * 4
        )


@quick
@given(figures(), st.floats(0.1, 50))
def test_weights_count_by_their_proportion_alone(table, scale):
    weights = pd.Series({"expected": 1.0, "excess": 2.0, "excess_se": 0.5})
    one, other = (
        weighted_list({"join": table}, each, k=3, draws=20, seed=1)
        for each in (weights, weights * scale)
    )
    pd.testing.assert_frame_equal(one.parts, other.parts)
    assert one.table["top_share"].sum() <= 3 + 1e-9 or one.table["score"].duplicated().any()
    np.testing.assert_allclose(one.parts.sum(axis=1), one.table["score"])
