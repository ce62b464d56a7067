"""Who is near a hot group: distances and access beside comparable tracts, nearest providers."""

from __future__ import annotations

from html import escape

import streamlit as st

from data.views.hot_spots import HotSpots
from ui import frame
from ui.queries import care as queries_care
from ui.queries import why as queries_why
from ui.selection import Selection
from ui.tables import block as table_block
from ui.why import care_words


def near(found: HotSpots, selection: Selection) -> None:
    """Draw the way to care for the chosen group, and the providers nearest to it."""
    if found.groups.empty:
        return
    st.subheader("Who is near?")
    care = care_words.ways(queries_why.profile(found, selection))
    st.write(care_words.answer(care))
    if not care.empty:
        frame.figures(care_words.figures(care))
    if queries_care.has_providers(selection):
        providers = queries_care.nearby(found, selection)
        title = care_words.provider_title(providers)
        table_block.plain(care_words.provider_table(providers), title)
        st.write(care_words.LISTED_RULE)
    else:
        st.write(care_words.NO_LIST)
    if not care.empty:
        table_block.plain(care_words.care_table(care), "The way to care, beside comparable tracts")
    method = escape(care_words.method(care, queries_care.account(selection)))
    st.html(f"<div class='atlas-sure'><b>How was it measured?</b> {method}</div>")
