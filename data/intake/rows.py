"""What a row is: which rows are schools, all students, all grades; the others are left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from data.intake.content import pattern_of, plain_ids
from data.intake.interview import Interview, Question
from data.intake.look import RawTable
from data.intake.meaning import is_year, strength
from data.recipe.rows import Filter

MOST_WORDS = 80
WORDS_SHOWN = 8
LONGEST_ID = 20
ALL = re.compile(
    r"all|all[-_ ]?(?:students?|grades?|groups?|pupils|levels|subgroups?|races?|genders?)"
    r"(?: \(.*\))?|total(?: population| students?| enrol+ment)?|overall|tot|school total|aggregate"
    r"|ta|all students total|(?:pk|k|kg|0k) ?-? ?12 total|everyone|schoolwide|school-wide",
    re.IGNORECASE,
)
WIDER = re.compile(
    r"(?:state|district|division|county|region|lea|esd|corporation|city|nation|network|supervisory"
    r"|sau|isd|boces|system)(?:wide)?(?: total| level| summary| aggregate| \(.*\))?|total",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"(?:(?:grand|state|district|county|division) )?totals?|statewide|state ?wide|all schools"
    r"|state of [a-z ]+|district ?wide",
    re.IGNORECASE,
)
KINDS = frozenset("TCDSLRN")
REASONS = {
    "kind": "A district, a state or another sum of schools: no school.",
    "group": "A student group or grade: its students are counted under all students.",
    "measure": "Another measure.",
    "note": "A title, a note or a total: no id of a school.",
}


@dataclass(frozen=True)
class Kept:
    """The rows that are schools.

    Attributes
    ----------
    filters : tuple of Filter
    cells : DataFrame of str
        The rows that pass.
    """

    filters: tuple[Filter, ...]
    cells: pd.DataFrame


def school_rows(
    table: RawTable, interview: Interview, ids: str, used: Sequence[str], name: str = ""
) -> Kept:
    """Find the rows of single schools with all their students.

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
    measure, word, _ = table.measure()
    if word and measure not in used and len(table.distinct(measure)) > 1:
        filters.append(_measure(table, interview, measure, word))
        cells = cells[_passes(filters[0], cells[measure].str.strip())]
        used = [*used, measure]
    for header in table.cells.columns:
        words = cells[header].str.strip()
        if header in used or not 1 < words.nunique() <= MOST_WORDS:
            continue
        filter_ = _kind(table, interview, header, words) or _group(table, interview, header, words)
        if filter_ is not None:
            filters.append(filter_)
            cells = cells[_passes(filter_, words)]
    totals = _total_names(table, interview, name, cells) if name else None
    if totals is not None:
        filters.append(totals)
        cells = cells[_passes(totals, cells[name].str.strip())]
    notes = _notes(cells, ids, used)
    if notes is not None:
        filters.append(notes)
        cells = cells[_passes(notes, cells[ids].str.strip())]
    return Kept(tuple(filters), cells)


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


def _kind(table: RawTable, interview: Interview, header: str, words: pd.Series) -> Filter | None:
    counts = words[words.ne("")].value_counts()
    wider = tuple(word for word in counts.index if WIDER.fullmatch(word))
    letters = strength(header, "row_kind") and set(counts.index) <= KINDS and "S" in counts.index
    if letters:
        wider = tuple(word for word in counts.index if word != "S")
    if not wider or len(wider) == len(counts) or is_year(str(counts.index[0])):
        return None
    asked = Question(
        ("files", table.name, "leave_out", header),
        f"What is a row of {table.name}? Which words of {header!r} are no schools?",
        wider,
        f"{header!r} holds {_counted(counts)}.",
        sure=not letters,
    )
    left_out = interview.texts(asked)
    if not left_out:
        return None
    return Filter(column=header, none_of=left_out, totals=True, reason=REASONS["kind"])


def _group(table: RawTable, interview: Interview, header: str, words: pd.Series) -> Filter | None:
    counts = words.value_counts()
    everyone = [word for word in counts.index if ALL.fullmatch(word)]
    named = strength(header, "student_group") or strength(header, "grade")
    if not everyone and not named:
        return None
    if not everyone and strength(header, "grade") and not strength(header, "student_group"):
        return None  # grades that a school teaches
    asked = Question(
        ("files", table.name, "keep", header),
        f"Which rows of {table.name} count all students of a school?",
        everyone[0] if everyone else "",
        f"{header!r} holds {_counted(counts)}.",
        tuple(word for word in counts.index if word not in everyone[:1]),
        sure=len(everyone) == 1,
    )
    word = interview.text(asked)
    return Filter(column=header, equals=word, reason=REASONS["group"]) if word else None


def _total_names(
    table: RawTable, interview: Interview, header: str, cells: pd.DataFrame
) -> Filter | None:
    names = cells[header].str.strip()
    found = tuple(sorted({name for name in names if TOTAL.fullmatch(name)}))
    if not found:
        return None
    asked = Question(
        ("files", table.name, "leave_out", header),
        f"Which names in {header!r} of {table.name} are sums of schools?",
        found,
        "They are named like totals.",
    )
    left_out = interview.texts(asked)
    if not left_out:
        return None
    return Filter(column=header, none_of=left_out, totals=True, reason=REASONS["kind"])


def _notes(cells: pd.DataFrame, ids: str, used: Sequence[str]) -> Filter | None:
    """Leave out rows below or among the schools that have no id, or a sentence in its place."""
    raw = cells[ids].str.strip()
    others = [header for header in used if header != ids and header in cells.columns]
    empty = cells[others].apply(lambda one: one.str.strip().eq("")).all(axis=1)
    wrong = raw.eq("") | (empty & (raw.str.len().gt(LONGEST_ID) | raw.str.contains(r"\s")))
    if not wrong.any() or wrong.all():
        return None
    return Filter(column=ids, regex=pattern_of(raw[~wrong]), reason=REASONS["note"])


def _passes(each: Filter, words: pd.Series) -> pd.Series:
    if each.regex:
        return words.str.fullmatch(each.regex).astype(bool)
    return ~words.isin(each.none_of) if each.none_of else words.eq(each.equals)


def conflicting_ids(cells: pd.DataFrame, ids: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Give the ids whose rows differ in some columns, as the file writes them."""
    rows = cells[[ids, *(name for name in columns if name != ids)]].drop_duplicates()
    plain = plain_ids(rows[ids])
    return tuple(sorted(set(rows[ids].str.strip()[plain.duplicated(keep=False)])))


def _counted(counts: pd.Series) -> str:
    some = [f"{word!r} ({rows:,} rows)" for word, rows in counts.iloc[:WORDS_SHOWN].items()]
    more = f" and {len(counts) - WORDS_SHOWN} more" if len(counts) > WORDS_SHOWN else ""
    return ", ".join(some) + more
