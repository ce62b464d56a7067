"""What does this mean? Plain, short, with the figures of the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reading import EIGHT, grade
from ui import queries
from ui.drivers import words as driver_words
from ui.join.words import typical_schools
from ui.queries import drivers as queries_drivers
from ui.queries import hotspots as queries_hotspots
from ui.queries import joins as queries_join
from ui.queries import priorities as queries_priorities
from ui.queries import school_lists
from ui.words import meaning as words

PAGES = (
    "overview",
    "hot_spots",
    "why_here",
    "schools",
    "social_drivers",
    "priorities",
    "join_quality",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_explained_in_a_few_plain_sentences(page: str, default) -> None:
    said = words.meaning(page, default)
    names = [*queries.schools(default)["name"], *queries_hotspots.found(default).groups["name"]]
    names += [
        queries_drivers.measure(default).label,
        *queries_priorities.found(default).table.index,
    ]
    assert grade(said, names) <= EIGHT, said
    assert any(sign.isdigit() for sign in said)
    assert 2 <= said.count(". ") + 1 <= 4
    assert "cause" not in said


@pytest.mark.parametrize(
    ("rate", "said"),
    [(0.335, "about 10 students"), (0.201, "about 6 students"), (0.04, "about 1 student")],
)
def test_a_rate_is_students_of_a_class(rate: float, said: str) -> None:
    assert words.in_a_class(rate) == f"{said} in a class of 30"


def test_days_are_told_where_the_definition_counts_tenths(monkeypatch, default) -> None:
    assert "18 days in a year of 180" in words.meaning("overview", default)
    panel = queries.panel(default)
    other = replace(panel, area=replace(panel.area, definition="Absent for 15 days or more."))
    monkeypatch.setattr(words.queries, "panel", lambda _selection: other)
    assert "days" not in words.meaning("overview", default)


def test_figures_are_those_of_the_page(default, spots) -> None:
    first = school_lists.listed(default).iloc[0]
    assert words.meaning("schools", default).startswith(f"{first['excess']:,.0f} beyond expected")
    assert f"{spots.groups['excess'].iloc[0]:,.0f} students more" in words.meaning(
        "hot_spots", default
    )
    behind = typical_schools(queries_join.quality(default))
    assert f"{behind:.1f} schools" in words.meaning("join_quality", default)


def test_the_group_chosen_is_the_group_explained(default, spots) -> None:
    assert len(spots.groups) > 1
    for _, row in spots.groups.iterrows():
        said = words.meaning("why_here", replace(default, cluster=row["cluster"]))
        assert row["name"] in said


def test_no_group_is_no_all_clear(monkeypatch, default, spots) -> None:
    none = replace(spots, groups=spots.groups.iloc[:0])
    monkeypatch.setattr(words.queries_hotspots, "found", lambda _selection: none)
    high = queries.totals(default).high
    assert f"{high:,} schools here have 30\xa0% or more" in words.meaning("hot_spots", default)
    assert words.meaning("why_here", default) == ""


def test_an_odds_ratio_is_told_as_students(default) -> None:
    found = queries_drivers.under_all_joins(default)
    row = found.table.loc[default.driver]
    sums = queries.totals(default)
    odds = sums.chronic_absent / (sums.enrolled - sums.chronic_absent) * row["odds_ratio"]
    said = words.meaning("social_drivers", default)
    assert f"it would be about {1000 * odds / (1 + odds):,.0f}" in said
    clear = driver_words.link_words(row) != driver_words.UNCLEAR
    assert ("no clear link" in said) != clear


def test_a_view_without_figures_has_nothing_to_explain(monkeypatch, default) -> None:
    empty = replace(queries.totals(default), schools=0)
    monkeypatch.setattr(words.queries, "totals", lambda _selection: empty)
    assert [words.meaning(page, default) for page in PAGES] == [""] * len(PAGES)
