"""Rows of daily attendance: shares or counts as published; what cannot be is said, not dropped."""

from datetime import date

import numpy as np
import pandas as pd

from data.contracts.in_year import PLACE
from data.errors import FileError
from data.in_year.figures import school_year_of
from data.read.cells import NOT_PUBLISHED, NUMBER
from data.read.enrolment import complement
from data.read.tables import Rows

NOT_SUBMITTED = "Not submitted when the publisher made the file."
NOBODY = "The file says that nobody was present."
NEGATIVE = "The file has a negative share."
ABOVE = "The file says that more than all students were present, or absent."
DOUBTED = {NOBODY: "nobody_present", NEGATIVE: "below_nothing", ABOVE: "above_all"}
SINGLE_ROWS = 20
ONE = 0.95


def daily(rows: Rows) -> pd.DataFrame:
    """Shape daily attendance; every row of the file is kept, with its state.

    Raises
    ------
    FileError
        A day that is none, or rows that tell of single students.
    """
    _refuse_days(rows)
    _refuse_other_years(rows)
    share, counts = _figures(rows)
    _refuse_single(rows, share["value"], counts["possible"])
    impossible = share["refused"].ne("") | counts["absent"].gt(counts["possible"])
    reason = share["reason"].mask(share["reason"].eq(NOT_PUBLISHED), NOT_SUBMITTED)
    reason = reason.mask(_negative(rows), NEGATIVE)
    reason = reason.mask(share["value"].eq(0), NOBODY).mask(impossible, ABOVE)
    doubtful = reason.isin(list(DOUBTED))
    status = share["status"].mask(doubtful, "missing")
    known = status.eq("reported")
    table = pd.DataFrame(
        {
            "school_id": rows.text["school_id"],
            "date": rows.text["date"],
            "attended": share["value"].where(known),
            **{name: counts[name].where(known).astype("Int64") for name in counts},
            "status": status,
            "reason": reason,
            "source": rows.recipe.id,
        }
    )
    return table.reset_index(drop=True)


def _figures(rows: Rows) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the share present of each row, and its counts where the file has them."""
    columns = rows.recipe.columns
    read = {
        name: rows.students(columns[name]) for name in ("possible", "absent") if name in columns
    }
    empty = pd.Series(np.nan, index=rows.text.index)
    counts = pd.DataFrame(
        {name: read[name]["value"] if name in read else empty for name in ("possible", "absent")}
    )
    if "attended" in columns:
        share = rows.numbers(columns["attended"])
        if columns["attended"].complement:
            share = complement(share, 1.0)
        return share, counts
    blamed = read["possible"].where(read["absent"]["status"].eq("reported"), read["absent"])
    present = 1 - counts["absent"] / counts["possible"].where(counts["possible"].gt(0))
    status = blamed["status"].mask(blamed["status"].eq("reported") & present.isna(), "missing")
    reason = blamed["reason"].mask(status.ne("reported") & blamed["reason"].eq(""), NOT_PUBLISHED)
    return blamed.assign(value=present, status=status, reason=reason), counts


def _negative(rows: Rows) -> pd.Series:
    """Say which shares are negative numbers: codes that the recipe lists as missing."""
    column = rows.recipe.columns.get("attended")
    if column is None:
        return pd.Series(data=False, index=rows.text.index)
    cells = rows.cells[column.column].str.strip()
    return cells.str.startswith("-") & cells.str.fullmatch(NUMBER.pattern).astype(bool)


def _refuse_days(rows: Rows) -> None:
    """Refuse what is no day of the calendar."""
    words = rows.text["date"]
    days = {word: _is_day(word) for word in words.unique()}
    bad = words[~words.map(days).astype(bool)]
    if len(bad):
        column = rows.recipe.columns["date"].column
        raise FileError(
            rows.file,
            f"{bad.iloc[0]!r} is no day ({len(bad):,} in all)",
            "correct the cell, or rewrite the column to 2015-09-09 with pattern and replace",
            column=column,
            row=int(bad.index[0]),
        )


def _refuse_other_years(rows: Rows) -> None:
    """Refuse days outside the school year that the recipe says the file is of."""
    if "school_year" not in rows.text:
        return
    years = rows.text["date"].map(
        {each: school_year_of(date.fromisoformat(each)) for each in rows.text["date"].unique()}
    )
    bad = rows.text[years.ne(rows.text["school_year"])]
    if len(bad):
        day, year = bad["date"].iloc[0], bad["school_year"].iloc[0]
        raise FileError(
            rows.file,
            f"{day} lies outside the school year {year} ({len(bad):,} in all)",
            "correct the cells, or the years of the recipe",
            column=rows.recipe.columns["date"].column,
            row=int(bad.index[0]),
        )


def _is_day(word: str) -> bool:
    try:
        return date.fromisoformat(word).isoformat() == word
    except ValueError:
        return False


def _refuse_single(rows: Rows, share: pd.Series, possible: pd.Series) -> None:
    """Refuse rows each of which is one student's day: all there, or not at all."""
    schools = rows.text["school_id"].ne(PLACE)
    shares, students = share[schools].dropna(), possible[schools].dropna()
    ends = shares.isin([0.0, 1.0])
    single = len(shares) >= SINGLE_ROWS and ends.all() and 0 < shares.mean() < 1
    single |= len(students) >= SINGLE_ROWS and students.eq(1).mean() >= ONE
    if single:
        raise FileError(
            rows.file,
            "each row tells of one student, and this program takes figures of schools",
            "count them first, inside the agency: python -m data.rollup",
        )
