"""Reading and changing the plan: no change is lost, none is made twice, every one can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, Literal, Protocol
from uuid import uuid4

import pandas as pd
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError
from typing_extensions import TypeVar

from data.plan.database import Database, PlanError, database
from data.plan.entry import FIELDS, ROLES, Entry
from data.plan.tables import Base, EntryRow, HistoryRow

Kind = Literal["add", "change", "remove", "undo"]
SAME_TIME = 3  # tries when another save of the same entry comes first


class Kept(Protocol):
    """What a book keeps: values by field, and words by which a message names it."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def values(self) -> dict[str, Any]:
        """Give the fields by name, each as JSON can hold it."""

    def label(self) -> str:
        """Name it in a message."""


E = TypeVar("E", bound=Kept, default=Entry)


@dataclass(frozen=True)
class Book(Generic[E]):
    """What is kept under these rules: the plan, and what else several people write.

    Attributes
    ----------
    entries, history : type of Base
        Its tables; each field of an entry is a column of the first.
    made : type
        What makes an entry of its fields.
    """

    entries: type[Base]
    history: type[Base]
    made: type[E]


PLAN = Book(EntryRow, HistoryRow, Entry)


@dataclass(frozen=True)
class Change(Generic[E]):
    """What someone wants to do to one entry.

    Attributes
    ----------
    kind : str
        "add", "change", "remove" or "undo" of its last change.
    by : str
        A key of `ROLES`.
    id : str
        Of the entry; for "add" a new one.
    version : int
        The version that was looked at; 0 for "add".
    entry : Entry or None
        For "add" and "change".
    key : str
        The same for every try of one save, another for every other save.
    """

    kind: Kind
    by: str
    id: str = field(default_factory=lambda: uuid4().hex)
    version: int = 0
    entry: E | None = None
    key: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True)
class Stored(Generic[E]):
    """An entry as it stands in the plan, with its version, and who changed it last and when."""

    id: str
    area: str
    version: int
    removed: bool
    changed_at: datetime
    changed_by: str
    entry: E


@dataclass(frozen=True)
class Past(Generic[E]):
    """One change of the past; `before` and `after` are None where the entry was not there."""

    kind: Kind
    version: int
    changed_at: datetime
    changed_by: str
    before: E | None
    after: E | None


class ConflictError(PlanError):
    """Someone else changed the entry since it was looked at; nothing was saved.

    Attributes
    ----------
    change : Change
        What was wanted.
    current : Stored
        The entry as it is now, with who changed it and when.
    """

    def __init__(self, change: Change[Any], current: Stored[Any]) -> None:
        self.change, self.current = change, current
        who = ROLES.get(current.changed_by, current.changed_by)
        did = "removed" if current.removed else "changed"
        super().__init__(
            f"{who} {did} {current.entry.label()} on"
            f" {current.changed_at:%Y-%m-%d at %H:%M} UTC, after you had opened it; nothing was"
            " saved: keep your version, or take the other"
        )


class NothingToUndoError(PlanError):
    """Every change of the entry has been undone."""

    def __init__(self) -> None:
        super().__init__("there is no change of this entry left to undo")


def apply(
    area: str, changes: Sequence[Change], at: datetime, plan: Database | None = None
) -> tuple[Stored, ...]:
    """Make changes of the plan together, see `write`."""
    return write(PLAN, area, changes, at, plan)


