"""Who things belong to."""

from __future__ import annotations

from uuid import UUID

from app.models.base import Base, Row

LOCAL_OWNER = UUID("00000000-0000-4000-8000-000000000001")


class Owner(Row, Base):
    """An owner. Personal mode has exactly one, made by the first migration."""

    __tablename__ = "owners"
