"""A made-up district with every day of every student, for tests, benches and the demo county.

What was put in is known: illness waves, Mondays, moves between schools, half days, and a decline
over the year in one group. Absence is drawn for each student and day; days are counted in halves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

HALVES = 2
GRADES = np.array(["KG", *(f"{grade:02d}" for grade in range(1, 13))])
Whole = NDArray[np.int64]
Days = NDArray[np.int8]


@dataclass(frozen=True)
class MadeDistrict:
    """What a district is made from; the same numbers make the same district.

    Attributes
    ----------
    students, schools, days : int
        At least 20 students a school; `days` is the number of school days.
    seed : int
    first : date
        First day of school; weekends, a week in November and two in winter are free.
    moves, late, half : float
        Share of students who move once to the next school of their part of the district, share who
        come after the first day, share of absences that are half days.
    mondays : float
        Added to the logit of absence on Mondays.
    wave : float
        Added to the logit of absence in a school's ten days of illness.
    decline : float
        Added to the logit of absence of low-income students by the end of the year, in proportion
        to the days gone.
    part : int
        Students who are made at once, and to a file.
    """

    students: int = 50_000
    schools: int = 80
    days: int = 180
    seed: int = 17
    first: date = date(2024, 9, 3)
    moves: float = 0.05
    late: float = 0.05
    half: float = 0.2
    mondays: float = 0.25
    wave: float = 1.2
    decline: float = 0.6
    part: int = 10_000

    def __post_init__(self) -> None:
        if self.schools < 1 or self.days < 1 or self.students < 20 * self.schools:
            raise ValueError(
                f"{self.students} students, {self.schools} schools, {self.days} days: "
                "at least one school and day, and 20 students a school"
            )

    @cached_property
    def dates(self) -> NDArray[np.datetime64]:
        """Days of school, shape (days,)."""
        start = np.datetime64(self.first, "D")
        span = start + np.arange(3 * self.days + 60)
        year = self.first.year
        free = (span >= np.datetime64(f"{year}-11-25")) & (span <= np.datetime64(f"{year}-11-29"))
        free |= (span >= np.datetime64(f"{year}-12-23")) & (
            span <= np.datetime64(f"{year + 1}-01-03")
        )
        return span[np.is_busday(span) & ~free][: self.days]

    @cached_property
    def names(self) -> NDArray[np.str_]:
        """Ids of the schools, in order."""
        return np.array([f"S{number:04d}" for number in range(1, self.schools + 1)])

    @cached_property
    def wave_start(self) -> Whole:
        """Position of the day on which each school's ten days of illness begin."""
        rng = np.random.default_rng((self.seed, 1))
        return rng.integers(0, max(1, self.days - 10), self.schools)

    def calendar(self) -> pd.DataFrame:
        """Give the days of each school: `school`, `date`."""
        return pd.DataFrame(
            {
                "school": np.repeat(self.names, self.days),
                "date": np.tile(self.dates, self.schools),
            }
        )

    def parts(self) -> Iterator[Part]:
        """Give the students in parts that fit into memory; each holds whole schools where it can.

        Moves stay within a part.
        """
        school = np.arange(self.students, dtype=np.int64) * self.schools // self.students
        for number, start in enumerate(range(0, self.students, self.part)):
            yield Part.drawn(self, number, start, school[start : start + self.part])

    def write(self, folder: Path, form: Literal["parquet", "csv"] = "parquet") -> Path:
        """Write `attendance/` (a file a part, sorted by school), `enrolment`, `calendar`.

        Columns: `student`, `school`, `date`, `absent` (0, 0.5 or 1 day); `student`, `school`,
        `first`, `last` (both in), `grade`, `sex`, `low_income`; `school`, `date`.
        """
        (folder / "attendance").mkdir(parents=True, exist_ok=True)
        spells = []
        for number, part in enumerate(self.parts()):
            _store(part.records(), folder / "attendance" / f"part-{number:04d}.{form}", form)
            spells.append(part.spells())
        spell = pd.concat(spells, ignore_index=True)
        _store(pa.Table.from_pandas(_as_days(spell)), folder / f"enrolment.{form}", form)
        _store(pa.Table.from_pandas(_as_days(self.calendar())), folder / f"calendar.{form}", form)
        return folder


