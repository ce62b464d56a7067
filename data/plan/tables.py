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


class EntryRow(Base):
    """One entry as it is now; one that was removed stays, marked."""

    __tablename__ = "plan_entries"
    __table_args__ = (Index("plan_entries_area", "area"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    area: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    removed: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[str] = mapped_column(String(32))
    place: Mapped[str] = mapped_column(String(120))
    place_kind: Mapped[str] = mapped_column(String(16))
    place_id: Mapped[str] = mapped_column(String(120))
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


class HistoryRow(Base):
    """One change: by whom, when, from what to what. Nothing here is ever changed or taken away."""

    __tablename__ = "plan_history"
    __table_args__ = (
        UniqueConstraint("entry_id", "version", name="plan_history_version"),
        UniqueConstraint("key", name="plan_history_key"),
        Index("plan_history_area", "area", "id"),
    )

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
