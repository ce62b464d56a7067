"""The plan as a spreadsheet, and a spreadsheet as changes of it, shown before they are made."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from data.errors import DataError
from data.plan import store
from data.plan.database import PlanError
from data.plan.entry import Entry
from data.plan.files import COLUMNS, Wanted, to_send, wanted
from data.plan.sheets import BOOKS, MOST_BYTES, MOST_ROWS, SHEET, TEXTS
from ui import roles
from ui.languages import counted, mark, number, text
from ui.languages.switch import files_note
from ui.plan import saving, words
from ui.queries import plan as queries_plan
from ui.queries.plan import Opened
from ui.report.workbook import FIRST, written
from ui.selection import Selection
from ui.tables import display
from ui.tables.downloads import EXCEL
from ui.tables.exports import escape_formula, file_name
from ui.words.as_written import as_written

PREVIEW = "plan-preview"
HOW = mark(
    "Change the file, or add rows to it, and hand it in here. Rows with an id change that action;"
    " rows without an id are new ones. What is not in the file stays. You see what would change"
    " before anything is saved. A file with data of students is refused, and nothing of it is kept."
)
DOES = {"add": mark("new"), "change": mark("changed"), "same": mark("as it is")}


@dataclass(frozen=True, eq=False)
class Preview:
    """What a file would change; the key names file, plan and role."""

    key: str
    wanted: tuple[Wanted, ...] = ()
    refused: str = ""

    @property
    def changes(self) -> tuple[store.Change, ...]:
        """What is to be saved."""
        return tuple(each.change for each in self.wanted if each.change)

    @property
    def bases(self) -> dict[str, Entry]:
        """What the entries are that are to be changed, by id."""
        return {each.change.id: each.before for each in self.wanted if each.change and each.before}


def section(plan: Opened, selection: Selection) -> None:
    """Offer the plan as a file, and take one back."""
    _files(plan.table, selection)
    if not roles.hands_in():
        return
    st.markdown(as_written(text(HOW)))
    label = text("A plan as CSV or Excel file, at most {rows} rows", rows=number(f"{MOST_ROWS:,}"))
    kinds = [suffix.removeprefix(".") for suffix in (*TEXTS, *BOOKS)]
    most = MOST_BYTES >> 20
    file = st.file_uploader(label, type=kinds, key="plan-upload", max_upload_size=most)
    if file is None:
        st.session_state.pop(PREVIEW, None)
        return
    preview = _preview(file.getvalue(), file.name, plan, selection)
    if preview.refused:
        st.error(as_written(preview.refused))
        return
    _show(preview, selection)


def csv_of(table: pd.DataFrame) -> bytes:
    """Write a plan as CSV; what a spreadsheet would run has an apostrophe before it."""
    safe = to_send(table).astype("object")
    safe = safe.where(safe.notna(), "").map(lambda cell: escape_formula(str(cell)))
    body: str = safe.to_csv(index=False, quoting=csv.QUOTE_ALL, lineterminator="\n")
    return body.encode("utf-8-sig")


def workbook_of(table: pd.DataFrame) -> bytes:
    """Write a plan as workbook: text stays text, and a second sheet explains the columns."""
    sent = to_send(table)
    sheets = {
        SHEET: (list(sent.columns), sent.astype("object").to_numpy().tolist()),
        "about": (["column", "meaning"], [list(each) for each in COLUMNS.items()]),
    }
    return written(sheets, FIRST)


def _files(table: pd.DataFrame, selection: Selection) -> None:
    files_note()
    with st.container(horizontal=True):
        for label, make, suffix, mime in (
            (mark("The plan (Excel)"), workbook_of, "xlsx", EXCEL),
            (mark("The plan (CSV)"), csv_of, "csv", "text/csv"),
        ):
            st.download_button(
                text(label),
                make(table),
                file_name("plan", selection.area, suffix=suffix),
                mime,
                on_click="ignore",
                key=f"plan-{suffix}",
            )


def _preview(content: bytes, name: str, plan: Opened, selection: Selection) -> Preview:
    """Look through a file once for each state of the plan; keep what it would change."""
    digest = hashlib.sha256(content).hexdigest()
    key = " ".join([digest, name, selection.area, str(plan.stamp), saving.role()])
    kept: Preview | None = st.session_state.get(PREVIEW)
    if kept is not None and kept.key == key:
        return kept
    places = queries_plan.places(selection)
    try:
        now = store.stored(selection.area)
        preview = Preview(key, wanted(content, name, now, places, saving.role()))
    except PlanError as error:
        return Preview(key, refused=words.trouble(error))
    except DataError as error:
        preview = Preview(key, refused=str(error))
    except Exception as error:
        # Whatever stands in the file of a reader, the page stays.
        preview = Preview(key, refused=f"{name}: it cannot be used ({type(error).__name__})")
    st.session_state[PREVIEW] = preview
    return preview


def _show(preview: Preview, selection: Selection) -> None:
    """Say what would change, row by row, and offer to make all of it at once."""
    count = {kind: sum(each.kind == kind for each in preview.wanted) for kind in DOES}
    st.write(
        as_written(
            text(
                "This file has {rows}: {new} new, {changed} changed, {same} as the plan has them.",
                rows=counted("{count} row", "{count} rows", len(preview.wanted)),
                new=count["add"],
                changed=count["change"],
                same=count["same"],
            )
        )
    )
    if not preview.changes:
        return
    display.plain(_as_table(preview.wanted), text("What the file would change"))
    many = len(preview.changes)
    st.button(
        counted("Save this {count} change", "Save these {count} changes", many),
        key="plan-import",
        type="primary",
        on_click=saving.send,
        args=(selection.area, preview.changes, preview.bases, _saved),
        disabled=not saving.role(),
        help=None if saving.role() else text("Choose whom you speak for first."),
    )


def _saved() -> None:
    saving.say(mark("All changes of the file are saved."))


def _as_table(rows: Sequence[Wanted]) -> pd.DataFrame:
    """Tabulate the rows that change something: old and new values."""
    told = [
        (
            f"{each.row:,}",
            text(DOES[each.kind]),
            each.entry.place,
            words.strategy(each.entry.strategy),
            words.differences(each.before, each.entry),
        )
        for each in rows
        if each.change
    ]
    heads = [
        *(mark("Row"), mark("In the plan"), words.FIELDS["place"], words.FIELDS["strategy"]),
        mark("From what to what"),
    ]
    return pd.DataFrame(told, columns=heads, dtype="str")
