"""School years as publishers write them, to "2018-19"; what cannot be one is refused."""

import re
from datetime import UTC, datetime

import pandas as pd

from data.errors import FileError

FIRST = 1990
_CENTURY = "20"
TWO_YEARS = re.compile(
    r"(?:SY|AY|FY|school year)?\s*"
    r"(?:(?P<first>[0-9]{4})\s*[-/_–]?\s*(?P<last>[0-9]{2}|[0-9]{4})"
    r"|(?P<short>[0-9]{2})\s*[-/_–]\s*(?P<end>[0-9]{2}))(?:\s+(?:SY|school year))?",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?:SY|AY|FY|school year)?\s*([0-9]{4})(?:\.0)?", re.IGNORECASE)


def school_years(text: pd.Series, file: str, header: str, one_year: str) -> pd.Series:
    """Write school years as "2018-19".

    Parameters
    ----------
    text : Series of str
        As published ("2018-19", "2018-2019", "2018/19", "SY 2018-19"), indexed by row of the file.
    file, header : str
        For errors.
    one_year : str
        What a single year is: the year that "starts" or "ends" the school year; "" refuses it.

    Raises
    ------
    FileError
        A cell is no school year, or one that no figure can be of: before 1990, or later than the
        year after this one.
    """
    years = {word: _school_year(word, one_year) for word in text.unique()}
    bad = text[text.map(lambda word: len(years[word]) > len("2018-19"))]
    if len(bad):
        word = bad.iloc[0]
        raise FileError(
            file,
            f"{word!r} {years[word]} ({len(bad):,} in all)",
            "correct the column; in the recipe rewrite it with pattern and replace, or map, say "
            "with one_year what a single year is, or leave titles and notes out ([[filters]])",
            column=header,
            row=int(bad.index[0]),
        )
    return text.map(years).astype("str")


def _school_year(word: str, one_year: str) -> str:
    """Give a school year in seven letters, or, longer, why it is none."""
    match = TWO_YEARS.fullmatch(word)
    if match is not None:
        start, last = (
            int(match["first"] or _CENTURY + match["short"]),
            match["last"] or match["end"],
        )
        if str(start + 1)[-len(last) :] != last:
            return "is no school year: its second year does not follow the first (is it a month?)"
    elif one_year and (year := YEAR.fullmatch(word)):
        start = int(year[1]) - (one_year == "ends")
    elif not word:
        return "is no school year: the row may be a title, a note or a total"
    else:
        return "is no school year such as 2018-19"
    latest = datetime.now(tz=UTC).year + 1
    if not FIRST <= start <= latest:
        return f"is a school year that starts before {FIRST} or after {latest}"
    return f"{start}-{(start + 1) % 100:02d}"
