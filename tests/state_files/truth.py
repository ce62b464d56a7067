"""What is true of a made-up state: its schools, and who is absent, by year, group and grade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

DISTRICTS = ("Alder", "Birch", "Cedar")
GROUPS = ("Female", "Male", "Homeless", "English Learner")
SHARES = (0.48, 0.52, 0.04, 0.15)
LEVELS = ("Elementary", "Middle", "High")
GRADES = {
    "Elementary": ("K", "1", "2", "3", "4", "5"),
    "Middle": ("6", "7", "8"),
    "High": ("9", "10", "11", "12"),
}
SCHOOLS = 18
WEST, SOUTH, WIDE, HIGH = -107.4, 42.6, 0.4, 0.32
Shown = Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Truth:
    """Schools, and counts a row a school, year, group and grade ("all" for all of them)."""

    schools: pd.DataFrame
    counts: pd.DataFrame

    def rows(self, shown: Shown | None = None) -> pd.DataFrame:
        """Counts of the rows that a publisher shows."""
        return self.counts if shown is None else self.counts[shown(self.counts)]

    def sums(self, shown: Shown | None = None) -> pd.DataFrame:
        """Students and absent by year, group and grade, over the rows shown."""
        keys = ["school_year", "student_group", "grade"]
        return self.rows(shown).groupby(keys)[["students", "absent"]].sum()


@dataclass(frozen=True)
class StateFiles:
    """Files of one layout.

    Attributes
    ----------
    paths : tuple of Path
        Of absence, of schools, of students.
    answers : str
        What a person answers, TOML without `[place]`.
    sums : DataFrame
        What must come out of it, by year, group and grade.
    state : str
        Which state's layout it is.
    """

    paths: tuple[Path, ...]
    sums: pd.DataFrame
    state: str
    answers: str = ""


def make_truth(seed: int = 5, years: tuple[str, ...] = ("2022-23", "2023-24")) -> Truth:
    """Make schools and counts; grades add up to all students, and so do women and men."""
    rng = np.random.default_rng(seed)
    schools = _schools(rng)
    rows = [row for year in years for row in _year(rng, schools, year)]
    columns = ["school", "school_year", "student_group", "grade", "students", "absent"]
    return Truth(schools, pd.DataFrame(rows, columns=columns))


def _schools(rng: np.random.Generator) -> pd.DataFrame:
    at = np.arange(SCHOOLS)
    table = pd.DataFrame({"district": [DISTRICTS[i % 3] for i in at]})
    table["county"] = (at % 3) + 1
    table["district_number"] = (at % 3) * 30 + 7
    table["number"] = (at // 3) * 10 + 10  # again in each district
    table["unique"] = np.sort(rng.choice(np.arange(100, 9_999), SCHOOLS, replace=False))
    table["level"] = [LEVELS[i // 6] for i in at]
    table["name"] = [
        f"{('Oak', 'Elm', 'Ash', 'Fir', 'Yew', 'Bay')[i // 3]} {LEVELS[i // 6]}" for i in at
    ]
    table["name"] += [f" {DISTRICTS[i % 3]}" if i // 3 != 1 else "" for i in at]
    table["lon"] = (WEST + WIDE * rng.uniform(0.03, 0.97, SCHOOLS)).round(6)
    table["lat"] = (SOUTH + HIGH * rng.uniform(0.03, 0.97, SCHOOLS)).round(6)
    table["size"] = [24, *rng.integers(150, 600, SCHOOLS - 1)]
    return table


def _year(rng: np.random.Generator, schools: pd.DataFrame, year: str) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for at, school in schools.iterrows():
        grades = GRADES[school["level"]]
        students = rng.multinomial(
            school["size"] + rng.integers(0, 20), [1 / len(grades)] * len(grades)
        )
        absent = rng.binomial(students, rng.uniform(0.1, 0.4))
        rows.append((at, year, "all", "all", int(students.sum()), int(absent.sum())))
        for grade, n, x in zip(grades, students, absent, strict=True):
            rows.append((at, year, "all", grade, int(n), int(x)))
        rows += _groups(rng, at, year, int(students.sum()), int(absent.sum()))
    return rows


def _groups(
    rng: np.random.Generator, at: object, year: str, students: int, absent: int
) -> list[tuple[object, ...]]:
    parts = {}
    for name, share in zip(GROUPS, SHARES, strict=True):
        n = int(rng.binomial(students, share))
        parts[name] = (n, int(rng.hypergeometric(absent, students - absent, n)))
    women, part = parts["Female"]
    parts["Male"] = (students - women, absent - part)
    return [(at, year, name, "all", n, x) for name, (n, x) in parts.items()]
