"""The September signal: expected numbers by hand, intervals that hold over years."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from analytics.early.september import OLSON, back_test, transitions

BANDS = ["band_0_1", "band_2_4", "band_5"]
quick = settings(max_examples=40, deadline=None)


def made(rng, years, *, shift=0.15, students=20_000, own=0.05):
    """Years whose bands become chronic with a shared shift and a small one of each band."""
    n = (students * np.array([0.7, 0.2, 0.1]) * rng.uniform(0.85, 1.15, (years, 3))).astype(int)
    odds = np.array([-2.2, 0.0, 1.8]) + shift * rng.normal(size=(years, 1))
    x = rng.binomial(n, expit(odds + own * rng.normal(size=(years, 3))))
    return pd.DataFrame(n.T, BANDS), pd.DataFrame(x.T, BANDS)


@pytest.mark.slow
@pytest.mark.parametrize("before", [2, 4])
@pytest.mark.parametrize("students", [1000, 40_000])
def test_ranges_hold_over_years(before, students, replicates):
    """Shifts of places drawn as the prior has them: 90 % of years inside."""
    rng = np.random.default_rng(31)
    runs = replicates(300, 4000)
    inside = []
    for _ in range(runs):
        shift = 0.15 * np.sqrt(3 / rng.chisquare(3))
        n, x = made(rng, before + 1, shift=shift, students=students)
        past = list(range(before))
        _, low, high = transitions(n[past], x[past]).expected(n[before])
        inside.append(low <= x[before].sum() <= high)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.025 + 3 * np.sqrt(0.09 / runs))


@pytest.mark.slow
def test_binomial_chance_alone_would_be_far_too_sure(replicates):
    rng = np.random.default_rng(32)
    inside = []
    for _ in range(replicates(200, 2000)):
        n, x = made(rng, 4)
        rate = (x[[0, 1, 2]].sum(axis=1) + 0.5) / (n[[0, 1, 2]].sum(axis=1) + 1)
        reach = 1.645 * np.sqrt((n[3] * rate * (1 - rate)).sum())
        inside.append(abs((n[3] * rate).sum() - x[3].sum()) <= reach)
    assert np.mean(inside) < 0.4


@quick
@given(st.lists(st.integers(0, 5000), min_size=3, max_size=3))
def test_expected_numbers_are_sums_of_bands_within_their_range(students):
    n, x = made(np.random.default_rng(1), 3)
    found = transitions(n, x)
    now = pd.Series(students, BANDS)
    middle, low, high = found.expected(now)
    assert middle == pytest.approx((now * found.rate).sum())
    assert 0 <= low <= middle <= high <= now.sum() + 1e-9
    more = found.expected(now + 100)
    assert all(a > b for a, b in zip(more, (middle, low, high), strict=True))


def test_years_that_are_the_same_forecast_themselves():
    n, x = made(np.random.default_rng(2), 1)
    students, chronic = (pd.DataFrame(dict.fromkeys(range(3), each[0])) for each in (n, x))
    found = transitions(students, chronic)
    assert found.expected(n[0])[0] == pytest.approx(x[0].sum(), rel=0.002)
    tested = back_test(students, chronic)
    assert tested.index.tolist() == [2]
    assert tested["inside"].tolist() == [True]


def test_years_that_differ_widen_the_range():
    rng = np.random.default_rng(3)
    calm, wild = (transitions(*made(rng, 4, shift=shift)) for shift in (0.0, 0.5))
    assert wild.shift > 1.5 * calm.shift


def test_one_year_or_a_hole_is_refused():
    n, x = made(np.random.default_rng(4), 3)
    with pytest.raises(ValueError, match="1 earlier years; it takes 2"):
        transitions(n[[0]], x[[0]])
    with pytest.raises(ValueError, match="every year"):
        transitions(n, x.astype(float).where(x.ne(x.loc["band_5", 1])))
    with pytest.raises(ValueError, match="every year"):
        transitions(n, n + 1)
    with pytest.raises(ValueError, match="every band"):
        transitions(n, x).expected(n[0].drop("band_5"))


def test_what_was_published_is_labelled_with_its_own_outcome():
    assert "band_0_1" not in OLSON.share
    assert "20 days" in OLSON.outcome
    assert "Baltimore" in OLSON.where
