"""A large button of coalition mode that chooses what the views are about."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.words.as_written import as_written


def choice(label: str, value: str, choose: Callable[[str], None], *, chosen: bool) -> None:
    """Draw the button; `choose` takes the value, and the button of what is chosen stands out."""
    st.button(
        as_written(label),
        key=f"room-choose-{value}",
        type="primary" if chosen else "secondary",
        width="stretch",
        on_click=choose,
        args=(value,),
    )
