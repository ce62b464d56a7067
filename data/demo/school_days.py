"""Every school day of every student of the fictional county, drawn in memory and never kept.

In the years of the panel as many students of each school miss 10 % of their days as the panel's
truth says: only when they miss them is drawn. Of the year under way everything is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.demo.geography import Array
from data.demo.in_year import LAST_DAY
from data.demo.planted import YEARS as OF_PANEL
from data.demo.truth import World
from data.rollup.made_district import MadeDistrict

YEARS = ("2021-22", "2022-23", "2023-24", "2024-25")
UNDER_WAY = "2024-25"
FIRST_DAYS = MappingProxyType(
    {
        "2021-22": date(2021, 9, 7),
        "2022-23": date(2022, 9, 6),
        "2023-24": date(2023, 9, 5),
        "2024-25": date(2024, 9, 3),
    }
)
DAYS = 180
LEAST = 300
"""Students of the smallest school that the county gives figures of the year of."""
STAGE = 20  # of the county's streams of chance; one more for each year

MONDAY, FRIDAY, BEFORE_A_BREAK, WINTER = 0.22, 0.08, 0.40, 0.18
"""Added to the log of the chance to miss such a day, beside other days."""
WAVE, WAVE_DAYS = 1.1, 8
WAVES = MappingProxyType(
    {
        "2022-23": ("Maplewick", date(2022, 11, 28)),
        "2023-24": ("Rosehaven", date(2024, 1, 22)),
        "2024-25": ("Brindle Bay", date(2025, 1, 13)),
    }
)
"""Neighbourhood of the schools with a wave of illness in each year, and its first day."""
WORSE, BETTER = ("HC0005", 1.1), ("HC0003", -1.1)
"""School of the year under way, and what is added by the end of the year in proportion to it."""
LOW_INCOME_DECLINE = 0.5
"""The same for students of low income, in every school of the year under way."""
CHRONIC_DAYS = DAYS // 10
MEAN_BEYOND, MOST = 11.0, 130
LOW_INCOME = (0.36, 0.60)
"""Share of students of low income among those who are not and who are chronically absent."""


@dataclass(frozen=True, eq=False)
class SchoolYear:
    """One school in one year, all days.

    Attributes
    ----------
    absent : ndarray of bool, shape (students, days)
        Days up to the last that is known.
    low_income : ndarray of bool, shape (students,)
    """

    school: str
    absent: NDArray[np.bool_]
    low_income: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Year:
    """How likely a day is to be missed in one year."""

    name: str
    world: World

    @cached_property
    def dates(self) -> NDArray[np.datetime64]:
        """Give all school days, shape (days,)."""
        return MadeDistrict(days=DAYS, first=FIRST_DAYS[self.name]).dates.astype("datetime64[D]")

    @property
    def known(self) -> int:
        """Count the days that have come."""
        last = np.datetime64(LAST_DAY, "D")
        return int((self.dates <= last).sum()) if self.name == UNDER_WAY else DAYS

    @cached_property
    def common(self) -> Array:
        """Log weight of each day in every school."""
        weekday = (self.dates.astype(np.int64) + 3) % 7
        gap = np.diff(self.dates.astype(np.int64), append=self.dates.astype(np.int64)[-1] + 1)
        winter = np.sin(np.pi * np.arange(DAYS) / (DAYS - 1)) ** 2
        weight = MONDAY * (weekday == 0) + FRIDAY * (weekday == 4) + WINTER * winter
        return np.asarray(weight + BEFORE_A_BREAK * (gap > 4), dtype=np.float64)

    def of_school(self, school: str, neighbourhood: str) -> Array:
        """Log weight of each day in one school."""
        weight = self.common.copy()
        where, first = WAVES.get(self.name, ("", LAST_DAY))
        if neighbourhood == where:
            since = np.searchsorted(self.dates, np.datetime64(first, "D"))
            weight[since : since + WAVE_DAYS] += WAVE
        if self.name == UNDER_WAY:
            for planted, change in (WORSE, BETTER):
                weight += change * (school == planted) * np.arange(DAYS) / (DAYS - 1)
        return weight

    def draw(self) -> list[SchoolYear]:
        """Draw all schools that sent in figures."""
        rng = self.world.chance(STAGE + YEARS.index(self.name))
        table, absence = self.world.schools.table, self.world.absence
        at = absence.enrolled.shape[1] - 1
        if self.name != UNDER_WAY:
            at = OF_PANEL.index(self.name)
        found = []
        for row, (school, words) in enumerate(table.iterrows()):
            students, chronic = int(absence.enrolled[row, at]), int(absence.chronic[row, at])
            if students < LEAST:
                continue
            if self.name == UNDER_WAY:
                chronic = int(rng.binomial(students, (chronic + 1) / (students + 4)))
            weight = self.of_school(str(school), str(words["neighbourhood"]))
            is_chronic = rng.permutation(students) < chronic
            found.append(self._school(str(school), is_chronic, weight, rng))
        return found

    def _school(
        self,
        school: str,
        is_chronic: NDArray[np.bool_],
        weight: Array,
        rng: np.random.Generator,
    ) -> SchoolYear:
        """Draw each student's days missed, and on which days of the year they fall."""
        size = is_chronic.size
        low = rng.random(size) < np.where(is_chronic, LOW_INCOME[1], LOW_INCOME[0])
        many = CHRONIC_DAYS + rng.geometric(1 / MEAN_BEYOND, size) - 1
        few = np.floor(CHRONIC_DAYS * rng.beta(1.2, 1.7, size))
        missed = np.where(is_chronic, np.minimum(many, MOST), few)
        log = np.broadcast_to(weight, (size, DAYS)).copy()
        if self.name == UNDER_WAY:
            log += LOW_INCOME_DECLINE * low[:, None] * np.arange(DAYS) / (DAYS - 1)
            # Trends and waves add days in the year under way; elsewhere they only move them.
            change = np.exp(log - self.common).mean(axis=1)
            missed = np.minimum(np.round(missed * change), MOST)
        # Exponential times of rate exp(log): the first so many are a weighted draw without
        # replacement (Efraimidis and Spirakis 2006).
        times = rng.standard_exponential((size, DAYS)) / np.exp(log)
        order = np.argsort(np.argsort(times, axis=1), axis=1)
        absent = (order < missed[:, None])[:, : self.known]
        return SchoolYear(school, absent, low)


