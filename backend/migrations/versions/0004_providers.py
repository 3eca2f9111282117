"""Cloud services: settings, choices, budgets, usage, and copies stored there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "provider_settings",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("values", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", WHEN, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_provider_settings")),
    )
    op.create_table(
        "provider_choices",
        sa.Column("port", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.CheckConstraint(
            "port IN ('language_model', 'text_to_speech', 'speech_to_text', 'cloud_video')",
            name=op.f("ck_provider_choices_port"),
        ),
        sa.PrimaryKeyConstraint("port", name=op.f("pk_provider_choices")),
    )
    op.create_table(
        "budgets",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("interview", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_budgets_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_budgets")),
    )
    op.create_table(
        "provider_usage",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("characters", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", WHEN, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.id"],
            name=op.f("fk_provider_usage_interview_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_usage")),
    )
    op.create_index(op.f("ix_provider_usage_interview_id"), "provider_usage", ["interview_id"])
    op.create_index("ix_provider_usage_created_at", "provider_usage", ["created_at"])
    op.create_table(
        "provider_copies",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.Column("take_id", sa.Uuid(), nullable=True),
        sa.Column("delete_after", WHEN, nullable=True),
        sa.Column("deleted_at", WHEN, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", WHEN, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_copies")),
        sa.UniqueConstraint("provider", "kind", "label", name=op.f("uq_provider_copies_provider_kind_label")),
    )
    op.create_index(op.f("ix_provider_copies_take_id"), "provider_copies", ["take_id"])
    op.create_index(op.f("ix_provider_copies_delete_after"), "provider_copies", ["delete_after"])


def downgrade() -> None:
    for table in ("provider_copies", "provider_usage", "budgets", "provider_choices", "provider_settings"):
        op.drop_table(table)
