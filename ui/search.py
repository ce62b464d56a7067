"""The search box: one line that finds a neighbourhood, tract or school and puts it in focus."""

from __future__ import annotations

import streamlit as st

from data.views.search import Found, Named
from ui import navigation, queries
from ui.languages import mark, text
from ui.selection import Selection
from ui.words.as_written import as_written

TYPED = "search"
ASKED = "search_asked"
PROMPT = mark("search a neighbourhood, tract or school ...")
OF_PARTS = mark("search a county ...")
KIND_WORDS = {
    "neighbourhood": mark("neighbourhood"),
    "county": mark("county or borough"),
    "tract": mark("tract"),
    "district": mark("district"),
}


def search(selection: Selection) -> None:
    """Draw the search box, what it found while nothing is chosen, and a way to let go of a choice.

    What is chosen becomes the focus in a callback; the page reads it at its next run.
    """
    chosen = queries.label(selection)
    where = st.container()
    if chosen:
        where, beside = st.columns([0.74, 0.26], vertical_alignment="center")
        beside.button(
            text("× clear"),
            key="search-clear",
            help=as_written(text("Let go of {name}", name=chosen)),
            on_click=choose,
            args=("",),
            width="stretch",
        )
    label = mark("Search a neighbourhood, tract or school by name, number or id")
    where.text_input(
        text(mark("Search a county by name") if navigation.is_of_parts() else label),
        key=TYPED,
        placeholder=text(OF_PARTS if navigation.is_of_parts() else PROMPT),
        label_visibility="collapsed",
        on_change=_asked,
        args=(selection.area,),
    )
    asked = st.session_state.get(ASKED, "")
    if asked:
        _offer(queries.search(selection.area, asked), asked)


def choose(place: str) -> None:
    """Put a place in focus and empty the box; "" lets go of what is in focus."""
    st.session_state["focus"] = place
    st.session_state[TYPED] = st.session_state[ASKED] = ""


def words(hit: Named) -> str:
    """Name what was found so that two of one name can be told apart."""
    kind = KIND_WORDS.get(hit.kind, "")
    more = (hit.where, kind and text(kind))
    number = hit.id if hit.kind in ("school", "district") else ""
    return " · ".join(filter(None, (hit.name, *more, number)))


def nothing_found(asked: str) -> str:
    """Say what was looked for, and what can be."""
    if navigation.is_of_parts():
        return text("No county here is called “{name}”. Try a part of the name.", name=asked)
    return text(
        "Nothing here is called “{name}”. Names, tract numbers and school ids were looked"
        " through. Try a part of the name, or an example: PS 49, Main Street, 19.01.",
        name=asked,
    )


def _asked(area: str) -> None:
    """Take what was typed: choose the one clearly meant, or offer what was found."""
    typed = st.session_state.get(TYPED, "").strip()
    found = queries.search(area, typed)
    if found.sure:
        choose(found.hits[0].id)
    else:
        st.session_state[ASKED] = typed


def _offer(found: Found, asked: str) -> None:
    """List what was found as buttons, best first."""
    if not found.hits:
        st.caption(as_written(nothing_found(asked)))
        return
    with st.container(gap=None):
        for hit in found.hits:
            st.button(
                as_written(words(hit)),
                key=f"search-{hit.id}",
                on_click=choose,
                args=(hit.id,),
                type="tertiary",
            )
