"""Files in a form that recipes of the atlas read as they are: national ones, and own lists."""

from collections.abc import Sequence
from functools import cache

from data.errors import FileError
from data.intake.look import RawTable
from data.read.recognise import wanted_headers
from data.recipe.checks import FOLDER, load_recipe
from data.recipe.recipe import Recipe

PUBLISHERS = ("census_", "cdc_", "acs_", "hrsa_", "own_")
PREFIX = r"^[0-9]*US"
HALF = 0.5
BASE = ("census_tracts_2020", "cdc_svi_children", "cdc_svi")
"""Outlines, children and drivers: without them there is no place."""
ACS = tuple(sorted(path.stem for path in FOLDER.glob("acs_*.toml")))


@cache
def national_recipes() -> tuple[Recipe, ...]:
    """Give the recipes of national files, and of lists that a department writes itself."""
    paths = sorted(path for path in FOLDER.glob("*.toml") if path.stem.startswith(PUBLISHERS))
    return tuple(load_recipe(path) for path in paths)


def recognised_as(table: RawTable) -> tuple[str, ...]:
    """Give the ids of the national recipes that read a file; none when it is no such file."""
    return tuple(recipe.id for recipe in national_recipes() if _fits(recipe, table))


def _fits(recipe: Recipe, table: RawTable) -> bool:
    if recipe.format.kind != table.layout.kind or len(recipe.headers()) < 2 > len(recipe.layouts):
        return False
    try:
        wanted: Sequence[str] = wanted_headers(recipe, table.headers, table.path.name)
    except FileError:  # none of its layouts
        return False
    if not set(wanted) <= set(table.cells.columns):
        return False
    ids = table.cells[recipe.columns[recipe.key].column].str.strip()
    ids = ids.str.replace(PREFIX, "", regex=True)
    pattern = recipe.identifier.pattern.replace("{state_fips}", "[0-9]{2}")
    return bool(ids.str.fullmatch(pattern).mean() > HALF)
