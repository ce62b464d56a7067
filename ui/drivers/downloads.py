"""Downloads of the Social drivers page: the model with its diagnostics, and how it was made."""

from __future__ import annotations

import streamlit as st

from data.views.drivers import Comparison
from ui import queries
from ui.drivers import method as driver_method
from ui.drivers.tables import MODEL_FIELDS, model_export
from ui.selection import Selection
from ui.tables.exports import file_name, to_csv
from ui.tables.frames import dictionary
from ui.words.standing import ASSOCIATION


def model_buttons(comparison: Comparison, selection: Selection) -> None:
    """Offer the model as CSV and its methods paragraph as plain text."""
    parts = ("associations", selection.area, selection.year, selection.level)
    left, right, _ = st.columns([1, 1, 2])
    left.download_button(
        "Download associations (CSV)",
        lambda: model_csv(comparison, selection),
        file_name(*parts, suffix="csv"),
        "text/csv",
        on_click="ignore",
        key="csv-associations",
    )
    right.download_button(
        "Download methods (text)",
        lambda: method_text(comparison, selection),
        file_name("methods", *parts, suffix="txt"),
        "text/plain",
        on_click="ignore",
        key="txt-methods",
    )


def model_csv(comparison: Comparison, selection: Selection) -> bytes:
    """Every driver of the model with its diagnostics, as bytes that depend on nothing else."""
    panel, table = queries.panel(selection), model_export(comparison)
    return to_csv(
        table,
        dictionary=dictionary([table.index.name, *table.columns], MODEL_FIELDS),
        caveat=ASSOCIATION,
        sources=panel.sources,
        fictional=panel.area.fictional,
        year=selection.year,
    )


def method_text(comparison: Comparison, selection: Selection) -> bytes:
    """Methods paragraph of the model, as bytes that depend on nothing else."""
    text = driver_method.paragraph(comparison, queries.panel(selection), selection)
    return text.encode("utf-8-sig")
