"""What is counted, as ibis expressions: the same on DuckDB, PostgreSQL and Spark.

All is whole numbers: a day is `parts` units. Months are written 202509. `place` is a school, or a
district, where a student of several schools counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

NOBODY = -1
"""Tier of students who have not been enrolled for the minimum of days."""
TIERS = (20, 10, 5)
"""A tier ends where this many times the absence is the enrolment: 5, 10 and 20 %."""


@dataclass(frozen=True)
class Inputs:
    """Records as they are read.

    Attributes
    ----------
    attendance : Table
        `student`, `school`, `date`, `units` (units of the day that were missed), and `period` where
        a row is a period.
    enrolment : Table
        `student`, `school`, `first`, `last` (both in, neither empty), a column a group.
    calendar : Table
        `school`, `date`, each once.
    schools : Table
        `school`, `district`, each school once.
    moved : Table, optional
        Students of several schools in a district, `student`, `district`, where they are found
        already: of all schools, where the other tables are of some.
    """

    attendance: ir.Table
    enrolment: ir.Table
    calendar: ir.Table
    schools: ir.Table
    moved: ir.Table | None = None

    def of(self, schools: Sequence[str]) -> Inputs:
        """Keep some schools."""

        def kept(table: ir.Table) -> ir.Table:
            return table.filter(table.school.isin(list(schools)))

        return Inputs(
            kept(self.attendance),
            kept(self.enrolment),
            kept(self.calendar),
            kept(self.schools),
            self.moved,
        )

    def in_districts(self, districts: Sequence[str]) -> Inputs:
        """Keep the students of several schools in some districts, with all their schools."""
        own = movers(self)
        own = own.filter(own.district.isin(list(districts)))
        schools = self.schools.filter(self.schools.district.isin(list(districts)))
        attendance = self.attendance.semi_join(own, "student").semi_join(schools, "school")
        enrolment = self.enrolment.semi_join(own, "student").semi_join(schools, "school")
        calendar = self.calendar.semi_join(schools, "school")
        return Inputs(attendance, enrolment, calendar, schools, own)


@dataclass(frozen=True)
class Rules:
    """By which rules is counted.

    Attributes
    ----------
    groups : tuple of str
        Columns of `enrolment`.
    parts, minimum_days : int
        See `data.rollup.settings.Settings`.
    most : bool
        Of two different records of a day the one with more absence holds, else the one with less.
    day_rule : str
        "" where a row is a day; see `data.rollup.settings.Attendance`.
    repeats : bool
        Some student, school and day may have several records. Where there are none the result is
        the same, sooner.
    """

    groups: tuple[str, ...] = ()
    parts: int = 2
    minimum_days: int = 10
    most: bool = True
    day_rule: str = ""
    repeats: bool = True


FIRST_DAYS = 10
"""The September signal ends with the month in which a place has its tenth day of school."""
FEW, MANY = 2, 4
"""Bands of the signal: fewer than 2 days missed, 2 to 4, more than 4 (Olson 2014)."""


def month_of(date: ir.Value) -> ir.Value:
    """Write the month of a date as a whole number."""
    return (date.year() * 100 + date.month()).cast("int64")


def days(inputs: Inputs, rules: Rules) -> ir.Table:
    """Give one record a student, school and day: `student`, `school`, `date`, `units`.

    `records` says how many there were, `differ` how many of those say something else.
    """
    table = inputs.attendance
    keys = ["student", "school", "date"]
    if rules.day_rule:
        table = _one_each(table, [*keys, "period"], rules)
        missed = (table.units >= rules.parts).ifelse(1, 0).sum()
        recorded = table.count()
        wanted = {"half": missed * 2 >= recorded, "any": missed > 0, "all": missed == recorded}
        whole = wanted[rules.day_rule].ifelse(rules.parts, 0).cast("int64")
        return table.group_by(keys).agg(
            units=whole,
            records=table.records.sum().cast("int64"),
            differ=table.differ.sum().cast("int64"),
            doubled=(table.records - 1).sum().cast("int64"),
        )
    if rules.repeats:
        return _one_each(table, keys, rules)
    return table.mutate(records=_whole(1), differ=_whole(0), doubled=_whole(0))


def _whole(number: int) -> ir.Value:
    return ibis.literal(number, "int64")


def _one_each(table: ir.Table, keys: list[str], rules: Rules) -> ir.Table:
    """Bring several records of the same keys to one."""
    least, most = table.units.min(), table.units.max()
    count = table.count().cast("int64")
    return table.group_by(keys).agg(
        units=(most if rules.most else least).cast("int64"),
        records=count,
        doubled=count - 1,
        differ=(least != most).ifelse(1, 0).cast("int64"),
    )


def absences(inputs: Inputs, rules: Rules) -> ir.Table:
    """Give the days on which students were absent and enrolled: as `days`, with `month`."""
    table = days(inputs, rules)
    table = table.filter(table.units > 0)
    spell = inputs.enrolment.select("student", "school", "first", "last")
    on = ["student", "school", table.date >= spell.first, table.date <= spell["last"]]
    found = table.join(spell, on)
    return found.select("student", "school", "date", "units", month=month_of(found.date))


def account(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count records: read, left over as copies, in conflict, and absences as they are recorded."""
    table = days(inputs, rules)
    absent = (table.units > 0).ifelse(1, 0)
    return table.agg(
        records=table.records.sum().fill_null(0).cast("int64"),
        copies=table.doubled.sum().fill_null(0).cast("int64"),
        conflicts=table.differ.sum().fill_null(0).cast("int64"),
        absences=absent.sum().fill_null(0).cast("int64"),
    )


