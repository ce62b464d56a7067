"""The students of a rate, where another file has them."""

from collections.abc import Sequence
from dataclasses import replace

from data.intake import tokens
from data.intake.content import decimal_of, is_whole, number_share
from data.intake.draft import About, Draft, choose, identifier_of, parts_of
from data.intake.figures import BY, HALF, Figures
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import best, strength
from data.intake.rows import school_rows
from data.intake.wide import year_columns
from data.intake.years import year_column
from data.recipe.parts import Column


def students_for(
    table: RawTable, interview: Interview, figures: Figures, others: Sequence[RawTable]
) -> RawTable | None:
    """Ask which table has the students of a rate that stands alone; None when none is needed."""
    is_alone = not (figures.count or figures.attending or figures.enrolled)
    if not is_alone or not (figures.rate or figures.attending_rate):
        return None
    named = {
        each.name: each for each in others if _counts(each) and best(_headers(each), "school_id")
    }
    if not named:
        return None
    first = max(
        named, key=lambda name: max(strength(each, "enrolled") for each in _counts(named[name]))
    )
    asked = Question(
        ("files", table.name, "students"),
        f"Which file has the students of whom {table.name} gives a share?",
        first,
        "A share alone cannot be added up. Take the enrolment of the same school year.",
        (*(name for name in named if name != first), ""),
        sure=False,
    )
    return named.get(interview.text(asked))


def enrolment_draft(table: RawTable, interview: Interview, about: About) -> Draft:
    """Draft the recipe of a file of students by school and year."""
    wide = year_columns(table, interview, ("enrolled",))
    one = wide.table
    named = best(_headers(one), "school_id")
    named.sort(key=lambda name: -one.cells[name].nunique())
    ids = choose(interview, one, "school_id", tuple(named), "By its header.")
    counts = sorted(_counts(one), key=lambda name: -strength(name, "enrolled"))
    enrolled = choose(interview, one, "enrolled", tuple(counts), BY)
    name = next((each for each in best(_headers(one), "name") if each != ids), "")
    kept = school_rows(one, interview, ids, [ids, enrolled, *filter(None, [name])], name)
    parts = parts_of(interview, one, ids, kept.cells)
    year = {} if wide.years else {"school_year": year_column(one, interview, [enrolled])}
    read = [wide.whole.words(each) for each in wide.headers(enrolled)]
    decimal, thousands = decimal_of(read)
    columns = {
        "school_id": Column(column=parts[0]),
        "enrolled": Column(column=enrolled, unit="count"),
    }
    settled: dict[str, object] = {
        "columns": {**year, **wide.columns(columns)},
        "identifier": identifier_of(kept.cells, parts),
        "tokens": tokens.settled(one, interview, read, decimal=decimal),
        "filters": (*kept.filters, *(each.whole() for each in kept.dimensions)),
        "format": replace(one.layout, decimal=decimal, thousands=thousands),  # type: ignore[arg-type]
        "vintage": max(wide.years, default="") or "students",
        "years": dict(wide.years),
        "definition": f"Students by school, {table.path.name}.",
    }
    return Draft(about.recipe(table, "enrolment", settled), one, kept.cells)


def _headers(table: RawTable) -> list[str]:
    return list(map(str, table.cells.columns))


def _counts(table: RawTable) -> list[str]:
    """Give the columns of students."""
    return [
        name
        for name in _headers(table)
        if strength(name, "enrolled")
        and number_share(table.words(name)) > HALF
        and is_whole(table.words(name))
    ]
