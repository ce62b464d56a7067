"""Things to try: on a made-up place only, and gone once closed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui import queries, welcome

ROOT = Path(__file__).parents[2]
APP = """
import streamlit as st
from ui import queries, welcome

pages = [st.Page(path) for _, path in welcome.TRY]
st.navigation([st.Page(lambda: None, title="Here", default=True), *pages]).run()
welcome.draw(queries.choices("demo").default())
"""


@pytest.fixture
def page(default, tmp_path: Path) -> AppTest:
    del default
    (tmp_path / "pages").mkdir()
    for _, path in welcome.TRY:
        (tmp_path / path).write_text("")
    (tmp_path / "app.py").write_text(APP)
    return AppTest.from_file(tmp_path / "app.py")


def test_the_links_lead_to_pages(page: AppTest) -> None:
    shown = page.run()
    assert not shown.exception
    assert [button.label for button in shown.button] == [welcome.ROOM, "Close"]
    for _, path in welcome.TRY:
        assert (ROOT / path).is_file()


def test_closed_it_stays_closed(page: AppTest) -> None:
    page.run().button(key="welcome-close").click().run()
    assert not page.button
    assert not page.run().button


def test_the_room_opens(page: AppTest) -> None:
    page.run().button(key="welcome-room").click().run()
    assert page.session_state["present"] == "1"


def test_a_real_place_greets_nobody(monkeypatch, page: AppTest, default) -> None:
    panel = queries.panel(default)
    real = replace(panel, area=replace(panel.area, fictional=False))
    monkeypatch.setattr(welcome.queries, "panel", lambda _selection: real)
    assert not page.run().button
