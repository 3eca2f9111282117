"""Who spoke a clip, and why it was not the voice that was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("speech_clips", sa.Column("provider", sa.String(), nullable=True))
    op.add_column("speech_clips", sa.Column("fallback", sa.String(), nullable=True))
    op.execute("UPDATE speech_clips SET provider = 'kokoro' WHERE state = 'ready'")


def downgrade() -> None:
    op.drop_column("speech_clips", "fallback")
    op.drop_column("speech_clips", "provider")
