"""How much one person may have stored."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import MIB, settings
from app.domain.errors import TooLarge
from app.models.owner import Owner
from app.services.recordings import repository


async def room(session: AsyncSession, owner: UUID, *, lock: bool = False) -> int | None:
    """Bytes that this owner may still store; None: no limit. `lock`: nobody else stores for them meanwhile."""
    quota = settings().quota
    if quota is None:
        return None
    if lock:
        await session.get_one(Owner, owner, with_for_update=True)
    return max(0, quota - await repository.stored_bytes(session, owner))


async def require(session: AsyncSession, owner: UUID, size: int, *, lock: bool = False) -> None:
    """Raises TooLarge (`storage_full`) when `size` more bytes do not fit."""
    left = await room(session, owner, lock=lock)
    if left is not None and size > left:
        raise full()


def full() -> TooLarge:
    """The error for a person whose place is used up."""
    quota = settings().quota or 0
    return TooLarge(
        f"Your recordings fill the {_said(quota)} that you have here.",
        code="storage_full",
        hint="Delete takes or whole interviews that you need no more, on the page of the interview; "
        f"recordings also go by themselves after {settings().retention_days} days.",
    )


def _said(size: int) -> str:
    return f"{size / (1024 * MIB):.3g} GiB" if size >= 1024 * MIB else f"{size / MIB:.3g} MiB"
