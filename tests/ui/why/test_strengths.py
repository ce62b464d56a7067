"""Schools that do better: the group's first, chance told, one funnel that holds for all."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.drivers.outliers import doing_better
from data.views import strengths as strength_views
from data.views.strengths import SERVES, Strengths
from ui import queries
from ui.queries import why as queries_why
from ui.why import charts as strength_charts
from ui.why import strengths as strength_words

BETTER = "doing better than its drivers predict"


@pytest.fixture(scope="module")
def found(spots, selection):
    return queries_why.strengths(spots, selection)


@pytest.fixture(scope="module")
def made_up():
    """Sixty schools of many sizes around .3; two are far below, one of them of the group."""
    rng = np.random.default_rng(4)
    n = pd.Series(rng.integers(40, 3000, 60), index=[f"s{i}" for i in range(60)]).astype(float)
    x = np.round(n * rng.normal(0.30, 0.04, 60).clip(0.1, 0.6))
    x[["s0", "s1"]] = np.round(n[["s0", "s1"]] * 0.02)
    table = doing_better((x, n), expected=n * 0.30)
    here = pd.Series(0.0, index=n.index)
    here[["s1", "s5", "s6"]] = [0.5, SERVES, SERVES - 1e-9]
    table = table.assign(enrolled=n, name=table.index, here=here, level="k8", neighbourhood="")
    table["chooses"] = ""
    return Strengths(table.assign(rate_low=table["rate"], rate_high=table["rate"]), "level", 0)


def test_only_schools_that_may_be_shown_are_called_strengths(found, default):
    schools = queries.schools(default)
    assert schools.loc[found.schools.index, "shown"].all()
    shown = found.shown()
    assert (shown["rate"] < shown["predicted"]).all()
    assert (shown["state"] == "compared").all()
    assert shown["chooses"].eq("").all()


def test_a_school_serves_the_group_by_its_students_under_the_chosen_join(found, spots, selection):
    shares = queries.shares(selection)
    members = spots.tracts.index[spots.tracts["cluster"].eq(selection.cluster).fillna(False)]
    for school in found.schools.index[:40]:
        rows = shares[shares["school_id"].eq(school) & shares["geoid"].isin(members)]
        assert found.schools.loc[school, "here"] == pytest.approx(rows["share"].sum())
    assert (found.of_group()["here"] >= SERVES).all()
    assert 0 < len(found.of_group()) < len(found.compared())


def test_the_groups_schools_come_first_and_the_surest_first_among_them(made_up):
    assert made_up.shown().index[:2].tolist() == ["s1", "s0"]
    assert set(made_up.of_group().index) == {"s1", "s5"}


def test_every_level_answers_and_few_schools_are_not_judged(spots, selection):
    for level in queries.choices("demo").levels:
        found = queries_why.strengths(spots, replace(selection, level=level))
        text = strength_words.sentence(found)
        assert re.search(r"\d", text)
        if found.compared().empty:
            assert "too few to predict from" in text
            assert found.shown().empty


def test_a_school_that_passes_is_named_and_one_that_does_not_is_only_a_place_to_ask():
    table = pd.DataFrame(
        {
            "class": [BETTER, "as predicted", "as predicted"],
            "outside": ["below", "below", ""],
            "state": "compared",
            "here": [0.5, 0.0, 0.0],
            "chooses": "",
        }
    )
    passed = strength_words.sentence(Strengths(table, "drivers", 7))
    assert passed.startswith("1 of 3 schools has clearly fewer students")
    assert "7 social drivers" in strength_words.basis(Strengths(table, "drivers", 7))
    none = strength_words.sentence(Strengths(table.iloc[1:], "level", 0))
    assert none.startswith("None of 2 schools has clearly fewer")
    assert "1 lies below the funnel, where fewer than 1 would by chance" in none
    assert "places to ask, not findings" in none
    level = strength_words.basis(Strengths(table.iloc[1:], "level", 0))
    assert "too few schools to use drivers" in level


def test_the_groups_schools_are_counted_with_what_chance_would_give():
    table = pd.DataFrame(
        {
            "class": "as predicted",
            "outside": ["below"] * 3 + [""] * 77,
            "state": "compared",
            "here": 0.2,
            "chooses": "",
        }
    )
    text = strength_words.of_group(Strengths(table, "drivers", 7))
    assert text.startswith("80 of the schools compared draw at least 10\xa0%")
    assert "3 lie below the funnel, where about 2 would by chance" in text
    nobody = strength_words.of_group(Strengths(table.assign(here=0.05), "drivers", 7))
    assert nobody.startswith("No school that could be compared draws at least 10\xa0%")


def test_a_school_lies_outside_the_drawn_funnel_exactly_when_it_lies_outside_its_own(made_up):
    table = made_up.compared()
    mean = 0.27
    points = strength_charts.adjusted(table, mean)
    limits = strength_charts.limits(table, mean)
    for side, word in (("lower", "below"), ("upper", "above")):
        line = limits[limits["side"].eq(side)]
        at = np.interp(table["enrolled"], line["students"], line["adjusted"])
        far = (points["adjusted"] - at).abs() > 0.004  # the line is drawn from sixty points
        beyond = points["adjusted"] < at if side == "lower" else points["adjusted"] > at
        assert (beyond[far] == table["outside"].eq(word)[far]).all()
    assert table["outside"].eq("below").sum() >= 2


def test_a_school_as_predicted_lies_on_the_mean(made_up):
    table = made_up.compared()
    same = strength_charts.adjusted(table.assign(rate=table["predicted"]), 0.27)
    np.testing.assert_allclose(same["adjusted"], 0.27, atol=1e-4)


def test_limits_are_wider_for_small_schools(made_up):
    limits = strength_charts.limits(made_up.compared(), 0.27)
    upper = limits[limits["side"].eq("upper")]["adjusted"]
    assert upper.iloc[0] > upper.iloc[-1]


def test_the_groups_schools_differ_by_shape_and_only_named_ones_carry_a_name(made_up):
    spec = strength_charts.funnel(made_up, "Which schools?").to_dict()
    marks = spec["layer"][-1]["encoding"]
    assert len(set(marks["shape"]["scale"]["range"])) == 4
    rows = [r for t in spec["datasets"].values() for r in t if "kind" in r]
    assert {r["name"] for r in rows if r["kind"] == strength_charts.OTHER} == {""}
    assert {r["name"] for r in rows if r["kind"] != strength_charts.OTHER} >= {"s1", "s5"}
    assert len(rows) == len(made_up.compared())
    assert "serves this group" in spec["description"]


def test_the_table_twin_says_how_much_of_a_school_is_of_the_group(made_up):
    table = strength_words.school_words(made_up.shown())
    assert table["From this group"].tolist()[:2] == ["50\xa0%", "none"]
    assert not table.apply(lambda column: column.str.contains("nan")).to_numpy().any()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("Charter School", "charter"),
        ("MAGNET", "magnet"),
        ("Specialized High School (admission by test)", "admission by test"),
        ("Transfer School", "transfer"),
        ("Special Education", "special education"),
        ("Virtual", "virtual"),
        ("General Academic", ""),
        ("Career Technical", ""),
        ("", ""),
    ],
)
def test_a_type_says_how_students_come_only_where_its_words_do(kind, said):
    assert strength_views.chooses(pd.Series([kind])).tolist() == [said]


def test_special_education_alone_does_not_tell_who_chooses():
    assert not strength_views.knows_choice(pd.Series(["Special Education", "General Academic"]))
    assert strength_views.knows_choice(pd.Series(["General Academic", "Charter"]))


def test_schools_that_choose_their_students_are_listed_apart_and_named(made_up, selection):
    table = made_up.schools.assign(chooses="")
    table.loc["s0", "chooses"] = "charter"
    found = replace(made_up, schools=table, knows_choice=True)
    assert "s0" not in found.shown().index
    assert "s1" in found.shown().index
    assert found.apart().index.tolist() == ["s0"]
    words = strength_words.school_words(found.apart())
    assert words["Students by type"].tolist() == ["charter"]
    spec = strength_charts.funnel(found, "Which schools?").to_dict()
    rows = [r for t in spec["datasets"].values() for r in t if "kind" in r]
    assert {r["kind"] for r in rows if r["name"] == "s0"} == {strength_charts.SPECIAL}
    assert "of 59" in strength_words.sentence(found)
    title = strength_words.list_title(found, "1 school", selection)
    assert strength_words.NOT_TOLD not in title


def test_where_the_data_do_not_know_the_title_says_so(made_up, selection):
    title = strength_words.list_title(made_up, "2 schools", selection)
    assert "Schools that choose their students cannot be told apart here" in title


def test_the_drawn_funnel_holds_where_predictions_differ():
    """Limits that widen with the prediction are drawn as one pair for a size."""
    rng = np.random.default_rng(8)
    n = pd.Series(rng.integers(40, 3000, 200), index=[f"s{i}" for i in range(200)]).astype(float)
    rate = pd.Series(rng.uniform(0.08, 0.5, 200), index=n.index)
    odds = np.log(rate / (1 - rate)) + 0.5 * rng.normal(size=200)
    x = pd.Series(rng.binomial(n.astype(int), 1 / (1 + np.exp(-odds))), n.index, dtype=float)
    table = doing_better((x, n), expected=n * rate).assign(enrolled=n, name="", here=0.0)
    table["chooses"] = ""
    points, limits = strength_charts.adjusted(table, 0.2), strength_charts.limits(table, 0.2)
    for side, word in (("lower", "below"), ("upper", "above")):
        line = limits[limits["side"].eq(side)]
        at = np.interp(table["enrolled"], line["students"], line["adjusted"])
        far = (points["adjusted"] - at).abs() > 0.004
        beyond = points["adjusted"] < at if side == "lower" else points["adjusted"] > at
        assert (beyond[far] == table["outside"].eq(word)[far]).all()
