"""Where the names of the columns stand, and which mark stands between cells."""

import csv
import re
from collections.abc import Sequence

NUMBER = re.compile(r"[<>=≤≥+-]{0,2}\s*[$]?[0-9][0-9,. ]*\s*%?")
YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:[-/](?:[0-9]{2}){1,2})?")
SEARCHED = 30
FILLED = 0.6
HALF = 0.5
LAST_GRADE = 13
DELIMITERS = (",", ";", "\t", "|")


def header_rows(rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Give the rows, from 1, that hold the names of the columns: one, or two joined.

    The first row that fills most of the width of the table and holds no number; with the one above
    or below it where names would repeat or lack without.

    Examples
    --------
    >>> header_rows([["School", "Absent"], ["Oak", "12"]])
    (1,)
    >>> header_rows([["Report of 2019", ""], ["", "All students"], ["School", "Absent"],
    ...              ["Oak", "12"]])
    (3,)
    >>> header_rows([["", "2018-19", "", "2019-20", ""], ["School", "Count", "Rate", "Count",
    ...              "Rate"], ["Oak", "12", "9.1", "14", "9.9"]])
    (1, 2)
    """
    plain = [[str(cell).strip() for cell in row] for row in rows[:SEARCHED]]
    width = max((_width(row) for row in plain), default=0)
    for at, row in enumerate(plain):
        filled = [cell for cell in row if cell]
        numbers = [cell for cell in filled if _is_number(cell)]
        if len(filled) < max(2, FILLED * width) or (numbers and not _are_grades(numbers)):
            continue
        if at and _is_lower(row, plain[at - 1]):
            return (at, at + 1)
        if _is_upper(row, plain[at + 1 : at + 2]):
            return (at + 1, at + 2)
        return (at + 1,)
    return (1,)


def delimiter_of(text: str) -> str:
    r"""Give the mark that parts most of the lines of a text into equally many cells.

    Examples
    --------
    >>> delimiter_of("id;name;share\n1;Oak, Upper;1,5\n2;Elm;2,5\n")
    ';'
    """
    lines = text.splitlines(keepends=True)[: 2 * SEARCHED]

    def quality(mark: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark) if row]
        most = max(set(widths), key=widths.count, default=1)
        return (widths.count(most) / max(len(widths), 1) if most > 1 else 0.0, most)

    return max(DELIMITERS, key=quality)


def names_of(rows: Sequence[Sequence[str]], at: Sequence[int]) -> list[str]:
    """Give the rows above a table: titles, which may tell its year."""
    first = min(at) - 1
    return [" ".join(str(cell) for cell in row if str(cell).strip()) for row in rows[:first]]


def _is_lower(row: Sequence[str], above: Sequence[str]) -> bool:
    """Say whether a row of names goes on from the one above: names repeat, or gaps are filled."""
    filled = [cell for cell in row if cell]
    gaps = any(name and not own for name, own in zip(above, row, strict=False))
    return sum(map(bool, above)) > 1 and (gaps or len(set(filled)) < len(filled))


def _is_upper(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Say whether a row of names continues in the one below it."""
    names = [cell for cell in row if cell]
    if not below or (len(set(names)) == len(names) and all(row)):
        return False
    lower = [cell for cell in below[0] if cell]
    gaps = [under for name, under in zip(row, below[0], strict=False) if not name]
    fills = bool(gaps) and all(gaps)
    return (fills or len(lower) >= HALF * len(row)) and not any(map(_is_number, lower))


def _are_grades(numbers: Sequence[str]) -> bool:
    """Say whether the numbers of a row are grades, one after the other: names of columns."""
    grades = [int(each) for each in numbers if each.isdigit() and int(each) <= LAST_GRADE]
    return 1 < len(grades) == len(numbers) and grades == sorted(set(grades))


def _width(row: Sequence[str]) -> int:
    return max((at for at, cell in enumerate(row, start=1) if cell), default=0)


def _is_number(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell)) and not YEAR.fullmatch(cell)