@dataclass(frozen=True, eq=False)
class Part:
    """Some students of a made district, all days.

    Attributes
    ----------
    student : array of str, shape (students,)
    school : array of int, shape (students, days)
        Position of the school of each day; -1 before a student comes.
    absent : array of int8, shape (students, days)
        Halves of a day absent.
    grade : array of int
    female, low_income : array of bool
    """

    made: MadeDistrict
    student: NDArray[np.str_]
    school: Whole
    absent: Days
    grade: Whole
    female: NDArray[np.bool_]
    low_income: NDArray[np.bool_]

    @classmethod
    def drawn(cls, made: MadeDistrict, number: int, start: int, home: Whole) -> Part:
        """Draw a part by its own stream of random numbers."""
        rng = np.random.default_rng((made.seed, 2, number))
        size, days = home.size, made.days
        low_income = rng.random(size) < 0.45
        own = rng.normal(-3.5, 0.8, size) + 0.5 * low_income
        place = np.repeat(home[:, None], days, axis=1)
        moved = np.flatnonzero(rng.random(size) < made.moves)
        if days > 1 and np.unique(home).size > 1:
            low, high = home.min(), home.max()
            following = np.where(home[moved] == high, low, home[moved] + 1)
            when = rng.integers(1, days, moved.size)
            place[moved] = np.where(
                np.arange(days) >= when[:, None], following[:, None], place[moved]
            )
        late = np.flatnonzero(rng.random(size) < made.late)
        comes = rng.integers(0, days, late.size)
        place[late] = np.where(np.arange(days) < comes[:, None], -1, place[late])
        day = np.arange(days)
        weekday = (made.dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
        logit = own[:, None] + made.mondays * (weekday == 0)
        since = day - made.wave_start[np.maximum(place, 0)]
        logit = logit + made.wave * ((since >= 0) & (since < 10))
        logit += made.decline * low_income[:, None] * (day / max(1, days - 1))
        away = rng.random((size, days)) < 1 / (1 + np.exp(-logit))
        halves = np.where(rng.random((size, days)) < made.half, 1, HALVES)
        absent = np.where(away & (place >= 0), halves, 0).astype(np.int8)
        ids = np.array([f"ID{(start + at) * 7919 % 99_999_989:08d}" for at in range(size)])
        grade = rng.integers(0, GRADES.size, size)
        return cls(made, ids, place, absent, grade, rng.random(size) < 0.5, low_income)

    def records(self) -> pa.Table:
        """Give a row a student and day enrolled, sorted by school and date."""
        student, day = np.nonzero(self.school >= 0)
        school = self.school[student, day]
        order = np.lexsort((student, day, school))
        student, day, school = student[order], day[order], school[order]
        return pa.table(
            {
                "student": pa.array(self.student).take(pa.array(student)),
                "school": pa.array(self.made.names).take(pa.array(school)),
                "date": pa.array(self.made.dates[day].astype("datetime64[D]")),
                "absent": self.absent[student, day] / HALVES,
            }
        )

    def spells(self) -> pd.DataFrame:
        """Give the spells of enrolment, first and last day in."""
        change = np.ones(self.school.shape, dtype=np.bool_)
        change[:, 1:] = self.school[:, 1:] != self.school[:, :-1]
        student, first = np.nonzero(change & (self.school >= 0))
        last = np.full(student.size, self.made.days - 1)
        again = student[1:] == student[:-1]
        last[:-1][again] = first[1:][again] - 1
        return pd.DataFrame(
            {
                "student": self.student[student],
                "school": self.made.names[self.school[student, first]],
                "first": self.made.dates[first],
                "last": self.made.dates[last],
                "grade": GRADES[self.grade[student]],
                "sex": np.where(self.female[student], "female", "male"),
                "low_income": np.where(self.low_income[student], "yes", ""),
            }
        )


def _as_days(table: pd.DataFrame) -> pd.DataFrame:
    """Write times as days."""
    times = table.select_dtypes("datetime").columns
    return table.assign(**{name: table[name].dt.date for name in times})


def _store(table: pa.Table, path: Path, form: str) -> None:
    """Write one file."""
    table = table.replace_schema_metadata(None)
    if form == "csv":
        pa.csv.write_csv(table, path)
        return
    settings: dict[str, Any] = {"compression": "zstd", "row_group_size": 500_000}
    pa.parquet.write_table(table, path, **settings)
