"""Early-aberration methods against R's surveillance and against the definition by hand."""

import math

import pandas as pd
import pytest

from analytics.early.ears import ears, upper_bound

# Bounds that tests/testthat/test-earsC.R of R's surveillance (CRAN) expects for Salmonella Newport
# in Germany, first weeks of 2011, C1, alpha .05. The file has no counts; of whole numbers only
# these (the first seven in any order) have these four bounds.
NEWPORT = [1, 1, 1, 1, 2, 3, 3, 1, 0, 3]
BOUNDS = [3.278854, 3.278854, 3.436517, 3.855617]


def test_c1_has_the_bounds_of_r():
    series = pd.Series([*NEWPORT, 0])
    found = upper_bound(series, "C1", alpha=0.05)
    assert found.iloc[:7].isna().all()
    assert found.iloc[7:].tolist() == pytest.approx(BOUNDS, abs=5e-7)


def test_c1_c2_and_c3_by_hand():
    """A baseline 4 5 6 4 5 6 5 (mean 5, variance 4/6), then 5 6, then a wave of 8 8 8."""
    series = pd.Series([4.0, 5, 6, 4, 5, 6, 5, 5, 6, 8, 8, 8])
    sd = math.sqrt(4 / 6)
    c1 = ears(series, "C1")
    assert c1["statistic"].iloc[7] == 0.0
    assert c1["statistic"].iloc[8] == pytest.approx((6 - 36 / 7) / math.sqrt((188 - 36**2 / 7) / 6))
    c2 = ears(series, "C2")
    assert c2["statistic"].iloc[:9].isna().all()
    assert c2["statistic"].iloc[9] == pytest.approx((8 - 5) / sd)
    assert c2["alarm"].iloc[9]
    # Day 11: baseline 5 6 4 5 6 5 5, mean 36/7; day 12: 6 4 5 6 5 5 6, mean 37/7.
    second = (8 - 36 / 7) / math.sqrt((188 - 36**2 / 7) / 6)
    third = (8 - 37 / 7) / math.sqrt((199 - 37**2 / 7) / 6)
    assert c2["statistic"].iloc[10:].tolist() == pytest.approx([second, third])
    c3 = ears(series, "C3")
    assert c3["statistic"].iloc[:11].isna().all()
    assert c3["statistic"].iloc[11] == pytest.approx(3 / sd - 1 + second - 1 + third - 1)
    assert c3["alarm"].tolist() == [False] * 11 + [True]
