"""The fold on surveys: what was planted in the demo is said, few answers are not, and no more."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data.build import build_panel
from data.panel import load_panel
from tests.reading import grade
from ui import frame
from ui.climate import words
from ui.climate.words import answer
from ui.queries import climate as queries_climate
from ui.selection import Selection

ROOT = Path(__file__).parents[2]
EASY = 8.5
VIEW = Selection("demo", "2021-22")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the demo, made by this code."""
    home = tmp_path_factory.mktemp("home")
    build_panel("demo", out=home / "panels" / "demo", say=lambda _: None)
    return home


@pytest.fixture(autouse=True)
def home(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_HOME", str(store))
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(page: str, **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in {"area": "demo", "year": "2021-22", **query}.items():
        test.query_params[name] = value
    test.session_state[frame.OPEN_ALL] = True
    return test.switch_page(f"pages/{page}.py").run()


def said(test: AppTest) -> str:
    parts = [each.value for each in (*test.caption, *test.markdown)]
    parts += [each.proto.body for each in test.get("html")]
    plain = re.sub(r"<(style|script)>.*?</\1>|<[^>]+>", " ", " ".join(parts), flags=re.S)
    return re.sub(r"\\(?=[^\w\s])|\N{WORD JOINER}", "", plain)


def test_schools_tell_what_students_say_and_another_question_by_link() -> None:
    test = opened("schools", focus="HC0001")
    assert not test.exception
    text = said(test)
    assert (
        "schools where more answers say “Connected to school (Students)” have less absence" in text
    )
    assert "This sets schools side by side, not students." in text
    assert "Source: Halcyon County (fictional): Surveys of families" in text
    tables = {column: each.value for each in test.dataframe for column in each.value.columns}
    assert {"Share of answers", "Middle school (middle half)", "Who answered"} <= set(tables)
    test.selectbox(key="survey").select("family-trust").run()
    assert "fewer than half of those asked answered" in said(test)
    linked = opened("schools", survey="student-safety")
    assert "answers on “Safe at school (Students)” and absence do not clearly go" in said(linked)


def test_voices_and_spanish_have_the_fold_too() -> None:
    test = opened("voices", lang="es")
    assert not test.exception
    text = said(test)
    assert "más respuestas dicen “Conectados con la escuela (Estudiantes)” tienen menos" in text
    assert "more answers" not in text


def test_years_and_levels_without_surveys_or_with_few_schools_say_so() -> None:
    assert "Surveys here are of 2020-21 to 2023-24" in said(opened("schools", year="2018-19"))
    few = said(opened("schools", level="high"))
    assert "is not set beside absence" in few
    assert "are needed at least" in few


def test_only_figures_that_the_gate_left_are_drawn(store: Path) -> None:
    raw = load_panel(store / "panels" / "demo").climate
    hidden = load_panel(store / "panels" / "demo" / "protected").climate
    lost = raw[raw["status"].eq("reported") & hidden["status"].ne("reported")]
    lost = lost[lost["school_year"].eq("2021-22") & lost["scale"].eq("connectedness")]
    assert len(lost)
    table = queries_climate.answered(VIEW, ("student", "connectedness"))
    assert table.loc[lost["school_id"], "answers"].isna().all()
    assert table["answers"].notna().sum() > 100


def test_a_step_wider_than_schools_differ_is_said() -> None:
    near = pd.Series({"least": 0.94, "most": 0.98})
    assert words.narrow(near).startswith("The middle half of schools lies within 4 points: ten")
    assert words.narrow(near + pd.Series({"least": -0.1, "most": 0.0})) == ""
    assert grade(words.narrow(near)) <= EASY


def test_first_sentences_are_plain() -> None:
    for who, name in queries_climate.scales_here(VIEW).index:
        link = queries_climate.found(VIEW, (who, name))
        first = answer(link, queries_climate.named((who, name)), VIEW.year)
        assert grade(first) <= EASY
    assert grade(words.SCHOOLS_ONLY) <= EASY
