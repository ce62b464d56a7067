"""Points that a reader hands in: services no list has, or places where a site may be."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import streamlit as st

from data.errors import DataError
from data.read.points import (
    REMEDY,
    TEMPLATE,
    TIMES_REMEDY,
    TIMES_TEMPLATE,
    points_in_memory,
    times_in_memory,
)
from data.store.provenance import LedgerEntry, singular
from ui import queries, roles, tables
from ui.languages import mark, text
from ui.queries import sites as queries_sites
from ui.queries.sites import STATE, TIMES, Added, Times
from ui.selection import Selection
from ui.tables import display as table_block
from ui.words.as_written import as_written
from ui.words.numbers import count_text, plural

T = TypeVar("T")
Ledger = tuple[LedgerEntry, ...]
MOST_MEGABYTES = 20
QUESTION = mark("Do you know of other places?")
PROMISE = mark(
    "A list of your own adds services, or places where a site may be. The file stays in the memory"
    " of this session: it is not stored, not shared with other sessions, and gone when you close"
    " the page. Write places only, never people. What a place can serve (supply) and what it costs"
    " may be left empty."
)


def section(selection: Selection) -> None:
    """Ask for points and for travel times; neither is stored."""
    if not roles.hands_in():
        return
    st.markdown(as_written(text(PROMISE)))
    points(selection)
    times(selection)


def points(selection: Selection) -> None:
    """Ask for a file of points; say what was read and what was left out."""
    left, right = st.columns([3, 1], gap="medium", vertical_alignment="bottom")
    file = left.file_uploader(
        text("Places with points (CSV)"),
        type="csv",
        key="own-points-file",
        max_upload_size=MOST_MEGABYTES,
    )
    right.download_button(
        text("Download a template (CSV)"),
        *(TEMPLATE, "places-template.csv", "text/csv"),
        on_click="ignore",
        key="points-template",
    )
    if file is None:
        if st.session_state.pop(STATE, None) is not None:
            st.rerun()
        return
    before = queries_sites.added(selection)
    read = _read(file.getvalue(), file.name, selection)
    if read is not before:
        st.rerun()  # what stands above the file counts it, or no longer
    if read is None:
        return
    said = text(
        "{places} of your file are on the map. Choose their kind above to see what they reach, or"
        " “Points handed in” as places where a site may be.",
        places=plural(len(read.table), "place"),
    )
    st.write(as_written(said))
    table_block.plain(
        tables.ledger_table(read.ledger).drop(columns=["Source", "Table"]),
        text("What was read from your file, and what was left out"),
    )


def times(selection: Selection) -> None:
    """Ask for a file of travel times; say how many were read and what was left out."""
    left, right = st.columns([3, 1], gap="medium", vertical_alignment="bottom")
    file = left.file_uploader(
        text("Travel times (CSV)"), type="csv", key="own-times-file", max_upload_size=MOST_MEGABYTES
    )
    right.download_button(
        text("Download a template (CSV)"),
        *(TIMES_TEMPLATE, "times-template.csv", "text/csv"),
        on_click="ignore",
        key="times-template",
    )
    if file is None:
        if st.session_state.pop(TIMES, None) is not None:
            st.rerun()
        return
    before = queries_sites.times(selection)
    read = _read_times(file.getvalue(), file.name, selection)
    if read is not before:
        st.rerun()
    if read is None:
        return
    said = text(
        "{count} times of your file are used: sites can be asked for by minutes above.",
        count=count_text(len(read.table)),
    )
    st.write(as_written(said))
    if read.ledger:
        table_block.plain(
            tables.ledger_table(read.ledger).drop(columns=["Source", "Table"]),
            text("What was left out of your travel times"),
        )


def _read_times(content: bytes, name: str, selection: Selection) -> Times | None:
    """Read the file once; say what is wrong with it, where, and what to do."""
    places = queries_sites.places_of_times(selection)
    key = f"{selection.area} {len(places)} {hashlib.sha256(content).hexdigest()}"
    kept = queries_sites.times(selection)
    if kept is not None and kept.key == key:
        return kept
    tracts = queries.panel(selection).tracts.index
    read = _guarded(
        name, TIMES_REMEDY, TIMES, partial(times_in_memory, content, name, tracts, places)
    )
    if read is None:
        return None
    st.session_state[TIMES] = made = Times(key, *read)
    return made


def _guarded(
    name: str, remedy: str, state: str, read: Callable[[], tuple[T, Ledger]]
) -> tuple[T, Ledger] | None:
    """Read a file of a reader; whatever stands in it, the page stays and says what is wrong."""
    try:
        return read()
    except (DataError, ValueError) as error:
        said = singular(str(error))
    except Exception as error:  # a file may break anything
        said = f"{name}: it cannot be used ({type(error).__name__}); {remedy}"
    st.session_state.pop(state, None)
    st.error(as_written(said))
    return None


def _read(content: bytes, name: str, selection: Selection) -> Added | None:
    """Read the file once; say what is wrong with it, where, and what to do."""
    key = f"{selection.area} {hashlib.sha256(content).hexdigest()}"
    kept = queries_sites.added(selection)
    if kept is not None and kept.key == key:
        return kept
    tracts = queries.panel(selection).tracts
    read = _guarded(name, REMEDY, STATE, partial(points_in_memory, content, name, tracts))
    if read is None:
        return None
    st.session_state[STATE] = made = Added(key, *read)
    return made
