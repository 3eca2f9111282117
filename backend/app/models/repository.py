"""Where every query that a person can reach starts."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select

from app.models.base import Owned

OwnedT = TypeVar("OwnedT", bound=Owned)


def owned_by(owner_id: UUID, kind: type[OwnedT]) -> Select[OwnedT]:
    """The rows of one kind that this owner may see."""
    return select(kind).where(kind.owner_id == owner_id)
