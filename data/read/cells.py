"""From the text of a cell to a number with one of our states; nothing is guessed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from data.errors import FileError
from data.recipe.parts import Column, Format, Tokens

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
RANGE = re.compile(r"(\d[\d.]*)\s*%?\s+(?:to|through)\s+(\d[\d.]*)\s*%?")
BOUND = re.compile(
    r"(?P<group>n\s*)?(?P<sign><=|>=|<|>|≤|≥)\s*(?P<number>\d[\d.]*)\s*%?"
    r"|(?P<before>fewer than|less than|under|more than|greater than|over)\s+"
    r"(?P<words>\d[\d.]*)\s*%?"
    r"|(?P<last>\d[\d.]*)\s*%?\s+or\s+(?P<after>fewer|less|more|greater)",
    re.IGNORECASE,
)
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "fewer than": "<",
        "less than": "<",
        "under": "<",
        "more than": ">",
        "greater than": ">",
        "over": ">",
        "fewer": "<=",
        "less": "<=",
        "more": ">=",
        "greater": ">=",
        "≤": "<=",
        "≥": ">=",
    }
)
CENTS = MappingProxyType({"percent": 0.01, "text percent": 0.01})
SHARES = ("fraction", "percentile", "percent", "text percent")
NOT_PUBLISHED = "Not published."
LOOKS_LIKE_FRACTION = 20  # so many values, all at most 1, contradict "percent 0-100"
WORDS_SHOWN = 5
LARGEST = 2.0**53  # from here on neighbouring whole numbers cannot be told apart
NOISE = 1e-9
OPEN = 1e-6  # how far inside its end a bound such as "<5" lies where figures are no counts


@dataclass(frozen=True)
class Reading:
    """How one column of numbers is read, and where it stands.

    Attributes
    ----------
    file, header : str
        For errors.
    column : Column
        Unit and scale.
    tokens : Tokens
    layout : Format
        Decimal and thousands marks.
    bounded : bool
        False for margins of error: they may exceed 100 %.
    """

    file: str
    header: str
    column: Column
    tokens: Tokens
    layout: Format
    bounded: bool = True

    def refuse(self, what: str, remedy: str, row: int) -> FileError:
        """Make the error for one cell."""
        return FileError(self.file, what, remedy, column=self.header, row=row)


def parse_bound(text: str, *, whole: bool) -> tuple[float, float] | None:
    """Read a censored figure such as "<5", ">95", "10 or fewer", "5 to 9", "n<10".

    Parameters
    ----------
    text : str
        The cell, or what a recipe says about a token.
    whole : bool
        Whether the figure is a whole number, so that "<5" means at most 4.

    Returns
    -------
    (lower, upper) or None
        In the unit of the text; infinity when open; None when it is no such figure. "<5" leaves 5
        out. "n<10" speaks of the group: it bounds a count of its members, and says nothing of a
        rate.
    """
    span = RANGE.fullmatch(text.strip())
    if span is not None and all(map(NUMBER.fullmatch, span.groups())):
        low, high = map(float, span.groups())
        return (low, high) if low <= high else None
    match = BOUND.fullmatch(text.strip())
    if match is None:
        return None
    sign = match["sign"] or match["before"] or match["after"]
    sign = WORDS.get(sign.lower(), sign)
    digits = match["number"] or match["words"] or match["last"]
    if not NUMBER.fullmatch(digits):
        return None
    number, step = float(digits), 1.0 if whole else OPEN
    if match["group"] and not (whole and sign.startswith("<")):
        return None
    if sign.startswith("<"):
        upper = number if sign == "<=" else number - step
        return (0.0, upper) if upper >= 0 else None
    return number if sign == ">=" else number + step, float("inf")


def parse_numbers(text: pd.Series, reading: Reading) -> pd.DataFrame:
    """Read one column of numbers.

    Parameters
    ----------
    text : Series of str
        Cells, indexed by row of the file.
    reading : Reading
        Unit, tokens and number marks.

    Returns
    -------
    DataFrame
        `value` (fractions for percents, scaled), `lower`, `upper`, `status`, `reason`, and
        `refused`: why a row cannot be used ("" when it can).

    Raises
    ------
    FileError
        A cell is neither a number nor a known token, or the values contradict the unit.
    """
    cells = text.str.strip()
    table = pd.DataFrame(
        {"value": np.nan, "lower": np.nan, "upper": np.nan, "status": "", "reason": ""},
        index=cells.index,
    )
    _mark_words(table, cells, reading)
    rest = cells[table["status"].eq("")]
    numbers = _numbers(rest, reading)
    for word in (*reading.tokens.missing, *reading.tokens.exact, *reading.tokens.suppressed):
        if NUMBER.fullmatch(word):
            is_code = numbers.eq(float(word))
            _set_word(table, numbers.index[is_code], word, reading)
            numbers = numbers[~is_code]
    _refuse_contradictions(numbers, rest, reading)
    values = numbers * CENTS.get(reading.column.unit, 1.0) * reading.column.factor
    table.loc[numbers.index, ["value", "lower", "upper"]] = np.repeat(
        values.to_numpy()[:, None], 3, axis=1
    )
    table.loc[numbers.index, "status"] = "reported"
    table["refused"] = _refusals(table["value"], reading)
    return table


def _mark_words(table: pd.DataFrame, cells: pd.Series, reading: Reading) -> None:
    """Settle the cells that hold a token of the recipe."""
    for word in cells.unique():
        if _is_word(word, reading):
            _set_word(table, cells.index[cells.eq(word)], word, reading)


def _set_word(table: pd.DataFrame, rows: pd.Index, word: str, reading: Reading) -> None:
    """Settle the rows that hold one token; the first list that has it counts."""
    tokens = reading.tokens
    if word in tokens.missing:
        table.loc[rows, "status"] = "missing"
        table.loc[rows, "reason"] = NOT_PUBLISHED
    elif word in tokens.exact:
        _set_exact(table, rows)
    else:
        bound = tokens.suppressed.get(word, word)
        if bound != word and "%" not in bound and _speaks_of_students(reading):
            bound = ""
        _set_suppressed(table, rows, bound, reading)


def _speaks_of_students(reading: Reading) -> bool:
    """Say whether a word's bound, listed for all columns of a file, is no bound of this rate."""
    return reading.column.unit in SHARES and reading.column.tokens is None


