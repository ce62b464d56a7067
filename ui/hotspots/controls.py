"""Controls of the Hot spots page: how clusters are looked for, and what stands beside the map."""

from __future__ import annotations

import streamlit as st

from ui import frame, queries
from ui.selection import METHODS, NEIGHBOURS, SINGLE_TESTS, Selection


def controls() -> Selection:
    """Draw the row of controls that fit the method, and return the selection with them."""
    selection = frame.current()
    columns = iter(st.columns(4))
    with next(columns):
        selection = frame.own_control("method", "Method", list(METHODS), dict(METHODS))
    nulls = selection.nulls()
    if nulls:
        with next(columns):
            selection = frame.own_control("null", "What counts as chance", list(nulls), nulls)
    if selection.method in SINGLE_TESTS:
        with next(columns):
            words = dict(NEIGHBOURS)
            selection = frame.own_control("neighbours", "Neighbours", list(words), words)
    with next(columns):
        besides = selection.besides(queries.choices(selection.area).years)
        return frame.own_control("beside", "Beside the map", list(besides), besides)
