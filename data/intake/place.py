"""From the tables of several files, and answers, to the TOML of a place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from data.errors import DataError
from data.intake.about import about_place, national_files, place_file, typed_totals
from data.intake.absence import absence_drafts
from data.intake.conditions import conditions_recipe
from data.intake.districts import columns_of, district_draft, district_names
from data.intake.draft import About, Draft
from data.intake.ids import Match, ids_of, matched, mended, one_width, others_known, renamed
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import best, id_header, strength
from data.intake.names import matched_by_name
from data.intake.national import BASE, recognised_as
from data.intake.outlines import OutlineMatch, name_header, outlines_recipe
from data.intake.schools import grades_draft, schools_draft
from data.intake.states import CODES
from data.intake.students import enrolment_draft
from data.intake.tracts import tract_ids, tracts_recipe
from data.intake.zones import is_zones, zones_recipe
from data.place.place import PlaceFile
from data.read.school_years import school_years
from data.recipe.recipe import Recipe

ROLES = (
    *("absence", "schools", "tracts", "national", "districts", "outlines"),
    *("zones", "conditions", "nothing"),
)
SHAPEFILE = (".dbf", ".prj", ".shx", ".cpg")
"""Files that belong to a .shp, under its name."""
FIGURES = ("chronic_absent", "rate", "attending", "attending_rate")


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
    matches : tuple of Match or OutlineMatch
        Lists of schools against the schools with a figure; outlines against districts.
    totals : mapping
        School years to the publisher's own totals as a person typed them: absent, of all.
    """

    interview: Interview
    place: PlaceFile
    recipes: tuple[Recipe, ...]
    files: Mapping[str, Path]
    matches: tuple[Match | OutlineMatch, ...]
    totals: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sorted:
    """Tables by what they hold."""

    absence: tuple[RawTable, ...]
    schools: tuple[RawTable, ...]
    tracts: tuple[RawTable, ...]
    national: tuple[RawTable, ...]
    districts: tuple[RawTable, ...]
    outlines: tuple[RawTable, ...]
    zones: tuple[RawTable, ...]
    conditions: tuple[RawTable, ...]

    @property
    def with_absence(self) -> tuple[RawTable, ...]:
        """Files of absence, by school or by district."""
        return self.absence or self.districts


@dataclass(frozen=True)
class _Settled:
    """Recipes of absence and of what it is counted for, with the years of each file of absence."""

    recipes: tuple[Recipe, ...]
    years: Mapping[str, tuple[str, ...]]
    matches: tuple[Match | OutlineMatch, ...]


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
    areas = (*held.tracts, *held.national, *held.conditions)
    about, state, name = about_place(held.with_absence[0], areas, interview)
    settled = (
        _of_districts(held, interview, about, state)
        if held.districts
        else _of_schools(held, interview, about)
    )
    fips = CODES.get(state, "")
    own = [tracts_recipe(each, interview, about, fips) for each in held.tracts]
    own += [conditions_recipe(each, interview, about, fips) for each in held.conditions]
    recipes = (*settled.recipes, *own)
    national = national_files(held.national, interview, _needed(held, interview))
    place = place_file(about, areas, interview, settled.years, recipes, national)
    reports: Any = "district" if held.districts else "school"
    place = replace(place, name=name, state=state, state_fips=fips, reports=reports)
    totals = typed_totals(interview, settled.years)
    used = _used(files, held, about.slug)
    return Intake(interview, place, recipes, used, settled.matches, totals)


def _needed(held: _Sorted, interview: Interview) -> tuple[str, ...]:
    """Give the national files without which there is no place; districts can do without."""
    if held.districts and not _with_conditions(interview):
        return ()
    return tuple(each for each in BASE if not (held.tracts and each == "census_tracts_2020"))


def _with_conditions(interview: Interview) -> bool:
    asked = Question(
        ("place", "conditions"),
        "Are census tracts, children and conditions added to the districts?",
        "yes",
        "Fetched where nobody hands them in; where they cannot be, the districts go without.",
        ("no",),
    )
    return interview.text(asked) == "yes"


def _of_districts(held: _Sorted, interview: Interview, about: About, state: str) -> _Settled:
    """Settle files of absence by district, and outlines of districts."""
    absence = one_width([district_draft(each, interview, about, state) for each in held.districts])
    names = district_names(absence)
    drawn = [outlines_recipe(each, interview, about, names) for each in held.outlines]
    return _Settled(
        recipes=(*(each.recipe for each in absence), *(recipe for recipe, _ in drawn)),
        years={each.recipe.id: _years(each) for each in absence},
        matches=tuple(match for _, match in drawn),
    )


def _of_schools(held: _Sorted, interview: Interview, about: About) -> _Settled:
    """Settle files of absence by school, and lists of schools."""
    absence, listed, students = _drafts(held, interview, about)
    every = one_width([*absence, *listed, *students])
    absence, listed = every[: len(absence)], every[len(absence) : len(absence) + len(listed)]
    students = every[len(absence) + len(listed) :]
    absence = [
        matched_by_name(each, listed, interview) if each.by_name else each for each in absence
    ]
    wanted = _ids(absence)
    listed, others = _mended(listed, wanted, interview)
    students = [mended(each, wanted, interview) for each in students]
    listed.sort(key=lambda each: each.recipe.points is not None)
    lists = [
        draft for each in absence if (draft := grades_draft(each, interview, about)) is not None
    ]
    known = {others.get(each, each) for each in _ids(listed)}
    absence = [renamed(each, known, wanted, interview) for each in absence]
    lists += _students_once(listed)
    drawn = [zones_recipe(each, interview, about, wanted) for each in held.zones]
    return _Settled(
        recipes=(*(each.recipe for each in [*absence, *students, *lists]), *drawn),
        years={each.recipe.id: _years(each) for each in absence if each.part == 0},
        matches=tuple(matched(each, wanted, others) for each in listed),
    )


