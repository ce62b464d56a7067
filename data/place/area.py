"""What identifies a study area."""

from dataclasses import dataclass

import pydantic.dataclasses
from pydantic import Field

from data.recipe.binding import STRICT


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class DefinitionBreak:
    """From a year on, figures are not comparable with earlier years."""

    school_year: str = Field(
        description="First year under the new definition.", examples=["2019-20"]
    )
    note: str = Field(
        description="What changed, in plain words.",
        examples=["Buildings closed in March 2020."],
    )


@dataclass(frozen=True)
class StudyArea:
    """A place: its identity, projection and definition of chronic absence.

    Attributes
    ----------
    slug : str
        Folder and URL name ("nyc").
    state : str
        State name or postal code, for words on screen.
    tract_vintage : int
        Census year of the tracts (2010 or 2020); part of identity.
    crs : str
        Projected CRS in metres ("EPSG:32618") for every distance and area.
    fictional : bool
        True for made-up places: the word stands on every page and export.
    default_year : str
        School year shown first.
    definition : str
        How the publisher defines chronic absence.
    breaks : tuple of DefinitionBreak
    unusual_years : tuple of str
        Years measured in another way (cut short, remote); left out by default.
    """

    slug: str
    name: str
    state: str
    tract_vintage: int
    crs: str
    fictional: bool
    default_year: str
    definition: str
    breaks: tuple[DefinitionBreak, ...] = ()
    unusual_years: tuple[str, ...] = ()
