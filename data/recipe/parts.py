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
        "nothing).",
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
        description="Whether cells such as `<5`, `>95`, `n<10` occur: withheld, with those bounds.",
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
    words: str = Field(
        default="",
        description="Header of a second column, read where a number's own cell is empty: its words "
        "say why, and `tokens` what they mean.",
        examples=["chronic_absent_rate_label"],
    )
    decimals: StrictInt | None = Field(
        default=None,
        description="Decimals that a published `rate` is rounded to; those seen in the file when "
        "left out. They bound the students that are derived from it.",
        examples=[2],
    )
    unit: Unit = Field(
        default="text",
        description="`text`, `count` for whole numbers, `amount` for supply and minutes, or the "
        "unit of the numbers as published.",
        examples=["count"],
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
    default: str = Field(
        default="",
        description="Text for empty cells and for words that `map` lacks.",
        examples=["unknown"],
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
        description="More columns of the file that make up the id, joined to the first by blanks.",
        examples=[["COUNTYFP", "TRACTCE"]],
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


@dataclass(frozen=True, config=STRICT)
class Override:
    """Text that replaces a target where another column holds a given word."""

    target: str = Field(description="Our column that is changed.", examples=["level"])
    value: str = Field(description="The text it gets.", examples=["early"])
    column: str = Field(description="Header in the file that decides.", examples=["type"])
    equals: str = Field(description="The word it holds there.", examples=["Early Childhood"])


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
