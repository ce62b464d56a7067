"""Points that a reader hands in: services no list has, or places where a site may be."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd
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
from ui.queries.sites import STATE, TIMES, HandedIn
from ui.selection import Selection
from ui.tables import display as table_block
from ui.words.as_written import as_written
from ui.words.numbers import count_text, plural

Ledger = tuple[LedgerEntry, ...]
Reader = Callable[[bytes, str], tuple[pd.DataFrame, Ledger]]
MOST_MEGABYTES = 20
QUESTION = mark("Do you know of other places?")
PROMISE = mark(
    "A list of your own adds services, or places where a site may be. The file stays in the memory"
    " of this session: it is not stored, not shared with other sessions, and gone when you close"
    " the page. Write places only, never people. What a place can serve (supply) and what it costs"
    " may be left empty."
)


@dataclass(frozen=True)
class Asked:
    """A kind of file that is asked for: where it is kept, its words, template and remedy."""

    state: str
    label: str
    template: str
    name: str
    remedy: str


def section(selection: Selection) -> None:
    """Ask for points and for travel times; neither is stored."""
    if not roles.hands_in():
        return
    st.markdown(as_written(text(PROMISE)))
    points(selection)
    times(selection)


def points(selection: Selection) -> None:
    """Ask for a file of points; say what was read and what was left out."""
    tracts = queries.panel(selection).tracts
    asked = Asked(STATE, text("Places with points (CSV)"), TEMPLATE, "points", REMEDY)
    read = _handed_in(
        asked, selection, "", lambda content, name: points_in_memory(content, name, tracts)
    )
    if read is None:
        return
    said = text(
        "{places} of your file are on the map. Choose their kind above to see what they reach, or"
        " “Points handed in” as places where a site may be.",
        places=plural(len(read.table), "place"),
    )
    st.write(as_written(said))
    _list(read, text("What was read from your file, and what was left out"))


def times(selection: Selection) -> None:
    """Ask for a file of travel times; say how many were read and what was left out."""
    tracts, places = queries.panel(selection).tracts.index, queries_sites.places_of_times(selection)
    asked = Asked(TIMES, text("Travel times (CSV)"), TIMES_TEMPLATE, "times", TIMES_REMEDY)
    read = _handed_in(
        asked,
        selection,
        f"{len(places)} ",
        lambda content, name: times_in_memory(content, name, tracts, places),
    )
    if read is None:
        return
    said = text(
        "{count} times of your file are used: sites can be asked for by minutes above.",
        count=count_text(len(read.table)),
    )
    st.write(as_written(said))
    if read.ledger:
        _list(read, text("What was left out of your travel times"))


def _list(read: HandedIn, title: str) -> None:
    """Show what happened to the rows of a file."""
    table_block.plain(tables.ledger_table(read.ledger).drop(columns=["Source", "Table"]), title)


def _handed_in(asked: Asked, selection: Selection, basis: str, read: Reader) -> HandedIn | None:
    """Ask for a file and read it once; what stands above it on the page follows at once."""
    left, right = st.columns([3, 1], gap="medium", vertical_alignment="bottom")
    file = left.file_uploader(
        asked.label,
        type="csv",
        key=f"own-{asked.name}-file",
        max_upload_size=MOST_MEGABYTES,
    )
    right.download_button(
        text("Download a template (CSV)"),
        *(asked.template, f"{asked.name}-template.csv", "text/csv"),
        on_click="ignore",
        key=f"{asked.name}-template",
    )
    before: HandedIn | None = st.session_state.get(asked.state)
    if file is None:
        made = None
    else:
        content = file.getvalue()
        key = f"{selection.area} {basis}{hashlib.sha256(content).hexdigest()}"
        if before is not None and before.key == key:
            return before
        found = _guarded(file.name, asked.remedy, partial(read, content, file.name))
        made = None if found is None else HandedIn(key, *found)
    st.session_state.pop(asked.state, None)
    if made is not None:
        st.session_state[asked.state] = made
    if made is not before:
        st.rerun()  # what stands above the file counts it, or no longer
    return made


def _guarded(
    name: str, remedy: str, read: Callable[[], tuple[pd.DataFrame, Ledger]]
) -> tuple[pd.DataFrame, Ledger] | None:
    """Read a file of a reader; whatever stands in it, the page stays and says what is wrong."""
    try:
        return read()
    except (DataError, ValueError) as error:
        said = singular(str(error))
    except Exception as error:  # a file may break anything
        said = f"{name}: it cannot be used ({type(error).__name__}); {remedy}"
    st.error(as_written(said))
    return None
