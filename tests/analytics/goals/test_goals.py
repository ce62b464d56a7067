"""Goals: paths by hand, chances that come true, words no bolder than the interval."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from analytics.goals import (
    CALIFORNIA,
    calibration,
    forecast,
    halving,
    need,
    path,
    progress,
    status_and_change,
)
from analytics.goals.forecast import LASTING, SHOCK, TREND

quick = settings(max_examples=40, deadline=None)


@quick
@given(st.floats(0.02, 0.95), st.integers(1, 12), st.sampled_from(["geometric", "linear"]))
def test_a_path_goes_down_to_half_in_equal_steps(base, years, shape):
    found = halving(base, 2022, years=years, shape=shape)
    assert found.index.tolist() == list(range(2022, 2023 + years))
    assert found.iloc[[0, -1]].tolist() == pytest.approx([base, base / 2])
    steps = np.diff(np.log(found)) if shape == "geometric" else np.diff(found)
    np.testing.assert_allclose(steps, steps[0])


def test_paths_lead_through_the_years_that_are_set():
    found = path(CALIFORNIA)
    assert found.loc[[2021, 2023, 2029]].tolist() == [0.30, 0.20, 0.125]
    assert found.is_monotonic_decreasing
    linear = path(CALIFORNIA, shape="linear")
    assert linear.loc[[2022, 2026]].tolist() == pytest.approx([0.25, 0.1625])
    for points, words in (({2022: 0.2}, "base year"), ({2022: 30, 2025: 12.5}, "20 % is 0.2")):
        with pytest.raises(ValueError, match=words):
            path(points)
    with pytest.raises(ValueError, match="use one of"):
        path(CALIFORNIA, shape="wave")
    with pytest.raises(ValueError, match="1 or more"):
        halving(0.3, 2022, years=0)


PAST = np.array([2013, 2014, 2015, 2016, 2018, 2021, 2022])
RUNS = np.array([0, 0, 0, 0, 1, 2, 2])
AHEAD = np.array([2023, 2024, 2027])


def drawn_world(rng, *, step=None, trend=None):
    """Rates of past and coming years, and the noise of their figures."""
    own = rng.multivariate_normal(np.zeros(3), TREND**2 * (LASTING + (1 - LASTING) * np.eye(3)))
    trend = own if trend is None else np.full(3, trend)
    step = abs(rng.normal(0, SHOCK)) if step is None else step
    years = np.concatenate([PAST, AHEAD])
    runs = np.concatenate([RUNS, [2] * 3])
    walk = np.cumsum(np.sqrt(np.diff(years, prepend=years[0])) * step * rng.normal(size=10))
    level = logit(rng.uniform(0.15, 0.4)) + rng.normal(0, 0.3, 3)[runs]
    noise = rng.uniform(0.02, 0.08)
    y = level + trend[runs] * (years - 2022) + walk + rng.normal(0, noise, 10)
    rate = pd.Series(expit(y), years)
    past = rate.loc[PAST]
    return past, noise * past * (1 - past), rate.loc[AHEAD]


@pytest.mark.parametrize(
    "world", [{}, {"step": 0.05, "trend": -0.03}, {"step": 0.12, "trend": 0.0}], ids=str
)
def test_chances_come_true(world, replicates):
    """Brier, reliability and the interval, where the truth is known."""
    rng = np.random.default_rng(7)
    rows = []
    for _ in range(replicates(200, 6000)):
        past, noise, come = drawn_world(rng, **world)
        found = forecast(past, noise, AHEAD, definition=pd.Series(RUNS, PAST))
        goal = halving(past.iloc[-1], 2022).reindex(AHEAD)
        table = found.table(0.9)
        inside = come.between(table["low"], table["high"])
        below = found.chance(come).to_numpy()
        rows.append(
            pd.DataFrame(
                {"p": found.chance(goal), "met": come <= goal, "in": inside, "below": below}
            )
        )
    said = pd.concat(rows)
    worlds = len(rows)
    covered = said["in"].mean()
    error = 3 * np.sqrt(0.1 * 0.9 / worlds)
    # Worlds with steadier years than the prior allows are held more often than stated.
    assert covered > 0.9 - error
    if world:
        return
    assert covered < 0.9 + error
    result = calibration(said["p"].reset_index(drop=True), said["met"].reset_index(drop=True))
    for row in result.table.itertuples():
        error = np.sqrt(row.chance * (1 - row.chance) / row.places)
        assert abs(row.chance - row.happened) < 0.02 + 4 * error, row
    promised = (said["p"] * (1 - said["p"])).mean()
    assert result.brier == pytest.approx(promised, rel=0.15)
    assert result.brier < result.of_base_rate
    # What comes is anywhere in its distribution with the same chance.
    assert said["below"].mean() == pytest.approx(0.5, abs=3 * 0.29 / np.sqrt(worlds))


def test_a_forecast_by_brute_force():
    """The same model with every term drawn, weighted by the likelihood of the past."""
    rng = np.random.default_rng(1)
    past = pd.Series([0.30, 0.27, 0.26], [2021, 2022, 2023])
    noise, draws = pd.Series([0.02, 0.015, 0.018], past.index), 400_000
    e = (noise / (past * (1 - past))).to_numpy()
    step, trend = np.abs(rng.normal(0, SHOCK, draws)), rng.normal(0, TREND, draws)
    walk = np.cumsum(step[:, None] * rng.normal(size=(draws, 3)), axis=1)
    y = logit(past.to_numpy())
    # The level is flat: draw it around the first year, with its noise.
    level = y[0] + e[0] * rng.normal(size=draws)
    seen = level[:, None] + trend[:, None] * [1, 2] + walk[:, :2]
    weight = np.exp(-0.5 * (((y[1:] - seen) / e[1:]) ** 2).sum(axis=1))
    later = level + 3 * trend + walk[:, 2] + np.sqrt((e**2).mean()) * rng.normal(size=draws)
    found = forecast(past, noise, [2024])
    for goal in (0.2, 0.24, 0.28):
        share = weight @ (later <= logit(goal)) / weight.sum()
        assert found.chance(goal).iloc[0] == pytest.approx(share, abs=0.015)


def test_more_noise_and_later_years_are_less_sure():
    past = pd.Series([0.30, 0.29, 0.28, 0.27], [2021, 2022, 2023, 2024])
    quiet = forecast(past, past * 0 + 0.003, [2025, 2027, 2030]).table()
    loud = forecast(past, past * 0 + 0.03, [2025, 2027, 2030]).table()
    width = [(each["high"] - each["low"]).to_numpy() for each in (quiet, loud)]
    assert (width[1] > width[0]).all()
    assert (np.diff(width[0]) > 0).all()
    one_less = past.iloc[::-1]
    same = forecast(one_less, one_less * 0 + 0.003, [2025, 2027, 2030]).table()
    pd.testing.assert_frame_equal(same, quiet)
    wide = forecast(past, past * 0 + 0.003, [2025]).table(0.99).loc[2025]
    assert wide["low"] < quiet.loc[2025, "low"] < quiet.loc[2025, "high"] < wide["high"]


def test_a_jump_of_the_definition_is_no_trend():
    past = pd.Series([0.20, 0.20, 0.20, 0.30, 0.30], [2014, 2015, 2016, 2022, 2023])
    noise = past * 0 + 0.004
    told = forecast(past, noise, [2024], definition=pd.Series([0, 0, 0, 1, 1], past.index))
    untold = forecast(past, noise, [2024])
    assert told.table().loc[2024, "middle"] == pytest.approx(0.30, abs=0.005)
    assert untold.table().loc[2024, "middle"] > 0.305


def test_what_cannot_be_forecast_is_said_or_refused():
    past = pd.Series([0.30, np.nan, 0.28], [2021, 2022, 2023])
    noise = past * 0 + 0.01
    found = forecast(past, noise, [2025])
    assert found.state == "too few years"
    assert found.chance(0.2).isna().all()
    assert found.table().isna().all(axis=None)
    assert progress(found.chance(0.2)) == ["not known"]
    full = past.fillna(0.29)
    for rate, years, words in (
        (full, [2023], "after 2023"),
        (full * 4, [2025], "between 0 and 1"),
        (full[::-1], [2025], "indexes"),
    ):
        with pytest.raises(ValueError, match=words):
            forecast(rate, full * 0 + 0.01, years)


def test_words_follow_the_interval():
    assert progress([0.951, 0.949, 0.051, 0.049]) == [
        "on track",
        "too early to say",
        "too early to say",
        "off track",
    ]
    assert progress([0.951, 0.049], level=0.95) == ["too early to say"] * 2
    past = pd.Series([0.30, 0.28, 0.26], [2022, 2023, 2024])
    found = forecast(past, past * 0 + 0.01, [2029])
    low, high = found.table(0.9).loc[2029, ["low", "high"]]
    goals = [high + 0.002, high - 0.002, low + 0.002, low - 0.002]
    said = [progress(found.chance(goal))[0] for goal in goals]
    assert said == ["on track", "too early to say", "too early to say", "off track"]
    for bad in ([1.2], [-0.1]):
        with pytest.raises(ValueError, match="between 0 and 1"):
            progress(bad)


def test_need_in_students():
    found = need(0.28, 1000, 0.20, 4)
    assert (found.students, found.a_year, found.a_class) == pytest.approx((80, 20, 2))
    assert need(0.15, 1000, 0.20, 4).students == 0
    for wrong in ((28, 1000, 0.2, 4), (0.28, 0, 0.2, 4), (0.28, 1000, 0.2, 0)):
        with pytest.raises(ValueError, match=r"needs a year|fractions"):
            need(*wrong)


def test_the_grid_of_california_at_its_cut_points():
    rate = pd.Series([0.025, 0.026, 0.05, 0.10, 0.101, 0.20, 0.201, np.nan, 0.1 + 0.1])
    change = pd.DataFrame(
        {"change": [-0.03, -0.029, -0.005, -0.004, 0.0, 0.005, 0.03, 0.01, np.nan]}
    )
    change = change.assign(
        change_low=change["change"] - 0.0005, change_high=change["change"] + 0.0005
    )
    found = status_and_change(rate, change)
    assert found["status"].tolist() == [
        *["very low", "low", "low", "medium", "high", "high", "very high", "", "high"]
    ]
    assert found["change_class"].tolist() == [
        *["declined much", "declined", "declined", "maintained", "maintained"],
        *["increased", "increased much", "increased", ""],
    ]
    assert found["sure"].tolist() == [False, True, False, True, True, False, False, True, False]


def test_chances_are_judged_by_hand():
    p, met = pd.Series([0.0, 0.1, 0.5, 1.0, np.nan]), pd.Series([False, True, True, True, True])
    found = calibration(p, met)
    assert found.brier == pytest.approx((0 + 0.81 + 0.25 + 0) / 4)
    assert found.of_base_rate == pytest.approx(0.75 * 0.25)
    assert found.table["places"].sum() == 4
    assert found.table.index[0] == "0.00 to 0.05"
    for bad in (p * np.nan, p + 0.5):
        with pytest.raises(ValueError, match="between 0 and 1"):
            calibration(bad, met)
