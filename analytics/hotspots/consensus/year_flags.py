"""Tables of area by school year: which years, and hot, cold or neither in each."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from analytics.inputs import Floats

_YEAR = re.compile(r"\s*((?:19|20)\d\d)(?!\d)")
_CLASS = re.compile(r"(hot|cold)(?:\s*(\d+))?$")
_NEITHER = ("none", "not significant")
_UNKNOWN = ("", "not shown")


def year_number(label: Any) -> int:
    """Read the calendar year in which a school year begins.

    Parameters
    ----------
    label
        "2022-23", "2022", or 2022.

    Returns
    -------
    int
        Its first year.

    Raises
    ------
    ValueError
        The label does not begin with a year of four digits.

    Examples
    --------
    >>> year_number("2022-23"), year_number(2022)
    (2022, 2022)
    """
    found = _YEAR.match(str(label))
    if found is None:
        raise ValueError(f"column {label!r} is no year; name it as '2022-23' or 2022")
    return int(found.group(1))


def used_years(columns: pd.Index, leave_out: Collection[str]) -> list[Any]:
    """Give the years of a table in their order, some left out.

    Parameters
    ----------
    columns
        Labels of school years.
    leave_out
        Labels not to be used.

    Returns
    -------
    list
        The other labels, earliest first.

    Raises
    ------
    ValueError
        A label is no year, or two mean the same year.

    Examples
    --------
    >>> used_years(pd.Index(["2021-22", "2018-19", "2019-20"]), ["2019-20"])
    ['2018-19', '2021-22']
    """
    by_year: dict[int, Any] = {}
    for label in columns:
        year = year_number(label)
        if year in by_year:
            raise ValueError(f"columns {by_year[year]!r} and {label!r} are the same year; keep one")
        by_year[year] = label
    return [by_year[year] for year in sorted(by_year) if str(by_year[year]) not in leave_out]


def read_flags(table: pd.DataFrame, least: int) -> Floats:
    """Read classes as 1 (hot), -1 (cold), 0 (neither) or NaN (unknown).

    Parameters
    ----------
    table
        Classes ("hot 95", "not significant"), words, numbers 1, 0, -1, or True and False.
    least
        Least confidence of a class that counts; a class without a number always counts.

    Returns
    -------
    numpy.ndarray
        Shape of `table`.

    Raises
    ------
    ValueError
        A cell that is none of these.

    Examples
    --------
    >>> read_flags(pd.DataFrame([["hot 95", "cold 90", None, "none"]]), 95).tolist()
    [[1.0, 0.0, nan, 0.0]]
    """
    codes, words = pd.factorize(table.to_numpy(dtype=object).ravel())
    by_code = np.array([_flag(word, least) for word in words] + [np.nan])
    flags: Floats = by_code[codes]  # code -1, a missing cell, is the last
    return flags.reshape(table.shape)


def _flag(word: Any, least: int) -> float:
    """Read one cell."""
    if isinstance(word, bool | np.bool_ | int | float | np.number) and word in (-1, 0, 1):
        return float(word)
    text = str(word).strip().lower()
    if text in _UNKNOWN:
        return np.nan
    if text in _NEITHER:
        return 0.0
    found = _CLASS.match(text)
    if found is None:
        raise ValueError(f"{word!r} is no class; give hot, cold, none, 1, -1, 0 or empty")
    if found.group(2) and int(found.group(2)) < least:
        return 0.0
    return 1.0 if found.group(1) == "hot" else -1.0
