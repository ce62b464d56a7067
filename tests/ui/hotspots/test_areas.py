"""The answer of the Hot spots page, which coalition mode says too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reading import EIGHT, grade
from ui import queries
from ui.hotspots.areas import stand_out
from ui.present import where
from ui.present.subject import about
from ui.words import answers


def said(spots, **changed) -> str:
    return stand_out(replace(spots, **changed), "2021-22", "Halcyon County", 0.295, 0.05)


def test_the_page_and_coalition_mode_say_the_same(default, spots) -> None:
    assert answers.hot_spot_answer(spots, default) == where.headline(about(default))


def test_shares_too_alike_for_words_are_told_in_percent(spots) -> None:
    groups = spots.groups.assign(enrolled=1000.0, chronic_absent=310.0)
    text = said(spots, groups=groups)
    assert "31\N{NO-BREAK SPACE}% of students are chronically absent" in text
    assert text.endswith("In all of Halcyon County it is 30\N{NO-BREAK SPACE}%.")
    assert "about 3 in 10" not in text


def test_a_rate_that_is_withheld_is_not_made_up(spots) -> None:
    text = said(spots, groups=spots.groups.assign(enrolled=0.0, chronic_absent=0.0))
    assert text.endswith("The rate behind them is not shown.")
    assert "nan" not in text


def test_an_empty_map_is_no_all_clear_and_says_when_absence_is_uneven(spots) -> None:
    none = spots.groups.iloc[:0]
    even = said(spots, groups=none, broad=None, whole_p=0.2)
    assert even.startswith("No area stands out clearly in 2021-22. In all of Halcyon County")
    assert "no all-clear" in even
    assert "more than chance" not in even
    assert "more than chance would give" in said(spots, groups=none, broad=None, whole_p=0.001)


def test_groups_that_pass_as_wholes_are_named_where_no_small_one_does(spots) -> None:
    assert len(spots.broad) > 1
    none = spots.groups.iloc[:0]
    text = said(spots, groups=none)
    assert text.startswith("No small area stands out in 2021-22, but ")
    assert all(name in text for name in spots.broad["name"])
    one = spots.broad.iloc[:1]
    assert f"{one['name'].iloc[0]} does as a whole" in said(spots, groups=none, broad=one)


@pytest.mark.parametrize(
    "changed",
    [{"null": "areas"}, {"null": "constant_risk"}, {"null": "schools_within"}, {"method": "scan"}],
)
def test_every_way_of_looking_is_told_plainly(default, spots, changed) -> None:
    text = answers.hot_spot_answer(spots, replace(default, **changed))
    names = [*spots.groups["name"], queries.panel(default).area.name]
    assert grade(text, names) <= EIGHT, text


def test_nothing_tested_offers_another_choice(default, spots) -> None:
    nothing = replace(spots, tested=0)
    assert "Choose another" in answers.hot_spot_answer(nothing, default)
    scan = answers.hot_spot_answer(replace(nothing, kind="scan"), replace(default, method="scan"))
    assert scan == answers.TOO_SMALL_TO_SCAN


def test_what_was_tested_stands_with_how_sure(spots) -> None:
    note = answers.draws_note(spots, 0.05)
    assert f"{spots.tested} tracts were tested, each in up to {spots.ways} ways" in note
    assert "whole map as uneven as this with p" in note
    assert answers.draws_note(replace(spots, kind="membership"), 0.05) == ""
