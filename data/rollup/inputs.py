"""The records of a roll-up, checked: as tables for the expressions, and what was found in them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pandas as pd

from data.errors import DataError, FileError
from data.rollup import read
from data.rollup.presence import Inputs
from data.rollup.read import Source, unreadable
from data.rollup.settings import Settings
from data.rollup.sheets import SPAN, Rules

MOST_GROUPS = 60
"""A column with more values than this is no group of students."""
OPEN = "DATE '9999-12-31'"


@dataclass(frozen=True, eq=False)
class Opened:
    """Records that may be counted.

    Attributes
    ----------
    inputs : Inputs
    rules : Rules
    groups : dict of str to str
        Header of each column of groups.
    broad : frozenset of str
        Headers of groups that are counted for districts only.
    sizes : dict of str to int
        Records of each school.
    districts : dict of str to str
        District of each school.
    files : tuple of Path
        Everything that was read.
    through : date
        Last day that is counted.
    complete : bool
        Whether that is the last day of the calendar.
    counts : dict of str to int
        What was read and what was left out.
    attendance : Source
    spellings : dict of str to list of str
        How each school is written in the records.
    earlier : DataFrame
        `bands` of earlier school years, as they were written; without columns where there are none.
    """

    inputs: Inputs
    rules: Rules
    groups: dict[str, str]
    broad: frozenset[str]
    sizes: dict[str, int]
    districts: dict[str, str]
    files: tuple[Path, ...]
    through: datetime.date
    complete: bool
    counts: dict[str, int]
    attendance: Source
    spellings: dict[str, list[str]]
    earlier: pd.DataFrame


def open_inputs(settings: Settings, base: Path, connection: Any) -> Opened:
    """Read and check everything that a roll-up is told of.

    Parameters
    ----------
    settings : Settings
    base : Path
        Folder from which paths are meant.
    connection : DuckDBPyConnection
        As of `data.rollup.read.connect`; tables and views are made in it.

    Raises
    ------
    FileError
        Naming file, row and column of the first thing that does not fit, never what stands there.
    """
    connection.execute("SET preserve_insertion_order = true")
    calendar = read.calendar(settings, base, connection)
    schools = read.schools(settings, base)
    enrolment = read.enrolment(settings, base, connection)
    attendance = read.attendance(settings, base, connection)
    sources = [each for each in (calendar, schools, enrolment, attendance) if each is not None]
    for source in sources:
        source.check_headers(connection)
    counts: dict[str, int] = {}
    _calendar(settings, calendar, connection, counts)
    _schools(settings, schools, connection)
    _enrolment(enrolment, connection, counts)
    _attendance(attendance, connection, counts)
    last = _one(connection, "SELECT max(date) FROM calendar")
    through = _through(settings, connection)
    connection.execute("DELETE FROM calendar WHERE date > ?", [through])
    names = [each.name for each in enrolment.columns if each.kind == "blank"]
    backend = ibis.duckdb.from_connection(connection)
    tables = (backend.table(each) for each in ("attendance", "enrolment", "calendar", "schools"))
    return Opened(
        inputs=Inputs(*tables),
        rules=Rules(
            groups=tuple(names),
            parts=settings.day_parts,
            minimum_days=settings.minimum_days,
            most=settings.conflicts != "least",
            day_rule=settings.attendance.day_rule if settings.attendance.kind == "period" else "",
        ),
        groups=dict(zip(names, settings.enrolment.columns, strict=True)),
        broad=frozenset(settings.enrolment.district_groups),
        sizes=_sizes(connection),
        districts=dict(connection.execute("SELECT school, district FROM schools").fetchall()),
        files=tuple(path for source in sources for path in source.files),
        through=through,
        complete=through >= last,
        counts=counts,
        attendance=attendance,
        spellings=_spellings(connection),
        earlier=_earlier(settings, base),
    )


def refuse_conflicts(opened: Opened, connection: Any) -> None:
    """Refuse two different records of one student and day, naming a row of the first.

    Raises
    ------
    FileError
    """
    keys = [each.name for each in opened.attendance.columns if each.name != "units"]
    named = ", ".join(keys)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE differing AS SELECT {named} FROM attendance "
        f"GROUP BY {named} HAVING min(units) <> max(units)"
    )
    opened.attendance.refuse(
        connection,
        f"({named}) IN (SELECT ({named}) FROM differing)",
        "another record of the same student and day says something else",
        'put it right, or say in the settings which holds (conflicts = "most" or "least")',
        "units",
    )


def _calendar(settings: Settings, source: Source, connection: Any, counts: dict[str, int]) -> None:
    """Make the table of days of instruction, each once."""
    with refuse_unreadable(source, connection):
        connection.execute(f"CREATE TABLE calendar_read AS {source.query(connection)}")
    for name in ("school", "date"):
        source.refuse_empty(connection, name)
    source.refuse(
        connection,
        f"date NOT BETWEEN DATE '{settings.begins}' AND DATE '{settings.ends}'",
        f"the day is not in the school year {settings.school_year}",
        "leave it out, or put right school_year",
        "date",
    )
    connection.execute("CREATE TABLE calendar AS SELECT DISTINCT * FROM calendar_read")
    counts["calendar_rows"] = _one(connection, "SELECT count(*) FROM calendar_read")
    counts["calendar_days"] = _one(connection, "SELECT count(*) FROM calendar")
    if not counts["calendar_days"]:
        raise FileError(
            source.files[0].name, "it has no day of instruction", "give the calendar of the schools"
        )


def _schools(settings: Settings, source: Source | None, connection: Any) -> None:
    """Make the table of schools and districts."""
    if source is None:
        connection.execute(
            "CREATE TABLE schools AS SELECT DISTINCT school, ? AS district FROM calendar",
            [settings.district],
        )
        return
    with refuse_unreadable(source, connection):
        connection.execute(f"CREATE TABLE schools AS {source.query(connection)}")
    for name in ("school", "district"):
        source.refuse_empty(connection, name)
    source.refuse(
        connection,
        "school IN (SELECT school FROM schools GROUP BY school HAVING count(*) > 1)",
        "the school stands here more than once",
        "leave one row a school",
        "school",
    )
    lacking = _one(
        connection,
        "SELECT count(DISTINCT school) FROM calendar "
        "WHERE school NOT IN (SELECT school FROM schools)",
    )
    if lacking:
        raise FileError(
            source.files[0].name,
            f"{lacking:,} schools of the calendar are not in it",
            "add them with their district",
            column=source.columns[0].header,
        )


def _enrolment(source: Source, connection: Any, counts: dict[str, int]) -> None:
    """Make the table of spells, each once."""
    with refuse_unreadable(source, connection):
        connection.execute(f"CREATE TABLE spells AS {source.query(connection)}")
    for name in ("student", "school", "first"):
        source.refuse_empty(connection, name)
    _refuse_odd_last(source, connection)
    source.refuse(
        connection,
        "first > last",
        "the spell ends before it begins",
        "put right its days",
        "last",
    )
    _refuse_unknown_school(source, connection)
    for each in source.columns:
        if each.kind != "blank":
            continue
        groups = _one(connection, f"SELECT count(DISTINCT {each.name}) FROM spells")
        if groups > MOST_GROUPS:
            raise FileError(
                source.files[0].name,
                f"it has more than {MOST_GROUPS} values and is no group of students",
                "leave it out of groups",
                column=each.header,
            )
    connection.execute(
        "CREATE TABLE enrolment AS SELECT DISTINCT * "
        f"REPLACE (coalesce(last, {OPEN}) AS last) FROM spells"
    )
    source.refuse(
        connection,
        "(student, school, first) IN (SELECT (student, school, first) FROM (SELECT *, max(last) "
        "OVER (PARTITION BY student, school ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING "
        "AND 1 PRECEDING) AS before FROM enrolment) WHERE first <= before)",
        "it overlaps with another spell of the same student at the same school",
        "end the earlier spell before the later begins",
        "first",
    )
    counts["spells_read"] = _one(connection, "SELECT count(*) FROM spells")
    counts["spells"] = _one(connection, "SELECT count(*) FROM enrolment")
    connection.execute("DROP TABLE spells")


def _refuse_odd_last(source: Source, connection: Any) -> None:
    """Refuse a last day that is written and cannot be read; an empty one is an open spell."""
    text = Source(
        source.files,
        (*source.columns, read.Column("last_text", source.columns[3].header, "blank")),
        source.date_format,
        tables=source.tables,
    )
    text.refuse(
        connection,
        "last IS NULL AND last_text IS NOT NULL",
        "it cannot be read",
        read.REMEDIES["date"],
        "last",
    )


def _refuse_unknown_school(source: Source, connection: Any) -> None:
    source.refuse(
        connection,
        "school NOT IN (SELECT school FROM calendar)",
        "the calendar has no such school",
        "add the school's days to the calendar, or put the school right",
        "school",
    )


def _attendance(source: Source, connection: Any, counts: dict[str, int]) -> None:
    """Make the views of records; look at their schools and last days."""
    connection.execute(f"CREATE VIEW attendance AS {source.query(connection)}")
    connection.execute(f"CREATE VIEW raw_attendance AS {source.query(connection, texts=False)}")
    with refuse_unreadable(source, connection):
        connection.execute(
            "CREATE TABLE seen AS SELECT nullif(trim(raw), '') AS school, * FROM ("
            "SELECT CAST(school AS VARCHAR) AS raw, count(*) AS records, max(date) AS last "
            "FROM raw_attendance GROUP BY ALL)"
        )
    if _one(connection, "SELECT count(*) FROM seen WHERE school IS NULL"):
        source.refuse_empty(connection, "school")
    unknown = "SELECT count(*) FROM seen WHERE school NOT IN (SELECT school FROM calendar)"
    if _one(connection, unknown):
        _refuse_unknown_school(source, connection)
    counts["records_read"] = _one(connection, "SELECT coalesce(sum(records), 0) FROM seen")
    if not counts["records_read"]:
        raise FileError(source.files[0].name, "it has no records", "give records of attendance")
    if _one(connection, "SELECT max(last) FROM seen") is None:
        source.refuse_empty(connection, "date")


def _sizes(connection: Any) -> dict[str, int]:
    """Give the records of each school of the calendar."""
    found = connection.execute(
        "SELECT school, coalesce(sum(records), 0) FROM (SELECT DISTINCT school FROM calendar) "
        "LEFT JOIN seen USING (school) GROUP BY 1 ORDER BY 1"
    )
    return {school: int(records) for school, records in found.fetchall()}


def _spellings(connection: Any) -> dict[str, list[str]]:
    """Give the ways in which each school is written."""
    found: dict[str, list[str]] = {school: [] for school in _sizes(connection)}
    for school, raw in connection.execute("SELECT school, raw FROM seen ORDER BY ALL").fetchall():
        found[school].append(raw)
    return found


def refuse_outside(opened: Opened, connection: Any) -> None:
    """Refuse what records that are brought together (`tallied`) show not to fit.

    Raises
    ------
    FileError
        Naming the first record that cannot be read, or is of no day of the calendar.
    """
    source = opened.attendance
    odd = "coalesce(sum(odd), 0) + count_if(student IS NULL OR school IS NULL OR block IS NULL)"
    if _one(connection, f"SELECT {odd} FROM tallied"):
        for each in source.columns:
            source.refuse_empty(connection, each.name)
    number = "date_diff('day', DATE '1970-01-01', date)"
    days = (
        f"SELECT school, {number} - {number} % {SPAN} AS block, "
        f"bit_or(1::BIGINT << ({number} % {SPAN})) AS days FROM calendar GROUP BY ALL"
    )
    outside = (
        f"SELECT count(*) FROM tallied t LEFT JOIN ({days}) c USING (school, block) "
        "WHERE (t.seen & ~coalesce(c.days, 0)) <> 0"
    )
    if _one(connection, outside):
        source.refuse(
            connection,
            "(school, date) NOT IN (SELECT (school, date) FROM calendar)",
            "the calendar of the school has no such day",
            "put right the day, or add it to the calendar",
            "date",
        )


def _earlier(settings: Settings, base: Path) -> pd.DataFrame:
    """Read the bands of earlier school years, which went through their gate."""
    if not settings.earlier:
        return pd.DataFrame()
    from data.contracts.check import empty_table, validate  # 40 MB, not beside the count

    tables = [empty_table("rollup_bands")]
    for named in settings.earlier:
        path = base / named / "bands.parquet"
        if not path.is_file():
            raise FileError(
                path.name,
                f"{Path(named).name} is no roll-up of a whole school year",
                "put right earlier",
            )
        table = validate("rollup_bands", pd.read_parquet(path))
        tables.append(table[table["school_year"].lt(settings.school_year)])
    return pd.concat(tables).drop_duplicates(["school_year", "kind", "place", "band"])


def _through(settings: Settings, connection: Any) -> datetime.date:
    """Give the last day that is counted."""
    if settings.through:
        through = datetime.date.fromisoformat(settings.through)
        if _one(connection, f"SELECT count(*) FROM seen WHERE last > DATE '{through}'"):
            raise DataError(
                f"there are records after {through}; leave them out, or put right through"
            )
        return through
    last: datetime.date = _one(connection, "SELECT max(last) FROM seen")
    return last


@contextmanager
def refuse_unreadable(source: Source, connection: Any) -> Iterator[None]:
    """Say which file cannot be read, in place of DuckDB's words, which quote its lines.

    Raises
    ------
    FileError
    OutOfMemoryException
        Of DuckDB.
    """
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        for path in source.files:
            query = source.query(connection, (path,))
            if _fails(connection, query):
                raise unreadable(path) from None
        raise unreadable(source.files[0]) from None


def _fails(connection: Any, query: str) -> bool:
    """Say whether a query cannot be read to its end."""
    try:
        connection.execute(f"SELECT count(COLUMNS(*)) FROM ({query})").fetchall()
    except duckdb.Error:
        return True
    return False


def _one(connection: Any, query: str) -> Any:
    return connection.execute(query).fetchall()[0][0]
