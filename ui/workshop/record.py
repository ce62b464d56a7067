"""The record of a workshop: one page with the notes by question, and what will be done."""

from __future__ import annotations

import csv
import io
from html import escape

import streamlit as st

from data.plan.database import PlanError
from data.workshop import store
from data.workshop.note import PROMPTS
from data.workshop.store import Workshop
from ui.languages import in_english, text
from ui.languages.switch import files_note
from ui.plan import words as plan_words
from ui.selection import Selection
from ui.tables.exports import escape_formula, file_name
from ui.words.as_written import as_written
from ui.workshop import actions, door, words

SAID = "workshop-record-said"


def draw(shop: Workshop, selection: Selection) -> None:
    """Draw the record of a closed workshop, and offer it as a page and as a table."""
    notes = _notes(shop)
    for prompt in PROMPTS:
        if prompt in notes:
            heaps = "".join(
                f"<section>{f'<h4>{escape(heap)}</h4>' if heap else ''}<ul>"
                + "".join(f"<li>{escape(each)}</li>" for each in said)
                + "</ul></section>"
                for heap, said in notes[prompt].items()
            )
            head = escape(words.prompt(prompt))
            st.html(f"<h3>{head}</h3><div class='workshop-wall'>{heaps}</div>")
    actions.table(shop)
    files_note()
    try:
        page = in_english(lambda: page_of(shop))
    except PlanError as error:
        st.error(as_written(plan_words.trouble(error)))
        return
    with st.container(horizontal=True):
        for label, content, suffix, mime in (
            (text("Record on one page (PDF)"), page, "pdf", "application/pdf"),
            (text("Notes (CSV)"), table_of(shop), "csv", "text/csv"),
        ):
            name = file_name("workshop", selection.area, suffix=suffix)
            st.download_button(
                label, content, name, mime, on_click="ignore", key=f"workshop-{suffix}"
            )
        st.button(text("Leave the workshop"), key="workshop-leave", on_click=door.leave)
    _deletion(shop)


def _deletion(shop: Workshop) -> None:
    """Let whoever leads delete the record, as for a name that was overlooked."""
    if not door.lead():
        door.ask_for_lead(shop)
        return
    if said := st.session_state.pop(SAID, ""):
        st.error(as_written(said))
    with st.popover(text("Delete the record")):
        st.write(as_written(text(words.DELETE_SURE)))
        label = text("Delete it now")
        st.button(label, key="workshop-delete", on_click=_delete, args=(shop,))


def _delete(shop: Workshop) -> None:
    try:
        store.forget(shop, door.lead())
    except PlanError as error:
        st.session_state[SAID] = plan_words.trouble(error)
        return
    door.leave()


def page_of(shop: Workshop) -> bytes:
    """Set the record on a page; the same bytes for the same record."""
    from ui.report.typeset import LANGUAGE, Sheet, typeset  # loaded when it is asked for

    notes = _notes(shop)
    content = {
        "title": f"Workshop: {shop.place}",
        "day": f"{shop.made_at:%Y-%m-%d}",
        "lang": LANGUAGE,
        "parts": [
            {
                "title": words.prompt(prompt),
                "heaps": [{"name": heap, "notes": said} for heap, said in notes[prompt].items()],
            }
            for prompt in PROMPTS
            if prompt in notes
        ],
        "actions": [list(row) for row in actions.rows(shop)],
        "foot": words.NOTHING_PERSONAL,
    }
    return typeset(Sheet("record", content), "pdf", shop.made_at.date())


def table_of(shop: Workshop) -> bytes:
    """Write the notes as CSV: question, what they were put under, words."""
    file = io.StringIO(newline="")
    rows = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    rows.writerow(["question", "under", "note"])
    for prompt, heaps in _notes(shop).items():
        for heap, said in heaps.items():
            for each in said:
                rows.writerow([PROMPTS[prompt], escape_formula(heap), escape_formula(each)])
    return file.getvalue().encode("utf-8-sig")


def _notes(shop: Workshop) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = (shop.record or {}).get("notes", {})
    return {prompt: found[prompt] for prompt in PROMPTS if prompt in found}
