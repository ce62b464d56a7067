import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.maps.scales import HOT_COLD, ClassScale, classify, hot_cold_scale, rate_scale


def test_classes_close_at_the_lower_bound():
    assert classify([0, 0.0499999, 0.05, 0.1, 0.2, 0.3, 1], (0.05, 0.1, 0.2, 0.3)) == ("0012344")


def test_what_is_not_a_number_or_withheld_is_not_shown():
    rates = pd.Series([0.1, None, float("inf"), 0.4], dtype="Float64")
    scale = rate_scale()
    assert scale.encode(rates) == "2554"
    assert scale.encode(rates, shown=pd.Series([False, True, True, True])) == "5554"


@given(st.lists(st.floats(0, 1) | st.just(float("nan")), max_size=60))
def test_one_known_code_a_value(values):
    scale = rate_scale()
    codes = scale.encode(pd.Series(values, dtype=float))
    assert len(codes) == len(values)
    assert set(codes) <= set(scale.codes)
    assert sum(scale.counts(codes).values()) == len(values)


def test_breaks_must_increase():
    with pytest.raises(ValueError, match="increase"):
        classify([1.0], (0.2, 0.2))


def test_named_classes_round_trip_and_strangers_are_refused():
    scale = hot_cold_scale()
    assert scale.encode(pd.Series(list(HOT_COLD))) == "01234567"
    assert scale.encode(pd.Series(["hot 99", None])) == "07"
    assert scale.encode(pd.Series(["hot 99"]), shown=pd.Series([False])) == "7"
    with pytest.raises(ValueError, match="warm"):
        scale.encode(pd.Series(["warm"]))


def test_parts_of_a_scale_match_one_to_one():
    scale = hot_cold_scale()
    assert scale.colours[0] == "#b2182b"
    assert "no clear cluster" in scale.words[3]
    assert scale.codes[-1] == "7"
    assert scale.rgb[0] == (0xB2, 0x18, 0x2B)
    with pytest.raises(ValueError, match="one-character"):
        ClassScale(("a",), ("#000000",), ("10",), ("a",))
