"""Conditions by tract that a department has itself: a recipe for a table of them."""

import re

from data.errors import FileError
from data.intake.content import HALF, number_share, unit_of
from data.intake.draft import About, choose
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import words_of
from data.intake.tracts import tract_ids
from data.recipe.measures import Measure, measures
from data.recipe.parts import Column, Identifier
from data.recipe.recipe import Recipe

MARGIN = re.compile(r"(?:moe|margin(?: of error)?)\b|\b(?:moe|margin(?: of error)?)$")
YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?:[-_](?:19|20)?[0-9]{2})?(?![0-9])")
SHARES = ("fraction", "percent")


def conditions_recipe(
    table: RawTable, interview: Interview, about: About, state_fips: str
) -> Recipe:
    """Make the recipe of a table of conditions by tract.

    Parameters
    ----------
    table : RawTable
    interview : Interview
        Is asked which of the conditions that the atlas knows a column is.
    about : About
    state_fips : str
        Code of the state.

    Raises
    ------
    FileError
        No column is one of these conditions.
    """
    ids = choose(interview, table, "geoid", (tract_ids(table),), "Eleven digits in each row.")
    numeric = [
        str(name)
        for name in table.cells.columns
        if name != ids and number_share(table.words(str(name))) > HALF
    ]
    margins = [name for name in numeric if MARGIN.search(words_of(name))]
    taken = [
        found
        for name in numeric
        if name not in margins and (found := _measure(table, interview, name, margins))
    ]
    if not taken:
        keys = ", ".join(f'files."{table.name}".conditions."{name}"' for name in numeric[:3])
        remedy = f"name it in the answers ({keys}), or leave the file out"
        raise FileError(table.name, "no column is a condition that the atlas knows", remedy)
    year = YEAR.search(table.path.stem)
    vintage = interview.text(
        Question(
            ("files", table.name, "vintage"),
            f"Which years do the figures of {table.name} describe?",
            year[0] if year else "",
            "The file's name has it." if year else "No file says it.",
            sure=False,
        )
    )
    parts: dict[str, object] = {
        "columns": {"geoid": Column(column=ids)},
        "identifier": Identifier(pattern=f"{state_fips}[0-9]{{9}}"),
        "measures": tuple(taken),
        "vintage": vintage or "not stated",
        "release": "published",
        "definition": f"Conditions by census tract, {table.path.name}.",
    }
    return about.recipe(table, "drivers", parts)


def _measure(
    table: RawTable, interview: Interview, header: str, margins: list[str]
) -> Measure | None:
    """Ask which condition a column is; None for none of those the atlas knows."""
    known = {name: item for name, item in measures().items() if item.unit != "percentile"}
    words = set(words_of(header).split())
    fits = {
        name: len(words & set(words_of(f"{name} {item.label}").split()))
        for name, item in known.items()
    }
    proposal = max(fits, key=lambda name: fits[name])
    proposal = proposal if fits[proposal] else ""
    asked = Question(
        ("files", table.name, "conditions", header),
        f"Which condition is {header!r} of {table.name}?",
        proposal,
        f"Its words are those of “{known[proposal].label}”." if proposal else "No word says it.",
        (*(name for name in known if name != proposal), *([""] if proposal else [])),
        sure=False,
    )
    name = interview.text(asked)
    if not name:
        return None
    unit = unit_of(table.words(header))[0] if known[name].unit == "fraction" else known[name].unit
    own = words_of(header)
    moe = next((each for each in margins if MARGIN.sub("", words_of(each)).strip() == own), "")
    return Measure(id=name, unit=unit, value=header, moe=moe)  # type: ignore[arg-type]
