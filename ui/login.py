"""The login of a deployment: offered in the head of every page, or asked for before anything.

It is there where `[auth]` of Streamlit's secrets names an identity provider; `ui.roles` says what a
login may see.
"""

from __future__ import annotations

import os

import streamlit as st

from ui import roles
from ui.languages import text
from ui.words.as_written import as_written

SETTING, REQUIRED = "ATLAS_LOGIN", "required"


def ensure() -> None:
    """Where the deployment asks for a login, show nothing else before it."""
    known = roles.logged_in()
    if known or os.environ.get(SETTING, "").strip() != REQUIRED:
        return
    st.title(as_written(text("Please log in")), anchor=False)
    if known is not None:
        st.button(text("Log in"), type="primary", on_click=st.login, key="log-in")
    else:
        said = text("A login is asked for, and none is set up here: see docs/deploy.md.")
        st.error(as_written(said))
    st.stop()


def button() -> None:
    """Draw the button that logs in or out, where there is a login."""
    known = roles.logged_in()
    if known:
        st.button(text("Log out"), on_click=st.logout, key="log-out")
    elif known is not None:
        st.button(text("Log in"), on_click=st.login, key="log-in")
