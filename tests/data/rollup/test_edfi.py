"""Ed-Fi files, where only absences are recorded, beside the calendar and enrolment."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from data.errors import DataError
from data.rollup.edfi import attendance_rows
from tests.data.rollup.conftest import rolled

DAYS = pd.bdate_range("2021-08-23", periods=25).strftime("%Y-%m-%d")
SETTINGS = """
school_year = "2021-22"
through = "2021-09-24"
[attendance]
path = "attendance.xml"
kind = "ed-fi"
[enrolment]
path = "enrolment.xml"
kind = "ed-fi"
groups = ["grade"]
[calendar]
path = "calendar.xml"
kind = "ed-fi"
"""


def event(student: int, day: str, category: str, duration: str = "") -> str:
    lasts = f"<EventDuration>{duration}</EventDuration>" if duration else ""
    return (
        f"<StudentSchoolAttendanceEvent><AttendanceEvent><EventDate>{day}</EventDate>"
        f"<AttendanceEventCategory>uri://ed-fi.org/X#{category}</AttendanceEventCategory>{lasts}"
        f"</AttendanceEvent><StudentReference><StudentIdentity><StudentUniqueId>{student}"
        "</StudentUniqueId></StudentIdentity></StudentReference><SchoolReference><SchoolIdentity>"
        "<SchoolId>1</SchoolId></SchoolIdentity></SchoolReference></StudentSchoolAttendanceEvent>"
    )


def spell(student: int) -> str:
    return (
        f"<StudentSchoolAssociation><StudentReference><StudentIdentity><StudentUniqueId>{student}"
        "</StudentUniqueId></StudentIdentity></StudentReference><SchoolReference><SchoolIdentity>"
        f"<SchoolId>1</SchoolId></SchoolIdentity></SchoolReference><EntryDate>{DAYS[0]}</EntryDate>"
        "<EntryGradeLevel>uri://ed-fi.org/G#Ninth grade</EntryGradeLevel>"
        "</StudentSchoolAssociation>"
    )


def day(date: str, kind: str = "Instructional day") -> str:
    return (
        f"<CalendarDate><Date>{date}</Date><CalendarEvent>uri://ed-fi.org/C#{kind}</CalendarEvent>"
        "<CalendarReference><CalendarIdentity><SchoolReference><SchoolIdentity><SchoolId>1"
        "</SchoolId></SchoolIdentity></SchoolReference></CalendarIdentity></CalendarReference>"
        "</CalendarDate>"
    )


def stored(folder: Path, events: list[str]) -> Path:
    each = {
        "attendance": events,
        "enrolment": [spell(student) for student in range(60)],
        "calendar": [*(day(date) for date in DAYS), day("2021-09-25", "Holiday")],
    }
    for name, parts in each.items():
        text = f'<Interchange xmlns="http://ed-fi.org/5.2.0">{"".join(parts)}</Interchange>'
        (folder / f"{name}.xml").write_text(text)
    (folder / "settings.toml").write_text(SETTINGS)
    return folder / "settings.toml"


def test_absences_against_the_calendar(tmp_path: Path) -> None:
    events = [
        event(student, DAYS[at], "Unexcused Absence", "1")
        for student in range(20)
        for at in range(3)
    ]
    events += [event(30, DAYS[0], "Excused Absence"), event(31, DAYS[0], "Tardy")]
    events += [event(32, DAYS[0], "Partial", "0.5"), events[0]]
    manifest = rolled(stored(tmp_path, events), tmp_path / "out")
    assert manifest["records"] == {"records": 64, "copies": 1, "conflicts": 0, "absences": 62}
    assert manifest["counted"] == {"days_of_enrolment": 60 * 25, "units_absent": 120 + 2 + 1}
    table = pd.read_parquet(tmp_path / "out" / "months.parquet")
    assert set(table["group"]) == {"all", "grade: Ninth grade"}
    assert table["enrolled"].dropna().eq(60).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (event(1, DAYS[0], "Gone fishing"), "category of attendance that is not known"),
        (event(1, DAYS[0], "Partial"), "row 1: it is empty or cannot be read"),
        ("<StudentSchoolAttendanceEvent>", "it is not whole XML"),
    ],
)
def test_what_is_not_known_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        rolled(stored(tmp_path, [text]), tmp_path / "out")


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(f'<!DOCTYPE x [<!ENTITY e "1">]><x>{event(1, DAYS[0], "Tardy", "&e;")}</x>')
    with pytest.raises(DataError, match="document type"):
        attendance_rows(path, {})


@pytest.mark.mirror
def test_the_published_sample() -> None:
    mirror = os.environ.get("ATLAS_MIRROR")
    if not mirror:
        pytest.skip("no ATLAS_MIRROR")
    path = Path(mirror) / "synthetic_students" / "edfi_ds" / "StudentSchoolAttendance.xml"
    table = attendance_rows(path, {}).to_pandas()
    assert len(table) == 1_917
    assert table["student"].nunique() == 227
    assert table["school"].nunique() == 3
    assert (table["absent"] == "1").sum() == 1_077 + 773
    assert table["absent"].isna().sum() == 1  # a partial absence without its duration
    assert (table["absent"] == "0").sum() == 66
