"""The page Add a place: files handed in, questions answered, a place that opens."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.messy_state import ANSWERS, MessyState, write_state
from ui.intake import session

ROOT = Path(__file__).parents[2]


class Uploaded(io.BytesIO):
    """A file as the uploader gives it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.read_bytes())
        self.name = path.name


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> MessyState:
    return write_state(tmp_path_factory.mktemp("state"))


@pytest.fixture
def home(tmp_path: Path, demo_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "panels").mkdir()
    (tmp_path / "panels" / "demo").symlink_to(demo_path)
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    return tmp_path


def opened(
    paths: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch, answers: str = "", **query: str
) -> AppTest:
    """Open the page as if files had been dropped on it."""
    import streamlit as st

    files = [Uploaded(path) for path in paths]
    monkeypatch.setattr(st, "file_uploader", lambda *_args, **_more: files)
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    for name, value in {"area": "demo", **query}.items():
        test.query_params[name] = value
    if answers:
        test.session_state[session.ANSWERS] = tomllib.loads(answers)
    return test.switch_page("pages/add_a_place.py").run()


def html(test: AppTest) -> str:
    return " ".join(each.proto.body for each in test.get("html"))


@pytest.mark.usefixtures("home")
def test_nothing_handed_in_says_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened((), monkeypatch)
    assert not test.exception
    assert "Hand in the files as the publishers give them" in html(test)
    assert not [each for each in test.button if each.key == "intake-build"]


def test_doubts_are_asked_and_answers_count(
    state: MessyState, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = opened(state.paths, monkeypatch)
    assert not test.exception
    assert "6 questions" in html(test)
    labels = [each.label for each in (*test.selectbox, *test.text_input)]
    wanted = [each for each in test.text_input if "Who publishes" in each.label]
    assert len(wanted) == 1, labels
    test = wanted[0].set_value("Department of Education").run()
    assert "5 questions" in html(test)
    assert not [each for each in test.button if each.key == "intake-build"]
    assert not (home / "own").exists()


def test_a_place_is_checked_and_built_from_the_page(
    state: MessyState, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = opened(state.paths, monkeypatch, ANSWERS)
    assert not test.exception
    assert "All is answered" in html(test)
    table = next(each.value for each in test.dataframe if "School year" in each.value.columns)
    students = table["Students"].str.replace(",", "").astype(int)
    assert students.tolist() == list(state.students.values())
    test = test.button(key="intake-build").click().run()
    assert not test.exception
    assert not test.error, test.error[0].value
    assert "is built" in test.success[0].value
    assert (home / "panels" / "sagebrush" / "manifest.json").is_file()
    assert (home / "own" / "sagebrush" / "places" / "sagebrush.toml").is_file()


@pytest.mark.usefixtures("home")
def test_a_place_that_this_page_did_not_make_is_not_replaced(
    state: MessyState, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ANSWERS.replace('name = "Sagebrush"', 'name = "Sagebrush"\nslug = "demo"')
    test = opened(state.paths, monkeypatch, answers)
    assert not test.exception
    assert "choose another" in test.error[0].value
    assert not [each for each in test.button if each.key == "intake-build"]


@pytest.mark.usefixtures("home")
def test_a_register_is_refused_and_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "up.csv"
    path.write_text("school_id,student_name,absent\n12,Ann Doe,1\n12,Bob Roe,0\n13,Cy Poe,1\n")
    test = opened((path,), monkeypatch)
    assert not test.exception
    assert "describes single students" in test.error[0].value
    folder = Path(test.session_state[session.FOLDER].name)
    assert not [each for each in folder.rglob("*") if each.is_file()]
    assert "Doe" not in str(test)


@pytest.mark.usefixtures("home")
def test_the_page_is_spanish_for_who_reads_spanish(
    state: MessyState, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = opened(state.paths, monkeypatch, lang="es")
    assert not test.exception
    labels = " ".join(each.label for each in (*test.selectbox, *test.text_input))
    assert "¿Quién publica" in labels
    assert "Who publishes" not in labels


@pytest.mark.usefixtures("home")
def test_a_school_called_online_can_be_said_to_be_local(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = tuple(each for each in write_state(tmp_path).paths if each.name != "enrollment.xlsx")
    listed = next(each for each in paths if each.name == "directory.csv")
    text = listed.read_text(encoding="utf-8").replace("Peña School 5,", "Sage Virtual Academy,")
    listed.write_text(text, encoding="utf-8")
    test = opened(paths, monkeypatch, ANSWERS)
    assert not test.exception
    asked = next(each for each in test.multiselect if "who live around" in each.label)
    assert len(asked.options) == 1
    assert "Sage Virtual Academy" in asked.options[0]
    test = asked.select(asked.options[0]).run()
    assert not test.exception
    joined = test.session_state[session.ANSWERS]["place"]["joined"]
    assert len(joined) == 1
    assert f"\n{int(joined[0])},Sage Virtual Academy" in text
