"""What a row is: which rows are schools, all students, all grades; the others are left out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from data.intake.content import pattern_of, plain_ids
from data.intake.groups import MOST_WORDS, Dimension, counted, dimensions_of, everyone_of
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import is_year, strength
from data.recipe.rows import Filter

LONGEST_ID = 20
WIDER = re.compile(
    r"\[?(?:(?:state|district|division|county|region|lea|esd|corporation|city|nation|network"
    r"|supervisory|sau|isd|boces|system|lss|(?:lea|psa|isd|public|local) district)"
    r"(?:wide)?(?: total| level| summary| aggregate| \(.*\))?|total)\]?",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"[-\[\s]*(?:(?:(?:grand|state|district|county|division) )?totals?|state ?wide"
    r"|all (?:public )?schools|state of [a-z ]+|district ?wide|all systems)[-\]\s]*",
    re.IGNORECASE,
)
NO_SCHOOL = re.compile(r"a|all|state|district|total|0+", re.IGNORECASE)
KINDS = frozenset("TCDSLRN")
REASONS = {
    "kind": "A district, a state or another sum of schools: no school.",
    "measure": "Another measure.",
    "note": "A title, a note or a total: no id of a school.",
}


Step = Callable[[RawTable, Interview, str, pd.DataFrame, str], Filter | None]


@dataclass(frozen=True)
class Kept:
    """The rows that are schools.

    Attributes
    ----------
    filters : tuple of Filter
        Those of all recipes of the file.
    dimensions : tuple of Dimension
        Columns that part the students of a school.
    parted : DataFrame of str
        The rows that pass the filters: of all students, of groups and of grades.
    cells : DataFrame of str
        Those of all students.
    """

    filters: tuple[Filter, ...]
    dimensions: tuple[Dimension, ...]
    parted: pd.DataFrame
    cells: pd.DataFrame


def school_rows(
    table: RawTable, interview: Interview, ids: str, used: Sequence[str], name: str = ""
) -> Kept:
    """Find the rows of single schools, and the columns that part their students.

    Parameters
    ----------
    table : RawTable
    interview : Interview
        Is asked about every column of levels, groups and grades.
    ids : str
        Header of the ids of schools.
    used : sequence of str
        Headers that are read for something else: no column of levels or groups.
    name : str
        Header of the names of schools; "" when there is none.
    """
    cells, filters = table.cells, []
    measure, word, _ = table.measure
    if word and measure not in used and len(table.distinct(measure)) > 1:
        filters.append(_measure(table, interview, measure, word))
        cells = cells[passes(filters[0], cells[measure].str.strip())]
        used = [*used, measure]
    steps: list[tuple[str, Step]] = [
        (str(header), _kind) for header in table.cells.columns if header not in used
    ]
    steps += [(header, _total_names) for header in (name,) if header]
    for header, step in [*steps, (ids, _whole_ids)]:
        filter_ = step(table, interview, header, cells, ids)
        if filter_ is not None:
            filters.append(filter_)
            cells = cells[passes(filter_, cells[header].str.strip())]
    notes = _notes(cells, ids, used)
    if notes is not None:
        filters.append(notes)
        cells = cells[passes(notes, cells[ids].str.strip())]
    dimensions = dimensions_of(table, interview, cells, ids, used)
    return Kept(tuple(filters), dimensions, cells, everyone_of(cells, dimensions))


def latest_rows(
    table: RawTable, interview: Interview, header: str, cells: pd.DataFrame
) -> Filter | None:
    """Keep one year of a list of schools that has several."""
    years = sorted(set(cells[header].str.strip()) - {""})
    if len(years) < 2:
        return None
    asked = Question(
        ("files", table.name, "keep", header),
        f"{table.name} lists schools of {len(years)} years. Which one?",
        years[-1],
        f"{years[-1]!r} is the latest.",
        tuple(years[:-1]),
    )
    return Filter(column=header, equals=interview.text(asked), reason="Another year of the list.")


def _measure(table: RawTable, interview: Interview, header: str, word: str) -> Filter:
    words = table.distinct(header)
    asked = Question(
        ("files", table.name, "keep", header),
        f"Which rows of {table.name} tell of absence?",
        word,
        f"{header!r} holds {len(words)} measures.",
        tuple(each for each in words if each != word),
    )
    return Filter(column=header, equals=interview.text(asked), reason=REASONS["measure"])


def _kind(
    table: RawTable, interview: Interview, header: str, cells: pd.DataFrame, ids: str
) -> Filter | None:
    if not 1 < len(set(table.distinct(header))) <= MOST_WORDS:
        return None
    words = cells[header].str.strip()
    counts = words[words.ne("")].value_counts()
    wider = tuple(word for word in counts.index if WIDER.fullmatch(word))
    letters = strength(header, "row_kind") and set(counts.index) <= KINDS and "S" in counts.index
    if letters:
        wider = tuple(word for word in counts.index if word != "S")
    if not wider or len(wider) == len(counts) or is_year(str(counts.index[0])):
        return None
    inside = cells[ids][words.isin(wider)].str.strip()
    if inside.nunique() > cells[ids][~words.isin(wider)].nunique():
        return None  # the kind of agency that runs a school
    empty = inside.eq("") | inside.str.fullmatch(NO_SCHOOL.pattern, case=False)
    asked = Question(
        ("files", table.name, "leave_out", header),
        f"What is a row of {table.name}? Which words of {header!r} are no schools?",
        wider,
        f"{header!r} holds {counted(counts)}.",
        tuple(map(str, counts.index)),
        sure=not letters or bool(empty.all()),
    )
    return _without(header, interview.texts(asked))


def _without(header: str, words: Sequence[str]) -> Filter | None:
    """Leave out rows that are sums of schools."""
    if not words:
        return None
    return Filter(column=header, none_of=tuple(words), totals=True, reason=REASONS["kind"])


def _total_names(
    table: RawTable, interview: Interview, header: str, cells: pd.DataFrame, _ids: str
) -> Filter | None:
    names = cells[header].str.strip().drop_duplicates()
    found = tuple(sorted(name for name in names if TOTAL.fullmatch(name)))
    if not found:
        return None
    asked = Question(
        ("files", table.name, "leave_out", header),
        f"Which names in {header!r} of {table.name} are sums of schools?",
        found,
        "They are named like totals.",
    )
    return _without(header, interview.texts(asked))


def _whole_ids(
    table: RawTable, interview: Interview, header: str, cells: pd.DataFrame, _ids: str
) -> Filter | None:
    """Leave out rows with a word such as ALL or 000 in the place of the id of a school."""
    words = cells[header].str.strip().drop_duplicates()
    found = tuple(sorted(word for word in words if NO_SCHOOL.fullmatch(word)))
    if not found or len(found) == len(words):
        return None
    asked = Question(
        ("files", table.name, "leave_out", header),
        f"Which ids in {header!r} of {table.name} are no schools?",
        found,
        "No school has such an id: these rows are sums.",
    )
    return _without(header, interview.texts(asked))


def _notes(cells: pd.DataFrame, ids: str, used: Sequence[str]) -> Filter | None:
    """Leave out rows below or among the schools that have no id, or a sentence in its place."""
    raw = cells[ids].str.strip()
    others = [header for header in used if header != ids and header in cells.columns]
    empty = cells[others].apply(lambda one: one.str.strip().eq("")).all(axis=1)
    wrong = raw.eq("") | (empty & (raw.str.len().gt(LONGEST_ID) | raw.str.contains(r"\s")))
    if not wrong.any() or wrong.all():
        return None
    return Filter(column=ids, regex=pattern_of(raw[~wrong]), reason=REASONS["note"])


def passes(each: Filter, words: pd.Series) -> pd.Series:
    """Say which words of its column a filter keeps."""
    if each.regex:
        return words.str.fullmatch(each.regex).astype(bool)
    if each.none_of:
        return ~words.isin(each.none_of)
    return words.isin(each.one_of or (each.equals,))


def conflicting_ids(cells: pd.DataFrame, ids: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Give the ids whose rows differ in some columns, as the file writes them."""
    rows = cells[[ids, *(name for name in columns if name != ids)]].drop_duplicates()
    plain = plain_ids(rows[ids])
    return tuple(sorted(set(rows[ids].str.strip()[plain.duplicated(keep=False)])))
