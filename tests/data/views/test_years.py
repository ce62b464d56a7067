"""Which years are compared, what a place without two usual years takes, what has no range."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.rates.between_schools import PUBLISHED_DISPERSION, next_year
from data.views.schools_and_tracts import school_history, school_view, trend_view
from data.views.years import comparable_pairs, dispersion, run_of
from ui.words.answers import year_basis


def test_a_row_of_years_ends_at_a_gap_and_a_year_outside_takes_all():
    pairs = (("2013-14", "2014-15"), ("2014-15", "2015-16"), ("2021-22", "2022-23"))
    assert run_of(pairs, "2015-16") == pairs[:2]
    assert run_of(pairs, "2022-23") == pairs[2:]
    assert run_of(pairs, "2019-20") == pairs
    assert run_of((), "2019-20") == ()


def test_pairs_leave_out_unusual_years_new_definitions_and_gaps(demo_protected):
    pairs = comparable_pairs(demo_protected)
    assert pairs
    area = demo_protected.area
    odd = set(area.unusual_years)
    assert odd
    assert not odd & {year for pair in pairs for year in pair}
    breaks = {item.school_year for item in area.breaks}
    assert not breaks & {later for _, later in pairs}
    assert all(int(later[:4]) == int(before[:4]) + 1 for before, later in pairs)
    unbroken = replace(demo_protected, area=replace(area, breaks=(), unusual_years=()))
    assert len(comparable_pairs(unbroken)) > len(pairs)


def test_a_place_without_two_usual_years_takes_the_published_spread_and_says_so(demo_protected):
    year = demo_protected.area.default_year
    rows = demo_protected.absence
    alone = replace(demo_protected, absence=rows[rows["school_year"].eq(year)])
    found = dispersion(alone, year)
    assert (found.place, found.pairs, dict(found.levels)) == (PUBLISHED_DISPERSION, (), {})
    assert "New York City" in year_basis(found)
    schools = school_view(alone, year, "all")
    low, _ = next_year(schools["chronic_absent"], schools["enrolled"], PUBLISHED_DISPERSION)
    assert schools["low"].equals(low)
    measured = dispersion(demo_protected, year)
    assert measured.pairs
    assert "New York City" not in year_basis(measured)


def test_a_withheld_count_has_no_range(demo_protected):
    year = demo_protected.area.default_year
    schools = school_view(demo_protected, year, "all")
    hidden = schools["status"].isin(["suppressed", "missing"])
    assert hidden.any()
    derived = ["rate", "low", "high", "ratio", "ratio_low", "ratio_high", "expected"]
    assert schools.loc[hidden, derived].isna().all(axis=None)
    own = school_history(demo_protected, str(schools.index[hidden][0]))
    assert own.loc[own["status"] != "reported", ["rate", "low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize("level", ["all", "high"])
def test_the_parts_of_a_change_add_up_to_the_change_of_the_counts(demo_protected, level):
    trend = trend_view(demo_protected, level).set_index("school_year")
    compared = trend[trend["since"].notna()]
    assert len(compared)
    before = trend.loc[compared["since"], "rate"].to_numpy()
    total = (compared["paired"] + compared["composition"]).to_numpy()
    assert total == pytest.approx(compared["rate"].to_numpy() - before, abs=1e-12)
    assert compared["paired"].between(compared["paired_low"], compared["paired_high"]).all()


def test_a_year_that_is_compared_with_none_says_why(demo_protected):
    trend = trend_view(demo_protected, "all").set_index("school_year")
    compared = trend["since"].notna()
    assert trend.loc[compared, "compared"].equals(trend.loc[compared, "since"].astype("str"))
    assert trend["compared"].iloc[0] == "not compared: no earlier year"
    unusual = trend.loc[trend["is_unusual"], "compared"]
    assert set(unusual) == {"not compared: an unusual year"}
    changed = trend["break_note"].ne("") & ~trend["is_unusual"]
    assert set(trend.loc[changed, "compared"]) <= {"not compared: the definition changed"}