def write(
    book: Book[E],
    area: str,
    changes: Sequence[Change[E]],
    at: datetime,
    plan: Database | None = None,
) -> tuple[Stored[E], ...]:
    """Make changes together: all of them, or none.

    A change whose key was seen before is not made again: its entry is given as it stands.

    Parameters
    ----------
    book : Book
    area : str
        Slug of the place.
    changes : sequence of Change
    at : datetime
        Now, with its time zone.
    plan : Database, optional
        The one of this process.

    Returns
    -------
    tuple of Stored
        The entries as they are now, by id.

    Raises
    ------
    ConflictError
        An entry has changed since; nothing is saved.
    UnreachableError
        The database does not answer: try the same changes again, with the same keys.
    ClosedError
        It cannot be written.
    """
    if unknown := {each.by for each in changes} - ROLES.keys():
        raise PlanError(f"{', '.join(sorted(unknown))}: no such role; choose whom you speak for")
    plan = plan or database()
    for left in reversed(range(SAME_TIME)):
        try:
            with plan.writing() as connection:
                try:
                    # In one order: two who change the same entries never block each other.
                    order = sorted(changes, key=lambda change: change.id)
                    return tuple(_made(book, connection, area, each, at) for each in order)
                except IntegrityError as error:
                    raise _AgainError from error
        except _AgainError:
            if not left:
                raise PlanError("others save the same entries just now; try again") from None
    raise AssertionError


def stored(area: str, *, removed: bool = False, plan: Database | None = None) -> list[Stored]:
    """Give the entries of a place, the one changed last first; or those that were removed."""
    return read(PLAN, area, removed=removed, plan=plan)


def read(
    book: Book[E], area: str, *, removed: bool = False, plan: Database | None = None
) -> list[Stored[E]]:
    """Give what a book holds of a place, what was changed last first; or what was removed."""
    table = book.entries.__table__
    order = (table.c.changed_at.desc(), table.c.id)
    asked = select(table).where(table.c.area == area, table.c.removed == removed)
    with (plan or database()).reading() as connection:
        return [_stored(book, row) for row in connection.execute(asked.order_by(*order))]


def entries(area: str, plan: Database | None = None) -> pd.DataFrame:
    """Give the plan of a place as a table, the entry changed last first.

    Parameters
    ----------
    area : str
        Slug of the place.
    plan : Database, optional
        The one of this process.

    Returns
    -------
    DataFrame
        Index `id`; the fields of `data.plan.entry.Entry` (text, and `capacity`, `cost`, `funded` as
        nullable whole numbers), then `version`, `changed_at` (UTC) and `changed_by` (a key of
        `ROLES`). No rows for a place without a plan. Entries that were removed are not in it.

    Raises
    ------
    PlanError
        The database cannot be read; the message says what to do.
    """
    rows = [
        {
            "id": each.id,
            **each.entry.values(),
            "version": each.version,
            "changed_at": each.changed_at,
            "changed_by": each.changed_by,
        }
        for each in stored(area, plan=plan)
    ]
    columns = ["id", *FIELDS, "version", "changed_at", "changed_by"]
    table = pd.DataFrame(rows, columns=columns).set_index("id")
    numbers = dict.fromkeys(("capacity", "cost", "funded", "version"), "Int64")
    texts = {name: "str" for name in (*FIELDS, "changed_by") if name not in numbers}
    moments = pd.to_datetime(table["changed_at"], utc=True).dt.as_unit("us")
    return table.astype({**texts, **numbers}).assign(changed_at=moments)


def history(id: str, plan: Database | None = None) -> tuple[Past, ...]:  # noqa: A002
    """Give all changes of an entry of the plan, the last first."""
    return past(PLAN, id, plan)


def past(book: Book[E], id: str, plan: Database | None = None) -> tuple[Past[E], ...]:  # noqa: A002
    """Give all changes of an entry, the last first."""
    table = book.history.__table__
    asked = select(table).where(table.c.entry_id == id).order_by(table.c.version.desc())
    with (plan or database()).reading() as connection:
        return tuple(
            Past(
                row.kind,
                row.version,
                utc(row.changed_at),
                row.changed_by,
                row.before and book.made(**row.before),
                row.after and book.made(**row.after),
            )
            for row in connection.execute(asked)
        )


def stamp(
    area: str, plan: Database | None = None, book: Book[Any] = PLAN
) -> tuple[int, datetime | None]:
    """Give the number of the last change of a place's plan, and when it was; (0, None) for none."""
    table = book.history.__table__
    asked = select(table.c.id, table.c.changed_at).where(table.c.area == area)
    with (plan or database()).reading() as connection:
        row = connection.execute(asked.order_by(table.c.id.desc()).limit(1)).first()
    return (row.id, utc(row.changed_at)) if row else (0, None)


