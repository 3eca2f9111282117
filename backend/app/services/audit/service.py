"""Writing and reading what somebody may have to answer for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import asking
from app.core.logging import request_id
from app.models.audit import AuditEntry
from app.services.audit import repository

KEPT = timedelta(days=366)


def write(
    session: AsyncSession,
    action: str,
    *,
    owner: UUID | None = None,
    kind: str | None = None,
    detail: str | None = None,
    outcome: str = "done",
) -> None:
    """Add an entry to this transaction: it is written when what it tells of is, or not at all.

    A refusal that rolls its transaction back (a failed sign-in) is written in a transaction of its own. `owner` is who
    did it, by default whoever is asking; the address is that of the present request. `action` and `outcome` are of
    `models.audit`; `kind` names a kind of thing, `detail` a word of the program, never of a person.
    """
    who = owner or asking.owner.get()
    address = asking.address.get()
    session.add(
        AuditEntry(
            action=action,
            outcome=outcome,
            who=asking.digest("audit person", str(who)) if who else None,
            origin=asking.digest("audit address", address) if address else None,
            kind=kind,
            detail=detail,
            request_id=request_id() or None,
        )
    )


async def read(session: AsyncSession, *, action: str | None, before: int | None, count: int) -> dict[str, Any]:
    """A page of the log, newest first (AuditPage); `next` is the `before` of the following one."""
    rows = await repository.page(session, action, before, count + 1)
    return {"entries": rows[:count], "next": rows[count - 1].id if len(rows) > count else None}


async def expire(session: AsyncSession) -> None:
    """Delete what is older than a year."""
    await repository.expire(session, KEPT)
