import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.words import numbers


def test_the_figure_as_agreed():
    assert numbers.rate_text(0.2925, 0.2836, 0.3016, 265_700, 908_421, numbers.BY_SCHOOLS) == (
        "29.3\xa0% (as its schools differ: 28.4–30.2), 265,700 of 908,421 students"
    )


@pytest.mark.parametrize(
    ("rate", "students", "text"),
    [
        (0.2925, None, "29.3\xa0%"),
        (0.20, 100, "20\xa0%"),
        (0.126_7, 299, "13\xa0%"),
        (0.126_7, 300, "12.7\xa0%"),
        (0.125, 100, "13\xa0%"),
        (0, 500, "0.0\xa0%"),
        (1, 500, "100.0\xa0%"),
        (-0.021, None, "\N{MINUS SIGN}2.1\xa0%"),
    ],
)
def test_percent(rate, students, text):
    assert numbers.percent_text(rate, students) == text


@given(st.floats(0, 1), st.integers(1, 10**6))
def test_percent_is_within_half_a_unit_of_the_rate(rate, students):
    text = numbers.percent_text(rate, students)
    room = 0.5 if students < 300 else 0.05
    assert abs(float(text.removesuffix("\xa0%")) - 100 * rate) <= room + 1e-6
    assert ("." in text) == (students >= 300)


@given(st.integers(10, 5000), st.integers(1, 20), st.booleans())
def test_limits_hold_for_every_count_within_the_bounds(enrolled, percent, nearly_all):
    edge = enrolled * percent // 100
    bounds = (enrolled - edge, enrolled) if nearly_all else (0, edge)
    text = numbers.coded_rate_text(*bounds, enrolled)
    told = int(text.split()[0])
    if nearly_all:
        assert text.endswith("% or more")
        assert 100 * bounds[0] >= told * enrolled
    else:
        assert text.endswith("% or less")
        assert 100 * bounds[1] <= told * enrolled
    if enrolled >= 100:
        assert told == (100 - percent if nearly_all else percent)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.214, "fraction", "21.4\xa0%"),
        (0.85, "percentile", "85th percentile"),
        (0.01, "percentile", "1st percentile"),
        (0.12, "percentile", "12th percentile"),
        (0.29, "percentile", "29th percentile"),
        (52_345.6, "usd", "$52,346"),
        (1234, "count", "1,234"),
        (0.25, "count", "0.25"),
        (78.25, "years", "78.2 years"),
    ],
)
def test_values_in_their_unit(value, unit, text):
    assert numbers.value_text(value, unit) == text


def test_margins():
    assert numbers.with_margin(0.214, 0.031, "fraction") == "21.4\xa0% (± 3.1\xa0%)"
    assert numbers.with_margin(0.214, math.nan, "fraction") == "21.4\xa0%"
    assert numbers.with_margin(0.85, 0.03, "percentile") == "85th percentile (± 3)"


def test_q_is_never_nothing():
    assert numbers.q_text(0.0002) == "q < .001"
    assert numbers.q_text(0.05) == "q = .050"
    assert numbers.q_text(1.0) == "q = 1.000"


def test_change_is_signed_with_a_real_minus():
    assert numbers.points_text(0.024) == "+2.4"
    assert numbers.points_text(-0.01) == "\N{MINUS SIGN}1.0"
    assert [numbers.points_text(part) for part in (0.0, -0.0004, 0.0004)] == ["0.0"] * 3
