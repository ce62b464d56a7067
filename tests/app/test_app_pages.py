"""Every page runs, on the demo and on New York City, and says where its numbers come from."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
PAGES = (
    "overview",
    "hot_spots",
    "schools",
    "social_drivers",
    "join_quality",
    "data_quality",
    "methods",
)
PLACES = ("demo", pytest.param("nyc", marks=pytest.mark.mirror))
SLOW_PEERS = ("esda", "libpysal", "numba", "matplotlib")


@pytest.fixture
def app(
    atlas_home: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., AppTest]]:
    monkeypatch.setenv("ATLAS_HOME", atlas_home()["ATLAS_HOME"])

    def open_page(page: str = "overview", **query: str) -> AppTest:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
        for name, value in query.items():
            test.query_params[name] = value
        test.run()
        if page != "overview":
            test.switch_page(f"pages/{page}.py").run()
        return test

    return open_page


def words(test: AppTest) -> str:
    """Everything a page says, without markup."""
    parts = [element.value for element in (*test.title, *test.markdown, *test.warning, *test.info)]
    parts += [element.proto.body for element in test.get("html")]
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", " ".join(parts), flags=re.S)


@pytest.fixture
def needs_place(request: pytest.FixtureRequest) -> Callable[[str], None]:
    def check(place: str) -> None:
        if place == "nyc":
            request.getfixturevalue("nyc_path")

    return check


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("page", PAGES)
def test_page_runs_with_question_answer_limits_and_sources(
    app: Callable[..., AppTest], needs_place: Callable[[str], None], place: str, page: str
) -> None:
    needs_place(place)
    test = app(page, area=place)
    assert not test.exception
    assert not test.error
    assert test.title[0].value.endswith("?")
    said = words(test)
    assert "Sources:" in said
    assert "95 % interval" in said
    assert ("fictional" in said) == (place == "demo")
    assert not re.search(r"\bnan\b|\bNone\b|\binf\b|<NA>", said), said


@pytest.mark.parametrize("page", PAGES)
def test_no_slow_peer_is_imported_on_a_page(app: Callable[..., AppTest], page: str) -> None:
    before = set(sys.modules)
    app(page)
    assert not [name for name in set(sys.modules) - before if name.split(".")[0] in SLOW_PEERS]


def test_invalid_values_in_a_link_fall_back_with_a_notice(app: Callable[..., AppTest]) -> None:
    test = app(area="demo", year="1999-00", measure="cosmic")
    assert not test.exception
    assert [item.value.count("not available here") for item in test.warning] == [1, 1]


def test_an_unknown_place_falls_back_with_a_notice(app: Callable[..., AppTest]) -> None:
    test = app(area="atlantis")
    assert not test.exception
    assert "atlantis" in test.warning[0].value


def test_controls_are_drawn_once_and_written_to_the_link(app: Callable[..., AppTest]) -> None:
    test = app(area="demo")
    labels = [item.label for item in test.sidebar.selectbox]
    assert labels == [
        "Study area",
        "School year",
        "School level",
        "Measure",
        "Where students live",
        "Sureness",
    ]
    test.selectbox(key="measure").select("crude").run()
    assert test.query_params["measure"] == "crude"


@pytest.mark.parametrize("page", PAGES)
def test_a_link_opened_cold_shows_the_same_words(app: Callable[..., AppTest], page: str) -> None:
    first = app(page, area="demo")
    first.selectbox(key="measure").select("crude").run()
    first.selectbox(key="level").select("elementary").run()
    link = dict(first.query_params)
    assert words(app(page, **link)) == words(first)


def test_a_tract_in_focus_opens_its_card(app: Callable[..., AppTest], demo_protected) -> None:
    tracts = demo_protected.tracts
    geoid = tracts.index[tracts["children"] > 200][0]
    said = words(app("hot_spots", area="demo", focus=geoid))
    assert tracts.loc[geoid, "name"] in said
    assert "Hot-spot test" in said


def test_every_choice_of_the_sidebar_works(app: Callable[..., AppTest]) -> None:
    for name, values in {
        "measure": ("crude", "eb"),
        "catchment": ("building", "nearest", "zones"),
        "alpha": ("0.1",),
    }.items():
        for value in values:
            test = app("hot_spots", area="demo", **{name: value})
            assert not test.exception
            assert test.selectbox(key=name).value == value


def test_join_quality_follows_a_school_a_tract_and_another_join(
    app: Callable[..., AppTest], demo_protected
) -> None:
    school, geoid = demo_protected.catchment.iloc[0][["school_id", "geoid"]]
    test = app("join_quality", area="demo", versus="building")
    test.selectbox(key="focus").select(school).run()
    said = words(test)
    assert f"students of {demo_protected.schools.loc[school, 'name']} live in about" in said
    assert "Mean distance" in said
    test.selectbox(key="focus").select(geoid).run()
    said = words(test)
    assert f"children of {demo_protected.tracts.loc[geoid, 'name']} attend" in said
    assert "With the join in doubt" in said
    assert "With “tract of the building” in place of “likely home tracts”" in said


def test_the_join_compared_with_is_in_the_link(app: Callable[..., AppTest]) -> None:
    test = app("join_quality", area="demo")
    test.selectbox(key="versus").select("building").run()
    assert test.query_params["versus"] == "building"
    test.selectbox(key="catchment").select("building").run()
    assert not test.exception
    assert test.selectbox(key="versus").value != "building"


def test_the_sidebar_explains_the_join_and_marks_the_best(app: Callable[..., AppTest]) -> None:
    test = app(area="demo")
    control = test.selectbox(key="catchment")
    assert control.value == "gravity"
    assert [option for option in control.options if "best here" in option] == [
        "Attendance zones (best here)"
    ]
    assert all(option.split(" (")[0] in control.help for option in control.options)
    assert "distance" in test.sidebar.caption[0].value


def test_a_join_that_does_not_exist_falls_back_with_a_notice(app: Callable[..., AppTest]) -> None:
    test = app(area="demo", catchment="supplied")
    assert "supplied" in test.warning[0].value
    assert test.selectbox(key="catchment").value == "gravity"
