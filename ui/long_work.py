"""Work that takes more than a moment: a bar that moves, a way to stop, results kept by content."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import streamlit as st

T = TypeVar("T")
Progress = Callable[[int, int], None]

KEPT = 64
STOPPED = "stopped_work"
PATIENCE = 0.6  # seconds of silence before a bar appears: most work is done by then
PACE = 0.2  # seconds between moves of the bar


@dataclass
class Results:
    """What was computed last, by the key of its content; shared by all sessions, never changed."""

    found: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, key: Hashable, value: object) -> None:
        """Keep a result; the one longest unused goes."""
        with self.lock:
            self.found[key] = value
            self.found.move_to_end(key)
            while len(self.found) > KEPT:
                self.found.popitem(last=False)

    def get(self, key: Hashable) -> Any:
        """Give a kept result, or None."""
        with self.lock:
            if key in self.found:
                self.found.move_to_end(key)
            return self.found.get(key)


@st.cache_resource(show_spinner=False)
def _results() -> Results:
    return Results()


def result(key: Hashable, what: str, work: Callable[[Progress], T]) -> T:
    """Give a kept result, or do the work with a bar and a way to stop it.

    Stopping, or changing any control, ends the work at the next move of the bar; nothing half done
    is kept.

    Parameters
    ----------
    key : hashable
        The content of the work: place, build and every choice that matters.
    what : str
        What is being done, for the bar: "Testing 24 ways".
    work : callable
        Takes a callback of steps done and steps wanted; gives the result, never None.
    """
    kept = _results().get(key)
    if kept is not None:
        return cast("T", kept)
    if st.session_state.get(STOPPED) == key:
        _offer_again(what)
    bar = _Bar(key, what)
    found = work(bar)
    bar.place.empty()
    _results().keep(key, found)
    return found


class _Bar:
    """Callback that draws a bar and a Stop button once the work has taken a while."""

    def __init__(self, key: Hashable, what: str) -> None:
        self.key, self.what = key, what
        self.place = st.empty()
        self.started = self.moved = time.monotonic()
        self.bar: Any = None

    def __call__(self, done: int, wanted: int) -> None:
        now = time.monotonic()
        if now - self.started < PATIENCE or now - self.moved < PACE:
            return
        self.moved = now
        share = min(done / wanted, 1.0) if wanted else 1.0
        text = f"{self.what}: {share:.0%}"
        if share > 0.1:
            text += f", about {(now - self.started) * (1 - share) / share:.0f} s left"
        if self.bar is None:
            self._draw(text)
        self.bar.progress(share, text)

    def _draw(self, text: str) -> None:
        with self.place.container():
            self.bar = st.progress(0.0, text)
            st.button("Stop", key=f"stop-{self.key!r}", on_click=_stop, args=(self.key,))


def _stop(key: Hashable) -> None:
    st.session_state[STOPPED] = key


def _offer_again(what: str) -> None:
    """Say that the work was stopped, and how to start it again."""
    st.warning(f"Stopped: “{what}” was not finished. Choose something else, or start it again.")
    if st.button("Start again", key=f"again-{what}"):
        del st.session_state[STOPPED]
        st.rerun()
    st.stop()
