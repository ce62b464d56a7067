"""Voices as a file: a template, what this session wrote, and files handed in."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data.errors import DataError
from data.plan.database import PlanError
from data.plan.files import Known, Wanted, wanted_of
from data.plan.sheets import BOOKS, MOST_BYTES, MOST_ROWS, TEXTS
from data.plan.store import Change, read
from data.voices.codebook import AREAS, themes
from data.voices.files import COLUMNS, SHEET, form, template, to_send
from data.voices.note import Voice
from data.voices.store import VOICES
from ui import queries, roles
from ui.languages import counted, mark, number, text
from ui.languages.switch import files_note
from ui.plan import saving
from ui.plan import words as plan_words
from ui.queries import plan as queries_plan
from ui.report.workbook import FIRST, written
from ui.selection import Selection
from ui.tables.downloads import EXCEL
from ui.tables.exports import file_name
from ui.voices import writing
from ui.words.as_written import as_written

HOW = mark(
    "Fill in the template and hand it in: a row for each theme, role and occasion. Rows with an id"
    " change what you wrote before; rows without one are new. You see how many before anything is"
    " saved. A file with names of persons is refused, and nothing of it is kept."
)
KEEP = mark(
    "Take home what you wrote before you close this page: with its ids you can change it later."
)


def section(selection: Selection) -> None:
    """Offer the template and what this session wrote; take a file."""
    if not roles.hands_in():
        return
    st.markdown(as_written(text(HOW)))
    _files(selection)
    label = text("Voices as CSV or Excel file, at most {rows} rows", rows=number(f"{MOST_ROWS:,}"))
    kinds = [suffix.removeprefix(".") for suffix in (*TEXTS, *BOOKS)]
    most = MOST_BYTES >> 20
    file = st.file_uploader(label, type=kinds, key="voices-upload", max_upload_size=most)
    if file is not None:
        _handed_in(file.getvalue(), file.name, selection)


def workbook_of(table: pd.DataFrame) -> bytes:
    """Write voices as workbook; further sheets explain columns and themes."""
    coded = [[each.id, each.label, AREAS[each.area]] for each in themes().values()]
    sheets = {
        SHEET: (list(table.columns), table.astype("object").to_numpy().tolist()),
        "themes": (["id", "theme", "area"], coded),
        "about": (["column", "meaning"], [list(each) for each in COLUMNS.items()]),
    }
    return written(sheets, FIRST)


def _files(selection: Selection) -> None:
    files_note()
    place = queries.panel(selection).area.name
    try:
        mine = to_send(writing.own(selection.area))
    except PlanError as error:
        st.error(as_written(plan_words.trouble(error)))
        return
    with st.container(horizontal=True):
        _offer(mark("Download a template (Excel)"), template(place), "voices-template", selection)
        if len(mine):
            _offer(mark("What you wrote (Excel)"), mine, "voices", selection)
    if len(mine):
        st.caption(as_written(text(KEEP)))


def _offer(label: str, table: pd.DataFrame, name: str, selection: Selection) -> None:
    file = file_name(name, selection.area, suffix="xlsx")
    st.download_button(
        text(label), workbook_of(table), file, EXCEL, on_click="ignore", key=f"file-{name}"
    )


def _handed_in(content: bytes, name: str, selection: Selection) -> None:
    """Say what a file would change, and offer to save it; or what is wrong with it."""
    try:
        now = read(VOICES, selection.area)
        places = queries_plan.places(selection)
        today = date.today()
        found = wanted_of(form(today), content, Known(name, saving.role(), now, places))
    except PlanError as error:
        st.error(as_written(plan_words.trouble(error)))
        return
    except DataError as error:
        st.error(as_written(str(error)))
        return
    except Exception as error:
        # Whatever stands in the file of a reader, the page stays.
        st.error(as_written(f"{name}: it cannot be used ({type(error).__name__})"))
        return
    _show(found, selection)


def _show(found: tuple[Wanted[Voice], ...], selection: Selection) -> None:
    changes: list[Change[Voice]] = [each.change for each in found if each.change]
    # What stands there already is not told apart: it may be what others wrote.
    rows = counted("{count} row", "{count} rows", len(found))
    st.write(as_written(text("This file has {rows} that can be saved.", rows=rows)))
    ids = frozenset(each.id for each in changes)
    bases = {each.change.id: each.before for each in found if each.change and each.before}
    st.button(
        text("Save these rows"),
        key="voices-import",
        type="primary",
        on_click=saving.send,
        args=(selection.area, changes, bases, lambda: _saved(ids), VOICES),
        disabled=not saving.role(),
        help=None if saving.role() else text("Choose whom you speak for first."),
    )


def _saved(ids: frozenset[str]) -> None:
    writing.note_own(ids)
    saving.say(mark("All rows of the file are saved."), VOICES)
