"""Plain long tables, gaps, ends, first-year starts, small counts, and series beside statsmodels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analytics.evaluation import (
    Columns,
    Histories,
    Shape,
    detectable,
    fixed_effects,
    from_long,
    group_time,
    histories,
    interrupted,
    placebo,
    placebo_years,
    regression_to_mean,
    similar,
)
from tests.analytics.evaluation.test_evaluation import growing, made, planted


def long(x: pd.DataFrame, n: pd.DataFrame, starts: pd.Series) -> pd.DataFrame:
    both = [
        each.melt(ignore_index=False, var_name="time", value_name=name).set_index(
            "time", append=True
        )
        for name, each in (("events", x), ("students", n))
    ]
    table = both[0].join(both[1]).rename_axis(["unit", "time"]).reset_index()
    return table.assign(start=table["unit"].map(starts))


def test_a_long_table_gives_what_wide_ones_give() -> None:
    x, n = made(units=20)
    starts = pd.Series({"s0": 2018.0, "s1": 2020.0})
    rows = long(x, n, starts).sample(frac=1, random_state=1)
    one, other = group_time(from_long(rows)), group_time(histories(x, n, starts))
    assert one.effect == pytest.approx(other.effect, rel=1e-12)
    assert one.se == pytest.approx(other.se, rel=1e-12)


@pytest.mark.parametrize("never", [0, np.nan, np.inf])
def test_never_is_written_in_many_ways(never: float) -> None:
    x, n = made(units=8)
    rows = long(x, n, pd.Series({"s0": 2018.0}))
    rows["start"] = rows["start"].fillna(never)
    assert from_long(rows).never.sum() == 7


def test_outcomes_without_counts_are_means_by_hand() -> None:
    """Callaway and Sant'Anna without covariates: differences of means of units."""
    dice = np.random.default_rng(3)
    rows = [
        (unit, year, dice.normal(0, 1) - (2.0 if year >= start > 0 else 0.0), start)
        for unit in range(60)
        for start in [(0, 0, 2004, 2006)[unit % 4]]
        for year in (2003, 2004, 2006, 2007)
    ]
    table = pd.DataFrame(rows, columns=["unit", "time", "y", "start"])
    found = group_time(from_long(table, Columns(outcome="y")))
    mean = table.groupby(["start", "time"])["y"].mean()
    by_hand = (mean[2004][2007] - mean[2004][2003]) - (mean[0][2007] - mean[0][2003])
    row = found.table.query("start == 2004 and year == 2007").iloc[0]
    assert row["effect"] == pytest.approx(by_hand, rel=1e-12)
    later = table["start"].isin([0, 2006])
    rest = table[later].groupby("time")["y"].mean()
    by_hand = (mean[2004][2004] - mean[2004][2003]) - (rest[2004] - rest[2003])
    found = group_time(from_long(table, Columns(outcome="y")), others="not yet")
    row = found.table.query("start == 2004 and year == 2004").iloc[0]
    assert row["effect"] == pytest.approx(by_hand, rel=1e-12)
    with pytest.raises(ValueError, match="outcomes that are no counts"):
        fixed_effects(from_long(table, Columns(outcome="y")))


def test_where_all_start_those_not_yet_are_compared_with() -> None:
    starts = {f"s{i}": 2017 if i < 10 else 2020 for i in range(20)}
    told = planted(starts, growing, units=20, noise=0.002)
    with pytest.raises(ValueError, match="one and two are needed"):
        group_time(told)
    found = group_time(told, others="not yet")
    early = found.table.query("start == 2017 and running")
    assert list(early["year"]) == [2017, 2018, 2019]  # then nobody is without
    assert early["effect"].to_numpy() == pytest.approx([-0.02, -0.04, -0.06], abs=0.006)


def test_units_with_gaps_count_where_they_have_figures() -> None:
    """A third of all figures is missing; the effect stays, and nobody is left out but the empty."""
    starts = {f"s{i}": 2019.0 for i in range(20)}
    x, n = made(units=80, noise=0.004)
    for unit in starts:
        for year in range(2019, 2023):
            x.loc[unit, year] -= round(0.05 * n.loc[unit, year])
    dice = np.random.default_rng(0)
    gaps = dice.random(x.shape) < 1 / 3
    gaps[40] = True
    told = histories(x.clip(lower=0).mask(gaps), n.mask(gaps), pd.Series(starts), complete=False)
    assert list(told.left_out.unique()) == ["no figure in any year"]
    found, naive = group_time(told), fixed_effects(told)
    assert found.effect == pytest.approx(-0.05, abs=0.006)
    assert naive.effect == pytest.approx(-0.05, abs=0.008)
    assert found.low < -0.05 < found.high
    # What needs every year says so, or takes the units that have them.
    with pytest.raises(ValueError, match="without a figure in some year"):
        similar(told)
    full = told.complete()
    if (~full.never).any():
        assert placebo(told, draws=19).effect == pytest.approx(group_time(full).effect)


