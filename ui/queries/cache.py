"""The only cache, and the long work whose results it keeps.

It names everything kept, how much of it, and how it is handed out.

A key holds scalars and frozen dataclasses; a `Place` in it names one build, so that a rebuild is
another key. An argument that begins with "_" follows from the others and is no part of the key.
The entry longest unused goes first. Nothing kept reads anything that may change. Work that takes
more than a moment has a bar that moves and a way to stop.
"""

from __future__ import annotations

import functools
import inspect
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar, cast

import streamlit as st

from analytics.inputs import Progress
from ui.languages import mark, text
from ui.queries.stored import Shelf, shelf
from ui.words.as_written import as_written

P = ParamSpec("P")
T = TypeVar("T")
RESULTS = 64
TURN = 0.2  # seconds between looks at whether another session is done
STOPPED = "stopped_work"
OWN_RESULT = "result_of_own_file"
PATIENCE = 0.6  # seconds of silence before a bar appears: most work is done by then
PACE = 0.2  # seconds between moves of the bar


@dataclass(frozen=True)
class Entry:
    """One kind of thing that is kept.

    Attributes
    ----------
    size : int
        How many are kept.
    shared : bool
        One object for all sessions, never written to; else a copy for each use.
    doing : str
        Words shown while it is made; "" for what takes a moment.
    stored : bool
        Kept on disk too, see `ui.queries.stored`.
    """

    size: int
    shared: bool = False
    doing: str = ""
    stored: bool = False


ENTRIES: Mapping[str, Entry] = MappingProxyType(
    {
        "panel": Entry(4, shared=True, doing=mark("Opening the place ...")),
        "geometry": Entry(4, shared=True, doing=mark("Drawing the outlines ...")),
        "choices": Entry(8),
        "schools": Entry(64),
        "join": Entry(8, shared=True, doing=mark("Finding where students live ...")),
        "shares": Entry(32),
        "tracts": Entry(64),
        "districts": Entry(32),
        "neighbourhoods": Entry(32, doing=mark("Adding up neighbourhoods ..."), stored=True),
        "units of a place": Entry(8),
        "search": Entry(4, shared=True),
        "trend": Entry(32),
        "totals": Entry(64, shared=True),
        "ranks of neighbourhoods": Entry(32),
        "figures on a map": Entry(64, shared=True),
        "dispersion between years": Entry(32, shared=True),
        "neighbours": Entry(8, shared=True),
        "results of long work": Entry(1, shared=True),
        "driver": Entry(32),
        "driver by neighbourhood": Entry(64),
        "exposure to a driver": Entry(32),
        "exposures to all drivers": Entry(8, shared=True),
        "drivers told apart": Entry(32),
        "comparison of schools": Entry(
            16,
            shared=True,
            doing=mark("Comparing schools with what children live with"),
            stored=True,
        ),
        "absence and a driver, tested": Entry(
            16, shared=True, doing=mark("Testing where both go together")
        ),
        "funnel of schools": Entry(16),
        "members of a group": Entry(32),
        "excess in other years": Entry(64),
        "comparable tracts": Entry(32),
        "random groups": Entry(32, shared=True, doing=mark("Comparing with random groups")),
        "patches of a place": Entry(16, shared=True),
        "area of tracts": Entry(8),
        "profile of a group": Entry(32),
        "figures of drivers": Entry(8, shared=True),
        "strengths": Entry(16, shared=True),
        "strengths in a group": Entry(32, shared=True),
        "tracts in metres": Entry(4, shared=True),
        "providers": Entry(4, shared=True),
        "providers near a group": Entry(32),
        "students above the reference": Entry(8, shared=True),
        "who serves where": Entry(16, shared=True, doing=mark("Counting who is within reach ...")),
        "chart of school years": Entry(32),
        "chart of a profile": Entry(64),
        "chart of strengths": Entry(64),
        "chart of odds": Entry(32),
        "chart of themes": Entry(32),
        "chart of exposure": Entry(32),
        "ground of a printed map": Entry(4, shared=True),
    }
)


class Doing(str):
    """What is being done, in the language of the run that waits; Streamlit asks for it then."""

    __slots__ = ()

    def __str__(self) -> str:
        """Words for the reader who waits."""
        return text(str.__str__(self))


