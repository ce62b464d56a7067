"""Relations of margins of error that hold for every input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.rates import acs

COUNTS = st.integers(0, 10**7).map(float)
MARGINS = st.integers(0, 10**7).map(lambda eighths: eighths / 8)
PARTS = st.lists(st.tuples(st.one_of(st.just(0.0), COUNTS), MARGINS), min_size=1, max_size=12)


@given(COUNTS, MARGINS)
def test_the_sum_of_one_is_itself(estimate, moe):
    assert acs.sum_moe([estimate], [moe]) == pytest.approx(moe, rel=1e-12)


@given(PARTS, st.randoms(use_true_random=False), st.floats(0.01, 1000))
def test_a_sum_forgets_the_order_and_keeps_the_unit(parts, chance, unit):
    estimates, moes = np.array(parts).T
    found = acs.sum_moe(estimates, moes)
    mixed = list(parts)
    chance.shuffle(mixed)
    again, margins = np.array(mixed).T
    assert acs.sum_moe(again, margins) == pytest.approx(found, rel=1e-12)
    assert acs.sum_moe(unit * estimates, unit * moes) == pytest.approx(unit * found, rel=1e-9)


@given(PARTS)
def test_a_sum_lies_between_its_largest_margin_and_all_of_them(parts):
    estimates, moes = np.array(parts).T
    found = acs.sum_moe(estimates, moes)
    assert moes.max() * (1 - 1e-12) <= found
    assert found <= np.sqrt((moes**2).sum()) * (1 + 1e-12)
    if (estimates == 0).all():
        assert found == pytest.approx(moes.max())


@given(COUNTS, MARGINS, COUNTS.filter(bool), MARGINS)
def test_a_share_has_a_margin_that_controlling_the_whole_leaves_simple(part, dx, whole, dy):
    found = acs.proportion_moe(part, dx, whole, dy)
    assert np.isfinite(found)
    assert found >= 0
    assert found <= np.hypot(dx, part / whole * dy) / whole * (1 + 1e-12)
    assert acs.proportion_moe(part, dx, whole, 0) == pytest.approx(dx / whole)


@given(arrays(float, st.integers(1, 10), elements=MARGINS), st.floats(0.1, 10))
def test_weights_scale_margins_and_equal_ones_divide_by_the_root(moes, factor):
    n = len(moes)
    mean = acs.weighted_moe(np.full(n, 1 / n), moes)
    assert mean == pytest.approx(np.sqrt((moes**2).mean() / n))
    assert acs.weighted_moe(np.ones(n), moes) == pytest.approx(acs.sum_moe(np.ones(n), moes))
    assert acs.weighted_moe(np.full(n, factor / n), moes) == pytest.approx(factor * mean)


@given(arrays(float, (5, 3), elements=MARGINS))
def test_a_table_gives_one_margin_a_row_or_a_column(moes):
    table = pd.DataFrame(moes, columns=list("abc"), index=list("vwxyz"))
    rows = acs.sum_moe(table + 1, table, axis=1)
    assert rows.index.equals(table.index)
    assert rows["w"] == pytest.approx(acs.sum_moe(table.loc["w"] + 1, table.loc["w"]))
    assert acs.sum_moe(table + 1, table, axis=0).index.tolist() == list("abc")


@given(st.lists(st.tuples(st.one_of(st.none(), COUNTS), st.one_of(st.none(), MARGINS)), min_size=1))
def test_words_follow_the_coefficient_of_variation(rows):
    table = pd.DataFrame(rows, columns=["value", "moe"], dtype=float)
    table.index = table.index.map("t{}".format)
    found = acs.reliability(table["value"], table["moe"])
    assert found.index.equals(table.index)
    cv = acs.coefficient_of_variation(table["value"], table["moe"])
    assert cv.isna().eq(found.eq("undefined")).all()
    assert (found.eq("low") == cv.gt(0.30)).all()
    assert (found.eq("high") == cv.lt(0.15)).all()
    assert found.isin(["high", "medium", "low", "undefined"]).all()


def test_series_keep_their_index_and_missing_stays_missing():
    index = pd.Index(["a", "b", "c"])
    x, dx = pd.Series([10, None, 5], index, dtype="Int64"), pd.Series([2.0, 1.0, np.nan], index)
    found = acs.proportion_moe(x, dx, 40.0, 3.0)
    assert found.index.equals(index)
    assert found.isna().tolist() == [False, True, True]
    with pytest.raises(ValueError, match="different indexes"):
        acs.proportion_moe(x, dx[::-1], 40.0, 3.0)
    with pytest.raises(ValueError, match="is negative"):
        acs.proportion_moe(x, -dx, 40.0, 3.0)
    with pytest.raises(ValueError, match="infinite"):
        acs.proportion_moe(x, dx, np.inf, 3.0)
    with pytest.raises(ValueError, match="shape"):
        acs.proportion_moe([1, 2], [1, 2], [1, 2, 3], 1)


def test_a_whole_of_nobody_has_no_share_and_an_estimate_of_nobody_no_class():
    assert np.isnan(acs.proportion_moe(0, 12, 0, 12))
    assert np.isnan(acs.coefficient_of_variation(0, 12))
    assert acs.reliability(0, 12) == "undefined"
    assert acs.reliability(40, 0) == "high"  # controlled


def test_publishers_codes_are_no_margins():
    assert acs.reliability([9.0, 9.0], [-222222222, np.inf]).tolist() == ["undefined"] * 2
    for call in (
        lambda m: acs.coefficient_of_variation(1, m),
        lambda m: acs.sum_moe([1], [m]),
        lambda m: acs.weighted_moe([1], [m]),
    ):
        with pytest.raises(ValueError, match="negative"):
            call(-222222222)
        assert np.isnan(call(np.nan))


def test_a_margin_without_weight_is_not_asked_for():
    assert acs.weighted_moe([0.0, 1.0], [np.nan, 3.0]) == 3.0
    with pytest.raises(ValueError, match="missing"):
        acs.weighted_moe([np.nan, 1.0], [1.0, 3.0])
    with pytest.raises(ValueError, match="different indexes"):
        acs.weighted_moe(pd.Series([1.0, 2.0]), pd.Series([1.0, 2.0], index=[1, 0]))
    with pytest.raises(ValueError, match="shape"):
        acs.weighted_moe([1.0], [1.0, 2.0])


def test_tables_that_are_laid_out_otherwise_are_refused():
    table = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    for other in (table[::-1], table[["b", "a"]], table[["a"]]):
        with pytest.raises(ValueError, match="laid out alike"):
            acs.sum_moe(table, other)
