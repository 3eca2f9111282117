"""How long recordings stay, and what is kept now."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import settings
from app.domain.errors import BadInput
from app.services.audit import service as audit
from app.services.privacy import repository
from app.services.recordings import service as recordings


async def read(session: AsyncSession, owner: UUID) -> dict[str, Any]:
    """What is kept of an owner, and until when (PrivacyOut)."""
    row, choice = await repository.owner(session, owner), await repository.choice(session, owner)
    found = await repository.kept(session, owner)
    kept = await recordings.kept(session, owner)
    oldest: datetime | None = found.pop("oldest")
    return {
        "kept": found | {"copies": await repository.copies_of(session, owner)},
        "next_expiry": kept.until(oldest) if oldest else None,
        "everything_until": row.expires_at,
        "retention": {
            "days": kept.days,
            "most_days": settings().retention_days,
            "answers_too": choice.answers_too if choice else False,
        },
    }


async def choose(session: AsyncSession, owner: UUID, days: int, answers_too: bool) -> None:
    """Choose how long recordings stay, and whether the answers go with them. Raises BadInput above the limit."""
    most = settings().retention_days
    if days > most:
        raise BadInput(
            f"Recordings stay for at most {most} days here.", code="retention_days", hint="Choose fewer days."
        )
    # The longest is no choice: when the installation changes its limit, it holds.
    audit.write(session, "retention_changed", owner=owner, detail=str(days))
    await repository.choose(session, owner, days if days < most else None, answers_too)
