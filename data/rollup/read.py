"""Open the records of a roll-up in DuckDB, and refuse what does not fit, without showing any of it.

Messages name file, row and column, never what stands there: it may be a student.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data.errors import FileError
from data.rollup import edfi
from data.rollup.settings import Settings

SUFFIXES = (".csv", ".parquet", ".xml")
REMEDIES = {
    "text": "fill it in, or leave the row out",
    "date": "write a date as date_format says (2025-09-01 without one)",
    "units": "write the part of the day missed, from 0 to 1 in whole day_parts, or a word of codes",
}


@dataclass(frozen=True)
class Column:
    """One column as it is wanted: its name here, its header there, and its kind.

    Kinds: "text", "blank" (text that may be empty), "date", "open" (a date that may be empty),
    "units" (part of a day).
    """

    name: str
    header: str
    kind: str


@dataclass(frozen=True)
class Source:
    """Files of one kind.

    Attributes
    ----------
    files : tuple of Path
    columns : tuple of Column
    date_format : str
    parts : int
        Units of a day.
    codes : mapping of str to float
    tables : mapping of Path to str
        Name of the table that a file was read into, where DuckDB does not read it itself.
    """

    files: tuple[Path, ...]
    columns: tuple[Column, ...]
    date_format: str = ""
    parts: int = 1
    codes: Mapping[str, float] = field(default_factory=dict)
    tables: Mapping[Path, str] = field(default_factory=dict)

    def query(
        self,
        connection: Any,
        files: Sequence[Path] | None = None,
        row: str = "",
        *,
        texts: bool = True,
    ) -> str:
        """Give the query of all rows, or those of some files, columns as they are wanted.

        Without `texts` they are as they stand, to be trimmed once they are brought together.
        """
        origin = self._origin(tuple(files or self.files))
        kinds = _kinds(connection, origin)
        cells = [
            f"{self._cell(each, kinds[each.header], texts=texts)} AS {each.name}"
            for each in self.columns
        ]
        return f"SELECT {row}{', '.join(cells)} FROM {origin}"

    def check_headers(self, connection: Any) -> None:
        """Refuse a file that lacks a column.

        Raises
        ------
        FileError
        """
        for path in self.files:
            try:
                found = _kinds(connection, self._origin((path,)))
            except duckdb.Error:
                raise unreadable(path) from None
            for each in self.columns:
                if each.header not in found:
                    what, remedy = "there is no such column", "name the header in the settings"
                    raise FileError(path.name, what, remedy, column=each.header)

    def first(self, connection: Any, wrong: str) -> tuple[Path, int] | None:
        """Find the first row for which a condition holds: its file, and row as in a spreadsheet."""
        # Rows are numbered in the order of the file.
        connection.execute("SET threads = 1; SET preserve_insertion_order = true")
        try:
            for path in self.files:
                numbered = self.query(connection, (path,), "row_number() OVER () AS row, ")
                found = connection.execute(
                    f"SELECT min(row) FROM ({numbered}) WHERE {wrong}"
                ).fetchone()[0]
                if found is not None:
                    return path, int(found) + (path.suffix == ".csv")
        finally:
            connection.execute("RESET threads; RESET preserve_insertion_order")
        return None

    def refuse(self, connection: Any, wrong: str, what: str, remedy: str, column: str) -> None:
        """Refuse the rows for which a condition holds.

        Raises
        ------
        FileError
            Naming the first of them.
        """
        found = self.first(connection, wrong)
        if found is not None:
            header = next((each.header for each in self.columns if each.name == column), "")
            raise FileError(found[0].name, what, remedy, column=header, row=found[1])

    def refuse_empty(self, connection: Any, name: str) -> None:
        """Refuse the first row in which a column cannot be read."""
        kind = next(each.kind for each in self.columns if each.name == name)
        what = "it is empty" if kind == "text" else "it is empty or cannot be read"
        self.refuse(connection, f"{name} IS NULL", what, REMEDIES[kind], name)

    def _origin(self, files: tuple[Path, ...]) -> str:
        if self.tables:
            each = [f"SELECT * FROM {self.tables[path]}" for path in files]
            return f"({' UNION ALL '.join(each)})"
        names = ", ".join(_quoted(str(path)) for path in files)
        if files[0].suffix == ".csv":
            return f"read_csv([{names}], header = true, all_varchar = true, null_padding = false)"
        return f"read_parquet([{names}])"

    def _cell(self, column: Column, kind: str, *, texts: bool) -> str:
        own = '"' + column.header.replace('"', '""') + '"'
        if column.kind == "text" and not texts:
            return own
        text = f"nullif(trim(CAST({own} AS VARCHAR)), '')"
        if column.kind in ("text", "blank"):
            return text
        if column.kind in ("date", "open"):
            if kind == "DATE":
                return own
            if kind.startswith("TIMESTAMP"):
                return f"CAST({own} AS DATE)"
            if self.date_format:
                return f"CAST(try_strptime({text}, {_quoted(self.date_format)}) AS DATE)"
            return f"TRY_CAST({text} AS DATE)"
        if self.codes:
            words = [
                f"WHEN {_quoted(word)} THEN {round(part * self.parts)}"
                for word, part in self.codes.items()
            ]
            return f"CAST(CASE {text} {' '.join(words)} END AS BIGINT)"
        number = own if kind not in ("VARCHAR", "BLOB") else text
        value = f"(TRY_CAST({number} AS DOUBLE) * {self.parts})"
        fits = f"{value} BETWEEN 0 AND {self.parts} AND {value} = floor({value})"
        return f"CAST(CASE WHEN {fits} THEN {value} END AS BIGINT)"


def connect(memory: str, threads: int) -> duckdb.DuckDBPyConnection:
    """Open DuckDB in memory: nothing of it is ever written to disk, and it fetches nothing."""
    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )


def attendance(settings: Settings, base: Path, connection: Any) -> Source:
    """Find the records of attendance."""
    own = settings.attendance
    headers = {name: getattr(own, name) for name in ("student", "school", "date")}
    kinds = {"student": "text", "school": "text", "date": "date"}
    if own.kind == "period":
        headers["period"], kinds["period"] = own.period, "text"
    headers["units"], kinds["units"] = own.absent, "units"
    codes = _whole_codes(own.codes, settings.day_parts)
    if own.kind == "ed-fi":
        named = [Column(each, each, kinds[each]) for each in ("student", "school", "date")]
        columns = (*named, Column("units", "absent", "units"))
        made = edfi_source(
            own.path, base, connection, lambda path: edfi.attendance_rows(path, codes)
        )
        return Source(made[0], columns, "", settings.day_parts, {}, made[1])
    columns = tuple(Column(name, headers[name], kinds[name]) for name in headers)
    return Source(files_of(own.path, base), columns, own.date_format, settings.day_parts, codes)


def enrolment(settings: Settings, base: Path, connection: Any) -> Source:
    """Find the spells of enrolment."""
    own = settings.enrolment
    kinds = {"student": "text", "school": "text", "first": "date", "last": "open"}
    groups = tuple(Column(f"group_{at}", name, "blank") for at, name in enumerate(own.columns))
    if own.student in own.columns:
        raise FileError(
            Path(own.path).name,
            "the ids of students are no groups",
            "leave the column out of groups",
            column=own.student,
        )
    if own.kind == "ed-fi":
        files, tables = edfi_source(own.path, base, connection, edfi.enrolment_rows)
        columns = tuple(Column(name, name, kind) for name, kind in kinds.items())
        return Source(files, (*columns, *groups), tables=tables)
    columns = tuple(Column(name, getattr(own, name), kind) for name, kind in kinds.items())
    return Source(files_of(own.path, base), (*columns, *groups), own.date_format)


def calendar(settings: Settings, base: Path, connection: Any) -> Source:
    """Find the days of instruction."""
    own = settings.calendar
    kinds = {"school": "text", "date": "date"}
    if own.kind == "ed-fi":
        files, tables = edfi_source(own.path, base, connection, edfi.calendar_rows)
        columns = tuple(Column(name, name, kind) for name, kind in kinds.items())
        return Source(files, columns, tables=tables)
    columns = tuple(Column(name, getattr(own, name), kind) for name, kind in kinds.items())
    return Source(files_of(own.path, base), columns, own.date_format)


def schools(settings: Settings, base: Path) -> Source | None:
    """Find the districts of schools, where there is a table of them."""
    own = settings.schools
    if own is None:
        return None
    columns = (Column("school", own.school, "text"), Column("district", own.district, "text"))
    return Source(files_of(own.path, base), columns)


def files_of(named: str, base: Path, suffixes: Sequence[str] = SUFFIXES[:2]) -> tuple[Path, ...]:
    """List a file, or the files of one kind in a folder, in the order of their names.

    Raises
    ------
    FileError
        Nothing there, or files of several kinds.
    """
    path = base / named
    if path.is_file():
        found = [path]
    else:
        found = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
    kinds = {each.suffix.lower() for each in found}
    if not found:
        raise FileError(path.name, "there is no such file or folder", "put right the path")
    if len(kinds) > 1 or not kinds <= set(suffixes):
        raise FileError(
            path.name, "not files of one kind", f"give files of one kind: {' or '.join(suffixes)}"
        )
    return tuple(found)


def edfi_source(
    named: str, base: Path, connection: Any, rows: Callable[[Path], pa.Table]
) -> tuple[tuple[Path, ...], dict[Path, str]]:
    """Read XML files into tables of the connection."""
    files = files_of(named, base, (".xml",))
    tables = {}
    for path in files:
        name = f"edfi_{len(connection.execute('SHOW TABLES').fetchall())}"
        table = rows(path)
        connection.register("arriving", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arriving")
        connection.unregister("arriving")
        tables[path] = name
    return files, tables


def _whole_codes(codes: Mapping[str, float], parts: int) -> Mapping[str, float]:
    """Refuse a code that is no whole number of parts of a day."""
    for part in codes.values():
        if not 0 <= part <= 1 or abs(part * parts - round(part * parts)) > 1e-9:
            raise FileError(
                "settings",
                f"codes: {part} is no whole number of {parts} parts of a day",
                "raise day_parts or put the code right",
            )
    return codes


def unreadable(path: Path) -> FileError:
    """Say that a file cannot be read, without the line that DuckDB would quote."""
    return FileError(path.name, f"it cannot be read as {path.suffix[1:]}", "export it again")


def _kinds(connection: Any, origin: str) -> dict[str, str]:
    """Give the type of each column."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {origin}")
    return {name: kind for name, kind, *_ in described.fetchall()}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
