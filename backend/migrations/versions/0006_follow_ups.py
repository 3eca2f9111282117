"""Follow-up questions: the switch, the question's parent, clips spoken ahead, listening while an answer is recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = postgresql.JSONB(none_as_null=True)


def upgrade() -> None:
    op.add_column("interviews", sa.Column("follow_ups", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("questions", sa.Column("follows_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_questions_follows_id"), "questions", "questions", ["follows_id"], ["id"], ondelete="CASCADE"
    )
    op.create_unique_constraint(op.f("uq_questions_follows_id"), "questions", ["follows_id"])
    op.add_column("takes", sa.Column("follow_up", JSON, nullable=True))
    op.add_column("outbox", sa.Column("urgency", sa.Integer(), nullable=False, server_default="6"))
    op.create_table(
        "prepared_clips",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("speech_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_prepared_clips_question_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", "reason", name=op.f("pk_prepared_clips")),
    )
    op.create_index(op.f("ix_prepared_clips_speech_key"), "prepared_clips", ["speech_key"], unique=False)
    op.create_table(
        "listenings",
        sa.Column("take_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("words", JSON, nullable=False),
        sa.Column("heard_ms", sa.Integer(), nullable=False),
        sa.Column("cpu_seconds", sa.Float(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('listening', 'done', 'stopped')", name=op.f("ck_listenings_state")),
        sa.ForeignKeyConstraint(["take_id"], ["takes.id"], name=op.f("fk_listenings_take_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("take_id", name=op.f("pk_listenings")),
    )


def downgrade() -> None:
    op.drop_table("listenings")
    op.drop_table("prepared_clips")
    op.drop_column("outbox", "urgency")
    op.drop_column("takes", "follow_up")
    op.drop_column("questions", "follows_id")
    op.drop_column("interviews", "follow_ups")
