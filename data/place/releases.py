"""Which of a publisher's releases gives a school year, and how the others compare with it."""

from collections.abc import Iterator, Mapping

import pandas as pd

from data.errors import DataError
from data.store.provenance import Ledger

KEY = ["school_id", "student_group", "grade"]
Finding = tuple[str, pd.Series]


def one_release_a_year(
    absence: pd.DataFrame, releases: Mapping[str, str], slug: str, ledger: Ledger
) -> pd.DataFrame:
    """Keep of each year that several releases give the one that the place names.

    Parameters
    ----------
    absence : DataFrame
        Rows of all releases, as in the contract of absence.
    releases : mapping of str to str
        School year to the id of the recipe that gives it; other years keep all their rows.
    slug : str
        The place, for the ledger.
    ledger : Ledger
        Receives the rows not used, and how they differ from those used.

    Raises
    ------
    DataError
        The release named has no row of the year.
    """
    chosen = absence["school_year"].map(dict(releases))
    used = chosen.isna() | absence["source"].eq(chosen)
    for year, release in releases.items():
        rows = absence[used & absence["school_year"].eq(year)]
        if rows.empty:
            raise DataError(f"{slug}: releases: {release} has no row of {year}; name another")
        others = absence[~used & absence["school_year"].eq(year)]
        for other, given in others.groupby("source"):
            words = f"{year} is taken from {release}: this release is only compared with it."
            ledger.record(str(other), "absence", "dropped", words, given["school_id"])
            for finding, ids in _compared(given, rows):
                words = f"{year}, against {release}: {finding}"
                ledger.record(str(other), "absence", "matched", words, ids)
    return absence[used].reset_index(drop=True)


def _compared(other: pd.DataFrame, used: pd.DataFrame) -> Iterator[Finding]:
    """Compare two releases of one year, row by row and in total."""
    both = other.merge(used, on=KEY, suffixes=("", "_used"), validate="one_to_one")
    absent = (both["chronic_absent"] - both["chronic_absent_used"]).abs().fillna(0)
    students = (both["enrolled"] - both["enrolled_used"]).abs().fillna(0)
    inside = both["enrolled_used"].between(both["enrolled_lower"], both["enrolled_upper"])
    ids = both["school_id"]
    same = absent.eq(0) & students.eq(0)
    yield f"the same counts. In total {_rate(other)} here, {_rate(used)} there.", ids[same]
    yield f"another count of absent students, {_size(absent)}.", ids[absent.gt(0)]
    rounded, apart = students.gt(0) & inside, students.gt(0) & ~inside
    yield f"students differ within rounding, {_size(students[rounded])}.", ids[rounded]
    yield f"another number of students, {_size(students[apart])}.", ids[apart]
    yield "only in this release.", _lacking(other, used)
    yield "not in this release.", _lacking(used, other)


def _rate(rows: pd.DataFrame) -> str:
    counted = rows.dropna(subset=["chronic_absent", "enrolled"])
    return f"{100 * counted['chronic_absent'].sum() / counted['enrolled'].sum():.2f} %"


def _size(differences: pd.Series) -> str:
    positive = differences[differences.gt(0)]
    if positive.empty:
        return ""
    return f"by {positive.median():g} in the middle and {positive.max():g} at most"


def _lacking(rows: pd.DataFrame, there: pd.DataFrame) -> pd.Series:
    return rows.loc[~rows["school_id"].isin(there["school_id"]), "school_id"]
