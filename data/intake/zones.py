"""Attendance zones: a recipe for their outlines, with the schools they are of."""

import re
from collections.abc import Collection

from data.intake.content import pattern_of, plain_ids
from data.intake.draft import About, choose, unique_headers
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import id_header
from data.intake.schools import level_column, level_of
from data.recipe.parts import Column, Identifier
from data.recipe.recipe import Recipe

CALLED = re.compile(r"zone|attendance[ _]?(?:area|bound)|boundar|catchment|sabs?\b", re.IGNORECASE)
MARKS = (",", ";", "/", "|")
"""Signs between the ids of several schools of one zone."""
SERVED = ("elementary", "k8", "middle", "secondary", "high", "k12", "unknown")
LONGEST_ID = 40


def is_zones(table: RawTable) -> bool:
    """Say whether a file holds attendance zones by what it and its columns are called."""
    called = [table.path.stem, *map(str, table.cells.columns)]
    headers = list(map(str, table.cells.columns))
    is_called = any(map(CALLED.search, called))
    return table.layout.kind == "vector" and is_called and bool(id_header(headers))


def zones_recipe(
    table: RawTable, interview: Interview, about: About, schools: Collection[str]
) -> Recipe:
    """Make the recipe of a file of zones.

    Parameters
    ----------
    table : RawTable
    interview : Interview
    about : About
    schools : collection of str
        Ids of the schools with a figure.
    """
    likely = _sharing(table, schools)
    why = "It holds the ids of schools with a figure."
    if not likely:
        likely = (id_header(list(map(str, table.cells.columns))),)
        why = "By its header; none of its ids is that of a school with a figure."
    school = choose(interview, table, "school_id", likely, why)
    mark = _mark(table, school, schools)
    zone = choose(
        interview,
        table,
        "zone_id",
        unique_headers(table, LONGEST_ID) or (school,),
        "Each row has another.",
    )
    level = level_column(table, interview, school) or Column(constant=_served(table, interview))
    columns = {
        "zone_id": Column(column=zone),
        "school_id": Column(column=school, split=mark),
        "level": level,
    }
    parts: dict[str, object] = {
        "columns": columns,
        "identifier": Identifier(pattern=pattern_of(plain_ids(table.cells[zone]))),
        "vintage": "not stated",
        "release": "published",
        "definition": f"Attendance zones, {table.path.name}.",
    }
    return about.recipe(table, "zones", parts)


def _sharing(table: RawTable, schools: Collection[str]) -> tuple[str, ...]:
    """List the columns that hold ids of schools, those with most of them first."""
    shares = {}
    for header in map(str, table.cells.columns):
        ids = plain_ids(table.cells[header])
        held = [part.strip() for cell in ids for part in re.split(r"[,;/|]", cell)]
        shares[header] = len(set(held) & set(schools))
    known = [header for header, count in shares.items() if count]
    return tuple(sorted(known, key=lambda header: -shares[header]))


def _mark(table: RawTable, school: str, schools: Collection[str]) -> str:
    """Find the sign between the ids of several schools in one cell; "" where there is none."""
    if not school:
        return ""
    ids = plain_ids(table.cells[school])
    for mark in MARKS:
        parts = ids[ids.str.contains(mark, regex=False)].str.split(mark, regex=False)
        if any(part.strip() in schools for each in parts for part in each):
            return mark
    return ""


def _served(table: RawTable, interview: Interview) -> str:
    """Ask for which level all zones of a file are."""
    named = level_of(table.path.stem.replace("_", " "))
    proposal = named if named in SERVED else "unknown"
    asked = Question(
        ("files", table.name, "level"),
        f"For which level are the zones of {table.name}?",
        proposal,
        "The file's name says so." if proposal != "unknown" else "No column says it.",
        tuple(each for each in SERVED if each != proposal),
        sure=proposal != "unknown",
    )
    return interview.text(asked)
