"""A table of counts of students by school and tract: what it must hold, and must not tell."""

import re

import numpy as np
import pandas as pd

from geo.inputs import counts

COLUMNS = ("school_id", "geoid", "students")
BOUNDS = ("lower", "upper")
# Words of column names that tell of single students; a school's or tract's own name is welcome.
_PERSONAL = re.compile(
    r"(^|_)(student|pupil|child|person|ssid|sasid|ssn|osis|(first|last|middle|full)_?name|name|dob"
    r"|birth\w*|address|street|phone|email|guardian|parent|lat(itude)?|lon(gitude)?)(_|$)"
)
_OF_PLACES = re.compile(r"^(school|tract|district|county|borough|neighbou?rhood)_?name$")


def check_flows(flows: pd.DataFrame) -> pd.DataFrame:
    """Check a table of counts of students by school and tract.

    Parameters
    ----------
    flows : DataFrame
        `school_id, geoid, students`, and `lower, upper` where counts are withheld; other columns
        are passed over.

    Returns
    -------
    DataFrame
        The five columns, ids as text and the rest as floats; `students` is missing where the
        count is withheld.

    Raises
    ------
    ValueError
        See `geo.join.supplied.fit_supplied`.

    Examples
    --------
    >>> check_flows(pd.DataFrame({"school_id": ["s"], "geoid": ["a"], "student_id": [7]}))
    Traceback (most recent call last):
    ValueError: flows: the column student_id may tell of single students. Count students by \
school and tract first, and leave out everything else.
    """
    _refuse_personal(flows)
    absent = [name for name in COLUMNS if name not in flows.columns]
    if absent:
        raise ValueError(f"flows: the columns {', '.join(absent)} are needed.")
    table = flows.reset_index(drop=True).reindex(columns=[*COLUMNS, *BOUNDS])
    if table[["school_id", "geoid"]].isna().any(axis=None):
        row = int(np.flatnonzero(table[["school_id", "geoid"]].isna().any(axis=1))[0])
        raise ValueError(f"flows: row {row} names no school or no tract.")
    table = table.astype({"school_id": "str", "geoid": "str"})
    repeated = table.duplicated(["school_id", "geoid"])
    if repeated.any():
        first = table[repeated].iloc[0]
        raise ValueError(
            f"flows: {int(repeated.sum())} pairs are given twice, first school "
            f"{first['school_id']} with tract {first['geoid']}. One row for each pair is wanted, "
            "not one for each student."
        )
    return _numbers(table)


def _refuse_personal(flows: pd.DataFrame) -> None:
    names = [str(name) for name in flows.columns if name not in COLUMNS + BOUNDS]
    plain = {name: re.sub(r"[^a-z]+", "_", name.lower()).strip("_") for name in names}
    personal = [
        name
        for name, word in plain.items()
        if _PERSONAL.search(word) and not _OF_PLACES.match(word)
    ]
    if personal:
        raise ValueError(
            f"flows: the column {', '.join(personal)} may tell of single students. Count students "
            "by school and tract first, and leave out everything else."
        )


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    names = ["students", *BOUNDS]
    numbers = table.assign(**{name: pd.to_numeric(table[name], errors="coerce") for name in names})
    bounded = numbers["lower"].ge(0) & numbers["upper"].ge(numbers["lower"])
    unread = (numbers["students"].isna() & ~(table["students"].isna() & bounded)).to_numpy()
    if unread.any():
        row = int(np.flatnonzero(unread)[0])
        raise ValueError(
            f"flows: {int(unread.sum())} values of 'students' are missing or no numbers, first "
            f"{table['students'].iloc[row]!r} in row {row}. Give a withheld count as 'lower' and "
            "'upper', or leave the pair out."
        )
    return numbers.assign(students=counts(numbers, "students", "flows")).astype(
        dict.fromkeys(names, "float64")
    )
