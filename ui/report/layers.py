"""Tables with their shapes as GeoPackage and Parquet: bytes that depend on the table alone."""

from __future__ import annotations

import io
import json
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
from pyarrow import parquet

from ui.tables.exports import About, plain, text_columns

# GeoPackage stamps the hour of writing; the same table must give the same bytes.
_STAMP = {"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"}
_STAMPING = threading.Lock()
ABOUT = b"attendance_atlas"
"""Key of the notes in the metadata of a Parquet file."""


def to_geopackage(frame: gpd.GeoDataFrame, about: About) -> bytes:
    """GeoPackage with the layers `data`, `data_dictionary` and `about`.

    The frame has a geometry; the bytes are the same for the same input, names letter for letter.

    Raises
    ------
    ValueError
        A column is not in the dictionary, or the geometry has no coordinate system.
    """
    _located(frame)
    table = gpd.GeoDataFrame(about.prepared(frame), geometry=frame.geometry.name)
    for name in text_columns(table):
        table[name] = table[name].astype("object")
    notes = about.rows()
    layers = {
        "data": table,
        "data_dictionary": about.dictionary.map(plain),
        "about": notes[~notes["topic"].str.startswith("column ")],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.gpkg"
        _write_layers(path, layers)
        return path.read_bytes()


def to_parquet(frame: pd.DataFrame, about: About) -> bytes:
    """Parquet file, or GeoParquet for a frame with a geometry; the notes are in its metadata.

    Raises
    ------
    ValueError
        A column is not in the dictionary, or the geometry has no coordinate system.
    """
    table = about.prepared(frame)
    for name in text_columns(table):
        table[name] = table[name].astype("str")
    file = io.BytesIO()
    if isinstance(frame, gpd.GeoDataFrame):
        _located(frame)
        gpd.GeoDataFrame(table, geometry=frame.geometry.name).to_parquet(file, index=False)
        laid = parquet.read_table(io.BytesIO(file.getvalue()))
    else:
        laid = pa.Table.from_pandas(table, preserve_index=False)
    notes = json.dumps(about.rows().to_dict("records"), ensure_ascii=False)
    metadata = {**(laid.schema.metadata or {}), ABOUT: notes.encode()}
    noted = io.BytesIO()
    parquet.write_table(laid.replace_schema_metadata(metadata), noted)
    return noted.getvalue()


def _located(frame: gpd.GeoDataFrame) -> None:
    if frame.crs is None:
        raise ValueError("the layer has no coordinate system; set it before the export")


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
