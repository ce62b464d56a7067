"""The page Voices shows what may be shown, keeps what is written, and gives nobody's voice away."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
import streamlit as st
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from data.plan.database import VARIABLE, UnreachableError
from data.plan.store import Change, entries, read, write
from data.voices.codebook import AREAS, WHO, themes
from data.voices.files import template
from data.voices.made_up import made_up
from data.voices.note import Voice
from data.voices.release import STEPS
from data.voices.store import VOICES
from data.workshop import store as workshops
from data.workshop.note import PROBLEMS, PROMPTS
from tests.reading import EIGHT, grade
from ui import frame
from ui.plan import saving
from ui.queries import voices as queries_voices
from ui.selection import Selection
from ui.voices import exchange, words, writing
from ui.workshop import composer, record
from ui.workshop import words as workshop_words

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
VIEW = Selection("demo", "2021-22", driver="uninsured")


@pytest.fixture
def home(tmp_path: Path, demo_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of the demo without voices but the made-up ones."""
    (tmp_path / "panels").mkdir()
    (tmp_path / "panels" / "demo").symlink_to(demo_path)
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    st.cache_resource.clear()
    st.cache_data.clear()
    return tmp_path


def opened(page: str = "voices", *, folds: bool = False, **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    for name, value in {"area": "demo", **query}.items():
        test.query_params[name] = value
    test.session_state[saving.ROLE] = "school"
    test.session_state[frame.OPEN_ALL] = folds
    return test.switch_page(f"pages/{page}.py").run()


def said(test: AppTest) -> str:
    parts = [each.value for each in (*test.error, *test.success, *test.caption, *test.markdown)]
    parts += [each.proto.body for each in test.get("html")]
    plain = re.sub(r"<(style|script)>.*?</\1>|<[^>]+>", " ", " ".join(parts), flags=re.S)
    return re.sub(r"\\(?=[^\w\s])|\N{WORD JOINER}", "", plain)


def voice(place: str, number: int, day: int, text: str, **given: str) -> Voice:
    least = {"who": "families", "theme": "illness", "occasion": "circle"}
    where = {"place": place, "place_kind": "neighbourhood", "place_id": place}
    return Voice(
        held=f"2026-10-{day:02d}",
        voices=number,
        words=text,
        **{**least, **where, **given},  # type: ignore[arg-type]
    )


def keep(*voices: Voice) -> None:
    write(VOICES, "demo", [Change("add", "school", entry=each) for each in voices], NOON)


@pytest.mark.usefixtures("home")
def test_the_demo_shows_strengths_beside_needs_and_each_saying() -> None:
    test = opened(folds=True)
    assert not test.exception
    text = said(test)
    assert "In Halcyon County, those heard name as strengths" in text
    for place in ("Maplewick", "Kingfisher", "Calloway", "Cedar Hollow", "Old Quay"):
        assert place in text
    table = next(each.value for each in test.dataframe if "Beside the numbers" in each.value)
    sayings = " ".join(table["Beside the numbers"])
    assert all(words.SAYINGS[key][:12] in sayings.lower() for key in ("agrees", "disagrees"))
    assert "nothing here counts it" in sayings
    # What too few said stands nowhere, and two people of a school stand in the whole county.
    assert "underpass" not in f"{text} {table.to_string()}"
    assert "reading corner" not in f"{text} {table.to_string()}"


@pytest.mark.usefixtures("home")
def test_a_room_sees_strengths_and_needs_by_the_same_rule() -> None:
    meeting = opened("overview", present="1", slide="voices")
    assert not meeting.exception
    text = said(meeting)
    assert "In Halcyon County, those heard name as strengths" in text
    heard = queries_voices.heard(VIEW)
    shown = heard.asked(VIEW)
    rows = re.findall(r"(\d+)\+ voices", text)
    assert len(rows) == 6
    assert int(rows[0]) == shown.loc[shown["nature"].eq("strength"), "voices"].max()
    assert int(rows[3]) == shown.loc[shown["nature"].eq("need"), "voices"].max()
    assert "underpass" not in text


@pytest.mark.usefixtures("home")
def test_a_room_without_voices_is_told_how_to_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.queries.voices.made_up", lambda _area: ())
    text = said(opened("overview", present="1", slide="voices"))
    assert "No theme has enough voices here yet" in text
    assert "Listen again" in text
    assert "as those who listened wrote them down" not in text


@pytest.mark.usefixtures("home")
def test_voices_of_few_are_in_nothing_that_any_view_draws_or_sends() -> None:
    keep(
        voice("Old Quay", 4, 6, "canary of four"),
        voice("Amberley", 4, 6, "canary elsewhere", nature="strength"),
        voice("Amberley", 9, 6, "canary of one occasion", theme="friends"),
    )
    places = ("", "in:Old Quay", "in:Amberley")
    for focus, area, who in product(places, ("", *AREAS), ("", *list(WHO)[:2])):
        view = Selection(**{**vars(VIEW), "focus": focus, "voices_area": area, "heard": who})
        heard = queries_voices.heard(view)
        table = heard.asked(view, queries_voices.focused(view))
        assert "canary" not in table.to_string()
        assert "canary" not in words.answer(heard, table, view)
    test = opened(folds=True)
    assert "canary" not in said(test)
    assert all("canary" not in each.value.to_string() for each in test.dataframe)


@pytest.mark.usefixtures("home")
def test_enough_voices_show_with_a_step_and_no_exact_number() -> None:
    keep(voice("Amberley", 7, 6, "Coughing all winter"), voice("Amberley", 6, 7, "No inhaler"))
    test = opened(focus="in:Amberley")
    text = said(test)
    assert "Asthma and other illness" in text
    assert "10 or more voices" in text
    assert "13" not in re.sub(r"13[.,]\d|\d13", "", text.partition("Amberley")[2][:400])
    shown = queries_voices.heard(VIEW).asked(VIEW)
    assert set(shown["voices"]) <= set(STEPS)


@pytest.mark.usefixtures("home")
def test_what_is_written_is_kept_and_seen_by_its_session_alone() -> None:
    test = opened(folds=True)
    for name, value in (("occasion", "circle"), ("who", "families"), ("theme", "mind")):
        field(test, name).select(value)
    field(test, "place").select("neighbourhood:Amberley")
    next(each for each in test.date_input if str(each.key).endswith("held")).set_value(NOON.date())
    next(each for each in test.number_input).set_value(4)
    line(test).set_value("My daughter Anna cannot sleep")
    test.button(key="voices-save").click().run()
    assert "This may name a person." in said(test)
    assert read(VOICES, "demo") == []
    line(test).set_value("Nights are loud")
    test.button(key="voices-save").click().run()
    assert "Saved." in said(test)
    (kept,) = read(VOICES, "demo")
    assert (kept.entry.words, kept.entry.voices, kept.changed_by) == (
        "Nights are loud",
        4,
        "school",
    )
    assert "Amberley: Worry, stress and mental health" in said(test)
    test.button(key=f"voices-remove-{kept.id}").click().run()
    assert read(VOICES, "demo") == []
    keep(kept.entry)
    other = opened(folds=True)  # another session
    assert "Amberley: Worry" not in said(other)


def field(test: AppTest, name: str):
    return next(
        each
        for each in test.selectbox
        if re.fullmatch(rf"voices-\w{{32}}-\d+-{name}", str(each.key))
    )


def line(test: AppTest):
    return next(each for each in test.text_input if str(each.key).endswith("-words"))


@pytest.mark.usefixtures("home")
def test_a_viewer_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_ROLE", "viewer")
    test = opened(folds=True)
    assert not test.exception
    assert "voices-save" not in {each.key for each in test.button}


@pytest.mark.usefixtures("home")
def test_an_answer_is_plain_and_made_up_voices_belong_to_the_demo_alone() -> None:
    heard = queries_voices.heard(VIEW)
    assert grade(words.answer(heard, heard.asked(VIEW), VIEW)) <= EIGHT
    for text in (words.EMPTY, words.NO_PERSONS, words.RULE, words.SHOWN, exchange.HOW):
        assert grade(text) <= EIGHT, text
    assert made_up("nyc") == ()
    assert len(made_up("demo")) > 30


@pytest.mark.usefixtures("home")
def test_without_the_database_the_page_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "postgresql://atlas@127.0.0.1:9/none")
    test = opened(folds=True)
    assert not test.exception
    assert "Voices cannot be read at the moment." in said(test)


