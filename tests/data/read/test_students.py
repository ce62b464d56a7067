"""Registers of students are told by header and by content; lists of schools and counts are not."""

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from data.errors import FileError
from data.read.engine import read_table
from data.read.flows import flows_in_memory
from data.recipe.checks import parse_recipe
from data.store.provenance import Ledger

HEAD = """
id = "made"
publisher = "Nobody"
title = "Made up"
url = "https://example.org/a"
mirror = "a.csv"
vintage = "2020"
release = "restricted"
licence = "CC0"
definition = "made up"
format = { kind = "delimited" }
identifier = { pattern = ".+" }
"""
ABSENCE = parse_recipe(
    f"""{HEAD}table = "absence"
[columns]
school_id = {{ column = "id" }}
school_year = {{ column = "year" }}
enrolled = {{ column = "enrolled", unit = "count" }}
chronic_absent = {{ column = "absent", unit = "count" }}
"""
)
SCHOOLS = parse_recipe(
    f"""{HEAD}table = "schools"
points = {{ x = "x", y = "y" }}
columns = {{ school_id = {{ column = "id" }}, name = {{ column = "name" }} }}
"""
)
GIVEN = ("Ann", "Bob", "Maria", "José", "Fatima", "Wei", "John", "Olivia", "Priya", "Malik")
LAST = ("Doe", "Roe", "Lopez", "Nguyen", "O'Neil", "Smith-Jones", "Khan", "García", "Okafor", "Li")


