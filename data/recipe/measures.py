"""The registry: every measure, and the layouts of published files that hold it."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from pydantic import Field, StrictBool, StrictInt
from pydantic.dataclasses import dataclass

from data.recipe.binding import STRICT, TomlError, bind, read_toml
from data.recipe.parts import PublishedUnit, Tokens

if TYPE_CHECKING:
    from data.recipe.recipe import Recipe

FOLDER = Path(__file__).parents[1]
MEASURES = FOLDER / "measures.toml"
LAYOUTS = FOLDER / "layouts.toml"

MeasureUnit = Literal["", PublishedUnit]
Theme = Literal[
    "housing instability",
    "health-care access",
    "economic strain",
    "transport",
    "household and language",
    "environment",
    "connection",
    "composite index",
]
Kind = Literal["survey", "modelled", "records", "computed", "index"]


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


@dataclass(frozen=True, config=STRICT)
class LayoutColumns:
    """Where one measure stands in some publishers' layouts; `Measure` explains the fields."""

    layouts: tuple[str, ...]
    unit: MeasureUnit = ""
    value: str = ""
    moe: str = ""
    interval: str = ""
    scale: str = "1"
    part: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()

    def measure(self, name: str) -> Measure:
        """Give the columns as a measure of a recipe."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        del own["layouts"]
        return Measure(id=name, **own)

    def __str__(self) -> str:
        """Say it on one line, for the data dictionary."""
        margin = f", margin {self.moe}" if self.moe else ""
        margin = f", 95 % interval {self.interval}" if self.interval else margin
        unit = f" ({self.unit})" if self.unit else ""
        figure = f"{self.value}{unit}{margin}" if self.value else ""
        figure = figure or f"({' + '.join(self.part)}) / {' + '.join(self.whole)}"
        times = f", times {self.scale}" if self.scale != "1" else ""
        return f"{', '.join(self.layouts)}: {figure}{times}"


@dataclass(frozen=True, config=STRICT)
class MeasureInfo:
    """One measure: what people read of it, and where each publisher's layout holds it.

    Attributes
    ----------
    id : str
        Value of the `measure` columns.
    label : str
        Short name for menus, axes and tables.
    question : str
        What it answers, in plain language.
    theme : str
        One of `Theme`.
    unit : str
        "fraction" or "percentile", as stored.
    direction : str
        How to read a large value.
    caveat : str
        What it cannot say.
    note : str
        Where the figures come from.
    denominator : str
        What the figure is a part of, or stands beside ("households", "residents under 19").
    touches : str
        How the condition may touch attendance, in one sentence about places.
    reference : str
        Author, year and place of publication behind `touches`.
    kind : str
        "survey" (with margins of error), "modelled" (predicted from other measures: never an
        outcome, a trend, a rank or an evaluation), "records" (counted by an agency), "computed"
        (by this project, from places) or "index" (several measures in one).
    modifiable : bool
        Whether a city, county or school can change the condition. Who families are, and what
        adults once learned, is named after what can be changed.
    map_only : bool
        Whether its figures cannot be compared between tracts: shown on the map with the caveat.
    columns : tuple of LayoutColumns
        Where the measure stands in each layout of data/layouts.toml that has it.
    """

    id: str
    label: str
    question: str
    theme: Theme
    unit: Literal["fraction", "count", "percentile", "usd", "years", "km", "per_1000", "per_100k"]
    caveat: str
    note: str
    direction: Literal["higher is harder", "lower is harder", "neither"] = "higher is harder"
    kind: Kind = "survey"
    denominator: str = ""
    touches: str = ""
    reference: str = ""
    modifiable: StrictBool = True
    map_only: StrictBool = False
    columns: tuple[LayoutColumns, ...] = ()

    @property
    def is_compared(self) -> bool:
        """Whether it may enter profiles, models and correlations, not its map alone."""
        return self.kind != "modelled" and not self.map_only


@dataclass(frozen=True, config=STRICT)
class _Registry:
    measures: tuple[MeasureInfo, ...]


@cache
def measures() -> Mapping[str, MeasureInfo]:
    """Give all measures by id, in the order of data/measures.toml.

    Raises
    ------
    TomlError
        The file says something unknown, an id twice, or two places of a measure in one layout.
    """
    entries = bind(_Registry, read_toml(MEASURES), MEASURES.name).measures
    by_id = {each.id: each for each in entries}
    if len(by_id) != len(entries):
        raise TomlError(f"{MEASURES.name}: a measure id repeats; give each its own")
    for info in entries:
        problem = _columns_problem(info)
        if problem:
            raise TomlError(f"{MEASURES.name}: {problem}")
    return MappingProxyType(by_id)


def measure(name: str) -> MeasureInfo:
    """Give one measure.

    Raises
    ------
    KeyError
        No measure has this id.
    """
    return measures()[name]


@cache
def measures_of(layout: str) -> tuple[Measure, ...]:
    """Give the measures that a layout holds, in the order of the registry."""
    return tuple(
        columns.measure(info.id)
        for info in measures().values()
        for columns in info.columns
        if layout in columns.layouts
    )


def _columns_problem(info: MeasureInfo) -> str:
    """Say what is wrong with where a measure stands; "" for nothing."""
    held = [layout for columns in info.columns for layout in columns.layouts]
    if len(set(held)) != len(held):
        return f"{info.id}: a layout is named twice"
    problems = (measure_problem(each.measure(info.id), by_school=False) for each in info.columns)
    return next((each for each in problems if each), "")


@dataclass(frozen=True, config=STRICT)
class Evidence:
    """What tells a layout from others with the same columns.

    Attributes
    ----------
    pattern : str
        Regular expression that the cells of `column` match.
    only : str
        Regular expression of the cells that count as evidence; "" for all that are filled.
    says : str
        The evidence in words.
    """

    column: str
    pattern: str
    says: str
    only: str = ""


@dataclass(frozen=True, config=STRICT)
class Ranks:
    """Columns that a layout ranks tracts by: the sum that is ranked, its rank, the state's name."""

    total: str
    rank: str
    state: str


@dataclass(frozen=True, config=STRICT)
class Layout:
    """One layout of a publisher's file; data/layouts.toml lists them.

    Attributes
    ----------
    title, vintage : str
        What the file is, and the years its figures describe: no file says so itself.
    tract_vintage : int
        Census year of the tracts.
    has, lacks : tuple of str
        Columns that the file has, and that it does not have.
    ranks : Ranks or None
        Columns of percentile ranks, which may be national or within a state.
    """

    id: str
    title: str
    vintage: str
    tract_vintage: StrictInt
    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    tokens: Tokens = Tokens()
    ranks: Ranks | None = None


@dataclass(frozen=True, config=STRICT)
class _Layouts:
    layouts: tuple[Layout, ...]


@cache
def layouts() -> Mapping[str, Layout]:
    """Give all layouts by id.

    Raises
    ------
    TomlError
        The file says something unknown, or an id twice.
    """
    entries = bind(_Layouts, read_toml(LAYOUTS), LAYOUTS.name).layouts
    by_id = {each.id: each for each in entries}
    if len(by_id) != len(entries):
        raise TomlError(f"{LAYOUTS.name}: a layout id repeats; give each its own")
    return MappingProxyType(by_id)


def measures_taken(recipe: "Recipe", layout: str) -> tuple[Measure, ...]:
    """Give the measures that a recipe takes of a layout; none but drivers do."""
    if recipe.table != "drivers":
        return ()
    chosen = measures_of(layout)
    return tuple(each for each in chosen if not recipe.only or each.id in recipe.only)
