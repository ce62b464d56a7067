"""Filters of the list of schools: where, of which type, and ranked by what."""

from __future__ import annotations

import streamlit as st

from ui import frame, queries
from ui.selection import RANKS, Selection


def filters(selection: Selection) -> Selection:
    """Draw the filters that the place offers in one row; return the selection with them."""
    offered = queries.choices(selection.area)
    controls = {
        "within": ("Borough, county or district", {"": "Everywhere", **_same(offered.withins)}),
        "kind": ("Type of school", {"": "All types", **_same(offered.kinds)}),
        "rank": ("Ranked by", RANKS),
    }
    drawn = {name: (label, words) for name, (label, words) in controls.items() if len(words) > 1}
    for column, (name, (label, words)) in zip(st.columns(len(drawn)), drawn.items(), strict=True):
        with column:
            selection = frame.own_control(selection, name, label, words)
    return selection


def _same(names: tuple[str, ...]) -> dict[str, str]:
    return {name: name for name in names}
