"""Owners of several kinds: the local one, guests that expire, people with an account, administrators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("owners", sa.Column("kind", sa.String(), server_default="guest", nullable=False))
    op.add_column("owners", sa.Column("expires_at", WHEN, nullable=True))
    op.add_column("owners", sa.Column("erased_at", WHEN, nullable=True))
    op.add_column("owners", sa.Column("administrator", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(op.f("ix_owners_expires_at"), "owners", ["expires_at"])
    op.create_index(op.f("ix_owners_erased_at"), "owners", ["erased_at"])
    # Until now there was one owner only, that of the machine.
    op.execute("UPDATE owners SET kind = 'local', administrator = true")
    op.create_check_constraint(op.f("ck_owners_kind"), "owners", "kind IN ('local', 'guest', 'account')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_owners_kind"), "owners")
    op.drop_index(op.f("ix_owners_erased_at"), "owners")
    op.drop_index(op.f("ix_owners_expires_at"), "owners")
    for column in ("administrator", "erased_at", "expires_at", "kind"):
        op.drop_column("owners", column)
