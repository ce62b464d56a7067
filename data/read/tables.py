"""From the columns of a recipe to the rows of each table."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import geopandas as gpd
import numpy as np
import pandas as pd

from data.contracts.check import STORED_CRS
from data.contracts.vocabulary import AREA_DIGITS, FEATURE_LAYERS, LEVELS, PROVIDER_KINDS
from data.errors import FileError
from data.read.cells import CENTS, NUMBER, Reading, parse_numbers
from data.read.evidence import fractions_for_percents
from data.read.file_check import LIMITS, Limits
from data.read.grades import levels
from data.recipe.parts import Column
from data.recipe.recipe import Recipe
from data.recipe.rows import Points
from data.store.provenance import Ledger
from geo.areas.geoid import repair

NO_TARGET = "The piece lies in no tract that has an id."
NO_AREA = "The area is no tract, county or part of one, or its id does not fit."
NO_TIME = "No travel time."
NO_CENTRE = "No coordinates."
SAME_AREA = "The area is designated more than once: counted once."
NO_TRACT = "No tract id: the students live at an unknown address, or elsewhere."
NO_COUNT = "No count of students."
NO_SHAPE = "No shape."
WRONG_SHAPE = "The shape is not one that its layer holds: take the file of areas, or of lines."
NO_BOUND = "The count is withheld, and nothing is known of it."


@dataclass(frozen=True)
class Beside:
    """What other files of a place told before one is read.

    Attributes
    ----------
    keep : collection of str
        Ids that filters marked `unless` let pass (schools with an absence figure).
    students : DataFrame or None
        Students of whom the file gives a share, as in the contract of enrolment.
    """

    keep: Collection[str] = frozenset()
    students: pd.DataFrame | None = None


ALONE = Beside()


@dataclass(frozen=True)
class Rows:
    """One file between reading and shaping; everything is on the same index of file rows.

    Attributes
    ----------
    cells : DataFrame of str
        As published.
    text : DataFrame of str
        Our columns of text, the id among them.
    beside : Beside
        What other files of the place told before.
    """

    recipe: Recipe
    file: str
    cells: pd.DataFrame
    text: pd.DataFrame
    geometry: gpd.GeoSeries | None
    ledger: Ledger
    limits: Limits = LIMITS
    beside: Beside = ALONE

    def numbers(self, column: Column, *, bounded: bool = True) -> pd.DataFrame:
        """Read one column of numbers, or the sum of several."""
        if column.plus:
            parts = [
                self.numbers(replace(column, column=header, plus=()), bounded=bounded)
                for header in (column.column, *column.plus)
            ]
            return reduce(_added, parts)
        tokens = self.recipe.tokens_of(column)
        if bounded:  # a margin may be exact, an estimate is not
            tokens = replace(tokens, exact=())
        reading = Reading(
            self.file, column.column, column, tokens, self.recipe.format, bounded=bounded
        )
        cells = self.cells[column.column]
        if column.words:
            cells = cells.where(cells.str.strip().ne(""), self.cells[column.words])
        read = parse_numbers(cells, reading)
        if bounded and column.unit in CENTS and fractions_for_percents(read["value"]):
            words = f"{column.column}: nearly all figures are at most 1, and the unit is percent."
            self.ledger.doubt("fraction_for_percent", *self.name, words, self._ids)
        return read

    def students(self, column: Column) -> pd.DataFrame:
        """Read columns of students; more than any school or district has are refused."""
        read, most = self.numbers(column), self.limits.students
        large = read.index[read["value"].gt(most)]
        if len(large):
            what = "school" if most == LIMITS.students else "district"
            raise FileError(
                self.file,
                f"{self.cells[column.column][large[0]]!r} students in one row; no {what} has more "
                f"than {most:,}",
                "correct the cell, filter rows of whole states out, or name the right column",
                column=column.column,
                row=int(large[0]),
            )
        return read

    def refuse(self, refused: pd.Series) -> None:
        """List the rows that cannot be used, each with its number in the file."""
        for reason, ids in self._by_reason(refused):
            self.ledger.record(*self.name, "dropped", reason, ids)

    def empty(self, refused: pd.Series) -> None:
        """List the rows of which one figure cannot be used; it is left empty."""
        for reason, ids in self._by_reason(refused):
            words = f"{reason.removesuffix('.')}: figure left empty."
            self.ledger.record(*self.name, "repaired", words, ids)

    def tell_derived(self, figures: pd.DataFrame, what: str) -> None:
        """List the rows whose figure is derived from a rate, and what rounding leaves open."""
        derived = figures["value"].notna() & figures["refused"].eq("")
        exact = figures["lower"].eq(figures["upper"])
        off = np.maximum(figures["upper"] - figures["value"], figures["value"] - figures["lower"])
        words = f"{what}: only one number fits both."
        self.ledger.record(*self.name, "matched", words, self._ids[derived & exact])
        words = f"{what}: within {off.max():g}, by rounding."
        self.ledger.record(*self.name, "matched", words, self._ids[derived & ~exact])

    @property
    def name(self) -> tuple[str, str]:
        """Source and table, as the ledger names them."""
        return self.recipe.id, self.recipe.table

    @property
    def _ids(self) -> pd.Series:
        return self.text[self.recipe.key].astype("str")

    def _by_reason(self, refused: pd.Series) -> Iterator[tuple[str, list[str]]]:
        ids = self._ids
        for reason, rows in refused[refused.ne("")].groupby(refused, sort=False).groups.items():
            yield str(reason), [f"{ids[row]} (row {row:,})" for row in rows]

    def kept(self, table: pd.DataFrame) -> int:
        """Count the rows of the file that a table holds."""
        by_scale = any(each.where for each in self.recipe.scales)
        per_row = len(self.recipe.measures) or (1 if by_scale else len(self.recipe.scales)) or 1
        return len(self.text) if self.recipe.table == "zones" else len(table) // per_row


def _added(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Add two columns of counts: known only where both are, within the sum of their bounds."""
    blamed = second.where(first["status"].eq("reported"), first)
    total = {name: first[name] + second[name] for name in ("value", "lower", "upper")}
    return blamed.assign(**total)


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
    for name in ("name", "county_name", "neighbourhood"):
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
    table["level"] = table["level"].where(
        table["level"].ne("unknown"), levels(rows.recipe, rows.file, rows.cells)
    )
    refuse_words(rows, "level", table["level"], LEVELS)
    table["students"] = pd.array([pd.NA] * len(table), dtype="Int64")
    if "students" in rows.recipe.columns:
        read = rows.students(rows.recipe.columns["students"])
        rows.empty(read["refused"])
        table["students"] = read["value"].where(read["refused"].eq("")).astype("Int64")
    geometry = points(rows) if rows.recipe.points is not None else rows.geometry
    if geometry is None:
        geometry = gpd.GeoSeries([None] * len(table), index=table.index, crs=STORED_CRS)
    return gpd.GeoDataFrame(table, geometry=geometry, crs=STORED_CRS).set_index("school_id")


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


