"""Schools that do better than predicted, the group's own first: sentence, funnel and table."""

from __future__ import annotations

import streamlit as st

from data.views.hot_spots import HotSpots
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.tables import block as table_block
from ui.why import strength_words


def strengths(found: HotSpots, selection: Selection) -> None:
    """Draw the schools of the view beside their prediction, strengths first."""
    schools = queries_why.strengths(found, selection)
    st.subheader("Which schools do better than others like them?")
    st.write(strength_words.sentence(schools))
    if schools.compared().empty:
        return
    if not found.groups.empty:
        st.write(strength_words.of_group(schools))
    st.vega_lite_chart(queries_why.funnel_chart(found, selection))
    table = schools.shown()
    if not table.empty:
        which = f"{len(table):,} schools below what is predicted"
        order = "the group's own first, farthest first" if len(found.groups) else "farthest first"
        table_block.plain(strength_words.school_words(table), f"{which}, {order}, {selection.year}")
        st.write(strength_words.MEANING)
