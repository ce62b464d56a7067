"""What of the counts may be written: the gate over schools, groups, days, weeks and months at once.

A reader is taken to know every figure that is written, how figures add up, by how much a district
differs from the sum of its schools, and all that was written before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analytics.disclosure import Policy
from data.rollup.cells import (
    BANDS,
    DAYS,
    EVERYONE,
    STUDENTS,
    TIERS,
    Before,
    Builder,
    Gated,
    Key,
    Month,
    district_adds_up,
    groups_add_up,
    released,
)


def gate(month: Month, before: Before, policy: Policy) -> Gated:
    """Choose what may be written of a month by itself.

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
    first = released(students(month, before), policy)
    second = gate_days(month, before, closed_by(first.hidden), policy)
    return Gated(
        {**first.shown, **second.shown},
        first.hidden | second.hidden,
        (*first.disclosed, *second.disclosed),
    )


def gate_days(month: Month, before: Before, closed: set[Key], policy: Policy) -> Gated:
    """Choose what may be written of days; none is of rows whose students are hidden (`closed`)."""
    return released(days(month, before, closed), policy)


def closed_by(hidden: frozenset[Key]) -> set[Key]:
    """Give the rows of which no days are shown."""
    return {key[:3] for key in hidden if key[3] == "enrolled"}


def students(month: Month, before: Before) -> Builder:
    """State the cells of students: enrolled, so far, tiers, bands."""
    build = Builder()
    for row, values in month.rows.iterrows():
        closed = row in before.closed
        for name in _measures(row, values):
            key = (*row, name)
            whole = None if name in ("enrolled", "students") else (*row, "students")
            known = before.counted.get(row, 0.0) if name == "students" else 0.0
            build.add(
                key,
                before.value(key, values[name]),
                whole=whole,
                must=closed and name != "enrolled",
                held=key in before.hidden,
                given=key in before.shown,
                lower=min(known, values[name]),
            )
        for parts in (TIERS, BANDS):
            if (*row, parts[0]) in build.at:
                build.add_up([(*row, name) for name in parts], (*row, "students"))
        if (*row, TIERS[0]) in build.at:
            build.add_up([(*row, name) for name in TIERS[2:]], (*row, "chronic"))
    groups_add_up(build, month, STUDENTS, 1.0, dict.fromkeys(STUDENTS[2:], "students"))
    _districts_add_up(build, month, STUDENTS)
    return build


def _measures(row: Key, values: pd.Series) -> list[str]:
    """Name the measures of a row: tiers of groups are for districts."""
    broad = row[0] == "district" or row[2] == EVERYONE
    names = STUDENTS if broad else STUDENTS[:3]
    return [name for name in names if not np.isnan(values[name])]


def days(month: Month, before: Before, closed: set[Key]) -> Builder:
    """State the cells of days: months by group, weeks and days of all students."""
    build, unit = Builder(), float(month.parts)

    def add(key: Key, values: pd.Series, must: bool) -> None:
        for name in DAYS:
            own = (*key, name)
            build.add(
                own,
                before.value(own, values[name]),
                whole=(*key, "possible") if name == "absent" else None,
                unit=unit,
                must=must,
                held=own in before.hidden,
                given=own in before.shown,
            )

    for row, values in month.rows.iterrows():
        add(row, values, row in closed)
    table = month.days.reset_index()
    weeks = table.groupby(["kind", "place", "week"])[list(DAYS)].sum().reset_index()
    dated = (("week", weeks, "week"), ("day", table, "date"))
    for label, rows, date in dated:
        for _, values in rows.iterrows():
            row = (values["kind"], values["place"], EVERYONE)
            add((*row[:2], label, values[date]), values, row in closed)
    _weeks_add_up(build, table, weeks)
    _known_until(build, table, before, unit)
    groups_add_up(build, month, DAYS, unit, {"absent": "possible"})
    _districts_add_up(build, month, DAYS)
    for label, rows, date in dated:
        for when, here in rows.groupby(date):
            each = here.set_index("kind")["place"]
            schools: list[Key] = [("school", place, label, when) for place in each.loc[["school"]]]
            district = ("district", each["district"], label, when)
            district_adds_up(build, schools, district, DAYS)
    return build


