"""A district's own counts, handed in through the browser: used in this session, kept nowhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import streamlit as st

from data.errors import DataError
from data.read.flows import REMEDY, TEMPLATE, flows_in_memory
from data.store.provenance import Ledger, LedgerEntry, singular
from data.views.join_quality import JoinChange, with_own_counts
from data.views.joins import Join
from ui import frame, queries, roles, tables
from ui.join import maps as join_block
from ui.join import tables as join_tables
from ui.join import words as join_words
from ui.languages import mark, text
from ui.queries import joins as queries_join
from ui.selection import Selection
from ui.tables import display as table_block
from ui.words.as_written import as_written
from ui.words.numbers import count_text, plural

STATE = "own_counts"
MOST_MEGABYTES = 20
PROMISE = mark(
    "If your district can count its students by school and census tract of residence, the join need"
    " not guess. The file stays in the memory of this session: it is not stored, not shared with"
    " other sessions, and gone when you close the page. One row for each school and tract, no row"
    " for a single student; write small counts as <10. Counts of 1 to 9 are read as <10."
)


@dataclass(frozen=True, eq=False)
class OwnCounts:
    """Counts read from one file, and what they change; the key names file and view."""

    key: str
    join: Join
    ledger: tuple[LedgerEntry, ...]
    change: JoinChange


def section(selection: Selection) -> None:
    """Ask for a file of counts; once it is there, show what the counts would change."""
    if not roles.hands_in():
        return
    st.markdown(as_written(text(PROMISE)))
    left, right = st.columns([3, 1], gap="medium", vertical_alignment="bottom")
    label = text("Students by school and tract (CSV)")
    file = left.file_uploader(label, type="csv", key="own-counts", max_upload_size=MOST_MEGABYTES)
    right.download_button(
        text("Download a template (CSV)"),
        *(TEMPLATE, "flows-template.csv", "text/csv"),
        on_click="ignore",
    )
    if file is None:
        st.session_state.pop(STATE, None)
        return
    counted = _counted(file.getvalue(), file.name, selection)
    if counted is not None:
        _show(counted, selection)


def _counted(content: bytes, name: str, selection: Selection) -> OwnCounts | None:
    """Read the file once a view; say what is wrong with it, where, and what to do."""
    digest = hashlib.sha256(content).hexdigest()
    place = str(queries.place(selection.area))
    view = (place, selection.year, selection.level, selection.measure)
    key = " ".join([digest, *view, selection.catchment, str(selection.alpha)])
    kept: OwnCounts | None = st.session_state.get(STATE)
    if kept is not None and kept.key == key:
        return kept
    try:
        flows, entries = flows_in_memory(content, name)
        panel, join = queries.panel(selection), queries.join(selection)
        own, account = with_own_counts(panel, join, flows)
        change = queries_join.change_by(selection, own)
    except (DataError, ValueError) as error:
        _refuse(singular(str(error)))
        return None
    except Exception as error:
        # Whatever stands in the file of a reader, the page stays.
        _refuse(f"{name}: it cannot be used ({type(error).__name__}); {REMEDY}")
        return None
    ledger = Ledger(entries)
    ledger.take("own_counts", "catchment", account)
    counted = OwnCounts(key, own, ledger.entries, change)
    st.session_state[STATE] = counted
    return counted


def _refuse(what: str) -> None:
    st.session_state.pop(STATE, None)
    st.error(as_written(what))


def _show(counted: OwnCounts, selection: Selection) -> None:
    own = counted.join.method.eq("supplied")
    said = text(
        "Your file places the students of {schools}; {count} more keep the chosen join.",
        schools=plural(int(own.sum()), "school"),
        count=count_text(int((~own).sum())),
    )
    st.write(as_written(said))
    table_block.plain(
        tables.ledger_table(counted.ledger).drop(columns=["Source", "Table"]),
        text("What was read from your file, and what was left out"),
    )
    st.write(as_written(join_words.change_sentence(counted.change, selection.catchment)))
    frame.figures(join_words.change_figures(counted.change, selection.catchment))
    join_block.change_map(counted.change, selection, "own-counts")
    join_tables.change_table(counted.change, selection)
