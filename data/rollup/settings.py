"""What a roll-up reads and by which rules, as a TOML file."""

from __future__ import annotations

import datetime
import re
from dataclasses import field
from pathlib import Path
from typing import Literal

import pydantic.dataclasses

from data.recipe.binding import STRICT, bind, read_toml

SCHOOL_YEAR = re.compile(r"(\d{4})-(\d{2})")


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class Attendance:
    """Records of attendance: a day of enrolment without one is a day present.

    Attributes
    ----------
    path : str
        A CSV, Parquet or XML file, or a folder of one kind; from the folder of the settings.
    kind : {"day", "period", "ed-fi"}
        A row a student and day; a row a student and period; Ed-Fi StudentSchoolAttendance.
    student, school, date, absent, period : str
        Headers. `absent` holds the part of the day that was missed, or a code of `codes`.
    date_format : str
        As of strptime; "" for dates as 2025-09-01.
    codes : dict of str to float
        What each word in `absent` means as part of a day; empty where it holds numbers.
    day_rule : {"half", "any", "all"}
        For periods: a day is missed whole when half of its recorded periods or more, any, or all
        of them were missed, and not at all otherwise.
    """

    path: str
    kind: Literal["day", "period", "ed-fi"] = "day"
    student: str = "student"
    school: str = "school"
    date: str = "date"
    absent: str = "absent"
    period: str = "period"
    date_format: str = ""
    codes: dict[str, float] = field(default_factory=dict)
    day_rule: Literal["half", "any", "all"] = "half"


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class Enrolment:
    """Spells of enrolment: first and last day are both days of enrolment; no last day is open.

    `groups` names columns; each value is a group of students, blank is none. Those of
    `district_groups` are counted for districts only: small groups of schools would be hidden, and
    what hides them takes the gate long. A student belongs to the groups of his last spell at the
    school, or in the district.
    """

    path: str
    kind: Literal["table", "ed-fi"] = "table"
    student: str = "student"
    school: str = "school"
    first: str = "first"
    last: str = "last"
    date_format: str = ""
    groups: tuple[str, ...] = ()
    district_groups: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of groups."""
        return (*self.groups, *self.district_groups)


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class Calendar:
    """Days of instruction, a row a school and day."""

    path: str
    kind: Literal["table", "ed-fi"] = "table"
    school: str = "school"
    date: str = "date"
    date_format: str = ""


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class Schools:
    """To which district a school belongs, a row a school."""

    path: str
    school: str = "school"
    district: str = "district"


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class Settings:
    """Everything that a roll-up is told.

    Attributes
    ----------
    school_year : str
        "2025-26". Everything outside 1 July to 30 June is refused.
    district : str
        Name of the one district, where there is no table of schools.
    minimum_days : int
        Days of enrolment from which on a student counts as chronically absent or not.
    day_parts : int
        Parts into which a day is split so that all is counted in whole numbers; 2 = half days.
    conflicts : {"refuse", "most", "least"}
        What holds of two different records of one student, school and day.
    through : str
        Last day that is counted, as 2025-11-28; "" for the last day of which there is a record.
        Days of the calendar after it are still to come.
    earlier : tuple of str
        Folders of roll-ups of earlier school years: their bands stand beside those of this year.
    """

    school_year: str
    attendance: Attendance
    enrolment: Enrolment
    calendar: Calendar
    schools: Schools | None = None
    district: str = "district"
    minimum_days: int = 10
    day_parts: int = 2
    conflicts: Literal["refuse", "most", "least"] = "refuse"
    through: str = ""
    earlier: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        found = SCHOOL_YEAR.fullmatch(self.school_year)
        if not found or (int(found[1]) + 1) % 100 != int(found[2]):
            raise ValueError(f"school_year {self.school_year!r} is not written as 2025-26")
        if self.minimum_days < 1 or not 1 <= self.day_parts <= 60:
            raise ValueError("minimum_days is at least 1, day_parts from 1 to 60")
        if (
            self.through
            and not self.begins <= datetime.date.fromisoformat(self.through) <= self.ends
        ):
            raise ValueError(f"through {self.through} is not in {self.school_year}")
        groups = self.enrolment.columns
        if len(set(groups)) != len(groups):
            raise ValueError("a column stands in groups twice")

    @property
    def begins(self) -> datetime.date:
        """First day on which the year may have school, 1 July."""
        return datetime.date(int(self.school_year[:4]), 7, 1)

    @property
    def ends(self) -> datetime.date:
        """Last day on which the year may have school, 30 June."""
        return datetime.date(int(self.school_year[:4]) + 1, 6, 30)


def load_settings(path: Path) -> Settings:
    """Read the settings of a roll-up.

    Raises
    ------
    TomlError
        No such file, not TOML, or keys that are unknown, lacking or of another kind.
    """
    return bind(Settings, read_toml(path), path.name)
