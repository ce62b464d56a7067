"""From the columns of a recipe to the rows of each table."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from data.contracts.check import STORED_CRS
from data.contracts.vocabulary import AREA_DIGITS, LEVELS, PROVIDER_KINDS
from data.errors import FileError
from data.read.cells import CENTS, NUMBER, Reading, parse_numbers
from data.read.enrolment import enrolment_of_rate, last_decimal
from data.recipe.parts import Column, Points
from data.recipe.recipe import Recipe
from data.store.provenance import Ledger
from geo.areas.geoid import repair

NO_ENROLMENT = "The publisher gives no enrolment."
COUNT_COLUMNS = [
    *("enrolled", "enrolled_lower", "enrolled_upper"),
    *("chronic_absent", "lower", "upper"),
]
NO_AREA = "The area is no tract, county or part of one, or its id does not fit."
NO_TIME = "No travel time."
NO_CENTRE = "No coordinates."
SAME_AREA = "The area is designated more than once: counted once."
NO_TRACT = "No tract id: the students live at an unknown address, or elsewhere."
NO_COUNT = "No count of students."
NO_BOUND = "The count is withheld, and nothing is known of it."


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
        cells = self.cells[column.column]
        if column.words:
            cells = cells.where(cells.str.strip().ne(""), self.cells[column.words])
        return parse_numbers(cells, reading)

    def refuse(self, refused: pd.Series) -> None:
        """List the rows that cannot be used, each with its number in the file."""
        for reason, ids in self._by_reason(refused):
            self.ledger.record(self.recipe.id, self.recipe.table, "dropped", reason, ids)

    def empty(self, refused: pd.Series) -> None:
        """List the rows of which one figure cannot be used; it is left empty."""
        for reason, ids in self._by_reason(refused):
            words = f"{reason.removesuffix('.')}: figure left empty."
            self.ledger.record(self.recipe.id, self.recipe.table, "repaired", words, ids)

    def tell_derived(self, students: pd.DataFrame) -> None:
        """List the rows whose students are derived from a rate, and what rounding leaves open."""
        derived = students["value"].notna() & students["refused"].eq("")
        exact = students["lower"].eq(students["upper"])
        off = np.maximum(
            students["upper"] - students["value"], students["value"] - students["lower"]
        )
        ids = self.text[self.recipe.key]
        words = "Students derived from count and rate: only one number fits both."
        self.ledger.record(self.recipe.id, "absence", "matched", words, ids[derived & exact])
        words = f"Students derived from count and rate: within {off.max():g}, by rounding."
        self.ledger.record(self.recipe.id, "absence", "matched", words, ids[derived & ~exact])

    def _by_reason(self, refused: pd.Series) -> Iterator[tuple[str, list[str]]]:
        ids = self.text[self.recipe.key].astype("str")
        for reason, rows in refused[refused.ne("")].groupby(refused, sort=False).groups.items():
            yield str(reason), [f"{ids[row]} (row {row:,})" for row in rows]

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
    read = counts(part, _students(rows, part), ("chronic_absent", "enrolled"))
    rows.refuse(read["refused"])
    table = rows.text.copy()
    for name in ("student_group", "grade"):
        if name not in table.columns:
            table[name] = "all"
    table = table.join(read.drop(columns="refused")).assign(source=recipe.id)
    return table[read["refused"].eq("")].reset_index(drop=True)


def _students(rows: Rows, part: pd.DataFrame) -> pd.DataFrame | None:
    """Read the students of each school, or derive them from a rate; None when neither is given."""
    columns = rows.recipe.columns
    if "enrolled" in columns:
        return rows.numbers(columns["enrolled"])
    if "rate" not in columns:
        return None
    rate = columns["rate"]
    decimals = rate.decimals
    if decimals is None:
        decimals = last_decimal(rows.cells[rate.column], rows.recipe.format.decimal)
    half = 0.5 * 10.0**-decimals * CENTS.get(rate.unit, 1.0) * rate.factor
    students = enrolment_of_rate(part, rows.numbers(rate), half)
    rows.tell_derived(students)
    return students


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


def refuse_words(rows: Rows, name: str, words: pd.Series, allowed: Sequence[str]) -> None:
    """Refuse a column with a word that is not one of ours."""
    strange = words[~words.isin(allowed)]
    if len(strange):
        raise FileError(
            rows.file,
            f"{name} {strange.iloc[0]!r} is not one of {', '.join(allowed)}",
            f"map the publisher's words in columns.{name}.map",
            column=rows.recipe.columns[name].column,
            row=int(strange.index[0]),
        )


def points(rows: Rows) -> gpd.GeoSeries:
    """Draw the points that a recipe tells of; empty where the file has no coordinates."""
    recipe_points = rows.recipe.points
    if recipe_points is None:
        raise ValueError("the recipe has no points")
    x, y = _coordinates(rows, recipe_points)
    drawn = gpd.GeoSeries(gpd.points_from_xy(x, y), index=x.index, crs=recipe_points.crs)
    _refuse_false_degrees(rows, drawn, x, y)
    drawn = drawn.to_crs(STORED_CRS)
    return drawn.mask(x.isna() | y.isna(), None)


def _coordinates(rows: Rows, points: Points) -> tuple[pd.Series, pd.Series]:
    if points.text:
        pattern = re.compile(points.pattern)
        hits = [pattern.search(cell) for cell in rows.cells[points.text]]
        parts = {axis: ["" if hit is None else hit[axis] for hit in hits] for axis in "xy"}
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
    return kept.assign(source=rows.recipe.id, vintage=rows.recipe.vintage).reset_index(drop=True)


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


def counts(part: pd.DataFrame, whole: pd.DataFrame | None, names: tuple[str, str]) -> pd.DataFrame:
    """Put a count and its whole together in one of the states of a value.

    Parameters
    ----------
    part, whole : DataFrame
        From `data.read.cells.parse_numbers`; `whole` is None when the file gives none.
    names : tuple of str
        What the two are called, for reasons.

    Returns
    -------
    DataFrame
        `enrolled` and `chronic_absent` with their bounds (Int64), `status`, `reason`, `refused`.
    """
    if whole is None:
        empty = dict.fromkeys(("value", "lower", "upper"), np.nan)
        whole = part.assign(**empty, status="missing", reason=NO_ENROLMENT, refused="")
    refused = part["refused"].mask(part["refused"].eq(""), whole["refused"])
    refused = refused.mask(refused.eq(""), above(part["value"], whole["value"], names))
    least = above(part["lower"], whole["value"], (f"the least {names[0]}", names[1]))
    refused = refused.mask(refused.eq(""), least)
    counted, based = part["status"].eq("reported"), whole["status"].eq("reported")
    blamed = whole.where(counted & ~based, part)
    upper = part["upper"].where(
        part["upper"].le(whole["value"]) | whole["value"].isna(), whole["value"]
    )
    table = pd.DataFrame(
        {
            "enrolled": whole["value"].where(based),
            "enrolled_lower": np.ceil(whole["lower"]),
            "enrolled_upper": np.floor(whole["upper"]),
            "chronic_absent": part["value"].where(counted & based),
            "lower": np.ceil(part["lower"]),
            "upper": np.floor(upper.where(part["upper"].notna())),
        }
    )
    table = table.mask(refused.ne("")).astype(dict.fromkeys(COUNT_COLUMNS, "Int64"))
    words = {"status": blamed["status"], "reason": blamed["reason"], "refused": refused}
    return table.assign(**words)


def above(part: pd.Series, whole: pd.Series, names: tuple[str, str]) -> pd.Series:
    """Say why rows cannot be used whose part exceeds the whole; "" for the others."""
    reason = f"Refused: {names[0]} is above {names[1]}."
    too_large = part.gt(whole).fillna(False).astype(bool)
    return pd.Series("", index=part.index, dtype="str").mask(too_large, reason)