def student_months(year: Year, schools: list[SchoolYear]) -> pd.DataFrame:
    """Count each student's days up to the end of each month; it stays in memory.

    Returns
    -------
    DataFrame
        A row a student and month: `place`, `month`, `tier`, `band`, `students`, `enrolled`,
        `possible`, `absent`, `low_income`.
    """
    month = year.dates[: year.known].astype("datetime64[M]").astype(np.int64)
    numbers, ends = np.unique(month, return_index=True)
    ends = np.append(ends[1:], month.size)
    signal = ends[np.searchsorted(ends, 10)]
    parts = []
    for each in schools:
        band = np.digitize(each.absent[:, :signal].sum(axis=1), [2, 5])
        starts = np.concatenate([[0], ends[:-1]])
        for number, start, end in zip(numbers, starts, ends, strict=True):
            so_far = each.absent[:, :end].sum(axis=1)
            tier = (20 * so_far >= end).astype(int) + (10 * so_far >= end) + (5 * so_far >= end)
            part = {
                "place": each.school,
                "month": (1970 + number // 12) * 100 + number % 12 + 1,
                "tier": tier,
                "band": band,
                "students": 1,
                "enrolled": 1,
                "possible": end - start,
                "absent": each.absent[:, start:end].sum(axis=1),
                "low_income": pd.Series(each.low_income).map({True: "yes"}),
            }
            parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def school_days(year: Year, schools: list[SchoolYear]) -> pd.DataFrame:
    """Count each school's days: `place`, `date`, `enrolled`, `absent`."""
    dates = year.dates[: year.known].astype(str)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "place": each.school,
                    "date": dates,
                    "enrolled": len(each.absent),
                    "absent": each.absent.sum(axis=0),
                }
            )
            for each in schools
        ],
        ignore_index=True,
    )
