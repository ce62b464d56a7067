"""Read, check and write recipes."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from data.recipe.binding import TomlError, bind, dump, parse_toml, read_toml
from data.recipe.measures import LAYOUTS, layouts, measure_problem, measures_taken
from data.recipe.parts import SUFFIXES, Column, Tokens
from data.recipe.recipe import TARGETS, Recipe
from data.recipe.rows import GRADES
from data.recipe.scales import scale_problems

FOLDER = Path(__file__).parents[1] / "recipes"
Problems = Iterator[str]

NAME = re.compile(r"[a-z][a-z0-9_]*")
YEAR_WORD = re.compile(r"\{(?:year|word|start|end)\}")
SCHOOL_YEAR = re.compile(r"[0-9]{4}-[0-9]{2}")

RATES = ("percent", "text percent", "fraction")
UNITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("enrolled", "students", "possible", "absent"), ("count",)),
        **dict.fromkeys(("children", "children_moe", "residents"), ("count",)),
        **dict.fromkeys(("supply", "cost", "minutes"), ("amount",)),
        "chronic_absent": ("count", *RATES),
        "rate": RATES,
        "attended": RATES,
        "weight": ("amount", "fraction", "count", "percent"),
    }
)
"""Units that our columns of numbers may have in a file; all others are text."""
YEARLY = ("absence", "enrolment", "school_drivers", "climate", "daily")
POINTS = ("schools", "providers", "centres")


def load_recipe(path: Path) -> Recipe:
    """Read and check a recipe file.

    Raises
    ------
    TomlError
        Naming the file and every key that is unknown, missing or wrong, a line each.
    """
    return _checked(bind(Recipe, read_toml(path), path.name), path.name)


def parse_recipe(text: str, file: str = "recipe") -> Recipe:
    """Read and check a recipe from TOML text."""
    return _checked(bind(Recipe, parse_toml(text, file), file), file)


def to_toml(recipe: Recipe) -> str:
    """Write a recipe as the TOML text that `parse_recipe` reads back to an equal recipe."""
    return dump(recipe)


def _checked(recipe: Recipe, file: str) -> Recipe:
    problems = [
        f"{file}: {name}: {problem}" for name, check in _CHECKS.items() for problem in check(recipe)
    ]
    if problems:
        raise TomlError("\n".join(problems))
    return recipe


def _check_id(recipe: Recipe) -> Problems:
    if not NAME.fullmatch(recipe.id):
        yield f"{recipe.id!r} must be lower-case letters, digits and underscores"


def _check_mirror(recipe: Recipe) -> Problems:
    path = PurePosixPath(recipe.mirror)
    if path.is_absolute() or ".." in path.parts or "\\" in recipe.mirror or ":" in recipe.mirror:
        yield f"{recipe.mirror!r} must be a path inside the mirror folder"
    allowed = SUFFIXES[recipe.format.kind]
    if not path.name.lower().endswith(allowed):
        yield f"{path.name!r} is not a {recipe.format.kind} file ({', '.join(allowed)})"


def _check_url(recipe: Recipe) -> Problems:
    if not recipe.url.startswith(("https://", "http://")):
        yield f"{recipe.url!r} must begin with https://"


def _check_format(recipe: Recipe) -> Problems:
    if recipe.format.header_row < 1:
        yield "header_row counts from 1"
    rows = recipe.format.header_rows
    if rows and (rows[0] < 1 or list(rows) != sorted(set(rows))):
        yield "header_rows count from 1 and rise"
    for name in recipe.format.fill_down:
        if name not in recipe.headers():
            yield f"fill_down names {name!r}, which no key of the recipe reads"
    if (recipe.format.kind == "xml") != bool(recipe.format.item):
        yield "item names the element that is a row of an XML file; give it there alone"
    if recipe.format.decimal == recipe.format.thousands:
        yield "decimal and thousands are the same mark"


def _check_columns(recipe: Recipe) -> Problems:
    needed, optional = TARGETS[recipe.table]
    for name in needed:
        if name not in recipe.columns and not (recipe.years and name == "school_year"):
            yield f"column {name!r} is missing; table {recipe.table!r} needs it"
    for name, column in recipe.columns.items():
        if name not in needed + optional:
            yield f"{name!r} is not a column of {recipe.table!r}; known: {needed + optional}"
            continue
        problem = _column_problem(name, column)
        if problem:
            yield f"{name}: {problem}"
    yield from _shares(recipe)
    if recipe.table == "daily" and not (
        "attended" in recipe.columns or {"possible", "absent"} <= set(recipe.columns)
    ):
        yield "give attended, or possible and absent: the students of the day and those not there"


def _shares(recipe: Recipe) -> Problems:
    """Say what is lacking where figures of absence are rates, or are of those who attend."""
    part = recipe.columns.get("chronic_absent", Column(unit="count"))
    if part.unit in RATES:
        if "enrolled" not in recipe.columns and not recipe.students_from:
            yield (
                f"chronic_absent in {part.unit} is a count only with enrolled; give it too, or in"
                " students_from the recipe of the table enrolment that has the students"
            )
        if "rate" in recipe.columns:
            yield "chronic_absent is a rate itself; leave rate out"
    elif part.complement and not {"enrolled", "rate"} & set(recipe.columns):
        yield "complement: those absent are what is left of enrolled; give it too"


def _check_students(recipe: Recipe) -> Problems:
    if recipe.students_from and recipe.table != "absence":
        yield f"only absence is a share of students; the table is {recipe.table!r}"
    elif recipe.students_from and "enrolled" in recipe.columns:
        yield "the file has the students itself: enrolled; leave students_from out"


def _column_problem(name: str, column: Column) -> str:
    if sum(map(bool, (column.column, column.constant, column.file_name))) != 1:
        return "give either column or constant or file_name"
    wanted = UNITS.get(name, ("text",))
    if column.unit not in wanted:
        return f"unit is {column.unit!r}; write {' or '.join(map(repr, wanted))}"
    if column.unit != "text" and not column.column:
        return "a number stands in a column of the file; give column"
    if column.words and column.unit == "text":
        return "words explain an empty number; this column is text"
    if column.plus and (column.unit != "count" or name == "children_moe"):
        return "plus adds counts; this column is none"
    if column.decimals is not None and column.unit not in RATES:
        return "decimals belong to a rate"
    if column.complement and name not in ("chronic_absent", "rate", "attended"):
        return "complement belongs to chronic_absent, rate and attended"
    if column.one_year and name != "school_year":
        return "one_year belongs to school_year"
    try:
        usable = column.factor > 0
    except (ValueError, ZeroDivisionError):
        usable = False
    if not usable:
        return f"scale {column.scale!r} is not a number"
    patterns = (column.pattern, column.file_name, *column.rules)
    return next(filter(None, map(_regex_problem, patterns)), "")


def _check_layouts(recipe: Recipe) -> Problems:
    for name in recipe.layouts:
        if name not in layouts():
            yield f"{name!r} is not in {LAYOUTS.name}; known: {', '.join(layouts())}"
            return
    if not recipe.layouts:
        if recipe.only:
            yield "only chooses measures of layouts; name the layouts"
        elif not recipe.vintage:
            yield "give vintage, or the layouts that say it"
    elif recipe.table not in ("drivers", "tracts"):
        yield f"only drivers and tracts have layouts; the table is {recipe.table!r}"
    elif recipe.vintage or recipe.measures or recipe.tokens != Tokens():
        yield "the layout gives vintage, measures and tokens; leave them out"
    elif recipe.table == "drivers":
        yield from _check_only(recipe)
    elif recipe.only:
        yield "only belongs to drivers"


def _check_only(recipe: Recipe) -> Problems:
    taken = {name: measures_taken(recipe, name) for name in recipe.layouts}
    for name, chosen in taken.items():
        if not chosen:
            yield f"{name!r} has none of the measures wanted"
            return
    held = {each.id for chosen in taken.values() for each in chosen}
    for name in recipe.only:
        if name not in held:
            yield f"only names {name!r}, which none of the layouts has"


def _check_patterns(recipe: Recipe) -> Problems:
    patterns = [recipe.identifier.pattern, *(each.regex for each in recipe.filters)]
    for pattern in (*patterns, *(each.regex for each in recipe.overrides)):
        problem = _regex_problem(pattern)
        if problem:
            yield problem


def _regex_problem(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"{pattern!r} is not a regular expression ({error})"
    return ""


def _check_filters(recipe: Recipe) -> Problems:
    for each in recipe.filters:
        ways = [each.equals, each.one_of, each.none_of, each.regex]
        if sum(bool(way) for way in ways) != 1:
            yield f"{each.column}: give exactly one of equals, one_of, none_of, regex"


def _check_overrides(recipe: Recipe) -> Problems:
    for each in recipe.overrides:
        if bool(each.equals) == bool(each.regex):
            yield f"{each.column}: give either equals or regex"


def _check_identifier(recipe: Recipe) -> Problems:
    parts, pads = 1 + len(recipe.identifier.also), recipe.identifier.pads
    if pads and len(pads) != parts:
        yield f"pads has {len(pads)} lengths for an id of {parts} parts"


def _check_grades(recipe: Recipe) -> Problems:
    grades = recipe.grades
    if grades is None:
        return
    if recipe.table != "schools":
        yield f"only schools have grades; the table is {recipe.table!r}"
    span = bool(grades.lowest and grades.highest)
    if span != bool(grades.lowest or grades.highest):
        yield "give lowest and highest both"
    elif sum((bool(grades.offered), span, bool(grades.each))) != 1:
        yield "give offered, or lowest and highest, or each"
    if grades.a_row_each and not grades.offered:
        yield "a_row_each tells of offered; give it"
    for name in grades.each:
        if name not in GRADES:
            yield f"{name!r} is no grade; write one of {', '.join(GRADES)}"


def _check_years(recipe: Recipe) -> Problems:
    for year in recipe.years:
        if not SCHOOL_YEAR.fullmatch(year):
            yield f"{year!r} is no school year such as 2018-19"
    if recipe.years and recipe.table not in YEARLY:
        yield f"only {', '.join(YEARLY)} have school years; the table is {recipe.table!r}"
    elif recipe.years and not any(map(YEAR_WORD.search, _texts(recipe))):
        yield "no key says where {year}, {word}, {start} or {end} stands"


def _texts(recipe: Recipe) -> Iterator[str]:
    yield from (recipe.mirror, recipe.url, recipe.format.sheet, recipe.format.member)
    yield from recipe.headers()


def _check_measures(recipe: Recipe) -> Problems:
    has_measures = bool(recipe.measures) or (recipe.table == "drivers" and bool(recipe.layouts))
    if has_measures != (recipe.table in ("drivers", "school_drivers")):
        yield f"[[measures]] belong to drivers and school_drivers; the table is {recipe.table!r}"
        return
    for each in recipe.measures:
        problem = measure_problem(each, by_school=recipe.table == "school_drivers")
        if problem:
            yield problem
    names = [each.id for each in recipe.measures]
    if len(set(names)) != len(names):
        yield "a measure id repeats"


def _check_scales(recipe: Recipe) -> Problems:
    if bool(recipe.scales) != (recipe.table == "climate"):
        yield f"[[scales]] belong to climate; the table is {recipe.table!r}"
        return
    yield from scale_problems(recipe.scales)
    yield from filter(None, (_regex_problem(each.says) for each in recipe.scales))


def _check_aliases(recipe: Recipe) -> Problems:
    if recipe.table == "districts" and recipe.format.kind != "vector":
        yield f"districts are outlines; the format is {recipe.format.kind!r}"
    if recipe.aliases and recipe.table != "districts":
        yield f"only districts have aliases; the table is {recipe.table!r}"


def _check_points(recipe: Recipe) -> Problems:
    points = recipe.points
    if points is None:
        return
    if recipe.table not in POINTS:
        yield f"only {', '.join(POINTS)} have points; the table is {recipe.table!r}"
    if points.served:
        if "serves" not in recipe.columns or points.x or points.y or points.text:
            yield "served places providers by the column serves alone; give it, and no coordinates"
        return
    columns = bool(points.x and points.y and not points.text)
    if columns == bool(points.text and points.pattern and not points.x and not points.y):
        yield "give x and y, or text and pattern"
    elif not columns and not {"x", "y"} <= set(_groups(points.pattern)):
        yield "the pattern needs the groups (?P<x>...) and (?P<y>...)"


def _groups(pattern: str) -> tuple[str, ...]:
    return () if _regex_problem(pattern) else tuple(re.compile(pattern).groupindex)


_CHECKS: Mapping[str, Callable[[Recipe], Problems]] = MappingProxyType(
    {
        "id": _check_id,
        "mirror": _check_mirror,
        "url": _check_url,
        "format": _check_format,
        "columns": _check_columns,
        "layouts": _check_layouts,
        "patterns": _check_patterns,
        "filters": _check_filters,
        "overrides": _check_overrides,
        "identifier": _check_identifier,
        "grades": _check_grades,
        "years": _check_years,
        "students_from": _check_students,
        "measures": _check_measures,
        "scales": _check_scales,
        "points": _check_points,
        "aliases": _check_aliases,
    }
)
