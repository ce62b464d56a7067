"""The registry of measures: what each is called, asks, counts, and cannot say."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from data.toml_text import TomlError, bind, read_toml

FILE = Path(__file__).parent / "measures.toml"

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


@dataclass(frozen=True)
class MeasureInfo:
    """One measure as people read it.

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
    """

    id: str
    label: str
    question: str
    theme: Theme
    unit: Literal["fraction", "count", "percentile", "usd", "years"]
    caveat: str
    note: str
    direction: Literal["higher is harder", "lower is harder", "neither"] = "higher is harder"


@dataclass(frozen=True)
class _Registry:
    measures: tuple[MeasureInfo, ...]


@cache
def measures() -> Mapping[str, MeasureInfo]:
    """Give all measures by id, in the order of data/measures.toml.

    Raises
    ------
    TomlError
        The file says something unknown, or an id twice.
    """
    listed = bind(_Registry, read_toml(FILE), FILE.name).measures
    known = {each.id: each for each in listed}
    if len(known) != len(listed):
        raise TomlError(f"{FILE.name}: a measure id repeats; give each its own")
    return MappingProxyType(known)


def measure(name: str) -> MeasureInfo:
    """Give one measure.

    Raises
    ------
    KeyError
        No measure has this id.
    """
    return measures()[name]