def test_units_that_start_in_the_first_year_take_no_part() -> None:
    x, n = made(units=20)
    starts = pd.Series({"s0": 2015.0, "s1": 2010.0, "s2": 2018.0})
    for complete in (True, False):
        told = histories(x, n, starts, complete=complete)
        assert set(told.left_out.index) == {"s0", "s1"}
        assert group_time(told).table["start"].unique().tolist() == [2018]


def test_small_counts_and_units_without_events_break_nothing() -> None:
    dice = np.random.default_rng(2)
    n = pd.DataFrame(dice.integers(5, 15, (40, 6)), [f"u{i}" for i in range(40)], range(2015, 2021))
    x = pd.DataFrame(dice.binomial(n, 0.1), n.index, n.columns)
    x.iloc[:6] = 0
    x.iloc[6] = n.iloc[6]
    told = histories(x, n, pd.Series(2018.0, index=n.index[3:15]))
    found, odds = group_time(told), fixed_effects(told)
    assert np.isfinite([found.effect, found.se, odds.log_odds, odds.se, odds.effect]).all()
    assert odds.state == "fitted"
    shown = x.loc[(x.sum(axis=1) > 0) & (x.sum(axis=1) < n.sum(axis=1)).to_numpy()]
    again = fixed_effects(
        histories(
            shown,
            n.loc[shown.index],
            pd.Series(2018.0, index=n.index[3:15]).reindex(shown.index.intersection(n.index[3:15])),
        )
    )
    assert again.log_odds == pytest.approx(odds.log_odds, rel=1e-9)


def test_fixed_effects_are_those_of_a_model_with_dummies() -> None:
    x, n = made(units=12, noise=0.02)
    x, n = x.mask(np.random.default_rng(1).random(x.shape) < 0.15), n
    n = n.mask(x.isna())
    starts = pd.Series({"s0": 2018.0, "s1": 2018.0, "s2": 2018.0})
    told = histories(x, n, starts, complete=False)
    rows = long(x, n, starts).dropna(subset=["events"])
    since = (rows["time"] >= rows["start"]).astype(float)
    columns = pd.get_dummies(rows[["unit", "time"]].astype(str), drop_first=True, dtype=float)
    columns = columns.assign(one=1.0, since=since)
    both = np.column_stack([rows["events"], rows["students"] - rows["events"]])
    model = sm.GLM(both, columns, family=sm.families.Binomial()).fit(tol=1e-14)
    assert fixed_effects(told).log_odds == pytest.approx(model.params["since"], rel=1e-8)


def test_years_after_an_end_change_nothing() -> None:
    starts = {f"s{i}": 2018.0 for i in range(15)}
    told = planted(starts, lambda _since: -0.05, noise=0.004)
    ended = replace(told, end=np.where(told.never, np.nan, 2019.0))
    x = ended.x.copy()
    x[~ended.never, ended.column(2020) :] = ended.n[~ended.never, ended.column(2020) :] // 2
    moved = replace(ended, x=x)
    for statistic in (group_time, fixed_effects, regression_to_mean):
        name = "beyond" if statistic is regression_to_mean else "effect"
        one, other = (getattr(statistic(each), name) for each in (ended, moved))
        assert one == pytest.approx(other, rel=1e-9)
        assert one == pytest.approx(-0.05, abs=0.012)
    assert placebo(moved, draws=9).effect == pytest.approx(group_time(moved).effect)
    assert set(group_time(moved).by_exposure.index) == {-3, -2, 0, 1}
    assert set(group_time(moved).by_year.index) == {2018, 2019}


def test_an_end_before_its_start_is_refused() -> None:
    x, n = made(units=4)
    with pytest.raises(ValueError, match="'s0' ends before it starts"):
        histories(x, n, pd.Series({"s0": 2019.0}), end=pd.Series({"s0": 2018.0}))


def test_means_by_start_and_by_year_add_up_to_the_whole() -> None:
    told = planted({"s1": 2018, "s2": 2020, "s3": 2020}, growing)
    found = group_time(told)
    rows = found.table[found.table["running"]]
    students = {
        g: told.n[told.start == g, told.column(told.before(g)[-1])].sum() for g in (2018, 2020)
    }
    weight = rows["start"].map(students)
    assert found.effect == pytest.approx(np.average(rows["effect"], weights=weight), rel=1e-12)
    for start, own in rows.groupby("start"):
        assert found.by_start.loc[start, "effect"] == pytest.approx(own["effect"].mean())
    last = rows[rows["year"] == 2022]
    size = told.n[~told.never, told.column(2022)].sum()
    by_hand = (last["effect"] * last["start"].map(students)).sum() / size
    assert found.by_year.loc[2022, "effect"] == pytest.approx(by_hand, rel=1e-12)


