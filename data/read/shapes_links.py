"""Shapes of the tables that tie schools to tracts, and tracts of one census year to another's."""

import geopandas as gpd
import pandas as pd

from data.read.file_error import FileError
from data.read.shapes import Rows
from data.read.vector import STORED_CRS
from geo.areas.geoid import repair

NO_TRACT = "No tract id: the students live at an unknown address, or elsewhere."
NO_COUNT = "No count of students."
NO_BOUND = "The count is withheld, and nothing is known of it."


def flows(rows: Rows) -> pd.DataFrame:
    """Shape counts of students by school and tract; withheld ones keep their bounds."""
    read = rows.numbers(rows.recipe.columns["students"])
    mended = repair(rows.text["geoid"]).ids
    withheld, bounded = read["status"].eq("suppressed"), read["upper"].notna()
    refused = read["refused"].mask(read["status"].eq("missing"), NO_COUNT)
    refused = refused.mask(withheld & ~bounded, NO_BOUND).mask(mended.isna(), NO_TRACT)
    rows.refuse(refused)
    table = rows.text[["school_id"]].assign(
        geoid=mended,
        students=read["value"],
        lower=read["lower"],
        upper=read["upper"],
        source=rows.recipe.id,
    )
    return table[refused.eq("")].reset_index(drop=True)


def crosswalk(rows: Rows) -> pd.DataFrame:
    """Shape a published crosswalk; a piece without a number is left out and listed."""
    read = rows.numbers(rows.recipe.columns["weight"])
    refused = read["refused"].mask(read["value"].isna(), "The piece has no size.")
    rows.refuse(refused)
    table = rows.text[["source", "target"]].assign(weight=read["value"])
    return table[refused.eq("")].reset_index(drop=True)


def other_tracts(rows: Rows) -> gpd.GeoDataFrame:
    """Shape the outlines of tracts of another census year."""
    if rows.geometry is None:
        raise FileError(rows.file, "tracts need outlines", "use a geographic file")
    shaped = gpd.GeoDataFrame(rows.text[["geoid"]], geometry=rows.geometry, crs=STORED_CRS)
    return shaped.set_index("geoid")
