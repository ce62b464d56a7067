"""The only cache: the name of everything kept, how much of it, and how it is handed out.

A key holds scalars and frozen dataclasses; a `Place` in it names one build, so that a rebuild is
another key. An argument that begins with "_" follows from the others and is no part of the key.
The entry longest unused goes first. Nothing kept reads anything that may change.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

import streamlit as st

P = ParamSpec("P")
T = TypeVar("T")
RESULTS = 64
TURN = 0.2  # seconds between looks at whether another session is done


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
    """

    size: int
    shared: bool = False
    doing: str = ""


ENTRIES: Mapping[str, Entry] = MappingProxyType(
    {
        "panel": Entry(4, shared=True, doing="Opening the place ..."),
        "geometry": Entry(4, shared=True, doing="Drawing the outlines ..."),
        "choices": Entry(8),
        "schools": Entry(64),
        "join": Entry(8, shared=True, doing="Finding where students live ..."),
        "shares": Entry(32),
        "tracts": Entry(64),
        "trend": Entry(32),
        "dispersion between years": Entry(32, shared=True),
        "neighbours": Entry(8, shared=True),
        "results of long work": Entry(1, shared=True),
        "driver": Entry(32),
        "exposure to a driver": Entry(32),
        "exposures to all drivers": Entry(8, shared=True),
        "drivers told apart": Entry(32),
        "comparison of schools": Entry(
            16, shared=True, doing="Comparing schools with what children live with"
        ),
        "absence and a driver, tested": Entry(
            16, shared=True, doing="Testing where both go together"
        ),
        "members of a group": Entry(32),
        "excess in other years": Entry(64),
        "comparable tracts": Entry(32),
        "random groups": Entry(32, shared=True, doing="Comparing with random groups"),
        "patches of a place": Entry(16, shared=True),
        "area of tracts": Entry(8),
        "profile of a group": Entry(32),
        "figures of drivers": Entry(8, shared=True),
        "strengths": Entry(16, shared=True),
        "strengths in a group": Entry(32, shared=True),
        "tracts in metres": Entry(4, shared=True),
        "providers": Entry(4, shared=True),
        "providers near a group": Entry(32),
        "chart of a profile": Entry(64),
        "chart of strengths": Entry(64),
        "chart of odds": Entry(32),
        "chart of themes": Entry(32),
        "chart of exposure": Entry(32),
    }
)


def kept(name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep what a function gives, under a name of `ENTRIES`, by its arguments."""
    entry = ENTRIES[name]
    keep = st.cache_resource if entry.shared else st.cache_data
    return keep(max_entries=entry.size, show_spinner=entry.doing or False)


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
