"""The page Plan keeps what was typed until it is saved, and saves it once."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Widget

from data.plan.database import VARIABLE
from data.plan.entry import checked
from data.plan.store import Change, apply, entries, history
from tests.postgresql import Server
from tests.reading import EIGHT, grade
from ui import frame, languages
from ui.plan import editor, exchange, saving, words
from ui.queries import plan as queries_plan
from ui.selection import Selection

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, demo_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of the demo whose plan is empty."""
    (tmp_path / "panels").mkdir()
    (tmp_path / "panels" / "demo").symlink_to(demo_path)
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


def opened(role: str = "clinic", **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    for name, value in {"area": "demo", **query}.items():
        test.query_params[name] = value
    if role:
        test.session_state[saving.ROLE] = role
    return test.switch_page("pages/plan.py").run()


def field(test: AppTest, name: str) -> Widget:
    each = [*test.selectbox, *test.text_input, *test.text_area]
    return next(one for one in each if re.fullmatch(rf"plan-\w{{32}}-\d+-{name}", str(one.key)))


def fill(test: AppTest, **given: str) -> AppTest:
    for name, value in given.items():
        field(test, name).set_value(value)
    return test.button(key="plan-save").click().run()


def begun(**query: str) -> AppTest:
    test = opened(**query)
    return test.button(key="plan-add").click().run()


NEW = {"place": "place:", "strategy": "school_nurses", "partner": "Bay Clinic", "cost": "$120,000"}


def said(test: AppTest) -> str:
    parts = [each.value for each in (*test.error, *test.success, *test.warning, *test.info)]
    parts += [each.proto.body for each in test.get("html")]
    return re.sub(r"\\|<[^>]+>|\N{WORD JOINER}", "", " ".join(parts))


def add(**given: object) -> Change:
    least = {"place": "Halcyon County", "strategy": "school_nurses", **given}
    change = Change("add", "school", entry=checked(least))
    apply("demo", [change], NOON)
    return change


@pytest.mark.usefixtures("home")
def test_what_is_saved_is_in_the_answer_and_in_the_table() -> None:
    test = fill(begun(), **NEW)
    assert not test.exception
    assert "Saved." in said(test)
    assert "The plan holds 1 action in 1 place, 0 under way. $120,000 planned" in said(test)
    row = entries("demo").iloc[0]
    assert (row["place"], row["changed_by"], row["virginia"]) == (
        "Halcyon County",
        "clinic",
        "barriers",
    )
    assert list(test.dataframe[0].value["What is done"]) == ["School nurses"]
    assert "plan-draft" not in test.session_state


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("lang", "refusal"), [("", "This looks like names of persons."), ("es", "Esto parece nombres")]
)
def test_what_is_refused_stays_in_the_form_and_is_stored_nowhere(
    home: Path, lang: str, refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # AppTest asks for the words of controls outside of a run, where no language is spoken.
    monkeypatch.setattr(languages, "spoken", lambda: lang)
    test = begun(**({"lang": lang} if lang else {}))
    fill(test, **{**NEW, "partner": "Maria Lopez; James Brown"})
    assert refusal in said(test)
    assert field(test, "partner").value == "Maria Lopez; James Brown"
    assert len(entries("demo")) == 0
    files = [path for path in home.rglob("*") if path.is_file() and "panels" not in path.parts]
    assert len(files) == 1
    assert all(b"Lopez" not in path.read_bytes() for path in files)
    fill(test, partner="Bay Clinic")
    assert len(entries("demo")) == 1


@pytest.mark.usefixtures("home")
def test_another_part_of_the_page_can_begin_an_action() -> None:
    filled = {"strategy": "school_nurses", "place": "Halcyon County", "cost": 7}
    test = opened()
    test.session_state[editor.DRAFT] = editor.Draft(
        "demo", "a" * 32, 0, {**filled, "place_kind": "place"}, {}
    )
    test.run()
    assert field(test, "strategy").value == "school_nurses"
    assert field(test, "place").value == "place:"
    fill(test)
    assert list(entries("demo")["cost"]) == [7]


@pytest.mark.usefixtures("home")
def test_nobody_saves_without_a_role() -> None:
    test = opened(role="")
    test.button(key="plan-add").click().run()
    fill(test, **NEW)
    assert "You speak for: Choose whom you speak for." in said(test)
    assert len(entries("demo")) == 0
    test.selectbox(key="plan-role").select("housing").run()
    fill(test)
    assert list(entries("demo")["changed_by"]) == ["housing"]


@pytest.mark.usefixtures("home")
def test_what_was_typed_outlasts_a_visit_to_another_page() -> None:
    test = fill(begun(), **{**NEW, "cost": "many"})
    assert "Write a whole number" in said(test)
    test.switch_page("pages/methods.py").run()
    test.switch_page("pages/plan.py").run()
    assert field(test, "partner").value == "Bay Clinic"
    assert test.selectbox(key="plan-role").value == "clinic"
    fill(test, cost="7")
    assert list(entries("demo")["cost"]) == [7]


@pytest.mark.usefixtures("home")
def test_taking_the_other_version_leaves_it_as_it_is() -> None:
    one = add(cost=5)
    test = opened()
    test.button(key="plan-edit").click().run()
    newer = checked({**one.entry.values(), "status": "done"})  # type: ignore[union-attr]
    apply("demo", [Change("change", "housing", one.id, 1, newer)], NOON)
    fill(test, cost="9")
    assert "Housing changed “School nurses” in Halcyon County" in said(test)
    test.button(key="plan-theirs").click().run()
    assert "Yours was not saved." in said(test)
    row = entries("demo").loc[one.id]
    assert (row["cost"], row["status"], row["version"]) == (5, "done", 2)


@pytest.mark.usefixtures("home")
def test_a_status_is_changed_in_one_step_and_never_over_what_others_wrote() -> None:
    one = add(cost=5)
    test = opened()
    test.selectbox(key=f"plan-status-{one.id}-1").select("under_way").run()
    assert "1 under way" in said(test)
    newer = checked({**one.entry.values(), "cost": 6, "status": "under_way"})  # type: ignore[union-attr]
    apply("demo", [Change("change", "housing", one.id, 2, newer)], NOON)
    test.selectbox(key=f"plan-status-{one.id}-2").select("done").run()
    assert "Housing changed" in said(test)
    assert "What they changed: Cost in dollars: $5 → $6." in " ".join(
        each.value.replace("\\", "") for each in test.caption
    )
    test.button(key="plan-mine").click().run()
    row = entries("demo").loc[one.id]
    assert (row["cost"], row["status"], row["changed_by"]) == (6, "done", "clinic")


@pytest.mark.usefixtures("home")
def test_what_others_removed_is_a_conflict_and_can_be_put_back() -> None:
    one = add(cost=5)
    test = opened()
    test.session_state[frame.OPEN_ALL] = True
    test.button(key="plan-edit").click().run()
    apply("demo", [Change("remove", "housing", one.id, 1)], NOON)
    fill(test, cost="9")
    assert "Housing removed “School nurses”" in said(test)
    test.button(key="plan-theirs").click().run()
    assert len(entries("demo")) == 0
    test.button(key=f"plan-back-{one.id}").click().run()
    assert entries("demo").loc[one.id, "cost"] == 5


@pytest.mark.usefixtures("home")
def test_a_change_of_others_is_offered_to_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    one = add(cost=5)
    test = opened()
    assert "Someone changed the plan" not in said(test)
    seen = queries_plan.opened

    def before_the_others(selection: Selection) -> queries_plan.Opened:
        plan = seen(selection)
        newer = checked({**one.entry.values(), "cost": 6})  # type: ignore[union-attr]
        apply("demo", [Change("change", "housing", one.id, 1, newer, "once")], NOON)
        return plan

    monkeypatch.setattr(queries_plan, "opened", before_the_others)
    test.run()
    assert "Someone changed the plan at 12:00." in said(test)
    assert "$5 planned" in said(test)
    test.button(key="plan-show").click().run()
    assert "$6 planned" in said(test)
    assert "Someone changed the plan" not in said(test)


@pytest.mark.usefixtures("home")
def test_a_table_on_screen_is_never_run_by_a_spreadsheet() -> None:
    add(partner="=HYPERLINK(0)", funder="-2+3|cmd", cost=5)
    row = opened().dataframe[0].value.iloc[0]
    assert row["Who does it"] == "\N{WORD JOINER}=HYPERLINK(0)"
    assert row["Who funds it"] == "\N{WORD JOINER}-2+3|cmd"
    assert row["Cost"] == "$5"


@pytest.mark.usefixtures("home")
def test_the_answer_is_easy_to_read() -> None:
    for number in range(7):
        add(cost=20_000, funded=1_000 * number, status=("planned", "under_way")[number % 2])
    plan = queries_plan.opened(Selection("demo", ""))
    told = words.answer(plan)
    assert told == (
        "The plan holds 7 actions in 1 place, 3 under way. $140,000 planned, $21,000 funded."
    )
    assert grade(told) <= EIGHT
    assert grade(words.OWN_FIGURES) <= EIGHT


class Handed(io.BytesIO):
    """A file as the uploader gives it."""

    name = "plan.csv"


@pytest.mark.usefixtures("home")
def test_a_file_shows_what_it_would_change_and_then_changes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = add(cost=5)
    handed = [exchange.csv_of(entries("demo").assign(cost=8))]
    monkeypatch.setattr(st, "file_uploader", lambda *_, **__: Handed(handed[0]))
    test = opened()
    test.session_state[frame.OPEN_ALL] = True
    test.run()
    assert "1 row: 0 new, 1 changed, 0 as the plan has them" in " ".join(
        each.value.replace("\\", "") for each in test.markdown
    )
    tables = [each.value for each in test.dataframe]
    shown = [each for each in tables if "From what to what" in each][-1]
    assert list(shown["From what to what"]) == ["Cost in dollars: $5 → $8"]
    assert entries("demo").loc[one.id, "cost"] == 5  # nothing yet
    test.button(key="plan-import").click().run()
    assert "All changes of the file are saved." in said(test)
    assert entries("demo").loc[one.id, "cost"] == 8
    handed[0] = b"place,strategy,dob\nHalcyon County,x,2014-05-06"
    test.run()
    assert "this column describes single students" in said(test)
    assert "plan-import" not in {each.key for each in test.button}


@pytest.fixture
def on_postgresql(home: Path, postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    assert home.is_dir()
    monkeypatch.setenv(VARIABLE, postgresql.new_database())
    return postgresql


def test_a_database_killed_in_the_middle_of_an_edit_loses_and_doubles_nothing(
    on_postgresql: Server,
) -> None:
    test = begun()
    on_postgresql.kill()
    try:
        fill(test, **NEW)
        assert not test.exception
        assert words.UNREACHABLE in said(test)
        assert field(test, "partner").value == "Bay Clinic"
        test.button(key="plan-again").click().run()  # still down
        assert words.UNREACHABLE in said(test)
        assert "The plan cannot be read at the moment." in said(test)
    finally:
        on_postgresql.start()
    test.button(key="plan-again").click().run()
    assert "Saved." in said(test)
    assert "1 action in 1 place" in said(test)
    table = entries("demo")
    assert list(table["partner"]) == ["Bay Clinic"]
    assert len(history(table.index[0])) == 1


def test_a_plan_that_can_only_be_read_is_shown_and_says_so(home: Path) -> None:
    add(cost=5)
    test = opened()
    assert "$5 planned" in said(test)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, f"sqlite:///file:{home / 'plan.sqlite'}?mode=ro&uri=true")
        test = opened()
        assert "$5 planned" in said(test)
        test.button(key="plan-remove").click().run()
        assert words.CLOSED in said(test)
    assert len(entries("demo")) == 1
