"""What was done that somebody may have to answer for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, names

ACTIONS = (
    *("signed_in", "signed_out", "sign_in_failed", "registered", "password_changed", "password_reset"),
    *("sessions_revoked", "role_changed", "consent_changed", "data_exported", "data_deleted", "account_erased"),
    *("provider_chosen", "provider_changed", "provider_forgotten", "budgets_changed", "retention_changed"),
    *("stage_retried", "limits_changed"),
)
OUTCOMES = ("done", "refused", "failed")


class AuditEntry(Base):
    """One line of the audit log: what, when, who, from where, about what kind of thing, and how it ended.

    `who` and `origin` are keyed digests (`core.asking`): the same person gives the same one, nobody can read who it is,
    and it survives their erasure without naming them. `detail` is a word of the program (a provider's id, a role),
    never a person's. A trigger refuses every change, and deletion before 365 days.
    """

    __tablename__ = "audit"
    __table_args__ = (
        CheckConstraint(f"action IN ({names(ACTIONS)})", "action"),
        CheckConstraint(f"outcome IN ({names(OUTCOMES)})", "outcome"),
        CheckConstraint("detail ~ '^[a-z0-9_.-]{1,60}$'", "detail"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), index=True)
    action: Mapped[str] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(server_default="done")
    who: Mapped[str | None]
    origin: Mapped[str | None]
    kind: Mapped[str | None]
    detail: Mapped[str | None]
    request_id: Mapped[str | None]
