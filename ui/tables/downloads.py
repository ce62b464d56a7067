"""Downloads that carry their own meaning: caveat, sources and data dictionary travel inside.

CSV: UTF-8 with a byte-order mark, because spreadsheets otherwise garble names; pandas and R read it
as well. The notes stand in front as lines that begin with ``#``: ``pandas.read_csv(comment="#")``.
All text is quoted, so that a ``#`` in a name is not taken for a comment. Text that a spreadsheet
would run as a formula gets a leading apostrophe.
"""

from __future__ import annotations

import csv
import re
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import streamlit as st

from data.store.provenance import Source
from ui import queries
from ui.selection import Selection
from ui.tables.display import dictionary, ledger_table, withhold
from ui.words.standing import AREA_RANGE, COUNT_MEANING, SCHOOL_RANGE, TRACT_MEANING

FICTIONAL = "FICTIONAL: places, schools and numbers are made up to show what the software does."
IDS_ARE_TEXT = "Ids are text: import them as text, or a spreadsheet drops leading zeros."
_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_AFTER_SEPARATOR = re.compile(r"([,;|]\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# GeoPackage stamps the hour of writing; the same table must give the same bytes.
_STAMP = {"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"}
_STAMPING = threading.Lock()


def to_csv(
    frame: pd.DataFrame,
    *,
    dictionary: pd.DataFrame,
    caveat: str,
    sources: Iterable[Source],
    fictional: bool,
    year: str = "",
) -> bytes:
    """Comma-separated file with caveat, sources and data dictionary in front.

    Parameters
    ----------
    frame : DataFrame
        A named index becomes the first column. Figures of rows that are not reported are left
        out, and a column `note` says why.
    dictionary : DataFrame
        `column, unit, description`, as from `dictionary` of the display.
    caveat : str
        What the figures are not.
    sources : iterable of Source
    fictional : bool
        True for a made-up place.
    year : str
        School year the figures describe.

    Returns
    -------
    bytes
        The same for the same input.

    Raises
    ------
    ValueError
        A column is not in the dictionary.
    """
    table = _prepared(frame, dictionary)
    notes = _about(caveat, sources, fictional=fictional, year=year)
    lines = [f"{topic}: {text}" for topic, text in notes]
    lines += [
        f"column {row.column} [{row.unit}]: {row.description}"
        for row in dictionary.itertuples(index=False)
    ]
    safe = table.rename(columns=escape_formula)
    for name in _text_columns(safe):
        safe[name] = safe[name].map(escape_formula, na_action="ignore")
    body: str = safe.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    head = "".join(f"# {_comment(line)}\n" for line in lines)
    return (head + body).encode("utf-8-sig")


def to_geopackage(
    frame: gpd.GeoDataFrame,
    *,
    dictionary: pd.DataFrame,
    caveat: str,
    sources: Iterable[Source],
    fictional: bool,
    year: str = "",
) -> bytes:
    """GeoPackage with the layers `data`, `data_dictionary` and `about`; parameters as `to_csv`.

    The frame has a geometry; the bytes are the same for the same input, names letter for letter.

    Raises
    ------
    ValueError
        A column is not in the dictionary, or the geometry has no coordinate system.
    """
    if frame.crs is None:
        raise ValueError("the layer has no coordinate system; set it before the export")
    table = gpd.GeoDataFrame(_prepared(frame, dictionary), geometry=frame.geometry.name)
    for name in _text_columns(table):
        table[name] = table[name].astype("object")
    notes = _about(caveat, sources, fictional=fictional, year=year)
    layers = {
        "data": table,
        "data_dictionary": dictionary.map(_plain),
        "about": pd.DataFrame(notes, columns=["topic", "text"]),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.gpkg"
        _write_layers(path, layers)
        return path.read_bytes()


def escape_formula(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run."""
    plain = _plain(text)
    return f"'{plain}" if _FORMULA.match(plain) else plain


def file_name(*parts: str, suffix: str) -> str:
    """Name for a download: letters, digits and hyphens only, joined by hyphens."""
    words = (re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts)
    return "-".join(word for word in words if word) + f".{suffix}"


def _prepared(frame: pd.DataFrame, dictionary: pd.DataFrame) -> pd.DataFrame:
    table = withhold(frame.reset_index() if frame.index.name else frame)
    geometry = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
    explained = {*dictionary["column"], "note", geometry}
    unknown = [name for name in table.columns if name not in explained]
    if unknown:
        raise ValueError(f"the data dictionary does not explain {unknown}; describe them first")
    return table


def _about(
    caveat: str, sources: Iterable[Source], *, fictional: bool, year: str
) -> list[tuple[str, str]]:
    notes = [("notice", FICTIONAL)] if fictional else []
    notes += [("caveat", _plain(caveat))]
    notes += [("school year", _plain(year))] if year else []
    notes += [
        ("source", _plain(f"{s.publisher}. {s.title} ({s.vintage}). {s.url} Licence: {s.licence}"))
        for s in sources
    ]
    notes += [("ids", IDS_ARE_TEXT)]
    return notes


def _write_layers(path: Path, layers: Mapping[str, pd.DataFrame]) -> None:
    # The option belongs to the whole process: one export at a time may set and reset it.
    with _STAMPING:
        before = {name: pyogrio.get_gdal_config_option(name) for name in _STAMP}
        pyogrio.set_gdal_config_options(_STAMP)
        try:
            for name, table in layers.items():
                pyogrio.write_dataframe(table, path, layer=name, driver="GPKG")
        finally:
            pyogrio.set_gdal_config_options(before)


def _text_columns(table: pd.DataFrame) -> list[str]:
    kinds = pd.api.types
    return [
        name
        for name in table.columns
        if kinds.is_string_dtype(table[name].dtype) or kinds.is_object_dtype(table[name].dtype)
    ]


def _plain(text: str) -> str:
    """Text without control characters, which no file format here can hold."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(text))


def _comment(line: str) -> str:
    # A spreadsheet splits comment lines at separators too: no piece may become a formula.
    flat = re.sub(r"\s+", " ", _plain(line)).replace('"', "'")
    return _AFTER_SEPARATOR.sub(r"\1'", flat)


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
    ranges = SCHOOL_RANGE if place == "schools" else f"{TRACT_MEANING} {AREA_RANGE}"
    caveat = f"{ranges} {COUNT_MEANING}"
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
