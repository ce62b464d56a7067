"""The cells of a gate, one after the other, and what a reader knows before."""

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
Cell = tuple[float, int, float, bool, bool, bool, bool, float, float, bool]


@dataclass
class Builder:
    """Cells by name.

    Attributes
    ----------
    at : dict of key to int
    cells : list of tuple
        In the order of `analytics.disclosure.cells.Cells`, `slack` last.
    sums : list of (positions, signs)
    """

    at: dict[Key, int] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
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
        slack: bool = False,
    ) -> None:
        """Add a cell; see `analytics.disclosure.cells.Cells`."""
        self.at[key] = len(self.cells)
        part = -1 if whole is None else self.at[whole]
        if part >= 0:  # records that were put right since the whole was given
            value = min(value, self.cells[part][0])
        weight = (3.0 if EVERYONE in key else 1.0) * (4.0 if key[-1] == "chronic" else 1.0)
        self.cells.append((value, part, unit, shown, must, held, given, lower, weight, slack))

    def value(self, key: Key) -> float:
        """Give the value of a cell."""
        return self.cells[self.at[key]][0]

    def hold(self, key: Key) -> None:
        """Mark a cell as hidden before."""
        self.cells[self.at[key]] = (
            *self.cells[self.at[key]][:5],
            True,
            *self.cells[self.at[key]][6:],
        )

    def add_up(self, parts: Sequence[Key], *wholes: Key) -> None:
        """Let parts add up to one or several wholes, or differ by what a reader knows."""
        members = [self.at[each] for each in (*parts, *wholes)]
        self.sums.append((members, [1.0] * len(parts) + [-1.0] * len(wholes)))

    def take(self, other: Builder, prefix: Key) -> None:
        """Take over all cells of another, their names after a prefix."""
        start = len(self.cells)
        self.at |= {(*prefix, *key): start + at for key, at in other.at.items()}
        for value, part, *more in other.cells:
            cell = (value, part + start if part >= 0 else -1, *more)
            self.cells.append(cell)  # type: ignore[arg-type]
        self.sums += [([start + at for at in cells], signs) for cells, signs in other.sums]

    def made(self) -> Cells:
        """Give the cells."""
        value, whole, unit, shown, must, held, given, lower, weight, slack = (
            np.array(each) for each in zip(*self.cells, strict=True)
        )
        sums = add_up(self.sums, value.size)
        return Cells(value, whole, unit, shown, must, held, given, lower, weight, sums, slack)


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
    each : DataFrame, optional
        Index group: the rows of the district if students of several schools counted at each; left
        out where its rows are so already.
    """

    rows: pd.DataFrame
    days: pd.DataFrame
    columns: Mapping[str, str]
    parts: int
    each: pd.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class Before:
    """What is known of earlier releases and months.

    Attributes
    ----------
    shown : mapping of key to float
        Figures of this month that an earlier release gave: they are given again, whatever the
        records say now, for both together could tell of those whose records were put right.
    hidden : set of key
        Figures of this month that an earlier release hid.
    counted : mapping of row to float
        Students so far as an earlier month or release showed them: they can only have become more.
    closed : set of row
        Rows whose students were hidden in an earlier month: shown again they would tell of then.
    until : set of (kind, place, label, date, through)
        Figures of the month ("month") or a week ("week") up to a day that an earlier release gave
        while it went on.
    """

    shown: Mapping[Key, float] = field(default_factory=dict)
    hidden: frozenset[Key] = frozenset()
    counted: Mapping[Key, float] = field(default_factory=dict)
    closed: frozenset[Key] = frozenset()
    until: frozenset[Key] = frozenset()

    def value(self, key: Key, now: float) -> float:
        """Give the figure that is to be written."""
        return self.shown.get(key, now)


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


def released(builder: Builder, policy: Policy) -> Gated:
    """Choose the cells that may be shown, and audit the choice."""
    cells = builder.made()
    hidden = hide(cells, policy)
    keys = list(builder.at)
    shown = np.flatnonzero(~hidden)
    secret = np.flatnonzero(hidden & cells.shown)
    return Gated(
        {keys[at]: float(cells.value[at]) for at in shown},
        frozenset(keys[at] for at in secret),
        tuple(keys[at] for at in disclosed(cells, hidden, policy)),
    )


def groups_add_up(
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
    nobody = len(groups) > 1 and not left[list(names)].any()
    for name in names:
        members = [(*everyone[:2], group, name) for group in groups]
        if any(each not in build.at for each in [*members, (*everyone, name)]):
            continue
        if nobody:  # girls and boys are everybody, as readers know
            build.add_up(members, (*everyone, name))
            continue
        whole = (*rest, wholes[name]) if name in wholes else None
        build.add((*rest, name), left[name], whole=whole, unit=unit, shown=False)
        build.add_up([*members, (*rest, name)], (*everyone, name))


def district_adds_up(
    build: Builder, schools: Sequence[Key], district: Key, names: Sequence[str]
) -> None:
    """Let rows of schools differ from their district by what a reader knows.

    That is what students of several schools make.
    """
    for name in names:
        each, whole = [(*row, name) for row in schools], (*district, name)
        if each and all(one in build.at for one in [*each, whole]):
            build.add_up(each, whole)
