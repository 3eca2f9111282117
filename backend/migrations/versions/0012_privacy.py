"""Consent with its history, retention of one's own, exports, receipts of erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)
BORN = sa.text("clock_timestamp()")
# The words that were shown before their version was kept.
BEFORE = "1"


def upgrade() -> None:
    op.create_table(
        "consent_entries",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=True),
        sa.Column("text_version", sa.String(), nullable=False),
        *_owned("consent_entries"),
        sa.UniqueConstraint("number", name=op.f("uq_consent_entries_number")),
    )
    op.create_index(op.f("ix_consent_entries_owner_id"), "consent_entries", ["owner_id"])
    op.create_index(op.f("ix_consent_entries_interview_id"), "consent_entries", ["interview_id"])
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE TRIGGER never_changed BEFORE UPDATE ON consent_entries FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    # What interviews were agreed to so far is the beginning of their history.
    history = (
        "INSERT INTO consent_entries (id, owner_id, kind, granted, interview_id, text_version, created_at) "
        "SELECT gen_random_uuid(), owner_id, kind, true, id, :version, created_at FROM interviews, "
    )
    kinds = "unnest(ARRAY['recording', 'voice', 'presence']) AS kind WHERE consent ->> kind = 'true'"
    services = "jsonb_array_elements_text(coalesce(consent -> 'providers', '[]')) AS kind"
    for source in (kinds, services):
        op.execute(sa.text(history + source).bindparams(version=BEFORE))
    op.create_table(
        "privacy_choices",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("answers_too", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("retention_days >= 1", name=op.f("ck_privacy_choices_retention_days")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["owners.id"], name=op.f("fk_privacy_choices_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_privacy_choices")),
    )
    op.create_table(
        "exports",
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("object_key", sa.String(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("done_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_bytes", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", WHEN, nullable=False),
        sa.Column("lease_until", WHEN, nullable=True),
        sa.Column("finished_at", WHEN, nullable=True),
        sa.Column("expires_at", WHEN, nullable=True),
        *_owned("exports"),
        sa.CheckConstraint("state IN ('waiting', 'ready', 'failed')", name=op.f("ck_exports_state")),
    )
    for column in ("owner_id", "due_at", "expires_at"):
        op.create_index(op.f(f"ix_exports_{column}"), "exports", [column])
    op.create_table(
        "erasures",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("owner_digest", sa.String(), nullable=True),
        sa.Column("parts", JSONB(none_as_null=True), nullable=False),
        sa.Column("pending", JSONB(none_as_null=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", WHEN, nullable=True),
        sa.Column("lease_until", WHEN, nullable=True),
        sa.Column("settle_at", WHEN, nullable=False),
        sa.Column("finished_at", WHEN, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", WHEN, server_default=BORN, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("digest", name=op.f("uq_erasures_digest")),
    )
    for column in ("owner_id", "due_at"):
        op.create_index(op.f(f"ix_erasures_{column}"), "erasures", [column])


def _owned(table: str) -> tuple[sa.Column[object] | sa.Constraint, ...]:
    return (
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", WHEN, server_default=BORN, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name=op.f(f"fk_{table}_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    for table in ("erasures", "exports", "privacy_choices", "consent_entries"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change()")
