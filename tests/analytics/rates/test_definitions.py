"""Who is chronically absent, in exact integers."""

import numpy as np
import pandas as pd
import pytest

from analytics.rates import definitions


def test_exactly_ten_percent_is_chronic_for_every_length_of_enrolment():
    enrolled = np.arange(10, 201, 10)
    assert definitions.is_chronic(enrolled // 10, enrolled).all()
    assert not definitions.is_chronic(enrolled // 10 - 0.5, enrolled).any()
    # Why floating point is never used: it misses some of these students.
    assert not (1 - (enrolled - enrolled // 10) / enrolled >= 0.10).all()


def test_half_days_and_series():
    absent = pd.Series([17.5, 18.0], index=["a", "b"])
    assert definitions.is_chronic(absent, 180).to_dict() == {"a": False, "b": True}
    assert definitions.tier(absent, 180).tolist() == ["at risk", "moderate chronic"]


@pytest.mark.parametrize(
    ("absent", "enrolled", "words"),
    [(2, 1, "2 days absent out of 1"), (-1, 9, "negative"), (0.3, 9, "half"), (np.nan, 9, "known")],
)
def test_days_that_no_register_holds_are_refused(absent, enrolled, words):
    with pytest.raises(ValueError, match=words):
        definitions.is_chronic(absent, enrolled)


def test_bands_are_closed_below_and_use_the_unrounded_rate():
    rates = pd.Series([0.0499999, 0.05, 0.0999999, 0.1, 0.2, 0.2999999, 0.3, 1.0, np.nan])
    assert definitions.band(rates).tolist() == [
        *("under 5 %", "5 % to under 10 %", "5 % to under 10 %", "10 % to under 20 %"),
        *("20 % to under 30 %", "20 % to under 30 %", "30 % or more", "30 % or more", ""),
    ]
    with pytest.raises(ValueError, match="no fraction"):
        definitions.band(23.5)


def test_grades_are_asked_for_where_the_definition_names_them():
    with pytest.raises(ValueError, match="grade"):
        definitions.is_eligible(1, 90, definition=definitions.CALIFORNIA_DASHBOARD)
