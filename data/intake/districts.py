"""From files of absence by district to their recipes: ids, rows, groups, grades, figures, year."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from data.errors import FileError
from data.intake.absence import numbers_read, span_of
from data.intake.content import number_share, numbers, plain_ids
from data.intake.draft import About, Draft, choose, identifier_of
from data.intake.figures import figure_columns, figures_of, way_of
from data.intake.groups import ALL, counted
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import best, strength
from data.intake.rows import TOTAL, WIDER
from data.intake.wide import year_columns
from data.intake.years import year_column
from data.recipe.parts import Column
from data.recipe.rows import Filter

HALF = 0.5
MOST_WORDS = 80
LONGEST_ID = 20
OF_A_DISTRICT = re.compile(r"(?:school )?(?:district|division|lea|system)s?", re.IGNORECASE)
NO_ID = "The row of the whole state, or a note: no id of a district."
NO_DISTRICT = "A state, a school or another sum: no district."
PARTS = ("student_group", "grade")


@dataclass(frozen=True)
class DistrictColumns:
    """Columns that tell which district a row is of; "" where there is none."""

    ids: str
    name: str


def columns_of(table: RawTable) -> DistrictColumns | None:
    """Find the columns of districts of a table whose rows are districts; None where they are not.

    A table with ids or names of schools is one of schools, whatever else it has.
    """
    headers = [str(each) for each in table.cells.columns]
    named = [each for each in headers if strength(each, "district")]
    ids = best(headers, "district_id")
    schools = [each for each in best(headers, "school_id") if each not in ids]
    schools += [each for each in best(headers, "name") if each not in named]
    if schools or not (named or ids):
        return None
    codes = [each for each in named if number_share(table.words(each)) > HALF]
    ids = ids or codes
    words = [each for each in named if each not in ids]
    words.sort(key=lambda each: -strength(each, "district"))
    name = next(iter(words), "")
    return DistrictColumns(next(iter(ids), name), name)


def district_draft(table: RawTable, interview: Interview, about: About, state: str) -> Draft:
    """Draft the recipe of a file of absence by district; its groups and grades are kept.

    Parameters
    ----------
    table : RawTable
    interview : Interview
    about : About
    state : str
        Name of the state, as a row of its total may be called.

    Raises
    ------
    FileError
        No column tells the district, or no figure of absence follows from the columns.
    """
    wide = year_columns(table, interview)
    table = wide.table
    found = columns_of(table) or DistrictColumns("", "")
    by_header = tuple(filter(None, (found.ids,)))
    ids = choose(interview, table, "school_id", by_header, "By its header: a row is a district.")
    name = choose(interview, table, "name", tuple(filter(None, (found.name,))), "By its header.")
    if not ids:
        remedy = f'name it in the answers: files."{table.name}".columns.school_id'
        raise FileError(table.name, "no column is called like ids of districts", remedy)
    filters, cells = _rows(table, interview, DistrictColumns(ids, name), state)
    table = replace(table, cells=cells)
    figures = figures_of(table, interview, ids)
    used = [ids, *filter(None, (name, figures.words)), *figures.numbers]
    parts = _parts(table, interview, cells, used)
    whole = _whole(cells, parts)
    way = way_of(table, interview, figures, whole)
    columns = _sound(figure_columns(table, figures, way), whole)
    every = replace(
        wide, table=table, whole=replace(wide.whole, cells=wide.whole.cells.loc[cells.index])
    )
    year = {} if wide.years else {"school_year": year_column(table, interview, figures.numbers)}
    settled: dict[str, object] = {
        **numbers_read(every, interview, columns),
        "columns": {
            **year,
            "school_id": Column(column=ids),
            **({"name": Column(column=name)} if name else {}),
            **wide.columns(columns),
            **parts,
        },
        "identifier": identifier_of(cells, (ids,)),
        "filters": filters,
        "vintage": span_of(every, year),
        "years": dict(wide.years),
    }
    return Draft(about.recipe(table, "absence", settled), table, cells)


def district_names(drafts: Sequence[Draft]) -> dict[str, tuple[str, ...]]:
    """Give the names of each district in some files, by its id as the recipes make it."""
    names: dict[str, dict[str, None]] = {}
    for each in drafts:
        ids = plain_ids(each.cells[each.recipe.columns["school_id"].column])
        ids = ids.str.zfill(each.recipe.identifier.pad)
        called = each.recipe.columns.get("name")
        words = each.cells[called.column].str.split().str.join(" ") if called else ids
        for name, word in zip(ids, words, strict=True):
            names.setdefault(name, {})[word] = None
    return {name: tuple(words) for name, words in sorted(names.items())}


def _rows(
    table: RawTable, interview: Interview, district: DistrictColumns, state: str
) -> tuple[tuple[Filter, ...], pd.DataFrame]:
    """Keep the rows of districts; what is left out holds the publisher's own totals."""
    cells, filters = table.cells, []
    for header in cells.columns:
        words = cells[header].str.strip()
        if header not in (district.ids, district.name) and 1 < words.nunique() <= MOST_WORDS:
            filters += _kind(table, interview, str(header), words)
    if district.name:
        filters += _totals(table, interview, district, state)
    for each in filters:
        cells = cells[~cells[each.column].str.strip().isin(each.none_of)]
    raw = cells[district.ids].str.strip()
    wrong = raw.eq("") | raw.str.len().gt(LONGEST_ID) & ~raw.eq(cells.get(district.name, raw))
    if wrong.any() and not wrong.all():
        pattern = identifier_of(cells[~wrong], (district.ids,)).pattern
        own = Filter(column=district.ids, regex=pattern, totals=True, reason=NO_ID)
        filters, cells = [*filters, own], cells[~wrong]
    return tuple(filters), cells


