"""Who asks, in which manner, and the closing line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With defaults in the database, code that does not know the columns yet can still write rows.
    op.add_column("interviews", sa.Column("interviewer", sa.String(), nullable=False, server_default="maya"))
    op.add_column("interviews", sa.Column("style", sa.String(), nullable=False, server_default="neutral"))
    op.add_column("interviews", sa.Column("closing_key", sa.String(), nullable=True))
    op.create_index(op.f("ix_interviews_closing_key"), "interviews", ["closing_key"], unique=False)
    op.create_check_constraint(op.f("ck_interviews_style"), "interviews", "style IN ('warm', 'neutral', 'challenging')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_interviews_style"), "interviews")
    op.drop_index(op.f("ix_interviews_closing_key"), "interviews")
    op.drop_column("interviews", "closing_key")
    op.drop_column("interviews", "style")
    op.drop_column("interviews", "interviewer")
