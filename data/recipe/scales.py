"""Scales of climate surveys: the registry, and where a file holds each."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from data.recipe.binding import STRICT, TomlError, bind, read_toml
from data.recipe.measures import FOLDER

SCALES = FOLDER / "climate.toml"

ShareUnit = Literal["percent", "text percent", "fraction"]
Respondent = Literal["family", "student", "teacher", "all"]
Area = Literal["health", "family engagement", "connectedness"]


@dataclass(frozen=True, config=STRICT)
class Scale:
    """One scale of a survey in a file: a share of answers by school and year."""

    id: str = Field(description="Its id in data/climate.toml.", examples=["connectedness"])
    respondent: Respondent = Field(
        description="Who answered; `all` where the file puts several together.",
        examples=["student"],
    )
    value: str = Field(
        description="Column of the share of answers that the scale asks for.",
        examples=["pct_connected"],
    )
    unit: ShareUnit = Field(
        description="Unit of the share: `percent` for 0 to 100, `fraction` for 0 to 1.",
        examples=["percent"],
    )
    where: Mapping[str, str] = Field(
        default_factory=dict,
        description="Column to the word it holds in rows of this scale, in a file with a row for"
        " each scale.",
        examples=[{"Scale": "School connectedness"}],
    )
    words: str = Field(
        default="",
        description="Column of the same figure in prose: it tells why a figure is lacking, and is"
        " held against the figure.",
        examples=["pct_connected_label"],
    )
    says: str = Field(
        default="",
        description="Regular expression that the whole prose matches where there is a figure; its"
        " first group is that figure.",
        examples=["([0-9.]+)% of students feel connected"],
    )
    respondents: str = Field(
        default="", description="Column of how many answered.", examples=["n_students"]
    )
    response_rate: str = Field(
        default="",
        description="Column of the part of those asked who answered.",
        examples=["response_rate"],
    )
    response_unit: ShareUnit = Field(
        default="percent", description="Unit of that part.", examples=["fraction"]
    )

    def headers(self) -> tuple[str, ...]:
        """Columns of the file that the scale reads, "" among them for none."""
        return (self.value, self.words, self.respondents, self.response_rate, *self.where)


@dataclass(frozen=True, config=STRICT)
class ScaleInfo:
    """One scale: what people read of it.

    Attributes
    ----------
    id : str
        Value of the column `scale`.
    label, question : str
        Short name, and what it asks.
    area : str
        One of `Area`.
    note : str
        What it is made of, and what it cannot say.
    direction : str
        How to read a large share.
    """

    id: str
    label: str
    question: str
    area: Area
    note: str
    direction: Literal["higher is better", "lower is better"] = "higher is better"


@dataclass(frozen=True, config=STRICT)
class _Registry:
    scales: tuple[ScaleInfo, ...]


@cache
def scales() -> Mapping[str, ScaleInfo]:
    """Give all scales by id, in the order of data/climate.toml.

    Raises
    ------
    TomlError
        The file says something unknown, or an id twice.
    """
    entries = bind(_Registry, read_toml(SCALES), SCALES.name).scales
    by_id = {each.id: each for each in entries}
    if len(by_id) != len(entries):
        raise TomlError(f"{SCALES.name}: a scale id repeats; give each its own")
    return MappingProxyType(by_id)


def scale_problems(given: tuple[Scale, ...]) -> Iterator[str]:
    """Say what is wrong with the scales of a recipe; nothing when all is well."""
    seen: set[tuple[str, str, tuple[tuple[str, str], ...]]] = set()
    for each in given:
        key = (each.id, each.respondent, tuple(sorted(each.where.items())))
        if each.id not in scales():
            yield f"{each.id!r} is not in {SCALES.name}; known: {', '.join(scales())}"
        if key in seen:
            yield f"{each.id} of {each.respondent} repeats"
        if bool(each.words) != bool(each.says):
            yield f"{each.id}: give words and says both, or neither"
        seen.add(key)
    if len({bool(each.where) for each in given}) > 1:
        yield "either all scales have where, or none has"
