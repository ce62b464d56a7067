"""From a file of absence to its recipe: ids, rows, figures, words, year."""

from dataclasses import replace

import pandas as pd

from data.errors import FileError
from data.intake import tokens
from data.intake.content import decimal_of
from data.intake.draft import About, Draft, choose, identifier_of, parts_of
from data.intake.figures import figure_columns, figures_of, way_of
from data.intake.interview import Interview
from data.intake.look import RawTable
from data.intake.meaning import best
from data.intake.rows import school_rows
from data.intake.years import year_column
from data.recipe.parts import Column


def absence_draft(table: RawTable, interview: Interview, about: About) -> Draft:
    """Draft the recipe of a file of absence.

    Raises
    ------
    FileError
        No column can be the ids of schools, or no figure of absence follows from its columns.
    """
    ids = _ids(table, interview)
    names = tuple(each for each in best(list(table.cells.columns), "name") if each != ids)
    name = choose(interview, table, "name", names, "By its header.")
    figures = figures_of(table, interview, ids)
    used = [ids, *filter(None, (name, figures.words)), *figures.numbers]
    kept = school_rows(table, interview, ids, used, name)
    way = way_of(table, interview, figures, kept.cells)
    decimal, thousands = decimal_of([table.cells[each] for each in figures.numbers])
    columns = figure_columns(table, figures, way)
    if name:
        columns = {"name": Column(column=name), **columns}
    read = [
        _cells(table.cells, each.column, each.words)
        for each in columns.values()
        if each.unit != "text"
    ]
    parts_of_id = parts_of(interview, table, ids, kept.cells)
    columns = {"school_id": Column(column=parts_of_id[0]), **columns}
    year = year_column(table, interview, figures.numbers)
    layout = replace(table.layout, decimal=decimal, thousands=thousands)  # type: ignore[arg-type]
    parts: dict[str, object] = {
        "columns": {"school_year": year, **columns},
        "identifier": identifier_of(kept.cells, parts_of_id),
        "tokens": tokens.settled(table, interview, read, decimal=decimal),
        "filters": kept.filters,
        "format": layout,
        "vintage": year.constant or _span(table, year.column),
    }
    return Draft(about.recipe(table, "absence", parts), table, kept.cells)


def _span(table: RawTable, header: str) -> str:
    years = sorted(set(table.distinct(header)) - {""})
    return years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"


def _cells(cells: pd.DataFrame, header: str, words: str) -> pd.Series:
    """Give the cells of a column, its words in the place of empty ones."""
    own = cells[header]
    return own.where(own.str.strip().ne(""), cells[words]) if words else own


def _ids(table: RawTable, interview: Interview) -> str:
    headers = list(table.cells.columns)
    named = best(headers, "school_id")
    distinct = {name: table.cells[name].nunique() for name in named}
    named.sort(key=lambda name: -distinct[name])
    why = f"{distinct[named[0]]:,} different ids stand in it." if named else ""
    ids = choose(interview, table, "school_id", tuple(named), why)
    if not ids:
        raise FileError(
            table.name,
            "no column is called like ids of schools",
            f'name it in the answers: files."{table.name}".columns.school_id (a file that knows'
            " schools by name alone, or districts alone, cannot be opened yet)",
        )
    return ids