def _drafts(
    held: _Sorted, interview: Interview, about: About
) -> tuple[list[Draft], list[Draft], list[Draft]]:
    """Draft the files of absence, the lists of schools, and the files of students."""
    absence = [
        draft
        for each in held.absence
        for draft in absence_drafts(each, interview, about, held.schools)
    ]
    wanted = _ids(one_width(absence))
    years = [year for each in absence for year in _years(each)]
    listed = [
        schools_draft(each, interview, about, sorted(wanted), max(years, default=""))
        for each in held.schools
    ]
    named = {each.students.name: each.students for each in absence if each.students is not None}
    students = [enrolment_draft(each, interview, about) for each in named.values()]
    return absence, listed, students


def _mended(
    lists: Sequence[Draft], wanted: set[str], interview: Interview
) -> tuple[list[Draft], dict[str, str]]:
    """Mend the ids of lists; one that has federal ids alone follows through another."""
    linked = [
        mended(each, wanted, interview) for each in lists if "other_id" in each.recipe.columns
    ]
    others = others_known(linked)
    fresh = []
    for each in lists:
        same = next((one for one in linked if one.recipe.id == each.recipe.id), None)
        through = same is None and matched(each, wanted, others).share
        is_linked = bool(through) and through > matched(each, wanted).share
        fresh.append(same or (each if is_linked else mended(each, wanted, interview)))
    return fresh, others


def _ids(drafts: Sequence[Draft]) -> set[str]:
    return set().union(*(ids_of(each) for each in drafts))


def _paths(tables: Sequence[RawTable]) -> dict[str, Path]:
    paths: dict[str, Path] = {}
    for each in tables:
        if paths.setdefault(each.path.name, each.path) != each.path:
            raise DataError(f"two files are called {each.path.name}; rename one of them")
    return paths


def _used(files: Mapping[str, Path], held: _Sorted, slug: str) -> dict[str, Path]:
    every = (
        *(*held.with_absence, *held.schools, *held.tracts, *held.national),
        *(*held.outlines, *held.zones, *held.conditions),
    )
    names = sorted({each.path.name for each in every})
    paths = {f"{slug}/{name}": files[name] for name in names}
    for path in [each for each in paths.values() if each.suffix.lower() == ".shp"]:
        besides = [path.with_suffix(suffix) for suffix in SHAPEFILE]
        paths |= {f"{slug}/{each.name}": each for each in besides if each.is_file()}
    return paths


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
    if roles["districts"] and roles["absence"]:
        one, other = roles["districts"][0].name, roles["absence"][0].name
        raise DataError(
            f"a row of {one} is a district, one of {other} is a school: a place is one or the"
            f' other; answer files."{one}".holds = "nothing" to leave a file out'
        )
    if not (roles["absence"] or roles["districts"]):
        names = ", ".join(each.name for each in tables)
        raise DataError(
            f"none of {names} holds absence by school or by district; hand in the publisher's file"
        )
    return _Sorted(*(tuple(roles[name]) for name in ROLES[:-1]))


def _role(table: RawTable) -> tuple[str, str, bool]:
    """Propose what a table holds, with what tells it, and whether that is sure."""
    headers = list(table.cells.columns)
    known = recognised_as(table)
    if known:
        return "national", f"Recognised by its columns: {', '.join(known)}.", True
    if tract_ids(table) and table.layout.kind == "vector":
        return "tracts", f"Outlines with tract ids in {tract_ids(table)!r}.", True
    figures = [name for name in headers if max(strength(name, each) for each in FIGURES)]
    if not figures and table.measure[1]:
        figures = [table.measure[0]]
    if is_zones(table):
        return "zones", "Outlines called zones or boundaries, with ids of schools.", True
    if table.layout.kind != "vector" and figures and (found := columns_of(table)):
        words = f"Columns {figures[0]!r}, and districts in {found.ids!r}: a row is a district."
        return "districts", words, True
    if called := name_header(table):
        return "outlines", f"Outlines with names of school districts in {called!r}.", True
    ids = id_header(headers)
    if figures and ids and table.layout.kind != "vector":
        return "absence", f"Columns {figures[0]!r} and ids in {ids!r}.", True
    schools = [each for each in best(headers, "name") if not strength(each, "district")]
    if figures and schools and table.layout.kind != "vector":
        return "absence", f"Columns {figures[0]!r} and schools by name in {schools[0]!r}.", True
    if tract_ids(table) and not ids and len(headers) > 1:
        return "conditions", f"Tract ids in {tract_ids(table)!r}, and figures.", True
    points = best(headers, "x") and best(headers, "y")
    if ids and (points or best(headers, "name")) and len(table.cells) > 1:
        return "schools", f"Ids in {ids!r}" + (" and points." if points else " and names."), True
    return "nothing", "Neither absence nor schools nor tracts by its columns.", True


def _years(draft: Draft) -> tuple[str, ...]:
    """Give the school years of a file of absence."""
    if draft.recipe.years:
        return tuple(sorted(draft.recipe.years))
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
