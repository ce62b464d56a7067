"""What may stand in an entry, and what looks like data of students and may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.evidence import evidence
from data.plan.entry import FIELDS, LONGEST, PROBLEMS, Entry, EntryError, Problem, checked
from data.plan.lenses import BY_STRATEGY, CALIFORNIA, VIRGINIA
from data.plan.persons import suspect

LEAST = {"place": "Old Town", "strategy": "school_nurses"}

NAMES = (
    "Anna Miller; Peter Jones",
    "Maria Lopez, James Brown and Kevin Smith",
    "Lopez, Maria",
    "Teresa Quiñones",
    "maria lopez, james brown",
    "Maria Lopez missed 20 days",
    "visit the student Maria Lopez at home",
    "Jayden Carter and Emily Stone need a bus",
    "Jayden C., Emily S.",
    "Anna, Peter, Maria, James and Kevin",
)
IDS = (
    "student id 204118533",
    "OSIS 204118533",
    "204118533",
    "204118533, 204118534",
    "SASID: 1000234567",
    "123-45-6789",
    "alumna número 4455667",
)
DATES = (
    "born 2015-03-04",
    "DOB 3/4/15",
    "date of birth 03.04.2015",
    "Anna Miller 2014-05-06",
    "2014-05-06 2015-01-02 2013-07-08",
    "nacida en 2014",
)
FINE = (
    "Bay Clinic",
    "Charlotte Housing Authority",
    "Jordan Family Services",
    "Austin Health Department",
    "Martin Luther King day of service",
    "Title I grant S184H240012",
    "Call 718-555-0100 from 2026-09-01 on",
    "Birth to three, 2026",
    "$1,250,000 over three years",
    "Home visits, grades K-5; begin small and grow",
    "Madison County Schools and Lincoln Hospital",
    "Schools: Lincoln, Madison, Jordan",
    "Monday, Tuesday and Friday",
    "Contract 4711, renewed 2024-07-01 and 2025-07-01",
)


def problems(**fields: object) -> set[tuple[str, str]]:
    with pytest.raises(EntryError) as caught:
        checked({**LEAST, **fields})
    return {(each.name, each.code) for each in caught.value.problems}


@pytest.mark.parametrize(
    ("texts", "code"), [(NAMES, "names"), (IDS, "student_id"), (DATES, "birth_date")]
)
@pytest.mark.parametrize("field", ["partner", "notes", "strategy", "funder"])
def test_data_of_students_is_refused_with_a_remedy_and_not_repeated(
    texts: tuple[str, ...], code: str, field: str
) -> None:
    for text in texts:
        assert problems(**{field: text}) >= {(field, code)}, text
        with pytest.raises(EntryError) as caught:
            checked({**LEAST, field: text})
        assert text not in str(caught.value)
        assert "Nothing was saved." in str(caught.value)


@pytest.mark.parametrize("text", FINE)
def test_what_partners_write_is_not_taken_for_students(text: str) -> None:
    assert suspect(text) == ""
    assert checked({**LEAST, "notes": text}).notes == text


def test_names_of_strategies_are_not_taken_for_persons() -> None:
    for each in evidence().values():
        assert suspect(each.name) == "", each.name
        assert checked({**LEAST, "strategy": each.name.upper()}).strategy == each.id


@pytest.mark.parametrize(
    ("field", "given", "stored"),
    [
        ("cost", "$120,000", 120_000),
        ("cost", "120000.00", 120_000),
        ("cost", "0", 0),
        ("capacity", " 150 ", 150),
        ("cost", "", None),
        ("cost", float("nan"), None),
        ("start", "2026-09-01", "2026-09-01"),
        ("start", "2026-09-01T00:00:00", "2026-09-01"),
        ("start", "2099-00", "2099-00"),
        ("status", "under way", "under_way"),
        ("status", "Under Way", "under_way"),
        ("status", "", "planned"),
        ("virginia", "Breakfast after the bell", "breakfast"),
        ("notes", "two\nlines\x00 \u202eand more", "two lines and more"),
    ],
)
def test_what_is_typed_is_stored_in_one_form(field: str, given: object, stored: object) -> None:
    assert getattr(checked({**LEAST, field: given}), field) == stored


@pytest.mark.parametrize(
    ("field", "given", "code"),
    [
        ("cost", "-5", "no_number"),
        ("cost", "12.50", "no_number"),
        ("cost", "1.200,00", "no_number"),
        ("cost", "1,20", "no_number"),
        ("cost", "=1+1", "no_number"),
        ("cost", "9" * 30, "no_number"),
        ("capacity", "9000000", "too_large"),
        ("start", "9/1/2026", "no_start"),
        ("start", "2026-02-30", "no_start"),
        ("start", "2026-28", "no_start"),
        ("start", "1066-01-01", "no_start"),
        ("status", "nearly", "not_offered"),
        ("virginia", "sleep", "not_offered"),
        ("partner", "x" * 201, "too_long"),
        ("strategy", "", "no_strategy"),
        ("place", " ", "no_place"),
    ],
)
def test_what_cannot_be_stored_is_told_by_field(field: str, given: str, code: str) -> None:
    assert problems(**{field: given}) == {(field, code)}


def test_more_funds_than_cost_are_a_slip() -> None:
    assert problems(cost=5, funded=6) == {("funded", "too_much_funded")}
    assert checked({**LEAST, "funded": 6}).funded == 6


def test_the_lenses_follow_from_the_strategy_unless_chosen() -> None:
    assert set(BY_STRATEGY) == set(evidence())
    for virginia, california in BY_STRATEGY.values():
        assert virginia in VIRGINIA
        assert california in {*CALIFORNIA, ""}
    entry = checked({**LEAST, "virginia": "adults"})
    assert (entry.virginia, entry.california) == ("adults", "health")
    own = checked({**LEAST, "strategy": "Walking school bus"})
    assert (own.virginia, own.california) == ("", "")


def test_every_problem_says_what_to_do() -> None:
    assert len(PROBLEMS) > 8
    for sentence in PROBLEMS.values():
        assert any(word in sentence for word in ("Choose", "Use", "Write", "Correct", "Take"))


@given(st.dictionaries(st.sampled_from(FIELDS), st.text() | st.integers() | st.none()))
def test_anything_typed_gives_an_entry_or_a_list_of_problems(fields: dict[str, object]) -> None:
    told: tuple[Problem, ...] = ()
    entry: Entry | None
    try:
        entry = checked({**LEAST, **fields})
    except EntryError as error:
        told = error.problems
        entry = None
    assert (entry is None) == bool(told)
    assert {each.name for each in told} <= {*FIELDS}
    if entry is not None:
        assert checked(entry.values()) == entry
        assert all(len(getattr(entry, name)) <= most for name, most in LONGEST.items())
