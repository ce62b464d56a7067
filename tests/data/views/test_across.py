"""Two places beside each other: relations of the rule, planted places, and real refusals."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.assemble.panel import make_panel
from data.definition_facts import CORE, FACTS
from data.definition_rules import Rule, RuleSource, definitions
from data.panel import PROTECTED, Panel, load_panel
from data.store.protected import protect_panel
from data.views.across import (
    PlaceYear,
    Reason,
    Verdict,
    beside,
    compare,
    place_year,
    verdict,
    year_beside,
)
from tests.small_places import SmallPlace

SOURCE = RuleSource("Department", "Page", "https://example.org", "2019")
FULL = Rule(
    first_year="2018-19",
    confirmed=True,
    sources=(SOURCE,),
    percent=10,
    reached="at or above",
    basis="days enrolled",
    reasons="any reason",
    suspension="a day absent",
    day_missed="whole days",
    minimum_days=10,
    present_days=0,
    first_grade="K",
    last_grade="12",
    through="the last day of school",
    counted="enrolled at any time",
    unit="school",
    two_units="in each",
)
OTHERWISE = {
    "threshold": {"reached": "above"},
    "basis": {"basis": "hours"},
    "reasons": {"reasons": "unexcused only"},
    "suspension": {"suspension": "no absence"},
    "day_missed": {"day_missed": "half days too"},
    "minimum": {"minimum_days": 31},
    "present": {"present_days": 1},
    "grades": {"last_grade": "8"},
    "through": {"through": "1 May"},
    "counted": {"counted": "enrolled on a day"},
    "unit": {"unit": "district"},
    "two_units": {"two_units": "in one"},
}
UNKNOWN = {
    **{name: dict.fromkeys(values) for name, values in OTHERWISE.items()},
    "grades": {"first_grade": None, "last_grade": None},
}
ONE = PlaceYear("One", "2018-19", FULL)
OTHER = PlaceYear("Other", "2018-19", replace(FULL, note="another publisher"))


def other(**changes: object) -> PlaceYear:
    return replace(OTHER, rule=replace(OTHER.rule, **changes))


@cache
def small(slug: str, rate: float = 0.25, schools: int = 60, rule: str = "made_up") -> Panel:
    place = SmallPlace(slug, columns=8, rows=8, schools=schools, rate=rate, definition_rule=rule)
    return protect_panel(make_panel(place.tables()))


rules = st.sampled_from([rule for each in definitions().values() for rule in each.rules])
places = st.builds(
    PlaceYear,
    name=st.sampled_from(("A", "B", "C")),
    year=st.sampled_from(("2017-18", "2018-19")),
    rule=st.none() | rules | st.just(FULL),
    named=st.booleans(),
    fictional=st.booleans(),
    nation=st.booleans(),
    unusual=st.booleans(),
    graded=st.sampled_from((frozenset(), frozenset(FULL.grades))),
)


@given(places, places)
def test_the_order_of_two_places_changes_no_verdict(one, two):
    there, back = verdict(one, two), verdict(two, one)
    assert there.allowed == back.allowed
    assert there.bound == back.bound
    assert set(there.grades) == set(back.grades)
    for mine, turned in ((there.reasons, back.reasons), (there.notes, back.notes)):
        assert {(r.code, r.place, r.fact) for r in mine} == {
            (r.code, r.place, r.fact) for r in turned
        }


@given(places)
def test_a_place_may_stand_beside_itself_unless_its_own_year_forbids_it(one):
    found = verdict(one, one)
    fine = not one.nation and not one.unusual and one.rule is not None
    assert found.allowed == (fine and one.rule.confirmed and one.rule.published)
    assert found.bound == 0
    assert not found.grades
    assert not {each.code for each in found.reasons} & {"differs", "unknown", "fictional"}


@given(places, places)
def test_made_up_and_real_are_never_compared(one, two):
    found = verdict(replace(one, fictional=True), replace(two, fictional=False))
    assert [(each.code, each.place) for each in found.reasons] == [("fictional", one.name)]


def test_rules_alike_are_compared_whoever_wrote_them():
    assert verdict(ONE, OTHER) == Verdict()


@pytest.mark.parametrize("name", FACTS)
def test_each_fact_that_differs_refuses_by_itself(name):
    found = verdict(ONE, other(**OTHERWISE[name]))
    assert [(each.code, each.fact) for each in found.reasons] == [("differs", name)]
    assert len(found.reasons[0].given) == 2


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_that_is_not_known_refuses_or_is_said(name):
    found = verdict(ONE, other(**UNKNOWN[name]))
    said = found.reasons if name in CORE else found.notes
    assert said == (Reason("unknown", "Other", name),)
    assert found.allowed == (name not in CORE)


def test_every_reason_is_given_at_once():
    two = replace(
        other(**OTHERWISE["minimum"], **OTHERWISE["through"], confirmed=False), unusual=True
    )
    found = verdict(ONE, two)
    assert [each.code for each in found.reasons] == ["unconfirmed", "unusual", "differs", "differs"]
    assert [each.fact for each in found.reasons[2:]] == ["minimum", "through"]
    gone = verdict(ONE, other(published=False))
    assert [each.code for each in gone.reasons] == ["not_published"]
    assert [each.code for each in verdict(ONE, replace(OTHER, rule=None)).reasons] == ["no_rule"]
    assert [each.code for each in verdict(ONE, replace(OTHER, nation=True)).reasons] == ["nation"]


def test_another_minimum_is_allowed_where_a_source_bounds_what_it_can_change():
    bounded = verdict(ONE, other(minimum_days=20, left_out_percent=1))
    assert bounded.allowed
    assert bounded.bound == 0.01
    assert [each.code for each in bounded.notes] == ["minimum"]
    assert not verdict(ONE, other(minimum_days=20, left_out_percent=3)).allowed
    # What the looser minimum leaves out bounds nothing.
    assert not verdict(ONE, other(minimum_days=5, left_out_percent=1)).allowed


def test_no_students_left_out_move_a_rate_by_more_than_the_bound():
    rng = np.random.default_rng(8)
    for _ in range(500):
        counted, left = rng.integers(1, 1000), rng.integers(0, 50)
        absent, theirs = rng.integers(0, counted + 1), rng.integers(0, left + 1)
        moved = (absent + theirs) / (counted + left) - absent / counted
        assert abs(moved) <= left / (counted + left) + 1e-12


def test_grades_are_brought_together_only_where_figures_by_grade_allow_it():
    to_eight = other(last_grade="8")
    assert not verdict(ONE, to_eight).allowed
    able = verdict(replace(ONE, graded=frozenset(FULL.grades)), to_eight)
    assert able.allowed
    assert able.grades == ("K", *map(str, range(1, 9)))
    assert able.notes[0].given == ("K", "8")
    assert not verdict(replace(ONE, graded=frozenset({"K", "1"})), to_eight).allowed
    apart = other(first_grade="9", last_grade="12")
    assert not verdict(replace(ONE, rule=replace(FULL, last_grade="8")), apart).allowed


def test_years_schools_and_rules_of_a_state_are_said():
    two = replace(other(schools="No charter schools."), year="2019-20", named=False)
    found = verdict(ONE, two)
    assert found.allowed
    assert [each.code for each in found.notes] == ["state_rule", "schools", "years"]


def test_planted_places_lie_as_far_apart_as_planted():
    found, compared = beside(small("low"), "2018-19", small("high", 0.35))
    assert found.allowed
    assert compared is not None
    # One draw: three standard errors; how often ranges hold the truth is test_standardised's.
    for estimate in (compared.crude, compared.alike):
        assert abs(estimate.value + 0.1) < 3 * estimate.se
        assert estimate.high < 0
    sums = compared.table[compared.table["level"] == "all"].set_index("name")
    rates = sums["chronic_absent"] / sums["enrolled"]
    assert compared.crude.value == pytest.approx(rates["Small low"] - rates["Small high"])
    levels = ["elementary", "high", "middle", "all"]
    assert list(compared.apart.index) == levels
    assert list(compared.table["level"]) == [level for level in levels for _ in range(2)]
    every = compared.table[compared.table["level"] == "all"]
    parts = compared.table[compared.table["level"] != "all"]
    assert every["enrolled"].sum() == parts["enrolled"].sum()
    assert every["chronic_absent"].sum() == parts["chronic_absent"].sum()
    assert (parts["schools"] >= 3).all()


def test_planted_places_alike_are_not_told_apart():
    found, compared = beside(small("low"), "2018-19", small("like", schools=57))
    assert found.allowed
    assert compared is not None
    assert compared.crude.low < 0 < compared.crude.high
    assert compared.alike.low < 0 < compared.alike.high


def test_a_place_beside_itself_is_no_way_apart():
    found, compared = beside(small("low"), "2018-19", small("low"))
    assert found.allowed
    assert compared is not None
    assert compared.crude.value == pytest.approx(0)
    assert compared.alike.value == pytest.approx(0)
    assert compared.crude.low < 0 < compared.crude.high
    assert compared.left_out == (0.0, 0.0)


def test_the_bound_widens_the_ranges_alone():
    panels, years = (small("low"), small("high", 0.35)), ("2018-19", "2018-19")
    plain, wide = (compare(panels, years, Verdict(bound=bound)) for bound in (0.0, 0.01))
    assert wide.crude.value == plain.crude.value
    assert wide.alike.low == pytest.approx(plain.alike.low - 0.01)
    assert wide.alike.high == pytest.approx(plain.alike.high + 0.01)
    with pytest.raises(ValueError, match="do not allow"):
        compare(panels, years, Verdict((Reason("nation"),)))


def test_levels_with_too_few_schools_for_a_figure_are_left_out_or_refuse_all():
    few = SmallPlace("few", schools=6, definition_rule="made_up")
    panel = protect_panel(make_panel(few.tables()))
    found, compared = beside(small("low"), "2018-19", panel)
    assert compared is None
    assert {(each.code, each.place) for each in found.reasons} == {
        ("levels", "Small low"),
        ("levels", "Small few"),
    }


def test_figures_by_grade_are_added_where_grades_are_brought_together():
    panel = small("low")
    rows = panel.absence
    grades = ("K", "1")
    half = rows.assign(
        grade="K", enrolled=rows["enrolled"] // 2, chronic_absent=rows["chronic_absent"] // 2
    )
    rest = half.assign(grade="1", chronic_absent=half["chronic_absent"] // 2)
    graded = replace(panel, absence=pd.concat([rows, half, rest], ignore_index=True))
    years = ("2018-19", "2018-19")
    found = compare((graded, graded), years, Verdict(grades=grades))
    every = found.table[found.table["level"] == "all"].iloc[0]
    now = [each[each["school_year"] == "2018-19"] for each in (half, rest)]
    assert every["enrolled"] == sum(each["enrolled"].sum() for each in now)
    assert every["chronic_absent"] == sum(each["chronic_absent"].sum() for each in now)
    # A school with a grade that is withheld leaves as a whole.
    hidden = graded.absence.copy()
    first = (hidden["grade"] == "K") & (hidden["school_id"] == hidden["school_id"].iloc[0])
    hidden.loc[first, "chronic_absent"] = pd.NA
    hidden.loc[first, "status"] = "suppressed"
    without = compare((replace(graded, absence=hidden), graded), years, Verdict(grades=grades))
    less = without.table[without.table["level"] == "all"].iloc[0]
    assert less["schools"] == every["schools"] - 1


def test_the_year_beside_is_the_same_where_it_is_known():
    panel = small("low")
    assert year_beside(panel, "2017-18") == "2017-18"
    assert year_beside(panel, "2030-31") == "2018-19"


def refused(one: Panel, year: str, two: Panel) -> set[tuple[str, str]]:
    found, compared = beside(one, year, two)
    assert compared is None
    return {(each.code, each.fact) for each in found.reasons}


def test_new_york_and_oregon_are_refused_for_75_days_and_the_first_of_may(
    nyc_protected, oregon_path
):
    oregon = load_panel(oregon_path / PROTECTED)
    # The lead's panel may be older than the key in the place file.
    city = replace(nyc_protected, area=replace(nyc_protected.area, definition_rule="NYC"))
    said = refused(city, "2018-19", oregon)
    assert {("differs", "minimum"), ("differs", "through"), ("differs", "counted")} <= said
    assert said == refused(oregon, "2018-19", city)
    values = {each.fact: each.given for each in beside(city, "2018-19", oregon)[0].reasons}
    assert values["minimum"] == ("10", "75")
    assert values["through"] == ("the last day of school", "1 May")


def test_oregon_and_colorado_are_refused_for_what_a_figure_is_of(oregon_path):
    area = replace(
        small("low").area, name="Colorado", state="Colorado", definition_rule="", fictional=False
    )
    colorado = replace(small("low"), area=area)
    oregon = load_panel(oregon_path / PROTECTED)
    said = refused(oregon, "2018-19", colorado)
    assert {("differs", "unit"), ("differs", "through"), ("unknown", "minimum")} <= said


def test_the_demo_is_compared_with_no_real_place(demo_protected, oregon_path):
    oregon = load_panel(oregon_path / PROTECTED)
    assert refused(demo_protected, "2018-19", oregon) == {("fictional", "")}
    assert place_year(demo_protected, "2018-19").fictional


def test_nothing_of_a_made_up_file_is_taken_for_a_state():
    assert definitions()["made_up"].fictional
    assert definitions()["made_up"].state == ""
