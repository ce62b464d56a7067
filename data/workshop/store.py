"""Workshops in the plan's database: a note that was taken is written at once, under its own key.

A note has a key that the browser of its writer makes. The same key is the same note: a browser that
heard no answer sends it again, and it is kept once. Nothing says whose a note is. When a workshop
closes, its notes become its record in an order that tells nothing, and keys and times are gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, Select, Update, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.plan.database import Database, PlanError, database
from data.plan.entry import plain
from data.plan.store import utc
from data.plan.tables import WorkshopActionRow, WorkshopNoteRow, WorkshopRow
from data.workshop import codes
from data.workshop.note import KEY, LONGEST_HEAP, MOST_NOTES, PROMPTS, problem

SHOPS, NOTES = WorkshopRow.__table__, WorkshopNoteRow.__table__
ACTIONS = WorkshopActionRow.__table__
OPEN_FOR, KEPT_FOR = timedelta(hours=8), timedelta(days=30)
SAME_CODE = 3  # draws of a code


@dataclass(frozen=True)
class Workshop:
    """A workshop as it is now.

    Attributes
    ----------
    id, area, place : str
        The place is named as people say it.
    prompt : str
        A key of `PROMPTS`.
    made_at, closes_at : datetime
        It closes by itself; a closed one is forgotten after `KEPT_FOR`.
    closed : bool
    record : dict or None
        What is left of a closed one: notes by prompt and heap, and ids of its actions.
    """

    id: str
    area: str
    place: str
    prompt: str
    made_at: datetime
    closes_at: datetime
    closed: bool
    record: dict[str, Any] | None


@dataclass(frozen=True)
class Note:
    """A note on the wall; `heap` is what it was put under, "" for nothing yet."""

    key: str
    prompt: str
    words: str
    heap: str


class LeadError(PlanError):
    """Only whoever leads the workshop may do this."""

    def __init__(self) -> None:
        super().__init__("only who leads the workshop may do this; enter the code of the lead")


def begin(
    area: str, place: str, at: datetime, plan: Database | None = None
) -> tuple[Workshop, str, str]:
    """Open a workshop; close and forget those whose time is over.

    Returns
    -------
    tuple
        The workshop, its code, and the code of whoever leads it. Neither can be asked for again.
    """
    plan = plan or database()
    at = at.astimezone(UTC)
    lead = codes.new_code(codes.OF_LEAD)
    for _ in range(SAME_CODE):
        code = codes.new_code()
        shop = Workshop(
            *(uuid4().hex, area, place[:120], next(iter(PROMPTS)), at, at + OPEN_FOR),
            closed=False,
            record=None,
        )
        hashes = {"code_hash": codes.hashed(code), "lead_hash": codes.hashed(lead)}
        try:
            with plan.writing() as connection:
                _tidied(connection, at)
                try:
                    connection.execute(insert(WorkshopRow).values(**asdict(shop), **hashes))
                except IntegrityError as error:
                    raise _TakenError from error
        except _TakenError:
            continue
        return shop, code, lead
    raise PlanError("no code was free; try again")


def opened(code: str, at: datetime, plan: Database | None = None) -> Workshop | None:
    """Give the workshop of a code, closed if its time is over; None where there is none."""
    plan = plan or database()
    asked = select(SHOPS).where(SHOPS.c.code_hash == codes.hashed(code))
    with plan.reading() as connection:
        row = connection.execute(asked).first()
    if row is None or _shop(row).closes_at + KEPT_FOR < at:
        return None
    shop = _shop(row)
    if not shop.closed and shop.closes_at <= at:
        with plan.writing() as connection:
            return _closed(connection, shop.id)
    return shop


def tidy(at: datetime, plan: Database | None = None) -> None:
    """Close workshops whose time is over, and delete those that were kept long enough.

    What nobody opens again would lie in the database for ever.
    """
    plan = plan or database()
    at = at.astimezone(UTC)
    with plan.reading() as connection:
        over = connection.execute(_over(at)).first()
    if over is not None:
        with plan.writing() as connection:
            _tidied(connection, at)


def leads(shop: Workshop, lead: str, plan: Database | None = None) -> bool:
    """Whether a code is that of who leads a workshop."""
    asked = select(SHOPS.c.lead_hash).where(SHOPS.c.id == shop.id)
    with (plan or database()).reading() as connection:
        return bool(lead) and connection.execute(asked).scalar() == codes.hashed(lead)


def add(
    shop: Workshop, key: str, prompt: str, words: str, at: datetime, plan: Database | None = None
) -> str:
    """Take a note; once for each key, however often it is sent.

    Returns
    -------
    str
        "" when the note is kept, else why not: a key of `data.workshop.note.PROBLEMS`.
    """
    words = plain(words)
    if not KEY.fullmatch(key) or prompt not in PROMPTS:
        return "unreadable"
    if code := problem(words):
        return code
    try:
        with (plan or database()).writing() as connection:
            if connection.execute(select(NOTES.c.key).where(NOTES.c.key == key)).first():
                return ""
            row = connection.execute(_held(shop)).first()
            if row is None or row.closed or _shop(row).closes_at <= at:
                return "closed"
            if _count(connection, shop.id) >= MOST_NOTES:
                return "full"
            own = {"key": key, "workshop_id": shop.id, "prompt": prompt, "words": words}
            new = insert(WorkshopNoteRow).values(**own, heap="", removed=False)
            try:
                connection.execute(new.values(added_at=at.astimezone(UTC)))
            except IntegrityError as error:
                raise _TakenError from error
    except _TakenError:  # the same note came twice at one time
        pass
    return ""


def notes(shop: Workshop, plan: Database | None = None) -> list[Note]:
    """Give the notes of a workshop that is open, the first that came first."""
    asked = select(NOTES).where(NOTES.c.workshop_id == shop.id, NOTES.c.removed.is_(False))
    with (plan or database()).reading() as connection:
        rows = connection.execute(asked.order_by(NOTES.c.added_at, NOTES.c.key))
        return [Note(row.key, row.prompt, row.words, row.heap) for row in rows]


def move(shop: Workshop, lead: str, prompt: str, plan: Database | None = None) -> None:
    """Go to a prompt.

    Raises
    ------
    LeadError
    """
    with _leading(shop, lead, plan) as connection:
        chosen = update(WorkshopRow).where(SHOPS.c.id == shop.id, SHOPS.c.closed.is_(False))
        connection.execute(chosen.values(prompt=prompt))


def put(
    shop: Workshop, lead: str, keys: Sequence[str], heap: str, plan: Database | None = None
) -> str:
    """Put notes under a word; "" takes them from where they are.

    Returns
    -------
    str
        "" when it is done, else what is wrong with the word: a key of `PROBLEMS`.

    Raises
    ------
    LeadError
    """
    heap = plain(heap)
    if heap and (code := problem(heap, LONGEST_HEAP)):
        return code
    with _leading(shop, lead, plan) as connection:
        connection.execute(_of_keys(shop, keys).values(heap=heap))
    return ""


def take_down(shop: Workshop, lead: str, keys: Sequence[str], plan: Database | None = None) -> None:
    """Take notes off the wall; what they say is deleted.

    Raises
    ------
    LeadError
    """
    with _leading(shop, lead, plan) as connection:
        connection.execute(_of_keys(shop, keys).values(removed=True, words="", heap=""))


def note_action(shop: Workshop, entry_id: str, plan: Database | None = None) -> None:
    """Remember that an entry of the plan came out of a workshop; once for each entry.

    It is in the record, too, where another has closed the workshop in the meantime.
    """
    try:
        with (plan or database()).writing() as connection:
            row = connection.execute(_held(shop)).first()
            if row is None:
                return
            if row.closed:
                known = dict.fromkeys([*row.record["actions"], entry_id])
                record = {**row.record, "actions": list(known)}
                held = update(WorkshopRow).where(SHOPS.c.id == shop.id)
                connection.execute(held.values(record=record))
                return
            if connection.execute(
                select(ACTIONS.c.entry_id).where(ACTIONS.c.entry_id == entry_id)
            ).first():
                return
            values = {"entry_id": entry_id, "workshop_id": shop.id}
            try:
                connection.execute(insert(WorkshopActionRow).values(**values))
            except IntegrityError as error:
                raise _TakenError from error
    except _TakenError:  # the same action came twice at one time
        return


def actions(shop: Workshop, plan: Database | None = None) -> list[str]:
    """Give the ids of the plan's entries that came out of a workshop."""
    if shop.record is not None:
        return list(shop.record["actions"])
    with (plan or database()).reading() as connection:
        return _actions(connection, shop.id)


