"""What can be changed comes first, on every page, and who families are never leads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.recipe.measures import measures
from data.views.drivers import changed_first
from ui import queries
from ui.queries import drivers as queries_drivers
from ui.queries import hotspots as queries_hotspots
from ui.queries import why as queries_why
from ui.why import conditions
from ui.why import words as why_words

WHO_FAMILIES_ARE = {"single_parent", "limited_english", "disability", "no_high_school"}


def test_who_families_are_is_not_called_changeable() -> None:
    fixed = {name for name, item in measures().items() if not item.modifiable}
    assert fixed >= WHO_FAMILIES_ARE
    assert "svi_minority" in fixed


def test_what_can_be_changed_has_words_that_end_a_sentence() -> None:
    known = {
        name
        for name, item in measures().items()
        if item.modifiable and item.is_compared and item.kind != "index"
    }
    assert set(conditions.SAID) == known


def leads(flags: list[bool]) -> bool:
    """Say whether no condition that cannot be changed stands before one that can."""
    return flags == sorted(flags, reverse=True)


def test_a_profile_leads_with_what_can_be_changed_and_keeps_the_order_within(selection, spots):
    profile = queries_why.profile(spots, selection)
    assert set(profile["modifiable"]) == {True, False}
    assert leads(list(profile["modifiable"]))
    for _, part in profile.groupby("modifiable"):
        out = part["stands_out"].dropna()
        assert out.is_monotonic_decreasing
    named = why_words.outstanding(profile)
    assert not WHO_FAMILIES_ARE & set(named.index[:1])


def test_links_with_absence_lead_with_what_can_be_changed(default) -> None:
    comparison = queries_drivers.comparison(default)
    table = comparison.table
    assert leads(list(table["modifiable"]))
    for _, part in table.groupby("modifiable"):
        assert part["odds_ratio"].is_monotonic_decreasing
    can = table.groupby("theme")["modifiable"].any()
    assert leads([bool(can[theme]) for theme in comparison.shares.index])


def test_themes_keep_their_order_where_all_can_be_changed(default) -> None:
    comparison = queries_drivers.comparison(default)
    shares = comparison.shares.sort_values("share")
    same = changed_first(shares, comparison.table.assign(modifiable=True))
    assert list(same.index) == list(shares.index)


def test_the_menu_offers_what_can_be_changed_first(default) -> None:
    names = list(queries_drivers.driver_labels(default.area))
    assert leads([measures()[name].modifiable for name in names])
    assert set(names) == set(queries.choices(default.area).drivers)


@pytest.mark.parametrize("slug", ["nyc", "oregon"])
def test_no_group_of_a_real_place_is_led_by_who_families_are(slug, mirror, default) -> None:
    del mirror, default
    if slug not in queries.places():
        pytest.skip(f"{slug} is not in the store")
    view = queries.choices(slug).default()
    found = queries_hotspots.found(view)
    for cluster in found.groups["cluster"]:
        profile = queries_why.profile(found, replace(view, cluster=cluster))
        assert leads(list(profile["modifiable"]))
