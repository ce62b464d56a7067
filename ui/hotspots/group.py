"""One group of hot tracts, looked at closely."""

from __future__ import annotations

import streamlit as st

from data.views.hot_spots import HotSpots
from ui import frame
from ui.hotspots.cards import cluster_card, group_sentence, years_text
from ui.queries import hotspots as queries_hotspots
from ui.selection import Selection
from ui.words.cards import card


def one_group(found: HotSpots, selection: Selection) -> Selection:
    """Choose a group; its card, and since when it has been hot."""
    groups = found.groups
    if groups.empty:
        return selection
    st.subheader("Look closer at one group")
    labels = {row["cluster"]: group_sentence(row) for _, row in groups.iterrows()}
    selection = frame.own_control(selection, "cluster", "Group of hot tracts", labels)
    row = groups[groups["cluster"] == selection.cluster].iloc[0]
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(cluster_card(row, selection.year))
    with right:
        past = queries_hotspots.years(selection)
        st.html(card("Since when", years_text(found, past, selection.cluster), ""))
    return selection
