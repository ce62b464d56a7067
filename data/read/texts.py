"""Columns of words: trimmed, rewritten and mapped as a recipe says."""

import re

import pandas as pd

from data.read.file_error import FileError
from data.recipe.parts import Column, Recipe


def text_columns(recipe: Recipe, file: str, cells: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """Make every column of words that a recipe maps; the id is among them.

    Parameters
    ----------
    recipe : Recipe
    file : str
        For errors.
    cells : DataFrame of str
        As published, indexed by row of the file.
    ids : Series of str
        Valid ids on the same index.

    Returns
    -------
    DataFrame of str
        Our names, on the same index.

    Raises
    ------
    FileError
        A word does not match its pattern, or is not in the map.
    """
    table = {recipe.key: ids}
    for name, column in recipe.columns.items():
        if name != recipe.key and column.unit == "text":
            table[name] = _text(recipe, file, column, cells)
    made = pd.DataFrame(table, index=cells.index, dtype="str")
    for each in recipe.overrides:
        hit = cells[each.column].str.strip().eq(each.equals)
        made[each.target] = made[each.target].mask(hit, each.value)
    return made


def _text(recipe: Recipe, file: str, column: Column, cells: pd.DataFrame) -> pd.Series:
    if column.constant:
        return pd.Series(column.constant, index=cells.index, dtype="str")
    text = cells[column.column].str.split().str.join(" ")
    text = text.mask(text.isin(recipe.tokens_of(column).missing), "")
    if column.pattern:
        text = rewritten(file, column, text)
    if column.map:
        text = _mapped(file, column, text)
    return text.mask(text.eq(""), column.default)


def rewritten(file: str, column: Column, text: pd.Series) -> pd.Series:
    """Rewrite words as the column's pattern and replacement say.

    Parameters
    ----------
    file : str
        For errors.
    column : Column
        With a `pattern`.
    text : Series of str
        Words, indexed by row of the file; empty ones stay empty.

    Returns
    -------
    Series of str

    Raises
    ------
    FileError
        A word does not match the pattern.
    """
    pattern = re.compile(column.pattern)
    filled = text[text.ne("")]
    bad = filled[~filled.str.fullmatch(column.pattern).astype(bool)]
    if len(bad):
        raise FileError(
            file,
            f"{bad.iloc[0]!r} does not match {column.pattern}",
            "correct the pattern in the recipe",
            column=column.column,
            row=int(bad.index[0]),
        )
    made = {each: pattern.sub(column.replace, each) for each in filled.unique()}
    return text.map(lambda each: made.get(each, "")).astype("str")


def _mapped(file: str, column: Column, text: pd.Series) -> pd.Series:
    unknown = text[~text.isin(list(column.map)) & text.ne("")]
    if len(unknown) and not column.default:
        raise FileError(
            file,
            f"the map has no entry for {unknown.iloc[0]!r}",
            "add the word to the map in the recipe, or give a default",
            column=column.column,
            row=int(unknown.index[0]),
        )
    return text.map(lambda each: column.map.get(each, column.default)).astype("str")
