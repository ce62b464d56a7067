"""The level of a school, from the grades that it teaches."""

import re

import pandas as pd

from data.errors import FileError
from data.recipe.recipe import Recipe
from data.recipe.rows import GRADES

ORDER = {grade: at for at, grade in enumerate(GRADES)}
WORDS = {
    **dict.fromkeys(("PREK", "PREKINDERGARTEN", "PREKG", "P3", "P4", "3K", "EE", "-1"), "PK"),
    **dict.fromkeys(("KG", "KINDERGARTEN", "KN", "KF", "KH", "TK", "0", "0K"), "K"),
    **dict.fromkeys(("13", "AE", "UG", "PS", "ADULT", "UNGRADED"), ""),  # taught beside grades
}
NOTHING = (
    *("", "0", "0.0", "-", "--", "n", "no", "false", "n/a", "na", "null", "missing"),
    *("not applicable", "not offered", "not reported"),
)
PRE_K = re.compile(r"pre[-\s]?k(?:indergarten|g)?\b", re.IGNORECASE)
RANGE = re.compile(r"(?<=\S)\s*(?:[-–—]|\b(?:to|through|thru)\b)\s*", re.IGNORECASE)
BOTH = "\t"
NUMBER = re.compile(r"0*([0-9]{1,2})(?:\.0|ST|ND|RD|TH)?")
UNKNOWN = "unknown"


def levels(recipe: Recipe, file: str, cells: pd.DataFrame) -> pd.Series:
    """Give the level of each row of a list of schools, "unknown" where no grade is told.

    Parameters
    ----------
    recipe : Recipe
    file : str
        For errors.
    cells : DataFrame of str
        As published, indexed by row of the file.

    Raises
    ------
    FileError
        A cell names no grade.
    """
    grades = recipe.grades
    if grades is None:
        return pd.Series(UNKNOWN, index=cells.index, dtype="str")
    missing = recipe.tokens.missing
    words = cells.apply(
        lambda column: column.str.strip().mask(column.str.strip().isin(missing), "")
    )
    if grades.each:
        none = {grade: words[name].str.lower().isin(NOTHING) for grade, name in grades.each.items()}
        taught = ~pd.DataFrame(none)
        spans = taught.apply(lambda row: [ORDER[grade] for grade in row.index[row]], axis=1)
    elif grades.offered:
        spans = _spans(words[grades.offered], file, grades.offered)
    else:
        both = words[grades.lowest].str.cat(words[grades.highest], sep=BOTH)
        spans = _spans(both, file, grades.lowest)
    return spans.map(level_of).astype("str")


def together(recipe: Recipe, cells: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """Put the rows of each school together where each names one grade: the first, with all grades.

    Parameters
    ----------
    recipe : Recipe
    cells : DataFrame of str
    ids : Series of str
        Of the school of each row, on the same index.
    """
    grades = recipe.grades
    if grades is None or not grades.a_row_each:
        return cells
    names = cells[grades.offered].groupby(ids, sort=False).transform(",".join)
    return cells.assign(**{grades.offered: names})[~ids.duplicated()]


def _spans(words: pd.Series, file: str, header: str) -> pd.Series:
    taught = {word: grades_in(word) for word in words.unique()}
    bad = words[words.map(lambda word: taught[word] is None)]
    if len(bad):
        raise FileError(
            file,
            f"{bad.iloc[0].replace(BOTH, ' to ')!r} is no grade or span of grades, such as K-5 or "
            "KG,01,02",
            "add the word to tokens.missing, or map columns.level in place of [grades]",
            column=header,
            row=int(bad.index[0]),
        )
    return words.map(taught)


def grades_in(text: str) -> list[int] | None:
    """Read the grades of a text as places in `GRADES`; None when it names something else.

    Examples
    --------
    >>> [GRADES[at] for at in grades_in("PK, KG-02")]
    ['PK', 'K', '1', '2']
    >>> grades_in("Main Street") is None
    True
    """
    taught: set[int] = set()
    for part in re.split(r"[,;&/|]|\band\b", PRE_K.sub("PK", text)):
        ends = part.split(BOTH) if BOTH in part else RANGE.split(part)
        named = [_grade(end) for end in ends if end.strip()]
        if None in named or len(named) > 2:
            return None
        places = [ORDER[end] for end in named if end]
        taught.update(range(min(places), max(places) + 1) if places else ())
    return sorted(taught)


def _grade(word: str) -> str | None:
    """Give a grade as in `GRADES`, "" for what is beside the grades, None for another word."""
    plain = re.sub(r"(?i)\b(?:grades?|gr)\b\.?", "", word).strip().upper()
    match = NUMBER.fullmatch(plain)
    plain = plain if match is None else match[1]
    return WORDS.get(plain, plain if plain in ORDER else None)


def level_of(taught: list[int]) -> str:
    """Give the level of a school that teaches some grades, given as places in `GRADES`.

    By the lowest and the highest grade: up to K early, up to 6 elementary, up to 9 k8, beyond k12;
    from grade 5 on middle up to 9, secondary beyond; from grade 8 on high beyond 9.

    Examples
    --------
    >>> [level_of(grades_in(text)) for text in ("PK", "K-5", "K-8", "6-8", "7-12", "9-12", "K-12")]
    ['prek', 'elementary', 'k8', 'middle', 'secondary', 'high', 'k12']
    """
    if not taught:
        return UNKNOWN
    low, high = taught[0] - 1, taught[-1] - 1  # PK is -1 and K is 0
    if high <= 0:
        return "prek" if high < 0 else "early"
    if low >= 9:
        return "high"
    if high > 9:
        return "k12" if low < 5 else "high" if low == 8 else "secondary"
    if low >= 5:
        return "middle"
    return "elementary" if high <= 6 else "k8"
