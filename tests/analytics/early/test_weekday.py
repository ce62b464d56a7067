"""Weekdays and breaks: found where they are planted, and said by chance as often as stated."""

import numpy as np
import pandas as pd
import pytest

from analytics.early.weekday import LEAST_DAYS, PATTERNS, holm, weekday_patterns
from tests.analytics.early.test_long_run import autoregressive


def school_days():
    """A school year of 180 days with four breaks in the middle of weeks and two of weeks."""
    days = pd.bdate_range("2024-09-03", "2025-06-20")
    free = [
        *pd.bdate_range("2024-10-03", "2024-10-04"),
        *pd.bdate_range("2024-11-28", "2024-11-29"),
        *pd.bdate_range("2024-12-24", "2025-01-03"),
        *pd.bdate_range("2025-02-17", "2025-02-21"),
        *pd.bdate_range("2025-04-02", "2025-04-02"),
        *pd.bdate_range("2025-04-14", "2025-04-18"),
        *pd.bdate_range("2025-05-26", "2025-05-26"),
    ]
    return days.difference(pd.DatetimeIndex(free))


def attendance(rng, rho=0.4, noise=0.012, storms=2):
    days = school_days()
    t = np.linspace(0, 1, len(days))
    rate = 0.93 - 0.03 * t + 0.01 * np.sin(4 * t)
    rate += noise * autoregressive(rng, (len(days),), rho)
    rate[rng.integers(len(days), size=storms)] -= 0.2
    return pd.Series(rate, days)


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_nothing_is_said_of_noise_more_often_than_stated(rho, replicates):
    """One statement or more in a year, at most 5 % of years (three standard errors)."""
    rng = np.random.default_rng(5)
    years = replicates(150, 2000)
    said = [weekday_patterns(attendance(rng, rho))["stated"].any() for _ in range(years)]
    assert np.mean(said) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / years)


@pytest.mark.slow
def test_planted_mondays_are_found_and_measured(replicates):
    rng = np.random.default_rng(6)
    years = replicates(40, 400)
    found = []
    for _ in range(years):
        rate = attendance(rng, storms=0)
        rate[rate.index.day_of_week == 0] -= 0.02
        found.append(weekday_patterns(rate).loc["Mondays"])
    table = pd.DataFrame(found)
    assert table["stated"].mean() > 0.9
    assert table["difference"].mean() == pytest.approx(-0.02, abs=0.002)
    assert table["low"].le(-0.02).mul(table["high"].ge(-0.02)).mean() > 0.88


def test_a_season_is_no_weekday():
    """A straight season over a year has no pattern at all."""
    days = school_days()
    found = weekday_patterns(pd.Series(0.95 - 0.001 * (days - days[0]).days, days))
    np.testing.assert_allclose(found["difference"], 0.0, atol=1e-12)


def test_days_beside_a_break_are_no_mondays():
    """A low day after each break is that, and Mondays stay as they are."""
    days = school_days()
    rate = pd.Series(0.93 + 0.002 * np.sin(np.arange(len(days)) ** 2), days)
    after = np.concatenate(
        [[False], np.diff(days.to_numpy()).astype("timedelta64[D]").astype(int) > 3]
    )
    after |= days.isin(pd.to_datetime(["2025-04-03"]))  # one free day within a week
    rate[after] -= 0.05
    found = weekday_patterns(rate)
    assert found.loc["after a break", "days"] == after.sum() == 7
    assert found.index[found["stated"]].tolist() == ["after a break"]
    assert found.loc["after a break", "difference"] == pytest.approx(-0.05, abs=0.004)
    assert found.loc["before a break", "days"] == 7


def test_too_few_days_have_no_test():
    found = weekday_patterns(attendance(np.random.default_rng(1)).iloc[:28])
    assert found.index.tolist() == list(PATTERNS)
    assert (found["days"] < LEAST_DAYS).all()
    assert found[["difference", "p", "p_holm"]].isna().all(axis=None)
    assert not found["stated"].any()


def test_a_day_without_a_figure_is_no_break():
    rate = attendance(np.random.default_rng(2))
    gaps = rate.copy()
    gaps.iloc[[40, 41, 90]] = np.nan
    assert (
        weekday_patterns(gaps)["days"].iloc[2:].sum()
        == weekday_patterns(rate)["days"].iloc[2:].sum()
    )


def test_dates_out_of_order_are_refused():
    rate = attendance(np.random.default_rng(2))
    with pytest.raises(ValueError, match="in order"):
        weekday_patterns(rate.iloc[::-1])


def test_holm_is_never_below_its_p():
    p = np.random.default_rng(4).random(6)
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert adjusted.min() == pytest.approx(min(1, 6 * p.min()))
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