def repeated(inputs: Inputs) -> ir.Table:
    """Count months of a student in which some day has several records: `months`.

    Each day is a power of two: their sum is what they give together, bit by bit, only where no day
    comes twice. (Spark has no such sum in ibis; the counts are the same without knowing.)
    """
    table = inputs.attendance
    bit = _whole(1) << table.date.day().cast("int64")
    month = table.mutate(month=month_of(table.date), bit=bit)
    month = month.group_by(["student", "school", "month"]).agg(
        sum=month.bit.sum(), together=month.bit.bit_or()
    )
    return month.agg(months=(month["sum"] != month.together).ifelse(1, 0).sum().fill_null(0))


def movers(inputs: Inputs) -> ir.Table:
    """Give students of several schools in a district: `student`, `district`."""
    if inputs.moved is not None:
        return inputs.moved
    spell = inputs.enrolment.join(inputs.schools, "school")
    pair = spell.select("student", "district", "school").distinct()
    many = pair.group_by(["student", "district"]).agg(schools=pair.count())
    return many.filter(many.schools > 1).select("student", "district")


def possible(inputs: Inputs) -> ir.Table:
    """Give the days of enrolment: `student`, `school`, `month`, `days`.

    A month that lies whole in a spell has all days of its calendar; others are counted day by day.
    """
    calendar = inputs.calendar.mutate(month=month_of(inputs.calendar.date))
    month = calendar.group_by(["school", "month"]).agg(
        begins=calendar.date.min(), ends=calendar.date.max(), days=calendar.count()
    )
    spell = inputs.enrolment.select("student", "school", "first", "last")
    both = spell.join(
        month, ["school", spell.first <= month.ends, spell["last"] >= month.begins]
    ).select("student", "school", "month", "begins", "ends", "days", "first", "last")
    whole = (both.first <= both.begins) & (both["last"] >= both.ends)
    full = both.filter(whole).select("student", "school", "month", days=both.days.cast("int64"))
    part = both.filter(~whole)
    within = ["school", "month", calendar.date >= part.first, calendar.date <= part["last"]]
    counted = part.drop("days").join(calendar, within)
    counted = counted.group_by(["student", "school", "month"]).agg(
        days=counted.count().cast("int64")
    )
    every = full.union(counted)
    return every.group_by(["student", "school", "month"]).agg(days=every.days.sum().cast("int64"))