def districts(rows: Rows) -> gpd.GeoDataFrame:
    """Shape outlines of districts, with their names and, where the file has them, their ids."""
    if rows.geometry is None:
        raise FileError(rows.file, "districts need outlines", "use a geographic file")
    table = rows.text.copy()
    if "district_id" not in table.columns:
        table["district_id"] = ""
    shaped = gpd.GeoDataFrame(table, geometry=rows.geometry, crs=STORED_CRS)
    return shaped.set_index("outline_id")


def refuse_words(rows: Rows, name: str, words: pd.Series, allowed: Sequence[str]) -> None:
    """Refuse a column with a word that is not one of ours."""
    strange = words[~words.isin(allowed)]
    if len(strange):
        raise FileError(
            rows.file,
            f"{name} {strange.iloc[0]!r} is not one of {', '.join(allowed)}",
            f"map the publisher's words in columns.{name}.map",
            column=rows.recipe.columns.get(name, Column()).column,
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
    for name in ("supply", "cost"):
        if name in rows.recipe.columns:
            read = rows.numbers(rows.recipe.columns[name])
            rows.empty(read["refused"])
            table[name] = read["value"].where(read["refused"].eq(""))
    table = table.assign(source=rows.recipe.id, vintage=rows.recipe.vintage)
    if "serves" in rows.recipe.columns:
        table = _with_schools(rows, table)
    return _located(rows, table).set_index("provider_id")


def _with_schools(rows: Rows, table: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of each provider together where each names a school that it serves."""
    mark, names = rows.recipe.columns["serves"].split, table["serves"]
    each = names.str.split(mark, regex=False) if mark else names.map(lambda name: [name])
    lists = each.map(lambda cell: [name.strip() for name in cell if name.strip()])
    together = lists.groupby(table["provider_id"], sort=False).transform("sum")
    again = table["provider_id"].duplicated()
    reason = "Names another school of a provider: put together."
    rows.ledger.record(*rows.name, "dropped", reason, table.loc[again, "provider_id"])
    return table.assign(serves=together.map(lambda ids: tuple(dict.fromkeys(ids))))[~again]


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
    if rows.recipe.points is not None and rows.recipe.points.served:
        geometry = gpd.GeoSeries([None] * len(table), index=table.index, crs=STORED_CRS)
    else:
        geometry = points(rows) if rows.recipe.points is not None else rows.geometry
    if geometry is None:
        raise FileError(rows.file, "it gives no points", "name the coordinates in [points]")
    return gpd.GeoDataFrame(table, geometry=geometry.reindex(table.index), crs=STORED_CRS)


def flows(rows: Rows) -> pd.DataFrame:
    """Shape counts of students by school and tract; withheld ones keep their bounds."""
    read = rows.students(rows.recipe.columns["students"])
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
    """Shape a published crosswalk; a piece without a number is left out and listed.

    Where the file has no sizes, the pieces of a tract are alike: each is a whole tract under
    another id.
    """
    one = pd.DataFrame({"value": 1.0, "refused": ""}, index=rows.text.index)
    column = rows.recipe.columns.get("weight")
    read = one if column is None else rows.numbers(column)
    refused = read["refused"].mask(read["value"].isna(), "The piece has no size.")
    target = repair(rows.text["target"])
    rows.refuse(refused.mask(target.ids.isna(), NO_TARGET))
    table = rows.text[["source"]].assign(target=target.ids, weight=read["value"])
    return table[refused.eq("") & target.ids.notna()].reset_index(drop=True)


def other_tracts(rows: Rows) -> gpd.GeoDataFrame:
    """Shape the outlines of tracts of another census year."""
    if rows.geometry is None:
        raise FileError(rows.file, "tracts need outlines", "use a geographic file")
    shaped = gpd.GeoDataFrame(rows.text[["geoid"]], geometry=rows.geometry, crs=STORED_CRS)
    return shaped.set_index("geoid")


def context(rows: Rows) -> gpd.GeoDataFrame:
    """Shape water, parks, roads, boundaries, counties, places and neighbourhoods."""
    if rows.geometry is None:
        raise FileError(rows.file, "a map's context needs shapes", "use a geographic file")
    table = rows.text.copy()
    refuse_words(rows, "layer", table["layer"], tuple(FEATURE_LAYERS))
    for name in ("name", "kind"):
        if name not in table.columns:
            table[name] = ""
    kinds = rows.geometry.geom_type.astype("object")
    drawn = rows.geometry.notna() & ~rows.geometry.is_empty
    pairs = zip(table["layer"], kinds, strict=True)
    fits = drawn & np.array([kind in FEATURE_LAYERS[layer] for layer, kind in pairs], dtype=bool)
    refused = pd.Series(NO_SHAPE, index=table.index, dtype="str").mask(drawn, WRONG_SHAPE)
    rows.refuse(refused.mask(fits, ""))
    table = table.assign(source=rows.recipe.id)[fits]
    shaped = gpd.GeoDataFrame(table, geometry=rows.geometry[fits], crs=STORED_CRS)
    return shaped.reset_index(drop=True)
