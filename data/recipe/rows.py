"""The parts of a recipe that tell of rows: which are kept, what changes in them, where they are."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, StrictBool
from pydantic.dataclasses import dataclass

from data.recipe.binding import STRICT

GRADES = ("PK", "K", *(str(grade) for grade in range(1, 13)))
"""Grades in the order of a child's years at school."""


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
    """Where a school, provider or centre is: `x` and `y`, `text` and `pattern`, or `served`."""

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
    served: StrictBool = Field(
        default=False,
        description="Whether a provider is in the building of the schools it serves and has their "
        "point, in place of columns (providers only).",
        examples=[True],
    )
    crs: str = Field(
        default="EPSG:4326", description="Coordinate system of the numbers.", examples=["EPSG:2263"]
    )
