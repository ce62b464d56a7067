"""Who reads: an analyst, or a viewer, who sees what anyone may see and brings no files along.

The role of a session is the lesser of what the deployment allows (`ATLAS_ROLE`) and what the login
claims, if there is one. Whatever is not understood is a viewer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Literal

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data.store.provenance import Source
from ui import present
from ui.languages import mark, text
from ui.words.as_written import as_written

Role = Literal["analyst", "viewer"]
Copy = Literal["protected", "all"]
ROLE, SEES = "ATLAS_ROLE", "ATLAS_ANALYST_SEES"
CLAIM = "atlas_role"
_settled: ContextVar[Copy | None] = ContextVar("settled", default=None)
NO_FILES = mark(
    "You are a viewer here: only an analyst adds places and hands in files. Ask whoever runs this"
    " site."
)
NOT_FOR_OTHERS = mark(
    "You see counts that are shared under an agreement, small ones too. They are for you alone."
    " What you present (the button Present) holds only what anyone may see."
)
NOTHING_HOME = mark(
    "There is no file to take home here: you see counts that are not to be passed on."
)


def role() -> Role:
    """Give the role of this session."""
    if get_script_run_ctx() is None:  # a file made later, outside of any session
        return "viewer"
    named = {os.environ.get(ROLE, "").strip() or "analyst", claim() or "analyst"}
    return "analyst" if named == {"analyst"} else "viewer"


def logged_in() -> bool | None:
    """Whether the reader of this session has logged in; None where no login is set up."""
    said = st.user.to_dict().get("is_logged_in")
    return None if said is None else bool(said)


def claim() -> str:
    """Give the role that the login claims; "" where nobody needs to log in."""
    known = logged_in()
    if known is None:
        return ""
    return str(st.user.to_dict().get(CLAIM) or "viewer") if known else "viewer"


def copy() -> Copy:
    """Say which figures this session opens: "all" for an analyst where the deployment says so.

    Coalition mode shows what anyone may see, whoever presents.
    """
    settled = _settled.get()
    if settled is not None:
        return settled
    allowed = os.environ.get(SEES, "").strip() == "all"
    return "all" if allowed and role() == "analyst" and not present.is_on() else "protected"


def settle() -> None:
    """Let this context open the figures that it would open now, whatever its reader chooses next.

    Work goes on in a thread while its reader begins or ends coalition mode: what it makes is kept
    under the copy that it was asked of.
    """
    _settled.set(copy())


def hands_in() -> bool:
    """Whether this session may add places and hand in files; where not, say so."""
    if role() == "analyst":
        return True
    st.info(as_written(text(NO_FILES)))
    return False


def sees_all(sources: Iterable[Source]) -> bool:
    """Whether this session sees counts of these sources that others do not."""
    return copy() == "all" and any(each.release == "restricted" for each in sources)


def takes_home(sources: Iterable[Source]) -> bool:
    """Whether what this session sees of sources may leave as a file; where not, say so."""
    if not sees_all(sources):
        return True
    st.caption(as_written(text(NOTHING_HOME)))
    return False
