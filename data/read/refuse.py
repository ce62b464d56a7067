"""Columns that are missing and rows that contradict one another."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

import pandas as pd

from data.errors import FileError
from data.read.students import is_row
from data.recipe.parts import Identifier
from data.recipe.recipe import Recipe

PAIRS_SHOWN = 3
BROKEN = re.compile(
    r"#(?:[A-Z¡ÁÉÍÓÚÄÖÜ][A-ZÁÉÍÓÚÄÖÜ0-9/_ ]*[!?¿]|¡[A-Z/0-9Á-Ü ]+!|N/?A|NV|N/D|GETTING_DATA|#{2,})"
    r"|Err:[0-9]{3}|=\?",
)
CODE = re.compile(r"-[0-9]+(?:\.0*)?")
MANGLED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+")
PADS = range(2, 16)


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


def refuse_broken(recipe: Recipe, cells: pd.DataFrame, file: str, sheet: str) -> None:
    """Refuse cells that hold a spreadsheet's error, or a formula in the place of its value.

    Parameters
    ----------
    recipe : Recipe
        Its tokens, maps and filters may list such a word.
    cells : DataFrame of str
        As published, indexed by row of the file.
    file, sheet : str
        For errors; sheet is "" where there is none.

    Raises
    ------
    FileError
    """
    expected = _listed_words(recipe)
    for header in cells.columns:
        words = cells[header].str.strip()
        words = words[words.str.startswith(("#", "=", "Err:")) & ~words.isin(expected)]
        broken = words[words.str.fullmatch(BROKEN).astype(bool)]
        if len(broken):
            word = broken.iloc[0]
            what = f"{word!r} is an error of the spreadsheet"
            if word == "=?":
                what = f"{word!r} is a formula without a saved value"
            what += f", in sheet {sheet!r}" if sheet else ""
            raise FileError(
                file,
                f"{what} ({len(broken):,} in all)",
                "open the workbook, put it right and save it, or list the word under "
                "tokens.missing in the recipe if it means that nothing was published",
                column=header,
                row=int(broken.index[0]),
            )


def _listed_words(recipe: Recipe) -> set[str]:
    """Give the words that a recipe lists anywhere."""
    words: set[str] = set()
    columns = recipe.columns.values()
    for tokens in (recipe.tokens, *(each.tokens for each in columns if each.tokens)):
        words.update(tokens.missing, tokens.suppressed, tokens.exact)
    for column in columns:
        words.update(column.map)
    for each in recipe.filters:
        words.update((each.equals, *each.one_of, *each.none_of))
    return words


def refuse_ids(ids: pd.Series, identifier: Identifier, file: str, header: str) -> None:
    """Refuse ids that are codes, that a spreadsheet has spoilt, or that have another form.

    Parameters
    ----------
    ids : Series of str
        Padded, indexed by row of the file.
    identifier : Identifier
        Form of a whole id, and the columns it is made of.
    file, header : str
        For errors.

    Raises
    ------
    FileError
    """
    remedy = "filter titles, totals and footnotes out, or correct identifier.pattern"
    verdicts = [
        (CODE, "looks like a code for missing", "filter such rows out"),
        (MANGLED, "is an id that a spreadsheet took for a number", "export the ids as text"),
    ]
    for spoilt, what, cure in verdicts:
        bad = ids[ids.str.fullmatch(spoilt).astype(bool)]
        if len(bad):
            what = f"id {bad.iloc[0]!r} {what} ({len(bad):,} in all)"
            raise FileError(file, what, cure, column=header, row=int(bad.index[0]))
    pattern = identifier.pattern
    bad = ids[~ids.str.fullmatch(pattern).astype(bool)]
    if len(bad):
        width = next((pad for pad in PADS if _all_match(bad.str.zfill(pad), pattern)), 0)
        if identifier.also and not identifier.pads:
            parts = ", ".join((header, *identifier.also))
            remedy = (
                f"if parts of it lost their leading zeros, write pads in [identifier]: the length"
                f" of each of {parts}; else {remedy}"
            )
        elif width:
            remedy = f"write pad = {width} in [identifier]: with leading zeros all of them fit"
        what = f"id {bad.iloc[0]!r} is not of the form {pattern} ({len(bad):,} in all)"
        raise FileError(file, what, remedy, column=header, row=int(bad.index[0]))


def _all_match(ids: pd.Series, pattern: str) -> bool:
    return bool(ids.str.fullmatch(pattern).all())


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
    if is_row(headers):
        return "the row of headers is missing, or header_row names another"
    if len(headers) == 1:
        return "the file has one column only: check the delimiter in [format]"
    near = get_close_matches(column, headers, n=1, cutoff=0.5)
    if near:
        return f"the most similar is {near[0]!r}; the publisher may have changed the file"
    begin = ", ".join(repr(each) for each in headers[:8])
    return f"it begins with {begin}; check header_row and the recipe"
