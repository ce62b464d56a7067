"""Words and tables of who serves where and of sites, on the demo and the real city."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from analytics.sites.rules import STOPPED
from tests.reading import grade
from ui import languages, queries
from ui.plan import serving, sites
from ui.queries import sites as queries_sites
from ui.tables.display import display_frame


@pytest.fixture(scope="module")
def selection(default):
    return replace(default, service="mental_health", site_reach=2.0, site_count=3)


@pytest.fixture(scope="module")
def found(selection):
    """Give the plan of the demo county."""
    return queries_sites.plan(selection, queries_sites.question(selection))


def numbers(words):
    return [float(each.replace(",", "")) for each in re.findall(r"[0-9][0-9,.]*[0-9]|[0-9]", words)]


def test_reach_is_said_with_the_figures_of_the_view(selection):
    made = queries_sites.serving(selection)
    total = made.total
    shares = [100 * total[name] / total["students"] for name in ("within", "in_house", "without")]
    said = serving.answer(made)
    assert said.startswith("Mental-health service: ")
    assert "in a straight line" in said
    within, km, in_house, without = numbers(said)
    assert [within, in_house, without] == [round(each) for each in shares]
    assert km == 2.0
    assert str(made.providers) == serving.figures(made)[0][0]
    assert "made up by data/demo.py" in serving.sources(made, selection)
    assert made.year in serving.sources(made, selection)


def test_the_answer_of_sites_says_what_comes_within_reach(found):
    said, total = sites.answer(found), found.total
    assert said.startswith("3 more sites would bring ")
    _, more, km, after, before = numbers(said)
    assert more == round(total["after"] - total["before"])
    assert more > 0
    assert km == 2.0
    assert after == round(100 * total["after"] / total["students"])
    assert before == round(100 * total["before"] / total["students"])


def test_a_plan_says_how_near_to_the_best_it_is_and_how_often_it_comes_again(found):
    sure = sites.sureness(found)
    assert re.search("no plan is better|No plan can be better by more than", sure)
    assert "20 redraws" in sure
    table = sites.site_table(found)
    assert table["No."].tolist() == ["1", "2", "3"]
    assert table["Chosen again"].str.fullmatch("in [0-9]+ of 20 redraws").all()
    curve = sites.curve_table(found)
    assert curve["New sites"].str.strip().tolist() == ["1", "2", "3"]
    gains = [numbers(each)[0] for each in curve["Each of the last adds"]]
    assert gains == sorted(gains, reverse=True)


def test_before_and_after_differ_by_what_the_new_sites_bring(found, selection):
    before, after = sites.drawn(found, after=False), sites.drawn(found, after=True)
    counts = [each.classes.scale.counts(each.classes.codes) for each in (before, after)]
    assert counts[0]["new"] == 0 < counts[1]["new"]
    assert counts[0]["not"] == counts[1]["not"] + counts[1]["new"]
    assert counts[0]["not shown"] == counts[1]["not shown"] == after.classes.marked.count("1")
    assert after.classes.hatched.count("1") == counts[1]["new"]
    assert len(after.figures) == len(queries.panel(selection).tracts)
    assert len(sites.marked(found, after=False)) == len(found.there)
    assert len(sites.marked(found, after=True)) == len(found.there) + 3


def test_tables_hold_words_for_every_row(found, selection):
    areas = display_frame(sites.area_table(found), sites.AREAS)
    assert len(areas) == len(found.areas)
    assert areas.notna().all(axis=None)
    made = queries_sites.serving(selection)
    assert display_frame(made.areas, serving.AREAS).notna().all(axis=None)
    assert display_frame(made.schools, serving.SCHOOLS).notna().all(axis=None)


def test_a_part_from_the_hardest_fifth_is_said(selection):
    asked = replace(selection, site_floor=0.2, site_reach=5.0, site_count=5)
    made = queries_sites.plan(asked, queries_sites.question(asked))
    assert made.total["hard_after"] >= 0.2
    assert "hardest fifth" in sites.answer(made)
    nan = float("nan")
    broken = replace(made, found=replace(made.found, value=nan, status="no plan keeps the rules"))
    assert sites.answer(broken) == sites.NO_PLAN
    assert sites.sureness(broken) == ""
    late = replace(made, found=replace(made.found, value=nan, status=STOPPED))
    assert sites.answer(late) == sites.OUT_OF_TIME  # not "0 more sites"
    assert sites.sureness(late) == ""


def test_the_question_leaves_out_what_its_goal_does_not_have(selection):
    median = replace(selection, site_question="median", site_floor=0.3)
    asked = queries_sites.question(median)
    assert (asked.goal, asked.floor, asked.condition) == ("median", 0.0, "")
    floor = queries_sites.question(replace(selection, site_floor=0.3, fixed="HC0001,HC0002"))
    assert (floor.floor, floor.condition, len(floor.fixed)) == (0.3, selection.driver, 2)


def test_words_are_plain(found, selection):
    made = queries_sites.serving(selection)
    for words in (
        *(sites.answer(found), sites.sureness(found), sites.ASKED, sites.NO_PLAN),
        *(serving.answer(made), serving.NEAR_IS_NOT_USE, serving.ABOVE, serving.NO_LIST),
    ):
        assert grade(words) <= 8.0, (grade(words), words)


def test_the_same_in_spanish(found):
    languages.speak("es")
    try:
        assert "sitios más" in sites.answer(found)
        assert "sorteos" in sites.sureness(found)
    finally:
        languages.speak("")


@pytest.mark.mirror
def test_new_york_city_and_a_place_without_lists(nyc_path, oregon_path, default):
    assert nyc_path.is_dir()
    assert oregon_path.is_dir()
    city = queries.choices("nyc").default()
    assert queries_sites.kinds(city) == ("school_clinic", "mental_health", "pantry_food")
    made = queries_sites.serving(replace(city, service="school_clinic"))
    assert (made.providers, made.unplaced) == (134, 4)
    assert "4 more could not be placed" in serving.figures(made)[0][1]
    assert not queries_sites.centre_is_offered(replace(city, service="school_clinic"))
    assert queries_sites.centre_is_offered(default)
    assert queries_sites.kinds(queries.choices("oregon").default()) == ()
