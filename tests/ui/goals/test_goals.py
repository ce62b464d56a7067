"""The page Goals: paths, what they ask for, what is said of the way, and the test of forecasts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from tests.reading import EIGHT, grade
from ui import queries
from ui.goals import block, charts, words
from ui.goals import map as goal_map
from ui.queries import goals as queries_goals
from ui.selection import GOALS_OF

LISTS = ["district", "neighbourhood", "school"]


def test_half_in_five_years_is_half_of_the_latest_rate(default) -> None:
    row = queries_goals.whole(default).iloc[0]
    assert row["goal"] == pytest.approx(row["rate"] / 2)
    assert row["goal_year"] == row["base_year"] + 5
    assert row["students"] == pytest.approx((row["rate"] - row["goal"]) * row["enrolled"])
    assert row["students_a_year"] == pytest.approx(row["students"] / 5)


def test_the_place_stands_where_the_other_pages_say(default) -> None:
    last = queries.choices("demo").years[-1]
    whole = queries.totals(replace(default, year=last))
    row = queries_goals.whole(default).iloc[0]
    assert row["rate"] == pytest.approx(whole.chronic_absent / whole.enrolled)


def test_an_own_goal_and_a_straight_path_are_followed(default) -> None:
    own = replace(default, goal="own", goal_percent=10, goal_year=2030, goal_shape="linear")
    table = queries_goals.drawn(own)
    path = table["path"].dropna()
    assert path.iloc[-1] == pytest.approx(0.10)
    assert path.index[-1] == 2030
    steps = path.diff().dropna()
    assert steps.max() == pytest.approx(steps.min())


def test_californias_path_is_the_same_for_every_district(default) -> None:
    table = queries_goals.found(replace(default, goal="california", goals_of="district"))
    assert (table["goal"].dropna() == 0.125).all()
    assert (table["goal_year"].dropna() == 2029).all()


@pytest.mark.parametrize("unit", LISTS)
def test_every_list_is_drawn_and_each_unit_opens(default, unit: str) -> None:
    assert unit in GOALS_OF
    view = replace(default, goals_of=unit)
    table = queries_goals.found(view)
    known = table["students_a_year"].dropna()
    assert known.is_monotonic_decreasing
    first = str(table.index[0])
    assert first in queries.choices("demo").units
    assert queries_goals.chosen(replace(view, goal_for=first)) == (unit, first)
    drawn = queries_goals.drawn(replace(view, goal_for=first))
    assert drawn["path"].notna().sum() == 6
    charts.path_chart(drawn, first).to_dict()  # validated by altair
    if goal_map.draws_points(view):
        assert len(goal_map.of_schools(view)[0].codes) == len(queries.school_points(view))
    else:
        assert len(goal_map.of_areas(view).codes) == len(queries.tracts(view))


def test_the_legend_of_the_map_counts_the_places_of_the_list(default) -> None:
    view = replace(default, goals_of="neighbourhood")
    counts = re.findall(r"\((\d+)\)</span>", goal_map.legend_of_areas(view))
    assert sum(map(int, counts)) == len(queries_goals.found(view)) > 1


def test_words_go_no_further_than_the_range(default) -> None:
    row = queries_goals.whole(default).iloc[0]
    for chance, said in ((0.97, "it is on track"), (0.5, "too early"), (0.01, "it is off track")):
        way = {"0.97": "on track", "0.5": "too early to say", "0.01": "off track"}[str(chance)]
        text = words.outlook(pd.Series({**row.to_dict(), "chance": chance, "progress": way}))
        assert said in text
    assert "not known" in words.outlook(pd.Series({**row.to_dict(), "chance": float("nan")}))


@pytest.mark.parametrize(
    "slug",
    ["demo", *(pytest.param(each, marks=pytest.mark.mirror) for each in ("nyc", "oregon"))],
)
def test_the_answer_is_plain(default, slug: str) -> None:
    del default
    if slug not in queries.places():
        pytest.skip(f"{slug} is not in the store")
    view = queries.choices(slug).default()
    said = words.answer(view)
    assert grade(said, [queries.panel(view).area.name]) <= EIGHT, said
    assert len(said) <= 330
    if slug == "oregon":  # figures of 2018-19 alone
        assert "That year is over." in said
        assert "not known" in words.answer(view, date(2020, 1, 1))  # one year tells no trend
    assert not re.search(r"\bnan\b", said)


def test_forecasts_are_tested_on_years_that_they_have_not_seen(default) -> None:
    found = queries_goals.tested(default)
    assert found is None or (found.table["year"] > int(found.until[:4])).all()


@pytest.mark.mirror
@pytest.mark.usefixtures("nyc_path")
def test_new_york_citys_forecasts_are_tested_on_the_last_three_years(default) -> None:
    del default
    view = replace(queries.choices("nyc").default(), goals_of="district")
    found = queries_goals.tested(view)
    assert found is not None
    assert found.until == "2021-22"
    assert sorted(found.table["year"].unique()) == [2022, 2023, 2024]
    inside = found.table["rate"].between(found.table["low"], found.table["high"]).mean()
    assert 0.85 <= inside <= 1.0
    assert f"{100 * inside:.0f}\xa0%" in words.held(found)


def test_the_grid_counts_every_place_once(default) -> None:
    view = replace(default, goals_of="school")
    grid = queries_goals.grid(view)
    drawn = charts.grid_chart(grid).to_dict()
    counted = sum(
        row["places"] for rows in drawn["datasets"].values() for row in rows if "places" in row
    )
    known = grid["status_class"].ne("") & grid["change_class"].ne("")
    assert counted == known.sum()
    assert (grid.loc[grid["sure"], "change_low"] <= grid.loc[grid["sure"], "change"]).all()


def test_four_numbers_at_most_stand_under_the_path(default) -> None:
    tiles = block.tiles(default)
    assert 0 < len(tiles) <= 4
    assert all(re.search(r"\d", number) for number, _ in tiles)
