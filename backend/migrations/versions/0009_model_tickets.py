"""Tickets with which flows ask for a language model."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "model_tickets",
        sa.Column("interview_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", WHEN, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", WHEN, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interviews.id"], name=op.f("fk_model_tickets_interview_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_tickets")),
    )
    op.create_index(op.f("ix_model_tickets_interview_id"), "model_tickets", ["interview_id"])
    op.create_index(op.f("ix_model_tickets_expires_at"), "model_tickets", ["expires_at"])
    op.add_column("provider_usage", sa.Column("ticket_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_provider_usage_ticket_id"),
        "provider_usage",
        "model_tickets",
        ["ticket_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(op.f("ix_provider_usage_ticket_id"), "provider_usage", ["ticket_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_provider_usage_ticket_id"), "provider_usage")
    op.drop_constraint(op.f("fk_provider_usage_ticket_id"), "provider_usage")
    op.drop_column("provider_usage", "ticket_id")
    op.drop_table("model_tickets")
