"""The only cache: it names everything kept, how much of it, and how it is handed out.

A key holds scalars and frozen dataclasses; a `Place` in it names one build, so that a rebuild is
another key. An argument that begins with "_" follows from the others and is no part of the key.
The entry longest unused goes first. Nothing kept reads anything that may change. Work that takes
more than a moment is asked for by `ui.queries.long_work`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ParamSpec, TypeVar, cast

import streamlit as st

from ui.languages import mark, text
from ui.queries.stored import shelf

P = ParamSpec("P")
T = TypeVar("T")


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
        "nation": Entry(4, shared=True),
        "neighbourhoods": Entry(32, doing=mark("Adding up neighbourhoods ..."), stored=True),
        "units of a place": Entry(8),
        "schools of places": Entry(4, shared=True),
        "what a programme may be in": Entry(4, shared=True),
        "search": Entry(4, shared=True),
        "trend": Entry(32),
        "totals": Entry(64, shared=True),
        "beside another place": Entry(16, shared=True),
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
        "absence beside surveys": Entry(
            32, shared=True, doing=mark("Setting absence beside the survey"), stored=True
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
        "figures of this year": Entry(4, shared=True, doing=mark("Opening this year ...")),
        "years with days": Entry(8),
        "days without school": Entry(8),
        "days of a school year": Entry(8, shared=True, doing=mark("Laying out the days ...")),
        "parts of units": Entry(16, shared=True),
        "calendar of this year": Entry(64),
        "this year beside the last": Entry(32, doing=mark("Comparing with the year before ...")),
        "change of this year": Entry(64),
        "changes of this year": Entry(16, doing=mark("Comparing with the year before ...")),
        "schools that moved": Entry(8, doing=mark("Looking for schools that moved ...")),
        "forecast of the year's end": Entry(
            8, shared=True, doing=mark("Forecasting the end of the year ...")
        ),
        "illness waves": Entry(8, shared=True, doing=mark("Looking for waves of absence ...")),
        "days against their past": Entry(32, doing=mark("Looking for waves of absence ...")),
        "ground of a printed map": Entry(4, shared=True),
        "places that hold places": Entry(8, shared=True),
        "figures beside voices": Entry(16, shared=True),
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
