"""Columns and rows that must not enter: students' own data, doubles, impossible figures."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import pandas as pd

from data.errors import FileError

STUDENT = r"(?:student|pupil|child|learner|stu)"
PERSONAL = re.compile(
    rf"{STUDENT} (?:s )?(?:full |first |last |middle |given |family |legal )*name"
    rf"|(?:(?:state|local|unique|district|anonymi[sz]ed) )*{STUDENT} "
    r"(?:s )?(?:state |local |unique )*(?:id|identifier|number|no|nbr|key|uid)"
    r"|(?:first|last|middle|given|family|legal|maiden|preferred) name|surname|forename"
    r"|(?:date of birth|birth ?date|birth ?day|dob|birth dt)(?: .*)?"
    rf"|{STUDENT} (?:dob|birth ?date|date of birth|age in months|address|street|phone|e ?mail)"
    r"|(?:student )?(?:ssn|social security(?: (?:number|no))?|ssid|sasid|lasid|suid|osis|usid)"
    r"|(?:parent|guardian|mother|father)(?: guardian)? (?:s )?"
    r"(?:full |first |last )*(?:name|phone|e ?mail|address)"
    r"|home (?:address|phone|street)|medicaid (?:id|number)",
)
PAIRS_SHOWN = 3


def refuse_students(headers: Iterable[str], file: str) -> None:
    """Refuse a file with a column that speaks of one student; no cell has been read by then."""
    for header in headers:
        if PERSONAL.fullmatch(_words(header)):
            raise FileError(
                file,
                "this column describes single students, and this program takes counts by school",
                "delete the file here, and export counts by school without student columns",
                column=header,
            )


def refuse_headers(columns: Sequence[str], headers: Sequence[str], file: str) -> None:
    """Refuse a file without the columns that are read, or with one of them twice."""
    for name in columns:
        count = headers.count(name)
        if count == 1:
            continue
        if count > 1:
            raise FileError(
                file, f"{count} columns have this name", "rename one of them", column=name
            )
        raise FileError(file, "there is no such column", _hint(name, headers), column=name)


def refuse_conflicts(table: pd.DataFrame, key: Sequence[str], file: str) -> None:
    """Refuse a table, indexed by row of the file, in which two rows share a key and differ."""
    repeated = table[table.duplicated(list(key), keep=False)]
    if repeated.empty:
        return
    groups = [rows.index for _, rows in repeated.groupby(list(key), sort=False)]
    pairs = "; ".join(f"rows {rows[0]:,} and {rows[1]:,}" for rows in groups[:PAIRS_SHOWN])
    names = " ".join(str(each) for each in table.loc[groups[0][0], list(key)])
    raise FileError(
        file,
        f"{len(groups):,} ids have rows that differ: {pairs} (first: {names})",
        "keep one of each, or filter totals and other groups out in the recipe",
        row=int(groups[0][0]),
    )


def _hint(column: str, headers: Sequence[str]) -> str:
    if len(headers) == 1:
        return "the file has one column only: check the delimiter in [format]"
    near = get_close_matches(column, headers, n=1, cutoff=0.5)
    if near:
        return f"the most similar is {near[0]!r}; the publisher may have changed the file"
    begin = ", ".join(repr(each) for each in headers[:8])
    return f"it begins with {begin}; check header_row and the recipe"


def _words(header: str) -> str:
    """Write a header as lower-case words: "StudentFirstName" and "student_first_name" alike."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return re.sub(r"[^a-z0-9]+", " ", split.lower()).strip()
