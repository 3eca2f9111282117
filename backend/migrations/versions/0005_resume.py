"""What a résumé shows of a posting. The résumé itself is not stored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("postings", sa.Column("resume", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("postings", "resume")