class _AgainError(Exception):
    """Another save of the same entry or key came between look and write."""


def _made(
    book: Book[E], connection: Connection, area: str, change: Change[E], at: datetime
) -> Stored[E]:
    """Make one change and write it down."""
    table = book.history.__table__
    seen = connection.execute(select(table.c.entry_id).where(table.c.key == change.key)).scalar()
    current = _current(book, connection, seen or change.id)
    if seen and current:
        return current
    if current is None:
        if change.kind != "add":
            raise PlanError("this entry is no longer in the plan; look at the plan anew")
        removed, entry, undoes = False, change.entry, None
    else:
        if current.version != change.version or current.area != area:
            raise ConflictError(change, current)
        removed, entry, undoes = _wanted(book, connection, change, current)
    if entry is None:
        raise ValueError("a change needs what the entry is to be")
    made = Stored(
        change.id, area, change.version + 1, removed, at.astimezone(UTC), change.by, entry
    )
    _write(book, connection, change, current, made)
    values = _of_history(change, current, made)
    connection.execute(insert(book.history).values(undoes=undoes, **values))
    return made


def _wanted(
    book: Book[E], connection: Connection, change: Change[E], current: Stored[E]
) -> tuple[bool, E | None, int | None]:
    """Say what becomes of an entry: removed or not, its values, and the change that is undone."""
    if change.kind == "remove":
        return True, current.entry, None
    if change.kind != "undo":
        return False, change.entry, None
    table = book.history.__table__
    undone = select(table.c.undoes).where(
        table.c.entry_id == change.id, table.c.undoes.is_not(None)
    )
    asked = select(table).where(
        table.c.entry_id == change.id, table.c.kind != "undo", table.c.id.not_in(undone)
    )
    last = connection.execute(asked.order_by(table.c.version.desc()).limit(1)).first()
    if last is None:
        raise NothingToUndoError
    before = last.before and book.made(**last.before)
    return before is None, before or current.entry, last.id


def _write(
    book: Book[E],
    connection: Connection,
    change: Change[E],
    current: Stored[E] | None,
    made: Stored[E],
) -> None:
    """Write the entry, if it still is what was looked at."""
    values = {
        **made.entry.values(),
        "area": made.area,
        "version": made.version,
        "removed": made.removed,
        "changed_at": made.changed_at,
        "changed_by": made.changed_by,
    }
    if current is None:
        connection.execute(insert(book.entries).values(id=made.id, **values))
        return
    table = book.entries.__table__
    same = (table.c.id == made.id) & (table.c.version == change.version)
    if connection.execute(update(book.entries).where(same).values(**values)).rowcount != 1:
        newer = _current(book, connection, made.id)
        raise ConflictError(change, newer) if newer else _AgainError


def _of_history(change: Change[E], current: Stored[E] | None, made: Stored[E]) -> dict[str, Any]:
    """Lay a change out for the history."""
    there = current is not None and not current.removed
    return {
        "entry_id": made.id,
        "area": made.area,
        "version": made.version,
        "kind": change.kind,
        "changed_at": made.changed_at,
        "changed_by": made.changed_by,
        "key": change.key,
        "before": current.entry.values() if current and there else None,
        "after": None if made.removed else made.entry.values(),
    }


def _current(book: Book[E], connection: Connection, id: str) -> Stored[E] | None:  # noqa: A002
    table = book.entries.__table__
    row = connection.execute(select(table).where(table.c.id == id)).first()
    return None if row is None else _stored(book, row)


def _stored(book: Book[E], row: Row[Any]) -> Stored[E]:
    values = row._mapping
    return Stored(
        row.id,
        row.area,
        row.version,
        row.removed,
        utc(row.changed_at),
        row.changed_by,
        book.made(**{each.name: values[each.name] for each in fields(book.made)}),
    )


def utc(moment: datetime) -> datetime:
    """Give a moment its time zone, which SQLite does not keep."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
