"""What is counted, as ibis expressions: the same on DuckDB, PostgreSQL and Spark.

All is whole numbers: a day is `parts` units. Months are written 202509. `place` is a school, or a
district, where a student of several schools counts once. Days are bits of sheets
(`data.rollup.sheets`); a year has twelve slots for months, July is 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

import ibis
import ibis.expr.types as ir

from data.rollup.presence import Inputs, mover_presence, movers, presence
from data.rollup.sheets import Rules, bit_at, bit_count, bit_or, stamped, whole

NOBODY = -1
"""Tier of students who have not been enrolled for the minimum of days."""
TIERS = (20, 10, 5)
"""A tier ends where this many times the absence is the enrolment: 5, 10 and 20 %."""
SLOTS = range(12)
"""Months of a school year from July on."""


FIRST_DAYS = 10
"""The September signal ends with the month in which a place has its tenth day of school."""
FEW, MANY = 2, 4
"""Bands of the signal: fewer than 2 days missed, 2 to 4, more than 4 (Olson 2014)."""


def month_of(date: ir.Value) -> ir.Value:
    """Write the month of a date as a whole number."""
    return (date.year() * 100 + date.month()).cast("int64")


def slots(calendar: ir.Table) -> ir.Table:
    """Give the months of places: `place`, `slot`, `month`, `signal`.

    Parameters
    ----------
    calendar : Table
        `place`, `date`, each once.

    Returns
    -------
    Table
        `signal` is the slot in which the September signal of the place ends; 12 = in none.
    """
    date = calendar.date
    month = calendar.mutate(
        month=month_of(date), slot=((date.month() + 5) % len(SLOTS)).cast("int64")
    )
    month = month.group_by(["place", "month", "slot"]).agg(days=month.count())
    until = ibis.window(group_by="place", order_by="month", preceding=None, following=0)
    month = month.mutate(gone=month.days.sum().over(until))
    first = (month.gone >= FIRST_DAYS).ifelse(month.slot, len(SLOTS))
    signal = first.min().over(ibis.window(group_by="place")).cast("int64")
    return month.select("place", "slot", "month", signal=signal)


def student_years(here: ir.Table, calendar: ir.Table, rules: Rules) -> ir.Table:
    """Count the months of each student: a row a place and student, columns by slot.

    Parameters
    ----------
    here : Table
        `place`, `student`, `block` and bits, as of `presence`.
    calendar : Table
        `place`, `date`, each once.

    Returns
    -------
    Table
        `place`, `student`; `possible_0`, ... and `absent_0`, ... in units.
    """
    table = stamped(calendar)
    slot = (table.date.month() + 5) % len(SLOTS)
    month = table.group_by(["place", "block"]).agg(
        **{f"in_{at}": bit_or((slot == at).ifelse(table.bit, 0)) for at in SLOTS}
    )
    both = here.join(month, ["place", "block"])
    counts: dict[str, ir.Value] = {}
    for at in SLOTS:
        own = both[f"in_{at}"]
        missed = sum(bit_count(both[name] & own) for name in rules.missed)
        offered = bit_count(both.enrolled & own).sum() * rules.parts
        # Of 32 bits, or DuckDB goes on in sums of 128.
        counts[f"possible_{at}"] = offered.cast("int32")
        counts[f"absent_{at}"] = missed.sum().cast("int32")
    return both.group_by(["place", "student"]).agg(**counts)


def tier_of(absent: ir.Value, offered: ir.Value, rules: Rules) -> ir.Value:
    """Give the tier: 0 below 5 %, 1 below 10, 2 below 20, 3 from there on, `NOBODY` too few days.

    In whole numbers: chronically absent where `10 * absent >= possible`.
    """
    return ibis.cases(
        (offered < rules.minimum_days * rules.parts, NOBODY),
        *((absent * times < offered, tier) for tier, times in enumerate(TIERS)),
        else_=len(TIERS),
    ).cast("int64")


def band_of(absent: ir.Value, offered: ir.Value, rules: Rules) -> ir.Value:
    """Give the band of the September signal: 0, 1, 2; `NOBODY` for too few days."""
    return ibis.cases(
        (offered < rules.minimum_days * rules.parts, NOBODY),
        (absent < FEW * rules.parts, 0),
        (absent <= MANY * rules.parts, 1),
        else_=2,
    ).cast("int64")


def student_months(years: ir.Table, month: ir.Table, rules: Rules) -> ir.Table:
    """Give each student a row a month of the place, from the first one on.

    Parameters
    ----------
    years : Table
        As of `student_years`, and any other columns.
    month : Table
        As of `slots`.

    Returns
    -------
    Table
        The other columns; `month`, `possible`, `absent`; `tier` by all days up to the end of the
        month; `band` of the September signal, `NOBODY` before it ends.
    """
    named = {f"{name}_{at}" for name in ("possible", "absent") for at in SLOTS}
    others = [name for name in years.columns if name not in named]
    grid = years.join(month, "place")

    def chosen(values: Sequence[ir.Value], slot: ir.Value) -> ir.Value:
        return ibis.cases(*((slot == at, value) for at, value in enumerate(values)), else_=0)

    each = {name: [grid[f"{name}_{at}"] for at in SLOTS] for name in ("possible", "absent")}
    far = {f"all_{name}": list(accumulate(values)) for name, values in each.items()}
    now = {name: chosen(values, grid.slot) for name, values in {**each, **far}.items()}
    then = {f"first_{name}": chosen(values, grid.signal) for name, values in far.items()}
    table = grid.select(*others, "month", "slot", "signal", **now, **then)
    table = table.filter(table.all_possible > 0)
    band = band_of(table.first_all_absent, table.first_all_possible, rules)
    return table.select(
        *others,
        "month",
        "possible",
        "absent",
        tier=tier_of(table.all_absent, table.all_possible, rules),
        band=(table.slot >= table.signal).ifelse(band, NOBODY),
    )


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


def counted(here: ir.Table, calendar: ir.Table, marked: ir.Table, rules: Rules) -> ir.Table:
    """Count students by place, month, groups, tier and band.

    Parameters
    ----------
    here, calendar : Table
        As of `student_years`.
    marked : Table
        `place`, `student`, `mover` (1: the district counts the student by itself), groups.

    Returns
    -------
    Table
        `place`, `month`, a column a group, `mover`, `tier`, `band`; `students`, `enrolled` (with
        days in the month), `possible`, `absent` (units of the month).
    """
    years = student_years(here, calendar, rules).join(marked, ["place", "student"])
    table = student_months(years.drop("student"), slots(calendar), rules)
    return table.group_by(["place", "month", *rules.groups, "mover", "tier", "band"]).agg(
        students=table.count().cast("int64"),
        enrolled=(table.possible > 0).ifelse(1, 0).sum().cast("int64"),
        possible=table.possible.sum().cast("int64"),
        absent=table.absent.sum().cast("int64"),
    )


def _moved(inputs: Inputs) -> ir.Table:
    """Give students and schools whom the district counts by themselves: `moved` is 1."""
    again = movers(inputs).join(inputs.schools, "district")
    return again.select("student", place=again.school, moved=whole(1))


def school_counts(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count students of schools by month, groups, tier and band, see `counted`."""
    groups = attributes(inputs, rules, by="school")
    marked = groups.left_join(_moved(inputs), ["place", "student"])
    marked = marked.select("place", "student", *rules.groups, mover=marked.moved.fill_null(0))
    here = presence(inputs, rules).rename(place="school")
    return counted(here, inputs.calendar.rename(place="school"), marked, rules)


