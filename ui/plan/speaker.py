"""Whom a reader speaks for when something is written: a role, never a name."""

from __future__ import annotations

from functools import partial

import streamlit as st

from data.plan.entry import ROLES
from ui.languages import text
from ui.plan import saving, words


def choose(key: str) -> None:
    """Draw the choice; it holds for the whole session.

    Parameters
    ----------
    key : str
        Of the control: each part of a page that asks has its own.
    """
    keys, chosen = list(ROLES), saving.role()
    st.selectbox(
        text(words.SPEAKS),
        keys,
        index=keys.index(chosen) if chosen in keys else None,
        format_func=words.role,
        placeholder=text("Choose a role, not a name"),
        key=key,
        on_change=partial(_speak, key),
        width=280,
    )


def _speak(key: str) -> None:
    """Keep the role for the whole session: Streamlit forgets a control that is not drawn."""
    st.session_state[saving.ROLE] = st.session_state[key]
