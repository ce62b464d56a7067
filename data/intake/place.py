"""From the tables of several files, and answers, to the TOML of a place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from data.errors import DataError
from data.intake.absence import absence_draft
from data.intake.draft import NAME, About, Draft
from data.intake.ids import Match, ids_of, matched, mended, one_width, renamed
from data.intake.interview import Answer, Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import best, id_header, strength
from data.intake.national import ACS, BASE, national_recipes, recognised_as
from data.intake.schools import grades_draft, schools_draft
from data.intake.states import CODES, state_of
from data.intake.tracts import tract_ids, tracts_recipe
from data.place.place import COUNTY, CatchmentSettings, PlaceFile
from data.read.school_years import school_years
from data.recipe.recipe import Recipe

ROLES = ("absence", "schools", "tracts", "national", "districts", "nothing")
FIGURES = ("chronic_absent", "rate", "attending", "attending_rate")
UNUSUAL = ("2019-20", "2020-21")
UNLIKE = "Buildings closed in March 2020; the next year was remote in part."
CHRONIC = "Absent on 10 % or more of the days enrolled, for any reason."


@dataclass(frozen=True)
class Intake:
    """What was settled of some files.

    Attributes
    ----------
    interview : Interview
        Its questions and answers.
    place : PlaceFile
    recipes : tuple of Recipe
        Those that are written; national ones are the atlas's own.
    files : mapping
        Path inside the folder of files to the file.
    matches : tuple of Match
        Lists of schools against the schools with a figure.
    """

    interview: Interview
    place: PlaceFile
    recipes: tuple[Recipe, ...]
    files: Mapping[str, Path]
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class _Sorted:
    """Tables by what they hold."""

    absence: tuple[RawTable, ...]
    schools: tuple[RawTable, ...]
    tracts: tuple[RawTable, ...]
    national: tuple[RawTable, ...]


def settle(tables: Sequence[RawTable], interview: Interview) -> Intake:
    """Settle every decision about some files, by answers, else as proposed.

    Parameters
    ----------
    tables : sequence of RawTable
        From `data.intake.look.look`.
    interview : Interview
        With the answers given; it keeps the questions, also of an intake that fails.

    Raises
    ------
    DataError
        An answer is none of the question's, or the files do not make a place.
    """
    files = _paths(tables)
    held = _sorted(tables, interview)
    about, state, name = _about(held, interview)
    absence = one_width([absence_draft(each, interview, about) for each in held.absence])
    wanted = set().union(*(ids_of(each) for each in absence))
    years = {each.recipe.id: _years(each) for each in absence}
    latest = max((year for each in years.values() for year in each), default="")
    listed = [
        schools_draft(each, interview, about, sorted(wanted), latest) for each in held.schools
    ]
    every = one_width([*absence, *listed])
    absence, listed = every[: len(absence)], every[len(absence) :]
    wanted = set().union(*(ids_of(each) for each in absence))
    listed = [mended(each, wanted, interview) for each in listed]
    listed.sort(key=lambda each: each.recipe.points is not None)
    lists = [
        draft for each in absence if (draft := grades_draft(each, interview, about)) is not None
    ]
    known = set().union(*(ids_of(each) for each in listed))
    absence = [renamed(each, known, wanted, interview) for each in absence]
    lists += _students_once(listed)
    own = [tracts_recipe(each, interview, about, CODES.get(state, "")) for each in held.tracts]
    recipes = (*(each.recipe for each in [*absence, *lists]), *own)
    national = _national(held, interview, has_tracts=bool(own))
    place = _place(held, interview, about, years, recipes, national)
    place = replace(place, name=name, state=state, state_fips=CODES.get(state, ""))
    matches = tuple(matched(each, wanted) for each in listed)
    return Intake(interview, place, recipes, _used(files, held, about.slug), matches)


def _paths(tables: Sequence[RawTable]) -> dict[str, Path]:
    paths: dict[str, Path] = {}
    for each in tables:
        if paths.setdefault(each.path.name, each.path) != each.path:
            raise DataError(f"two files are called {each.path.name}; rename one of them")
    return paths


def _used(files: Mapping[str, Path], held: _Sorted, slug: str) -> dict[str, Path]:
    every = (*held.absence, *held.schools, *held.tracts, *held.national)
    names = sorted({each.path.name for each in every})
    return {f"{slug}/{name}": files[name] for name in names}


def _sorted(tables: Sequence[RawTable], interview: Interview) -> _Sorted:
    roles: dict[str, list[RawTable]] = {role: [] for role in ROLES}
    for table in tables:
        role, why, sure = _role(table)
        asked = Question(
            ("files", table.name, "holds"),
            f"What does {table.name} hold?",
            role,
            why,
            tuple(each for each in ROLES if each != role),
            sure=sure,
        )
        roles[interview.text(asked)].append(table)
    if roles["districts"]:
        raise DataError(
            f"{roles['districts'][0].name}: a row is a district, and a place of districts alone"
            " cannot be opened yet; hand in the file of schools"
        )
    if not roles["absence"]:
        names = ", ".join(each.name for each in tables)
        raise DataError(f"none of {names} holds absence by school; hand in the publisher's file")
    return _Sorted(*(tuple(roles[name]) for name in ("absence", "schools", "tracts", "national")))


def _role(table: RawTable) -> tuple[str, str, bool]:
    """Propose what a table holds, with what tells it, and whether that is sure."""
    headers = list(table.cells.columns)
    known = recognised_as(table)
    if known:
        return "national", f"Recognised by its columns: {', '.join(known)}.", True
    if tract_ids(table) and table.layout.kind == "vector":
        return "tracts", f"Outlines with tract ids in {tract_ids(table)!r}.", True
    figures = [
        name
        for name in headers
        if max(
            strength(name, each)
            for each in ("chronic_absent", "rate", "attending", "attending_rate")
        )
    ]
    if not figures and table.measure()[1]:
        figures = [table.measure()[0]]
    ids, district = id_header(headers), best(headers, "district_id")
    if figures and ids and table.layout.kind != "vector":
        return "absence", f"Columns {figures[0]!r} and ids in {ids!r}.", True
    if figures and district:
        return "districts", f"Columns {figures[0]!r}, and ids of districts alone.", False
    points = best(headers, "x") and best(headers, "y")
    if ids and (points or best(headers, "name")) and len(table.cells) > 1:
        return "schools", f"Ids in {ids!r}" + (" and points." if points else " and names."), True
    return "nothing", "Neither absence nor schools nor tracts by its columns.", True


def _about(held: _Sorted, interview: Interview) -> tuple[About, str, str]:
    """Ask what files do not say of themselves: state, publisher, definition, release."""
    ids = [each for table in (*held.tracts, *held.national) for each in _geoids(table)]
    state = interview.text(
        Question(
            ("place", "state"),
            "Which state is it?",
            state_of(ids),
            f"{len(ids):,} tract ids begin with its code." if ids else "No file has tract ids.",
            tuple(CODES),
            sure=bool(ids),
        )
    )
    name = interview.text(
        Question(("place", "name"), "What is the place called?", state, "The state's name.")
    )
    slug = NAME.sub("_", name.lower()).strip("_")
    slug = interview.text(
        Question(("place", "slug"), "Its short name in addresses?", slug, "From its name.")
    )
    first = held.absence[0].path.name
    asked = {
        "publisher": ("Who publishes the attendance file?", "", f"{first} does not say."),
        "url": ("Which page was it taken from?", "https://", f"{first} does not say."),
        "definition": (
            "How does the publisher define chronic absence, and who is counted?",
            CHRONIC,
            "The usual definition; the publisher's notes say who is counted.",
        ),
    }
    said = {
        key: interview.text(Question(("place", key), *words, sure=False))
        for key, words in asked.items()
    }
    release = interview.text(
        Question(
            ("place", "release"),
            "Has the publisher already released these counts?",
            "restricted",
            "Counts shared under an agreement are restricted: every small number is hidden.",
            ("published",),
            sure=False,
        )
    )
    licence = interview.text(
        Question(("place", "licence"), "Under which licence?", "Not stated", "No file says it.")
    )
    about = About(slug, said["publisher"], said["url"], licence, said["definition"], release)
    return about, state, name


def _geoids(table: RawTable) -> list[str]:
    header = tract_ids(table)
    return list(table.cells[header].str.strip()) if header else []


def _years(draft: Draft) -> tuple[str, ...]:
    """Give the school years of a file of absence."""
    column = draft.recipe.columns["school_year"]
    if column.constant:
        return (column.constant,)
    words = pd.Series(draft.cells[column.column].str.split().str.join(" ").unique(), dtype="str")
    found = school_years(words, draft.table.name, column.column, column.one_year)
    return tuple(sorted(set(found)))


def _students_once(lists: Sequence[Draft]) -> list[Draft]:
    """Take the students from the first list that has them: two editions are never mixed."""
    kept, has_students = [], False
    for each in lists:
        if has_students and "students" in each.recipe.columns:
            columns = {a: b for a, b in each.recipe.columns.items() if a != "students"}
            each = replace(each, recipe=replace(each.recipe, columns=columns))
        has_students |= "students" in each.recipe.columns
        kept.append(each)
    return kept


def _national(held: _Sorted, interview: Interview, *, has_tracts: bool) -> dict[str, str]:
    """Give the national recipes of the place, and the file of each; "" for one to be fetched."""
    files: dict[str, str] = {}
    for table in held.national:
        for name in recognised_as(table):
            files[name] = table.path.name
    needed = [name for name in BASE if not (has_tracts and name == "census_tracts_2020")]
    files = {name: files.pop(name, "") for name in needed} | files
    more = interview.texts(
        Question(
            ("place", "more"),
            "Which more national files?",
            (),
            f"To choose from: {', '.join(ACS)} (American Community Survey), census_tiger_* (the"
            " map's water, roads, towns), hrsa_* (health centres, shortage areas), cdc_places.",
        )
    )
    known = {each.id for each in national_recipes()}
    if strange := [name for name in more if name not in known]:
        raise DataError(f"place.more names {strange[0]!r}; known: {', '.join(sorted(known))}")
    return files | {name: "" for name in more if name not in files}


def _place(
    held: _Sorted,
    interview: Interview,
    about: About,
    years: Mapping[str, Sequence[str]],
    recipes: Sequence[Recipe],
    national: Mapping[str, str],
) -> PlaceFile:
    every = sorted({year for each in years.values() for year in each})

    def ask(key: str, asks: str, proposal: Answer, why: str, *others: str) -> Any:
        return interview.ask(Question(("place", key), asks, proposal, why, others))

    unusual = tuple(year for year in UNUSUAL if year in every and set(every) - set(UNUSUAL))
    has_districts = any("district" in each.columns for each in recipes)
    codes = [each for table in (*held.tracts, *held.national) for each in _geoids(table)]
    texts = {each.id: each.url + each.mirror for each in national_recipes()}
    by_county = any(COUNTY in texts[name] for name in national)
    counties = tuple(sorted({code.split("US")[-1][2:5] for code in codes})) if by_county else ()
    return PlaceFile(
        slug=about.slug,
        name="",
        state="",
        state_fips="",
        tract_vintage=int(
            ask("tract_vintage", "Which census are the tracts of?", "2020", "The latest.", "2010")
        ),
        default_year=ask(
            "default_year", "Which year is shown first?", every[-1], "The latest.", *every
        ),
        definition=about.definition,
        recipes=(*(each.id for each in recipes), *national),
        crs=ask("crs", "Which projection?", "", "Left out, it is derived from the outlines."),
        releases=_releases(interview, years, every),
        unusual_years=ask(
            "unusual_years",
            "Which years were measured in another way?",
            unusual,
            "Cut short, remote.",
        ),
        catchment=CatchmentSettings(
            not_joined=ask("not_joined", "Which schools draw from everywhere?", (), "By id."),
            joined=ask("joined", "Which schools called online are local?", (), "By id."),
        ),
        counties=counties,
        neighbourhood=ask(
            "neighbourhood",
            "What is a neighbourhood? (district, or empty for towns)",
            "district" if has_districts and not held.tracts else "",
            "A list of schools names districts." if has_districts else "No list names districts.",
            *("district", ""),
        ),
        mirrors={name: f"{about.slug}/{file}" for name, file in national.items() if file},
        accept=ask("accept", "Which doubts of the build are as they should be?", (), "By name."),
    )


def _releases(
    interview: Interview, years: Mapping[str, Sequence[str]], every: Sequence[str]
) -> dict[str, str]:
    chosen = {}
    for year in every:
        held = [name for name, each in years.items() if year in each]
        if len(held) > 1:
            asked = Question(
                ("place", "releases", year),
                f"Several files give {year}. Which one is used?",
                held[-1],
                f"{', '.join(held)} have it; the others are compared with it.",
                tuple(held[:-1]),
                sure=False,
            )
            chosen[year] = interview.text(asked)
    return chosen
