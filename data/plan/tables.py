"""Tables of the plan's database, as the migrations in `data/plan/migrations` leave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# SQLite counts only its INTEGER up by itself.
COUNTED = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """What the tables share."""


class _Entry:
    """Columns of an entry as it is now; one that was removed stays, marked."""

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    area: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    removed: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[str] = mapped_column(String(32))
    place: Mapped[str] = mapped_column(String(120))
    place_kind: Mapped[str] = mapped_column(String(16))
    place_id: Mapped[str] = mapped_column(String(120))


class EntryRow(_Entry, Base):
    """One entry of the plan."""

    __tablename__ = "plan_entries"
    __table_args__ = (Index("plan_entries_area", "area"),)

    strategy: Mapped[str] = mapped_column(String(200))
    partner: Mapped[str] = mapped_column(String(200))
    capacity: Mapped[int | None] = mapped_column(BigInteger)
    cost: Mapped[int | None] = mapped_column(BigInteger)
    funded: Mapped[int | None] = mapped_column(BigInteger)
    funder: Mapped[str] = mapped_column(String(120))
    start: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(16))
    notes: Mapped[str] = mapped_column(Text)
    virginia: Mapped[str] = mapped_column(String(16))
    california: Mapped[str] = mapped_column(String(16))


class _History:
    """Columns of a history: by whom, when, from what to what. Nothing is ever changed in one."""

    id: Mapped[int] = mapped_column(COUNTED, primary_key=True, autoincrement=True)
    entry_id: Mapped[str] = mapped_column(String(32))
    area: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(8))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(64))
    undoes: Mapped[int | None] = mapped_column(COUNTED)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class HistoryRow(_History, Base):
    """One change of the plan."""

    __tablename__ = "plan_history"
    __table_args__ = (
        UniqueConstraint("entry_id", "version", name="plan_history_version"),
        UniqueConstraint("key", name="plan_history_key"),
        Index("plan_history_area", "area", "id"),
    )


class VoiceRow(_Entry, Base):
    """What some people said of one theme on one occasion."""

    __tablename__ = "voices"
    __table_args__ = (Index("voices_area", "area"),)

    held: Mapped[str] = mapped_column(String(10))
    occasion: Mapped[str] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(String(16))
    student_group: Mapped[str] = mapped_column(String(32))
    voices: Mapped[int] = mapped_column(Integer)
    nature: Mapped[str] = mapped_column(String(16))
    theme: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(Text)


class VoiceHistoryRow(_History, Base):
    """One change of what was written down of voices."""

    __tablename__ = "voices_history"
    __table_args__ = (
        UniqueConstraint("entry_id", "version", name="voices_history_version"),
        UniqueConstraint("key", name="voices_history_key"),
        Index("voices_history_area", "area", "id"),
    )


class OwnEvidenceRow(_Entry, Base):
    """What a place found of a programme, beside the published."""

    __tablename__ = "own_evidence"
    __table_args__ = (Index("own_evidence_area", "area"),)

    strategy: Mapped[str] = mapped_column(String(64))
    entry: Mapped[str] = mapped_column(Text)


class OwnEvidenceHistoryRow(_History, Base):
    """One change of own evidence."""

    __tablename__ = "own_evidence_history"
    __table_args__ = (
        UniqueConstraint("entry_id", "version", name="own_evidence_history_version"),
        UniqueConstraint("key", name="own_evidence_history_key"),
        Index("own_evidence_history_area", "area", "id"),
    )


class WorkshopRow(Base):
    """A workshop; its codes stand here as hashes, and its record once it is closed."""

    __tablename__ = "workshops"
    __table_args__ = (UniqueConstraint("code_hash", name="workshops_code"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    area: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(120))
    code_hash: Mapped[str] = mapped_column(String(64))
    lead_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closes_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    prompt: Mapped[str] = mapped_column(String(16))
    closed: Mapped[bool]
    record: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class WorkshopNoteRow(Base):
    """A note of a workshop that is open; nothing says whose it is."""

    __tablename__ = "workshop_notes"
    __table_args__ = (Index("workshop_notes_workshop", "workshop_id"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    workshop_id: Mapped[str] = mapped_column(String(32))
    prompt: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(Text)
    heap: Mapped[str] = mapped_column(String(80))
    removed: Mapped[bool]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class WorkshopActionRow(Base):
    """An entry of the plan that a workshop ended in."""

    __tablename__ = "workshop_actions"
    __table_args__ = (Index("workshop_actions_workshop", "workshop_id"),)

    entry_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    workshop_id: Mapped[str] = mapped_column(String(32))
