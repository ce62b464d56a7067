"""A place: the recipes that make a study area, read into its tables."""

from pathlib import Path

from data.errors import DataError
from data.panel import SourceTables
from data.place.area import StudyArea
from data.place.parts import CatchmentSettings, Place, PlaceFile
from data.place.tables import PlaceReader
from data.read.obtain import mirror_folder
from data.recipe.place_fill import filled
from data.recipe.recipe import FOLDER as RECIPES
from data.recipe.recipe import load_recipe
from data.recipe.toml_text import TomlError, bind, read_toml
from data.store.folders import SLUG, cache_folder

__all__ = ["CatchmentSettings", "Place", "list_places", "load_place", "read_place"]

FOLDER = Path(__file__).parents[1] / "places"


def list_places() -> list[str]:
    """List the places that can be read, by their short names."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_place(slug: str, *, folder: Path = FOLDER, recipes: Path = RECIPES) -> Place:
    """Read a place file and its recipes.

    Parameters
    ----------
    slug : str
        Name of a file in `folder`, without suffix.
    folder, recipes : Path
        Where place and recipe files are.

    Raises
    ------
    DataError
        There is no such place, or a file says something unknown.
    """
    if not SLUG.fullmatch(slug):
        raise DataError(f"{slug!r} is not a place's short name; known: {', '.join(list_places())}")
    file = f"{slug}.toml"
    said = bind(PlaceFile, read_toml(folder / file), file)
    if said.slug != slug:
        raise TomlError(f"{file}: slug is {said.slug!r}; write {slug!r}, the name of the file")
    known = tuple(filled(load_recipe(recipes / f"{name}.toml"), said) for name in said.recipes)
    if not any(recipe.table == "tracts" and recipe.format.kind == "vector" for recipe in known):
        raise TomlError(f"{file}: recipes: none gives outlines of tracts; add one")
    area = StudyArea(
        slug=said.slug,
        name=said.name,
        state=said.state,
        tract_vintage=said.tract_vintage,
        crs=said.crs,
        fictional=said.fictional,
        default_year=said.default_year,
        definition=said.definition,
        breaks=said.breaks,
        unusual_years=said.unusual_years,
    )
    return Place(area, said.state_fips, known, said.catchment, said.access)


def read_place(
    slug: str,
    *,
    mirror: Path | None = None,
    cache: Path | None = None,
    progress: bool = False,
) -> SourceTables:
    """Read all files of a place.

    Parameters
    ----------
    slug : str
        Short name of the place.
    mirror : Path, optional
        Folder of files downloaded by hand; ATLAS_MIRROR when left out; without either the files
        come from the network into `cache`.
    cache : Path, optional
        Folder of downloaded files; the store's own when left out.
    progress : bool
        Show a progress bar for downloads.

    Returns
    -------
    SourceTables
        Schools without `geoid`; drivers of the place's counties.

    Raises
    ------
    DataError
        A file is missing, cannot be fetched, or is not as its recipe says.
    """
    place = load_place(slug)
    return PlaceReader(place, mirror_folder(mirror), cache or cache_folder(), progress).read()
