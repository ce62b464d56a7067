"""The first five minutes: on the demo's Overview, three things to try."""

from __future__ import annotations

import streamlit as st

from ui import navigation, present, queries
from ui.languages import mark, text
from ui.selection import Selection, short_query

CLOSED = "welcome_closed"
TRY = (
    (mark("1  See which area stands out"), "pages/hot_spots.py"),
    (mark("2  Ask what children there live with"), "pages/why_here.py"),
)
ROOM = mark("3  Show it to a room")


def draw(selection: Selection) -> None:
    """Draw the row of things to try, until it is closed; nothing for a real place.

    Nor for one without hot spots: two of three things to try are about them.
    """
    fictional = queries.panel(selection).area.fictional
    if not fictional or navigation.lacking("hot_spots") or st.session_state.get(CLOSED):
        return
    query = short_query(selection, queries.choices(selection.area).default())
    with st.container(key="welcome", horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(text("**New here? Try:**"), width="content")
        for label, page in TRY:
            st.page_link(page, label=text(label), query_params=query)
        st.button(text(ROOM), key="welcome-room", type="tertiary", on_click=present.switch_on)
        st.button(text("Close"), key="welcome-close", type="tertiary", on_click=_close)


def _close() -> None:
    st.session_state[CLOSED] = True
