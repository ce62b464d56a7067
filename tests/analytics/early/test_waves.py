"""Illness waves: planted ones are found, noise like that of schools alarms no more than stated."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from analytics.early.calendar import SchoolDays
from analytics.early.ears import ears
from analytics.early.waves import ALPHA, WINDOWS, waves
from tests.analytics.early.test_long_run import autoregressive

DAYS, AREAS = 150, 60


def world(rng, *, rho=0.4, tails=5, students=2000, wave=None):
    """Areas of one place: season, weekdays, shared shocks, noise that is alike and heavy-tailed."""
    dates = pd.bdate_range("2024-09-03", periods=DAYS)
    noise = autoregressive(rng, (AREAS, DAYS), rho).T
    scale = rng.chisquare(tails, (DAYS, AREAS)) / (tails - 2)
    size = (students * rng.uniform(0.4, 2, AREAS)).astype(int)
    weekday = np.array([0.15, 0, 0, 0.02, 0.12])[dates.day_of_week]
    shared = 0.3 * np.sin(np.linspace(-1, 3, DAYS)) + weekday + 0.1 * rng.normal(size=DAYS)
    logit = -2.3 + 0.3 * rng.normal(size=AREAS) + shared[:, None] + 0.1 * noise / np.sqrt(scale)
    if wave is not None:
        logit[100:106, :10] += np.log(wave)
    absent = pd.DataFrame(rng.binomial(size, expit(logit)).astype(float), dates)
    possible = pd.DataFrame(np.tile(size.astype(float), (DAYS, 1)), dates)
    return SchoolDays(absent, possible)


def rest_of(areas):
    return SchoolDays(
        *(-each.sub(each.sum(axis=1), axis=0) for each in (areas.absent, areas.possible))
    )


@pytest.mark.slow
@pytest.mark.parametrize(("rho", "tails"), [(0.0, 50), (0.4, 5), (0.6, 4)])
def test_noise_alarms_no_more_often_than_stated(rho, tails, replicates):
    rng = np.random.default_rng(11)
    alarms, judged = dict.fromkeys(WINDOWS, 0), 0
    for _ in range(replicates(2, 40)):
        areas = world(rng, rho=rho, tails=tails)
        for rest in (None, rest_of(areas)):
            found = waves(areas, rest=rest)
            judged += found.p["day"].notna().to_numpy().sum()
            for name in WINDOWS:
                alarms[name] += int(found.alarms(name).to_numpy().sum())
    for name in WINDOWS:
        # Alarms of neighbouring days come together: their number has 4 times the usual variance.
        assert alarms[name] <= judged * ALPHA + 3 * np.sqrt(4 * judged * ALPHA), name


@pytest.mark.slow
@pytest.mark.parametrize(("times", "least"), [(1.5, 0.3), (2.0, 0.9), (3.0, 0.99)])
def test_planted_waves_are_found(times, least, replicates):
    """Six days at some times the odds, in 10 of 60 areas of 800 to 4,000 students."""
    rng = np.random.default_rng(12)
    hits = []
    for _ in range(replicates(3, 40)):
        areas = world(rng, wave=times)
        found = waves(areas, rest=rest_of(areas))
        alarm = found.alarms("day") | found.alarms("week")
        hits.append(alarm.iloc[100:107, :10].any().mean())
    assert np.mean(hits) >= least


@pytest.mark.slow
def test_the_simple_method_alarms_far_more_often(replicates):
    """C1 holds days for independent and knows no Monday: its normal limit of .13 % is not kept."""
    rng = np.random.default_rng(13)
    rates = []
    for _ in range(replicates(2, 20)):
        rate = world(rng).rate
        rates.append(np.mean([ears(rate[area], "C1")["alarm"].mean() for area in rate]))
    assert np.mean(rates) > 10 * 0.00135


def test_later_days_change_nothing():
    areas = world(np.random.default_rng(1))
    cut = SchoolDays(areas.absent.iloc[:90], areas.possible.iloc[:90])
    whole, before = waves(areas, rest=rest_of(areas)), waves(cut, rest=rest_of(cut))
    for name in WINDOWS:
        pd.testing.assert_frame_equal(whole.p[name].iloc[:90], before.p[name], check_freq=False)


def test_what_the_whole_place_does_is_not_an_areas_own():
    """A storm that doubles the odds everywhere alarms the place and none of its areas."""
    rng = np.random.default_rng(2)
    calm = world(rng)
    absent = calm.absent.copy()
    absent.iloc[100] = 2 * absent.iloc[100]
    stormy = SchoolDays(absent, calm.possible)
    found = waves(stormy, rest=rest_of(stormy))
    assert found.alarms("day").iloc[100].mean() <= 0.05
    place = SchoolDays(
        *(each.sum(axis=1).to_frame("place") for each in (stormy.absent, stormy.possible))
    )
    assert waves(place).alarms("day")["place"].iloc[100]


def test_nothing_is_said_in_the_first_weeks_or_of_days_without_a_figure():
    areas = world(np.random.default_rng(3))
    absent = areas.absent.copy()
    absent.iloc[60:70, 0] = np.nan
    found = waves(SchoolDays(absent, areas.possible.where(absent.notna())))
    assert found.p["day"].iloc[:20].isna().all(axis=None)
    assert found.p["day"].iloc[60:70, 0].isna().all()
    assert found.p["week"].iloc[60:74, 0].isna().all()
    assert found.by_chance("day") == pytest.approx(ALPHA * (130 * AREAS - 10), rel=0.02)
    assert not found.alarms("day").iloc[60:70, 0].any()


def test_more_absence_is_never_less_of_an_alarm():
    areas = world(np.random.default_rng(4))
    more = areas.absent.copy()
    more.iloc[120] += 20
    p = [
        waves(SchoolDays(each, areas.possible)).p["day"].iloc[120] for each in (areas.absent, more)
    ]
    assert (p[1] < p[0]).all()


def test_a_rest_of_other_areas_is_refused():
    areas = world(np.random.default_rng(5))
    with pytest.raises(ValueError, match="align"):
        waves(areas, rest=SchoolDays(areas.absent.iloc[:50], areas.possible.iloc[:50]))


def test_an_area_without_any_figure_says_nothing_and_changes_nothing():
    areas = world(np.random.default_rng(6))
    with_empty = SchoolDays(*(each.assign(empty=np.nan) for each in (areas.absent, areas.possible)))
    found, whole = waves(with_empty), waves(areas)
    assert found.p["day"]["empty"].isna().all()
    kept = found.p["day"].drop(columns="empty")
    pd.testing.assert_frame_equal(kept, whole.p["day"], check_column_type=False)