def _weeks_add_up(build: Builder, days: pd.DataFrame, weeks: pd.DataFrame) -> None:
    """Let days add up to their week, and weeks to their month."""
    for name in DAYS:
        for (kind, place, week), rows in days.groupby(["kind", "place", "week"]):
            each = [(kind, place, "day", date, name) for date in rows["date"]]
            build.add_up(each, (kind, place, "week", week, name))
        for (kind, place), rows in weeks.groupby(["kind", "place"]):
            each = [(kind, place, "week", week, name) for week in rows["week"]]
            build.add_up(each, (kind, place, EVERYONE, name))


def _known_until(build: Builder, days: pd.DataFrame, before: Before, unit: float) -> None:
    """Let the days up to an earlier release add up to what it gave of a week or month."""
    places = dict(iter(days.groupby(["kind", "place"])))
    for kind, place, label, date, through, name in sorted(before.until, key=str):
        rows = places.get((kind, place))
        if rows is None:
            continue
        own = rows[rows["date"].le(str(through))]
        own = own[own["week"].eq(date)] if label == "week" else own
        each: list[Key] = [(kind, place, "day", day, name) for day in own["date"]]
        if not each:
            continue
        key = (kind, place, "until", label, date, through, name)
        # The reader knows what these days come to, as it was given.
        build.add(key, sum(build.value(day) for day in each), unit=unit, given=True)
        build.add_up(each, key)


def _districts_add_up(build: Builder, month: Month, names: Sequence[str]) -> None:
    """Tie schools to their district, by group."""
    table = month.rows.index.to_frame(index=False)
    for group, rows in table.groupby("group", sort=False):
        district = rows.loc[rows["kind"].eq("district"), "place"].iloc[0]
        schools = rows.loc[rows["kind"].eq("school"), "place"]
        each: list[Key] = [("school", place, group) for place in schools]
        district_adds_up(build, each, ("district", district, group), names)


def year(
    months: Mapping[int, Builder],
    chosen: Mapping[int, Gated],
    bands: pd.DataFrame | None,
    signal: Mapping[str, float | None] | None = None,
) -> Builder:
    """Put the students of all months of a district together, and what became of each band.

    Parameters
    ----------
    months : mapping of int to Builder
        As `students`, in order.
    chosen : mapping of int to Gated
        What each month by itself hides: it stays hidden.
    bands : DataFrame, optional
        Index band (-1: came later): `students`, `chronic`, where the year is over.
    signal : mapping of str to float or None, optional
        Students of each band where the month of the signal was given before.

    Returns
    -------
    Builder
        Keys begin with the month, those of bands with 0: (0, "district", place, "band", band,
        measure). Students so far only become more from month to month.
    """
    build = Builder()
    for number, own in months.items():
        build.take(own, (number,))
        for key in chosen[number].hidden:
            build.hold((number, *key))
    last: dict[Key, Key] = {}
    for key in list(build.at):
        if key[-1] != "students":
            continue
        row = key[1:]
        if row in last:
            _more(build, last[row], key)
        last[row] = key
    if bands is not None:
        _bands(build, bands, max(months), signal or {})
    return build


def _more(build: Builder, earlier: Key, later: Key) -> None:
    """Say that a count did not fall from one month to another."""
    new = build.value(later) - build.value(earlier)
    key = (*later[:-1], "new", "students since")
    build.add(key, new, shown=False, slack=True, lower=min(0.0, new))
    build.add_up([earlier, key], later)


def _bands(
    build: Builder, bands: pd.DataFrame, last: int, given: Mapping[str, float | None]
) -> None:
    """State the cells of what became of each band by the last month."""
    own = [key for key in build.at if key[0] == last and key[1] == "district"]
    place = own[0][1:3]
    wholes: list[Key] = []
    for band, name in enumerate(BANDS):
        now = [key for key in build.at if key[1:] == (*place, EVERYONE, name)]
        key = now[0] if now else (0, *place, "band", name, "students")
        if not now:
            was = given.get(name)
            value = float(bands["students"][band]) if was is None else was
            build.add(key, value, must=was is None, given=was is not None)
        build.add((0, *place, "band", name, "chronic"), float(bands["chronic"][band]), whole=key)
        wholes.append(key)
    came, later = ((0, *place, "later", name) for name in ("students", "chronic"))
    build.add(came, float(bands["students"][-1]), shown=False, slack=True)
    build.add_up([*wholes, came], (last, *place, EVERYONE, "students"))
    build.add(later, float(bands["chronic"][-1]), whole=came, shown=False)
    chronic = [(0, *place, "band", name, "chronic") for name in BANDS]
    build.add_up([*chronic, later], (last, *place, EVERYONE, "chronic"))
