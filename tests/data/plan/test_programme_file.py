"""A programme as a list that is handed in, in a link, and in entries of the plan."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import DataError
from data.plan.programme_file import TEMPLATE, names_of, programme_in_memory
from data.views.programmes import (
    LONGEST,
    Member,
    Programme,
    autumn_of,
    of_plan,
    places_of,
    read,
    with_members,
    without,
    written,
)

NAMES = names_of(
    [
        *(("01M015", "P.S. 15"), ("01M019", "P.S. 19"), ("02M111", "Twin"), ("02M112", "Twin")),
        ("Lower, East; Side~", "Lower, East; Side~"),
    ]
)


def taken(text: str) -> Programme:
    return programme_in_memory(text.encode(), "list.csv", NAMES)


def test_the_template_is_read() -> None:
    found = taken(TEMPLATE)
    assert found.members == (Member(2022, 2023, "01M019"), Member(2023, 0, "01M015"))
    assert not found.others


def test_names_units_days_and_schools_to_compare_with() -> None:
    found = taken(
        "School,Start,End,Together\n p.s. 15 ,2024-02-01,,B1\n01M019,2023-24,2023-24,\n"
        "02M111,none,,B2\n"
    )
    assert found.members == (Member(2023, 0, "01M015", "B1"), Member(2023, 2023, "01M019"))
    assert found.others == (("02M111", "B2"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,start\n01M015,2023-24\n", "column 'id', row 1: a column that is not read"),
        ("school_id,end\n01M015,2023-24\n", "row 1: there is no column 'start'"),
        ("school_id,start\n99,2023-24\n", "column 'school_id', row 2: no school or place here"),
        ("school_id,start\nTwin,2023-24\n", "column 'school_id', row 2: no school or place here"),
        ("school_id,start\n01M015,2023-25\n", "column 'start', row 2: this is no school year"),
        ("school_id,start\n01M015,\n", "column 'start', row 2: the cell is empty"),
        ("school_id,start,end\n01M015,2023-24,2020-21\n", "column 'end', row 2: it ends before"),
        ("school_id,start\n01M015,2023-24\n01M015,2022-23\n", "row 3: it stands here a second"),
        ("school_id,start\n01M015,none\n", "no row has a start"),
        ("school_id,start\n", "it has no rows below its header"),
        ("school_id,start,start\n01M015,2023,2023\n", "column 'start', row 1: the column stands"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(text: str, said: str) -> None:
    with pytest.raises(DataError) as error:
        taken(text)
    assert said in str(error.value)


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_repeated() -> None:
    with pytest.raises(DataError) as error:
        taken("school_id,start\nMaria Lopez,2023-24\n01M015,soon\n")
    assert "row 2" in str(error.value)
    assert "row 3" in str(error.value)
    assert "Lopez" not in str(error.value)


def test_a_header_that_is_a_person_is_not_repeated() -> None:
    with pytest.raises(DataError) as error:
        taken("Maria Lopez,2023-24\nJohn Smith,2023-24\n")
    assert "number 1" in str(error.value)
    assert "Lopez" not in str(error.value)


def test_a_register_of_students_is_refused() -> None:
    with pytest.raises(DataError, match="birth_date"):
        taken("school_id,start,birth_date\n01M015,2023-24,2011-02-03\n")


members = st.builds(
    Member,
    st.integers(2000, 2040),
    st.just(0),
    st.sampled_from(sorted(set(NAMES.values()))),
)


@given(st.lists(members, min_size=1, max_size=5, unique_by=lambda each: each.id))
def test_a_link_gives_back_what_was_written(given_members: list[Member]) -> None:
    programme = Programme(tuple(sorted(given_members)))
    assert read(written(programme), set(NAMES.values())) == programme


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "2022:", "2022:nobody", "2023-2022:01M015", "1800:01M015"),
        *("2022:01M015,01M015", "2022:01M015;;", "2022" + ":01M015" * 400),
    ],
)
def test_a_link_that_says_something_else_gives_none(text: str) -> None:
    assert read(text, set(NAMES.values())) is None


def test_what_a_link_cannot_carry_is_not_written() -> None:
    assert written(Programme((Member(2022, 0, "01M015", "B1"),))) == ""
    assert written(Programme((Member(2022, 0, "01M015"),), (("01M019", ""),))) == ""
    many = tuple(Member(2022, 0, f"{number:06d}") for number in range(LONGEST // 6))
    assert written(Programme(many)) == ""


def test_members_come_and_go() -> None:
    one = with_members(None, ["a"], 2022, 0)
    two = with_members(one, ["a", "b"], 2023, 2024)
    assert two.members == (Member(2023, 2024, "a"), Member(2023, 2024, "b"))
    assert without(two, "a") == Programme((Member(2023, 2024, "b"),))
    assert without(one, "a") is None


@pytest.mark.parametrize(
    ("start", "year"),
    [
        *(("2023-24", 2023), ("2023-07-01", 2023), ("2023-06-30", 2022), ("2023", 2023)),
        *(("2023-25", None), ("", None), ("soon", None), ("1066-67", None)),
    ],
)
def test_a_start_belongs_to_a_school_year(start: str, year: int | None) -> None:
    assert autumn_of(start) == year


def test_entries_of_the_plan_make_a_programme(demo_protected) -> None:
    schools = demo_protected.schools
    area = next(iter(places_of(demo_protected)))
    rows = [
        ("school", str(schools.index[0]), str(schools["name"].iloc[0]), "2022-23", "done"),
        ("school", str(schools.index[0]), str(schools["name"].iloc[0]), "2021-09-01", "done"),
        ("neighbourhood", area, area, "2023-24", "planned"),
        ("place", "", "Halcyon County", "2022-23", "done"),
        ("school", str(schools.index[1]), str(schools["name"].iloc[1]), "", "planned"),
        ("school", str(schools.index[2]), str(schools["name"].iloc[2]), "2022-23", "paused"),
    ]
    columns = ["place_kind", "place_id", "place", "start", "status"]
    found, left = of_plan(pd.DataFrame(rows, columns=columns), demo_protected)
    assert found.members == (Member(2021, 0, str(schools.index[0])), Member(2023, 0, area))
    assert left == 4
