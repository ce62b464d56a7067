"""What of the counts may be written: the gate over schools, groups, days, weeks and months at once.

A reader is taken to know every figure that is written, how figures add up, by how much a district
differs from the sum of its schools, and what was written of earlier months.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analytics.disclosure import Policy
from analytics.disclosure.cells import Cells, add_up, disclosed, hide

EVERYONE = "all"
TIERS = ("tier_0_5", "tier_5_10", "tier_10_20", "tier_20")
BANDS = ("band_0_1", "band_2_4", "band_5")
STUDENTS = ("enrolled", "students", "chronic", *TIERS, *BANDS)
DAYS = ("possible", "absent")
ROW = ["kind", "place", "group"]
Key = tuple[Hashable, ...]


@dataclass
class Builder:
    """Cells one after the other, by name."""

    at: dict[Key, int] = field(default_factory=dict)
    cells: list[tuple[float, int, float, bool, bool, bool, bool, float, float]] = field(
        default_factory=list
    )
    sums: list[tuple[list[int], list[float]]] = field(default_factory=list)

    def add(
        self,
        key: Key,
        value: float,
        *,
        whole: Key | None = None,
        unit: float = 1.0,
        shown: bool = True,
        must: bool = False,
        held: bool = False,
        given: bool = False,
        lower: float = 0.0,
    ) -> None:
        """Add a cell; see `analytics.disclosure.cells.Cells`."""
        self.at[key] = len(self.cells)
        part = -1 if whole is None else self.at[whole]
        weight = (3.0 if EVERYONE in key else 1.0) * (4.0 if key[-1] == "chronic" else 1.0)
        self.cells.append((value, part, unit, shown, must, held, given, lower, weight))

    def add_up(self, parts: Sequence[Key], whole: Key) -> None:
        """Let parts add up to a whole, or differ from it by what a reader knows."""
        members = [self.at[each] for each in parts]
        self.sums.append(([*members, self.at[whole]], [1.0] * len(members) + [-1.0]))

    def made(self) -> Cells:
        """Give the cells."""
        value, whole, unit, shown, must, held, given, lower, weight = (
            np.array(each) for each in zip(*self.cells, strict=True)
        )
        sums = add_up(self.sums, value.size)
        return Cells(value, whole, unit, shown, must, held, given, lower, weight, sums)


@dataclass(frozen=True, eq=False)
class Month:
    """The counts of a district in one month.

    Attributes
    ----------
    rows : DataFrame
        Index kind ("school", "district"), place, group; `STUDENTS` (bands only where the September
        signal ends, else empty) and `DAYS` (in units).
    days : DataFrame
        Index kind, place, date; `week` and `DAYS`, of all students.
    columns : mapping of str to str
        To which column of the records a group belongs.
    parts : int
        Units of a day.
    """

    rows: pd.DataFrame
    days: pd.DataFrame
    columns: Mapping[str, str]
    parts: int


@dataclass(frozen=True, eq=False)
class Before:
    """What is known of earlier releases and months.

    Attributes
    ----------
    shown : mapping of key to float
        Figures of this month that an earlier release gave.
    hidden : set of key
        Figures of this month that an earlier release hid.
    counted : mapping of row to float
        Students so far as an earlier month showed them: they can only have become more.
    closed : set of row
        Rows whose students were hidden in an earlier month: shown again they would tell of then.
    """

    shown: Mapping[Key, float] = field(default_factory=dict)
    hidden: frozenset[Key] = frozenset()
    counted: Mapping[Key, float] = field(default_factory=dict)
    closed: frozenset[Key] = frozenset()


@dataclass(frozen=True, eq=False)
class Gated:
    """Figures that may be written, by key; and what was found of those that may not.

    Attributes
    ----------
    shown : dict of key to float
    hidden : set of key
    disclosed : tuple of key
        Hidden figures that could be worked out: empty, or nothing is written.
    """

    shown: dict[Key, float]
    hidden: frozenset[Key]
    disclosed: tuple[Key, ...]


def gate(month: Month, before: Before, policy: Policy) -> Gated:
    """Choose what may be written of a month.

    Parameters
    ----------
    month : Month
    before : Before
    policy : Policy

    Returns
    -------
    Gated
        Keys are (kind, place, group, measure), and (kind, place, "day" or "week", date, measure).
        The choice is audited: students first, then days, of which none is shown where the students
        of the row are hidden.
    """
    first = _Release(_students(month, before), policy)
    closed = {key[:3] for key in first.hidden if key[3] == "enrolled"}
    second = _Release(_days(month, before, closed), policy)
    return Gated(
        {**first.shown, **second.shown},
        first.hidden | second.hidden,
        (*first.disclosed, *second.disclosed),
    )


class _Release:
    """Cells of one kind, chosen and audited."""

    def __init__(self, builder: Builder, policy: Policy) -> None:
        cells = builder.made()
        hidden = hide(cells, policy)
        keys = list(builder.at)
        shown = np.flatnonzero(~hidden)
        self.shown = {keys[at]: float(cells.value[at]) for at in shown}
        secret = np.flatnonzero(hidden & cells.shown)
        self.hidden = frozenset(keys[at] for at in secret)
        self.disclosed = tuple(keys[at] for at in disclosed(cells, hidden, policy))

    def gated(self) -> Gated:
        return Gated(self.shown, self.hidden, self.disclosed)


def _students(month: Month, before: Before) -> Builder:
    """State the cells of students: enrolled, so far, tiers, bands."""
    build = Builder()
    for row, values in month.rows.iterrows():
        closed = row in before.closed
        for name in _measures(row, values):
            key = (*row, name)
            whole = None if name in ("enrolled", "students") else (*row, "students")
            known = before.counted.get(row, 0.0) if name == "students" else 0.0
            must = closed and name != "enrolled"
            given = before.shown.get(key) == values[name]
            build.add(
                key,
                values[name],
                whole=whole,
                must=must,
                held=key in before.hidden,
                given=given,
                lower=min(known, values[name]),
            )
        for parts in (TIERS, BANDS):
            if (*row, parts[0]) in build.at:
                build.add_up([(*row, name) for name in parts], (*row, "students"))
        if (*row, TIERS[0]) in build.at:
            build.add_up([(*row, name) for name in TIERS[2:]], (*row, "chronic"))
    _groups_add_up(build, month, STUDENTS, 1.0, dict.fromkeys(STUDENTS[2:], "students"))
    _districts_add_up(build, month, STUDENTS)
    return build


def _measures(row: Key, values: pd.Series) -> list[str]:
    """Name the measures of a row: tiers of groups are for districts."""
    broad = row[0] == "district" or row[2] == EVERYONE
    names = STUDENTS if broad else STUDENTS[:3]
    return [name for name in names if not np.isnan(values[name])]


def _days(month: Month, before: Before, closed: set[Key]) -> Builder:
    """State the cells of days: months by group, weeks and days of all students."""
    build, unit = Builder(), float(month.parts)

    def add(key: Key, values: pd.Series, must: bool) -> None:
        for name in DAYS:
            own = (*key, name)
            build.add(
                own,
                values[name],
                whole=(*key, "possible") if name == "absent" else None,
                unit=unit,
                must=must,
                held=own in before.hidden,
                given=before.shown.get(own) == values[name],
            )

    for row, values in month.rows.iterrows():
        add(row, values, row in closed)
    days = month.days.reset_index()
    weeks = days.groupby(["kind", "place", "week"])[list(DAYS)].sum().reset_index()
    for label, table, date in (("week", weeks, "week"), ("day", days, "date")):
        for _, values in table.iterrows():
            row = (values["kind"], values["place"], EVERYONE)
            add((*row[:2], label, values[date]), values, row in closed)
    for name in DAYS:
        for (kind, place, week), rows in days.groupby(["kind", "place", "week"]):
            each = [(kind, place, "day", date, name) for date in rows["date"]]
            build.add_up(each, (kind, place, "week", week, name))
        for (kind, place), rows in weeks.groupby(["kind", "place"]):
            each = [(kind, place, "week", week, name) for week in rows["week"]]
            build.add_up(each, (kind, place, EVERYONE, name))
    _groups_add_up(build, month, DAYS, unit, {"absent": "possible"})
    _districts_add_up(build, month, DAYS)
    for label, table, date in (("week", weeks, "week"), ("day", days, "date")):
        for when, rows in table.groupby(date):
            district = rows.loc[rows["kind"].eq("district"), "place"]
            for name in DAYS:
                schools = rows.loc[rows["kind"].eq("school"), "place"]
                each = [("school", place, label, when, name) for place in schools]
                build.add_up(each, ("district", district.iloc[0], label, when, name))
    return build


def _groups_add_up(
    build: Builder, month: Month, names: Sequence[str], unit: float, wholes: Mapping[str, str]
) -> None:
    """Let each group and those not of it, and the groups of a column, add up to all students."""
    for (kind, place), rows in month.rows.groupby(level=["kind", "place"], sort=False):
        everyone = (kind, place, EVERYONE)
        values = rows.droplevel(["kind", "place"])
        groups = [group for group in values.index if group != EVERYONE]
        by_column: dict[str, list[str]] = {}
        for group in groups:
            by_column.setdefault(month.columns[group], []).append(group)
            left = values.loc[EVERYONE] - values.loc[group]
            _rest(build, everyone, [group], left, (names, unit, wholes))
        for members in (each for each in by_column.values() if len(each) > 1):
            left = values.loc[EVERYONE] - values.loc[members].sum()
            _rest(build, everyone, members, left, (names, unit, wholes))


def _rest(
    build: Builder,
    everyone: Key,
    groups: Sequence[str],
    left: pd.Series,
    of: tuple[Sequence[str], float, Mapping[str, str]],
) -> None:
    """Add the students who are in none of some groups, which nobody shows but all can reckon."""
    names, unit, wholes = of
    rest = (*everyone[:2], "not", *groups)
    for name in names:
        members = [(*everyone[:2], group, name) for group in groups]
        if any(each not in build.at for each in [*members, (*everyone, name)]):
            continue
        whole = (*rest, wholes[name]) if name in wholes else None
        build.add((*rest, name), left[name], whole=whole, unit=unit, shown=False)
        build.add_up([*members, (*rest, name)], (*everyone, name))


def _districts_add_up(build: Builder, month: Month, names: Sequence[str]) -> None:
    """Let schools add up to their district, but for what students of several schools make."""
    table = month.rows.index.to_frame(index=False)
    for group, rows in table.groupby("group", sort=False):
        district = rows.loc[rows["kind"].eq("district"), "place"]
        schools = rows.loc[rows["kind"].eq("school"), "place"]
        for name in names:
            whole = ("district", district.iloc[0], group, name)
            each = [("school", place, group, name) for place in schools]
            if whole in build.at and each and all(one in build.at for one in each):
                build.add_up(each, whole)


def gate_transitions(
    counts: pd.DataFrame, everyone: pd.Series, known: Mapping[Key, bool], policy: Policy
) -> Gated:
    """Choose what may be written of what became of each band of the September signal.

    Parameters
    ----------
    counts : DataFrame
        Of one district: index band (-1: came later), `students`, `chronic`.
    everyone : Series
        `students` and `chronic` of the last month.
    known : mapping of key to bool
        Whether readers have each band's students, by (band,), and those two figures, by name.
    policy : Policy

    Returns
    -------
    Gated
        Keys (band, measure).
    """
    build = Builder()
    for name in ("students", "chronic"):
        whole = None if name == "students" else (EVERYONE, "students")
        sure = known[name,]
        build.add((EVERYONE, name), everyone[name], whole=whole, must=not sure, given=sure)
    for band, row in counts.iterrows():
        later = band < 0
        own = (band, "students")
        sure = not later and known[band,]
        build.add(own, row["students"], shown=not later, must=not sure, given=sure)
        build.add((band, "chronic"), row["chronic"], whole=own, shown=not later)
    for name in ("students", "chronic"):
        build.add_up([(band, name) for band in counts.index], (EVERYONE, name))
    return _Release(build, policy).gated()
