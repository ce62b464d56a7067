"""Sheets of records laid over spells of enrolment, and what lies outside of them."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir

from data.rollup.sheets import (
    SPAN,
    Rules,
    between,
    bit_count,
    bit_or,
    day_number,
    settled,
    stamped,
    tally,
)


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
        `school`, `date`, each once; days of one year from 1 July on.
    schools : Table
        `school`, `district`, each school once.
    moved : Table, optional
        Students of several schools in a district, `student`, `district`, where they are found
        already: of all schools, where the other tables are of some.
    settled, present : Table, optional
        The sheets of the attendance (`data.rollup.sheets.settled`), and those laid over spells
        (`presence`), where they are made already.
    """

    attendance: ir.Table
    enrolment: ir.Table
    calendar: ir.Table
    schools: ir.Table
    moved: ir.Table | None = None
    settled: ir.Table | None = None
    present: ir.Table | None = None

    def sheets(self, rules: Rules) -> ir.Table:
        """Bring records together, see `data.rollup.sheets.settled`."""
        if self.settled is not None:
            return self.settled
        return settled(tally(self.attendance, rules), rules)


def movers(inputs: Inputs) -> ir.Table:
    """Give students of several schools in a district: `student`, `district`."""
    if inputs.moved is not None:
        return inputs.moved
    spell = inputs.enrolment.join(inputs.schools, "school")
    pair = spell.select("student", "district", "school").distinct()
    many = pair.group_by(["student", "district"]).agg(schools=pair.count())
    return many.filter(many.schools > 1).select("student", "district")


def presence(inputs: Inputs, rules: Rules) -> ir.Table:
    """Lay sheets over spells of enrolment: a row a spell and sheet.

    Returns
    -------
    Table
        `student`, `school`, `block`, `enrolled` (bits of the days of enrolment), `seen` and
        `missed_1`, ... within them. Spells of a student at a school share no day.
    """
    if inputs.present is not None:
        return inputs.present
    calendar = stamped(inputs.calendar)
    opened = calendar.group_by(["school", "block"]).agg(days=bit_or(calendar.bit))
    spell = inputs.enrolment
    spell = spell.select(
        "student", "school", begins=day_number(spell.first), ends=day_number(spell["last"])
    )
    near = ["school", spell.begins < opened.block + SPAN, spell.ends >= opened.block]
    both = spell.join(opened, near).select("student", "school", "block", "begins", "ends", "days")
    both = both.mutate(enrolled=both.days & between(both.block, both.begins, both.ends))
    both = both.filter(both.enrolled != 0).select("student", "school", "block", "enrolled")
    sheet = inputs.sheets(rules).select("student", "school", "block", "seen", *rules.missed)
    found = both.left_join(sheet, ["student", "school", "block"])
    within = {name: found[name].fill_null(0) & found.enrolled for name in ("seen", *rules.missed)}
    return found.select("student", "school", "block", "enrolled", **within)


def account(inputs: Inputs, rules: Rules) -> ir.Table:
    """Count records: `records` read, `copies` left over, days in `conflicts`, `absences`.

    Days with a record that is not used, for the student is not enrolled at the school then:
    `before_first` and `after_last` of its spells, `between_spells`, `never_enrolled`; and
    `absences_outside`, how many of them are absences.
    """
    sheet = inputs.sheets(rules)
    spell = inputs.enrolment.group_by(["student", "school"]).agg(
        begins=day_number(inputs.enrolment.first.min()),
        ends=day_number(inputs.enrolment["last"].max()),
    )
    found = sheet.left_join(spell, ["student", "school"])
    seen = found.seen
    ever = found.begins.notnull()
    before = bit_count(seen & between(found.block, found.block, found.begins - 1))
    after = bit_count(seen & between(found.block, found.ends + 1, found.block + SPAN))
    sums = {
        "records": found.records,
        "copies": found.copies,
        "conflicts": found.conflicts,
        "absences": bit_count(found.missed_1),
        "days": bit_count(seen),
        "before_first": ever.ifelse(before, 0),
        "after_last": ever.ifelse(after, 0),
        "never_enrolled": ever.ifelse(0, bit_count(seen)),
    }
    total = found.agg(**{name: each.sum().fill_null(0) for name, each in sums.items()})
    here = presence(inputs, rules)
    used = here.agg(
        inside=bit_count(here.seen).sum().fill_null(0),
        missed=bit_count(here.missed_1).sum().fill_null(0),
    )
    both = total.cross_join(used)
    told = both.before_first + both.after_last + both.never_enrolled
    names = [name for name in sums if name != "days"]
    return both.select(
        **{name: both[name].cast("int64") for name in names},
        between_spells=(both.days - both.inside - told).cast("int64"),
        absences_outside=(both.absences - both.missed).cast("int64"),
    )


def mover_presence(inputs: Inputs, rules: Rules) -> ir.Table:
    """Lay the sheets of students of several schools together: `place`, `student`, bits.

    Who is enrolled at two schools on one day and present at one of them was present.
    """
    own = movers(inputs)
    here = presence(inputs, rules).join(inputs.schools, "school")
    here = here.semi_join(own, ["student", "district"])
    present = {f"here_{name}": here.enrolled & ~here[name] for name in rules.missed}
    table = here.group_by(["district", "student", "block"]).agg(
        enrolled=bit_or(here.enrolled), **{name: bit_or(each) for name, each in present.items()}
    )
    missed = {name: table.enrolled & ~table[f"here_{name}"] for name in rules.missed}
    return table.select("student", "block", "enrolled", place=table.district, **missed)
