"""The page Did it work?: choosing a programme, checks before effects, and what it does not say."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import EMPTY, words
from ui import frame

ROOT = Path(__file__).parents[2]
TWELVE = ",".join(f"HC{number:04d}" for number in range(1, 13))


@pytest.fixture
def opened(atlas_home, monkeypatch):
    monkeypatch.setenv("ATLAS_HOME", atlas_home()["ATLAS_HOME"])

    def open_page(*, unfolded: bool = False, **query: str) -> AppTest:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
        test.session_state[frame.OPEN_ALL] = unfolded
        for name, value in query.items():
            test.query_params[name] = value
        test.switch_page("pages/did_it_work.py")
        return test.run()

    return open_page


def answer(test: AppTest) -> str:
    bodies = [element.proto.body for element in test.get("html")]
    return next(re.sub("<[^>]+>", "", body) for body in bodies if "atlas-answer" in body)


def captions(test: AppTest) -> str:
    return " ".join(each.value for each in test.caption).replace("\\", "")


def test_a_programme_of_a_link_is_held_against_like_schools(opened) -> None:
    test = opened(area="demo", programme=f"2023:{TWELVE}", unfolded=True)
    assert not test.exception
    assert not test.error
    assert answer(test).startswith("Nothing is shown: chance alone gives as much.")
    assert "than in similar schools (" in answer(test)
    said = words(test)
    assert said.index("Checks first") < said.index("How sure are we?")
    assert "3 usual years before, 1 since" in said
    assert not re.search(EMPTY, said), said
    assert "STROBE" in test.code[0].value
    assert "GATHER" in test.code[0].value


def test_checks_that_fail_leave_no_effect_on_the_page(opened) -> None:
    """Begun in 2021-22 there is one year before: nothing that looks like an effect is drawn."""
    test = opened(area="demo", programme=f"2021:{TWELVE}", unfolded=True)
    assert not test.exception
    assert answer(test).startswith("Descriptive only: there are fewer than 3 usual years")
    assert "In its schools the share went from" in answer(test)
    said = words(test) + test.code[0].value
    assert "than in similar schools (" not in said
    assert "Next step: add earlier years" in said
    tables = " ".join(str(element.proto.alt) for element in test.dataframe)
    assert "counted in different ways" not in tables


def test_before_it_starts_the_page_says_what_would_be_seen(opened) -> None:
    test = opened(area="demo", programme=f"2025:{TWELVE}")
    assert not test.exception
    assert re.search(
        r"It begins in 2025-26.*With 12 schools, an effect of \d+\.\d points or more", answer(test)
    )


def test_a_programme_is_chosen_by_name_and_stands_in_the_link(opened) -> None:
    test = opened(area="demo")
    assert "Choose where something began" in answer(test)
    test.multiselect(key="did-ids").set_value(["HC0001", "HC0002"]).run()
    test.selectbox(key="did-began").set_value(2023).run()
    test.button(key="did-add").click().run()
    assert not test.exception
    assert test.query_params["programme"] == "2023:HC0001,HC0002"
    test.button(key="did-clear").click().run()
    assert "programme" not in test.query_params
    assert "Choose where something began" in answer(test)


def test_what_is_in_focus_is_added_and_taken_out(opened) -> None:
    """A click on the map, the search and the keys of the map put a school in focus."""
    test = opened(area="demo", focus="HC0007")
    test.button(key="did-in").click().run()
    assert test.query_params["programme"] == "2023:HC0007"
    test.button(key="did-out").click().run()
    assert "programme" not in test.query_params


def test_a_neighbourhood_at_once(opened, demo_protected) -> None:
    from data.views.programmes import places_of

    name, inside = next(
        (name, own) for name, own in places_of(demo_protected).items() if 4 <= len(own) <= 20
    )
    test = opened(area="demo", programme=f"2023:{quote(name)}")
    assert not test.exception
    assert not test.warning
    assert f"{len(inside)} schools" in words(test) or "take no part" in words(test)


def test_one_place_is_beside_its_mixture_where_similar_schools_fail(opened) -> None:
    """A single school has none alike here: of these nothing is said, of its mixture it is."""
    test = opened(area="demo", programme="2023:HC0001", unfolded=True)
    assert not test.exception
    assert answer(test).startswith("Descriptive only: no schools are alike enough")
    assert "than in similar schools (" not in words(test)
    assert "This place less a mixture of others" in captions(test)


def test_a_list_too_long_for_a_link_is_kept_by_the_session_and_said(opened) -> None:
    from data.views.programmes import Member, Programme
    from ui.queries.evaluation import STATE

    own = Programme((Member(2023, 0, "HC0001", "one"), Member(2023, 0, "HC0002", "one")))
    test = opened(area="demo")
    test.session_state[STATE] = ("demo", own)
    test.session_state["programme"] = "own"
    test.run()
    assert not test.exception
    assert "too long for a link" in captions(test)
    assert "2 schools, counted as 1" in words(test)
    other = opened(area="demo", programme="own")
    assert answer(other).startswith("The link names a programme that it does not carry")


@pytest.mark.parametrize("programme", ["2023:NOWHERE", "x", "2023-2020:HC0001"])
def test_a_link_with_another_programme_falls_back_with_a_notice(opened, programme: str) -> None:
    test = opened(area="demo", programme=programme)
    assert not test.exception
    assert "not available here" in test.warning[0].value
    assert "Choose where something began" in answer(test)


@pytest.fixture
def with_a_plan(demo_path, tmp_path, monkeypatch) -> None:
    """The demo with a plan of its own."""
    (tmp_path / "panels").mkdir()
    (tmp_path / "panels" / "demo").symlink_to(demo_path)
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    monkeypatch.delenv("ATLAS_DATABASE_URL", raising=False)


def page(name: str, **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    test.session_state[frame.OPEN_ALL] = True
    for key, value in query.items():
        test.query_params[key] = value
    test.switch_page(f"pages/{name}.py")
    return test.run()


def tables(test: AppTest) -> str:
    return " ".join(str(cell) for each in test.dataframe for cell in each.value.to_numpy().ravel())


@pytest.mark.usefixtures("with_a_plan")
def test_own_evidence_is_kept_beside_the_published_and_taken_out() -> None:
    query = {"area": "demo", "programme": f"2023:{TWELVE}", "strategy": "school_nurses"}
    test = page("did_it_work", **query)
    assert test.button(key="did-keep").disabled, "nobody is spoken for yet"
    test.selectbox(key="did-role").set_value("school").run()
    test.button(key="did-keep").click().run()
    assert not test.exception
    assert [each.value for each in test.success] == ["It is in the library\\."]
    assert test.button(key="did-keep").disabled, "it is kept as it is"
    plan = page("plan", area="demo", strategy="school_nurses")
    assert not plan.exception
    assert "(own evidence)" in tables(plan)
    assert "schools were not dealt at random" in tables(plan)
    assert "would likely be missed" in tables(plan), "limits come along"
    card = next(each.proto.body for each in plan.get("html") if "Own evidence" in each.proto.body)
    assert "chronic absence" in card
    plan.selectbox(key="library-role").set_value("school").run()
    plan.button(key="kept-take-out").click().run()
    assert not plan.exception
    assert "(own evidence)" not in tables(plan)
    again = page("did_it_work", **query)
    assert "kept-own" not in [each.key for each in again.selectbox]


@pytest.mark.usefixtures("with_a_plan")
def test_a_viewer_keeps_nothing(monkeypatch) -> None:
    from ui import roles

    monkeypatch.setenv(roles.ROLE, "viewer")
    test = page("did_it_work", area="demo", programme=f"2023:{TWELVE}")
    assert not test.exception
    assert "did-keep" not in [each.key for each in test.button]
    assert "Only an analyst keeps or removes own evidence." in captions(test)


def test_figures_under_an_agreement_leave_in_no_entry(canary_home, monkeypatch) -> None:
    """Who sees small counts takes no entry home, notes none in the Plan and keeps none."""
    from tests.canary import opened as opened_by
    from tests.canary import turned_to
    from ui import roles

    monkeypatch.setenv("ATLAS_HOME", str(canary_home))
    monkeypatch.delenv(roles.ROLE, raising=False)
    query = f"2023:{TWELVE}"
    for sees, offered in (("all", False), ("", True)):
        monkeypatch.setenv(roles.SEES, sees)
        user = {"is_logged_in": True, roles.CLAIM: "analyst"}
        test = opened_by("overview", folds=True, user=user, programme=query)
        turned_to(test, "did_it_work")
        assert not test.exception
        keys = {each.key for each in test.button} & {"did-note", "did-keep"}
        assert keys == ({"did-note", "did-keep"} if offered else set())


@pytest.mark.usefixtures("with_a_plan")
def test_the_plan_gives_a_programme() -> None:
    from data.plan.entry import checked
    from data.plan.store import Change, apply

    entry = {"place": "Coral Gate Elementary School", "place_kind": "school"}
    entry |= {"place_id": "HC0001", "strategy": "school_nurses", "start": "2023-09-05"}
    apply("demo", [Change("add", "school", entry=checked(entry))], datetime.now(UTC))
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    test.query_params["area"] = "demo"
    test.switch_page("pages/did_it_work.py")
    test.run()
    test.button(key="did-plan").click().run()
    assert not test.exception
    assert test.query_params["programme"] == "2023:HC0001"


@pytest.mark.mirror
@pytest.mark.usefixtures("nyc_path")
def test_the_example_of_closed_centres_opens(opened) -> None:
    test = opened(area="nyc")
    test.button(key="did-example").click().run()
    assert not test.exception
    assert answer(test).startswith("Nothing is shown: chance alone gives as much.")
    assert "18 schools, counted as 9" in words(test)
    assert test.query_params["programme"] == "example"


@pytest.mark.mirror
@pytest.mark.usefixtures("oregon_path")
def test_one_year_is_descriptive_only_with_the_next_step(opened, oregon_panel) -> None:
    ids = ",".join(map(str, oregon_panel.schools.index[:9]))
    test = opened(area="oregon", programme=f"2018:{ids}")
    assert not test.exception
    assert answer(test).startswith("Descriptive only: there are fewer than 3 usual years")
    assert "Next step: add earlier years of this place" in words(test)
    assert not re.search(EMPTY, words(test))


def test_the_page_speaks_spanish(opened) -> None:
    test = opened(area="demo", programme=f"2023:{TWELVE}", lang="es")
    assert not test.exception
    assert "escuelas parecidas" in answer(test)


def test_a_programme_without_figures_is_told_and_others_can_be_chosen(opened, demo_protected):
    """A school of one level is looked at under another: the page stays and says what to do."""
    levels = demo_protected.schools["level"]
    school = levels.index[levels.eq("high")][0]
    test = opened(area="demo", programme=f"2023:{school}", level="elementary")
    assert not test.exception
    assert not test.error
    assert answer(test).startswith("This programme cannot be looked at: no school of the list has")
