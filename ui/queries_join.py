"""What the Join quality page asks, answered once per place, build and choice."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from ui import join_views, joins, queries
from ui.join_views import JoinChange, JoinQuality
from ui.queries import Place
from ui.selection import Selection


@st.cache_data(max_entries=8, show_spinner="Drawing the join again ...")
def _redraws(key: Place, view: Selection) -> list[pd.DataFrame]:
    """Draw the join again: one answer for all years, levels and measures of a place."""
    others = [
        queries.join(replace(view, catchment=name))
        for name in queries.choices(key.slug).others(view)
    ]
    return joins.redraws(queries.panel(view), queries.join(view), others)


@st.cache_data(max_entries=16, show_spinner="Comparing the join with its redraws ...")
def _quality(key: Place, view: Selection) -> JoinQuality:
    anywhen = replace(view, year="", level="all")
    return join_views.join_quality(
        queries.panel(view),
        queries.schools(view),
        queries.tracts(view),
        queries.join(view),
        _redraws(key, anywhen),
    )


def quality(selection: Selection) -> JoinQuality:
    """How good the chosen join is, see `join_views.join_quality`."""
    view = replace(_bare(selection), measure="crude", alpha="")
    return _quality(queries.place(selection.area), view)


def change(selection: Selection) -> JoinChange:
    """Compare with the other join, see `join_views.join_change`."""
    others = queries.choices(selection.area).others(selection)
    versus = selection.versus if selection.versus in others else next(iter(others))
    return join_views.join_change(
        queries.schools(selection),
        queries.hot_spots(selection),
        queries.hot_spots(replace(selection, catchment=versus)),
        versus,
        float(selection.alpha),
    )


def _bare(selection: Selection) -> Selection:
    """Leave out what does not change the answer, so that it is kept once."""
    return replace(selection, focus="", driver="", versus="")
