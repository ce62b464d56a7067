"""The login of a deployment: offered in the head of every page, or asked for before anything.

It is there where `[auth]` of Streamlit's secrets names an identity provider; `ui.roles` says what a
login may see.
"""

from __future__ import annotations

import os

import streamlit as st

from ui.languages import text
from ui.words.as_written import as_written

SETTING, REQUIRED = "ATLAS_LOGIN", "required"


def is_offered() -> bool:
    """Whether this server has an identity provider."""
    return "is_logged_in" in st.user.to_dict()


def ensure() -> None:
    """Where the deployment asks for a login, show nothing else before it."""
    if os.environ.get(SETTING, "").strip() != REQUIRED or (is_offered() and _is_in()):
        return
    st.title(as_written(text("Please log in")), anchor=False)
    if is_offered():
        st.button(text("Log in"), type="primary", on_click=st.login, key="log-in")
    else:
        said = text("A login is asked for, and none is set up here: see docs/deploy.md.")
        st.error(as_written(said))
    st.stop()


def button() -> None:
    """Draw the button that logs in or out, where there is a login."""
    if not is_offered():
        return
    if _is_in():
        st.button(text("Log out"), on_click=st.logout, key="log-out")
    else:
        st.button(text("Log in"), on_click=st.login, key="log-in")


def _is_in() -> bool:
    return bool(st.user.to_dict()["is_logged_in"])
