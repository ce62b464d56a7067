"""Own evidence beside the published, with its history."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
KEPT = {
    **{"area": 64, "changed_by": 32, "place": 120, "place_kind": 16, "place_id": 120},
    "strategy": 64,
}
HISTORY = {"entry_id": 32, "area": 64, "kind": 8, "changed_by": 32, "key": 64}
"""Letters of each column of text."""


def upgrade() -> None:
    """Make both tables."""
    counted = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "own_evidence",
        sa.Column("id", sa.String(32), primary_key=True),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in KEPT.items()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
    )
    op.create_index("own_evidence_area", "own_evidence", ["area"])
    op.create_table(
        "own_evidence_history",
        sa.Column("id", counted, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in HISTORY.items()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("undoes", counted),
        *(sa.Column(name, sa.JSON(none_as_null=True)) for name in ("before", "after")),
        sa.UniqueConstraint("entry_id", "version", name="own_evidence_history_version"),
        sa.UniqueConstraint("key", name="own_evidence_history_key"),
    )
    op.create_index("own_evidence_history_area", "own_evidence_history", ["area", "id"])


def downgrade() -> None:
    """Take both tables away."""
    op.drop_table("own_evidence_history")
    op.drop_table("own_evidence")
