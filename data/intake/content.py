"""What stands in the cells of a column: numbers, words in their place, units, forms of ids."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
COMMA = re.compile(r"[+-]?[0-9]+,[0-9]{1,2}")
CODE = re.compile(r"-[0-9]+(?:\.0*)?")
MOSTLY = 0.9
HALF = 0.5
NEARLY_ALL = 0.95
ROUNDING = 0.0051  # a percent of whole numbers is off by half a percent
DECIMALS = 3
WRAPPED = re.compile(r"^([0-9]+)\.0+$|^=?\"(.*)\"$")


def counted_words(cells: pd.Series) -> pd.Series:
    """Count the words of a column, blanks around them left out: rows by word."""
    return cells.str.strip().value_counts()


def numbers(cells: pd.Series, decimal: str = "") -> pd.Series:
    """Read the numbers of a column; what is none is NaN. The decimal mark "" is found out."""
    codes, words = pd.factorize(cells)
    distinct = pd.Series(words, dtype="str").str.strip()
    read = _read(distinct, decimal or decimal_of([pd.Series(1, index=distinct)])[0])
    return pd.Series(read.to_numpy()[codes], index=cells.index)


def _read(words: pd.Series, decimal: str) -> pd.Series:
    text = words.str.removesuffix("%").str.strip()
    grouped = text.str.fullmatch(GROUPED.pattern).astype(bool)
    text = text.mask(grouped & (decimal == "."), text.str.replace(",", "", regex=False))
    if decimal == ",":
        text = text.str.replace(",", ".", regex=False)
    return pd.to_numeric(
        text.where(text.str.fullmatch(PLAIN.pattern).astype(bool)), errors="coerce"
    )


def values_of(words: pd.Series, decimal: str = "") -> pd.Series:
    """Give the number that each of some counted words is, NaN for what is none."""
    read = _read(_plain(words), decimal or decimal_of([words])[0])
    return pd.Series(read.to_numpy(), index=words.index)


def _plain(words: pd.Series) -> pd.Series:
    return pd.Series(words.index, dtype="str")


def number_share(words: pd.Series) -> float:
    """Say which part of the filled cells of a column are numbers; 0 when none is filled.

    Parameters
    ----------
    words : Series
        From `counted_words`, as of the functions below.
    """
    filled = words[words.index != ""]
    is_number = values_of(filled).notna()
    return float(filled[is_number].sum() / filled.sum()) if len(filled) else 0.0


def is_whole(words: pd.Series) -> bool:
    """Say whether the numbers of a column are whole, and none ends in a percent sign."""
    values = values_of(words).dropna()
    signs = _plain(words).str.endswith("%").any()
    return bool(len(values) and values.eq(values.round()).all() and not signs)


def unit_of(words: pd.Series) -> tuple[str, str]:
    """Give the unit of a column of rates, and what it was told by."""
    values = values_of(words).dropna()
    signs = pd.Series(values.index, dtype="str").str.endswith("%")
    if len(signs) and signs.all():
        return "text percent", "all numbers end in %"
    every = values.repeat(words[values.index].to_numpy())
    if len(every) and every.quantile(NEARLY_ALL) <= 1.0 and values.gt(0).any():
        return "fraction", f"{every.le(1.0).mean():.0%} of the numbers are at most 1"
    most = f"{values.max():g}" if len(values) else "no number"
    return "percent", f"the largest number is {most}"


def odd_words(columns: Sequence[pd.Series], decimal: str) -> dict[str, int]:
    """Count the words that stand in columns of numbers and are none, the most frequent first.

    Numbers below 0 are codes: no count and no rate is negative.
    """
    counts: dict[str, int] = {}
    for words in columns:
        values = values_of(words, decimal)
        for word, rows in words[values.isna() | values.lt(0)].items():
            counts[str(word)] = counts.get(str(word), 0) + int(rows)
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def decimal_of(columns: Sequence[pd.Series]) -> tuple[str, str]:
    """Give the decimal mark and the mark of thousands of columns of numbers."""
    rows = pd.concat(list(columns))
    text = _plain(rows).str.removesuffix("%").str.strip()
    comma = rows.to_numpy()[text.str.fullmatch(COMMA.pattern).to_numpy(dtype=bool)].sum()
    point = rows.to_numpy()[text.str.fullmatch(r"[+-]?[0-9]+\.[0-9]+").to_numpy(dtype=bool)].sum()
    grouped = text.str.fullmatch(GROUPED.pattern).astype(bool).any()
    if comma > point and not grouped:
        return ",", ""
    return ".", "," if grouped else ""


def plain_ids(cells: pd.Series) -> pd.Series:
    """Give ids freed of a spreadsheet's .0 and quotes, as the reader frees them."""
    return cells.str.strip().str.replace(WRAPPED, r"\1\2", regex=True)


def pattern_of(ids: pd.Series) -> str:
    """Give a regular expression that all of some ids match: their digits, letters and lengths.

    Examples
    --------
    >>> pattern_of(pd.Series(["1", "1402"])), pattern_of(pd.Series(["01M015", "31R085"]))
    ('[0-9]{1,4}', '[0-9]{2}[A-Z][0-9]{3}')
    >>> pattern_of(pd.Series(["A-1", "12"]))
    '[-0-9A-Za-z]{2,3}'
    """
    distinct = ids.drop_duplicates()
    shapes = distinct.map(_shape).unique()
    if len(shapes) == 1 and not distinct.str.isdigit().all():
        runs = re.finditer(r"(.)\1*", shapes[0])
        return "".join(_run(each[0]) for each in runs)
    lengths = distinct.str.len()
    strange = sorted(set("".join(distinct)) - set(_LETTERS) - {" "})
    marks = "".join(f"\\{each}" for each in strange if each != "-")
    hyphen = "-" if "-" in strange else ""
    inside = "0-9" if distinct.str.isdigit().all() else f"{hyphen}0-9A-Za-z{marks}"
    inside += " " if distinct.str.contains(" ").any() else ""
    least, most = int(lengths.min()), int(lengths.max())
    times = f"{{{least}}}" if least == most else f"{{{least},{most}}}"
    return f"[{inside}]{times}"


_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _shape(word: str) -> str:
    word = re.sub(r"[0-9]", "9", word)
    word = re.sub(r"[A-Z]", "A", word)
    return re.sub(r"[a-z]", "a", word)


def _run(run: str) -> str:
    inside = {"9": "[0-9]", "A": "[A-Z]", "a": "[a-z]"}.get(run[0], re.escape(run[0]))
    return inside if len(run) == 1 else f"{inside}{{{len(run)}}}"


def misfit(part: pd.Series, whole: pd.Series, rate: pd.Series, unit: str) -> float:
    """Say by how much a count of all is off its rate in the middle row, to a tenth of a percent."""
    percent = rate if unit == "fraction" else rate / 100
    off = (part / whole.where(whole.gt(0)) - percent).abs().median()
    return round(float(off), DECIMALS)


def identity(part: pd.Series, whole: pd.Series, rate: pd.Series, unit: str) -> float:
    """Say in which part of the rows a count is what the rate gives of all; NaN when none tells."""
    percent = rate if unit == "fraction" else rate / 100
    rows = part.notna() & whole.gt(0) & percent.notna()
    if not rows.any():
        return float("nan")
    off = (part[rows] / whole[rows] - percent[rows]).abs()
    return float(np.mean(off.le(ROUNDING)))
