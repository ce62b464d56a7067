"""Entries of the plan and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
TEXTS = {
    **{"place": 120, "place_kind": 16, "place_id": 120, "strategy": 200, "partner": 200},
    **{"funder": 120, "start": 10, "status": 16, "virginia": 16, "california": 16},
}
"""Letters of each column of text."""


def upgrade() -> None:
    """Make both tables."""
    counted = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "plan_entries",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("area", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("changed_by", sa.String(32), nullable=False),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in TEXTS.items()),
        *(sa.Column(name, sa.BigInteger()) for name in ("capacity", "cost", "funded")),
        sa.Column("notes", sa.Text(), nullable=False),
    )
    op.create_index("plan_entries_area", "plan_entries", ["area"])
    op.create_table(
        "plan_history",
        sa.Column("id", counted, primary_key=True, autoincrement=True),
        sa.Column("entry_id", sa.String(32), nullable=False),
        sa.Column("area", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("changed_by", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("undoes", counted),
        sa.Column("before", sa.JSON(none_as_null=True)),
        sa.Column("after", sa.JSON(none_as_null=True)),
        sa.UniqueConstraint("entry_id", "version", name="plan_history_version"),
        sa.UniqueConstraint("key", name="plan_history_key"),
    )
    op.create_index("plan_history_area", "plan_history", ["area", "id"])


def downgrade() -> None:
    """Take both tables away."""
    op.drop_table("plan_history")
    op.drop_table("plan_entries")