def test_made_up_earlier_starts_find_nothing_and_a_drift() -> None:
    starts = {f"s{i}": 2020.0 for i in range(20)}
    found = placebo_years(planted(starts, growing, noise=0.004))
    assert list(found.index) == [2016, 2017, 2018, 2019]
    assert found["effect"].abs().max() < 0.006  # what came later is not looked at
    x, n = made(noise=0.003)
    for step, year in enumerate(x.columns):
        x.loc[list(starts), year] += (0.01 * step * n.loc[list(starts), year]).round()
    drifting = placebo_years(histories(x, n, pd.Series(starts)))
    assert (drifting["p"] < 1e-3).all()


def test_bad_long_tables_are_refused_with_a_remedy() -> None:
    table = pd.DataFrame(
        {"unit": list("aab"), "time": [1, 1, 1], "start": [0, 0, 0], "events": 1, "students": 2}
    )
    with pytest.raises(ValueError, match="unit 'a' has two rows of 1"):
        from_long(table)
    with pytest.raises(ValueError, match="there is no column 'y'"):
        from_long(table, Columns(outcome="y"))
    with pytest.raises(ValueError, match="'spring', which is no year"):
        from_long(table.assign(time=[1, "spring", 1]))
    two = table.assign(time=[1, 2, 1], start=[2, 3, 0])
    with pytest.raises(ValueError, match="unit 'a' has several values of 'start'"):
        from_long(two)


def series(months: int = 60, began: int = 36, season: bool = True):
    dice = np.random.default_rng(8)
    time = np.arange(months)
    log = -6 + 0.002 * time - 0.15 * (time >= began)
    log = log + (0.1 * np.sin(2 * np.pi * time / 12) if season else 0.0)
    base = np.full(months, 500_000.0)
    return dice.poisson(base * np.exp(log)).astype(float), base, time


@pytest.mark.parametrize("slope", [True, False])
def test_a_series_of_counts_on_a_base_is_that_of_statsmodels(slope: bool) -> None:
    events, base, time = series()
    shape = Shape("poisson", slope=slope, season=12, harmonics=2, memory=False)
    found = interrupted(events, base, 36, shape=shape)
    after = (time >= 36).astype(float)
    waves = [f(2 * np.pi * k * time / 12) for k in (1, 2) for f in (np.sin, np.cos)]
    extra = [after * (time - 36)] if slope else []
    columns = np.column_stack([np.ones(60), time - 36, after, *extra, *waves])
    model = sm.GLM(events, columns, family=sm.families.Poisson(), offset=np.log(base))
    fitted = model.fit(scale="X2", tol=1e-14)
    assert found.step == pytest.approx(fitted.params[2], rel=1e-8)
    assert found.step_se == pytest.approx(fitted.bse[2], rel=1e-6)
    assert found.dispersion == pytest.approx(fitted.scale, rel=1e-6)
    assert found.ratio_low < np.exp(-0.15) < found.ratio_high < 1
    assert np.isnan(found.slope) is not slope


def test_a_series_that_cannot_be_is_refused() -> None:
    events, base, _ = series()
    with pytest.raises(ValueError, match="more events than students"):
        interrupted(events, events - 1, 36)
    with pytest.raises(ValueError, match="a count is missing"):
        interrupted(np.where(events > 0, np.nan, 0), base, 36)


def test_detectable_knows_that_more_years_show_more() -> None:
    x, n = made(units=120)
    told = histories(x, n, pd.Series(dtype=float))
    one = detectable(told, [20], draws=200).loc[20, "effect"]
    assert detectable(told, [20], years_with=3, draws=200).loc[20, "effect"] < one


def test_few_made_up_programmes_give_no_range_and_each_counts_once() -> None:
    """One unit among 30 others has 30 made-up programmes, however often they are drawn."""
    dice = np.random.default_rng(5)

    def told(others: int) -> Histories:
        n = pd.DataFrame(200, index=range(others + 1), columns=range(2016, 2024))
        x = pd.DataFrame(dice.binomial(200, 0.3, n.shape), n.index, n.columns)
        return histories(x, n, pd.Series({0: 2022}))

    few, enough = placebo(told(30), draws=999), placebo(told(45), draws=999)
    assert np.isnan([few.p, few.low, few.high]).all()
    assert few.by_year.empty
    assert len(enough.drawn) == 45
    assert enough.p == pytest.approx((1 + (abs(enough.drawn) >= abs(enough.effect)).sum()) / 46)
