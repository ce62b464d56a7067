"""Sends changes to the plan; what could not be saved is kept in the session until it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from data.plan import store
from data.plan.database import PlanError, UnreachableError
from data.plan.entry import Entry
from data.plan.store import Change, ConflictError
from ui.languages import text
from ui.plan import words
from ui.words.as_written import as_written

WAITING, SAID, ROLE = "plan-waiting", "plan-said", "plan-speaks-for"


@dataclass(frozen=True, eq=False)
class Waiting:
    """Changes of a place that could not be saved, and why.

    Attributes
    ----------
    area : str
    changes : tuple of Change
    bases : mapping of Entry
        What the entries were when they were looked at, by id.
    done : callable
        Called once they are saved.
    error : PlanError
    """

    area: str
    changes: tuple[Change, ...]
    bases: Mapping[str, Entry]
    done: Callable[[], object]
    error: PlanError


def send(
    area: str,
    changes: Sequence[Change],
    bases: Mapping[str, Entry],
    done: Callable[[], object],
) -> None:
    """Make changes; `done` is called once they are saved, now or after another try.

    A change keeps its key from try to try, so that none is made twice.
    """
    state = st.session_state
    try:
        store.apply(area, changes, datetime.now(UTC))
    except PlanError as error:
        error.__cause__ = error.__context__ = error.__traceback__ = None  # they hold connections
        state[WAITING] = Waiting(area, tuple(changes), bases, done, error)
        return
    state.pop(WAITING, None)
    done()


def waiting(area: str) -> Waiting | None:
    """Give what could not be saved of a place; what waits for another place stays there."""
    kept: Waiting | None = st.session_state.get(WAITING)
    return kept if kept is not None and kept.area == area else None


def drop() -> None:
    """Give up what could not be saved."""
    st.session_state.pop(WAITING, None)


def say(message: str) -> None:
    """Keep a word on what was done for the next time the page is drawn; English."""
    st.session_state[SAID] = message


def report(area: str) -> None:
    """Say what was saved, or why not, and offer to try again; a conflict is shown elsewhere."""
    if said := st.session_state.pop(SAID, ""):
        st.success(as_written(text(said)))
    kept = waiting(area)
    if kept is None or isinstance(kept.error, ConflictError):
        return
    with st.container(key="plan-trouble"):
        st.error(as_written(words.trouble(kept.error)))
        with st.container(horizontal=True):
            if isinstance(kept.error, UnreachableError):
                st.button(
                    text("Try again"),
                    key="plan-again",
                    on_click=send,
                    args=(kept.area, kept.changes, kept.bases, kept.done),
                )
            st.button(text("Close this message"), key="plan-drop", on_click=drop)


def role() -> str:
    """Role that this session speaks for; "" when none is chosen."""
    return str(st.session_state.get(ROLE) or "")
