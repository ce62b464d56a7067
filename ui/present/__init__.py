"""Coalition mode: one idea fills the screen, readable from the back row."""

from __future__ import annotations

import streamlit as st

from ui.languages import text
from ui.selection import Selection


def show(selection: Selection) -> None:
    """Draw the view of the selection's slide in place of a page."""
    from ui.present import stage  # loaded when a meeting opens the mode

    stage.draw(selection)


def button(slide: str = "") -> None:
    """Draw the button that opens the mode, at a view of it where one is named."""
    st.button(text("Present"), key="present-on", on_click=switch_on, args=(slide,))


def is_on() -> bool:
    """Whether this run is in the mode, before its selection is settled."""
    return bool(st.session_state.get("present", st.query_params.get("present", "")) == "1")


def switch_on(slide: str = "") -> None:
    """Open the mode with the next run, at a view of it where one is named."""
    st.session_state["present"] = "1"
    if slide:
        st.session_state["slide"] = slide
