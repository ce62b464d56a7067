"""Effects planted into New York City's real years: found as often as said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.evaluation import Histories, design, group_time, histories, placebo, similar
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


def planted(city: Histories, schools: int, effect: float, dice) -> Histories:
    chosen = dice.choice(len(city.units), schools, replace=False)
    x = city.x.copy()
    for year in city.years:
        if year >= START:
            at = city.column(year)
            wanted = x[chosen, at] + effect * city.n[chosen, at]
            x[chosen, at] = np.clip(np.floor(wanted + dice.random(schools)), 0, city.n[chosen, at])
    tables = (pd.DataFrame(each, city.units, city.years) for each in (x, city.n))
    return histories(*tables, pd.Series(float(START), index=city.units[chosen]))


@pytest.mark.parametrize("schools", [9, 40, 150])
@pytest.mark.parametrize("effect", [0.0, -0.01, -0.03])
def test_ranges_hold_the_planted_effect(city, replicates, schools, effect):
    told, level = city
    dice, runs = np.random.default_rng(schools), replicates(40, 1_000)
    held = rejected = carried = 0
    for run in range(runs):
        made = planted(told, schools, effect, dice)
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