def school_months(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count each student's months at a school: `place`, `student`, `month`, `possible`, `absent`.

    In units; a student has a row for each month of the school from the first one on.
    """
    missed = absences(inputs, rules)
    missed = missed.group_by(["student", "school", "month"]).agg(
        absent=missed.units.sum().cast("int64")
    )
    calendar = inputs.calendar
    month = calendar.select("school", month=month_of(calendar.date)).distinct()
    offered = possible(inputs)
    return _filled(
        offered.rename(place="school"),
        missed.rename(place="school"),
        month.rename(place="school"),
        rules,
    )


def mover_days(inputs: Inputs, rules: Rules) -> ir.Table:
    """Give each day of students of several schools once: `place`, `student`, `date`, `units`.

    Who is enrolled at two schools on one day and present at one of them was present.
    """
    own = movers(inputs)
    spell = inputs.enrolment.join(inputs.schools, "school").semi_join(own, ["student", "district"])
    spell = spell.select("student", "district", "school", "first", "last")
    calendar = inputs.calendar
    day = spell.join(
        calendar, ["school", calendar.date >= spell.first, calendar.date <= spell["last"]]
    ).select("student", "district", "school", "date")
    missed = absences(inputs, rules).select("student", "school", "date", "units")
    found = day.left_join(missed, ["student", "school", "date"])
    found = found.select("student", "district", "date", units=found.units.fill_null(0))
    return (
        found.group_by(["student", "district", "date"])
        .agg(units=found.units.min().cast("int64"))
        .rename(place="district")
    )


def mover_months(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count the months of students of several schools in the district, as `school_months`."""
    day = mover_days(inputs, rules)
    day = day.mutate(month=month_of(day.date))
    each = day.group_by(["place", "student", "month"])
    calendar = inputs.calendar.join(inputs.schools, "school")
    month = calendar.select(place=calendar.district, month=month_of(calendar.date)).distinct()
    offered = each.agg(days=day.count().cast("int64"))
    missed = each.agg(absent=day.units.sum().cast("int64"))
    return _filled(offered, missed, month, rules)


def _filled(offered: ir.Table, missed: ir.Table, month: ir.Table, rules: Rules) -> ir.Table:
    """Put together what was possible and what was missed, for every month from the first on."""
    since = offered.group_by(["place", "student"]).agg(since=offered.month.min())
    grid = since.join(month, ["place", month.month >= since.since])
    grid = grid.select("place", "student", "month")
    keys = ["place", "student", "month"]
    given = offered.select(*keys, "days")
    found = grid.left_join(given, keys).select(*keys, "days")
    lost = missed.select(*keys, "absent")
    both = found.left_join(lost, keys)
    return both.select(
        *keys,
        possible=(both.days.fill_null(0) * rules.parts).cast("int64"),
        absent=both.absent.fill_null(0).cast("int64"),
    )


def tier_of(absent: ir.Value, offered: ir.Value, rules: Rules) -> ir.Value:
    """Give the tier: 0 below 5 %, 1 below 10, 2 below 20, 3 from there on, `NOBODY` too few days.

    In whole numbers: chronically absent where `10 * absent >= possible`.
    """
    return ibis.cases(
        (offered < rules.minimum_days * rules.parts, NOBODY),
        *((absent * times < offered, tier) for tier, times in enumerate(TIERS)),
        else_=len(TIERS),
    ).cast("int64")


def signal_months(calendar: ir.Table) -> ir.Table:
    """Give the last month of the September signal: `place`, `signal`.

    Parameters
    ----------
    calendar : Table
        `place`, `date`, each once.
    """
    month = calendar.mutate(month=month_of(calendar.date))
    month = month.group_by(["place", "month"]).agg(days=month.count())
    until = ibis.window(group_by="place", order_by="month", preceding=None, following=0)
    month = month.mutate(gone=month.days.sum().over(until))
    enough = month.filter(month.gone >= FIRST_DAYS)
    return enough.group_by("place").agg(signal=enough.month.min())


def so_far(months: ir.Table, signal: ir.Table, rules: Rules) -> ir.Table:
    """Add what each student's days up to the end of the month come to.

    `tier`, see `tier_of`; `band` of the September signal (0, 1, 2; `NOBODY` for too few days).
    """
    until = ibis.window(
        group_by=["place", "student"], order_by="month", preceding=None, following=0
    )
    table = months.left_join(signal, "place").select(months, "signal")
    table = table.mutate(
        all_possible=table.possible.sum().over(until), all_absent=table.absent.sum().over(until)
    )
    band = ibis.cases(
        (table.all_possible < rules.minimum_days * rules.parts, NOBODY),
        (table.all_absent < FEW * rules.parts, 0),
        (table.all_absent <= MANY * rules.parts, 1),
        else_=2,
    )
    table = table.mutate(
        tier=tier_of(table.all_absent, table.all_possible, rules),
        own=(table.month == table.signal).ifelse(band, NOBODY),
    )
    whole = ibis.window(group_by=["place", "student"])
    table = table.mutate(band=table.own.max().over(whole).cast("int64"))
    return table.drop("all_possible", "all_absent", "signal", "own")


def attributes(inputs: Inputs, rules: Rules, *, by: str) -> ir.Table:
    """Give the groups of each student, of the last spell: `place`, `student`, a column a group."""
    spell = inputs.enrolment
    if by == "district":
        spell = spell.join(inputs.schools, "school")
    last = ibis.window(
        group_by=[by, "student"],
        order_by=[ibis.desc("first"), ibis.desc("last"), ibis.asc("school")],
    )
    ranked = spell.mutate(rank=ibis.row_number().over(last))
    chosen = ranked.filter(ranked["rank"] == 0)
    return chosen.select("student", *rules.groups, place=chosen[by])


def counted(months: ir.Table, marked: ir.Table, signal: ir.Table, rules: Rules) -> ir.Table:
    """Count students by place, month, groups, tier and band.

    Parameters
    ----------
    months : Table
        As `school_months`.
    marked : Table
        `place`, `student`, `mover` (1: the district counts the student by itself), groups.
    signal : Table
        As `signal_months`.

    Returns
    -------
    Table
        `place`, `month`, a column a group, `mover`, `tier`, `band`; `students`, `enrolled` (with
        days in the month), `possible`, `absent` (units of the month).
    """
    table = so_far(months, signal, rules).join(marked, ["place", "student"])
    return table.group_by(["place", "month", *rules.groups, "mover", "tier", "band"]).agg(
        students=table.count().cast("int64"),
        enrolled=(table.possible > 0).ifelse(1, 0).sum().cast("int64"),
        possible=table.possible.sum().cast("int64"),
        absent=table.absent.sum().cast("int64"),
    )


def school_counts(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count students of schools by month, groups, tier and band, see `counted`."""
    groups = attributes(inputs, rules, by="school")
    again = movers(inputs).join(inputs.schools, "district")
    again = again.select("student", place=again.school, moved=_whole(1))
    marked = groups.left_join(again, ["place", "student"])
    marked = marked.select("place", "student", *rules.groups, mover=marked.moved.fill_null(0))
    signal = signal_months(inputs.calendar.rename(place="school"))
    return counted(school_months(inputs, rules), marked, signal, rules)


def mover_counts(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count students of several schools once in their district, see `counted`."""
    groups = attributes(inputs, rules, by="district").mutate(mover=_whole(1))
    signal = signal_months(district_calendar(inputs))
    return counted(mover_months(inputs, rules), groups, signal, rules)


def district_calendar(inputs: Inputs) -> ir.Table:
    """Give the days on which some school of a district is open: `place`, `date`."""
    calendar = inputs.calendar.join(inputs.schools, "school")
    return calendar.select("date", place=calendar.district).distinct()


def school_days(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count the students of each day: `place`, `date`, `mover`, `enrolled`, `absent` in units."""
    again = movers(inputs).join(inputs.schools, "district").select("student", "school")
    again = again.mutate(moved=_whole(1))
    on = ["student", "school"]
    spell = inputs.enrolment.left_join(again, on)
    spell = spell.select("school", "first", "last", mover=spell.moved.fill_null(0))
    begun = spell.group_by(["school", "mover", "first", "last"]).agg(spells=spell.count())
    calendar = inputs.calendar
    day = begun.join(
        calendar, ["school", calendar.date >= begun.first, calendar.date <= begun["last"]]
    ).select("school", "mover", "date", "spells")
    day = day.group_by(["school", "date", "mover"]).agg(enrolled=day.spells.sum().cast("int64"))
    missed = absences(inputs, rules)
    missed = missed.left_join(again, on)
    missed = missed.select("school", "date", "units", mover=missed.moved.fill_null(0))
    keys = ["school", "date", "mover"]
    missed = missed.group_by(keys).agg(absent=missed.units.sum().cast("int64"))
    both = day.left_join(missed, keys)
    return both.select(
        "date", "mover", "enrolled", place=both.school, absent=both.absent.fill_null(0)
    )


def mover_totals(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count the days of students of several schools once in their district, as `school_days`."""
    day = mover_days(inputs, rules)
    return (
        day.group_by(["place", "date"])
        .agg(enrolled=day.count().cast("int64"), absent=day.units.sum().cast("int64"))
        .mutate(mover=_whole(1))
    )