@pytest.mark.usefixtures("home")
def test_a_workshop_is_begun_led_and_closed() -> None:
    test = opened("workshop")
    assert "Enter the code that is on the wall" in said(test)
    test.button(key="workshop-begin").click().run()
    assert "1 of 6: What do you see?" in said(test)
    code = test.session_state["workshop-code"]
    assert test.query_params["workshop"] in (code, [code])
    assert test.session_state["workshop-lead"] not in str(dict(test.query_params))
    other = opened("workshop", workshop=code)
    assert "1 of 6: What do you see?" in said(other)
    assert "workshop-close" not in {each.key for each in other.button}
    test.button(key="workshop-close").click().run()
    assert "is closed" in said(test)
    other.run()
    assert "is closed" in said(other)
    assert "workshop=" not in said(test)
    assert "workshop-delete" not in {each.key for each in other.button}
    test.button(key="workshop-delete").click().run()
    assert "Enter the code that is on the wall" in said(test)
    assert "No workshop has this code." in said(other.run())


@pytest.mark.usefixtures("home")
def test_a_wrong_code_opens_nothing() -> None:
    test = opened("workshop", workshop="ZZZZZZZZZZ")
    assert "No workshop has this code." in said(test)
    test.text_input(key="workshop-typed").set_value("ABCDE-FGHJK")
    test.button(key="workshop-join").click().run()
    assert "No workshop has this code." in said(test)
    assert not test.exception


class Handed(BytesIO):
    """A file as the uploader gives it."""

    name = "voices.csv"


