"""Links: the shortest opens the same view, and links of earlier form go on working."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from ui import queries, share
from ui.selection import from_query, short_query


def test_a_link_holds_what_differs_and_opens_the_same_view(default) -> None:
    choices = queries.choices("demo")
    name = next(place for place in choices.places if place.startswith("in:"))
    view = replace(default, year="2018-19", alpha=0.1, focus=name, present="1", lang="es")
    query = short_query(view, default)
    assert query == {
        **{"area": "demo", "year": "2018-19", "alpha": "0.1", "focus": name},
        **{"present": "1", "lang": "es"},
    }
    link = share.link("http://atlas.example:8501/hot_spots?old=1", view)
    assert link.startswith("http://atlas.example:8501/hot_spots?area=demo&")
    read = {key: values[0] for key, values in parse_qs(urlsplit(link).query).items()}
    assert from_query(read, choices) == (view, ())


def test_what_a_newcomer_sees_needs_place_and_year_alone(default) -> None:
    assert short_query(default, default) == {"area": "demo", "year": default.year}


@pytest.mark.usefixtures("default")
def test_links_of_earlier_form_open_the_same_view() -> None:
    """Links named every choice, and had no word for a unit, a mode or a language."""
    full = {
        **{"area": "demo", "year": "2018-19", "level": "high", "measure": "crude"},
        **{"catchment": "gravity", "alpha": "0.05", "driver": "poverty_150"},
        **{"method": "gi_star", "null": "schools", "neighbours": "queen", "beside": "scatter"},
    }
    read, notices = from_query(full, queries.choices("demo"))
    assert notices == ()
    assert {name: str(getattr(read, name)) for name in full} == full
    assert (read.present, read.slide, read.lang, read.unit) == ("", "", "", "")


def test_the_code_is_a_named_picture_large_enough_for_a_room() -> None:
    drawn = share.code("http://atlas.example/?area=demo&year=2018-19")
    assert drawn.startswith('<img src="data:image/svg+xml')
    assert 'alt="Code of the link to this view"' in drawn
    assert int(drawn.partition('width="')[2].partition('"')[0]) >= 220
