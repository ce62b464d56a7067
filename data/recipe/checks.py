"""Read, check and write recipes."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from data.recipe.binding import TomlError, bind, dump, parse_toml, read_toml
from data.recipe.measures import LAYOUTS, layouts, measures_taken
from data.recipe.recipe import (
    SUFFIXES,
    Column,
    Recipe,
    Tokens,
    measure_problem,
)

FOLDER = Path(__file__).parents[1] / "recipes"
NAME = re.compile(r"[a-z][a-z0-9_]*")

TARGETS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {  # table: (columns a recipe must map, columns it may map)
        "tracts": (
            ("geoid",),
            ("name", "neighbourhood", "children", "children_moe", "residents"),
        ),
        "schools": (("school_id", "name"), ("level", "school_type", "district", "neighbourhood")),
        "absence": (
            ("school_id", "school_year", "chronic_absent"),
            ("enrolled", "name", "student_group", "grade"),
        ),
        "drivers": (("geoid",), ()),
        "school_drivers": (("school_id", "school_year"), ()),
        "zones": (("zone_id", "school_id", "level"), ()),
        "flows": (("school_id", "geoid", "students"), ()),
        "crosswalk": (("source", "target", "weight"), ()),
        "other_tracts": (("geoid",), ()),
        "providers": (("provider_id", "name", "kind"), ("supply", "address")),
        "designations": (("area_id", "area_kind", "measure"), ("designation",)),
        "centres": (("geoid",), ()),
        "travel_times": (("geoid", "provider_id", "minutes"), ()),
    }
)
COUNTS = (
    "enrolled",
    "chronic_absent",
    "children",
    "children_moe",
    "residents",
    "students",
    "weight",
)
AMOUNTS = ("supply", "minutes")
POINTS = ("schools", "providers", "centres")


def load_recipe(path: Path) -> Recipe:
    """Read and check a recipe file.

    Raises
    ------
    TomlError
        Naming the file and the key that is unknown, missing or wrong.
    """
    return _checked(bind(Recipe, read_toml(path), path.name), path.name)


def parse_recipe(text: str, file: str = "recipe") -> Recipe:
    """Read and check a recipe from TOML text."""
    return _checked(bind(Recipe, parse_toml(text, file), file), file)


def to_toml(recipe: Recipe) -> str:
    """Write a recipe as the TOML text that `parse_recipe` reads back to an equal recipe."""
    return dump(recipe)


def _checked(recipe: Recipe, file: str) -> Recipe:
    for name, check in _CHECKS.items():
        problem = check(recipe)
        if problem:
            raise TomlError(f"{file}: {name}: {problem}")
    return recipe


def _check_id(recipe: Recipe) -> str:
    known = NAME.fullmatch(recipe.id) is not None
    return "" if known else f"{recipe.id!r} must be lower-case letters, digits and underscores"


def _check_mirror(recipe: Recipe) -> str:
    path = PurePosixPath(recipe.mirror)
    if path.is_absolute() or ".." in path.parts or "\\" in recipe.mirror or ":" in recipe.mirror:
        return f"{recipe.mirror!r} must be a path inside the mirror folder"
    allowed = SUFFIXES[recipe.format.kind]
    if not path.name.lower().endswith(allowed):
        return f"{path.name!r} is not a {recipe.format.kind} file ({', '.join(allowed)})"
    return ""


def _check_url(recipe: Recipe) -> str:
    is_web = recipe.url.startswith(("https://", "http://"))
    return "" if is_web else f"{recipe.url!r} must begin with https://"


def _check_columns(recipe: Recipe) -> str:
    needed, optional = TARGETS[recipe.table]
    for name in needed:
        if name not in recipe.columns:
            return f"column {name!r} is missing; table {recipe.table!r} needs it"
    for name, column in recipe.columns.items():
        if name not in needed + optional:
            return f"{name!r} is not a column of {recipe.table!r}; known: {needed + optional}"
        problem = _column_problem(name, column)
        if problem:
            return f"{name}: {problem}"
    return ""


def _column_problem(name: str, column: Column) -> str:
    if bool(column.column) == bool(column.constant):
        return "give either column or constant"
    wanted = "count" if name in COUNTS else "amount" if name in AMOUNTS else "text"
    if column.unit != wanted:
        return f"unit is {column.unit!r}; write {wanted!r}"
    try:
        usable = column.factor > 0
    except (ValueError, ZeroDivisionError):
        usable = False
    return _regex_problem(column.pattern) if usable else f"scale {column.scale!r} is not a number"


def _check_layouts(recipe: Recipe) -> str:
    unknown = [name for name in recipe.layouts if name not in layouts()]
    if unknown:
        return f"{unknown[0]!r} is not in {LAYOUTS.name}; known: {', '.join(layouts())}"
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


def _check_patterns(recipe: Recipe) -> str:
    patterns = [recipe.identifier.pattern, *(each.regex for each in recipe.filters)]
    problems = [_regex_problem(each) for each in patterns]
    return next((each for each in problems if each), "")


def _regex_problem(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"{pattern!r} is not a regular expression ({error})"
    return ""


def _check_filters(recipe: Recipe) -> str:
    for each in recipe.filters:
        given = [each.equals, each.one_of, each.none_of, each.regex]
        if sum(bool(one) for one in given) != 1:
            return f"{each.column}: give exactly one of equals, one_of, none_of, regex"
    return ""


def _check_measures(recipe: Recipe) -> str:
    has_measures = bool(recipe.measures) or (recipe.table == "drivers" and bool(recipe.layouts))
    if has_measures != (recipe.table in ("drivers", "school_drivers")):
        return f"[[measures]] belong to drivers and school_drivers; the table is {recipe.table!r}"
    by_school = recipe.table == "school_drivers"
    problems = [measure_problem(each, by_school=by_school) for each in recipe.measures]
    if any(problems):
        return next(each for each in problems if each)
    names = [each.id for each in recipe.measures]
    return "" if len(set(names)) == len(names) else "a measure id repeats"


def _check_points(recipe: Recipe) -> str:
    points = recipe.points
    if points is None:
        return ""
    if recipe.table not in POINTS:
        return f"only {', '.join(POINTS)} have points; the table is {recipe.table!r}"
    columns = bool(points.x and points.y and not points.text)
    if columns == bool(points.text and points.pattern and not points.x and not points.y):
        return "give x and y, or text and pattern"
    if not columns and not {"x", "y"} <= set(_groups(points.pattern)):
        return "the pattern needs the groups (?P<x>...) and (?P<y>...)"
    return ""


def _groups(pattern: str) -> tuple[str, ...]:
    return () if _regex_problem(pattern) else tuple(re.compile(pattern).groupindex)


def _check_format(recipe: Recipe) -> str:
    if recipe.format.header_row < 1:
        return "header_row counts from 1"
    same = recipe.format.decimal == recipe.format.thousands
    return "decimal and thousands are the same mark" if same else ""


_CHECKS: Mapping[str, Callable[[Recipe], str]] = MappingProxyType(
    {
        "id": _check_id,
        "mirror": _check_mirror,
        "url": _check_url,
        "format": _check_format,
        "columns": _check_columns,
        "layouts": _check_layouts,
        "patterns": _check_patterns,
        "filters": _check_filters,
        "measures": _check_measures,
        "points": _check_points,
    }
)
