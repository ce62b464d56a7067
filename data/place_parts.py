"""What a place is made of."""

from dataclasses import dataclass, field

from data.area import DefinitionBreak, StudyArea
from data.recipe_parts import Recipe
from geo.gravity import DEFAULT_K, DEFAULT_SCALE_KM


@dataclass(frozen=True)
class CatchmentSettings:
    """How schools are joined to tracts; `barrier` names a column of the tracts not crossed."""

    method: str = "gravity"
    scale_km: float = DEFAULT_SCALE_KM
    k: int = DEFAULT_K
    barrier: str = ""


@dataclass(frozen=True)
class PlaceFile:
    """A place as written in data/places; `data.area.StudyArea` explains the fields."""

    slug: str
    name: str
    state: str
    state_fips: str
    tract_vintage: int
    crs: str
    default_year: str
    definition: str
    recipes: tuple[str, ...]
    fictional: bool = False
    unusual_years: tuple[str, ...] = ()
    breaks: tuple[DefinitionBreak, ...] = ()
    catchment: CatchmentSettings = field(default_factory=CatchmentSettings)


@dataclass(frozen=True)
class Place:
    """A study area and the recipes that fill it.

    Attributes
    ----------
    area : StudyArea
    state_fips : str
        Two digits that every tract id begins with.
    recipes : tuple of Recipe
        In the order of the place file.
    catchment : CatchmentSettings
    """

    area: StudyArea
    state_fips: str
    recipes: tuple[Recipe, ...]
    catchment: CatchmentSettings
