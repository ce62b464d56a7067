"""The plan as a table to take along, and a table from outside as changes of the plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, Literal

import pandas as pd

from data.errors import FileError, raise_together
from data.evidence import evidence
from data.plan.entry import OFFERED, Entry, EntryError, checked
from data.plan.persons import refuse_register, suspect
from data.plan.sheets import HEADER, SHEET, Rows, fitted, lines_of
from data.plan.store import Change, E, Stored

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
class Form(Generic[E]):
    """What a file of entries must look like.

    Attributes
    ----------
    noun : str
        What it holds, in messages; a sheet of this name is read first.
    columns : mapping of str
        With what they mean.
    needed : tuple of str
        Columns that must be there.
    not_of_persons : tuple of str
        Columns that are checked by their own form, or never kept.
    made : type
    checked : callable
        Makes an entry of cells.
    """

    noun: str
    columns: Mapping[str, str]
    needed: tuple[str, ...]
    not_of_persons: tuple[str, ...]
    made: type[E]
    checked: Callable[[Mapping[str, object]], E]


PLAN = Form(SHEET, COLUMNS, ("place", "strategy"), NOT_OF_PERSONS, Entry, checked)


@dataclass(frozen=True)
class Wanted(Generic[E]):
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
    entry: E
    before: E | None = None
    change: Change[E] | None = None


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
    """Say what a file would change in the plan, see `wanted_of`."""
    return wanted_of(PLAN, content, Known(file, by, plan, places))


def wanted_of(form: Form[E], content: bytes, known: Known[E]) -> tuple[Wanted[E], ...]:
    """Say what a file would change, without changing anything.

    Entries that are not in the file stay as they are.

    Parameters
    ----------
    form : Form
    content : bytes
        CSV or workbook.
    known : Known

    Raises
    ------
    DataError
        The file cannot be read, describes students, or rows of it cannot be saved: each with file,
        row, column and remedy. Nothing is kept of it.
    """
    headers, rows = _table(form, content, known)
    found: list[Wanted[E]] = []
    troubles: list[FileError] = []
    for number, cells in rows:
        given = dict(zip(headers, cells, strict=True))
        try:
            found.append(_row(form, number, given, known))
        except _TroublesError as error:
            troubles += error.troubles
    troubles += _repeated(found, known.file)
    if len(troubles) > MOST_TROUBLES:
        more = f"{len(troubles) - MOST_TROUBLES:,} more cells cannot be saved"
        troubles = [*troubles[:MOST_TROUBLES], FileError(known.file, more, "correct these first")]
    raise_together(troubles)
    return tuple(found)


@dataclass(frozen=True)
class Known(Generic[E]):
    """What rows of a file are held against.

    Attributes
    ----------
    file : str
        Its name.
    by : str
        Role that hands it in.
    stored : sequence of Stored
        Entries as they are now.
    places : mapping
        What an entry may be about: kind and name by "kind:id".
    """

    file: str
    by: str
    stored: Sequence[Stored[E]]
    places: Mapping[str, tuple[str, str]]

    def entry(self, id: str) -> Stored[E] | None:  # noqa: A002 - as everywhere in the plan
        """Give the entry of an id."""
        return self._by_id.get(id)

    def holds(self, entry: E) -> bool:
        """Whether an entry says this already."""
        return entry in self._entries

    @cached_property
    def _by_id(self) -> dict[str, Stored[E]]:
        return {each.id: each for each in self.stored}

    @cached_property
    def _entries(self) -> frozenset[E]:
        return frozenset(each.entry for each in self.stored)


class _TroublesError(Exception):
    """What is wrong with a row."""

    def __init__(self, troubles: Sequence[FileError]) -> None:
        self.troubles = troubles
        super().__init__()


def _table(form: Form[E], content: bytes, held: Known[E]) -> tuple[list[str], Rows]:
    """Read the cells of a file that is no register of students and has the form's columns."""
    file, places = held.file, held.places
    first, *rows = lines_of(content, file, form.noun)
    names = [" ".join(cell.split()) for cell in first[1]]
    while names and not names[-1]:
        names.pop()
    rows = [(number, fitted(cells, len(names), file, number)) for number, cells in rows]
    known = {name: {word for _, word in places.values()} | {""} for name in ("place", "place_id")}
    known["place_id"] |= {key.partition(":")[2] for key in places}
    seen = [name for name in names if _key(name) not in form.not_of_persons]
    at = [place for place, name in enumerate(names) if name in seen]
    refuse_register(seen, [[cells[place] for place in at] for _, cells in rows], known, file)
    keys = [_key(name) for name in names]
    for name, key in zip(names, keys, strict=True):
        if key not in form.columns and key not in NOT_READ:
            remedy = f"delete it, or call it one of {', '.join(form.columns)}"
            raise FileError(file, f"the {form.noun} has no such column", remedy, column=name)
        if keys.count(key) > 1:
            raise FileError(file, "it is there twice", "rename one of them", column=name)
    for key in form.needed:
        if key not in keys:
            raise FileError(file, "there is no such column", HEADER, column=key)
    return keys, rows


def _key(header: str) -> str:
    return re.sub(r"[\s_]+", "_", header.strip().casefold())


def _repeated(found: Sequence[Wanted[E]], file: str) -> list[FileError]:
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


def _row(form: Form[E], number: int, given: Mapping[str, str], known: Known[E]) -> Wanted[E]:
    """Say what one row would do."""
    id_, version = given.get("id", "").strip(), given.get("version", "").strip()
    current = known.entry(id_)
    values = {each.name: given.get(each.name, "") for each in fields(form.made)}
    placed = _placed(values, current, known.places)
    entry = _checked(form, number, {**values, **(placed or {})}, known.file)

    def refused(column: str, what: str, remedy: str) -> _TroublesError:
        return _TroublesError([FileError(known.file, what, remedy, column=column, row=number)])

    if placed is None:
        if suspect(values["place"]):
            raise refused("place", "this looks like data of students", "take it out")
        remedy = "write a place as it is called here, and place_kind where two are called alike"
        raise refused("place", "no place here is called so, or several", remedy)
    if id_ and current is None:
        remedy = "leave id empty to add it, or download the file again"
        raise refused("id", f"the {form.noun} has no such entry", remedy)
    if known.holds(entry) if current is None else entry == current.entry:
        return Wanted(number, "same", entry, entry)
    if current is None:
        return Wanted(number, "add", entry, None, Change("add", known.by, entry=entry))
    if version and version != str(current.version):
        remedy = "download the file again, or empty this cell to overwrite it"
        raise refused("version", "someone changed this entry after the file was made", remedy)
    change = Change("change", known.by, current.id, current.version, entry)
    return Wanted(number, "change", entry, current.entry, change)


def _checked(form: Form[E], number: int, values: Mapping[str, str], file: str) -> E:
    """Make an entry of a row; what is wrong names file, row, column and remedy, never a cell."""
    try:
        return form.checked(values)
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
    values: Mapping[str, str], current: Stored[Any] | None, places: Mapping[str, tuple[str, str]]
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
