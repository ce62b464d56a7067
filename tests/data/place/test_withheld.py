"""Counts withheld together with their students have the bounds that list and rate leave."""

import pandas as pd
import pytest

from data.place.withheld import bounded_by_list
from data.store.provenance import Ledger

NA = pd.NA


def read(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    names = ["school_id", "enrolled_upper", "lower", "upper", "status", "rate_lower", "rate_upper"]
    table = pd.DataFrame(rows, columns=names).assign(
        school_year="2018-19", student_group="all", grade="all"
    )
    return table.astype(dict.fromkeys(["enrolled_upper", "lower", "upper"], "Int64"))


@pytest.mark.parametrize(
    ("students", "low", "high", "wanted"),
    [
        (310, 0.0, 0.05, (0, 15)),  # <5 of 310
        (117, 0.95, 1.0, (112, 117)),  # >95 of 117
        (40, float("nan"), float("nan"), (0, 40)),  # nothing said of the rate
        (20, 0.05, 0.10, (1, 2)),  # whole numbers at both ends stay in
    ],
)
def test_bounds_follow_from_list_and_rate(
    students: int, low: float, high: float, wanted: tuple[int, int]
) -> None:
    table = read([("A", NA, NA, NA, "suppressed", low, high)])
    listed, ledger = pd.Series({"A": students}, dtype="Int64"), Ledger()
    row = bounded_by_list(table, listed, "x", ledger).iloc[0]
    assert (row["lower"], row["upper"]) == wanted
    assert [entry.rows for entry in ledger.entries] == [1]
    assert "rate_upper" not in row.index


def test_of_a_group_the_list_of_schools_says_nothing() -> None:
    table = read([("A", NA, NA, NA, "suppressed", 0.0, 0.05)]).assign(student_group="Female")
    listed = pd.Series({"A": 310}, dtype="Int64")
    row = bounded_by_list(table, listed, "x", Ledger()).iloc[0]
    assert row[["lower", "upper"]].isna().all()


def test_what_is_reported_bounded_or_not_listed_stays_as_it_is() -> None:
    table = read(
        [
            ("A", 100, 20, 20, "reported", 0.2, 0.2),
            ("B", 100, 0, 4, "suppressed", 0.0, 0.05),
            ("C", NA, NA, NA, "suppressed", 0.0, 0.05),
            ("D", NA, NA, NA, "missing", float("nan"), float("nan")),
        ]
    )
    listed = pd.Series({"A": 90, "B": 90, "D": 90}, dtype="Int64")
    bounded = bounded_by_list(table, listed, "x", Ledger())
    for name in ("lower", "upper"):
        pd.testing.assert_series_equal(bounded[name], table[name])
