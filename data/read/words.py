"""From the text of a cell to our words: rewritten, mapped, given a default."""

import re

import pandas as pd

from data.errors import FileError
from data.read.school_years import school_years
from data.recipe.parts import Column
from data.recipe.recipe import Recipe
from data.recipe.rows import Override


def text_columns(recipe: Recipe, file: str, cells: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """Make every column of words that a recipe maps, under our names; the id is among them.

    Parameters
    ----------
    recipe : Recipe
    file : str
        Its name, for errors and for what the name itself says.
    cells : DataFrame of str
        As published, indexed by row of the file.
    ids : Series of str
        Valid ids on the same index.

    Raises
    ------
    FileError
        A word does not match its pattern, is not in the map, or is no school year.
    """
    table = {recipe.key: ids}
    for name, column in recipe.columns.items():
        if name != recipe.key and column.unit == "text":
            table[name] = _text(recipe, file, column, cells)
        if name == "school_year":
            table[name] = school_years(table[name], file, column.column, column.one_year)
    texts = pd.DataFrame(table, index=cells.index, dtype="str")
    for each in recipe.overrides:
        hit = _hits(each, cells[each.column].str.strip())
        if each.default:
            texts[each.target] = each.default
        texts[each.target] = texts[each.target].mask(hit, each.value)
    return texts


def _hits(each: Override, words: pd.Series) -> pd.Series:
    return words.str.fullmatch(each.regex).astype(bool) if each.regex else words.eq(each.equals)


def _text(recipe: Recipe, file: str, column: Column, cells: pd.DataFrame) -> pd.Series:
    if column.column:
        text = cells[column.column].str.split().str.join(" ")
    else:
        word = column.constant or _from_name(file, column.file_name)
        text = pd.Series(word, index=cells.index, dtype="str")
    text = text.mask(text.isin(recipe.tokens_of(column).missing), "")
    if column.pattern:
        text = rewritten(file, column, text)
    if column.map or column.rules:
        text = _mapped(file, column, text)
    return text.mask(text.eq(""), column.default)


def _from_name(file: str, pattern: str) -> str:
    match = re.search(pattern, file)
    if match is None:
        remedy = "rename the file, or correct file_name in the recipe"
        raise FileError(file, f"its name holds nothing of the form {pattern}", remedy)
    return match[1] if match.re.groups else match[0]


def rewritten(file: str, column: Column, text: pd.Series) -> pd.Series:
    """Rewrite words by a column's pattern and replacement; empty ones stay empty.

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
    replaced = {each: pattern.sub(column.replace, each) for each in filled.unique()}
    return text.map(lambda each: replaced.get(each, "")).astype("str")


def _mapped(file: str, column: Column, text: pd.Series) -> pd.Series:
    words = {each: _our_word(column, each) for each in text.unique()}
    unknown = text[text.map(words).isna()]
    if len(unknown):
        raise FileError(
            file,
            f"the map has no entry for {unknown.iloc[0]!r}",
            "add the word to the map in the recipe, or give a default",
            column=column.column,
            row=int(unknown.index[0]),
        )
    return text.map(words).astype("str")


def _our_word(column: Column, word: str) -> str | None:
    """Give our word for a published one, None when the recipe has none; an empty one stays."""
    if word in column.map or not word:
        return column.map.get(word, "")
    matching = (ours for rule, ours in column.rules.items() if re.fullmatch(rule, word))
    return next(matching, column.default or None)
