"""Folded parts of the page on where students live: tables, and another join."""

from __future__ import annotations

import streamlit as st

from data.views.join_quality import JoinQuality
from ui import frame, queries
from ui.join import maps, words
from ui.join import tables as join_tables
from ui.languages import text
from ui.queries import joins as queries_join
from ui.report import block as report
from ui.selection import Selection
from ui.tables import downloads
from ui.words.as_written import as_written


def table(quality: JoinQuality, selection: Selection) -> None:
    """Table twin of the map, and every school."""
    join_tables.homes_table(quality, selection)
    join_tables.schools_table(quality, selection)
    join_tables.flow_button(selection, quality.flows)
    downloads.buttons(selection, "join", quality.tracts, place="tracts")


def scale(selection: Selection) -> None:
    """How far students go by the join, and how the attendance zones fit together."""
    stored = queries.panel(selection).parameters["catchment"]
    st.write(as_written(words.scale_sentence(stored)))
    join_tables.zones_table(selection)


def change(selection: Selection) -> None:
    """Show what another join would change: sentence, figures, map and table."""
    found = queries_join.change(selection)
    st.write(as_written(words.change_sentence(found, selection.catchment)))
    frame.figures(words.change_figures(found, selection.catchment))
    maps.change_map(found, selection)
    report.picture_button(selection, "join_change")
    st.write(as_written(text(words.CHANGE_MEANING)))
    join_tables.change_table(found, selection)
