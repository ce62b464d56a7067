"""The page Priorities: the order, what it says of it, the weights, and the gaps."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.disparities.gaps import IndexOfDisparity
from analytics.rates.between_schools import Estimate
from ui import queries
from ui.maps.block import legend_of
from ui.priorities import gaps, words
from ui.priorities import map as order_map
from ui.queries import gaps as queries_gaps
from ui.queries import neighbourhoods, units
from ui.queries import priorities as queries_priorities
from ui.selection import CRITERIA, LISTS
from ui.words import plain


@pytest.mark.parametrize("unit", ["neighbourhood", "tract", "school", "district"])
def test_every_list_is_in_order_and_painted_as_it_is_listed(default, unit: str) -> None:
    view = replace(default, list_of=unit)
    assert unit in {units.unit_of(replace(default, list_of=each)) for each in LISTS}
    table = queries_priorities.found(view).table
    ranked = table[table["rank"].notna()]
    assert len(ranked) > 1
    assert ranked["shrunken"].is_monotonic_decreasing
    assert ranked["rank"].is_monotonic_increasing
    assert (ranked["rank_low"] <= ranked["rank_high"]).all()
    if unit in order_map.POINTS:
        classes, chance = order_map.schools(table, unit, view)
        assert len(classes.codes) == len(queries.school_points(view))
        assert set(chance.dropna()) <= set(table["p_top"].dropna())
    else:
        classes, areas = order_map.areas(table, unit, view)
        assert len(classes.codes) == len(areas)
    assert set(classes.codes) - {"4"}  # something is painted


def test_the_list_can_go_by_the_chance_to_be_among_the_first(default) -> None:
    usual = queries_priorities.found(default).table
    table = queries_priorities.found(replace(default, ordered="chance")).table
    ranked = table[table["rank"].notna()]
    assert ranked["p_top"].is_monotonic_decreasing
    assert ranked["rank"].is_monotonic_increasing
    assert set(table.index) == set(usual.index)
    pd.testing.assert_series_equal(table["p_top"].sort_index(), usual["p_top"].sort_index())
    same = ranked.groupby("p_top")["rank"].nunique()
    assert (same == 1).all()  # ties as ties


def test_fewer_than_three_groups_have_no_order_and_the_page_says_so(default) -> None:
    view = replace(default, list_of="group")
    found = queries_priorities.found(view)
    assert len(found.table) < 3  # of the demo county
    assert found.table["rank"].isna().all()
    names = units.names(view, "group", found.table.index)
    assert "too few groups" in words.answer(found, names, "group", view)


def test_students_beyond_expected_are_those_of_the_other_pages(default) -> None:
    ours = queries_priorities.found(default).table["excess"]
    others = neighbourhoods.table(default)["excess"].reindex(ours.index)
    pd.testing.assert_series_equal(ours, others, check_names=False, rtol=1e-9)


def test_the_answer_says_what_the_concentration_has(default) -> None:
    found, unit = queries_priorities.found(default), units.unit_of(default)
    said = words.answer(found, units.names(default, unit, found.table.index), unit, default)
    row = found.concentration.loc[words.PART]
    assert f"{100 * row['share']:.0f}\xa0%" in said
    assert f"{int(row['places'])} of {found.table['rank'].notna().sum()} neighbourhoods" in said
    for name in found.table.index[: words.NAMED]:
        assert name in said


def test_a_target_counts_what_lies_beyond_it(default) -> None:
    table = queries_priorities.found(replace(default, against="0.2")).table
    known = table[table["excess"].notna()]
    beyond = known["chronic_absent"] - 0.2 * known["enrolled"]
    np.testing.assert_allclose(known["excess"], beyond, rtol=1e-9)


def test_one_year_tells_nothing_of_years_above_the_rest(default) -> None:
    years = queries.choices("demo").years
    assert "persistence" in queries_priorities.criteria_here(replace(default, year=years[-1]))
    assert "persistence" not in queries_priorities.criteria_here(replace(default, year=years[0]))


def test_a_list_never_holds_every_place(default) -> None:
    view = replace(default, list_of="district")
    ranked = int(queries_priorities.found(view).table["rank"].notna().sum())
    assert 2 < ranked <= 20
    fitted = queries_priorities.fitting(replace(view, top=20))
    assert fitted.top == ranked // 2
    chances = queries_priorities.found(fitted).table["p_top"].dropna()
    assert chances.min() < 0.9  # not "over 99 %" for all of them
    assert queries_priorities.fitting(fitted) == fitted


def test_weights_move_the_list_and_all_weight_on_one_reason_gives_its_order(default) -> None:
    only = replace(default, weights="010000")  # the rate
    found = queries_priorities.criteria(only)
    ranked = found.table[found.table["rank"].notna()].sort_values("rank")
    rates = queries_priorities.found(default).table["rate"].reindex(ranked.index)
    assert rates.is_monotonic_decreasing
    assert list(found.parts.columns) == ["rate"]
    both = queries_priorities.criteria(replace(default, weights="330000"))
    assert list(both.parts.columns) == ["excess", "rate"]
    assert (both.table["rank"] != found.table["rank"]).any()
    parts = both.parts.sum(axis=1, skipna=False)
    pd.testing.assert_series_equal(parts, both.table["score"], check_names=False)


def test_every_reason_that_is_offered_gives_a_list(default) -> None:
    for unit in ("neighbourhood", "school", "district"):
        view = replace(default, list_of=unit)
        for name in queries_priorities.criteria_here(view):
            own = replace(view, weights="".join("3" if each == name else "0" for each in CRITERIA))
            table = queries_priorities.criteria(own).table
            assert table["rank"].notna().sum() > 1, (unit, name)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((0.01, 0.001, 0.02), "gap widened"),
        ((-0.01, -0.02, -0.001), "gap narrowed"),
        ((-0.005, -0.02, 0.01), "cannot be said"),
    ],
)
def test_a_gap_is_said_to_move_only_when_its_range_does_and_in_the_years_followed(
    default, ends: tuple[float, float, float], said: str
) -> None:
    found = queries_gaps.found(default)
    assert found.fifths is not None
    followed = found.years.assign(definition=[0] + [1] * (len(found.years) - 1))
    moved = replace(found, trend=Estimate(ends[0], 0.005, 9.0, ends[1], ends[2]), years=followed)
    sentence = gaps.sentence(moved, moved.table, default)
    assert said in sentence
    assert f"{followed.index[1]} to {followed.index[-1]}" in sentence  # not the first year


def test_parts_of_one_school_leave_the_index_without_a_range_and_the_page_stands(default) -> None:
    found = queries_gaps.found(replace(default, gap="level"))
    nan = float("nan")
    alone = replace(found, disparity=IndexOfDisparity(0.1, nan, nan, nan, 7))
    said = dict(gaps.summary(alone))["Index of disparity"]
    assert "10.0\xa0%" in said
    assert "no range" in said


def test_an_answer_says_no_share_of_a_place_whose_listed_parts_were_picked(default) -> None:
    found, unit = queries_priorities.found(default), units.unit_of(default)
    names = units.names(default, unit, found.table.index)
    assert "of all students" in words.answer(found, names, unit, default)
    for picked in words.PICKED:
        said = words.answer(found, names, picked, default)
        assert "Start with" in said
        assert "%" not in said


def test_names_with_commas_are_told_apart() -> None:
    said = plain.listed(["Tract 79, Bronx", "Tract 67, Bronx", "Tract 87, Bronx"])
    assert said == "Tract 79, Bronx; Tract 67, Bronx; Tract 87, Bronx"
    assert plain.listed(["A", "B", "C"]) == "A, B and C"


@pytest.mark.parametrize("kind", ["fifth", "level", "district"])
def test_gaps_name_both_ends_and_sum_them_up(default, kind: str) -> None:
    view = replace(default, gap=kind)
    found = queries_gaps.found(view)
    table = found.table.assign(name=gaps._names(found.table.index, kind))
    said = gaps.sentence(found, table, view)
    assert re.search(r"\d\xa0%", said)
    terms = dict(gaps.summary(found))
    assert "Index of disparity" in terms
    assert ("Slope index of inequality" in terms) == (kind == "fifth")
    shown = table[table["rate"].notna()]
    total = shown["chronic_absent"].sum() / shown["enrolled"].sum()
    whole = queries.totals(view)
    if kind != "fifth":  # parts that every school is in add up to the place
        assert total == pytest.approx(whole.chronic_absent / whole.enrolled, rel=0.02)


@pytest.mark.mirror
@pytest.mark.usefixtures("nyc_path")
def test_new_york_city_lists_the_neighbourhoods_as_counted_elsewhere(default) -> None:
    del default
    view = queries.choices("nyc").default()
    table = queries_priorities.found(view).table
    known = table.index[table["excess"].notna()]
    others = neighbourhoods.table(view)["excess"].reindex(known)
    found = table.loc[known, "excess"]
    pd.testing.assert_series_equal(found, others, check_names=False, rtol=1e-9)
    assert table["rank"].notna().sum() > 150


def test_the_legend_counts_the_listed_places_not_their_tracts(default) -> None:
    table = queries_priorities.found(default).table
    classes = order_map.on_tracts_of(table, "neighbourhood", default)
    listed = legend_of("Title", classes, classes.scale.encode(table["p_top"]))
    assert sum(map(int, re.findall(r"\((\d+)\)</span>", listed))) == len(table)
    assert len(table) < len(classes.codes)
