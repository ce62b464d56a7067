"""Sends changes to the plan; what could not be saved is kept in the session until it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from data.plan import store
from data.plan.database import PlanError, UnreachableError
from data.plan.store import PLAN, Book, Change, ConflictError
from ui.languages import text
from ui.plan import words
from ui.words.as_written import as_written

ROLE = "plan-speaks-for"


@dataclass(frozen=True, eq=False)
class Waiting:
    """Changes of a place that could not be saved, and why.

    Attributes
    ----------
    area : str
    changes : tuple of Change
    bases : mapping
        What the entries were when they were looked at, by id.
    done : callable
        Called once they are saved.
    error : PlanError
    book : Book
        Where they are to be kept.
    """

    area: str
    changes: tuple[Change[Any], ...]
    bases: Mapping[str, Any]
    done: Callable[[], object]
    error: PlanError
    book: Book[Any] = PLAN


def send(
    area: str,
    changes: Sequence[Change[Any]],
    bases: Mapping[str, Any],
    done: Callable[[], object],
    book: Book[Any] = PLAN,
) -> None:
    """Make changes; `done` is called once they are saved, now or after another try.

    A change keeps its key from try to try, so that none is made twice.
    """
    state = st.session_state
    try:
        store.write(book, area, changes, datetime.now(UTC))
    except PlanError as error:
        error.__cause__ = error.__context__ = error.__traceback__ = None  # they hold connections
        state[_key(book, "waiting")] = Waiting(area, tuple(changes), bases, done, error, book)
        return
    state.pop(_key(book, "waiting"), None)
    done()


def waiting(area: str, book: Book[Any] = PLAN) -> Waiting | None:
    """Give what could not be saved of a place; what waits for another place stays there."""
    kept: Waiting | None = st.session_state.get(_key(book, "waiting"))
    return kept if kept is not None and kept.area == area else None


def drop(book: Book[Any] = PLAN) -> None:
    """Give up what could not be saved."""
    st.session_state.pop(_key(book, "waiting"), None)


def say(message: str, book: Book[Any] = PLAN) -> None:
    """Keep a word on what was done for the next time the page is drawn; English."""
    st.session_state[_key(book, "said")] = message


def report(area: str, book: Book[Any] = PLAN) -> None:
    """Say what was saved, or why not, and offer to try again; a conflict is shown elsewhere."""
    if said := st.session_state.pop(_key(book, "said"), ""):
        st.success(as_written(text(said)))
    kept = waiting(area, book)
    if kept is None or isinstance(kept.error, ConflictError):
        return
    with st.container(key=_key(book, "trouble")):
        st.error(as_written(words.trouble(kept.error)))
        with st.container(horizontal=True):
            if isinstance(kept.error, UnreachableError):
                st.button(
                    text("Try again"),
                    key=_key(book, "again"),
                    on_click=send,
                    args=(kept.area, kept.changes, kept.bases, kept.done, kept.book),
                )
            st.button(
                text("Close this message"), key=_key(book, "drop"), on_click=drop, args=(book,)
            )


def _key(book: Book[Any], name: str) -> str:
    """Name what is kept of a book in the session."""
    return f"{'plan' if book is PLAN else book.entries.__tablename__}-{name}"


def role() -> str:
    """Role that this session speaks for; "" when none is chosen."""
    return str(st.session_state.get(ROLE) or "")
