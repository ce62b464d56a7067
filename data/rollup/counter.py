"""The count of a part in DuckDB: one look at its records, then sheets, then counts.

The expressions are compiled once; a part fills the tables that they name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from data.rollup import expressions, sheets
from data.rollup.inputs import Opened, refuse_outside, refuse_unreadable
from data.rollup.presence import Inputs, account, movers, presence
from data.rollup.sheets import Rules

Tables = dict[str, pa.Table]
Expression = Callable[[Inputs, Rules], ir.Table]
AT_ONCE = 20_000
"""Students of several schools who are counted together."""
LOOKED_AT = 40_000_000
"""Records that are looked at together for students of several schools alone."""
TRIMMED = "nullif(trim(CAST({0} AS VARCHAR)), '')"


class Counter:
    """Counts parts of what is opened, one after the other.

    The sheets of students of several schools are kept in memory until their districts count them.
    """

    def __init__(self, opened: Opened, connection: Any) -> None:
        self.opened, self.connection = opened, connection
        self.backend = ibis.duckdb.from_connection(connection)
        self.compiled: dict[str, str] = {}
        self.schemas: dict[str, pa.Schema] = {}
        self.looked_at: set[str] = set()
        self.rules = replace(opened.rules, repeats=False)
        connection.execute("SET preserve_insertion_order = false")
        self._table("moved", lambda: movers(opened.inputs))

    def schools(self, places: Sequence[str]) -> Tables:
        """Count schools: `counts`, `days`, `account`.

        Raises
        ------
        FileError
            A record that cannot be read, or is of no day of the calendar.
        OutOfMemoryException
            Of DuckDB.
        """
        self._fill("SELECT school FROM chosen", places)
        self._sheets(places)
        self._keep_moved()
        self.looked_at |= set(places)
        return self._counts(
            {
                "counts": expressions.school_counts,
                "days": expressions.school_days,
                "account": account,
            }
        )

    def movers(self, districts: Sequence[str]) -> Tables:
        """Count students of several schools once in their districts: `counts`, `days`."""
        run = self.connection.execute
        run("DROP TABLE IF EXISTS sheets; DROP TABLE IF EXISTS here")
        for left in self._not_looked_at():
            self._sheets(left, moved=True)
            self._keep_moved()
            self.looked_at |= set(left)
        own = "SELECT school FROM schools WHERE district IN (SELECT school FROM chosen)"
        self._fill(own, districts, "student IN (SELECT student FROM moved)")
        zero = ", ".join(f"0::BIGINT AS {name}" for name in ("records", "copies", "conflicts"))
        run(f"CREATE OR REPLACE TEMP VIEW moved_seen AS SELECT *, {zero} FROM moved_sheets")
        found: list[Tables] = []
        for start in range(0, max(1, self._one("SELECT count(*) FROM moved")), AT_ONCE):
            run(
                "CREATE OR REPLACE TEMP TABLE part_moved AS SELECT * FROM moved ORDER BY ALL "
                f"LIMIT {AT_ONCE} OFFSET {start}"
            )
            run(
                "CREATE OR REPLACE TEMP TABLE moved_enrolment AS FROM part_enrolment "
                "SEMI JOIN part_moved USING (student)"
            )
            wanted = {"counts": expressions.mover_counts, "days": expressions.mover_totals}
            found.append(self._counts(wanted))
        return {name: pa.concat_tables([each[name] for each in found]) for name in found[0]}

    def _not_looked_at(self) -> Iterator[list[str]]:
        """Give schools that were counted before this run was killed, some at a time."""
        some: list[str] = []
        for school in self.opened.sizes:
            if school not in self.looked_at:
                some.append(school)
            if sum(self.opened.sizes[each] for each in some) > LOOKED_AT:
                yield some
                some = []
        if some:
            yield some

    def _fill(self, schools: str, places: Sequence[str], students: str = "true") -> None:
        """Fill the tables of a part but for its records."""
        run = self.connection.execute
        chosen = pa.table({"school": pa.array(places, pa.string())})
        self.connection.register("arriving", chosen)
        run("CREATE OR REPLACE TEMP TABLE chosen AS FROM arriving")
        self.connection.unregister("arriving")
        for name in ("enrolment", "calendar", "schools"):
            where = f"school IN ({schools}) AND {students if name == 'enrolment' else 'true'}"
            run(f"CREATE OR REPLACE TEMP TABLE part_{name} AS FROM {name} WHERE {where}")

    def _sheets(self, places: Sequence[str], *, moved: bool = False) -> None:
        """Look at the records of a part, and once more where some day has several."""
        self._records(places, moved=moved)
        self._look(self.rules)
        many = self._one("SELECT coalesce(sum(records - bit_count(seen)), 0) FROM tallied")
        rules = self.rules
        if many and not rules.day_rule:
            rules = replace(rules, repeats=True)
            self._look(rules)
        table = self.backend.table("tallied")
        self._table("sheets", lambda: sheets.settled(table, rules), f"sheets {rules.repeats}")
        self.connection.execute("DROP TABLE tallied")

    def _records(self, places: Sequence[str], *, moved: bool) -> None:
        """Make the view of the records of a part."""
        every = len(places) == len(self.opened.sizes)
        raw = [text for school in places for text in self.opened.spellings[school]]
        quoted = ", ".join("'" + text.replace("'", "''") + "'" for text in raw)
        parts = [] if every else [f"CAST(school AS VARCHAR) IN ({quoted})"]
        if moved:
            parts.append(f"{TRIMMED.format('student')} IN (SELECT student FROM moved)")
        where = f" WHERE {' AND '.join(parts)}" if parts else ""
        name = "attendance" if self.rules.day_rule else "raw_attendance"
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW part_records AS FROM {name}{where}")

    def _look(self, rules: Rules) -> None:
        """Bring records together, and refuse what does not fit."""
        run = self.connection.execute
        key = f"tally {rules.repeats}"
        if key not in self.compiled:
            made = sheets.tally(self.backend.table("part_records"), rules)
            self.compiled[key] = str(self.backend.compile(made))
        student, school = TRIMMED.format("t.student"), TRIMMED.format("t.school")
        changed = (
            f"CAST(t.student AS VARCHAR) IS DISTINCT FROM {student} "
            f"OR CAST(t.school AS VARCHAR) IS DISTINCT FROM {school}"
        )
        looked = f"FROM ({self.compiled[key]}) t"
        with refuse_unreadable(self.opened.attendance, self.connection):
            run(
                "CREATE OR REPLACE TEMP TABLE tallied AS SELECT t.* REPLACE "
                f"({student} AS student, {school} AS school), {changed} AS changed {looked}"
            )
        refuse_outside(self.opened, self.connection)
        several = self._one("SELECT coalesce(bool_or(changed), false) FROM tallied")
        run("ALTER TABLE tallied DROP changed")
        if several:
            table = self.backend.table("tallied")
            self._table("together", lambda: sheets.merged(table), f"together {rules.repeats}")
            run("DROP TABLE tallied")
            run("ALTER TABLE together RENAME TO tallied")

    def _keep_moved(self) -> None:
        """Keep the sheets of students of several schools."""
        kept = ", ".join(("student", "school", "block", "seen", *self.rules.missed))
        own = f"SELECT {kept} FROM sheets SEMI JOIN moved USING (student)"
        run = self.connection.execute
        run(f"CREATE TEMP TABLE IF NOT EXISTS moved_sheets AS {own} LIMIT 0")
        run(f"INSERT INTO moved_sheets {own}")

    def _counts(self, wanted: Mapping[str, Expression]) -> Tables:
        """Count by expressions."""
        kind, *names = ("movers", "moved_enrolment", "part_moved", "moved_seen")
        if "account" in wanted:
            kind, *names = ("schools", "part_enrolment", "moved", "sheets")
        enrolment, moved, settled = (self.backend.table(name) for name in names)
        records, calendar, schools = (
            self.backend.table(f"part_{name}") for name in ("records", "calendar", "schools")
        )
        own = Inputs(records, enrolment, calendar, schools, moved, settled)
        self._table("here", lambda: presence(own, self.rules), f"{kind} here")
        laid = replace(own, present=self.backend.table("here"))
        found = {}
        for name, expression in wanted.items():
            key = f"{kind} {name}"
            if key not in self.compiled:
                made = expression(laid, self.rules)
                self.compiled[key] = str(self.backend.compile(made))
                self.schemas[key] = made.schema().to_pyarrow()
            table = self.connection.sql(self.compiled[key]).to_arrow_table()
            found[name] = table.select(self.schemas[key].names).cast(self.schemas[key])
        return found

    def _table(self, name: str, made: Callable[[], ir.Table], key: str = "") -> None:
        """Make a table of an expression."""
        key = key or name
        if key not in self.compiled:
            self.compiled[key] = str(self.backend.compile(made()))
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {self.compiled[key]}")

    def _one(self, query: str) -> Any:
        return self.connection.execute(query).fetchall()[0][0]
