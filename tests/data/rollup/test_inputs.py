"""Records that do not fit are refused in words that name file, row and column, and no student."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from data.errors import DataError
from tests.data.rollup.conftest import rolled

CANARY = "ID7919CANARY"
SETTINGS = """
school_year = "2024-25"
[attendance]
path = "attendance.csv"
[enrolment]
path = "enrolment.csv"
groups = ["sex"]
[calendar]
path = "calendar.csv"
"""
DAYS = pd.bdate_range("2024-09-02", periods=20).strftime("%Y-%m-%d")


def tables() -> dict[str, pd.DataFrame]:
    students = [*(f"{CANARY}{at}" for at in range(40))]
    days = pd.DataFrame([(one, "A", day) for one in students for day in DAYS])
    days.columns = ["student", "school", "date"]
    spells = pd.DataFrame({"student": students, "school": "A", "first": DAYS[0], "last": ""})
    return {
        "attendance": days.assign(absent="0"),
        "enrolment": spells.assign(sex=["f", "m"] * 20),
        "calendar": pd.DataFrame({"school": "A", "date": DAYS}),
    }


def stored(folder: Path, own: dict[str, pd.DataFrame], settings: str = SETTINGS) -> Path:
    for name, table in own.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "settings.toml").write_text(settings)
    return folder / "settings.toml"


def put(table: str, row: int, column: str, value: str) -> Callable[[dict[str, pd.DataFrame]], None]:
    def change(own: dict[str, pd.DataFrame]) -> None:
        own[table].loc[row, column] = value

    return change


def add(table: str, **values: str) -> Callable[[dict[str, pd.DataFrame]], None]:
    def change(own: dict[str, pd.DataFrame]) -> None:
        row = own[table].iloc[[0]].assign(**values)
        own[table] = pd.concat([own[table], row])

    return change


def drop(table: str, column: str) -> Callable[[dict[str, pd.DataFrame]], None]:
    def change(own: dict[str, pd.DataFrame]) -> None:
        own[table] = own[table].drop(columns=column)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (drop("attendance", "absent"), "attendance.csv, column 'absent': there is no such column"),
        (drop("enrolment", "sex"), "enrolment.csv, column 'sex': there is no such column"),
        (put("attendance", 4, "date", "9/31/2024"), "attendance.csv, column 'date', row 6: "),
        (put("attendance", 4, "date", "2024-09-07"), "row 6: the calendar of the school has no"),
        (put("attendance", 7, "school", CANARY), "row 9: the calendar has no such school"),
        (put("attendance", 3, "absent", "1.5"), "attendance.csv, column 'absent', row 5: "),
        (put("attendance", 3, "absent", "0.3"), "attendance.csv, column 'absent', row 5: "),
        (put("attendance", 3, "absent", CANARY), "attendance.csv, column 'absent', row 5: "),
        (put("attendance", 0, "student", ""), "attendance.csv, column 'student', row 2: "),
        (put("enrolment", 1, "first", "soon"), "enrolment.csv, column 'first', row 3: "),
        (put("enrolment", 1, "last", CANARY), "enrolment.csv, column 'last', row 3: "),
        (put("enrolment", 1, "last", "2024-08-01"), "row 3: the spell ends before it begins"),
        (put("enrolment", 2, "school", "B"), "row 4: the calendar has no such school"),
        (add("enrolment", first="2024-09-04"), "it overlaps with another spell"),
        (put("calendar", 0, "date", "2023-09-01"), "calendar.csv, column 'date', row 2: "),
        (add("attendance", absent="1"), "says something else"),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path,
    change: Callable[[dict[str, pd.DataFrame]], None],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = tables()
    change(own)
    with pytest.raises(DataError, match=re.escape(said)) as refused:
        rolled(stored(tmp_path, own), tmp_path / "out")
    assert CANARY not in str(refused.value)
    assert refused.value.__cause__ is None
    printed = capsys.readouterr()
    assert CANARY not in printed.out + printed.err
    assert not (tmp_path / "out").exists()


def test_a_torn_file_is_refused_without_its_lines(tmp_path: Path) -> None:
    settings = stored(tmp_path, tables())
    with (tmp_path / "attendance.csv").open("a") as file:
        file.write(f'{CANARY},"A,2024')
    with pytest.raises(DataError, match=r"attendance\.csv") as refused:
        rolled(settings, tmp_path / "out")
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("groups", ['["student"]', '["sex", "sex"]'])
def test_ids_are_no_groups(tmp_path: Path, groups: str) -> None:
    settings = stored(tmp_path, tables(), SETTINGS.replace('["sex"]', groups))
    with pytest.raises(DataError, match="groups"):
        rolled(settings, tmp_path / "out")


def test_a_column_of_many_values_is_no_group(tmp_path: Path) -> None:
    own = tables()
    own["enrolment"] = pd.concat([own["enrolment"]] * 2, ignore_index=True)
    own["enrolment"]["student"] = [f"{CANARY}{at}" for at in range(80)]
    own["enrolment"]["sex"] = own["enrolment"]["student"]
    with pytest.raises(DataError, match="more than 60 values") as refused:
        rolled(stored(tmp_path, own), tmp_path / "out")
    assert CANARY not in str(refused.value)


def test_copies_count_once_and_conflicts_by_the_rule_that_is_stated(tmp_path: Path) -> None:
    own = tables()
    add("attendance")(own)
    add("attendance", absent="1")(own)
    for rule, units in (("most", 2), ("least", 0)):
        text = SETTINGS.replace("[attendance]", f'conflicts = "{rule}"\n[attendance]', 1)
        manifest = rolled(stored(tmp_path, own, text), tmp_path / rule)
        assert manifest["records"]["copies"] == 2
        assert manifest["records"]["conflicts"] == 1
        assert manifest["counted"]["units_absent"] == units


def test_dates_and_codes_as_the_student_system_writes_them(tmp_path: Path) -> None:
    """Sections with d/m/yyyy dates and exact duplicates, as in the Contoso sample."""
    own = tables()
    rows = own["attendance"].head(40)
    date = pd.to_datetime(rows["date"])
    day = date.dt.day.astype(str) + "/" + date.dt.month.astype(str) + "/2024"
    one = rows.assign(date=day, Period="1", absent="P")
    one.iloc[0, one.columns.get_loc("absent")] = "A"
    two = one.assign(Period="2", absent="P")
    own["attendance"] = pd.concat([one, two, one.head(3)])
    text = SETTINGS.replace(
        'path = "attendance.csv"',
        'path = "attendance.csv"\nkind = "period"\nperiod = "Period"\ndate_format = "%d/%m/%Y"\n'
        "codes = {A = 1.0, P = 0.0}",
    )
    manifest = rolled(stored(tmp_path, own, text), tmp_path / "out")
    assert manifest["records"] == {"records": 83, "copies": 3, "conflicts": 0, "absences": 1}
    assert manifest["counted"]["units_absent"] == 2
