"""The plan as a table to take along, and a table from outside as changes of the plan."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import pandas as pd

from data.errors import FileError, raise_together
from data.evidence import evidence
from data.plan.entry import FIELDS, OFFERED, Entry, EntryError, checked
from data.plan.persons import refuse_register, suspect
from data.plan.sheets import HEADER, Rows, fitted, lines_of
from data.plan.store import Change, Stored

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "place": "Where: a neighbourhood, county, district or school as it is called here.",
        "place_kind": "What the place is; needed only where two places have one name.",
        "place_id": "Id of the place; may be left empty.",
        "strategy": "What is done: a strategy of the evidence library, or own words.",
        "partner": "Organisation that does it.",
        "capacity": "Students or families that it can reach in a year.",
        "cost": "Whole dollars.",
        "funded": "Whole dollars of it that are promised.",
        "funder": "Who funds it.",
        "start": "A day, 2026-09-01, or a school year, 2026-27.",
        "status": "planned, under way, done or paused.",
        "notes": "Notes. No names, birth dates or numbers of students.",
        "virginia": "Area of Virginia's Attendance Matters; empty: as the strategy says.",
        "california": "Area of California's attendance guide; empty: as the strategy says.",
        "changed_at": "Last change, UTC; not read back.",
        "changed_by": "Role that made it; not read back.",
        "id": "Of the entry. Empty: a new one.",
        "version": "Number of the change this row was taken at: a later change is not overwritten.",
    }
)
"""Columns of the file with what they mean."""
NOT_READ = ("changed_at", "changed_by", "notice")
NOT_OF_PERSONS = ("id", "version", "start", *NOT_READ)
"""Columns that are checked by their own form, or never kept."""
MOST_TROUBLES = 20


@dataclass(frozen=True)
class Wanted:
    """What a row of a file would do.

    Attributes
    ----------
    row : int
        In the file, as a spreadsheet counts.
    kind : str
        "add", "change" or "same".
    entry : Entry
    before : Entry or None
        What is there now.
    change : Change or None
        None for a row that says what is there already.
    """

    row: int
    kind: Literal["add", "change", "same"]
    entry: Entry
    before: Entry | None = None
    change: Change | None = None


def to_send(table: pd.DataFrame) -> pd.DataFrame:
    """Give a plan in English words, as its file has it; see `COLUMNS`.

    Parameters
    ----------
    table : DataFrame
        From `data.plan.store.entries`.
    """
    sent = table.reset_index()
    names = {each.id: each.name for each in evidence().values()}
    sent["strategy"] = sent["strategy"].map(lambda key: names.get(key, key))
    for name, words in OFFERED.items():
        sent[name] = sent[name].map(lambda key, words=words: words.get(key, key))
    sent["changed_at"] = sent["changed_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    return sent[list(COLUMNS)].rename_axis(index=None)


def wanted(
    content: bytes,
    file: str,
    plan: Sequence[Stored],
    places: Mapping[str, tuple[str, str]],
    by: str,
) -> tuple[Wanted, ...]:
    """Say what a file would change, without changing anything.

    Entries that are not in the file stay as they are.

    Parameters
    ----------
    content : bytes
        CSV or workbook.
    file : str
        Its name.
    plan : sequence of Stored
        Entries as they are now.
    places : mapping
        What an entry may be about: kind and name by "kind:id".
    by : str
        Role that hands it in.

    Raises
    ------
    DataError
        The file cannot be read, describes students, or rows of it cannot be saved: each with file,
        row, column and remedy. Nothing is kept of it.
    """
    headers, rows = _table(content, file, places)
    kept = {each.id: each for each in plan}
    known = _Known(file, by, kept, frozenset(each.entry for each in plan), places)
    found: list[Wanted] = []
    troubles: list[FileError] = []
    for number, cells in rows:
        given = dict(zip(headers, cells, strict=True))
        try:
            found.append(_row(number, given, known))
        except _TroublesError as error:
            troubles += error.troubles
    troubles += _repeated(found, file)
    if len(troubles) > MOST_TROUBLES:
        more = f"{len(troubles) - MOST_TROUBLES:,} more cells cannot be saved"
        troubles = [*troubles[:MOST_TROUBLES], FileError(file, more, "correct these first")]
    raise_together(troubles)
    return tuple(found)


@dataclass(frozen=True)
class _Known:
    """What rows of a file are held against."""

    file: str
    by: str
    kept: Mapping[str, Stored]
    there: frozenset[Entry]
    places: Mapping[str, tuple[str, str]]


class _TroublesError(Exception):
    """What is wrong with a row."""

    def __init__(self, troubles: Sequence[FileError]) -> None:
        self.troubles = troubles
        super().__init__()


def _table(
    content: bytes, file: str, places: Mapping[str, tuple[str, str]]
) -> tuple[list[str], Rows]:
    """Read the cells of a file that is no register of students and has the plan's columns."""
    first, *rows = lines_of(content, file)
    names = [" ".join(cell.split()) for cell in first[1]]
    while names and not names[-1]:
        names.pop()
    rows = [(number, fitted(cells, len(names), file, number)) for number, cells in rows]
    known = {name: {word for _, word in places.values()} | {""} for name in ("place", "place_id")}
    known["place_id"] |= {key.partition(":")[2] for key in places}
    seen = [name for name in names if _key(name) not in NOT_OF_PERSONS]
    at = [place for place, name in enumerate(names) if name in seen]
    refuse_register(seen, [[cells[place] for place in at] for _, cells in rows], known, file)
    keys = [_key(name) for name in names]
    for name, key in zip(names, keys, strict=True):
        if key not in COLUMNS and key not in NOT_READ:
            remedy = f"delete it, or call it one of {', '.join(COLUMNS)}"
            raise FileError(file, "a plan has no such column", remedy, column=name)
        if keys.count(key) > 1:
            raise FileError(file, "it is there twice", "rename one of them", column=name)
    for key in ("place", "strategy"):
        if key not in keys:
            raise FileError(file, "there is no such column", HEADER, column=key)
    return keys, rows


