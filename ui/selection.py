"""What the user chose: the cache key, the share link and the test input in one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

MEASURES: Mapping[str, str] = {
    "ratio": "Ratio to expected",
    "crude": "Share of students",
    "eb": "Share, steadied",
}
CATCHMENTS: Mapping[str, str] = {
    "zones": "Attendance zones",
    "gravity": "Likely home tracts",
    "nearest": "Nearest tracts",
    "building": "Tract of the building",
}
"""School-tract joins, best first; a place offers those its files allow."""
ALPHAS: Mapping[str, str] = {
    "0.01": "Very sure (99 %)",
    "0.05": "Sure (95 %)",
    "0.1": "Fairly sure (90 %)",
}


@dataclass(frozen=True)
class Selection:
    """One view of one place: scalars only.

    Attributes
    ----------
    area : str
        Slug of the study area.
    year : str
        School year, "2018-19".
    level : str
        School level or "all".
    measure : str
        "ratio" (observed / expected at the level), "crude" or "eb".
    catchment : str
        School-tract join, a key of `CATCHMENTS`.
    alpha : str
        False-discovery rate at which an area counts as hot or cold.
    focus : str
        Identifier of the tract or school whose card is open; "" when none.
    driver : str
        Social driver shown on its page.
    versus : str
        Join that the chosen one is compared with; "" for the best of the others.
    """

    area: str
    year: str
    level: str = "all"
    measure: str = "ratio"
    catchment: str = "gravity"
    alpha: str = "0.05"
    focus: str = ""
    driver: str = ""
    versus: str = ""

    def to_query(self) -> dict[str, str]:
        """Query parameters of the share link; empty choices are left out."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Choices:
    """What can be chosen in one study area.

    Attributes
    ----------
    area : str
        Slug of the study area these choices belong to.
    years, levels, drivers : tuple of str
    places : frozenset of str
        Identifiers of tracts and schools that may be in focus.
    default_year : str
    catchments : tuple of str
        Joins that can be made of the place, best first.
    """

    area: str
    years: tuple[str, ...]
    levels: tuple[str, ...]
    drivers: tuple[str, ...]
    places: frozenset[str]
    default_year: str
    catchments: tuple[str, ...] = tuple(CATCHMENTS)

    def allowed(self) -> dict[str, Sequence[str] | frozenset[str]]:
        """Return the valid values by control."""
        return {
            "area": (self.area,),
            "year": self.years,
            "level": ("all", *self.levels),
            "measure": tuple(MEASURES),
            "catchment": self.catchments,
            "alpha": tuple(ALPHAS),
            "focus": self.places | {""},
            "driver": self.drivers,
            "versus": ("", *self.catchments),
        }

    def joins(self) -> dict[str, str]:
        """Words of the joins offered; the best of this place is marked."""
        best = self.catchments[0]
        return {
            name: CATCHMENTS[name] + (" (best here)" if name == best else "")
            for name in self.catchments
        }

    def others(self, selection: Selection) -> dict[str, str]:
        """Words of the joins that the chosen one can be compared with."""
        joins = self.joins()
        return {name: joins[name] for name in joins if name != selection.catchment}

    def default(self) -> Selection:
        """Return the view a newcomer sees."""
        driver = self.drivers[0] if self.drivers else ""
        return Selection(self.area, self.default_year, driver=driver)


def quoted(value: str) -> str:
    """Repeat a word of a link, unless it could be anything but a word."""
    return f"“{value}”" if re.fullmatch(r"[\w .-]{1,40}", value) else "that cannot be read"


def from_query(query: Mapping[str, str], choices: Choices) -> tuple[Selection, tuple[str, ...]]:
    """Read a share link; what the place does not have falls back with a notice.

    Parameters
    ----------
    query : mapping of str to str
        Query parameters; unknown names are ignored.
    choices : Choices
        What the study area offers.

    Returns
    -------
    tuple
        The selection and one plain-language notice per value that fell back.
    """
    selection, notices = choices.default(), []
    for name, allowed in choices.allowed().items():
        value = query.get(name)
        if value is None or value == getattr(selection, name):
            continue
        if value in allowed:
            selection = replace(selection, **{name: value})
        else:
            instead = getattr(selection, name) or "none"
            notices.append(
                f"The link asks for {name} {quoted(value)}, not available here: {instead} shown."
            )
    return selection, tuple(notices)
