"""The end of guests."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import transaction
from app.models.owner import Owner
from app.services.accounts import service as accounts
from app.services.flow.privacy import delete_everything

BATCH = 20


async def expire() -> None:
    """Delete the guests whose time is over, with all they have, each in a transaction of its own."""
    for _ in range(BATCH):
        async with transaction() as session:
            owner_id = await accounts.expired_guest(session)
            if owner_id is None:
                return
            await erase_owner(session, owner_id)


async def erase_owner(session: AsyncSession, owner_id: UUID) -> None:
    """Delete an owner and all they have."""
    await delete_everything(session, owner_id)
    await session.delete(await session.get_one(Owner, owner_id))