def close(shop: Workshop, lead: str, plan: Database | None = None) -> Workshop:
    """Close a workshop: its record stays, its notes with their keys and times are gone.

    Raises
    ------
    LeadError
    """
    with _leading(shop, lead, plan) as connection:
        return _closed(connection, shop.id)


def forget(shop: Workshop, lead: str, plan: Database | None = None) -> None:
    """Delete a workshop with its record before its time, as for a name that was overlooked.

    Raises
    ------
    LeadError
    """
    with _leading(shop, lead, plan) as connection:
        _delete(connection, [shop.id])


class _TakenError(Exception):
    """Another has written the same key or code."""


@contextmanager
def _leading(shop: Workshop, lead: str, plan: Database | None) -> Iterator[Connection]:
    """Give a connection that changes a workshop, to who leads it alone."""
    with (plan or database()).writing() as connection:
        row = connection.execute(_held(shop)).first()
        if row is None or not lead or row.lead_hash != codes.hashed(lead):
            raise LeadError
        yield connection


def _held(shop: Workshop) -> Select[Any]:
    """Ask for a workshop so that it is not closed while a note is written."""
    return select(SHOPS).where(SHOPS.c.id == shop.id).with_for_update()


def _shop(row: Row[Any]) -> Workshop:
    values = {each.name: row._mapping[each.name] for each in fields(Workshop)}
    moments = {name: utc(values[name]) for name in ("made_at", "closes_at")}
    return Workshop(**{**values, **moments})


