"""What a place is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from data.errors import DataError
from data.place.area import DefinitionBreak, StudyArea
from data.recipe.parts import Recipe


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
class AccessSettings:
    """How far care reaches: limit to weight, the weights falling; empty for geo's default.

    Attributes
    ----------
    reach_km : mapping of str to float
        Zones of straight lines, `{ "1" = 1.0, "2" = 0.68 }`.
    reach_minutes : mapping of str to float
        Zones when the place has travel times.
    """

    reach_km: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    reach_minutes: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def settings(self) -> dict[str, dict[float, float]]:
        """Give the zones that the place file names, their limits as numbers.

        Raises
        ------
        DataError
            A limit is not a number.
        """
        named = {"reach_km": self.reach_km, "reach_minutes": self.reach_minutes}
        try:
            return {
                name: {float(limit): weight for limit, weight in zones.items()}
                for name, zones in named.items()
                if zones
            }
        except ValueError as error:
            raise DataError(f"[access]: the limit of a zone is no number: {error}") from error


@dataclass(frozen=True)
class PlaceFile:
    """A place as written in data/places; `data.place.area.StudyArea` explains the fields."""

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
    access: AccessSettings = field(default_factory=AccessSettings)


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
    access : AccessSettings
    """

    area: StudyArea
    state_fips: str
    recipes: tuple[Recipe, ...]
    catchment: CatchmentSettings
    access: AccessSettings = field(default_factory=AccessSettings)
