"""From the columns of a recipe to the shape of each table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from data.contracts.vocabulary import LEVELS
from data.read.figures import counts
from data.read.file_error import FileError
from data.read.values import NUMBER, Reading, parse_numbers
from data.read.vector import STORED_CRS
from data.recipe.parts import Column, Points, Recipe
from data.store.provenance import Ledger


@dataclass(frozen=True)
class Rows:
    """One file between reading and shaping; everything is on the same index of file rows.

    Attributes
    ----------
    cells : DataFrame of str
        As published.
    text : DataFrame of str
        Our columns of text, the id among them.
    """

    recipe: Recipe
    file: str
    cells: pd.DataFrame
    text: pd.DataFrame
    geometry: gpd.GeoSeries | None
    ledger: Ledger

    def numbers(self, column: Column, *, bounded: bool = True) -> pd.DataFrame:
        """Read one column of numbers."""
        tokens = self.recipe.tokens_of(column)
        if bounded:  # a margin may be exact, an estimate is not
            tokens = replace(tokens, exact=())
        reading = Reading(
            self.file, column.column, column, tokens, self.recipe.format, bounded=bounded
        )
        return parse_numbers(self.cells[column.column], reading)

    def refuse(self, refused: pd.Series) -> None:
        """List the rows that cannot be used, each with its number in the file."""
        named = self.text[self.recipe.key].astype("str")
        for reason, rows in refused[refused.ne("")].groupby(refused, sort=False).groups.items():
            ids = [f"{named[row]} (row {row:,})" for row in rows]
            self.ledger.record(self.recipe.id, self.recipe.table, "dropped", str(reason), ids)

    def empty(self, refused: pd.Series) -> None:
        """List the rows of which one figure cannot be used; it is left empty."""
        named = self.text[self.recipe.key].astype("str")
        for reason, rows in refused[refused.ne("")].groupby(refused, sort=False).groups.items():
            ids = [f"{named[row]} (row {row:,})" for row in rows]
            said = f"{str(reason).removesuffix('.')}: figure left empty."
            self.ledger.record(self.recipe.id, self.recipe.table, "repaired", said, ids)

    def kept(self, table: pd.DataFrame) -> int:
        """Count the rows of the file that a table holds."""
        per_row = len(self.recipe.measures) or 1
        return len(self.text) if self.recipe.table == "zones" else len(table) // per_row


def tracts(rows: Rows) -> pd.DataFrame:
    """Shape tracts, or columns to add to tracts when the file has no geometry."""
    table = rows.text.copy()
    for name in ("children", "children_moe", "residents"):
        if name in rows.recipe.columns:
            read = rows.numbers(rows.recipe.columns[name], bounded=False)
            rows.empty(read["refused"])
            table[name] = read["value"].where(read["refused"].eq(""))
    if rows.geometry is None:
        return table.set_index("geoid")
    table["county"] = table["geoid"].str[:5]
    for name in ("name", "neighbourhood"):
        if name not in table.columns:
            table[name] = "Tract " + table["geoid"].str[5:] if name == "name" else ""
    shaped = gpd.GeoDataFrame(table, geometry=rows.geometry, crs=STORED_CRS)
    return shaped.set_index("geoid")


def schools(rows: Rows) -> gpd.GeoDataFrame:
    """Shape schools, located where the file gives a point."""
    table = rows.text.copy()
    for name in ("level", "school_type", "district", "neighbourhood"):
        if name not in table.columns:
            table[name] = "unknown" if name == "level" else ""
    refuse_words(rows, "level", table["level"], LEVELS)
    geometry = points(rows) if rows.recipe.points is not None else rows.geometry
    if geometry is None:
        geometry = gpd.GeoSeries([None] * len(table), index=table.index, crs=STORED_CRS)
    return gpd.GeoDataFrame(table, geometry=geometry, crs=STORED_CRS).set_index("school_id")


def absence(rows: Rows) -> pd.DataFrame:
    """Shape chronic absence; impossible rows are left out and listed."""
    recipe = rows.recipe
    part = rows.numbers(recipe.columns["chronic_absent"])
    whole = rows.numbers(recipe.columns["enrolled"]) if "enrolled" in recipe.columns else None
    read = counts(part, whole, ("chronic_absent", "enrolled"))
    rows.refuse(read["refused"])
    table = rows.text.copy()
    for name in ("student_group", "grade"):
        if name not in table.columns:
            table[name] = "all"
    table = table.join(read.drop(columns="refused")).assign(source=recipe.id)
    return table[read["refused"].eq("")].reset_index(drop=True)


def zones(rows: Rows) -> gpd.GeoDataFrame:
    """Shape zones, one row a zone and school."""
    if rows.geometry is None:
        raise FileError(rows.file, "zones need outlines", "use a geographic file")
    table = rows.text.copy()
    refuse_words(rows, "level", table["level"], LEVELS)
    mark = rows.recipe.columns["school_id"].split
    if mark:
        table["school_id"] = table["school_id"].str.split(mark, regex=False)
        table = table.explode("school_id")
        table["school_id"] = table["school_id"].astype("str").str.strip()
    table["school_id"] = table["school_id"].mask(table["school_id"].eq(""))
    shaped = gpd.GeoDataFrame(table, geometry=rows.geometry.reindex(table.index), crs=STORED_CRS)
    return shaped.reset_index(drop=True)


def refuse_words(rows: Rows, name: str, words: pd.Series, known: Sequence[str]) -> None:
    """Refuse a column with a word that is not one of ours.

    Raises
    ------
    FileError
        Naming the first such word, its row, and where to map it.
    """
    strange = words[~words.isin(known)]
    if len(strange):
        raise FileError(
            rows.file,
            f"{name} {strange.iloc[0]!r} is not one of {', '.join(known)}",
            f"map the publisher's words in columns.{name}.map",
            column=rows.recipe.columns[name].column,
            row=int(strange.index[0]),
        )


def points(rows: Rows) -> gpd.GeoSeries:
    """Draw the points that a recipe tells of; empty where the file has no coordinates."""
    told = rows.recipe.points
    if told is None:
        raise ValueError("the recipe has no points")
    x, y = _coordinates(rows, told)
    drawn = gpd.GeoSeries(gpd.points_from_xy(x, y), index=x.index, crs=told.crs)
    _refuse_false_degrees(rows, drawn, x, y)
    drawn = drawn.to_crs(STORED_CRS)
    return drawn.mask(x.isna() | y.isna(), None)


def _coordinates(rows: Rows, points: Points) -> tuple[pd.Series, pd.Series]:
    if points.text:
        pattern = re.compile(points.pattern)
        found = [pattern.search(cell) for cell in rows.cells[points.text]]
        parts = {axis: ["" if hit is None else hit[axis] for hit in found] for axis in "xy"}
        table = pd.DataFrame(parts, index=rows.cells.index, dtype="str")
        return _axis(rows, table["x"], points.text), _axis(rows, table["y"], points.text)
    return (
        _axis(rows, rows.cells[points.x], points.x),
        _axis(rows, rows.cells[points.y], points.y),
    )


def _axis(rows: Rows, cells: pd.Series, header: str) -> pd.Series:
    text = cells.str.strip()
    text = text.mask(text.isin(rows.recipe.tokens.missing) | text.eq(""))
    if rows.recipe.format.decimal == ",":
        text = text.str.replace(",", ".", regex=False)
    bad = text[text.notna() & ~text.str.fullmatch(NUMBER.pattern).fillna(value=True).astype(bool)]
    if len(bad):
        raise FileError(
            rows.file,
            f"{bad.iloc[0]!r} is not a coordinate",
            "add the word to tokens.missing, or correct [points]",
            column=header,
            row=int(bad.index[0]),
        )
    return text.astype("float64")


def _refuse_false_degrees(rows: Rows, drawn: gpd.GeoSeries, x: pd.Series, y: pd.Series) -> None:
    wrong = drawn.index[(x.abs().gt(180) | y.abs().gt(90)).to_numpy()]
    if drawn.crs is not None and drawn.crs.is_geographic and len(wrong):
        row = wrong[0]
        raise FileError(
            rows.file,
            f"the point ({x[row]:g}, {y[row]:g}) is not a longitude and latitude",
            "name the file's coordinate system in points.crs, or swap x and y",
            row=int(row),
        )
