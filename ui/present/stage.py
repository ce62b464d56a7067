"""The screen of coalition mode: headline, picture, source, and a bar to move and leave."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from ui import share
from ui.address import address
from ui.languages import text
from ui.languages.switch import switch
from ui.present import views
from ui.present.subject import Subject, about
from ui.selection import Selection
from ui.words.as_written import as_written

STYLE = f'<style>@import url("{address("present.css")}");</style>'
KEYS = "present-keys"
_keys = st.components.v2.component(
    "present_keys", js=Path(__file__).with_name("keys.js").read_text(encoding="utf-8")
)


def draw(selection: Selection) -> None:
    """Draw one view on the whole screen."""
    st.html(STYLE)
    subject = about(selection)
    names = views.here(selection.area)
    name = selection.slide if selection.slide in names else names[0]
    view = views.view(name)
    with st.container(key="room", gap=None):
        _head(view, subject)
        with st.container(key="room-picture", gap=None):
            view.picture(subject)
        st.html(f"<p class='room-source'>{escape(view.source(subject))}</p>")
        _bar(name, view, subject)
    _keys(key=KEYS, on_move_change=partial(_moved, names), height=1)


def _head(view: views.View, subject: Subject) -> None:
    question = escape(text(view.question))
    headline = escape(view.headline(subject))
    st.html(f"<header class='room-head'><p>{question}</p><h1>{headline}</h1></header>")


def _bar(name: str, view: views.View, subject: Subject) -> None:
    names = views.here(subject.selection.area)
    place = names.index(name)
    with st.container(key="room-bar", horizontal=True, vertical_alignment="center", gap="small"):
        _button(text("Back"), "previous", names, disabled=place == 0)
        said = text("{number} of {count}", number=place + 1, count=len(names))
        st.html(f"<p class='room-progress' role='status'>{said}</p>", width="content")
        _button(text("Next"), "next", names, disabled=place == len(names) - 1)
        st.space("stretch")
        _notes(view, subject)
        share.popover(subject.selection)
        switch()
        _button(text("Leave"), "exit", names)


def _button(label: str, move: str, names: Sequence[str], **more: Any) -> None:
    st.button(label, key=f"room-{move}", on_click=go, args=(move, names), **more)


def _notes(view: views.View, subject: Subject) -> None:
    """Draw the presenter's notes, once they are opened."""
    drawer = st.popover(text("Notes"), key="room-notes", on_change="rerun")
    if drawer.open:
        with drawer:
            for paragraph in view.notes(subject):
                st.write(as_written(paragraph))


def _moved(names: Sequence[str]) -> None:
    """Take a move that came from a key or a swipe."""
    go(str(st.session_state[KEYS].move or ""), names)


def go(move: str, names: Sequence[str] = views.NAMES) -> None:
    """Move to another of the views, or leave the mode; the run that follows shows it."""
    if move == "exit":
        st.session_state["present"] = ""
    elif move in views.MOVES:
        st.session_state["slide"] = views.after(st.session_state["slide"], move, names)
