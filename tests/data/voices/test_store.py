"""Voices are kept as the plan is: nothing lost or doubled, undone on request, a file too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from data.errors import DataError
from data.plan.database import Database
from data.plan.files import Known, wanted_of
from data.plan.store import Change, ConflictError, entries, past, read, stamp, write
from data.voices.files import COLUMNS, form, template, to_send
from data.voices.note import Voice, checked
from data.voices.store import VOICES
from tests.data.voices.test_note import LEAST

NOON, TODAY = datetime(2026, 11, 30, 12, tzinfo=UTC), date(2026, 11, 30)
PLACES = {
    "place:": ("place", "Halcyon County"),
    "neighbourhood:Old Quay": ("neighbourhood", "Old Quay"),
}


def new(**given: object) -> Change[Voice]:
    return Change("add", "school", entry=checked({**LEAST, **given}, TODAY))


def csv(table) -> bytes:
    return table.to_csv(index=False).encode()


def test_a_voice_is_kept_changed_undone_and_in_no_plan(plan: Database) -> None:
    (one,) = write(VOICES, "demo", [new()], NOON, plan)
    more = replace(one.entry, voices=9)
    write(VOICES, "demo", [Change("change", "clinic", one.id, 1, more)], NOON, plan)
    stale = Change("change", "school", one.id, 1, replace(one.entry, words="Late."))
    with pytest.raises(ConflictError, match="Clinic changed “The way to school"):
        write(VOICES, "demo", [stale], NOON, plan)
    write(VOICES, "demo", [Change("undo", "school", one.id, 2)], NOON, plan)
    (kept,) = read(VOICES, "demo", plan=plan)
    assert (kept.entry, kept.version) == (one.entry, 3)
    assert [each.kind for each in past(VOICES, one.id, plan)] == ["undo", "change", "add"]
    write(VOICES, "demo", [Change("remove", "school", one.id, 3)], NOON, plan)
    assert read(VOICES, "demo", plan=plan) == []
    assert stamp("demo", plan, VOICES)[0] == 4
    assert stamp("demo", plan) == (0, None)
    assert entries("demo", plan).empty


def test_the_same_save_twice_is_one(plan: Database) -> None:
    change = new()
    for _ in range(2):
        write(VOICES, "demo", [change], NOON, plan)
    assert len(read(VOICES, "demo", plan=plan)) == 1


def test_a_file_comes_back_as_it_went(plan: Database) -> None:
    write(VOICES, "demo", [new(), new(voices=3, words="=cmd|' '!A0")], NOON, plan)
    kept = read(VOICES, "demo", plan=plan)
    known = Known("voices.csv", "school", kept, PLACES)
    again = wanted_of(form(TODAY), csv(to_send(kept)), known)
    assert [each.kind for each in again] == ["same", "same"]
    changed = to_send(kept).assign(voices="12")
    assert [each.kind for each in wanted_of(form(TODAY), csv(changed), known)] == ["change"] * 2


def test_the_template_can_be_handed_in() -> None:
    made = csv(template("Old Quay"))
    (one,) = wanted_of(form(TODAY), made, Known("voices.csv", "school", [], PLACES))
    assert (one.kind, one.entry.where(), one.entry.voices) == ("add", "neighbourhood:Old Quay", 6)


@pytest.mark.parametrize(
    ("column", "cell", "wanted"),
    [
        ("voices", "umpteen", "voices"),
        ("held", "soon", "held"),
        ("place", "Nowhere", "place"),
        ("words", "Ms. Alvarez never answers", "words"),
        ("theme", "Something else", "theme"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column_and_never_repeated(
    column: str, cell: str, wanted: str
) -> None:
    rows = template("Old Quay")
    table = rows.loc[[0, 0]].reset_index(drop=True)
    table.loc[1, column] = cell
    with pytest.raises(DataError) as caught:
        wanted_of(form(TODAY), csv(table), Known("voices.csv", "school", [], PLACES))
    assert "voices.csv" in str(caught.value)
    assert "row 3" in str(caught.value)
    assert wanted in str(caught.value)
    assert cell not in str(caught.value) or column == "place"


def test_a_register_and_unknown_columns_are_refused() -> None:
    rows = template("Old Quay")
    known = Known("voices.csv", "school", [], PLACES)
    with pytest.raises(DataError):
        wanted_of(form(TODAY), csv(rows.assign(first_name="Anna", last_name="Miller")), known)
    with pytest.raises(DataError, match="no such column"):
        wanted_of(form(TODAY), csv(rows.assign(mood="glad")), known)
    with pytest.raises(DataError, match="theme"):
        wanted_of(form(TODAY), csv(rows.drop(columns="theme")), known)
    assert set(rows.columns) == set(COLUMNS)
