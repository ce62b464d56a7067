"""What a recipe says: how one publisher's file becomes one of our tables. Data, not code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from data.store.provenance import Release

Table = Literal[
    "tracts",
    "schools",
    "absence",
    "drivers",
    "school_drivers",
    "zones",
    "flows",
    "crosswalk",
    "other_tracts",
    "providers",
    "designations",
    "centres",
    "travel_times",
]
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

KEYS: Mapping[str, str] = MappingProxyType(
    {
        "tracts": "geoid",
        "schools": "school_id",
        "absence": "school_id",
        "drivers": "geoid",
        "school_drivers": "school_id",
        "zones": "zone_id",
        "flows": "school_id",
        "crosswalk": "source",
        "other_tracts": "geoid",
        "providers": "provider_id",
        "designations": "area_id",
        "centres": "geoid",
        "travel_times": "geoid",
    }
)


SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "delimited": (".csv", ".tsv", ".txt", ".csv.gz", ".zip"),
        "excel": (".xlsx", ".xls"),
        "vector": (".geojson", ".json", ".gpkg", ".shp", ".zip"),
        "census": (".json", ".csv", ".zip"),
    }
)


@dataclass(frozen=True)
class Format:
    """How the bytes are laid out.

    Attributes
    ----------
    kind : str
        "census" is an answer of the Census Bureau's interface or a table downloaded from
        data.census.gov: its content tells which.
    encoding : str
        "auto" finds a byte-order mark, else UTF-8, else Windows-1252 (then said in the ledger).
    sheet, layer, member : str
        Worksheet, layer, or file inside a zip; "" when there is only one.
    header_row : int
        Row with the column names; rows above it are titles and are skipped.
    decimal, thousands : str
        Marks inside numbers; a number that does not follow them is an error, never a guess.
    """

    kind: Literal["delimited", "excel", "vector", "census"]
    delimiter: Literal[",", ";", "\t", "|"] = ","
    encoding: Literal["auto", "utf-8", "cp1252", "utf-16"] = "auto"
    sheet: str = ""
    layer: str = ""
    member: str = ""
    header_row: int = 1
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""


@dataclass(frozen=True)
class Tokens:
    """Words that stand where a number would.

    Attributes
    ----------
    suppressed : mapping of str to str
        Word to what is known of the hidden figure ("<10", "10 or fewer", "" for nothing).
    missing : tuple of str
        Words and codes for "not collected"; codes match by value ("-999" also -999.0).
    exact : tuple of str
        Words and codes that stand in place of a margin when it is 0: the estimate is controlled.
    censored : bool
        Whether cells such as "<5", ">95" or "n<10" occur: withheld, with those bounds.
    reason : str
        Why the publisher withholds, in plain words.
    """

    suppressed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    missing: tuple[str, ...] = ("",)
    exact: tuple[str, ...] = ()
    censored: bool = False
    reason: str = "Withheld by the publisher."


@dataclass(frozen=True)
class Column:
    r"""Where one of our columns comes from.

    Attributes
    ----------
    column : str
        Header in the file; or `constant`, the same text in every row.
    unit : str
        "text", or the unit of the numbers as published.
    scale : str
        Factor applied after reading, "1" or a fraction such as "13/18".
    map : mapping of str to str
        Published word to our word; a word that is not listed gets `default`, or is an error
        when there is none.
    pattern, replace : str
        Regular expression that must match the whole text, and what to make of it ("\2, \1").
    split : str
        Separator when one cell names several (zones only).
    tokens : Tokens or None
        In place of the recipe's tokens.
    """

    column: str = ""
    constant: str = ""
    unit: Unit = "text"
    scale: str = "1"
    map: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    default: str = ""
    pattern: str = ""
    replace: str = ""
    split: str = ""
    tokens: Tokens | None = None

    @property
    def factor(self) -> float:
        """`scale` as a number."""
        return float(Fraction(self.scale))


@dataclass(frozen=True)
class Identifier:
    """What a valid id looks like.

    Attributes
    ----------
    pattern : str
        Regular expression that the whole id matches after padding.
    pad : int
        Length to restore with leading zeros; 0 for none.
    also : tuple of str
        More columns of the file that make up the id, joined to the first by blanks.
    """

    pattern: str
    pad: int = 0
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """Rows to keep; the others go to the ledger with `reason`.

    Attributes
    ----------
    equals, one_of, none_of, regex
        Exactly one of them is given.
    unless : str
        "absence" keeps a row all the same when its school has an absence figure.
    """

    column: str
    reason: str
    equals: str = ""
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    regex: str = ""
    unless: Literal["", "absence"] = ""


@dataclass(frozen=True)
class Override:
    """Text that replaces a target where another column holds a given word."""

    target: str
    value: str
    column: str
    equals: str


@dataclass(frozen=True)
class Points:
    """Where a place is: columns `x` and `y`, or `text` with (?P<x>..) and (?P<y>..)."""

    x: str = ""
    y: str = ""
    text: str = ""
    pattern: str = ""
    crs: str = "EPSG:4326"


@dataclass(frozen=True)
class Measure:
    """One measure in a wide file, in one of three forms.

    `value` with `moe` or `interval`; `part` and `whole`, from which a fraction is formed; or, for
    figures by school, `numerator` and `denominator`.

    Attributes
    ----------
    unit : str
        As published; "" with `numerator` and with `part`.
    moe : str
        Column of 90 % margins of error.
    interval : str
        Column that holds both ends of a 95 % interval as text, "( 8.9, 11.3)".
    scale : str
        Factor applied after reading, "1" or a fraction or decimal such as "1.609344".
    part, whole : tuple of str
        Census table lines that are summed, without E (estimate) and M (margin): "B25014_005".
    vintage : str
        What the figure describes, where it is more than the recipe says.
    """

    id: str
    unit: MeasureUnit = ""
    value: str = ""
    moe: str = ""
    interval: str = ""
    scale: str = "1"
    part: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    numerator: str = ""
    denominator: str = ""
    vintage: str = ""

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


@dataclass(frozen=True)
class Recipe:
    """How one publisher's file is read.

    Attributes
    ----------
    id : str
        Source id in every row and in the manifest.
    title : str
        {layout} stands for the title of the layout that the file is recognised as.
    mirror : str
        Path of the file inside a mirror folder, and inside the download cache. Here, in `url`, in
        `title`, in the pattern of ids and filters a place fills in {place}, {state_fips}, {state}
        (its name without blanks) and {state_name}; in `url` also {variables}, the census lines.
    url : str
        Address of the file; with `by_hand` the address of the page it is taken from.
    by_hand : str
        What a person must do when no single address gives the file; "" otherwise.
    sha256 : str
        Wanted hash when the publisher's file must never change; "" for any.
    definition : str
        What the figures mean, in the publisher's terms.
    vintage : str
        What the figures describe; "" with `layouts`, which say so.
    layouts : tuple of str
        Layouts of data/layouts.toml that the file may have: the one it is recognised as gives
        vintage, tokens and, for drivers, the measures.
    only : tuple of str
        Measures to take from the layout; all of them when empty.
    """

    id: str
    publisher: str
    title: str
    table: Table
    url: str
    mirror: str
    release: Release
    licence: str
    definition: str
    format: Format
    columns: Mapping[str, Column]
    identifier: Identifier
    vintage: str = ""
    layouts: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    tokens: Tokens = field(default_factory=Tokens)
    filters: tuple[Filter, ...] = ()
    overrides: tuple[Override, ...] = ()
    measures: tuple[Measure, ...] = ()
    points: Points | None = None
    by_hand: str = ""
    sha256: str = ""

    @property
    def key(self) -> str:
        """Name of the column that identifies a row's tract, school or zone."""
        return KEYS[self.table]

    def tokens_of(self, column: Column) -> Tokens:
        """Tokens that apply to a column."""
        return column.tokens or self.tokens

    def headers(self) -> tuple[str, ...]:
        """Every column of the file that the recipe reads, without repeats."""
        named = [each.column for each in self.columns.values()]
        named += self.identifier.also
        named += [each.column for each in self.filters]
        named += [each.column for each in self.overrides]
        for measure in self.measures:
            named += measure.headers()
        if self.points is not None:
            named += [self.points.x, self.points.y, self.points.text]
        return tuple(dict.fromkeys(name for name in named if name))


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