def mover_counts(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count students of several schools once in their district, see `counted`."""
    groups = attributes(inputs, rules, by="district").mutate(mover=whole(1))
    return counted(mover_presence(inputs, rules), district_calendar(inputs), groups, rules)


def district_calendar(inputs: Inputs) -> ir.Table:
    """Give the days on which some school of a district is open: `place`, `date`."""
    calendar = inputs.calendar.join(inputs.schools, "school")
    return calendar.select("date", place=calendar.district).distinct()


def bits_by_day(
    here: ir.Table, calendar: ir.Table, sums: Mapping[str, Sequence[str]], some: str
) -> ir.Table:
    """Count bits on each day: `place`, `mover`, `date`, and the sums.

    Parameters
    ----------
    here : Table
        `place`, `mover`, `block` and bits.
    calendar : Table
        `place`, `date`, each once.
    sums : mapping of str to sequence of str
        Bits that are counted together.
    some : str
        Bits of the days that are looked at.
    """
    day = stamped(calendar)
    own = here.filter(here[some] != 0).cross_join(day.select("at").distinct())
    own = own.filter((own[some] & bit_at(own["at"])) != 0)
    bit = bit_at(own["at"])
    keys = ["place", "mover", "block", "at"]
    units = {
        name: sum(((own[each] & bit) != 0).ifelse(1, 0) for each in bits)
        for name, bits in sums.items()
    }
    own = own.select(*keys, **units)
    own = own.group_by(keys).agg(**{name: own[name].sum().cast("int64") for name in sums})
    found = own.join(day, ["place", "block", "at"])
    return found.select("place", "mover", "date", *sums)


def school_days(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count the students of each day: `place`, `date`, `mover`, `enrolled`, `absent` in units."""
    calendar = inputs.calendar.rename(place="school")
    again, on = _moved(inputs), ["place", "student"]
    spell = inputs.enrolment.rename(place="school").left_join(again, on)
    spell = spell.select("place", "first", "last", mover=spell.moved.fill_null(0))
    begun = spell.group_by(["place", "mover", "first", "last"]).agg(spells=spell.count())
    day = begun.join(
        calendar, ["place", calendar.date >= begun.first, calendar.date <= begun["last"]]
    ).select("place", "mover", "date", "spells")
    keys = ["place", "date", "mover"]
    day = day.group_by(keys).agg(enrolled=day.spells.sum().cast("int64"))
    here = presence(inputs, rules).rename(place="school").left_join(again, on)
    here = here.select("place", "block", *rules.missed, mover=here.moved.fill_null(0))
    missed = bits_by_day(here, calendar, {"absent": rules.missed}, rules.missed[0])
    both = day.left_join(missed, keys)
    return both.select(*keys, "enrolled", absent=both.absent.fill_null(0))


def mover_totals(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count the days of students of several schools once in their district, as `school_days`."""
    here = mover_presence(inputs, rules).mutate(mover=whole(1))
    sums = {"enrolled": ("enrolled",), "absent": rules.missed}
    found = bits_by_day(here, district_calendar(inputs), sums, "enrolled")
    return found.select("place", "date", "mover", *sums)
