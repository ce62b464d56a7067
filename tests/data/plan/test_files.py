"""A plan goes out as a file and comes back; what a file would change is told before it is made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter

from data.errors import DataError
from data.plan.database import Database
from data.plan.entry import Entry, checked
from data.plan.files import COLUMNS, Wanted, to_send, wanted
from data.plan.sheets import MOST_BYTES, MOST_ROWS
from data.plan.store import Change, ConflictError, apply, entries, history, stored
from ui.plan.exchange import csv_of, workbook_of

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
PLACES = {
    "place:": ("place", "Halcyon County"),
    "neighbourhood:Old Town": ("neighbourhood", "Old Town"),
    "neighbourhood:Jordan Miller Row": ("neighbourhood", "Jordan Miller Row"),
    "school:01": ("school", "Old Town"),
    "school:02": ("school", "Harbor School"),
}
NASTY = (
    "=1+1",
    "+49",
    "-2 days",
    "@SUM(A1)",
    "'=x",
    "''=y",
    "＝cmd",
    'a "b", c; d',
    "Norte – 学校",
    "<b>x</b>",
)
WRITERS: dict[str, Callable[..., bytes]] = {"plan.csv": csv_of, "plan.xlsx": workbook_of}


def filled(area: str = "demo") -> None:
    rows = [
        {"place": "Old Town", "place_kind": "neighbourhood", "place_id": "Old Town", "notes": words}
        for words in NASTY
    ]
    rows += [
        {
            "place": "Halcyon County",
            "cost": 120_000,
            "funded": 5,
            "capacity": 7,
            "start": "2026-27",
        },
        {
            "place": "Harbor School",
            "place_kind": "school",
            "place_id": "02",
            "strategy": "Own words",
        },
    ]
    full = [checked({"strategy": "school_nurses", "partner": "Bay Clinic", **row}) for row in rows]
    apply(area, [Change("add", "clinic", entry=entry) for entry in full], NOON)


def looked(content: bytes, name: str, area: str = "demo") -> tuple[Wanted, ...]:
    return wanted(content, name, stored(area), PLACES, "school")


def lines(*rows: str, header: str = "place,place_kind,strategy,partner,cost") -> bytes:
    return "\n".join([header, *rows]).encode()


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_comes_back_unchanged_changes_nothing(plan: Database, name: str) -> None:
    filled()
    content = WRITERS[name](entries("demo", plan))
    found = looked(content, name)
    assert [each.kind for each in found] == ["same"] * (len(NASTY) + 2)


@pytest.mark.parametrize("name", WRITERS)
def test_a_plan_is_carried_to_another_place_of_the_same_names(plan: Database, name: str) -> None:
    filled()
    table = entries("demo", plan)
    sent = WRITERS[name](table.assign(version=None).set_axis([""] * len(table)).rename_axis("id"))
    found = looked(sent, name, "twin")
    assert {each.kind for each in found} == {"add"}
    apply("twin", [each.change for each in found if each.change], NOON)

    def said(area: str) -> set[Entry]:
        return {each.entry for each in stored(area, plan=plan)}

    assert said("twin") == said("demo")
    assert len(said("demo")) == len(NASTY) + 2
    assert {each.kind for each in looked(sent, name, "twin")} == {"same"}  # once more: no doubles


def test_cells_that_a_spreadsheet_would_run_leave_as_text(plan: Database) -> None:
    filled()
    text = csv_of(entries("demo", plan)).decode("utf-8-sig")
    cells = [cell for line in text.splitlines() for cell in line.strip('"').split('","')]
    assert "'=1+1" in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))] == []
    with zipfile.ZipFile(io.BytesIO(workbook_of(entries("demo", plan)))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        shared = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in shared


def test_the_file_explains_each_of_its_columns(plan: Database) -> None:
    filled()
    assert list(to_send(entries("demo", plan)).columns) == list(COLUMNS)
    assert all(COLUMNS.values())


def test_a_file_changes_what_it_names_adds_what_is_new_and_leaves_the_rest(plan: Database) -> None:
    filled()
    before = {each.id: each for each in stored("demo", plan=plan)}
    old = next(each for each in before.values() if each.entry.cost)
    content = lines(
        f"Halcyon County,,school_nurses,Bay Clinic,7,{old.id},{old.version}",
        "old town,neighbourhood,School nurses,Harbor Health Clinic,$5,,",
        header="Place,Place kind,Strategy,Partner,Cost,id,version",
    )
    first, second = looked(content, "plan.csv")
    assert (first.kind, first.row, second.kind, second.row) == ("change", 2, "add", 3)
    assert first.before == old.entry
    assert second.entry.strategy == "school_nurses"
    assert len(stored("demo", plan=plan)) == len(before)  # nothing yet
    changes = [each.change for each in (first, second) if each.change]
    apply("demo", changes, NOON)
    apply("demo", changes, NOON)
    after = {each.id: each for each in stored("demo", plan=plan)}
    assert len(after) == len(before) + 1
    assert after[old.id].entry.cost == 7
    assert all(after[id_] == each for id_, each in before.items() if id_ != old.id)
    assert [past.changed_by for past in history(old.id, plan)] == ["school", "clinic"]


def test_a_change_that_came_after_the_file_is_not_overwritten(plan: Database) -> None:
    filled()
    table = entries("demo", plan)
    content = csv_of(table.assign(funder="County"))
    one = stored("demo", plan=plan)[0]
    preview = looked(content, "plan.csv")
    newer = replace(one.entry, status="done")
    apply("demo", [Change("change", "housing", one.id, 1, newer)], NOON)
    with pytest.raises(DataError, match=r"column 'version', row .* someone changed this entry"):
        looked(content, "plan.csv")
    with pytest.raises(ConflictError):  # it came between preview and save: all or nothing
        apply("demo", [each.change for each in preview if each.change], NOON)
    assert {each.entry.funder for each in stored("demo", plan=plan)} == {""}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Old Town,,school_nurses,,", "column 'place', row 2: no place here is called so, or sev"),
        ("Atlantis,,school_nurses,,", "column 'place', row 2: no place here"),
        (",,school_nurses,,", "column 'place', row 2: .*Choose where"),
        ("Halcyon County,,,,", "column 'strategy', row 2: .*Choose a strategy"),
        ("Halcyon County,,x,,12.5", "column 'cost', row 2: .*whole number"),
        ("Halcyon County,,x,Maria Lopez; James Brown,", "column 'partner', row 2: .*names of pers"),
        ("Halcyon County,,x,student id 204118533,", "column 'partner', row 2: .*number of a stud"),
        ("Halcyon County,,x,born 2014-05-06,", "column 'partner', row 2: .*birth date"),
        ("Maria Lopez,,x,,", "column 'place', row 2: .*data of students"),
        ("Halcyon County,,x,,1,2", "row 2: 6 cells where the header has 5"),
    ],
)
def test_a_row_that_cannot_be_saved_is_told_with_its_place_and_a_remedy(
    row: str, said: str
) -> None:
    with pytest.raises(DataError, match=said) as caught:
        wanted(lines(row), "plan.csv", (), PLACES, "school")
    assert "plan.csv" in str(caught.value)
    for word in ("Lopez", "204118533", "2014-05-06"):
        assert word not in str(caught.value)


def test_all_that_is_wrong_is_told_at_once_up_to_a_limit() -> None:
    with pytest.raises(DataError) as caught:
        wanted(lines(*["Halcyon County,,x,,no"] * 30), "plan.csv", (), PLACES, "school")
    said = str(caught.value)
    assert "row 2:" in said
    assert "10 more cells cannot be saved" in said


REGISTERS = {
    "names": lines(
        "Old Town,Anna Miller,1", "Old Town,Peter Jones,2", header="place,strategy,cost"
    ),
    "header": lines("Old Town,x,Anna", header="place,strategy,Student first name"),
    "ids": lines("Old Town,x,17", header="place,strategy,student_id"),
    "births": lines("Old Town,x,17", header="place,strategy,Date of birth"),
    "spanish": lines("Old Town,x,17", header="place,strategy,Fecha de nacimiento"),
    "first names": lines(
        *(f"Old Town,x,{name}" for name in ("Anna", "Peter", "Maria", "James", "Kevin")),
        header="place,strategy,partner",
    ),
    "no columns of a plan": lines("Miller,Anna,2014-05-06", header="last,first,dob"),
    "places that are names": lines(
        "Anna Miller,x,1", "Peter Jones,x,2", header="place,strategy,cost"
    ),
}


@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_of_students_is_refused(name: str) -> None:
    with pytest.raises(DataError) as caught:
        wanted(REGISTERS[name], "list.csv", (), PLACES, "school")
    said = str(caught.value)
    assert "student" in said or "names of persons" in said
    assert "Anna" not in said
    assert "Miller" not in said


def test_places_and_partners_that_sound_like_persons_are_not_refused() -> None:
    rows = ["Jordan Miller Row,,School nurses,Jordan Family Services,"] * 4
    found = wanted(lines(*rows), "plan.csv", (), PLACES, "school")
    assert [each.kind for each in found] == ["add"] * 4


def book(*sheets: tuple[str, list[list[object]]], **settings: object) -> bytes:
    file = io.BytesIO()
    made = xlsxwriter.Workbook(file, {"in_memory": True, **settings})
    for name, rows in sheets:
        sheet = made.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    made.close()
    return file.getvalue()


HEAD, ROW = ["place", "strategy", "cost"], ["Halcyon County", "x", 5]
GOOD = book(("Sheet1", [HEAD, ROW]))


def with_part(content: bytes, part: str, text: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", 8) as new:
        for item in old.namelist():
            new.writestr(item, text if item == part else old.read(item))
        if part not in old.namelist():
            new.writestr(part, text)
    return file.getvalue()


ENTITY = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
HOSTILE: dict[str, tuple[str, bytes]] = {
    "nothing": ("plan.csv", b""),
    "a header alone": ("plan.csv", b"place,strategy\n"),
    "another type": ("plan.pdf", b"%PDF-1.4"),
    "macros": ("plan.xlsm", GOOD),
    "a macro part": ("plan.xlsx", with_part(GOOD, "xl/vbaProject.bin", b"x")),
    "an entity": ("plan.xlsx", with_part(GOOD, "xl/styles.xml", ENTITY)),
    "a bomb": ("plan.xlsx", with_part(GOOD, "xl/media/a.xml", b" " * (80 << 20))),
    "a text called xlsx": ("plan.xlsx", lines("Halcyon County,,x,,1")),
    "a page called csv": ("plan.csv", b"<html><table><tr><td>place</td></tr></table></html>"),
    "a cut workbook": ("plan.xlsx", GOOD[: len(GOOD) // 2]),
    "two sheets": ("plan.xlsx", book(("a", [HEAD, ROW]), ("b", [HEAD, ROW]))),
    "a formula": ("plan.xlsx", book(("plan", [HEAD, ["Halcyon County", "x", "=1+1"]]))),
    "zeros": ("plan.csv", b"place,strategy\0\nx,y\n"),
    "a lost quote": ("plan.csv", b'place,strategy\n"Halcyon County,x\n'),
    "too large": ("plan.csv", b"place,strategy\n" + b"Halcyon County,x\n" * (MOST_BYTES // 10)),
    "too many rows": ("plan.csv", b"place,strategy\n" + b"Halcyon County,x\n" * (MOST_ROWS + 1)),
    "a long cell": ("plan.csv", b"place,strategy\nHalcyon County," + b"x" * 9_000),
    "many columns": ("plan.csv", b"place,strategy" + b",c" * 90 + b"\nHalcyon County,x\n"),
    "a column twice": ("plan.csv", b"place,strategy,Strategy\nHalcyon County,x,y\n"),
    "a column of its own": ("plan.csv", b"place,strategy,colour\nHalcyon County,x,red\n"),
    "an unknown id": ("plan.csv", b"place,strategy,id\nHalcyon County,x,77\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_broken_file_is_refused_with_a_remedy(name: str, tmp_path: Path) -> None:
    file, content = HOSTILE[name]
    with pytest.raises(DataError) as caught:
        wanted(content, file, (), PLACES, "school")
    what, _, remedy = str(caught.value).rpartition("; ")
    assert what.startswith(file)
    assert len(remedy) > 5
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        lines("Halcyon County;;x;;5").replace(b",", b";"),
        lines("Halcyon County\t\tx\t\t5").replace(b",", b"\t"),
        lines("Halcyon County,,x,Clínica,5").decode().encode("cp1252"),
        lines("Halcyon County,,x,Clínica,5").decode().encode("utf-16"),
        b"\xef\xbb\xbf" + lines("Halcyon County,,x,,5").replace(b"\n", b"\r\n"),
        lines(",,,,", "Halcyon County,,x,,5", "", ",,,,"),
    ],
    ids=["semicolons", "tabs", "windows", "wide", "mark", "blank rows"],
)
def test_texts_that_spreadsheets_write_are_read(content: bytes) -> None:
    (one,) = wanted(content, "plan.csv", (), PLACES, "school")
    assert (one.entry.place, one.entry.cost) == ("Halcyon County", 5)


def test_a_workbook_of_ones_own_is_read() -> None:
    (one,) = wanted(GOOD, "plan.xlsx", (), PLACES, "school")
    assert (one.row, one.kind, one.entry.cost) == (2, "add", 5)
