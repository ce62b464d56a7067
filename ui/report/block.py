"""Buttons of what the room takes home: a picture of the map, and a brief in several formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from types import MappingProxyType

import streamlit as st

from ui.report.brief import brief
from ui.report.pdf import appendix_pdf, brief_pdf
from ui.report.picture import Form, picture
from ui.report.slides import brief_slides
from ui.selection import Selection
from ui.tables.exports import file_name

SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PICTURES: Mapping[Form, tuple[str, str]] = MappingProxyType(
    {
        "png": ("For slides and print (PNG)", "image/png"),
        "svg": ("To edit (SVG)", "image/svg+xml"),
    }
)


def picture_button(selection: Selection, page: str) -> None:
    """Offer the map of a page as a picture; it is drawn when it is asked for.

    Parameters
    ----------
    selection : Selection
    page : str
        A key of `ui.report.faces.PAGES`.
    """
    with st.popover("Picture", key=f"picture-{page}"):
        st.write("The map with its title, legend, source and date.")
        for form, (label, mime) in PICTURES.items():
            name = file_name(page, *_parts(selection), suffix=form)
            _offer(label, partial(picture, selection, page, form, date.today()), name, mime)


def brief_button(selection: Selection, scope: str) -> None:
    """Offer a brief; it is made when it is asked for.

    Parameters
    ----------
    selection : Selection
    scope : str
        A key of `ui.report.stories.SCOPES`.
    """
    stem = ("brief", scope, *_parts(selection), selection.cluster if scope == "group" else "")
    with st.popover("Brief", key=f"brief-{scope}"):
        st.write("Two pages or slides: answer, map, ranked list, how sure, what cannot be said.")
        _offer(
            "Two pages (PDF)",
            lambda: brief_pdf(brief(selection, scope, date.today())),
            file_name(*stem, suffix="pdf"),
            "application/pdf",
        )
        _offer(
            "Slides to edit (PowerPoint)",
            lambda: brief_slides(brief(selection, scope, date.today())),
            file_name(*stem, suffix="pptx"),
            SLIDES,
        )
        _offer(
            "How the figures were made (PDF, GATHER)",
            lambda: appendix_pdf(brief(selection, scope, date.today())),
            file_name(*stem, "appendix", suffix="pdf"),
            "application/pdf",
        )


def _offer(label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    st.download_button(label, make, name, mime, on_click="ignore", key=f"take-{name}")


def _parts(selection: Selection) -> tuple[str, ...]:
    focus = selection.focus.removeprefix("in:")
    return selection.area, selection.year, selection.level, focus
