"""Buttons that offer a table: for a spreadsheet, for a program, and with its map."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import geopandas as gpd
import pandas as pd
import streamlit as st

from ui import languages, queries, roles
from ui.languages import filed, mark, text
from ui.languages.switch import files_note
from ui.report.layers import to_geopackage, to_parquet
from ui.report.workbook import to_xlsx
from ui.selection import Selection
from ui.tables.display import dictionary, ledger_table
from ui.tables.exports import About, about, about_csv, file_name, to_csv
from ui.words.standing import AREA_RANGE, COUNT_MEANING, SCHOOL_RANGE, TRACT_MEANING

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GEOPACKAGE = "application/geopackage+sqlite3"
PARQUET = "application/vnd.apache.parquet"


def buttons(selection: Selection, topic: str, table: pd.DataFrame, *, place: str = "") -> None:
    """Offer a table for spreadsheets, for programs and, with geometry, for maps.

    Parameters
    ----------
    selection : Selection
    topic : str
        First word of the file's name.
    table : DataFrame
        Analysis table; withheld figures are emptied by the export itself.
    place : str
        "tracts", "schools" or "zones" (of districts) to offer the geometry too.
    """
    parts = (topic, selection.area, selection.year, selection.level)
    told = about(selection, table, caveat_of(place))
    if not roles.takes_home(told.sources):
        return
    with st.popover(text("Download table"), key=f"table-{topic}"):
        _table_files(parts, lambda: table, told)
        if place:
            st.caption(text("With the shapes of the map:"))
            for label, make, suffix, mime in (
                (mark("Map (GeoPackage)"), to_geopackage, "gpkg", GEOPACKAGE),
                (mark("Map (GeoParquet)"), to_parquet, "parquet", PARQUET),
            ):
                _offer(
                    label,
                    _shaped(selection, table, place, make, told),
                    file_name(*parts, suffix=suffix),
                    mime,
                )


def offer(
    name: str, parts: tuple[str, ...], table: Callable[[], pd.DataFrame], told: About
) -> None:
    """Offer a table as Excel workbook, as CSV, and what it means as a CSV of its own.

    Parameters
    ----------
    name : str
        What the table is, for the button: "associations".
    parts : tuple of str
        Of the files' names.
    table : callable
        Gives the table when it is asked for.
    told : About
    """
    if not roles.takes_home(told.sources):
        return
    with st.popover(text("Download {name}", name=text(name)), key=f"table-{parts[0]}"):
        _table_files(parts, table, told)


def _table_files(parts: tuple[str, ...], table: Callable[[], pd.DataFrame], told: About) -> None:
    book, sheet = file_name(*parts, suffix="xlsx"), file_name(*parts, suffix="csv")
    notes = file_name(*parts, "about", suffix="csv")
    files_note()
    _offer(mark("Table (Excel)"), lambda: to_xlsx(table(), told), book, EXCEL)
    _offer(mark("Table (CSV)"), lambda: to_csv(table(), told), sheet, "text/csv")
    _offer(mark("About the CSV (CSV)"), lambda: about_csv(told), notes, "text/csv")


def caveat_of(place: str) -> str:
    """Say what figures of tracts, schools or others are not."""
    ranges = f"{TRACT_MEANING} {AREA_RANGE}"
    if place in ("schools", "zones"):
        ranges = filed(SCHOOL_RANGE)
    return f"{ranges} {COUNT_MEANING}"


def with_shapes(selection: Selection, table: pd.DataFrame, place: str) -> gpd.GeoDataFrame:
    """Give a table of tracts, schools or districts its shapes; a row may have none."""
    layer: gpd.GeoDataFrame = getattr(queries.panel(selection), place)
    if place == "zones":
        layer = layer.set_index("school_id")
    shapes = layer.geometry.reindex(table.index)
    return gpd.GeoDataFrame(table, geometry=shapes, crs=shapes.crs)


def ledger_button(selection: Selection) -> None:
    """Offer the ledger of dropped, repaired and matched rows."""
    panel = queries.panel(selection)
    ledger = ledger_table(panel.ledger)
    meaning = dict.fromkeys(ledger.columns, "Row of the build's ledger.")
    caveat = "What was done to the published rows, and why."
    known = dictionary(ledger.columns, meaning)
    told = About(known, caveat, panel.sources, panel.area.fictional)
    offer(mark("ledger"), ("ledger", selection.area), lambda: ledger, told)


def _shaped(
    selection: Selection,
    table: pd.DataFrame,
    place: str,
    make: Callable[[gpd.GeoDataFrame, About], bytes],
    told: About,
) -> Callable[[], bytes]:
    """Make a file with shapes when it is asked for."""
    return lambda: make(with_shapes(selection, table, place), told)


def _offer(label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    made = partial(languages.in_english, make, languages.reported())
    st.download_button(text(label), made, name, mime, on_click="ignore", key=f"file-{name}")
