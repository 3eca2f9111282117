"""The audit log, which only grows; whose limits a model ticket counts against; which request caused a job."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ACTIONS = (
    *("signed_in", "signed_out", "sign_in_failed", "registered", "password_changed", "password_reset"),
    *("sessions_revoked", "role_changed", "consent_changed", "data_exported", "data_deleted", "account_erased"),
    *("provider_chosen", "provider_changed", "provider_forgotten", "budgets_changed", "retention_changed"),
    *("stage_retried", "limits_changed"),
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), server_default="done", nullable=False),
        sa.Column("who", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.CheckConstraint(f"action IN ({', '.join(repr(one) for one in ACTIONS)})", name=op.f("ck_audit_action")),
        sa.CheckConstraint("outcome IN ('done', 'refused', 'failed')", name=op.f("ck_audit_outcome")),
        sa.CheckConstraint("detail ~ '^[a-z0-9_.-]{1,60}$'", name=op.f("ck_audit_detail")),
    )
    op.create_index(op.f("ix_audit_created_at"), "audit", ["created_at"])
    op.create_index(op.f("ix_audit_action"), "audit", ["action"])
    op.execute(
        """
        CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' AND OLD.created_at < clock_timestamp() - interval '365 days' THEN
            RETURN OLD;
          END IF;
          RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'insufficient_privilege';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_only_grows()"
    )
    op.execute(
        "CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )
    op.add_column("model_tickets", sa.Column("owner_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_model_tickets_owner_id"), "model_tickets", ["owner_id"])
    op.create_foreign_key(
        op.f("fk_model_tickets_owner_id"), "model_tickets", "owners", ["owner_id"], ["id"], ondelete="CASCADE"
    )
    op.add_column("outbox", sa.Column("request_id", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox", "request_id")
    op.drop_constraint(op.f("fk_model_tickets_owner_id"), "model_tickets")
    op.drop_index(op.f("ix_model_tickets_owner_id"), "model_tickets")
    op.drop_column("model_tickets", "owner_id")
    op.drop_table("audit")
    op.execute("DROP FUNCTION audit_only_grows()")
