"""The parts of a recipe: how the bytes, the words, the columns and the rows of a file are read."""

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
MeasureUnit = Literal["", PublishedUnit]


Unit = Literal["text", "amount", PublishedUnit]

GRADES = ("PK", "K", *(str(grade) for grade in range(1, 13)))
"""Grades in the order of a child's years at school."""

SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "delimited": (".csv", ".tsv", ".txt", ".csv.gz", ".zip"),
        "excel": (".xlsx", ".xls"),
        "vector": (".geojson", ".json", ".gpkg", ".shp", ".zip"),
        "census": (".json", ".csv", ".zip"),
    }
)


@dataclass(frozen=True, config=STRICT)
class Format:
    """How the bytes are laid out."""

    kind: Literal["delimited", "excel", "vector", "census"] = Field(
        description="What the file is. `census` is an answer of the Census Bureau's interface or a "
        "table downloaded from data.census.gov: its content tells which.",
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
        "nothing); codes match by value.",
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
        description="Separator when one cell names several (zones only).",
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


@dataclass(frozen=True, config=STRICT)
class Filter:
    """Rows to keep, by exactly one of `equals`, `one_of`, `none_of` and `regex`."""

    column: str = Field(description="Header in the file.", examples=["category"])
    reason: str = Field(
        description="Why the other rows are left out, for the ledger.",
        examples=["A student group: its students are counted under all students."],
    )
    equals: str = Field(default="", description="The word to keep.", examples=["All Students"])
    one_of: tuple[str, ...] = Field(
        default=(), description="Words to keep.", examples=[["PK", "K"]]
    )
    none_of: tuple[str, ...] = Field(
        default=(), description="Words to leave out.", examples=[["Closed"]]
    )
    regex: str = Field(
        default="",
        description="Regular expression that the whole cell matches.",
        examples=["[0-9]{11}"],
    )
    unless: Literal["", "absence"] = Field(
        default="",
        description="`absence` keeps a row all the same when its school has an absence figure.",
        examples=["absence"],
    )
    totals: StrictBool = Field(
        default=False,
        description="The rows left out hold the publisher's own totals: the largest of each year "
        "is compared with the sum of the schools (absence only).",
        examples=[True],
    )


@dataclass(frozen=True, config=STRICT)
class Override:
    """Text that replaces a target where another column holds a word, by `equals` or `regex`."""

    target: str = Field(description="Our column that is changed.", examples=["level"])
    value: str = Field(description="The text it gets.", examples=["early"])
    column: str = Field(description="Header in the file that decides.", examples=["type"])
    equals: str = Field(
        default="", description="The word it holds there.", examples=["Early Childhood"]
    )
    regex: str = Field(
        default="",
        description="Regular expression that the whole cell matches.",
        examples=["(?i).*early.*"],
    )
    default: str = Field(
        default="", description="The text it gets elsewhere; empty to leave it.", examples=["high"]
    )


@dataclass(frozen=True, config=STRICT)
class Grades:
    """Grades that a school teaches, from which its level follows; in one of three forms.

    `offered` as text, `lowest` and `highest`, or `each`, a column a grade.
    """

    offered: str = Field(
        default="",
        description="Column of grades as text: a range (`K-5`) or a list (`KG,01,02`).",
        examples=["Grades Offered"],
    )
    a_row_each: StrictBool = Field(
        default=False,
        description="Whether `offered` names one grade a row, so that a school has several rows; "
        "of other columns its first row is read.",
        examples=[True],
    )
    lowest: str = Field(
        default="", description="Column of the lowest grade.", examples=["Low Grade"]
    )
    highest: str = Field(
        default="", description="Column of the highest grade.", examples=["High Grade"]
    )
    each: Mapping[str, str] = Field(
        default_factory=dict,
        description="Grade (`PK`, `K`, `1` to `12`) to its column of students, or of yes and no.",
        examples=[{"K": "Kindergarten", "1": "Grade One"}],
    )

    def headers(self) -> tuple[str, ...]:
        """Columns of the file that are read, "" among them for none."""
        return (self.offered, self.lowest, self.highest, *self.each.values())


@dataclass(frozen=True, config=STRICT)
class Points:
    """Where a school, provider or centre is: columns `x` and `y`, or a `text` and its `pattern`."""

    x: str = Field(
        default="", description="Column of longitudes or eastings.", examples=["LONGITUDE"]
    )
    y: str = Field(
        default="", description="Column of latitudes or northings.", examples=["LATITUDE"]
    )
    text: str = Field(
        default="",
        description="Column that holds both coordinates as text.",
        examples=["Location 1"],
    )
    pattern: str = Field(
        default="",
        description="Regular expression with the groups `(?P<x>...)` and `(?P<y>...)`.",
        examples=[r"\((?P<y>[-0-9.]+), (?P<x>[-0-9.]+)\)"],
    )
    crs: str = Field(
        default="EPSG:4326", description="Coordinate system of the numbers.", examples=["EPSG:2263"]
    )


@dataclass(frozen=True, config=STRICT)
class Measure:
    """One measure in a wide file, in one of three forms.

    `value` with `moe` or `interval`; `part` and `whole`, from which a fraction is formed; or, for
    figures by school, `numerator` and `denominator`.
    """

    id: str = Field(description="Its id in data/measures.toml.", examples=["temporary_housing"])
    unit: MeasureUnit = Field(
        default="",
        description="Unit as published; empty with `part` and with `numerator`.",
        examples=["percent"],
    )
    value: str = Field(default="", description="Column of the figure.", examples=["EP_POV150"])
    moe: str = Field(
        default="", description="Column of 90 % margins of error.", examples=["MP_POV150"]
    )
    interval: str = Field(
        default="",
        description="Column that holds both ends of a 95 % interval as text, `( 8.9, 11.3)`.",
        examples=["CASTHMA_Crude95CI"],
    )
    scale: str = Field(
        default="1",
        description="Factor applied after reading: a number or a fraction.",
        examples=["1.609344"],
    )
    part: tuple[str, ...] = Field(
        default=(),
        description="Lines of a census table that are summed, without E (estimate) and M (margin).",
        examples=[["B25014_005", "B25014_006"]],
    )
    whole: tuple[str, ...] = Field(
        default=(), description="Lines that `part` is a part of.", examples=[["B25014_001"]]
    )
    numerator: str = Field(
        default="",
        description="Column of the students counted.",
        examples=["temporary_housing"],
    )
    denominator: str = Field(
        default="", description="Column of the students among whom.", examples=["total_enrolled"]
    )
    vintage: str = Field(
        default="",
        description="What the figure describes, where it is more than the recipe says.",
        examples=["ACS 2018-2022, national ranks"],
    )

    @property
    def is_formed(self) -> bool:
        """Whether the figure is formed from sums of counts."""
        return bool(self.part)

    def lines(self) -> tuple[str, ...]:
        """Columns of counts that the figure is formed from, estimates and margins."""
        return tuple(f"{line}{end}" for line in self.part + self.whole for end in "EM")

    def headers(self) -> tuple[str, ...]:
        """Columns of the file that the measure reads, "" among them for none."""
        plain = (self.value, self.moe, self.interval, self.numerator, self.denominator)
        return plain + self.lines()


def measure_problem(measure: Measure, *, by_school: bool) -> str:
    """Say why a measure is not laid out in one of its forms; "" when it is."""
    published = any((measure.value, measure.moe, measure.interval))
    summed = any((measure.part, measure.whole))
    counted = any((measure.numerator, measure.denominator))
    if by_school:
        fine = all((measure.numerator, measure.denominator)) and not (published or summed)
    elif summed:
        fine = all((measure.part, measure.whole)) and not (published or counted or measure.unit)
    else:
        one_margin = not (measure.moe and measure.interval)
        fine = all((measure.value, measure.unit, one_margin)) and not counted
    if fine:
        return ""
    return (
        f"{measure.id}: drivers need unit and value (with moe or interval), or part and whole; "
        "school_drivers numerator and denominator"
    )