def text_of(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    sink = io.StringIO(newline="")
    csv.writer(sink).writerows([headers, *rows])
    return sink.getvalue().encode()


def persons(number: int, seed: int = 1) -> list[tuple[str, str]]:
    draw = np.random.default_rng(seed)
    given, last = (draw.choice(names, number).tolist() for names in (GIVEN, LAST))
    return list(zip(given, last, strict=True))


def absence(folder: Path, extra: Sequence[str], cells: Sequence[Sequence[object]]) -> None:
    """Read counts of ten rows a school and year, with columns beside them."""
    rows = [
        (f"S{at // 10}", f"{2010 + at % 10}-{11 + at % 10}", 300 + at, 40 + at % 7, *more)
        for at, more in enumerate(cells)
    ]
    path = folder / "a.csv"
    path.write_bytes(text_of(["id", "year", "enrolled", "absent", *extra], rows))
    assert len(read_table(ABSENCE, path, Ledger()).table) == len(rows)


def births(number: int) -> list[tuple[str]]:
    after = np.random.default_rng(2).integers(4_000, size=number).tolist()
    days = [date(2006, 1, 1) + timedelta(days=each) for each in after]
    return [(f"{day:%m/%d/%Y}",) for day in days]


@pytest.mark.parametrize(
    ("extra", "cells"),
    [
        (["lname", "fname"], [("Doe", "Ann")] * 20),
        (["apellido paterno", "nombres"], [("Doe", "Ann")] * 20),
        (["Nachname", "Vorname"], [("Doe", "Ann")] * 20),
        (["Prénom"], [("Ann",)] * 20),
        (["姓名"], [("Zzz",)] * 20),
        (["Дата рождения"], [("Zzz",)] * 20),
        (["birth_year"], [("2011",)] * 20),
        (["c1", "c2"], persons(20)),
        (["c1"], [(f"{last}, {given}",) for given, last in persons(20)]),
        (["c1"], [(f"{given} {last}",) for given, last in persons(20)]),
        (["c1"], births(40)),
        (["c1"], [(f"{at * 7} Oak Street",) for at in range(20)]),
        (["c1"], [(f"Hauptstraße {at}",) for at in range(1, 21)]),
    ],
    ids=lambda value: value[0] if isinstance(value[0], str) else "",
)
def test_registers(tmp_path: Path, extra: list[str], cells: list[tuple[str, ...]]) -> None:
    with pytest.raises(FileError, match="takes counts by school") as caught:
        absence(tmp_path, extra, cells)
    assert not any(str(cell) in str(caught.value) for row in cells for cell in row if cell)
    assert "delete the file here" in caught.value.remedy


@pytest.mark.parametrize(
    ("extra", "cells"),
    [
        (["school"], [(f"{LAST[at // 10]} Elementary School",) for at in range(40)]),
        (["school"], [("Abraham Lincoln",)] * 10 + [("Maria Lopez",)] * 10),
        (["Principal"], [(f"{given} {last}",) for given, last in persons(20)]),
        (["address", "phone"], [(f"{at // 10} Oak Street", "555-0100") for at in range(40)]),
        (["county"], [(name,) for name in ("Jackson", "Madison", "Austin", "Lincoln") * 5]),
        (["group"], [(name,) for name in ("Asian", "Black", "Hispanic", "White") * 5]),
        (["day"], [(f"2018-09-{at % 5 + 3:02}",) for at in range(40)]),
        (["as of"], [("07/01/2019",)] * 20),
    ],
    ids=lambda value: value[0] if isinstance(value[0], str) else "",
)
def test_counts_with_other_columns(
    tmp_path: Path, extra: list[str], cells: list[tuple[str, ...]]
) -> None:
    absence(tmp_path, extra, cells)


def test_ids_that_are_names(tmp_path: Path) -> None:
    rows = [(f"{last}, {given}", "2018-19", 180, 20) for given, last in set(persons(60))]
    path = tmp_path / "a.csv"
    path.write_bytes(text_of(["id", "year", "enrolled", "absent"], rows))
    with pytest.raises(FileError, match="names of persons") as caught:
        read_table(ABSENCE, path, Ledger())
    assert caught.value.column == "id"


@pytest.mark.parametrize("enrolled", ["1", "1.0"])
def test_one_row_a_student(tmp_path: Path, enrolled: str) -> None:
    rows = [(f"S{at % 4}", "2018-19", enrolled, at % 3 // 2) for at in range(60)]
    path = tmp_path / "a.csv"
    path.write_bytes(text_of(["id", "year", "enrolled", "absent"], rows))
    with pytest.raises(FileError, match="each row counts one student"):
        read_table(ABSENCE, path, Ledger())


def test_a_directory_names_its_principals(tmp_path: Path) -> None:
    rows = [
        (f"S{at}", f"School {at}", given, last, f"{at} Oak Street", "555-0100", "7/1/1998", -72, 41)
        for at, (given, last) in enumerate(persons(30))
    ]
    headers = ["id", "name", "First Name", "Last Name", "Address", "Phone", "Opened", "x", "y"]
    path = tmp_path / "a.csv"
    path.write_bytes(text_of(headers, rows))
    assert len(read_table(SCHOOLS, path, Ledger()).table) == 30
    crowded = [(f"S{at % 3}", *row[1:]) for at, row in enumerate(rows)]
    path.write_bytes(text_of(headers, crowded))
    with pytest.raises(FileError, match="describes single students"):
        read_table(SCHOOLS, path, Ledger())


GEOID = "36047000100"


@pytest.mark.parametrize(
    "text",
    [
        f"lname,fname,birth_year,school_id,geoid,students\nDoe,Ann,2011,A1,{GEOID},1\n",
        f"Doe,Ann,2011,A1,{GEOID},1\nRoe,Bob,2012,A1,{GEOID},1\n",
        f"school_id,geoid,students\nA1,{GEOID},1\nA1,36047000200,1\nB2,{GEOID},1\n",
        f'school_id,geoid,students\n"Doe, Ann",{GEOID},12\n"Roe, Bob",{GEOID},14\n',
        f"a,b,school_id,geoid,students\nMaria,Li,A1,{GEOID},12\nJohn,Li,A1,36047000200,13\n",
    ],
)
def test_registers_handed_in(text: str) -> None:
    with pytest.raises(FileError, match="takes counts by school") as caught:
        flows_in_memory(text.encode(), "up.csv")
    assert not any(name in str(caught.value) for name in ("Doe", "Ann", "Bob", "Maria", "Li,"))


def test_counts_handed_in_without_a_header_are_not_read_aloud() -> None:
    with pytest.raises(FileError, match="no such column; the row of headers is missing") as caught:
        flows_in_memory(f"A1,{GEOID},42\nB2,{GEOID},51\n".encode(), "up.csv")
    assert GEOID not in str(caught.value)


def test_counts_none_of_which_can_be_used() -> None:
    with pytest.raises(
        FileError, match=r"up\.csv, row 2: none of its 1 rows can be used \(No count"
    ):
        flows_in_memory(f"school_id,geoid,students\nA1,{GEOID},\n".encode(), "up.csv")
