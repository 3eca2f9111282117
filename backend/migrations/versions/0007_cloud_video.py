"""The stage `cloud_video`: a stage that waits for a service of others and remembers how far it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE = ("media", "transcript", "voice", "presence", "grade", "tips")
NOT_THEN = "The answer was read before there was such a service."


def upgrade() -> None:
    _only((*BEFORE, "cloud_video"))
    op.add_column("stages", sa.Column("progress", postgresql.JSONB(none_as_null=True), nullable=True))
    # Every take has a row for every stage.
    op.execute(
        sa.text(
            "INSERT INTO stages (id, take_id, name, state, reason, attempt) "
            "SELECT gen_random_uuid(), take_id, 'cloud_video', 'skipped', :reason, 0 FROM stages WHERE name = 'media'"
        ).bindparams(reason=NOT_THEN)
    )


def downgrade() -> None:
    op.execute("DELETE FROM stages WHERE name = 'cloud_video'")
    op.drop_column("stages", "progress")
    _only(BEFORE)


def _only(stages: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_stages_name"), "stages", type_="check")
    op.create_check_constraint(op.f("ck_stages_name"), "stages", f"name IN ({', '.join(repr(one) for one in stages)})")
