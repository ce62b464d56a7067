"""Forecasts of the year's end: intervals that hold on years held out, made and real."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from analytics.early.forecast import back_test, year_end_relation


def made(rng, years, *, schools=300, shift=0.15, between=0.3, within=0.2):
    """Schools whose year-end rate follows their absence to date, with effects that last or not."""
    size = np.exp(rng.normal(6, 0.6, schools)).astype(int) + 30
    usual = rng.normal(-2.6, 0.5, (schools, 1))
    absent = expit(usual + 0.15 * rng.normal(size=(schools, years)))
    odds = 1.6 + 1.2 * logit(absent) + between * rng.normal(size=(schools, 1))
    odds += shift * rng.normal(size=years) + within * rng.normal(size=(schools, years))
    chronic = rng.binomial(size[:, None], expit(odds))
    index = pd.Index([f"S{each}" for each in range(schools)])
    enrolled = np.tile(size[:, None], years)
    return tuple(pd.DataFrame(each, index).astype(float) for each in (absent, chronic, enrolled))


@pytest.mark.slow
@pytest.mark.parametrize("before", [2, 4])
def test_years_held_out_lie_in_their_intervals(before, replicates):
    """Nine schools in ten, over places whose years shift as the prior has it."""
    rng = np.random.default_rng(41)
    inside, total = [], []
    for _ in range(replicates(40, 500)):
        shift = 0.15 * np.sqrt(3 / rng.chisquare(3))
        absent, chronic, enrolled = made(rng, before + 1, shift=min(shift, 1.0))
        past = list(range(before))
        found = year_end_relation(absent[past], chronic[past], enrolled[past])
        ahead = found.ahead(absent[before], enrolled[before])
        rate = chronic[before] / enrolled[before]
        inside.append(((ahead["low"] <= rate) & (rate <= ahead["high"])).mean())
        _, low, high = found.total(absent[before], enrolled[before])
        total.append(low <= chronic[before].sum() <= high)
    assert 0.85 <= np.mean(inside) <= 0.95
    assert np.mean(total) >= 0.8


def test_the_truth_is_found_again():
    rng = np.random.default_rng(42)
    found = year_end_relation(*made(rng, 5, schools=2000))
    assert found.slope == pytest.approx(1.2, abs=0.1)
    assert found.between == pytest.approx(0.3, abs=0.04)
    assert found.within == pytest.approx(0.2, abs=0.04)


def test_a_schools_own_years_are_borrowed_and_a_new_school_leans_on_the_others():
    rng = np.random.default_rng(43)
    absent, chronic, enrolled = made(rng, 4, schools=400)
    past = [0, 1, 2]
    found = year_end_relation(absent[past], chronic[past], enrolled[past])
    rate = chronic[3] / enrolled[3]
    known = found.ahead(absent[3], enrolled[3])
    renamed = found.ahead(absent[3].add_prefix("new "), enrolled[3].add_prefix("new "))
    assert known["known_before"].all()
    assert not renamed["known_before"].any()
    errors = [(each["middle"].to_numpy() - rate.to_numpy()) for each in (known, renamed)]
    assert np.std(errors[0]) < 0.9 * np.std(errors[1])
    widths = [(each["high"] - each["low"]).mean() for each in (known, renamed)]
    assert widths[0] < 0.95 * widths[1]


def test_more_absence_to_date_is_never_a_lower_forecast():
    absent, chronic, enrolled = made(np.random.default_rng(44), 3)
    found = year_end_relation(absent[[0, 1]], chronic[[0, 1]], enrolled[[0, 1]])
    one, more = (found.ahead(each, enrolled[2]) for each in (absent[2], absent[2] * 1.2))
    assert (more["middle"] > one["middle"]).all()
    assert ((one["low"] < one["middle"]) & (one["middle"] < one["high"])).all()


def test_levels_may_differ_by_a_constant():
    absent, chronic, enrolled = made(np.random.default_rng(45), 3, schools=500, between=0.0)
    strata = pd.Series(np.where(np.arange(500) % 2, "high", "elementary"), absent.index)
    high = strata.eq("high")
    odds = logit((chronic + 0.5) / (enrolled + 1)).add(0.8 * high, axis=0)
    chronic = (expit(odds) * enrolled).round()
    plain = year_end_relation(absent, chronic, enrolled)
    known = year_end_relation(absent, chronic, enrolled, strata=strata)
    assert plain.between == pytest.approx(0.4, abs=0.05)  # half of the schools .8 above the others
    assert known.between < 0.1
    assert 0.85 <= back_test(absent, chronic, enrolled, strata=strata).inside <= 0.97
    ahead = known.ahead(absent[2], enrolled[2], strata=strata)["middle"]
    other = known.ahead(absent[2], enrolled[2], strata=strata.map({"high": "elementary"}))["middle"]
    assert logit(ahead[high]).sub(logit(other[high])).mean() == pytest.approx(0.8, abs=0.05)


def test_a_school_without_a_figure_to_date_has_no_forecast():
    absent, chronic, enrolled = made(np.random.default_rng(46), 3)
    found = year_end_relation(absent[[0, 1]], chronic[[0, 1]], enrolled[[0, 1]])
    now = absent[2].copy()
    now.iloc[3] = np.nan
    ahead = found.ahead(now, enrolled[2])
    assert ahead.iloc[3][["middle", "low", "high"]].isna().all()
    assert ahead.drop(index=now.index[3])["middle"].notna().all()
    assert found.total(now, enrolled[2])[0] < found.total(absent[2], enrolled[2])[0]


def test_impossible_counts_and_tiny_years_are_refused():
    absent, chronic, enrolled = made(np.random.default_rng(47), 2)
    with pytest.raises(ValueError, match="'S0': "):
        year_end_relation(absent, enrolled + 1, enrolled)
    with pytest.raises(ValueError, match="3 schools with both figures"):
        year_end_relation(absent.iloc[:3], chronic, enrolled)
    with pytest.raises(ValueError, match="none of the year's end"):
        year_end_relation(absent, chronic[[0]], enrolled)
