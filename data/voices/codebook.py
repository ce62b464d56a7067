"""The codebook: what voices may speak of, on which occasion, and who was heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from data.recipe.binding import TomlError, read_toml
from data.recipe.measures import measures

THEMES = Path(__file__).with_name("themes.toml")
AREAS: Mapping[str, str] = MappingProxyType(
    {
        "health": "Health, well-being and safety",
        "family": "Family engagement",
        "connectedness": "Connectedness",
    }
)
"""The three areas of investment of WestEd and Attendance Works (2025)."""
NATURES: Mapping[str, str] = MappingProxyType({"need": "A need", "strength": "A strength"})
OCCASIONS: Mapping[str, str] = MappingProxyType(
    {
        "circle": "Listening circle",
        "interview": "Empathy interviews",
        "forum": "Family forum",
        "students": "Student forum",
        "workshop": "Peer data workshop",
    }
)
WHO: Mapping[str, str] = MappingProxyType(
    {
        "students": "Students",
        "families": "Parents and caregivers",
        "school": "School staff",
        "health": "Health workers",
        "community": "Neighbours and partners",
    }
)
"""Who was heard: a role, never a name."""
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "": "all students",
        "elementary": "elementary students",
        "middle": "middle school students",
        "high": "high school students",
        "learners": "students who learn English",
        "disabilities": "students with disabilities",
        "housing": "students in temporary housing",
        "foster": "students in foster care",
    }
)
"""Students of whom the voices speak."""
UNRANKED = ("modelled", "index")
"""Kinds of measure that may not be ranked, so that no theme names one."""


@dataclass(frozen=True)
class Theme:
    """What voices speak of.

    Attributes
    ----------
    id, label : str
    area : str
        A key of `AREAS`.
    measures : tuple of str
        Ids of `data/measures.toml` that count something of it.
    """

    id: str
    label: str
    area: str
    measures: tuple[str, ...]


@cache
def themes() -> Mapping[str, Theme]:
    """Give the themes by id, in the order of their file.

    Raises
    ------
    TomlError
        A theme has another form, an id twice, an area or a measure that is not there, or a measure
        that may not be ranked.
    """
    found: dict[str, Theme] = {}
    for number, each in enumerate(read_toml(THEMES).get("themes", []), start=1):
        if set(each) != {"id", "label", "area", "measures"}:
            raise TomlError(f"{THEMES.name}: theme {number} needs id, label, area and measures")
        theme = Theme(each["id"], each["label"], each["area"], tuple(each["measures"]))
        if problem := _problem(theme, found):
            raise TomlError(f"{THEMES.name}: theme “{theme.id}”: {problem}")
        found[theme.id] = theme
    return MappingProxyType(found)


def _problem(theme: Theme, before: Mapping[str, Theme]) -> str:
    """Say what is wrong with a theme; "" for nothing."""
    if theme.id in before or not theme.id.isidentifier():
        return "this id is there twice, or no word; rename it"
    if theme.area not in AREAS:
        return f"no such area; use one of {', '.join(AREAS)}"
    known = measures()
    for name in theme.measures:
        if name not in known:
            return f"{name} is no measure of data/measures.toml; name one that is"
        if known[name].kind in UNRANKED or known[name].map_only:
            return f"{name} may not be ranked; take it out"
    return ""