def _key(header: str) -> str:
    return re.sub(r"[\s_]+", "_", header.strip().casefold())


def _repeated(found: Sequence[Wanted], file: str) -> list[FileError]:
    """List rows that change an entry which another row changes."""
    seen: dict[str, int] = {}
    troubles = []
    for each in (each for each in found if each.change):
        id_ = each.change.id if each.change else ""
        if id_ in seen:
            what = f"row {seen[id_]:,} is the same entry"
            troubles.append(FileError(file, what, "keep one of them", column="id", row=each.row))
        seen.setdefault(id_, each.row)
    return troubles


def _row(number: int, given: Mapping[str, str], known: _Known) -> Wanted:
    """Say what one row would do."""
    id_, version = given.get("id", "").strip(), given.get("version", "").strip()
    current = known.kept.get(id_)
    values = {name: given.get(name, "") for name in FIELDS}
    placed = _placed(values, current, known.places)
    entry = _checked(number, {**values, **(placed or {})}, known.file)

    def refused(column: str, what: str, remedy: str) -> _TroublesError:
        return _TroublesError([FileError(known.file, what, remedy, column=column, row=number)])

    if placed is None:
        if suspect(values["place"]):
            raise refused("place", "this looks like data of students", "take it out")
        remedy = "write a place as it is called here, and place_kind where two are called alike"
        raise refused("place", "no place here is called so, or several", remedy)
    if id_ and current is None:
        remedy = "leave id empty to add it, or download the plan again"
        raise refused("id", "the plan has no such entry", remedy)
    if entry in known.there if current is None else entry == current.entry:
        return Wanted(number, "same", entry, entry)
    if current is None:
        return Wanted(number, "add", entry, None, Change("add", known.by, entry=entry))
    if version and version != str(current.version):
        remedy = "download the plan again, or empty this cell to overwrite it"
        raise refused("version", "someone changed this entry after the file was made", remedy)
    change = Change("change", known.by, current.id, current.version, entry)
    return Wanted(number, "change", entry, current.entry, change)


def _checked(number: int, values: Mapping[str, str], file: str) -> Entry:
    """Make an entry of a row; what is wrong names file, row, column and remedy, never a cell."""
    try:
        return checked(values)
    except EntryError as error:
        troubles = []
        for each in error.problems:
            what, _, remedy = str(each).partition(". Nothing was saved. ")
            if not remedy:
                what, remedy = "this cell cannot be saved", str(each).removesuffix(".")
            problem = FileError(file, what, remedy, column=each.name, row=number)
            troubles.append(problem)
        raise _TroublesError(troubles) from None


def _placed(
    values: Mapping[str, str], current: Stored | None, places: Mapping[str, tuple[str, str]]
) -> dict[str, str] | None:
    """Find the place that a row names; None where there is none, or more than one."""
    name, id_ = (" ".join(values[each].split()) for each in ("place", "place_id"))
    kinds = {words.casefold(): key for key, words in OFFERED["place_kind"].items()}
    said = values["place_kind"].strip().casefold()
    kind = kinds.get(said, said)
    if current is not None:  # it may speak of a place that a new build calls otherwise
        own = current.entry
        if name == own.place and kind in ("", own.place_kind):
            return {"place": name, "place_kind": own.place_kind, "place_id": own.place_id}
    hits = [
        key
        for key, (of, words) in places.items()
        if words.casefold() == name.casefold() and kind in ("", of)
    ]
    if len(hits) > 1 and id_:
        hits = [key for key in hits if key.partition(":")[2] == id_] or hits
    if len(hits) != 1:
        return None
    of, _, found = hits[0].partition(":")
    return {"place": places[hits[0]][1], "place_kind": of, "place_id": found}
