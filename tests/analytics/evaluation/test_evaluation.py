"""Evaluation: planted effects, staggered starts, one place alone, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from analytics.evaluation import (
    design,
    detectable,
    fixed_effects,
    group_time,
    histories,
    interrupted,
    placebo,
    regression_to_mean,
    similar,
    synthetic,
)
from analytics.evaluation.placebo import drawn_units, mean_effects

YEARS = range(2015, 2023)


def made(units=60, years=YEARS, rate=0.25, noise=0.02, students=400, seed=1):
    """Counts of units that differ, move together and each by itself."""
    dice = np.random.default_rng(seed)
    level = rate + dice.normal(0, 0.06, units)
    common = np.cumsum(dice.normal(0, 0.01, len(years)))
    rates = level[:, None] + common + dice.normal(0, noise, (units, len(years)))
    n = dice.integers(students // 2, 2 * students, units)[:, None].repeat(len(years), axis=1)
    x = np.rint(np.clip(rates, 0.01, 0.9) * n)
    index = pd.Index([f"s{i}" for i in range(units)])
    columns = list(years)
    return pd.DataFrame(x, index, columns), pd.DataFrame(n.astype(float), index, columns)


def planted(starts, effect, **more):
    """Add an effect (years since the start -> points) to the units of `starts`."""
    x, n = made(**more)
    for unit, start in starts.items():
        for year in x.columns:
            if year >= start:
                x.loc[unit, year] += round(effect(year - start) * n.loc[unit, year])
    return histories(x.clip(lower=0), n, pd.Series(starts, dtype=float))


def test_a_planted_effect_is_found_in_every_year_and_none_before_it():
    starts = {f"s{i}": 2019 for i in range(20)}
    found = group_time(planted(starts, lambda _since: -0.05, noise=0.004))
    after = found.by_exposure[found.by_exposure.index >= 0]
    before = found.by_exposure[found.by_exposure.index < 0]
    assert after["effect"].between(-0.055, -0.045).all()
    assert before["effect"].abs().max() < 0.005
    assert (after["high"] < 0).all()
    assert found.leads_p > 0.01
    assert found.low < -0.05 < found.high


def test_what_moved_apart_before_is_seen_before_any_effect():
    x, n = made(noise=0.003)
    ahead = [f"s{i}" for i in range(20)]
    for step, year in enumerate(x.columns):
        x.loc[ahead, year] += (0.01 * step * n.loc[ahead, year]).round()
    told = histories(x, n, pd.Series(2020.0, index=ahead))
    found = group_time(told)
    assert found.leads_p < 1e-3
    assert "moved apart before" in design(told, found, None).reasons


def growing(since):
    return -0.02 * (1 + since)


def test_late_starts_beside_early_ones_mislead_fixed_effects_and_not_group_time():
    """Goodman-Bacon (2021): effects that grow, and few units that never start."""
    starts = {f"s{i}": 2016 for i in range(28)} | {f"s{i}": 2020 for i in range(28, 56)}
    told = planted(starts, growing, noise=0.002, rate=0.5)
    truth = np.mean([growing(year - s) for s in starts.values() for year in YEARS if year >= s])
    found = group_time(told)
    assert found.effect == pytest.approx(truth, abs=0.006)
    naive = fixed_effects(told)
    assert abs(naive.effect - truth) > 0.02
    assert naive.state == "starts differ"


def test_with_one_start_fixed_effects_and_group_time_agree():
    starts = {f"s{i}": 2019 for i in range(20)}
    told = planted(starts, lambda _since: -0.04, noise=0.004)
    naive, found = fixed_effects(told), group_time(told)
    assert naive.state == "fitted"
    assert naive.effect == pytest.approx(found.effect, abs=0.005)
    assert naive.low < -0.04 < naive.high
    assert naive.p < 1e-6


def test_a_mean_effect_is_that_of_group_time():
    told = planted({"s1": 2018, "s2": 2020, "s3": 2020}, growing)
    own = np.flatnonzero(~told.never)[None]
    assert mean_effects(told, own)[0] == pytest.approx(group_time(told).effect, rel=1e-12)


def test_the_ranges_of_years_are_those_of_the_mean_where_there_is_one_year():
    told = planted({f"s{i}": 2022 for i in range(6)}, growing)
    found, by_clusters = placebo(told), group_time(told).by_year
    pd.testing.assert_series_equal(found.by_year["effect"], by_clusters["effect"])
    one = found.by_year.loc[2022]
    assert one["low"] < one["effect"] < one["high"]
    students = told.n[~told.never][:, [told.column(2021), told.column(2022)]].sum(axis=0)
    scale = min(1.0, students[0] / students[1])
    ends = (one[["low", "high"]] / scale).tolist()
    assert ends == pytest.approx([found.low, found.high], abs=2e-4)


def test_made_up_programmes_stand_at_units_without_one_and_none_twice():
    told = planted({f"s{i}": 2019 for i in range(12)}, growing)
    chosen = drawn_units(told, 300, np.random.default_rng(3))
    assert told.never[chosen].all()
    assert all(len(set(row)) == 12 for row in chosen)


def test_too_few_others_give_no_range():
    told = planted({f"s{i}": 2019 for i in range(6)}, growing, units=20)
    found = placebo(told)
    assert not len(found.drawn)
    assert np.isnan([found.p, found.low, found.high]).all()
    assert np.isfinite(found.effect)


@settings(max_examples=15)
@drawn(st.integers(0, 10_000), st.floats(0.2, 5.0))
def test_students_in_another_unit_change_nothing(seed, factor):
    x, n = made(units=12, seed=seed)
    starts = pd.Series({"s0": 2018.0, "s1": 2018.0, "s2": 2020.0})
    one, other = (group_time(histories(x * f, n * f, starts)) for f in (1.0, factor))
    assert one.effect == pytest.approx(other.effect, rel=1e-9, abs=1e-12)
    assert one.se == pytest.approx(other.se, rel=1e-9)


@settings(max_examples=15)
@drawn(st.integers(0, 10_000))
def test_the_order_of_units_changes_nothing(seed):
    x, n = made(units=12, seed=seed)
    starts = pd.Series({"s0": 2018.0, "s1": 2020.0})
    mixed = np.random.default_rng(seed).permutation(x.index)
    one = group_time(histories(x, n, starts))
    other = group_time(histories(x.loc[mixed], n.loc[mixed], starts))
    assert one.effect == pytest.approx(other.effect, rel=1e-9, abs=1e-12)
    assert one.se == pytest.approx(other.se, rel=1e-9)


def test_comparison_units_resemble_those_with_a_programme():
    x, n = made(units=900, noise=0.005)
    high = (x / n).mean(axis=1).sort_values().index[-300::15]
    told = histories(x, n, pd.Series(2019.0, index=high))
    found = similar(told)
    assert abs(found.balance.loc["rate", "apart_all"]) > 0.8
    assert abs(found.balance.loc["rate", "apart_similar"]) < 0.25
    assert found.chosen[~told.never].all()


def test_units_of_a_level_are_compared_with_that_level():
    x, n = made(units=30)
    level = pd.Series(["high", "middle"] * 15, index=x.index)
    told = histories(x, n, pd.Series({"s0": 2019.0}))
    found = similar(told, level)
    chosen = told.units[found.chosen]
    assert set(level[chosen]) == {"high"}
    with pytest.raises(ValueError, match="no unit without a programme is of the level 'odd'"):
        similar(told, level.where(level.index != "s0", "odd"))


@pytest.mark.parametrize(("events", "began", "state"), [(9, 6, "fitted"), (8, 5, "too few points")])
def test_a_series_alone_needs_six_points_before(events, began, state):
    found = interrupted(np.full(events, 30.0), np.full(events, 100.0), began)
    assert found.state == state


def test_a_step_and_a_slope_are_found_in_one_series():
    time = np.arange(48)
    logit = -1.0 + 0.004 * time - 0.25 * (time >= 30) - 0.01 * np.maximum(time - 30, 0)
    n = np.full(48, 20_000.0)
    x = np.random.default_rng(5).binomial(20_000, 1 / (1 + np.exp(-logit)))
    found = interrupted(x, n, 30)
    assert found.state == "fitted"
    assert abs(found.step + 0.25) < 3 * found.step_se
    assert abs(found.slope + 0.01) < 3 * found.slope_se
    assert found.low < found.effect < found.high < 0


@pytest.mark.parametrize(("memory", "most"), [(0.0, 0.05), (0.3, 0.085), (0.6, 0.13)])
def test_a_series_without_a_step_shows_one_as_often_as_said(replicates, memory, most):
    dice, runs = np.random.default_rng(7), replicates(200, 2_000)
    shown = 0
    for _ in range(runs):
        noise = np.zeros(36)
        for t in range(1, 36):
            noise[t] = memory * noise[t - 1] + dice.normal(0, 0.05)
        x = dice.binomial(5_000, 1 / (1 + np.exp(1.0 - noise)))
        shown += interrupted(x, np.full(36, 5_000.0), 24).p < 0.05
    assert shown / runs < most + 2.6 * np.sqrt(most * (1 - most) / runs)


def test_a_mixture_of_others_is_found_again():
    dice = np.random.default_rng(2)
    others = np.cumsum(dice.normal(0, 1, (8, 30)), axis=1) + 50
    place = 0.6 * others[2] + 0.4 * others[5]
    place[20:] -= 4
    table = pd.DataFrame(np.vstack([place, others]), ["here", *"abcdefgh"], range(30))
    found = synthetic(table, "here", 20)
    assert found.weights.round(4).to_dict() == {"c": 0.6, "f": 0.4}
    assert found.effect == pytest.approx(-4, abs=1e-3)
    assert found.fit < 1e-3
    assert found.p == pytest.approx(1 / 9)


def test_more_schools_show_smaller_effects():
    x, n = made(units=200)
    found = detectable(histories(x, n, pd.Series(dtype=float)), [5, 20, 50, 80], draws=200)
    assert found.loc[5, "effect"] > found.loc[20, "effect"] > found.loc[50, "effect"] > 0
    assert np.isnan(found.loc[80, "effect"])  # too few without
    # Twenty schools of about 500 students with .02 noise in each of two years.
    assert found.loc[20, "effect"] == pytest.approx(2.8 * 0.02 * np.sqrt(2 / 20), rel=0.35)


def test_a_short_history_detects_nothing():
    x, n = made(units=40, years=range(2020, 2023))
    assert detectable(histories(x, n, pd.Series(dtype=float)), [5]).empty


def test_bad_tables_are_refused_with_a_remedy():
    x, n = made(units=4)
    with pytest.raises(ValueError, match="different units or years"):
        histories(x, n.iloc[:3], pd.Series(dtype=float))
    with pytest.raises(ValueError, match="more events than students"):
        histories(n + 1, n, pd.Series(dtype=float))
    with pytest.raises(ValueError, match="a programme at 'nowhere'"):
        histories(x, n, pd.Series({"nowhere": 2019.0}))
    with pytest.raises(ValueError, match="one and two are needed"):
        group_time(histories(x, n, pd.Series(dtype=float)))


def test_unusual_years_are_neither_base_nor_outcome():
    starts = {"s0": 2021.0, "s1": 2021.0}
    x, n = made(units=20)
    x[2020] = n[2020]  # everyone absent: a year that is no year
    found = group_time(histories(x, n, pd.Series(starts), unusual=[2020]))
    assert 2020 not in set(found.table["year"])
    assert abs(found.effect) < 0.1


def test_too_few_years_or_others_carry_nothing():
    x, n = made(units=6, years=range(2019, 2022))
    told = histories(x, n, pd.Series({"s0": 2021.0}))
    assert design(told, group_time(told), None).reasons == ("few years before",)


def test_units_chosen_for_a_high_year_fall_by_themselves():
    x, n = made(units=600, noise=0.05, seed=4)
    rates = x[2020] / n[2020]
    high = rates.sort_values().index[-150::2]  # others as high stay without
    x, n = x[list(range(2015, 2022))], n[list(range(2015, 2022))]
    found = regression_to_mean(histories(x, n, pd.Series(2021.0, index=high)))
    assert found.change < -0.03
    assert abs(found.beyond) < 3 * found.se
    assert found.change == pytest.approx(found.by_itself + found.beyond, abs=1e-12)