def _is_word(word: str, reading: Reading) -> bool:
    tokens = reading.tokens
    if word in tokens.missing or word in tokens.suppressed or word in tokens.exact:
        return True
    return tokens.censored and parse_bound(word, whole=True) is not None


def _set_exact(table: pd.DataFrame, rows: pd.Index) -> None:
    """Read a controlled estimate's margin: it has no sampling error."""
    table.loc[rows, ["value", "lower", "upper"]] = 0.0
    table.loc[rows, "status"] = "reported"


def _set_suppressed(table: pd.DataFrame, rows: pd.Index, bound: str, reading: Reading) -> None:
    unit = reading.column.unit
    limits = parse_bound(bound, whole=unit == "count")
    table.loc[rows, "status"] = "suppressed"
    table.loc[rows, "reason"] = reading.tokens.reason
    if limits is None:
        return
    scale = CENTS.get(unit, 1.0) * reading.column.factor
    lower, upper = (limit * scale for limit in limits)
    if np.isinf(upper):
        upper = 1.0 if unit in SHARES else np.nan
    table.loc[rows, "lower"] = lower
    table.loc[rows, "upper"] = upper


def _numbers(cells: pd.Series, reading: Reading) -> pd.Series:
    """Turn text into floats; the first cell that is not a number is an error."""
    plain = cells
    if reading.column.unit == "text percent":
        bare = cells[~cells.str.endswith("%")]
        if len(bare):
            raise reading.refuse(
                f"{bare.iloc[0]!r} has no percent sign",
                'write unit = "percent" or "fraction" in the recipe if the signs are not there',
                int(bare.index[0]),
            )
        plain = cells.str.removesuffix("%").str.strip()
    plain = _without_marks(plain, reading.layout)
    bad = plain[~plain.str.fullmatch(NUMBER.pattern)]
    if len(bad):
        words = cells[bad.index].drop_duplicates()
        also = ", ".join(repr(word) for word in words.iloc[1:WORDS_SHOWN])
        what = f"{words.iloc[0]!r} is not a number and not a word the recipe knows"
        what += f" ({len(bad):,} such cells, among them {also})" if also else ""
        raise reading.refuse(what, _remedy_for(words.iloc[0]), int(bad.index[0]))
    numbers = plain.astype("float64")
    if reading.column.unit == "count":
        whole = numbers.round()  # spreadsheets leave 551.9999999999999 where they have calculated
        numbers = numbers.where((numbers - whole).abs().gt(NOISE), whole)
    lost = numbers.abs().ge(LARGEST) | (numbers.eq(0) & plain.str.contains("^[^eE]*[1-9]"))
    if lost.any():
        row = int(lost.index[lost][0])
        what = f"{cells[row]!r} is beyond what a computer keeps exactly (up to {LARGEST:,.0f})"
        raise reading.refuse(what, "correct the cell, or name the right column in the recipe", row)
    return numbers


