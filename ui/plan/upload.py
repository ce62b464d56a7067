"""Points that a reader hands in: services no list has, or places where a site may be."""

from __future__ import annotations

import hashlib

import streamlit as st

from data.errors import DataError
from data.read.points import REMEDY, TEMPLATE, points_in_memory
from data.store.provenance import singular
from ui import queries, tables
from ui.languages import mark, text
from ui.queries import sites as queries_sites
from ui.queries.sites import STATE, Added
from ui.selection import Selection
from ui.tables import display as table_block
from ui.words.as_written import as_written
from ui.words.numbers import plural

QUESTION = mark("Do you know of other places?")
PROMISE = mark(
    "A list of your own adds services, or places where a site may be. The file stays in the memory"
    " of this session: it is not stored, not shared with other sessions, and gone when you close"
    " the page. Write places only, never people. What a place can serve (supply) and what it costs"
    " may be left empty."
)


def section(selection: Selection) -> None:
    """Ask for a file of points; say what was read and what was left out."""
    st.markdown(as_written(text(PROMISE)))
    left, right = st.columns([3, 1], gap="medium", vertical_alignment="bottom")
    file = left.file_uploader(text("Places with points (CSV)"), type="csv", key="own-points-file")
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


def _read(content: bytes, name: str, selection: Selection) -> Added | None:
    """Read the file once; say what is wrong with it, where, and what to do."""
    key = f"{selection.area} {hashlib.sha256(content).hexdigest()}"
    kept = queries_sites.added(selection)
    if kept is not None and kept.key == key:
        return kept
    try:
        table, ledger = points_in_memory(content, name, queries.panel(selection).tracts)
    except (DataError, ValueError) as error:
        _refuse(singular(str(error)))
        return None
    except Exception as error:
        # Whatever stands in the file of a reader, the page stays.
        _refuse(f"{name}: it cannot be used ({type(error).__name__}); {REMEDY}")
        return None
    read = Added(key, table, ledger)
    st.session_state[STATE] = read
    return read


def _refuse(what: str) -> None:
    st.session_state.pop(STATE, None)
    st.error(as_written(what))
