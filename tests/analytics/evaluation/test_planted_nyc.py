"""Effects planted into New York City's real years: found as often as said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.evaluation import (
    Histories,
    design,
    fixed_effects,
    group_time,
    histories,
    placebo,
    similar,
)
from data.views.units import counted

pytestmark = [pytest.mark.mirror, pytest.mark.slow]
START = 2022
DRAWS = 399


@pytest.fixture(scope="module")
def city(nyc_protected):
    panel = nyc_protected
    x, n = counted(panel, "all", panel.schools.index)
    unusual = panel.area.unusual_years
    years = [y for y in x.columns if y not in unusual and "2016-17" <= y <= "2023-24"]
    number = {year: int(year[:4]) for year in years}
    x, n = (table[years].rename(columns=number) for table in (x, n))
    return histories(x, n, pd.Series(dtype=float)), panel.schools["level"]


def planted(city: Histories, starts, effect, dice) -> Histories:
    """Plant effects (years of use -> points) at schools dealt at random, a start each."""
    chosen = dice.choice(len(city.units), len(starts), replace=False)
    x, began = city.x.copy(), np.array(starts)
    for year in city.years:
        at, own = city.column(year), chosen[began <= year]
        use = np.array([len(city.before(year + 1)) - len(city.before(s)) for s in began])
        points = np.array([effect(each) for each in use[began <= year]])
        wanted = x[own, at] + points * city.n[own, at]
        x[own, at] = np.clip(np.floor(wanted + dice.random(len(own))), 0, city.n[own, at])
    tables = (pd.DataFrame(each, city.units, city.years) for each in (x, city.n))
    return histories(*tables, pd.Series(began.astype(float), index=city.units[chosen]))


@pytest.mark.parametrize("schools", [9, 40, 150])
@pytest.mark.parametrize("effect", [0.0, -0.01, -0.03])
def test_ranges_hold_the_planted_effect(city, replicates, schools, effect):
    told, level = city
    dice, runs = np.random.default_rng(schools), replicates(24, 1_000)
    held = rejected = carried = 0
    for run in range(runs):
        made = planted(told, [START] * schools, lambda _use: effect, dice)
        matched = similar(made, level)
        near = made.of(matched.chosen)
        found = placebo(near, draws=DRAWS, seed=run)
        held += found.low <= effect <= found.high
        rejected += found.p < 0.05
        carried += design(near, group_time(near), matched).carries
    slack = 2.6 * np.sqrt(0.05 * 0.95 / runs)
    assert 0.92 - slack <= held / runs <= min(0.97 + slack, 1.0)
    if not effect:
        assert 0.03 - slack <= rejected / runs <= 0.07 + slack
    assert carried / runs > 0.75
    if (schools, effect) == (150, -0.03):
        assert rejected / runs > 0.9


@pytest.mark.parametrize("schools", [1, 2])
def test_a_school_alone_is_told_from_chance_as_often_as_said(city, replicates, schools):
    """Beside ten others a single school would be outside of all of them in one case of eleven."""
    told, level = city
    dice, runs = np.random.default_rng(93_000 + schools), replicates(60, 1_000)
    held, rejected = [], []
    for run in range(runs):
        made = planted(told, [START] * schools, lambda _use: 0.0, dice)
        found = placebo(made.of(similar(made, level).chosen), draws=DRAWS, seed=93_000 + run)
        if np.isfinite(found.p):
            held.append(found.low <= 0 <= found.high)
            rejected.append(found.p < 0.05)
    assert len(held) >= 0.9 * runs
    slack = 2.6 * np.sqrt(0.05 * 0.95 / len(held))
    assert 0.92 - slack <= np.mean(held) <= min(0.97 + slack, 1.0)
    assert 0.03 - slack <= np.mean(rejected) <= 0.07 + slack


@pytest.mark.parametrize("schools", [40, 150])
@pytest.mark.parametrize("effect", [0.0, -0.01, -0.03])
def test_ranges_hold_the_effect_of_staggered_starts(city, replicates, schools, effect):
    """A third each begins in 2021-22, 2022-23 and 2023-24."""
    told, level = city
    dice, runs = np.random.default_rng(schools), replicates(12, 1_000)
    starts = np.resize([2021, 2022, 2023], schools)
    held = rejected = 0
    for run in range(runs):
        made = planted(told, starts, lambda _use: effect, dice)
        found = placebo(made.of(similar(made, level).chosen), draws=DRAWS, seed=run)
        held += found.low <= effect <= found.high
        rejected += found.p < 0.05
    slack = 2.6 * np.sqrt(0.05 * 0.95 / runs)
    assert 0.92 - slack <= held / runs <= min(0.97 + slack, 1.0)
    if not effect:
        assert 0.03 - slack <= rejected / runs <= 0.07 + slack


def test_two_way_fixed_effects_mislead_where_an_effect_grows(city, replicates):
    """Effects of 2 points a year of use, and few schools without: late starts lean on early ones.

    Goodman-Bacon (2021). `group_time` finds the mean effect; two-way fixed effects find a part of
    it and say that starts differ.
    """
    told, _ = city
    dice, runs = np.random.default_rng(5), replicates(40, 200)
    keep = np.zeros(len(told.units), dtype=bool)
    keep[dice.choice(len(told.units), 330, replace=False)] = True
    few, starts = told.of(keep), np.repeat([2017, 2022], 150)
    found, naive, truth = [], [], []
    for _ in range(runs):
        made = planted(few, starts, lambda use: -0.02 * use, dice)
        mine, theirs = group_time(made), fixed_effects(made)
        assert theirs.state == "starts differ"
        rows = mine.table[mine.table["running"]]
        students = {
            s: made.n[made.start == s, made.column(made.before(s)[-1])].sum() for s in (2017, 2022)
        }
        weight = rows["start"].map(students)
        truth.append(np.average(-0.02 * (rows["exposure"] + 1), weights=weight))
        found.append(mine.effect)
        naive.append(theirs.effect)
    assert np.mean(found) == pytest.approx(np.mean(truth), abs=0.006)
    assert abs(np.mean(naive)) < 0.75 * abs(np.mean(truth))
