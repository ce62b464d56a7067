"""A place: the recipes that make a study area, and its words filled into them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

import pydantic.dataclasses
from pydantic import Field, StrictBool, StrictFloat, StrictInt

from data.definition_rules import rules_of
from data.errors import DataError, raise_together
from data.place.in_year import InYearSettings
from data.recipe.binding import STRICT, TomlError, bind, read_toml
from data.recipe.checks import FOLDER as RECIPES
from data.recipe.checks import load_recipe
from data.recipe.measures import measures_taken
from data.recipe.recipe import Recipe
from data.recipe.years import by_year
from data.store.folders import SLUG
from data.store.manifest import DefinitionBreak, StudyArea
from geo.areas.crs import metric_system

FOLDER = Path(__file__).parents[1] / "places"
CRS_REMEDY = "leave crs out: one that fits is derived from the outlines"
YEAR = re.compile(r"[0-9]{4}")
COUNTY = "{county_fips}"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class CatchmentSettings:
    """How schools are joined to tracts."""

    method: Literal["gravity"] = Field(
        default="gravity",
        description="Estimate where no counts and no zones say it; see docs/methods-join.md.",
        examples=["gravity"],
    )
    scale_km: StrictFloat = Field(
        default=0.0,
        description="Scale of the gravity join in kilometres; 0 for the documented default.",
        examples=[1.0],
    )
    k: StrictInt = Field(
        default=0,
        description="Nearest tracts that a school may draw from; 0 for what suits `grades`.",
        examples=[40],
    )
    barrier: str = Field(
        default="",
        description="Column of the tracts that students do not cross.",
        examples=["county"],
    )
    grades: str = Field(
        default="together",
        description="`together` balances the children of all grades in one pool, `apart` each band "
        "of grades on its own; see docs/decisions/0011-grades-in-one-pool.md.",
        examples=["apart"],
    )
    joined: tuple[str, ...] = Field(
        default=(),
        description="Schools that look like online schools by type or name and do draw from the "
        "tracts around them, by id.",
        examples=[["26K420"]],
    )
    not_joined: tuple[str, ...] = Field(
        default=(),
        description="More schools without a place, whose students live anywhere: in totals, not on "
        "the map.",
        examples=[["4223"]],
    )


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class AccessSettings:
    """How far care reaches: limit to weight, the weights falling; empty for the default."""

    reach_km: Mapping[str, StrictFloat] = Field(
        default_factory=dict,
        description="Weight up to each straight-line distance in kilometres.",
        examples=[{"1": 1.0, "2": 0.68, "4": 0.22}],
    )
    reach_minutes: Mapping[str, StrictFloat] = Field(
        default_factory=dict,
        description="Weight up to each travel time in minutes, when the place has travel times.",
        examples=[{"10": 1.0, "20": 0.68, "30": 0.22}],
    )

    def settings(self) -> dict[str, dict[float, float]]:
        """Give the zones that the place file names, their limits as numbers.

        Raises
        ------
        DataError
            A limit is not a number.
        """
        reaches = {"reach_km": self.reach_km, "reach_minutes": self.reach_minutes}
        try:
            return {
                name: {float(limit): weight for limit, weight in zones.items()}
                for name, zones in reaches.items()
                if zones
            }
        except ValueError as error:
            raise DataError(f"[access]: the limit of a zone is no number: {error}") from error


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class PlaceFile:
    """A place as written in data/places/."""

    slug: str = Field(
        description="Name of the file without suffix, and of the place in addresses.",
        examples=["nyc"],
    )
    name: str = Field(description="Name for people.", examples=["New York City"])
    state: str = Field(description="State's name, for words on screen.", examples=["New York"])
    state_fips: str = Field(
        description="Two digits that every tract id begins with.", examples=["36"]
    )
    tract_vintage: StrictInt = Field(
        description="Census year of the tracts; tracts of another year are never mixed in.",
        examples=[2020],
    )
    default_year: str = Field(description="School year shown first.", examples=["2018-19"])
    definition: str = Field(
        description="How the publisher defines chronic absence.",
        examples=["Absent on 10 % or more of the days enrolled, for any reason."],
    )
    recipes: tuple[str, ...] = Field(
        description="Recipes of data/recipes/ that make the place, by id. Of several lists of "
        "schools the first wins, the others fill its gaps.",
        examples=[["nyc_tracts_2020", "cdc_svi"]],
    )
    definition_rule: str = Field(
        default="",
        description="Rules of data/definitions/ that the figures follow, by id; those of the state "
        "when left out. See docs/definitions.md.",
        examples=["NYC"],
    )
    crs: str = Field(
        default="",
        description="Projected coordinate system for every distance and area; derived from the "
        "outlines when left out (the UTM zone, or an equal-area system for what is wider). Feet "
        "become metres.",
        examples=["EPSG:32118"],
    )
    fictional: StrictBool = Field(
        default=False,
        description="A made-up place: the word stands on every page and export.",
        examples=[True],
    )
    reports: Literal["school", "district"] = Field(
        default="school",
        description="What a row of absence is counted for. Where it is `district` there may be no "
        "tracts, and no tract hot spots are claimed.",
        examples=["district"],
    )
    releases: Mapping[str, str] = Field(
        default_factory=dict,
        description="School year that several recipes of absence give, to the one that is used; "
        "the others are compared with it in the ledger.",
        examples=[{"2018-19": "nyc_doe_attendance"}],
    )
    unusual_years: tuple[str, ...] = Field(
        default=(),
        description="Years measured in another way (cut short, remote); left out by default.",
        examples=[["2019-20", "2020-21"]],
    )
    breaks: tuple[DefinitionBreak, ...] = Field(
        default=(),
        description="Years from which on figures are not comparable with earlier ones.",
        examples=[[{"school_year": "2019-20", "note": "The year was cut short."}]],
    )
    catchment: CatchmentSettings = Field(
        default_factory=CatchmentSettings,
        description="How schools are joined to tracts.",
        examples=[{"method": "gravity", "barrier": "county"}],
    )
    access: AccessSettings = Field(
        default_factory=AccessSettings,
        description="How far care reaches.",
        examples=[{"reach_km": {"1": 1.0, "2": 0.68}}],
    )
    in_year: InYearSettings = Field(
        default_factory=InYearSettings,
        description="Figures of the school year under way.",
        examples=[{"recipes": ["nyc_daily_attendance"], "lag_days": 1}],
    )
    counties: tuple[str, ...] = Field(
        default=(),
        description="Counties of the place, by the three digits after those of the state, for "
        "recipes whose publisher gives a file a county: such a recipe is read once for each, as "
        "`<id>_<county>`.",
        examples=[["005", "047"]],
    )
    neighbourhood: Literal["", "district"] = Field(
        default="",
        description="What a neighbourhood is: when left out that which the file of tracts says, "
        "else the boundary (`context` of the layer `neighbourhoods`) that holds the largest part "
        "of the tract, else the town (layer `places`) that holds its middle. `district` is the "
        "school district that serves most of the tract's students under the stored join.",
        examples=["district"],
    )
    mirrors: Mapping[str, str] = Field(
        default_factory=dict,
        description="Recipe to the path of this place's copy of its file inside a mirror folder, "
        "where that is another than the recipe's `mirror`.",
        examples=[{"cdc_svi": "oregon/cdc_svi_2020/Oregon.csv"}],
    )
    accept: tuple[str, ...] = Field(
        default=(),
        description="Doubts of the build that change the map and are as they should be here.",
        examples=[["total_rows"]],
    )


@dataclass(frozen=True)
class Place:
    """A study area and the recipes that fill it, in the order of the place file."""

    area: StudyArea
    state_fips: str
    recipes: tuple[Recipe, ...]
    catchment: CatchmentSettings
    access: AccessSettings = field(default_factory=AccessSettings)
    releases: Mapping[str, str] = field(default_factory=dict)
    accept: tuple[str, ...] = ()
    neighbourhood: str = ""
    in_year: InYearSettings = field(default_factory=InYearSettings)
    daily: tuple[Recipe, ...] = ()
    feed: Recipe | None = None


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
        Where place and recipe files are; a recipe that is not there is one of data/recipes.

    Raises
    ------
    DataError
        There is no such place, or a file says something unknown.
    """
    if not SLUG.fullmatch(slug):
        raise DataError(f"{slug!r} is not a place's short name; known: {', '.join(list_places())}")
    file = f"{slug}.toml"
    content = bind(PlaceFile, read_toml(folder / file), file)
    if content.slug != slug:
        raise TomlError(f"{file}: slug is {content.slug!r}; write {slug!r}, the name of the file")
    chosen = _recipes(content, recipes)
    outlines = any(each.table == "tracts" and each.format.kind == "vector" for each in chosen)
    if content.reports == "school" and not outlines:
        raise TomlError(f"{file}: recipes: none gives outlines of tracts; add one")
    if content.reports == "school" and any(each.table == "districts" for each in chosen):
        raise TomlError(
            f'{file}: outlines of districts make a place of districts; write reports = "district"'
        )
    _refuse_other_tracts(content, chosen, file)
    named: dict[str, Iterable[str]] = {
        "releases": content.releases.values(),
        "mirrors": content.mirrors,
    }
    named["students_from"] = [each.students_from for each in chosen if each.students_from]
    ids = [*(recipe.id for recipe in chosen), *content.recipes, *content.in_year.recipes]
    for key, names in named.items():
        if strange := [name for name in names if name not in ids]:
            raise TomlError(f"{file}: {key} names {strange[0]!r}, which is not among the recipes")
    if content.crs:
        _refuse_crs(content.crs, file)
    area = StudyArea(**{each.name: getattr(content, each.name) for each in fields(StudyArea)})
    rules_of(area)  # names rules that are there
    return Place(
        area=area,
        state_fips=content.state_fips,
        recipes=chosen,
        catchment=content.catchment,
        access=content.access,
        releases=content.releases,
        accept=content.accept,
        neighbourhood=content.neighbourhood,
        in_year=content.in_year,
        **_daily(content, recipes, file),
    )


