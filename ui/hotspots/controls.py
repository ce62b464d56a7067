"""Controls of the Hot spots page: how clusters are looked for, and what stands beside the map."""

from __future__ import annotations

import streamlit as st

from ui import frame, queries
from ui.selection import METHODS, NEIGHBOURS, SINGLE_TESTS, Selection


def controls(selection: Selection) -> Selection:
    """Draw the row of controls that fit the method, and return the selection with them."""
    columns = iter(st.columns(4))
    with next(columns):
        selection = frame.own_control(selection, "method", "Method", METHODS)
    nulls = selection.nulls()
    if nulls:
        with next(columns):
            selection = frame.own_control(selection, "null", "What counts as chance", nulls)
    if selection.method in SINGLE_TESTS:
        with next(columns):
            selection = frame.own_control(selection, "neighbours", "Neighbours", NEIGHBOURS)
    with next(columns):
        besides = selection.besides(queries.choices(selection.area).years)
        return frame.own_control(selection, "beside", "Beside the map", besides)
