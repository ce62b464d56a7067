"""A brief says what the pages say: the same figures from the same functions."""

from __future__ import annotations

import math
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.report.conftest import DAY
from ui import queries
from ui.frame import OPEN_ALL
from ui.places.cards import focus_card
from ui.queries import neighbourhoods
from ui.report.brief import brief
from ui.report.stories import SCOPES
from ui.report.story import ScopeError
from ui.words.numbers import count_text, percent_text

ROOT = Path(__file__).parents[3]


def test_the_brief_of_a_place_repeats_the_page_of_hot_spots(area_brief, selection):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.query_params["area"] = selection.area
    test.session_state[OPEN_ALL] = True
    test.switch_page("pages/hot_spots.py").run()
    text = " ".join(element.proto.body for element in test.get("html"))
    assert area_brief.story.answer in text
    shown = [table.value for table in test.dataframe]
    names = [list(table["Name"]) for table in shown if "Beyond expected" in table.columns]
    assert [row[1] for row in area_brief.story.ranking.rows] in names


def test_the_figures_of_a_place_are_its_totals(area_brief, selection):
    totals = queries.totals(selection)
    first, second = area_brief.story.figures[:2]
    assert first[0] == count_text(totals.chronic_absent)
    assert count_text(totals.enrolled) in first[1]
    assert second[0] == percent_text(totals.chronic_absent / totals.enrolled, totals.enrolled)


def test_bars_are_the_figures_of_the_ranked_groups(area_brief, spots):
    assert list(area_brief.story.bars.values) == list(spots.groups["excess"])
    assert list(area_brief.story.bars.names) == list(spots.groups["name"])
    assert [row[-1] for row in area_brief.story.ranking.rows] == [
        count_text(value) for value in spots.groups["excess"]
    ]


def test_the_brief_of_a_group_names_conditions_and_schools(selection, spots):
    story = brief(selection, "group", DAY).story
    assert story.name == spots.groups["name"].iloc[0]
    assert story.name in story.answer
    (schools,) = story.tables
    known = queries.schools(selection)
    rates = {
        row["name"]: percent_text(row["rate"], row["enrolled"])
        for _, row in known[known["shown"]].iterrows()
    }
    assert schools.rows
    assert all(rates[row[0]] == row[4] for row in schools.rows)


def test_the_brief_of_a_school_holds_its_years(school):
    story = brief(school, "school", DAY).story
    row = queries.schools(school).loc[school.focus]
    assert count_text(row["chronic_absent"]) in story.answer
    assert list(story.bars.names) == list(queries.school_history(school)["school_year"])


def test_a_school_that_is_not_shown_says_why(selection):
    schools = queries.schools(selection)
    hidden = replace(selection, focus=str(schools.index[~schools["shown"]][0]))
    story = brief(hidden, "school", DAY).story
    assert "not shown" in story.answer
    assert len(story.figures) == 1
    assert story.figures[0][0] == "not shown"
    at = [row[0] for row in story.ranking.rows].index(hidden.year)
    absent, rate, likely = story.ranking.rows[at][2:]
    assert absent == likely == "not shown"
    assert rate.startswith("not shown: ")
    assert math.isnan(story.bars.values[at])


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_a_brief_says_how_sure_what_not_and_whence(views, scope):
    made = brief(views[scope], scope, DAY)
    assert made.story.sure
    assert made.story.unsaid
    assert "10 %" in made.definition
    assert "fictional" in made.notice
    assert made.made == DAY
    assert all("(" in source for source in made.sources)


def test_all_items_of_gather_are_answered(area_brief):
    assert [item[0] for item in area_brief.gather] == [str(at) for at in range(1, 19)]
    assert all(len(item[2]) > 20 for item in area_brief.gather)
    absent = [item[1] for item in area_brief.gather if item[2].startswith("Not applicable")]
    assert "Funding" in absent
    assert len(absent) == 3


def test_the_brief_of_a_neighbourhood_is_its_card_and_its_place_in_the_list(views):
    view = views["neighbourhood"]
    name = neighbourhoods.focused(view)
    story, row = brief(view, "neighbourhood", DAY).story, neighbourhoods.row(view, name)
    assert count_text(row["chronic_absent"]) in story.answer
    assert dict(story.figures)["No. 1"].startswith("of ")
    card = focus_card(view)
    for term, text in story.tables[0].rows:
        assert escape(term) in card
        assert escape(text) in card
    schools = neighbourhoods.schools(view, name)
    assert [line[0] for line in story.ranking.rows] == list(schools["name"])
    assert list(story.bars.values) == list(schools["students_here"])


@pytest.mark.parametrize("scope", ["group", "neighbourhood", "school"])
def test_what_is_not_there_has_no_brief(default, scope):
    with pytest.raises(ScopeError):
        brief(default, scope, DAY)
