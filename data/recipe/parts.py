"""The parts of a recipe: how the bytes, the words, the columns and the ids of a file are read."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from pydantic import Field, StrictBool, StrictInt
from pydantic.dataclasses import dataclass

from data.recipe.binding import STRICT

PublishedUnit = Literal[
    "count",
    "fraction",
    "percent",
    "text percent",
    "percentile",
    "usd",
    "years",
    "km",
    "per_1000",
    "per_100k",
]
Unit = Literal["text", "amount", PublishedUnit]

SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "delimited": (".csv", ".tsv", ".txt", ".csv.gz", ".zip"),
        "excel": (".xlsx", ".xls"),
        "vector": (".geojson", ".json", ".gpkg", ".shp", ".zip"),
        "census": (".json", ".csv", ".zip"),
        "xml": (".xml",),
    }
)


@dataclass(frozen=True, config=STRICT)
class Format:
    """How the bytes are laid out."""

    kind: Literal["delimited", "excel", "vector", "census", "xml"] = Field(
        description="What the file is. `census` is an answer of the Census Bureau's interface or a "
        "table downloaded from data.census.gov: its content tells which. `xml` is a list of "
        "elements that hold one element a column, as feeds give it.",
        examples=["delimited"],
    )
    delimiter: Literal[",", ";", "\t", "|"] = Field(
        default=",", description="Mark between cells of a delimited text.", examples=[";"]
    )
    encoding: Literal["auto", "utf-8", "cp1252", "utf-16"] = Field(
        default="auto",
        description="`auto` finds a byte-order mark, else UTF-8, else Windows-1252 (then said in "
        "the ledger).",
        examples=["cp1252"],
    )
    sheet: str = Field(
        default="",
        description="Worksheet of a workbook; empty for the only one.",
        examples=["Schools"],
    )
    layer: str = Field(
        default="",
        description="Layer of a geographic file; empty for the only one.",
        examples=["tracts"],
    )
    member: str = Field(
        default="",
        description="File inside a zip; empty for the only one.",
        examples=["tracts.shp"],
    )
    item: str = Field(
        default="",
        description="Element that is a row of an XML file; the elements in it are its columns. The "
        "first counts as row 2, as below a header.",
        examples=["item"],
    )
    header_row: StrictInt = Field(
        default=1,
        description="Row with the column names, from 1; rows above it are titles and are skipped.",
        examples=[3],
    )
    header_rows: tuple[StrictInt, ...] = Field(
        default=(),
        description="Rows that make up the column names together, in place of `header_row`: joined "
        "with blanks; an empty cell of an upper row has the text to its left, as merged cells do.",
        examples=[[3, 4]],
    )
    fill_down: tuple[str, ...] = Field(
        default=(),
        description="Headers of columns whose empty cells have the text above them, as merged "
        "cells do.",
        examples=[["School ID", "School"]],
    )
    decimal: Literal[".", ","] = Field(
        default=".",
        description="Decimal mark; a number that does not follow it is an error, never a guess.",
        examples=[","],
    )
    thousands: Literal["", ",", ".", " ", "'"] = Field(
        default="",
        description="Mark between groups of three digits; empty for none.",
        examples=[","],
    )


@dataclass(frozen=True, config=STRICT)
class Tokens:
    """Words that stand where a number would."""

    suppressed: Mapping[str, str] = Field(
        default_factory=dict,
        description="Word to what is known of the hidden figure (`<10`, `10 or fewer`, empty for "
        "nothing); codes match by value. Of a rate a bound is only read with its sign (`<10%`), or "
        "in the column's own `tokens`: `<10` speaks of students.",
        examples=[{"s": "<10", "*": ""}],
    )
    missing: tuple[str, ...] = Field(
        default=("",),
        description='Words and codes for "not collected"; codes match by value (`-999` also '
        "-999.0).",
        examples=[["", "N/A", "-999"]],
    )
    exact: tuple[str, ...] = Field(
        default=(),
        description="Words and codes in place of a margin of error that is 0: the estimate is "
        "controlled.",
        examples=[["-555555555"]],
    )
    censored: StrictBool = Field(
        default=False,
        description="Whether cells such as `<5`, `>95`, `n<10` occur: withheld, with those bounds; "
        "bounds of a rate bound the count, where the students are known.",
        examples=[True],
    )
    reason: str = Field(
        default="Withheld by the publisher.",
        description="Why the publisher withholds, in plain words.",
        examples=["Fewer than 10 students."],
    )


@dataclass(frozen=True, config=STRICT)
class Column:
    """Where one of our columns comes from."""

    column: str = Field(
        default="", description="Header in the file; or give `constant`.", examples=["school_name"]
    )
    constant: str = Field(
        default="", description="The same text in every row.", examples=["2018-19"]
    )
    plus: tuple[str, ...] = Field(
        default=(),
        description="Headers of more columns, added to this one: parts of a count that stand "
        "apart, such as absent for 10 to 20 % of the days and for more.",
        examples=[["20 % or more"]],
    )
    words: str = Field(
        default="",
        description="Header of a second column, read where a number's own cell is empty: its words "
        "say why, and `tokens` what they mean.",
        examples=["chronic_absent_rate_label"],
    )
    decimals: StrictInt | None = Field(
        default=None,
        description="Decimals that a published rate is rounded to; those seen in the file when "
        "left out. They bound the counts that are derived from it.",
        examples=[2],
    )
    unit: Unit = Field(
        default="text",
        description="`text`, `count` for whole numbers, `amount` for supply, minutes and weights, "
        "or the unit of the numbers as published. `chronic_absent` may be a rate (`percent`, "
        "`text percent`, `fraction`): times `enrolled` it is the count, with its bounds.",
        examples=["count"],
    )
    complement: StrictBool = Field(
        default=False,
        description="Whether the column tells of those who attend regularly: `chronic_absent` and "
        "`rate` are then what is left of all.",
        examples=[True],
    )
    scale: str = Field(
        default="1",
        description="Factor applied after reading: a number or a fraction.",
        examples=["13/18"],
    )
    map: Mapping[str, str] = Field(
        default_factory=dict,
        description="Published word to our word; a word that is not listed gets `default`, or is "
        "an error when there is none.",
        examples=[{"Elementary": "elementary", "K-8": "k8"}],
    )
    rules: Mapping[str, str] = Field(
        default_factory=dict,
        description="Regular expression to our word, for words that `map` lacks; the first that "
        "matches the whole word counts.",
        examples=[{"(?i).*elem.*": "elementary", "(?i).*high.*": "high"}],
    )
    default: str = Field(
        default="",
        description="Text for empty cells and for words that `map` and `rules` lack.",
        examples=["unknown"],
    )
    file_name: str = Field(
        default="",
        description="Regular expression found in the file's name, in place of `column`: the text "
        "is its first group.",
        examples=["([0-9]{4}-[0-9]{2})"],
    )
    one_year: Literal["", "starts", "ends"] = Field(
        default="",
        description="What a single year (2019) tells of the school year, for `school_year`: it "
        "`starts` (2019-20) or `ends` (2018-19) then.",
        examples=["ends"],
    )
    pattern: str = Field(
        default="",
        description="Regular expression that must match the whole text, for `replace`.",
        examples=["(.+), (.+)"],
    )
    replace: str = Field(
        default="",
        description="What to make of the text that `pattern` matches.",
        examples=["\\2 \\1"],
    )
    split: str = Field(
        default="",
        description="Separator when one cell names several schools (zones; `serves` of providers).",
        examples=[","],
    )
    tokens: Tokens | None = Field(
        default=None,
        description="Tokens of this column, in place of the recipe's.",
        examples=[{"missing": ["", "none"]}],
    )

    @property
    def factor(self) -> float:
        """`scale` as a number."""
        return float(Fraction(self.scale))


@dataclass(frozen=True, config=STRICT)
class Identifier:
    """What a valid id looks like."""

    pattern: str = Field(
        description="Regular expression that the whole id matches after padding.",
        examples=["{state_fips}[0-9]{9}"],
    )
    pad: StrictInt = Field(
        default=0, description="Length to restore with leading zeros; 0 for none.", examples=[11]
    )
    also: tuple[str, ...] = Field(
        default=(),
        description="More columns of the file that make up the id, put behind the first.",
        examples=[["COUNTYFP", "TRACTCE"]],
    )
    pads: tuple[StrictInt, ...] = Field(
        default=(),
        description="Length of each part of such an id, restored with leading zeros; 0 for none.",
        examples=[[4, 3, 0]],
    )
    joint: Literal[" ", "", "-", "_"] = Field(
        default=" ", description="What stands between the parts.", examples=["-"]
    )
    ids: Mapping[str, str] = Field(
        default_factory=dict,
        description="Ids of this file that other files know by another: this one to that one.",
        examples=[{"03M610": "04M610"}],
    )
