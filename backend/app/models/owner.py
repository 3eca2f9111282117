"""Who things belong to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Row, names

LOCAL_OWNER = UUID("00000000-0000-4000-8000-000000000001")
OWNER_KINDS = ("local", "guest", "account")


class Owner(Row, Base):
    """Somebody who has things. Personal mode has exactly one, made by the first migration.

    A guest is gone with everything at `expires_at`; `erased_at` is when somebody asked to be forgotten: from then on
    nothing of them can be read, and the rows go soon after. An `administrator` may change what belongs to the
    installation.
    """

    __tablename__ = "owners"
    __table_args__ = (CheckConstraint(f"kind IN ({names(OWNER_KINDS)})", "kind"),)

    kind: Mapped[str] = mapped_column(server_default="guest")
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    erased_at: Mapped[datetime | None] = mapped_column(index=True)
    administrator: Mapped[bool] = mapped_column(server_default=false(), default=False)
