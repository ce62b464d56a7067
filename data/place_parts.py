"""What a place is made of."""

from dataclasses import dataclass, field

from data.area import DefinitionBreak, StudyArea
from data.recipe_parts import Recipe


@dataclass(frozen=True)
class CatchmentSettings:
    """How schools are joined to tracts.

    Attributes
    ----------
    scale_km : float
        Scale of the gravity join; 0 for the documented default.
    k : int
        Nearest tracts that a school may draw from; 0 for what suits `grades`.
    barrier : str
        Column of the tracts that students do not cross.
    grades : str
        "together" balances the children of all grades in one pool, "apart" each band of grades on
        its own, see docs/decisions/0011.
    """

    method: str = "gravity"
    scale_km: float = 0.0
    k: int = 0
    barrier: str = ""
    grades: str = "together"


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
