"""A programme in a place: what its figures carry, and lists that name what is not there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.plan.programme_examples import example
from data.views.evaluation import WINDOW, evaluate, smallest
from data.views.programmes import (
    Member,
    Programme,
    ProgrammeError,
    listed,
    places_of,
)

LAST = 2023


@pytest.fixture(scope="module")
def schools(demo_protected):
    """Schools of the demo county with a figure in every usual year."""
    rows = demo_protected.absence
    rows = rows[rows["student_group"].eq("all") & rows["grade"].eq("all")]
    rows = rows[rows["status"].eq("reported") & ~rows["school_year"].isin(unusual(demo_protected))]
    counts = rows.groupby("school_id").size()
    return counts.index[counts == counts.max()]


def unusual(panel):
    return panel.area.unusual_years


def began(schools, year=LAST, ended=0):
    return Programme(tuple(Member(year, ended, str(school)) for school in schools))


def planted(panel, schools, year, points):
    """Give a panel whose schools have so many points less from a year on."""
    absence = panel.absence.copy()
    at = absence["school_id"].isin(schools) & absence["school_year"].ge(year)
    at &= absence["student_group"].eq("all") & absence["grade"].eq("all")
    at &= absence["chronic_absent"].notna()
    less = (absence.loc[at, "enrolled"].astype(float) * points).round()
    counts = absence.loc[at, "chronic_absent"].astype(float) + less
    absence.loc[at, "chronic_absent"] = counts.clip(lower=0).astype("Int64")
    return replace(panel, absence=absence)


def test_a_programme_is_compared_with_schools_without_it(demo_protected, schools):
    found = evaluate(demo_protected, "all", began(schools[:6]), draws=199)
    assert (found.schools, found.units) == (6, 6)
    assert found.like >= 2
    assert found.made_up.effect == pytest.approx(found.effects.effect)
    assert not set(found.rates.index) & {int(year[:4]) for year in unusual(demo_protected)}
    assert found.rates["own"].gt(0).all()
    assert found.overlap["programme"].sum() == pytest.approx(1)


def test_a_planted_effect_is_found_and_none_where_none_was_planted(demo_protected, schools):
    """Twelve schools dealt at random: 8 points fewer are told from chance."""
    own = np.random.default_rng(4).choice(schools, 12, replace=False)
    nothing = evaluate(demo_protected, "all", began(own), draws=499)
    assert nothing.made_up.p > 0.05
    made = planted(demo_protected, own, "2023-24", -0.08)
    found = evaluate(made, "all", began(own), draws=499)
    assert found.effects.effect - nothing.effects.effect == pytest.approx(-0.08, abs=0.004)
    assert found.made_up.p < 0.01
    assert found.made_up.low < -0.08 < found.made_up.high < 0
    # What is planted after the start moves no check before it.
    assert found.effects.leads_p == pytest.approx(nothing.effects.leads_p)
    pd.testing.assert_frame_equal(found.earlier, nothing.earlier)


@pytest.mark.mirror
def test_years_after_the_end_do_not_count(nyc_protected, schools_of_nyc):
    own = schools_of_nyc[:40]
    ended = evaluate(nyc_protected, "all", began(own, 2022, 2022), draws=19)
    assert ended.effects.table.query("year > 2022")["running"].eq(False).all()
    assert list(ended.effects.by_exposure.index[ended.effects.by_exposure.index >= 0]) == [0]
    later = planted(nyc_protected, own, "2023-24", -0.10)
    again = evaluate(later, "all", began(own, 2022, 2022), draws=19)
    assert again.effects.effect == pytest.approx(ended.effects.effect, abs=1e-12)
    assert again.made_up.effect == pytest.approx(ended.made_up.effect, abs=1e-12)
    assert again.corrected.beyond == pytest.approx(ended.corrected.beyond, abs=1e-12)
    on = evaluate(later, "all", began(own, 2022), draws=19)
    assert on.effects.effect < ended.effects.effect - 0.04


@pytest.fixture
def schools_of_nyc(nyc_protected):
    rows = nyc_protected.absence.query("student_group == 'all' and grade == 'all'")
    counts = rows[rows["status"].eq("reported")].groupby("school_id").size()
    return counts.index[counts == counts.max()]


def test_few_years_and_no_year_are_said_and_described(demo_protected, schools):
    early = evaluate(demo_protected, "all", began(schools[:6], 2018), draws=19)
    assert early.design.reasons == ("few years before",)
    assert early.effects is None
    assert early.rates["programme"].between(0, 1).all()
    later = evaluate(demo_protected, "all", began(schools[:6], 2030), draws=19)
    assert later.design.reasons == ("no year after",)
    everywhere = evaluate(demo_protected, "all", began(demo_protected.schools.index), draws=19)
    assert everywhere.design.reasons == ("few others",)


@pytest.mark.mirror
def test_one_year_is_described_only(oregon_panel):
    panel = replace(oregon_panel)
    found = evaluate(panel, "all", began(panel.schools.index[:9], 2018), draws=19)
    assert not found.design.carries
    assert "few years before" in found.design.reasons
    assert found.effects is None


def test_changes_of_counting_are_named_where_they_lie_between(demo_protected, schools):
    crossing = evaluate(demo_protected, "all", began(schools[:6], 2021), draws=19)
    assert crossing.crossed == ("2022-23",)
    assert evaluate(demo_protected, "all", began(schools[:6]), draws=19).crossed == ()


def test_a_change_of_counting_moves_both_alike_and_the_difference_little(demo_protected, schools):
    own = np.random.default_rng(1).choice(schools, 20, replace=False)
    before = evaluate(demo_protected, "all", began(own), draws=19)
    doubled = demo_protected.absence.copy()
    at = doubled["school_year"].eq("2023-24") & doubled["chronic_absent"].notna()
    more = (doubled.loc[at, "chronic_absent"].astype(float) * 1.1).round()
    doubled.loc[at, "chronic_absent"] = np.minimum(
        more, doubled.loc[at, "enrolled"].astype(float)
    ).astype("Int64")
    after = evaluate(replace(demo_protected, absence=doubled), "all", began(own), draws=19)
    moved = after.rates["programme"].iloc[-1] - before.rates["programme"].iloc[-1]
    assert moved > 0.02
    assert abs(after.effects.effect - before.effects.effect) < moved / 4


def test_lists_that_name_what_is_not_there_are_refused_with_a_remedy(demo_protected):
    with pytest.raises(ProgrammeError, match="names 'nowhere', which is no school or place of"):
        evaluate(demo_protected, "all", Programme((Member(2022, 0, "nowhere"),)))
    with pytest.raises(ProgrammeError, match="the list is empty"):
        evaluate(demo_protected, "all", Programme(()))
    mixed = Programme((Member(2022, 0, "HC0001", "one"), Member(2023, 0, "HC0002", "one")))
    with pytest.raises(ProgrammeError, match="count together as 'one' have other dates"):
        evaluate(demo_protected, "all", mixed)


def test_a_place_stands_for_the_schools_in_it_and_a_named_school_goes_first(demo_protected):
    places = places_of(demo_protected)
    name = next(iter(places))
    inside = [str(each) for each in places[name]]
    own = Programme((Member(2022, 0, name), Member(2023, 0, inside[0])))
    found = listed(demo_protected, own)
    assert set(found.schools.index) == set(inside)
    assert found.schools.loc[inside[0], "began"] == 2023
    assert found.schools.drop(inside[0])["began"].eq(2022).all()
    assert not set(found.others.index) & set(inside)
    assert listed(demo_protected, Programme((Member(2022, 0, name),))).one_place == name


def test_one_place_is_set_beside_a_mixture_of_others(demo_protected):
    kinds = {name: len(schools) for name, schools in places_of(demo_protected).items()}
    name = max((each for each in kinds if kinds[each] < 30), key=lambda each: kinds[each])
    found = evaluate(demo_protected, "all", Programme((Member(LAST, 0, name),)), draws=19)
    assert found.mixed is not None
    assert found.mixed.weights.sum() == pytest.approx(1, abs=0.01)
    assert name not in found.mixed.weights.index
    assert found.series is None  # years with unusual ones between are no series


def test_schools_that_count_together_are_one_unit(demo_protected, schools):
    own = Programme(tuple(Member(LAST, 0, str(each), "site") for each in schools[:3]))
    found = evaluate(demo_protected, "all", own, draws=19)
    assert (found.schools, found.units, found.grouped) == (3, 1, True)
    assert np.isnan(found.effects.se)  # one unit has no spread
    assert np.isfinite(found.made_up.p)


def test_more_schools_would_show_less(demo_protected):
    found = smallest(demo_protected, "all", 2)
    assert (np.diff(found["effect"].dropna()) < 0).all()
    assert list(found.index)[:2] == [2, 4]


@pytest.mark.mirror
def test_the_example_of_closed_centres_says_what_the_docs_say(nyc_protected):
    found = evaluate(nyc_protected, "all", example(nyc_protected))
    assert (found.schools, found.units, found.like) == (18, 9, 62)
    assert len([year for year in found.rates.index if year < 2023]) == WINDOW
    assert found.design.carries
    assert found.effects.effect == pytest.approx(-0.023, abs=0.0005)
    assert found.made_up.p == pytest.approx(0.17, abs=0.03)
    assert (found.made_up.low, found.made_up.high) == pytest.approx((-0.053, 0.013), abs=0.003)
    assert found.effects.leads_p == pytest.approx(0.56, abs=0.01)
    assert found.least == pytest.approx(0.075, abs=0.006)


def test_no_example_where_there_is_none(demo_protected):
    assert example(demo_protected) is None
