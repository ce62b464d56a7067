"""Headlines of coalition mode: made by rules from planted figures, in words a room knows."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from data.contracts.vocabulary import PROVIDER_LABELS
from data.views.school_lists import clearly_above
from tests.reading import EIGHT, grade
from ui import languages, queries
from ui.present import goal, near, plan, sure, views, where, who, why
from ui.present.near import KINDS
from ui.present.subject import about
from ui.queries import school_lists
from ui.queries.plan import Opened
from ui.schools import words as school_words
from ui.words import plain


def planted(subject, names, absent=400.0, enrolled=1000.0):
    count = len(names)
    groups = pd.DataFrame(
        {
            "cluster": [f"c{place}" for place in range(count)],
            "name": names,
            "tracts": 3,
            "enrolled": enrolled,
            "chronic_absent": absent,
            "low": 0.35,
            "high": 0.45,
        },
        index=pd.RangeIndex(1, count + 1),
    )
    spots = replace(subject.spots, groups=groups, broad=None, whole_p=None)
    return replace(subject, spots=spots, enrolled=1000.0, chronic_absent=250.0)


@pytest.fixture(scope="module")
def place(default):
    return about(default)


def test_areas_that_stand_out_are_named_beside_the_whole_place(place) -> None:
    assert where.headline(planted(place, ["Ash", "Birch"])) == (
        "Two areas stand out: Ash and Birch. In the schools their children attend, about 4 in 10"
        " students are chronically absent. In all of Halcyon County it is about 1 in 4 students."
    )
    assert where.headline(planted(place, ["Ash"], absent=500.0)).startswith(
        "One area stands out: Ash. In the schools its children attend, about half of all students"
    )
    many = where.headline(planted(place, ["Ash", "Birch", "Cedar", "Dogwood", "Elm"]))
    assert many.startswith("Five areas stand out. The first are Ash, Birch, Cedar and Dogwood. ")
    none = where.headline(planted(place, []))
    assert none == (
        f"No area stands out clearly in {place.selection.year}. In all of Halcyon County, about 1"
        " in 4 students are chronically absent. This is no all-clear: small groups are easily"
        " missed."
    )


def test_the_source_of_a_goal_has_the_year_of_its_figures_whatever_year_is_chosen(place) -> None:
    first, *_, latest = queries.choices("demo").years
    earlier = replace(place, selection=replace(place.selection, year=first))
    assert latest in goal.headline(earlier)
    assert latest in goal.source(earlier)
    assert first not in goal.source(earlier)


def test_an_empty_plan_points_to_nothing_that_the_room_cannot_see(
    place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan.queries_plan, "opened", lambda _: Opened(pd.DataFrame()))
    assert plan.headline(place) == "Nothing is planned here yet."


def test_checks_are_told_with_their_number(place) -> None:
    said = sure.headline(planted(place, ["Ash", "Birch"]))
    assert said == (
        f"We looked in {place.spots.ways} ways. 6 small areas show up in half of them or more."
        " All of them use the same data: that makes it steady, not proven."
    )
    assert "a map can miss small groups" in sure.headline(planted(place, []))


def test_the_range_of_an_area_says_whether_it_lies_above_the_place(place, selection) -> None:
    group = replace(about(selection), name="Ash", low=0.41, high=0.57)
    rate = place.rate
    assert rate < 0.41
    assert sure.headline(group) == (
        "In Ash the rate lies between 41\xa0% and 57\xa0%."
        f" All of that is above Halcyon County: {100 * rate:.0f}\xa0%."
    )
    wide = sure.headline(replace(group, low=0.1))
    assert wide.endswith("So we cannot tell it from Halcyon County.")


def test_schools_come_by_students_beyond_expected(place, default) -> None:
    table = queries.schools(default)
    table = table[table["shown"]]
    beyond = (table["chronic_absent"] - table["expected"]).sort_values(ascending=False)
    listed = who.schools(place)
    assert listed.index[0] == beyond.index[0]
    assert listed["excess"].iloc[0] == pytest.approx(beyond.iloc[0])
    first, count = table.loc[beyond.index[0], "name"], round(beyond.iloc[0])
    assert f"{first} comes first, with {count:,} students more" in who.headline(place)


def test_what_can_be_changed_leads_and_who_families_are_does_not(place) -> None:
    named = why.harder(place.area()).index
    assert named[0] == "housing_cost_burden"
    assert not {"single_parent", "disability", "no_high_school"} & set(named)
    assert "housing that costs too much" in why.headline(place)


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        *((0.01, "fewer than 1 in 20 students"), (0.24, "about 1 in 4 students")),
        *((0.293, "about 3 in 10 students"), (0.41, "about 4 in 10 students")),
        *((0.5, "about half of all students"), (0.68, "about 2 in 3 students")),
    ],
)
def test_shares_are_said_as_people_say_them(rate, said) -> None:
    assert plain.about(rate) == said


def test_a_neighbourhood_is_a_subject_of_its_own(default) -> None:
    name = next_unit(default)
    subject = about(replace(default, focus=f"in:{name}"))
    assert (subject.kind, subject.name) == ("neighbourhood", name)
    assert 0 < subject.rate < 1
    for view in map(views.view, views.NAMES):
        assert view.headline(subject)


def next_unit(default) -> str:
    from ui.queries import neighbourhoods

    return str(neighbourhoods.ranks(default).index[0])


def test_headlines_read_at_grade_eight(default) -> None:
    assert hard(default) == {}


@pytest.mark.parametrize("slug", ["nyc", "oregon"])
def test_headlines_of_real_places_read_at_grade_eight(slug, mirror, default) -> None:
    del mirror, default
    if slug not in queries.places():
        pytest.skip(f"{slug} is not in the store")
    assert hard(queries.choices(slug).default()) == {}


def hard(selection) -> dict[str, float]:
    """Headlines above the grade, over the whole place, its first area and a neighbourhood."""
    whole, found = about(selection), {}
    for subject in (whole, whole.area()):
        names = [subject.name, whole.name, *whole.spots.groups["name"]]
        names += list(queries.schools(selection)["name"])
        names += list(queries.panel(selection).providers["name"])
        names += [whole.area().name]
        for view in map(views.view, views.NAMES):
            said = view.headline(subject)
            if grade(said, names) > EIGHT:
                found[said] = round(grade(said, names), 1)
    return found


def test_words_of_classes_and_providers_stand_in_the_catalogue() -> None:
    assert {kind: KINDS[kind] for kind in PROVIDER_LABELS} == dict(PROVIDER_LABELS)


def test_headlines_speak_spanish(place) -> None:
    try:
        languages.speak("es")
        assert where.headline(planted(place, ["Ash", "Birch"])).startswith(
            "Dos zonas se destacan: Ash y también Birch. En las escuelas de sus niños, cerca de"
        )
        assert views.view("next").headline(place).startswith("Tres cosas por decidir hoy")
        assert near.headline(place).startswith("Lo más cercano a ")
    finally:
        languages.speak("")


def test_schools_clearly_above_are_as_many_as_on_their_page(place, default) -> None:
    listed = school_lists.listed(default)
    clear = len(clearly_above(listed))
    assert clear > 1
    assert f"{clear} schools are clearly above others of their level" in who.headline(place)
    page = school_words.answer(listed, school_lists.totals(listed), default.year)
    assert f"{clear} schools are clearly above" in page
