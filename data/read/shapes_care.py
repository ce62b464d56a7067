"""Shapes of the tables on access to care."""

import geopandas as gpd
import numpy as np
import pandas as pd

from data.contracts.vocabulary import AREA_DIGITS, PROVIDER_KINDS
from data.read.file_error import FileError
from data.read.shapes import Rows, points, refuse_words
from data.read.vector import STORED_CRS

NO_AREA = "The area is no tract, county or part of one, or its id does not fit."
NO_TIME = "No travel time."
NO_CENTRE = "No coordinates."
SAME_AREA = "The area is designated more than once: counted once."


def providers(rows: Rows) -> gpd.GeoDataFrame:
    """Shape providers, located where the file gives a point."""
    table = rows.text.copy()
    refuse_words(rows, "kind", table["kind"], PROVIDER_KINDS)
    if "address" not in table.columns:
        table["address"] = ""
    table["supply"] = np.nan
    if "supply" in rows.recipe.columns:
        read = rows.numbers(rows.recipe.columns["supply"])
        rows.empty(read["refused"])
        table["supply"] = read["value"].where(read["refused"].eq(""))
    table = table.assign(source=rows.recipe.id, vintage=rows.recipe.vintage)
    return _located(rows, table).set_index("provider_id")


def designations(rows: Rows) -> pd.DataFrame:
    """Shape designated areas; one that is designated twice has one row."""
    table = rows.text[["area_id", "area_kind", "measure"]].copy()
    digits = table["area_kind"].map(dict(AREA_DIGITS)).fillna(0).astype("int64")
    wide = table["area_id"].str.len()
    table["area_id"] = ("0" + table["area_id"]).where(wide + 1 == digits, table["area_id"])
    fits = table["area_id"].str.fullmatch(r"[0-9]+").astype(bool)
    fits &= table["area_id"].str.len().eq(digits)
    refused = pd.Series("", index=table.index, dtype="str").mask(~fits, NO_AREA)
    again = fits & table.duplicated(["area_id", "measure"])
    rows.refuse(refused.mask(again, SAME_AREA))
    kept = table[fits & ~again]
    named = {"source": rows.recipe.id, "vintage": rows.recipe.vintage}
    return kept.assign(**named).reset_index(drop=True)


def centres(rows: Rows) -> gpd.GeoDataFrame:
    """Shape the population centres of tracts."""
    shaped = _located(rows, rows.text[["geoid"]].copy())
    lacking = shaped.geometry.isna()
    rows.refuse(pd.Series("", index=shaped.index, dtype="str").mask(lacking, NO_CENTRE))
    return shaped[~lacking].set_index("geoid")


def travel_times(rows: Rows) -> pd.DataFrame:
    """Shape travel times; a pair without a time is left out and listed."""
    read = rows.numbers(rows.recipe.columns["minutes"])
    refused = read["refused"].mask(read["refused"].eq("") & read["value"].isna(), NO_TIME)
    rows.refuse(refused)
    table = rows.text[["geoid", "provider_id"]].assign(minutes=read["value"])
    return table[refused.eq("")].reset_index(drop=True)


def _located(rows: Rows, table: pd.DataFrame) -> gpd.GeoDataFrame:
    geometry = points(rows) if rows.recipe.points is not None else rows.geometry
    if geometry is None:
        raise FileError(rows.file, "it gives no points", "name the coordinates in [points]")
    return gpd.GeoDataFrame(table, geometry=geometry, crs=STORED_CRS)
