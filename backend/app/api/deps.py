"""What routes ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import asking, limits, ratelimit
from app.core.config import settings
from app.core.database import transaction
from app.domain.errors import Unproven
from app.models.owner import LOCAL_OWNER


async def _session() -> AsyncIterator[AsyncSession]:
    async with transaction() as session:
        yield session


async def _owner() -> UUID:
    """Personal mode: everything belongs to the one local owner."""
    if settings().mode == "personal":
        return LOCAL_OWNER
    raise Unproven("Sign in first.", code="not_signed_in", hint="Open the page and sign in, or go on as a guest.")


async def _counted(owner_id: Annotated[UUID, Depends(_owner)]) -> UUID:
    """The owner, counted against what one person may ask and known to the audit log."""
    asking.owner.set(owner_id)
    await ratelimit.take(limits.SIGNED_IN, str(owner_id))
    return owner_id


async def _administrator(owner_id: Annotated[UUID, Depends(_counted)]) -> UUID:
    """Who may change what belongs to the installation. In personal mode that is the one local owner."""
    return owner_id


# Scope "function": the transaction is committed before the answer leaves, so that nobody reads its own past.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]
OwnerId = Annotated[UUID, Depends(_counted)]
AdminId = Annotated[UUID, Depends(_administrator)]
# For routes that need nothing of the administrator but that it is one.
administrators = [Depends(_administrator)]