def _remedy_for(word: str) -> str:
    """Say what a recipe lacks where a cell is no number."""
    if parse_bound(word, whole=True) is not None:
        return "write censored = true under tokens: such cells are then bounds"
    if NUMBER.fullmatch(word.removesuffix("%").strip()):
        return 'write unit = "text percent" in the recipe'
    return "add it to tokens, or name the decimal and thousands marks in [format]"


def _without_marks(cells: pd.Series, layout: Format) -> pd.Series:
    decimal, thousands = re.escape(layout.decimal), re.escape(layout.thousands)
    if layout.thousands:
        grouped = rf"[+-]?\d{{1,3}}(?:{thousands}\d{{3}})+(?:{decimal}\d*)?"
        is_grouped = cells.str.fullmatch(grouped)
        stripped = cells.str.replace(layout.thousands, "", regex=False)
        cells = stripped.where(is_grouped, cells)
    if layout.decimal == ",":
        # A point is then no decimal mark: left in place, it would pass for one.
        cells = cells.str.replace(".", "!", regex=False).str.replace(",", ".", regex=False)
    return cells


def _refuse_contradictions(numbers: pd.Series, cells: pd.Series, reading: Reading) -> None:
    """Refuse a column whose values cannot have the unit that the recipe names."""
    unit = reading.column.unit
    negative = numbers[numbers.lt(0)]
    if len(negative):
        raise reading.refuse(
            f"{cells[negative.index[0]]!r} looks like a code for missing or suppressed "
            f"({len(negative):,} in all), and no such figure is negative",
            "list it under tokens, missing or suppressed, in the recipe",
            int(negative.index[0]),
        )
    if unit == "count":
        broken = numbers[numbers.ne(numbers.round())]
        if len(broken):
            raise reading.refuse(
                f"{cells[broken.index[0]]!r} is not a whole number, and the unit is count",
                'write unit = "percent" or "fraction" if these are rates, else correct the cell',
                int(broken.index[0]),
            )
    if unit in ("fraction", "percentile") and reading.bounded and numbers.gt(1).any():
        row = numbers.index[numbers.gt(1)][0]
        raise reading.refuse(
            f"{cells[row]!r} is above 1, and the unit is {unit}",
            'correct the cell, or write unit = "percent" in the recipe if the file holds 0 to 100',
            int(row),
        )
    if unit == "percent" and reading.bounded:
        _refuse_fractions(numbers, cells, reading)


def _refuse_fractions(numbers: pd.Series, cells: pd.Series, reading: Reading) -> None:
    above = numbers[numbers.gt(0)]
    if len(above) >= LOOKS_LIKE_FRACTION and above.le(1).all():
        raise reading.refuse(
            f"all {len(above):,} values above 0 are at most 1 (first {cells[above.index[0]]!r}), "
            "and the unit is percent",
            'write unit = "fraction" in the recipe if the file holds 0 to 1',
            int(above.index[0]),
        )


def _refusals(values: pd.Series, reading: Reading) -> pd.Series:
    refused = pd.Series("", index=values.index, dtype="str")
    if reading.column.unit in CENTS and reading.bounded:
        refused = refused.mask(values.gt(1), f"Refused: {reading.header} is above 100 %.")
    return refused