def kept(name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep what a function gives, under a name of `ENTRIES`, by its arguments."""
    entry = ENTRIES[name]
    keep = st.cache_resource if entry.shared else st.cache_data
    in_memory = keep(
        max_entries=entry.size, show_spinner=Doing(entry.doing) if entry.doing else False
    )
    if not entry.stored:
        return in_memory
    return lambda make: in_memory(_on_disk(name, make))


def _on_disk(name: str, make: Callable[P, T]) -> Callable[P, T]:
    """Look for what a function gives on the disk first."""
    names = inspect.signature(make)

    @functools.wraps(make)
    def given(*args: P.args, **kwargs: P.kwargs) -> T:
        values = names.bind(*args, **kwargs).arguments
        key = [value for argument, value in values.items() if not argument.startswith("_")]
        place = shelf((name, *key))
        stored = place.take()
        if stored is not None:
            return cast("T", stored)
        made = make(*args, **kwargs)
        place.put(made)
        return made

    return given


@dataclass
class Results:
    """Results of long work by the key of their content; shared by all sessions, never changed."""

    kept: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    turns: dict[Hashable, threading.Lock] = field(default_factory=dict)

    @contextmanager
    def turn(self, key: Hashable, waiting: Callable[[], None]) -> Iterator[None]:
        """Let one session at a time work at a result; `waiting` is called while another does."""
        with self.lock:
            turn = self.turns.setdefault(key, threading.Lock())
        while not turn.acquire(timeout=TURN):
            waiting()
        try:
            yield
        finally:
            with self.lock:
                self.turns.pop(key, None)  # those who wait hold it; who comes later finds a result
            turn.release()

    def keep(self, key: Hashable, value: object) -> None:
        """Keep a result; the one longest unused goes."""
        with self.lock:
            self.kept[key] = value
            self.kept.move_to_end(key)
            while len(self.kept) > RESULTS:
                self.kept.popitem(last=False)

    def get(self, key: Hashable) -> Any:
        """Give a kept result, or None."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
            return self.kept.get(key)


@kept("results of long work")
def results() -> Results:
    """Give the results that all sessions share."""
    return Results()


def result(key: Hashable, what: str, work: Callable[[Progress], T], *, stored: bool = True) -> T:
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
    stored : bool
        Keep it on disk too; not where it hangs on how much time there was.
    """
    kept = results().get(key)
    if kept is not None:
        return cast("T", kept)
    if st.session_state.get(STOPPED) == key:
        _offer_again(what)
    bar = Bar(key, what)
    with results().turn(key, bar.wait):
        kept = results().get(key)
        own = shelf(key) if stored else Shelf(None)
        made = _made(own, bar, work) if kept is None else cast("T", kept)
        results().keep(key, made)
    bar.place.empty()
    return made


def _made(place: Shelf, bar: Bar, work: Callable[[Progress], T]) -> T:
    """Take a result from the disk, or do the work and keep it there."""
    stored = place.take()
    if stored is not None:
        return cast("T", stored)
    made = work(bar)
    place.put(made)
    return made


def result_for_one(key: Hashable, what: str, work: Callable[[Progress], T]) -> T:
    """Do work as `result` does, and keep its result for this session alone: the last one.

    Parameters
    ----------
    key, what, work
        See `result`.
    """
    kept = st.session_state.get(OWN_RESULT)
    if kept is not None and kept[0] == key:
        return cast("T", kept[1])
    if st.session_state.get(STOPPED) == key:
        _offer_again(what)
    bar = Bar(key, what)
    made = work(bar)
    st.session_state[OWN_RESULT] = (key, made)
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
        said = f"{self.what}: {share:.0%}"
        if share > 0.1:
            left = f"{(now - self.started) * (1 - share) / share:.0f}"
            said += text(", about {seconds} s left", seconds=left)
        if self.bar is None:
            self.draw(said)
        self.bar.progress(share, as_written(said))

    def wait(self) -> None:
        """Say that another session is at the same work."""
        said = text("{work}: another reader asked first, waiting for the result", work=self.what)
        if self.bar is None:
            self.draw(said)
        self.bar.progress(0.0, as_written(said))
        self.started = self.moved = time.monotonic()

    def draw(self, said: str) -> None:
        """Draw the bar with its button."""
        with self.place.container():
            self.bar = st.progress(0.0, as_written(said))
            st.button(text("Stop"), key=f"stop-{self.key!r}", on_click=stop, args=(self.key,))


def stop(key: Hashable) -> None:
    """Remember in this session that the work is not wanted."""
    st.session_state[STOPPED] = key


def _offer_again(what: str) -> None:
    """Say that the work was stopped, and how to start it again."""
    said = text(
        "Stopped: “{work}” was not finished. Choose something else, or start it again.", work=what
    )
    st.warning(as_written(said))
    if st.button(text("Start again"), key=f"again-{what}"):
        del st.session_state[STOPPED]
        st.rerun()
    st.stop()
