"""Voices with their history, and workshops with their notes and actions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
KEPT = {"id": 32, "area": 64, "changed_by": 32}
VOICES = {
    **{"held": 10, "occasion": 16, "place": 120, "place_kind": 16, "place_id": 120, "who": 16},
    **{"student_group": 32, "nature": 16, "theme": 32},
}
HISTORY = {"entry_id": 32, "area": 64, "kind": 8, "changed_by": 32, "key": 64}
WORKSHOPS = {"area": 64, "place": 120, "code_hash": 64, "lead_hash": 64, "prompt": 16}
NOTES = {"workshop_id": 32, "prompt": 16, "heap": 80}
"""Letters of each column of text."""


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "voices",
        *_texts(KEPT, key="id"),
        *_texts(VOICES),
        *_wholes("version", "voices"),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
    )
    op.create_index("voices_area", "voices", ["area"])
    counted = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "voices_history",
        sa.Column("id", counted, primary_key=True, autoincrement=True),
        *_texts(HISTORY),
        *_wholes("version"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes", counted),
        *(sa.Column(name, sa.JSON(none_as_null=True)) for name in ("before", "after")),
        sa.UniqueConstraint("entry_id", "version", name="voices_history_version"),
        sa.UniqueConstraint("key", name="voices_history_key"),
    )
    op.create_index("voices_history_area", "voices_history", ["area", "id"])
    _workshops()


def _workshops() -> None:
    op.create_table(
        "workshops",
        *_texts({"id": 32, **WORKSHOPS}, key="id"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("record", sa.JSON(none_as_null=True)),
        sa.UniqueConstraint("code_hash", name="workshops_code"),
    )
    op.create_table(
        "workshop_notes",
        *_texts({"key": 64, **NOTES}, key="key"),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("workshop_notes_workshop", "workshop_notes", ["workshop_id"])
    op.create_table(
        "workshop_actions", *_texts({"entry_id": 32, "workshop_id": 32}, key="entry_id")
    )
    op.create_index("workshop_actions_workshop", "workshop_actions", ["workshop_id"])


def downgrade() -> None:
    """Take the tables away."""
    for name in ("workshop_actions", "workshop_notes", "workshops", "voices_history", "voices"):
        op.drop_table(name)


def _texts(lengths: dict[str, int], key: str = "") -> list[sa.Column[str]]:
    return [
        sa.Column(name, sa.String(length), primary_key=name == key, nullable=False)
        for name, length in lengths.items()
    ]


def _wholes(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]
