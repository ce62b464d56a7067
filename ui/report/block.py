"""Buttons of what the room takes home: a picture of the map, and a brief in every form.

A file is made when it is asked for; until then nothing is loaded and nothing computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Literal

import streamlit as st

from ui import languages, queries, roles
from ui.languages import mark, text
from ui.languages.switch import files_note
from ui.selection import NEIGHBOURHOOD, Selection
from ui.tables.exports import file_name
from ui.words.as_written import as_written

OFFICE = "application/vnd.openxmlformats-officedocument."
Form = Literal["png", "svg"]
PICTURES: Mapping[Form, tuple[str, str]] = MappingProxyType(
    {
        "png": (mark("For slides and print (PNG)"), "image/png"),
        "svg": (mark("To edit (SVG)"), "image/svg+xml"),
    }
)
BRIEFS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "brief": (mark("Two or three pages (PDF)"), "pdf", "application/pdf"),
        "slides": (
            mark("Slides to edit (PowerPoint)"),
            "pptx",
            f"{OFFICE}presentationml.presentation",
        ),
        "workbook": (mark("All its figures (Excel)"), "xlsx", f"{OFFICE}spreadsheetml.sheet"),
        "appendix": (mark("How they were made (PDF, GATHER)"), "pdf", "application/pdf"),
        "analysis": (mark("To make it all again (JSON)"), "json", "application/json"),
    }
)


def picture_button(selection: Selection, page: str) -> None:
    """Offer the map of a page, and its charts, as pictures.

    Parameters
    ----------
    selection : Selection
    page : str
        A key of `ui.report.faces.PAGES`, or a page without a map whose charts are offered.
    """
    if not roles.takes_home(queries.panel(selection).sources):
        return
    opened = st.popover(text("Picture"), key=f"picture-{page}", on_change="rerun")
    if not opened.open:
        return
    from ui.report.charts import offered  # loaded when it is asked for
    from ui.report.faces import PAGES

    with opened:
        if page in PAGES:
            st.write(text("The map with its title, legend, source and date."))
        files_note()
        if page in PAGES:
            _pictures(page, selection, partial(_picture, selection, page))
        for chart, title in offered(selection, page).items():
            st.write(as_written(title))
            _pictures(chart, selection, partial(_chart, selection, chart))


def brief_button(selection: Selection, scope: str) -> None:
    """Offer a brief.

    Parameters
    ----------
    selection : Selection
        `focus` names the neighbourhood or school, `cluster` the group.
    scope : str
        A key of `ui.report.stories.SCOPES`.
    """
    if not roles.takes_home(queries.panel(selection).sources):
        return
    group = selection.cluster if scope == "group" else ""
    with st.popover(text("Brief"), key=f"brief-{scope}"):
        st.write(text("Answer, map, ranked list, how sure, what cannot be said."))
        files_note()
        for kind, (label, suffix, mime) in BRIEFS.items():
            name = file_name(kind, scope, *_parts(selection), group, suffix=suffix)
            _offer(label, partial(_made, selection, scope, kind), name, mime)


def scope_of(selection: Selection) -> str:
    """Scope of the brief that fits what is in focus: a neighbourhood, a school, or all."""
    if selection.focus.startswith(NEIGHBOURHOOD):
        return "neighbourhood"
    return "school" if selection.focus in queries.schools(selection).index else "area"


def _pictures(name: str, selection: Selection, make: Callable[[Form], bytes]) -> None:
    """Offer a picture in every form."""
    for form, (label, mime) in PICTURES.items():
        _offer(label, partial(make, form), file_name(name, *_parts(selection), suffix=form), mime)


def _chart(selection: Selection, name: str, form: Form) -> bytes:
    from ui.report.charts import chart

    return chart(selection, name, form, date.today())


def _picture(selection: Selection, page: str, form: Form) -> bytes:
    from ui.report.picture import picture

    return picture(selection, page, form, date.today())


def _made(selection: Selection, scope: str, kind: str) -> bytes:
    """Make one form of a brief."""
    if kind == "analysis":
        from ui.report.analysis import analysis, written

        return written(analysis(selection, scope, date.today()))
    from ui.report.book import brief_workbook
    from ui.report.brief import Brief, brief
    from ui.report.pdf import appendix_pdf, brief_pdf
    from ui.report.slides import brief_slides

    makers: Mapping[str, Callable[[Brief], bytes]] = {
        "brief": brief_pdf,
        "slides": brief_slides,
        "workbook": brief_workbook,
        "appendix": appendix_pdf,
    }
    return makers[kind](brief(selection, scope, date.today()))


def _offer(label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    made = partial(languages.in_english, make, languages.reported())
    st.download_button(text(label), made, name, mime, on_click="ignore", key=f"take-{name}")


def _parts(selection: Selection) -> tuple[str, ...]:
    focus = selection.focus.removeprefix(NEIGHBOURHOOD)
    return selection.area, selection.year, selection.level, focus
