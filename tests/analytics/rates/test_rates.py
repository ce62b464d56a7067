"""Rates, intervals, expected counts and the reliability rule."""

import numpy as np
import pandas as pd
import pytest

from analytics import rates


def test_shape_in_is_shape_out():
    x, n = (
        pd.Series([1, None], index=["a", "b"], dtype="Int64"),
        pd.Series([4, 5], index=["a", "b"]),
    )
    assert rates.crude_rate(x, n).to_dict() == pytest.approx({"a": 0.25, "b": np.nan}, nan_ok=True)
    assert isinstance(rates.crude_rate(1, 4), float)
    assert isinstance(rates.crude_rate([1, 2], 4), np.ndarray)


def test_nothing_of_nothing_is_not_a_number():
    for interval in (rates.wilson, rates.clopper_pearson):
        assert np.isnan(interval(0, 0)).all()
    assert np.isnan(rates.crude_rate(0, 0))
    assert np.isnan(rates.standardized_ratio(0, 0.0)).all()


@pytest.mark.parametrize(
    ("x", "n", "words"),
    [
        ([1, 7], [5, 6], "row 1: the count 7 is above its denominator 6"),
        ([1, -2], [5, 6], "row 1: the count -2 is negative"),
        ([1, 1], [-5, 6], "row 0: the count 1 is above|row 0: the denominator -5 is negative"),
        ([1, np.inf], [5, 6], "row 1: an infinite number"),
        ([9, 9, 9], [5, 6, 9], r"row 0: .* \(1 more like it\)"),
    ],
)
def test_impossible_counts_are_refused_by_row(x, n, words):
    for measure in (rates.crude_rate, rates.wilson, rates.clopper_pearson, rates.reliability):
        with pytest.raises(ValueError, match=words):
            measure(x, n)


def test_the_label_of_a_series_row_is_named():
    x = pd.Series([1, 7], index=["01M015", "01M019"])
    with pytest.raises(ValueError, match="01M019"):
        rates.wilson(x, pd.Series([4, 6], index=x.index))
    with pytest.raises(ValueError, match="different indexes"):
        rates.wilson(x, pd.Series([8, 9]))
    with pytest.raises(ValueError, match="level"):
        rates.wilson(1, 2, level=95)


def test_noise_of_fractional_sums_is_no_breach():
    low, high = rates.wilson(12.000000000001, 12.0)
    assert 0 < low < high == 1


def test_figures_of_the_statistics_rules():
    assert rates.clopper_pearson(8, 30) == pytest.approx((0.1228, 0.4589), abs=5e-5)
    assert rates.clopper_pearson(0, 40) == pytest.approx((0, 0.0881), abs=5e-5)
    assert rates.clopper_pearson(20, 100) == pytest.approx((0.1267, 0.2918), abs=5e-5)


def test_expected_counts_by_level():
    x, n = pd.Series([10, 30, 9, None]), pd.Series([100, 100, 30, 50])
    level = pd.Series(["k8", "k8", None, "k8"])
    assert rates.expected(x, n, level).tolist() == [20, 20, 9, 10]
    assert rates.expected(x, n).tolist() == pytest.approx([49 / 2.3] * 2 + [14.7 / 2.3, 24.5 / 2.3])
    with pytest.raises(ValueError, match="different indexes"):
        rates.expected(x, n, level.set_axis(list("abcd")))


def test_reliability_in_the_order_of_the_rule():
    def code(x, n, n_eff=None):
        return rates.reliability(x, n, n_eff).code

    assert code(10, 29) == "Q1"
    assert code(100, 400, 25) == "Q1"
    assert code(20, 40) == "Q2"
    assert code(4, 60) == "Q3"
    assert code(1, 400) == ""  # interval of at most 5 points: shown, however wide in relation
    assert code(100, 400) == ""
    assert rates.reliability(0, 40).review
    assert rates.reliability(57, 60).complement_footnote
    assert not rates.reliability(30, 60, 300).complement_footnote
    table = rates.reliability(
        pd.Series([10, None, 100], index=list("abc")), pd.Series([29, 9, 400], index=list("abc"))
    )
    assert table["code"].to_dict() == {"a": "Q1", "b": "unknown", "c": ""}
    assert code(0, 0) == "Q1"
    assert table.loc["a", "reason"].startswith("Fewer than 30 students")