def _kind(table: RawTable, interview: Interview, header: str, words: pd.Series) -> list[Filter]:
    """Ask about a column that says what a row is: only districts are kept."""
    counts = words[words.ne("")].value_counts()
    own = [word for word in counts.index if OF_A_DISTRICT.fullmatch(str(word))]
    others = tuple(str(word) for word in counts.index if word not in own)
    if not own or not others:
        return []
    asked = Question(
        ("files", table.name, "leave_out", header),
        f"What is a row of {table.name}? Which words of {header!r} are no districts?",
        others,
        f"{header!r} holds {counted(counts)}.",
        sure=all(WIDER.fullmatch(word) or word.lower() == "school" for word in others),
    )
    left_out = interview.texts(asked)
    return (
        [Filter(column=header, none_of=left_out, totals=True, reason=NO_DISTRICT)]
        if left_out
        else []
    )


def _totals(
    table: RawTable, interview: Interview, district: DistrictColumns, state: str
) -> list[Filter]:
    """Ask about names of the state or of totals among rows that have an id."""
    cells = table.cells
    named = cells.loc[cells[district.ids].str.strip().ne(""), district.name].str.strip()
    found = tuple(
        sorted(
            {
                name
                for name in named
                if TOTAL.fullmatch(name) or (state and name.lower() == state.lower())
            }
        )
    )
    if not found:
        return []
    asked = Question(
        ("files", table.name, "leave_out", district.name),
        f"Which names in {district.name!r} of {table.name} are sums of districts?",
        found,
        "They are named like totals, or like the state.",
    )
    left_out = interview.texts(asked)
    return (
        [Filter(column=district.name, none_of=left_out, totals=True, reason=NO_DISTRICT)]
        if left_out
        else []
    )


def _parts(
    table: RawTable, interview: Interview, cells: pd.DataFrame, used: Sequence[str]
) -> dict[str, Column]:
    """Keep student groups and grades: which column has them, and which word is all students."""
    parts: dict[str, Column] = {}
    for target in PARTS:
        taken = [*used, *(each.column for each in parts.values())]
        headers = [each for each in best(list(cells.columns), target) if each not in taken]
        for header in headers[:1]:
            counts = cells[header].str.split().str.join(" ").value_counts()
            if not 1 < len(counts) <= MOST_WORDS:
                continue
            everyone = [str(word) for word in counts.index if ALL.fullmatch(str(word))]
            asked = Question(
                ("files", table.name, "keep", header),
                f"Which rows of {table.name} count all students of a district?",
                everyone[0] if everyone else "",
                f"{header!r} holds {counted(counts)}. The others are kept as"
                f" {'groups' if target == 'student_group' else 'grades'}.",
                tuple(str(word) for word in counts.index if word not in everyone[:1]),
                sure=len(everyone) == 1,
            )
            whole = interview.text(asked)
            words = {str(word): "all" if word == whole else str(word) for word in counts.index}
            parts[target] = Column(column=header, map=words)
    return parts


def _whole(cells: pd.DataFrame, parts: Mapping[str, Column]) -> pd.DataFrame:
    """Give the rows that count all students."""
    for each in parts.values():
        words = cells[each.column].str.split().str.join(" ")
        cells = cells[words.map(each.map).eq("all")]
    return cells


def _sound(columns: dict[str, Column], cells: pd.DataFrame) -> dict[str, Column]:
    """Leave out a rate that is above all somewhere, where count and students are there without it.

    A publisher whose students are those of one day may have more absent than enrolled.
    """
    rate = columns.get("rate")
    if rate is None or "enrolled" not in columns:
        return columns
    most = 1 if rate.unit == "fraction" else 100
    above = numbers(cells[rate.column]).gt(most).any()
    return {name: each for name, each in columns.items() if name != "rate" or not above}
