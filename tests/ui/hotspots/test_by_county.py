"""Counties by themselves on the Hot spots page: one search, its part shown, in words and link."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.made_state import MadeState, write_state
from data.build import build_panel
from ui import controls, queries
from ui.hotspots import block
from ui.hotspots import words as hotspot_words
from ui.queries import hotspots as queries_hotspots
from ui.selection import Selection, from_query, short_query
from ui.words import answers

STATE = MadeState(
    *("10", "Delaware", "apart"), tracts=700, schools=780, counties=3, years=1, spots=4, seed=7
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory):
    """Give the newcomer's view of a made-up state of three counties."""
    home = tmp_path_factory.mktemp("apart")
    write_state(STATE, home / "raw")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_HOME", str(home))
        build_panel(STATE.name, own=home / "raw", say=lambda _: None)
        yield queries.choices(STATE.name).default()


def counties(whole: Selection) -> list[str]:
    return list(queries.choices(whole.area).counties)


def test_every_county_is_shown_its_part_of_one_search(whole, monkeypatch):
    parts = [queries_hotspots.found(replace(whole, counties=each)) for each in counties(whole)]
    monkeypatch.setattr(queries_hotspots, "find_consensus", None)  # nothing is looked for again
    all_at_once = queries_hotspots.found(replace(whole, counties=",".join(counties(whole))))
    assert len(all_at_once.groups)
    assert sum(len(each.groups) for each in parts) == len(all_at_once.groups)
    assert sum(each.tested for each in parts) == all_at_once.tested
    for code, found in zip(counties(whole), parts, strict=True):
        assert found.tracts.equals(parts[0].tracts)
        tracts = found.tracts[found.tracts["cluster"].isin(found.groups["cluster"])]
        assert set(tracts["county"]) <= {code}


def test_counties_are_in_the_link_and_unknown_ones_fall_back(whole):
    choices = queries.choices(whole.area)
    chosen = replace(whole, counties=",".join(counties(whole)[:2]))
    back, notices = from_query(short_query(chosen, choices.default()), choices)
    assert (back, notices) == (chosen, ())
    other, notices = from_query({"area": whole.area, "counties": "06037"}, choices)
    assert other == whole
    assert len(notices) == 1


def test_the_answer_names_the_counties_and_says_what_they_were_set_beside(whole):
    names = queries_hotspots.county_names(whole)
    for code in counties(whole):
        view = replace(whole, counties=code)
        found = queries_hotspots.found(view)
        answer = answers.hot_spot_answer(found, view)
        assert names[code] in answer
        assert "its own county only" in answer
        assert "one search" in answer
        assert "each county by itself" in hotspot_words.map_title(view)
        assert "within counties" in hotspot_words.made(found, view)
    assert "county" not in answers.hot_spot_answer(queries_hotspots.found(whole), whole)


def test_counties_are_offered_where_a_method_can_look_at_them(whole):
    assert "counties" in block.OPTIONS
    assert list(controls.words(whole, "counties")) == sorted(
        counties(whole), key=queries_hotspots.county_names(whole).get
    )
    assert not controls.words(replace(whole, method="scan"), "counties")
    chosen = replace(whole, counties=counties(whole)[0], method="scan")
    assert not chosen.by_county()
    assert not replace(chosen, method="gi_star").nulls()  # there is one null, none to choose


def test_the_map_opens_on_the_counties_that_are_shown(whole):
    view = replace(whole, counties=counties(whole)[0])
    found = queries_hotspots.found(view)
    west, south, east, north = block._opening(found, view).bounds
    tracts = queries.panel(view).tracts
    inside = tracts[tracts["county"] == view.counties].total_bounds
    assert (west <= inside[0], south <= inside[1]) == (True, True)
    assert (east >= inside[2], north >= inside[3]) == (True, True)
    assert block._opening(found, whole) is None
