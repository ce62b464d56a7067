"""From a file of absence to its recipes: ids, rows, figures, words, year."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from data.errors import FileError
from data.intake import tokens
from data.intake.content import counted_words, decimal_of
from data.intake.draft import About, Draft, choose, id_columns, identifier_of, parts_of, recipe_id
from data.intake.figures import figure_columns, figures_of, way_of
from data.intake.groups import recipes_of
from data.intake.interview import Interview
from data.intake.look import RawTable
from data.intake.meaning import best
from data.intake.rows import Kept, school_rows
from data.intake.students import students_for
from data.intake.wide import YearColumns, year_columns
from data.intake.years import year_column
from data.recipe.parts import Column, Identifier


def absence_drafts(
    table: RawTable, interview: Interview, about: About, others: Sequence[RawTable] = ()
) -> list[Draft]:
    """Draft the recipes of a file of absence: one, and one more for each further column of groups.

    Parameters
    ----------
    table : RawTable
    interview : Interview
    about : About
    others : sequence of RawTable
        Files that may have the students of a rate.

    Raises
    ------
    FileError
        No column can be the ids of schools, or no figure of absence follows from its columns.
    """
    wide = year_columns(table, interview)
    one = wide.table
    ids, name, is_name = _ids(one, interview)
    figures = figures_of(one, interview, ids)
    used = [ids, *filter(None, (name, figures.words)), *figures.numbers]
    kept = school_rows(one, interview, ids, used, name)
    students = students_for(one, interview, figures, others)
    way = way_of(one, interview, figures, kept.cells, elsewhere=students is not None)
    columns = figure_columns(one, figures, way)
    if name:
        columns = {"name": Column(column=name), **columns}
    shared = _named(one, kept, ids) if is_name else _identified(one, interview, kept, ids)
    shared |= numbers_read(wide, interview, columns)
    columns |= {"school_id": shared.pop("school_id")}  # type: ignore[dict-item]
    year = {} if wide.years else {"school_year": year_column(one, interview, figures.numbers)}
    shared["vintage"] = span_of(wide, year)
    shared["years"] = dict(wide.years)
    if students is not None:
        shared["students_from"] = recipe_id(about.slug, students, "enrolment")
    drafts = []
    for at, (filters, split) in enumerate(recipes_of(kept.dimensions)):
        own = {**shared, "columns": {**year, **wide.columns(columns), **split}}
        own["filters"] = (*kept.filters, *filters)
        recipe = about.recipe(table, "absence", own, part=at)
        cells = kept.parted if at else kept.cells
        drafts.append(Draft(recipe, one, cells, kept.dimensions, is_name, students, at))
    return drafts


def _ids(table: RawTable, interview: Interview) -> tuple[str, str, bool]:
    """Choose the columns of ids and of names, and say whether names stand for ids."""
    headers = list(map(str, table.cells.columns))
    named = id_columns(table, "school_id")
    distinct = {name: table.cells[name].nunique() for name in named}
    named.sort(key=lambda name: -distinct[name])
    names = tuple(each for each in best(headers, "name") if each not in named)
    why = f"{distinct[named[0]]:,} different ids stand in it." if named else ""
    if not named and names:
        named, why = list(names[:1]), "No column holds ids: schools are matched by their names."
    ids = choose(interview, table, "school_id", tuple(named), why)
    if not ids:
        raise FileError(
            table.name,
            "no column is called like ids or names of schools",
            f'name it in the answers: files."{table.name}".columns.school_id',
        )
    if ids in names:
        return ids, ids, True
    return ids, choose(interview, table, "name", names, "By its header."), False


def _identified(table: RawTable, interview: Interview, kept: Kept, ids: str) -> dict[str, object]:
    """Say in a recipe which columns make up the ids, and what they look like."""
    parts = parts_of(interview, table, ids, kept.cells)
    return {
        "school_id": Column(column=parts[0]),
        "identifier": identifier_of(kept.parted, parts),
    }


def _named(table: RawTable, kept: Kept, ids: str) -> dict[str, object]:
    """Let the names of school and district stand for an id."""
    district = [name for name in best(list(table.cells.columns), "district") if name != ids]
    if len(kept.cells[[ids, *district[:1]]].drop_duplicates()) == kept.cells[ids].nunique():
        district = []
    pads = (0,) * (1 + len(district[:1])) if district else ()
    return {
        "school_id": Column(column=ids),
        "identifier": Identifier(pattern=".+", also=tuple(district[:1]), pads=pads),
    }


def numbers_read(
    wide: YearColumns, interview: Interview, columns: Mapping[str, Column]
) -> dict[str, object]:
    """Settle how numbers are written, and what words mean that stand in their place."""
    read = [
        _words(wide.whole, header, each.words)
        for each in columns.values()
        if each.unit != "text"
        for header in wide.headers(each.column)
    ]
    decimal, thousands = decimal_of(read)
    layout = replace(wide.table.layout, decimal=decimal, thousands=thousands)  # type: ignore[arg-type]
    settled = tokens.settled(wide.table, interview, read, decimal=decimal)
    return {"format": layout, "tokens": settled}


def span_of(wide: YearColumns, year: Mapping[str, Column]) -> str:
    """Give the years that a file tells of."""
    if wide.years:
        years = sorted(wide.years)
    elif year["school_year"].constant:
        return year["school_year"].constant
    else:
        years = sorted(set(wide.table.distinct(year["school_year"].column)) - {""})
    return years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"


def _words(table: RawTable, header: str, words: str) -> pd.Series:
    """Count the words of a column, those of another in the place of empty ones."""
    cells = table.cells
    own = cells[header]
    if not words:
        return table.words(header)
    return counted_words(own.where(own.str.strip().ne(""), cells[words]))
