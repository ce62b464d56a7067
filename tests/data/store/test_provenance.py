"""One of a thing is never "1 things", in any row of the ledger."""

import pytest

from data.store.provenance import Ledger, singular


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("1 tracts with children", "1 tract with children"),
        ("1 unknown tracts", "1 unknown tract"),
        ("after 1 rounds: 0 schools", "after 1 round: 0 schools"),
        ("21 tracts, 1,001 schools, 0.1 rows", "21 tracts, 1,001 schools, 0.1 rows"),
        ("1 is less than 2 rows", "1 is less than 2 rows"),
        ("in 1 unknown school ids: X", "in 1 unknown school id: X"),
    ],
)
def test_one_is_singular_and_many_are_left(said: str, wanted: str) -> None:
    assert singular(said) == wanted


def test_the_ledger_writes_it_so() -> None:
    ledger = Ledger()
    ledger.record("s", "tracts", "kept", "1 tracts reached by no school.", 1)
    ledger.take("s", "catchment", [("kept", "1 schools beside", ("a",)), ("kept", "none", ())])
    assert [each.reason for each in ledger.entries] == [
        "1 tract reached by no school.",
        "1 school beside.",
    ]
