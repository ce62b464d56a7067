"""Travel times that a reader hands in: what is read, what is left out, what is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from data.errors import DataError
from data.read.points import TIMES_TEMPLATE, times_in_memory

TRACTS = pd.Index(["36005000100", "36005000200"])
PLACES = {"A1", "01M015"}


def read(text: str) -> pd.DataFrame:
    return times_in_memory(text.encode(), "times.csv", TRACTS, PLACES)[0]


def test_the_template_is_read_as_it_stands() -> None:
    table = read(TIMES_TEMPLATE)
    assert table["minutes"].tolist() == [12.5, 25.0]
    assert table["provider_id"].tolist() == ["A1", "01M015"]


def test_rows_of_other_tracts_and_places_are_left_out() -> None:
    more = TIMES_TEMPLATE + "36005999999,A1,3\n36005000200,Z9,3\n36005000200,A1,\n"
    table, ledger = times_in_memory(more.encode(), "times.csv", TRACTS, PLACES)
    assert len(table) == 2
    assert any("time" in entry.reason.lower() for entry in ledger)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("geoid,provider_id,minutes\n99999999999,A1,3\n", "no row names"),
        ("geoid,provider_id\n36005000100,A1\n", "minutes"),
        ("\x00\x01", "times.csv"),
        ("", "times.csv"),
        ("geoid,provider_id,minutes\n36005000100,A1,soon\n", ""),
        ("first_name,last_name,birth_date\nAnn,Lee,2011-02-03\nBo,Ray,2012-03-04\n", ""),
    ],
)
def test_what_is_no_list_of_times_is_refused_with_a_remedy(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(text)
