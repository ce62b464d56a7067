"""Work that takes more than a moment: a bar that moves, a way to stop, results kept by content."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

import streamlit as st

from ui.queries.cache import results

T = TypeVar("T")
Progress = Callable[[int, int], None]

STOPPED = "stopped_work"
PATIENCE = 0.6  # seconds of silence before a bar appears: most work is done by then
PACE = 0.2  # seconds between moves of the bar


def result(key: Hashable, what: str, work: Callable[[Progress], T]) -> T:
    """Give a kept result, or do the work with a bar and a way to stop it.

    Stopping, or changing any control, ends the work at the next move of the bar; nothing half done
    is kept. Sessions that want the same wait for the first of them; where that one stops, the next
    begins.

    Parameters
    ----------
    key : hashable
        The content of the work: place, build and every choice that matters.
    what : str
        What is being done, for the bar: "Testing 24 ways".
    work : callable
        Takes a callback of steps done and steps wanted; gives the result, never None.
    """
    kept = results().get(key)
    if kept is not None:
        return cast("T", kept)
    if st.session_state.get(STOPPED) == key:
        _offer_again(what)
    bar = Bar(key, what)
    with results().turn(key, bar.wait):
        kept = results().get(key)
        made = work(bar) if kept is None else cast("T", kept)
        results().keep(key, made)
    bar.place.empty()
    return made


class Bar:
    """Callback that draws a bar and a Stop button once the work has taken a while."""

    def __init__(self, key: Hashable, what: str) -> None:
        self.key, self.what = key, what
        self.place = st.empty()
        self.started = self.moved = time.monotonic()
        self.bar: Any = None

    def __call__(self, done: int, wanted: int) -> None:
        """Move the bar, when it is time to."""
        now = time.monotonic()
        if now - self.started < PATIENCE or now - self.moved < PACE:
            return
        self.moved = now
        share = min(done / wanted, 1.0) if wanted else 1.0
        text = f"{self.what}: {share:.0%}"
        if share > 0.1:
            text += f", about {(now - self.started) * (1 - share) / share:.0f} s left"
        if self.bar is None:
            self.draw(text)
        self.bar.progress(share, text)

    def wait(self) -> None:
        """Say that another session is at the same work."""
        text = f"{self.what}: another reader asked first, waiting for the result"
        if self.bar is None:
            self.draw(text)
        self.bar.progress(0.0, text)
        self.started = self.moved = time.monotonic()

    def draw(self, text: str) -> None:
        """Draw the bar with its button."""
        with self.place.container():
            self.bar = st.progress(0.0, text)
            st.button("Stop", key=f"stop-{self.key!r}", on_click=stop, args=(self.key,))


def stop(key: Hashable) -> None:
    """Remember in this session that the work is not wanted."""
    st.session_state[STOPPED] = key


def _offer_again(what: str) -> None:
    """Say that the work was stopped, and how to start it again."""
    st.warning(f"Stopped: “{what}” was not finished. Choose something else, or start it again.")
    if st.button("Start again", key=f"again-{what}"):
        del st.session_state[STOPPED]
        st.rerun()
    st.stop()
