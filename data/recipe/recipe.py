"""What a recipe says: how one publisher's file becomes one of our tables. Data, not code."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from data.recipe.binding import STRICT
from data.recipe.measures import Measure
from data.recipe.parts import Column, Format, Identifier, Tokens
from data.recipe.rows import Filter, Grades, Override, Points
from data.recipe.scales import Scale
from data.store.provenance import Release

Table = Literal[
    "tracts",
    "schools",
    "absence",
    "enrolment",
    "drivers",
    "school_drivers",
    "climate",
    "zones",
    "flows",
    "crosswalk",
    "other_tracts",
    "providers",
    "designations",
    "centres",
    "travel_times",
    "context",
    "districts",
    "daily",
]

TARGETS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {  # table: (columns a recipe must map, the id first; columns it may map)
        "tracts": (
            ("geoid",),
            ("name", "county_name", "neighbourhood", "children", "children_moe", "residents"),
        ),
        "schools": (
            ("school_id", "name"),
            ("level", "school_type", "district", "neighbourhood", "students", "other_id"),
        ),
        "absence": (
            ("school_id", "school_year", "chronic_absent"),
            ("enrolled", "rate", "name", "student_group", "grade"),
        ),
        "enrolment": (
            ("school_id", "school_year", "enrolled"),
            ("name", "student_group", "grade"),
        ),
        "drivers": (("geoid",), ()),
        "school_drivers": (("school_id", "school_year"), ()),
        "climate": (("school_id", "school_year"), ()),
        "zones": (("zone_id", "school_id", "level"), ()),
        "flows": (("school_id", "geoid", "students"), ()),
        "crosswalk": (("source", "target"), ("weight",)),
        "other_tracts": (("geoid",), ()),
        "providers": (("provider_id", "name", "kind"), ("supply", "cost", "address", "serves")),
        "designations": (("area_id", "area_kind", "measure"), ("designation",)),
        "centres": (("geoid",), ()),
        "travel_times": (("geoid", "provider_id", "minutes"), ()),
        "context": (("feature_id", "layer"), ("name", "kind")),
        "districts": (("outline_id", "name"), ("district_id",)),
        "daily": (("school_id", "date"), ("attended", "possible", "absent", "name", "school_year")),
    }
)


@dataclass(frozen=True, config=STRICT)
class Recipe:
    """How one publisher's file is read.

    A place fills {place}, {state_fips}, {state} (its name without blanks) and {state_name} into
    `url`, `mirror`, `title`, and the patterns of ids and filters. {county_fips} in `url` and
    `mirror` makes it a recipe for each of the place's `counties`. A file of the table `context`
    that is not there is left out of the map, and the ledger says so.
    """

    id: str = Field(
        description="Name of the file without suffix, and of the source in every row.",
        examples=["cdc_svi"],
    )
    publisher: str = Field(description="Who publishes the file.", examples=["CDC/ATSDR"])
    title: str = Field(
        description="Name of the file. `{layout}` stands for the title of the layout that it is "
        "recognised as.",
        examples=["{layout}, {state_name}"],
    )
    table: Table = Field(description="The table of ours that it becomes.", examples=["drivers"])
    url: str = Field(
        description="Address of the file; with `by_hand` that of the page it is taken from. "
        "`{variables}` stands for the census lines that the measures are formed from.",
        examples=["https://example.org/svi/{state}.csv"],
    )
    mirror: str = Field(
        description="Path of the file inside a mirror folder, and inside the download cache.",
        examples=["{place}/cdc_svi/{state}.csv"],
    )
    release: Release = Field(
        description="Whether the agency has already released these counts.",
        examples=["published"],
    )
    licence: str = Field(description="Licence, and who gives it.", examples=["CC0"])
    definition: str = Field(
        description="What the figures mean, in the publisher's terms.",
        examples=["Chronically absent: absent on 10 % or more of the days enrolled."],
    )
    format: Format = Field(
        description="How the bytes are laid out.", examples=[{"kind": "delimited"}]
    )
    columns: Mapping[str, Column] = Field(
        description="Our columns, and where each comes from.",
        examples=[{"geoid": {"column": "FIPS"}}],
    )
    identifier: Identifier = Field(
        description="What a valid id looks like.", examples=[{"pattern": "[0-9]{11}"}]
    )
    vintage: str = Field(
        default="",
        description="What the figures describe; left out with `layouts`, which say so.",
        examples=["2018-19"],
    )
    layouts: tuple[str, ...] = Field(
        default=(),
        description="Layouts of data/layouts.toml that the file may have: the one it is recognised "
        "as gives vintage, tokens and, for drivers, the measures.",
        examples=[["cdc_svi_2020", "cdc_svi_2022"]],
    )
    only: tuple[str, ...] = Field(
        default=(),
        description="Measures to take from the layout; all of them when left out.",
        examples=[["crowding"]],
    )
    tokens: Tokens = Field(
        default_factory=Tokens,
        description="Words that stand where a number would.",
        examples=[{"missing": ["", "-999"]}],
    )
    filters: tuple[Filter, ...] = Field(
        default=(),
        description="Rows to keep.",
        examples=[[{"column": "grade", "equals": "All Grades", "reason": "A single grade."}]],
    )
    overrides: tuple[Override, ...] = Field(
        default=(),
        description="Texts to replace.",
        examples=[[{"target": "level", "value": "k12", "column": "span", "equals": "K-12"}]],
    )
    grades: Grades | None = Field(
        default=None,
        description="Grades taught, for the level of schools that no column `level` tells.",
        examples=[{"lowest": "Low Grade", "highest": "High Grade"}],
    )
    years: Mapping[str, str] = Field(
        default_factory=dict,
        description="School years that stand apart, each in a file, sheet or column of its own, to "
        "the publisher's word for it. A place reads the recipe once for each, as `<id>_2018_19`: "
        "`{year}`, `{word}`, `{start}` (2018) and `{end}` (2019) are filled into `url`, `mirror`, "
        "`title`, `vintage`, sheet, member and headers, and `school_year` is that year when no "
        "column tells it.",
        examples=[{"2017-18": "1718", "2018-19": "1819"}],
    )
    students_from: str = Field(
        default="",
        description="Recipe of the table `enrolment` that has the students of whom `chronic_absent`"
        " is a share, where the file itself has none: by school, year, group and grade.",
        examples=["nj_enrolment"],
    )
    measures: tuple[Measure, ...] = Field(
        default=(),
        description="Measures of a wide file, for drivers and school_drivers.",
        examples=[[{"id": "poverty_150", "value": "EP_POV150", "unit": "percent"}]],
    )
    scales: tuple[Scale, ...] = Field(
        default=(),
        description="Scales of a climate survey, for the table climate.",
        examples=[
            [{"id": "safety", "respondent": "student", "value": "pct_safe", "unit": "percent"}]
        ],
    )
    points: Points | None = Field(
        default=None,
        description="Where a school, provider or centre is.",
        examples=[{"x": "LONGITUDE", "y": "LATITUDE"}],
    )
    aliases: Mapping[str, str] = Field(
        default_factory=dict,
        description="Names in a file of outlines of districts to the ids of those districts, where "
        "the files of absence call them by names with other words.",
        examples=[{"Gilcrest RE-1 School District": "3080"}],
    )
    by_hand: str = Field(
        default="",
        description="What a person must do when no single address gives the file.",
        examples=["Download zones.geojson from that address."],
    )
    sha256: str = Field(
        default="",
        description="Wanted hash when the publisher's file must never change.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )

    @property
    def key(self) -> str:
        """Name of the column that identifies a row's tract, school or zone."""
        return TARGETS[self.table][0][0]

    def tokens_of(self, column: Column) -> Tokens:
        """Tokens that apply to a column."""
        return column.tokens or self.tokens

    def headers(self) -> tuple[str, ...]:
        """Every column of the file that the recipe reads, without repeats."""
        columns = self.columns.values()
        headers = [name for each in columns for name in (each.column, each.words, *each.plus)]
        headers += self.identifier.also
        headers += [each.column for each in self.filters]
        headers += [each.column for each in self.overrides]
        for measure in self.measures:
            headers += measure.headers()
        for scale in self.scales:
            headers += scale.headers()
        if self.grades is not None:
            headers += self.grades.headers()
        if self.points is not None:
            headers += [self.points.x, self.points.y, self.points.text]
        return tuple(dict.fromkeys(name for name in headers if name))
