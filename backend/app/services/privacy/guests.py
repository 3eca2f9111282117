"""Guests are gone, with everything, when their time is over."""

from __future__ import annotations

from contextlib import suppress

from app.core.database import transaction
from app.domain.errors import NotFound
from app.services.privacy import erasure, repository


async def erase_expired() -> int:
    """Erase the guests whose time is over; how many."""
    async with transaction() as session:
        expired = await repository.expired_owners(session)
    for owner in expired:
        with suppress(NotFound):  # erased meanwhile
            async with transaction() as session:
                # A guest who has made an account meanwhile is none any more.
                if await repository.is_expired(session, owner):
                    await erasure.erase_owner(session, owner)
    return len(expired)