def _count(connection: Connection, id_: str) -> int:
    """Count the notes on the wall: taking some down makes room for others."""
    counted = select(func.count()).select_from(NOTES)
    own = counted.where(NOTES.c.workshop_id == id_, NOTES.c.removed.is_(False))
    return int(connection.execute(own).scalar_one())


def _of_keys(shop: Workshop, keys: Sequence[str]) -> Update:
    return update(WorkshopNoteRow).where(NOTES.c.workshop_id == shop.id, NOTES.c.key.in_(keys))


def _actions(connection: Connection, id_: str) -> list[str]:
    asked = select(ACTIONS.c.entry_id).where(ACTIONS.c.workshop_id == id_)
    return sorted(connection.execute(asked).scalars())


def _closed(connection: Connection, id_: str) -> Workshop:
    """Write the record of a workshop in place of its notes; once."""
    asked = select(SHOPS).where(SHOPS.c.id == id_)
    row = connection.execute(asked.with_for_update()).one()
    if not row.closed:
        record = {"notes": _walls(connection, id_), "actions": _actions(connection, id_)}
        shop = update(WorkshopRow).where(SHOPS.c.id == id_)
        connection.execute(shop.values(closed=True, record=record))
        connection.execute(delete(WorkshopNoteRow).where(NOTES.c.workshop_id == id_))
        connection.execute(delete(WorkshopActionRow).where(ACTIONS.c.workshop_id == id_))
    return _shop(connection.execute(asked).one())


def _walls(connection: Connection, id_: str) -> dict[str, dict[str, list[str]]]:
    """Lay the notes out by prompt and heap, each in the order of the alphabet."""
    asked = select(NOTES).where(NOTES.c.workshop_id == id_, NOTES.c.removed.is_(False))
    laid: dict[str, dict[str, list[str]]] = {}
    for row in sorted(connection.execute(asked), key=lambda row: (row.heap, row.words)):
        laid.setdefault(row.prompt, {}).setdefault(row.heap, []).append(row.words)
    return laid


def _over(at: datetime) -> Select[Any]:
    """Ask for workshops to be closed or forgotten."""
    late = SHOPS.c.closed.is_(False) & (SHOPS.c.closes_at <= at)
    return select(SHOPS.c.id, SHOPS.c.closes_at).where(late | (SHOPS.c.closes_at < at - KEPT_FOR))


def _tidied(connection: Connection, at: datetime) -> None:
    over = connection.execute(_over(at)).all()
    gone = [row.id for row in over if utc(row.closes_at) < at - KEPT_FOR]
    _delete(connection, gone)
    for row in over:
        if row.id not in gone:
            _closed(connection, row.id)


def _delete(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(delete(WorkshopNoteRow).where(NOTES.c.workshop_id.in_(ids)))
    connection.execute(delete(WorkshopActionRow).where(ACTIONS.c.workshop_id.in_(ids)))
    connection.execute(delete(WorkshopRow).where(SHOPS.c.id.in_(ids)))
