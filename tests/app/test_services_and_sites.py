"""The folds of the plan on services and sites: choices, links, a file of points."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from data.panel import Panel
from tests.app.test_pages import EMPTY, app, maps, words
from tests.app.test_small_places import PLACES, Open, home, opened
from tests.small_places import SmallPlace

__all__ = ["app", "home", "opened"]
TEXT = "provider_id,name,kind,cost,longitude,latitude\n"


def test_services_and_sites_are_on_the_page_with_two_maps(app: Callable[..., AppTest]) -> None:
    test = app("plan", area="demo", service="mental_health", site_reach="2.0", site_count="3")
    assert not test.exception
    assert maps(test) == 2
    said = words(test)
    assert "Mental-health service: " in said
    assert re.search(r"3 more sites would bring [0-9,]+ more of the students", said)
    assert "Near is not the same as in use" in said
    test.selectbox(key="site_count").select(1).run()
    assert "1 more site would bring" in words(test)
    assert test.query_params["site_count"] == "1"


def test_a_link_keeps_fixed_schools_and_refuses_what_is_none(
    app: Callable[..., AppTest], demo_protected: Panel
) -> None:
    two = ",".join(demo_protected.schools.index[:2])
    test = app("plan", area="demo", fixed=two, site_reach="2.0")
    assert test.multiselect(key="fixed-list").value == two.split(",")
    assert test.query_params["fixed"] == two
    test.multiselect(key="fixed-list").set_value(two.split(",")[:1]).run()
    assert test.query_params["fixed"] == two.split(",")[0]
    other = app("plan", area="demo", fixed=f"{two},<b>x</b>")
    assert "fixed" not in other.query_params
    assert len(other.warning) == 1


def test_before_shows_no_new_site_and_goals_differ(app: Callable[..., AppTest]) -> None:
    test = app("plan", area="demo", service="pharmacy", site_count="2", site_question="centre")
    assert "The longest way would be" in words(test)
    assert not test.exception
    test.selectbox(key="site_question").select("median").run()
    assert not test.exception
    test.selectbox(key="site_question").select("").run()
    test.selectbox(key="site_floor").select(0.2).run()
    assert re.search("hardest fifth|No plan keeps this rule", words(test))


def lists(test: AppTest) -> str:
    """What the page says of the lists behind its points."""
    return " ".join(each.value for each in test.caption)


class Handed(io.BytesIO):
    """A file as the uploader gives it."""

    name = "mine.csv"


def test_points_handed_in_may_be_sites_for_this_session_alone(
    app: Callable[..., AppTest], demo_protected: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = demo_protected.schools.geometry.dropna().iloc[:6]
    rows = "".join(
        f"P{at},Hall {at},pantry_food,100,{point.x},{point.y}\n" for at, point in enumerate(points)
    )
    handed = [(TEXT + rows).encode()]
    before = words(app("plan", area="demo", service="pantry_food"))
    with monkeypatch.context() as patch:
        patch.setattr(DeltaGenerator, "file_uploader", lambda *_, **__: Handed(handed[0]))
        test = app("plan", area="demo", service="pantry_food")
        said = words(test)
        assert not test.exception
        assert "6 places of your file are on the map" in said
        assert "points handed in" in lists(test)
        assert said != before
        test.selectbox(key="site_among").select("added").run()
        test.selectbox(key="site_count").select(2).run()
        assert "Points handed in" in str(test.selectbox(key="site_among").options)
        test.number_input(key="site-budget").set_value(100).run()
        assert not test.exception
        handed[0] = b"first_name,last_name,birth_date,longitude,latitude\nA,B,2010-01-02,-40,38"
        test.run()
        assert any("single students" in each.value for each in test.error)
        assert "points handed in" not in lists(test)
    assert "points handed in" not in lists(app("plan", area="demo", service="pantry_food"))


def test_travel_times_handed_in_let_sites_be_asked_for_by_minutes(
    app: Callable[..., AppTest], demo_protected: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    schools, tracts = demo_protected.schools.index[:4], demo_protected.tracts.index
    rows = "".join(
        f"{tract},{school},{5 + at % 30}\n" for at, tract in enumerate(tracts) for school in schools
    )
    file = ("geoid,provider_id,minutes\n" + rows).encode()

    def uploader(_: object, *__: object, key: str = "", **___: object) -> Handed | None:
        return Handed(file) if key == "own-times-file" else None

    monkeypatch.setattr(DeltaGenerator, "file_uploader", uploader)
    test = app("plan", area="demo", site_count="2")
    assert not test.exception
    said = words(test)
    assert f"{4 * len(tracts):,} times of your file are used" in said
    assert re.search(
        r"more of the students above the reference within 20 minutes by the times", said
    )
    test.number_input(key="site-minutes").set_value(0).run()
    assert not test.exception
    assert "in a straight line" in words(test)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.slug)
def test_small_places_say_what_there_is_to_say(opened: Open, place: SmallPlace) -> None:
    test = opened(place, "plan")
    for fold in ("serving", "sites", "points"):
        test.session_state[f"fold-{fold}"] = True
    test.run()
    assert not test.exception
    said = " ".join([words(test), *(each.value for each in test.markdown)])
    assert "This place has no list of services yet" in said
    assert re.search("more sites? would bring|Too few areas|No plan keeps", said)
    assert not re.search(EMPTY, said), said


@pytest.mark.mirror
def test_new_york_city_says_what_it_cannot_solve(
    app: Callable[..., AppTest], nyc_protected: Panel
) -> None:
    assert nyc_protected.services
    test = app("plan", area="nyc", service="school_clinic", site_count="3")
    said = words(test)
    assert "The shortest longest way is not offered here" in said
    assert "centre" not in test.selectbox(key="site_question").options
    assert re.search(r"3 more sites would bring [0-9,]+ more .* 1.0 km in a straight line", said)
    assert "134" in said
