"""Download buttons: CSV and GeoPackage, made only when asked for."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import streamlit as st

from ui import queries
from ui.join.words import FLOW_MEANING
from ui.selection import Selection
from ui.tables.exports import file_name, to_csv, to_geopackage
from ui.tables.frames import dictionary, ledger_table
from ui.words.standing import INTERVAL_MEANING, TRACT_MEANING


def buttons(selection: Selection, topic: str, table: pd.DataFrame, *, place: str = "") -> None:
    """Offer a table as CSV and, with geometry, as GeoPackage.

    Parameters
    ----------
    selection : Selection
    topic : str
        First word of the file's name.
    table : DataFrame
        Analysis table; withheld figures are emptied by the export itself.
    place : str
        "tracts" or "schools" to offer the geometry too.
    """
    panel = queries.panel(selection)
    parts = (topic, selection.area, selection.year, selection.level)
    caveat = f"{TRACT_MEANING} {INTERVAL_MEANING}"
    about = {
        "dictionary": dictionary([table.index.name, *table.columns]),
        "caveat": caveat,
        "sources": panel.sources,
        "fictional": panel.area.fictional,
        "year": selection.year,
    }
    left, right, _ = st.columns([1, 1, 2])
    left.download_button(
        "Download table (CSV)",
        lambda: to_csv(table, **about),
        file_name(*parts, suffix="csv"),
        "text/csv",
        on_click="ignore",
        key=f"csv-{topic}",
    )
    if place:
        shapes = getattr(panel, place).geometry.reindex(table.index)
        right.download_button(
            "Download map (GeoPackage)",
            lambda: to_geopackage(
                gpd.GeoDataFrame(table, geometry=shapes, crs=shapes.crs), **about
            ),
            file_name(*parts, suffix="gpkg"),
            "application/geopackage+sqlite3",
            on_click="ignore",
            key=f"gpkg-{topic}",
        )


def flow_button(selection: Selection, flows: pd.DataFrame) -> None:
    """Offer the flow table, school to tract, as CSV.

    Parameters
    ----------
    selection : Selection
    flows : DataFrame
        From `join_quality.flow_table`: students are empty where an enrolment is withheld.
    """
    panel = queries.panel(selection)
    st.download_button(
        "Download flows, school to tract (CSV)",
        lambda: to_csv(
            flows,
            dictionary=dictionary(flows.columns),
            caveat=f"{FLOW_MEANING} {TRACT_MEANING}",
            sources=panel.sources,
            fictional=panel.area.fictional,
            year=selection.year,
        ),
        file_name("flows", selection.area, selection.year, selection.level, suffix="csv"),
        "text/csv",
        on_click="ignore",
        key="csv-flows",
    )


def ledger_button(selection: Selection) -> None:
    """Offer the ledger of dropped, repaired and matched rows as CSV."""
    panel = queries.panel(selection)
    ledger = ledger_table(panel.ledger)
    meaning = dict.fromkeys(ledger.columns, "Row of the build's ledger.")
    st.download_button(
        "Download ledger (CSV)",
        lambda: to_csv(
            ledger,
            dictionary=dictionary(ledger.columns, meaning),
            caveat="What was done to the published rows, and why.",
            sources=panel.sources,
            fictional=panel.area.fictional,
        ),
        file_name("ledger", selection.area, suffix="csv"),
        "text/csv",
        on_click="ignore",
        key="csv-ledger",
    )