@pytest.mark.usefixtures("home")
def test_a_file_is_looked_through_and_saved_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    handed = [template("Halcyon County").to_csv(index=False).encode()]
    monkeypatch.setattr(st, "file_uploader", lambda *_, **__: Handed(handed[0]))
    test = opened(folds=True)
    assert "This file has 1 row that can be saved." in said(test)
    assert read(VOICES, "demo") == []
    test.button(key="voices-import").click().run()
    assert "All rows of the file are saved." in said(test)
    (kept,) = read(VOICES, "demo")
    assert kept.entry.place_kind == "place"
    handed[0] = template("Halcyon County").assign(words="Ms. Alvarez said so").to_csv().encode()
    test.run()
    assert "voices-import" not in {each.key for each in test.button}
    assert "Alvarez" not in said(test)


@pytest.mark.usefixtures("home")
def test_who_was_slower_keeps_either_version() -> None:
    for button, words_kept in (("voices-mine", "Mine"), ("voices-theirs", "Theirs")):
        new = Change("add", "school", entry=voice("Amberley", 4, 6, "First"))
        (kept,) = write(VOICES, "demo", [new], NOON)
        test = opened(folds=True)
        test.session_state[writing.OWN] = frozenset({kept.id})
        test.run()
        test.button(key=f"voices-edit-{kept.id}").click().run()
        line(test).set_value("Mine")
        newer = Change("change", "clinic", kept.id, 1, replace(kept.entry, words="Theirs"))
        write(VOICES, "demo", [newer], NOON)
        test.button(key="voices-save").click().run()
        assert "Clinic changed this at" in said(test)
        test.button(key=button).click().run()
        now = next(each for each in read(VOICES, "demo") if each.id == kept.id)
        assert now.entry.words == words_kept


@pytest.mark.usefixtures("home")
def test_an_analyst_who_may_see_all_sees_all(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(voice("Amberley", 4, 6, "First"))
    monkeypatch.setenv("ATLAS_ANALYST_SEES", "all")
    assert "Amberley: Asthma and other illness" in said(opened(folds=True))
    monkeypatch.setenv("ATLAS_ROLE", "viewer")
    assert "Amberley: Asthma" not in said(opened(folds=True))


@pytest.mark.usefixtures("home")
def test_an_outbox_is_taken_once_and_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    shop, *_ = workshops.begin("demo", "Halcyon County", datetime.now(UTC))
    good = {"key": "a" * 32, "prompt": "see", "words": "The bus is late"}
    bad = {"key": "b" * 32, "prompt": "see", "words": "Ms. Alvarez is late"}
    box = json.dumps({"notes": [good, bad, "no note", {"key": 1}]})
    answers: dict[str, str] = {}
    assert composer._take(shop, box, answers)
    assert not composer._take(shop, box, answers)
    assert answers == {"a" * 32: "", "b" * 32: "names", "1": "unreadable"}
    assert [each.words for each in workshops.notes(shop)] == ["The bus is late"]
    for broken in ("", "{", "[]", "null", '{"notes": 3}', "x" * 60_000):
        assert not composer._take(shop, broken, {})

    def down(*_: object) -> str:
        raise UnreachableError("the database is away")

    monkeypatch.setattr(composer.store, "add", down)
    later = json.dumps({"notes": [{**good, "key": "c" * 32}]})
    assert not composer._take(shop, later, answers)
    assert "c" * 32 not in answers  # the browser keeps it and sends it again


@pytest.mark.usefixtures("home")
def test_actions_land_in_the_plan_and_the_record_is_one_page() -> None:
    test = opened("workshop")
    test.button(key="workshop-begin").click().run()
    shop = workshops.opened(test.session_state["workshop-code"], datetime.now(UTC))
    lead = test.session_state["workshop-lead"]
    assert shop is not None
    for number in range(60):
        workshops.add(shop, f"{number:032x}", "see", f"=note {number}", datetime.now(UTC))
    workshops.move(shop, lead, "do")
    test.run()
    test.button(key="workshop-to-plan").click().run()
    assert "Choose whom you speak for." in said(test)
    test.selectbox(key="workshop-action-by").select("clinic")
    test.selectbox(key="workshop-action-strategy").select("school_nurses")
    test.text_input(key="workshop-action-partner").set_value("Bay Clinic")
    test.button(key="workshop-to-plan").click().run()
    assert list(entries("demo")["partner"]) == ["Bay Clinic"]
    test.button(key="workshop-close").click().run()
    assert not test.exception
    closed = workshops.opened(test.session_state["workshop-code"], datetime.now(UTC))
    assert closed is not None
    assert list(test.dataframe[0].value["Who does it"]) == ["Bay Clinic"]
    page = record.page_of(closed)
    assert page == record.page_of(closed)
    assert len(PdfReader(BytesIO(page)).pages) == 1
    table = record.table_of(closed).decode("utf-8-sig")
    assert table.count("\n") == 61
    assert '"\'=note 1"' in table


def test_words_of_workshops_are_plain() -> None:
    own = (workshop_words.BEGIN, workshop_words.NO_SUCH, workshop_words.NOTHING_PERSONAL)
    for text in (*PROMPTS.values(), *PROBLEMS.values(), *own):
        assert grade(text) <= EIGHT, text
    assert grade(". ".join(each.label for each in themes().values())) <= EIGHT
