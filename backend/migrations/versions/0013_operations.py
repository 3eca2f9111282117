"""Turns between owners, what is parked, and where a trace goes on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "turns",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("served_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name=op.f("fk_turns_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", "queue", name=op.f("pk_turns")),
    )
    op.add_column("stages", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.add_column("stages", sa.Column("crashes", sa.Integer(), server_default="0", nullable=False))
    op.add_column("stages", sa.Column("parked_at", WHEN, nullable=True))
    op.add_column("stages", sa.Column("trace", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outbox", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outbox", sa.Column("reason", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("parked_at", WHEN, nullable=True))
    op.add_column("outbox", sa.Column("trace", sa.String(), nullable=True))


def downgrade() -> None:
    for column in ("trace", "parked_at", "reason", "failures", "attempts"):
        op.drop_column("outbox", column)
    for column in ("trace", "parked_at", "crashes", "failures"):
        op.drop_column("stages", column)
    op.drop_table("turns")
