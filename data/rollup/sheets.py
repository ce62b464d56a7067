"""Records of attendance, brought together to a sheet a student, school and 61 days.

A sheet writes days as bits of whole numbers: days with a record, and for each part of a day the
days on which at least so much was missed. So one look at the records suffices: copies, conflicts,
absence in any span and what lies outside of enrolment follow from sheets. The same expressions on
DuckDB, PostgreSQL (where `POSTGRESQL` is to be run once) and Spark.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

SPAN = 61
"""Days of a sheet: its bits are a whole number of 64 bits that is not negative."""
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION bit_count(bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE "
    "LANGUAGE sql AS 'SELECT bit_count($1::bit(64))'"
)
"""PostgreSQL counts bits of strings of bits only."""


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
    missed: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "missed", tuple(f"missed_{u}" for u in range(1, self.parts + 1)))


@ibis.udf.scalar.builtin(name="bit_count", signature=(("int64",), "int8"))
def _bit_count(bits):  # type: ignore[no-untyped-def]
    """Count the bits that are set: on DuckDB a number of 8 bits, which sums would overflow."""


def bit_count(bits: ir.Value) -> ir.Value:
    """Count the bits that are set."""
    return _bit_count(bits).cast("int32")


@ibis.udf.agg.builtin(name="bit_or", signature=(("int64",), "int64"))
def _bit_or(bits):  # type: ignore[no-untyped-def]
    """Give the bits that are set in some row: Spark has it, ibis for Spark has not."""


def bit_or(bits: ir.Value) -> ir.Value:
    """Give the bits that are set in some row."""
    return _bit_or(bits)


def whole(number: int) -> ir.Value:
    """Write a whole number of 64 bits."""
    return ibis.literal(number, "int64")


def day_number(date: ir.Value) -> ir.Value:
    """Give the number of a day; 1 January 1970 is 0."""
    return date.delta(ibis.date(1970, 1, 1), unit="day").cast("int64")


def bit_at(at: ir.Value) -> ir.Value:
    """Give the bit of a day, `at` days after the first of its sheet (up to 61)."""
    # Shifted from above: engines take a literal 1 for a number of 32 bits.
    return whole(1 << SPAN) >> (SPAN - at).cast("int32")


def stamped(table: ir.Table) -> ir.Table:
    """Add the first day of the sheet (`block`), the day in it (`at`) and its `bit` to dates."""
    table = table.mutate(number=day_number(table.date))
    table = table.mutate(at=table.number % SPAN)
    return table.mutate(block=table.number - table.at, bit=bit_at(table.at)).drop("number")


def between(block: ir.Value, first: ir.Value, last: ir.Value) -> ir.Value:
    """Give the bits of the days of a sheet from one day to another, by their numbers."""
    begin = ibis.greatest(ibis.least(first - block, SPAN), 0)
    end = ibis.least(ibis.greatest(last - block + 1, 0), SPAN)
    return ibis.greatest(bit_at(end) - bit_at(begin), 0)


def days(attendance: ir.Table, rules: Rules) -> ir.Table:
    """Bring periods to days: `student`, `school`, `date`, `units`, and counts of records."""
    keys = ["student", "school", "date"]
    least, most = attendance.units.min(), attendance.units.max()
    table = attendance.group_by([*keys, "period"]).agg(
        units=most if rules.most else least,
        records=attendance.count(),
        differ=(least != most).ifelse(1, 0),
        odd=(attendance.units.isnull() | attendance.period.isnull()).ifelse(1, 0).sum(),
    )
    missed = (table.units >= rules.parts).ifelse(1, 0).sum()
    recorded = table.count()
    wanted = {"half": missed * 2 >= recorded, "any": missed > 0, "all": missed == recorded}
    return table.group_by(keys).agg(
        units=wanted[rules.day_rule].ifelse(rules.parts, 0),
        records=table.records.sum(),
        copies=(table.records - 1).sum(),
        conflicts=table.differ.sum(),
        odd=table.odd.sum(),
    )


def tally(attendance: ir.Table, rules: Rules) -> ir.Table:
    """Look at all records once: a row a student, school and `block`.

    Returns
    -------
    Table
        `records`, `odd` (records whose absence cannot be read), `seen` (bits of days with a
        record), `missed_1`, ... (bits of days with a record of so many units or more); with
        `rules.repeats` `lower_1`, ... (of fewer). Of periods `copies` and `conflicts`.
    """
    if rules.day_rule:
        table = stamped(days(attendance, rules))
        more = {name: table[name].sum() for name in ("records", "copies", "conflicts", "odd")}
    else:
        table = stamped(attendance)
        more = {"records": table.count(), "odd": table.count() - table.units.count()}
    units = enumerate(rules.missed, start=1)
    bits = {name: (table.units >= at).ifelse(table.bit, 0) for at, name in units}
    if rules.repeats and not rules.day_rule:
        lower = range(1, rules.parts + 1)
        bits |= {f"lower_{at}": (table.units < at).ifelse(table.bit, 0) for at in lower}
    return table.group_by(["student", "school", "block"]).agg(
        **{name: value.cast("int64") for name, value in more.items()},
        seen=bit_or(table.bit),
        **{name: bit_or(value) for name, value in bits.items()},
    )


def merged(table: ir.Table) -> ir.Table:
    """Bring rows of a tally that turn out to be of one student and school together."""
    counts = [name for name in ("records", "odd", "copies", "conflicts") if name in table.columns]
    keys = ["student", "school", "block"]
    bits = [name for name in table.columns if name not in (*keys, *counts)]
    return table.group_by(keys).agg(
        **{name: table[name].sum().cast("int64") for name in counts},
        **{name: bit_or(table[name]) for name in bits},
    )


def settled(table: ir.Table, rules: Rules) -> ir.Table:
    """Let one record a student and day hold.

    Parameters
    ----------
    table : Table
        As of `tally`.

    Returns
    -------
    Table
        `student`, `school`, `block`, `seen`, `missed_1`, ...; `records`, `copies` (left over where
        a day has several), `conflicts` (days whose records differ).
    """
    names = ["student", "school", "block", "records", "seen"]
    if rules.day_rule:
        return table.select(*names, "copies", "conflicts", *rules.missed)
    copies = table.records - bit_count(table.seen)
    if not rules.repeats:
        return table.select(*names, *rules.missed, copies=copies, conflicts=whole(0))
    pairs = [(table[name], table[f"lower_{at}"]) for at, name in enumerate(rules.missed, start=1)]
    differ = reduce(or_, (missed & lower for missed, lower in pairs))
    held = {
        name: missed if rules.most else table.seen & ~lower
        for name, (missed, lower) in zip(rules.missed, pairs, strict=True)
    }
    return table.select(*names, copies=copies, conflicts=bit_count(differ), **held)
