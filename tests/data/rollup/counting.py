"""The same counts a second time, in plain Python over dense arrays, from the rules alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import ibis
import numpy as np
import pandas as pd

from data.rollup.made_district import GRADES, MadeDistrict
from data.rollup.presence import Inputs
from data.rollup.sheets import Rules

ONE, EACH = "one", "each"
Cell = tuple[Any, ...]


def inputs_of(made: MadeDistrict, connection: Any = None) -> Inputs:
    """The made district as tables in memory, or in a database."""
    parts = list(made.parts())
    records = pd.concat([part.records().to_pandas() for part in parts], ignore_index=True)
    units = (records.pop("absent") * 2).astype("int64")
    spells = pd.concat([part.spells() for part in parts], ignore_index=True)
    schools = pd.DataFrame({"school": made.names, "district": ONE})
    tables = {
        "attendance": records.assign(units=units),
        "enrolment": spells,
        "calendar": made.calendar(),
        "schools": schools,
    }
    return as_inputs(tables, connection)


def as_inputs(tables: dict[str, pd.DataFrame], connection: Any = None) -> Inputs:
    """Tables with dates as dates."""
    made = {}
    for name, table in tables.items():
        dates = [each for each in ("date", "first", "last") if each in table]
        table = table.assign(**{each: pd.to_datetime(table[each]).dt.date for each in dates})
        types = {
            column: "date"
            if column in dates
            else "int64"
            if column in ("units", "period")
            else "string"
            for column in table
        }
        if connection is None:
            made[name] = ibis.memtable(table, schema=ibis.schema(types))
        else:
            made[name] = connection.create_table(
                name, table, schema=ibis.schema(types), overwrite=True
            )
    return Inputs(**made)


def tier(absent: int, offered: int, rules: Rules) -> int:
    if offered < rules.minimum_days * rules.parts:
        return -1
    return int(sum(100 * absent >= percent * offered for percent in (5, 10, 20)))


def band(absent: int, offered: int, rules: Rules) -> int:
    if offered < rules.minimum_days * rules.parts:
        return -1
    return 0 if absent < 2 * rules.parts else 1 if absent <= 4 * rules.parts else 2


def last_signal_month(dates: Iterable[date]) -> int:
    count: Counter[int] = Counter(day.year * 100 + day.month for day in dates)
    gone = 0
    for month in sorted(count):
        gone += count[month]
        if gone >= 10:
            return month
    return 0


def truth(made: MadeDistrict, rules: Rules) -> dict[str, Counter[Cell]]:
    """Every count of schools and of the district.

    `counts`: (place, month, group column, group, tier, band) -> students; `enrolled`, `possible`,
    `absent` by (place, month, group column, group); `day_enrolled`, `day_absent` by (place, date).
    """
    dates = made.dates.astype("datetime64[D]").astype(object)
    months = np.array([day.year * 100 + day.month for day in dates])
    signal = last_signal_month(dates)
    out: dict[str, Counter[Cell]] = defaultdict(Counter)
    for part in made.parts():
        for row in range(part.student.size):
            where, away = part.school[row], part.absent[row]
            groups = [
                ("all", "all"),
                ("grade", str(GRADES[part.grade[row]])),
                ("sex", "female" if part.female[row] else "male"),
                ("low_income", "yes" if part.low_income[row] else ""),
            ]
            places = [
                (str(made.names[each]), where == each) for each in np.unique(where[where >= 0])
            ]
            places.append((ONE, where >= 0))
            for place, here in places:
                if not here.any():
                    continue
                _student(out, place, (here, away, dates, months), groups, signal, rules)
    return out


def with_each(counts: dict[str, Counter[Cell]]) -> dict[str, Counter[Cell]]:
    """Add the place `EACH`: the district if students of several schools counted at each."""
    out = {name: Counter(own) for name, own in counts.items()}
    for name, own in counts.items():
        for (place, *more), value in own.items():
            if place != ONE:
                out[name][(EACH, *more)] += value
    return out


def _student(
    out: dict[str, Counter[Cell]], place: str, days: Any, groups: Any, signal: int, rules: Rules
) -> None:
    here, away, dates, months = days
    for at in np.flatnonzero(here):
        out["day_enrolled"][place, dates[at]] += 1
        out["day_absent"][place, dates[at]] += int(away[at])
    gone = (here & (months <= signal)).sum() * rules.parts
    own = band(int(away[here & (months <= signal)].sum()), int(gone), rules)
    if not (here & (months <= signal)).any():
        own = -1
    for month in sorted({int(each) for each in months[np.flatnonzero(here)[0] :]}):
        if month < months[np.flatnonzero(here)[0]]:
            continue
        until, now = here & (months <= month), here & (months == month)
        reached = tier(int(away[until].sum()), int(until.sum()) * rules.parts, rules)
        for column, group in groups:
            cell = (place, month, column, group)
            out["counts"][(*cell, reached, own if month >= signal else -1)] += 1
            out["enrolled"][cell] += bool(now.any())
            out["possible"][cell] += int(now.sum()) * rules.parts
            out["absent"][cell] += int(away[now].sum())
