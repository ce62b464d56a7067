"""Layouts of published files, as data/layouts.toml lists them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from data.read.ranks import Ranks
from data.recipe.measure_columns import Measure
from data.recipe.measures import measures_of
from data.recipe.parts import Recipe, Tokens
from data.recipe.toml_text import TomlError, bind, read_toml

FILE = Path(__file__).parents[1] / "layouts.toml"


@dataclass(frozen=True)
class Evidence:
    """What tells a layout from others with the same columns.

    Attributes
    ----------
    pattern : str
        Regular expression that the cells of `column` match.
    only : str
        Regular expression of the cells that count as evidence; "" for all that are filled.
    says : str
        The evidence in words.
    """

    column: str
    pattern: str
    says: str
    only: str = ""


@dataclass(frozen=True)
class Layout:
    """One layout of a publisher's file; data/layouts.toml lists them.

    Attributes
    ----------
    title, vintage : str
        What the file is, and the years its figures describe: no file says so itself.
    tract_vintage : int
        Census year of the tracts.
    has, lacks : tuple of str
        Columns that the file has, and that it does not have.
    ranks : Ranks or None
        Columns of percentile ranks, which may be national or within a state.
    """

    id: str
    title: str
    vintage: str
    tract_vintage: int
    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    tokens: Tokens = field(default_factory=Tokens)
    ranks: Ranks | None = None


@dataclass(frozen=True)
class _Layouts:
    layouts: tuple[Layout, ...]


@cache
def layouts() -> Mapping[str, Layout]:
    """Give all layouts by id.

    Raises
    ------
    TomlError
        The file says something unknown, or an id twice.
    """
    listed = bind(_Layouts, read_toml(FILE), FILE.name).layouts
    known = {each.id: each for each in listed}
    if len(known) != len(listed):
        raise TomlError(f"{FILE.name}: a layout id repeats; give each its own")
    return MappingProxyType(known)


def layout_problem(recipe: Recipe) -> str:
    """Say what is wrong with the layouts of a recipe; "" for nothing."""
    unknown = [name for name in recipe.layouts if name not in layouts()]
    if unknown:
        return f"{unknown[0]!r} is not in {FILE.name}; known: {', '.join(layouts())}"
    if not recipe.layouts:
        if recipe.only:
            return "only chooses measures of layouts; name the layouts"
        return "" if recipe.vintage else "give vintage, or the layouts that say it"
    if recipe.table not in ("drivers", "tracts"):
        return f"only drivers and tracts have layouts; the table is {recipe.table!r}"
    if recipe.vintage or recipe.measures or recipe.tokens != Tokens():
        return "the layout gives vintage, measures and tokens; leave them out"
    if recipe.table != "drivers":
        return "only belongs to drivers" if recipe.only else ""
    taken = {name: measures_taken(recipe, name) for name in recipe.layouts}
    lacking = [name for name, measures in taken.items() if not measures]
    if lacking:
        return f"{lacking[0]!r} has none of the measures wanted"
    known = {each.id for measures in taken.values() for each in measures}
    strange = [name for name in recipe.only if name not in known]
    return f"only names {strange[0]!r}, which none of the layouts has" if strange else ""


def measures_taken(recipe: Recipe, layout: str) -> tuple[Measure, ...]:
    """Give the measures that a recipe takes of a layout; none but drivers do."""
    if recipe.table != "drivers":
        return ()
    chosen = measures_of(layout)
    return tuple(each for each in chosen if not recipe.only or each.id in recipe.only)
