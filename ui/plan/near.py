"""Folded parts of the Plan on services and sites, where homes and schools are known."""

from __future__ import annotations

import streamlit as st

from ui import frame
from ui.languages import mark, text
from ui.plan import serving, sites, upload
from ui.queries import districts
from ui.selection import Selection
from ui.words.as_written import as_written

NOT_OF_DISTRICTS = mark(
    "Who serves where, and sites, are not offered here: figures are by district, and it is not"
    " known where inside it students live or schools stand."
)


def folds(selection: Selection) -> None:
    """Draw the folds, or say why there are none."""
    if districts.are_units(selection):
        st.caption(as_written(text(NOT_OF_DISTRICTS)))
        return
    selection = serving.choose(selection)
    frame.fold(serving.QUESTION, "serving", serving.block, selection)
    frame.fold(sites.TITLE, "sites", sites.block, selection)
    frame.fold(upload.QUESTION, "points", upload.section, selection)