def _daily(content: PlaceFile, folder: Path, file: str) -> dict[str, Any]:
    """Read the recipes of the year under way."""
    settings = content.in_year
    if problem := settings.problem():
        raise TomlError(f"{file}: [in_year] {problem}")
    daily = _named(settings.recipes, content, folder)
    feed = _named((settings.feed,) if settings.feed else (), content, folder)
    for each in (*daily, *feed):
        if each.table != "daily":
            raise TomlError(
                f"{file}: [in_year] {each.id} is of the table {each.table!r}, not daily"
            )
    return {"daily": daily, "feed": feed[0] if feed else None}


def _recipes(content: PlaceFile, folder: Path) -> tuple[Recipe, ...]:
    """Read the recipes that make a place's panel."""
    chosen = _named(content.recipes, content, folder)
    for each in chosen:
        if each.table == "daily":
            raise TomlError(
                f"{content.slug}.toml: {each.id} has figures of single days; name it under"
                " [in_year]"
            )
    return chosen


def _named(names: Iterable[str], content: PlaceFile, folder: Path) -> tuple[Recipe, ...]:
    """Read recipes by their names; all that are wrong are said at once."""
    chosen: list[Recipe] = []
    errors: list[DataError] = []
    for name in names:
        try:
            own = folder / f"{name}.toml"
            parts = by_year(load_recipe(own if own.is_file() else RECIPES / f"{name}.toml"))
            chosen += [
                filled(each, content) for part in parts for each in _by_county(part, content)
            ]
        except DataError as error:
            errors.append(error)
    raise_together(errors)
    return tuple(chosen)


