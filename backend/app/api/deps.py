"""What routes ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import transaction
from app.models.owner import LOCAL_OWNER


async def _session() -> AsyncIterator[AsyncSession]:
    async with transaction() as session:
        yield session


async def _owner() -> UUID:
    """Personal mode: everything belongs to the one local owner."""
    return LOCAL_OWNER


# Scope "function": the transaction is committed before the answer leaves, so that nobody reads its own past.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]
OwnerId = Annotated[UUID, Depends(_owner)]
