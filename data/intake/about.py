"""What files do not say of themselves: state, publisher, definition, release, years."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from data.errors import DataError
from data.intake.draft import NAME, About
from data.intake.interview import Answer, Interview, Question
from data.intake.look import RawTable
from data.intake.national import ACS, national_recipes, recognised_as
from data.intake.states import CODES, state_of
from data.intake.tracts import tract_ids
from data.place.place import COUNTY, CatchmentSettings, PlaceFile
from data.recipe.recipe import Recipe
from data.store.manifest import DefinitionBreak

TOTAL = re.compile(
    r"(?P<year>[0-9]{4}-[0-9]{2})\s*[=:]\s*(?P<x>[0-9][0-9,]*)"
    r"(?:\s*(?:of|/|de)\s*(?P<n>[0-9][0-9,]*))?"
)
UNUSUAL = ("2019-20", "2020-21")
CHRONIC = "Absent on 10 % or more of the days enrolled, for any reason."


def about_place(
    absence: RawTable, areas: Sequence[RawTable], interview: Interview
) -> tuple[About, str, str]:
    """Ask about the place: what its files share, its state and its name.

    Parameters
    ----------
    absence : RawTable
        The first file of absence.
    areas : sequence of RawTable
        Files of tracts.
    interview : Interview
    """
    state = _state(areas, interview)
    name = interview.text(
        Question(("place", "name"), "What is the place called?", state, "The state's name.")
    )
    slug = NAME.sub("_", name.lower()).strip("_")
    slug = interview.text(
        Question(("place", "slug"), "Its short name in addresses?", slug, "From its name.")
    )
    said = _said(absence, interview)
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
    about = About(slug, said["publisher"], said["url"], licence, said["definition"], release, state)
    return about, state, name


def _state(areas: Sequence[RawTable], interview: Interview) -> str:
    ids = [each for table in areas for each in geoids(table)]
    return interview.text(
        Question(
            ("place", "state"),
            "Which state is it?",
            state_of(ids),
            f"{len(ids):,} tract ids begin with its code." if ids else "No file has tract ids.",
            tuple(CODES),
            sure=bool(ids),
        )
    )


def _said(absence: RawTable, interview: Interview) -> dict[str, str]:
    """Ask who publishes the figures, where, and what they mean."""
    first = absence.path.name
    asked = {
        "publisher": ("Who publishes the attendance file?", "", f"{first} does not say."),
        "url": ("Which page was it taken from?", "https://", f"{first} does not say."),
        "definition": (
            "How does the publisher define chronic absence, and who is counted?",
            CHRONIC,
            "The usual definition; the publisher's notes say who is counted.",
        ),
    }
    return {
        key: interview.text(Question(("place", key), *words, sure=False))
        for key, words in asked.items()
    }


def geoids(table: RawTable) -> list[str]:
    """Give the tract ids of a table; none when it has none."""
    header = tract_ids(table)
    return list(table.cells[header].str.strip()) if header else []


def national_files(
    tables: Sequence[RawTable], interview: Interview, needed: Sequence[str]
) -> dict[str, str]:
    """Give the national recipes of the place, and the file of each; "" for one to be fetched.

    Raises
    ------
    DataError
        An answer names no national recipe.
    """
    files: dict[str, str] = {}
    for table in tables:
        for name in recognised_as(table):
            files[name] = table.path.name
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


def place_file(
    about: About,
    areas: Sequence[RawTable],
    interview: Interview,
    years: Mapping[str, Sequence[str]],
    recipes: Sequence[Recipe],
    national: Mapping[str, str],
) -> PlaceFile:
    """Settle the place as a whole: years, projection, joins, neighbourhoods.

    Parameters
    ----------
    about : About
    areas : sequence of RawTable
        Files of tracts.
    interview : Interview
    years : mapping
        Recipes of absence to their school years.
    recipes : sequence of Recipe
        The place's own.
    national : mapping
        National recipes to the file of each, "" for one to be fetched.
    """
    every = sorted({year for each in years.values() for year in each})

    def ask(key: str, asks: str, proposal: Answer, why: str, *others: str) -> Any:
        return interview.ask(Question(("place", key), asks, proposal, why, others))

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
        unusual_years=_unusual(interview, every),
        breaks=_breaks(interview, every),
        catchment=CatchmentSettings(
            not_joined=ask("not_joined", "Which schools draw from everywhere?", (), "By id."),
            joined=ask("joined", "Which schools called online are local?", (), "By id."),
        ),
        counties=_counties(areas, national),
        neighbourhood=_neighbourhood(interview, recipes, areas),
        mirrors={name: f"{about.slug}/{file}" for name, file in national.items() if file},
        accept=ask("accept", "Which doubts of the build are as they should be?", (), "By name."),
    )


def _unusual(interview: Interview, every: Sequence[str]) -> tuple[str, ...]:
    unusual = tuple(year for year in UNUSUAL if year in every and set(every) - set(UNUSUAL))
    return interview.texts(
        Question(
            ("place", "unusual_years"),
            "Which years were measured in another way?",
            unusual,
            "In 2019-20 schools closed in March; 2020-21 was remote in part.",
            tuple(every),
        )
    )


def _breaks(interview: Interview, every: Sequence[str]) -> tuple[DefinitionBreak, ...]:
    """Ask from which years on figures cannot be compared with earlier ones.

    Raises
    ------
    DataError
        An answer is not a year, "=" and what changed.
    """
    if len(every) < 2:
        return ()
    said = interview.texts(
        Question(
            ("place", "breaks"),
            "From which years on can figures not be compared with earlier ones?",
            (),
            f'Write the year and what changed, such as "{every[-1]} = Ten days in place of five."'
            " Trends are not drawn across it.",
        )
    )
    breaks = []
    for each in said:
        year, _, note = (part.strip() for part in each.partition("="))
        if year not in every or not note:
            raise DataError(
                f"place.breaks has {each!r}; write a year of {', '.join(every)}, =, and what"
                " changed"
            )
        breaks.append(DefinitionBreak(school_year=year, note=note))
    return tuple(breaks)


def _counties(areas: Sequence[RawTable], national: Mapping[str, str]) -> tuple[str, ...]:
    texts = {each.id: each.url + each.mirror for each in national_recipes()}
    if not any(COUNTY in texts[name] for name in national):
        return ()
    codes = [each for table in areas for each in geoids(table)]
    return tuple(sorted({code.split("US")[-1][2:5] for code in codes}))


def _neighbourhood(
    interview: Interview, recipes: Sequence[Recipe], areas: Sequence[RawTable]
) -> Any:
    has_districts = any("district" in each.columns for each in recipes)
    own = any(table.layout.kind == "vector" and not recognised_as(table) for table in areas)
    return interview.ask(
        Question(
            ("place", "neighbourhood"),
            "What is a neighbourhood? (district, or empty for towns)",
            "district" if has_districts and not own else "",
            "A list of schools names districts." if has_districts else "No list names districts.",
            ("district", ""),
        )
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


def typed_totals(
    interview: Interview, years: Mapping[str, Sequence[str]]
) -> dict[str, tuple[int, int | None]]:
    """Ask for the publisher's own totals: those absent, and all students where they are told.

    Raises
    ------
    DataError
        An answer is not a year, "=" and one or two numbers.
    """
    every = sorted({year for each in years.values() for year in each})
    said = interview.texts(
        Question(
            ("place", "totals"),
            "What are the publisher's own totals?",
            (),
            f'Write the year and the figures, such as "{every[-1]} = 7,120 of 29,300" (absent, of'
            " all students); the sums of the schools are compared with them.",
        )
    )
    totals = {}
    for each in said:
        match = TOTAL.fullmatch(each.strip())
        if match is None or match["year"] not in every:
            raise DataError(
                f"place.totals has {each!r}; write a year of {', '.join(every)}, =, and the"
                " students absent, or the absent of all: 7,120 of 29,300"
            )
        absent, students = match["x"], match["n"]
        totals[str(match["year"])] = (_whole(absent), _whole(students) if students else None)
    return totals


def _whole(text: str) -> int:
    return int(text.replace(",", ""))