def _by_county(recipe: Recipe, place: PlaceFile) -> tuple[Recipe, ...]:
    """Give a recipe for each county of a place, itself when its file is no county's."""
    texts = (recipe.url, place.mirrors.get(recipe.id, recipe.mirror))
    if not any(COUNTY in each for each in texts):
        return (recipe,)
    if not place.counties:
        raise TomlError(
            f"{place.slug}.toml: {recipe.id} is read once for each county; list them in counties,"
            ' such as counties = ["005", "047"]'
        )
    url, mirror = texts
    return tuple(
        replace(
            recipe,
            id=f"{recipe.id}_{county}",
            url=url.replace(COUNTY, county),
            mirror=mirror.replace(COUNTY, county),
            title=recipe.title.replace(COUNTY, county),
        )
        for county in place.counties
    )


def _refuse_other_tracts(content: PlaceFile, recipes: Sequence[Recipe], file: str) -> None:
    """Refuse outlines whose year, where a recipe gives one, is of another census."""
    for each in recipes:
        if each.table == "tracts" and each.format.kind == "vector" and YEAR.fullmatch(each.vintage):
            census = int(each.vintage) // 10 * 10
            if census != content.tract_vintage // 10 * 10:
                raise TomlError(
                    f"{file}: tract_vintage is {content.tract_vintage}, and {each.id} holds"
                    f" outlines of {each.vintage}; write {census}, or take others"
                )


def _refuse_crs(given: str, file: str) -> None:
    try:
        metric_system(given)
    except ValueError as error:
        raise TomlError(f"{file}: crs: {error}; {CRS_REMEDY}") from error


def filled(recipe: Recipe, place: PlaceFile) -> Recipe:
    """Fill a place's words into a recipe's url, mirror, title, pattern of ids and filters.

    {place}, {state_fips}, {state} (without blanks), {state_name} and, in the url, {variables} (the
    lines of census tables that its measures read); {layout} in the title stays until the file is
    seen.

    Raises
    ------
    TomlError
        Another placeholder, named.
    """
    words = {
        "place": place.slug,
        "state_fips": place.state_fips,
        "state": "".join(place.state.split()),
        "state_name": place.state,
    }
    pattern = _filled(recipe, recipe.identifier.pattern, words)
    filters = tuple(
        replace(each, regex=_filled(recipe, each.regex, words)) for each in recipe.filters
    )
    return replace(
        recipe,
        url=_filled(recipe, recipe.url, {**words, "variables": _variables(recipe)}),
        mirror=_filled(recipe, place.mirrors.get(recipe.id, recipe.mirror), words),
        title=_filled(recipe, recipe.title, {**words, "layout": "{layout}"}),
        identifier=replace(recipe.identifier, pattern=pattern),
        filters=filters,
    )


def _filled(recipe: Recipe, text: str, words: Mapping[str, str]) -> str:
    strange = [name for name in PLACEHOLDER.findall(text) if name not in words]
    if strange:
        known = ", ".join(f"{{{name}}}" for name in words)
        raise TomlError(f"{recipe.id}: {{{strange[0]}}} is not known here; write one of {known}")
    return PLACEHOLDER.sub(lambda match: words[match[1]], text)


def _variables(recipe: Recipe) -> str:
    """List the census lines that a recipe's measures are formed from, estimates and margins."""
    taken = [each for name in recipe.layouts for each in measures_taken(recipe, name)]
    return ",".join(dict.fromkeys(line for each in taken for line in each.lines()))
