"""Entries of the plan and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


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
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("place_kind", sa.String(16), nullable=False),
        sa.Column("place_id", sa.String(120), nullable=False),
        sa.Column("strategy", sa.String(200), nullable=False),
        sa.Column("partner", sa.String(200), nullable=False),
        sa.Column("capacity", sa.BigInteger()),
        sa.Column("cost", sa.BigInteger()),
        sa.Column("funded", sa.BigInteger()),
        sa.Column("funder", sa.String(120), nullable=False),
        sa.Column("start", sa.String(10), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("virginia", sa.String(16), nullable=False),
        sa.Column("california", sa.String(16), nullable=False),
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
