"""Queries on the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.audit import AuditEntry


async def page(session: AsyncSession, action: str | None, before: int | None, count: int) -> Sequence[AuditEntry]:
    """At most `count` entries, newest first: of one action, older than the entry `before`."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(count)
    if action is not None:
        query = query.where(AuditEntry.action == action)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return (await session.scalars(query)).all()


async def expire(session: AsyncSession, age: timedelta) -> None:
    """Delete entries that are older than `age`; the table itself refuses any below 365 days."""
    await session.execute(delete(AuditEntry).where(AuditEntry.created_at < func.clock_timestamp() - age))
