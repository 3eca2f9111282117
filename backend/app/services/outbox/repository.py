"""Queries on the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.outbox import OutboxJob


async def due(session: AsyncSession, limit: int) -> Sequence[OutboxJob]:
    """Jobs whose time has come, locked; those another relay holds are left out."""
    query = (
        select(OutboxJob)
        .where(OutboxJob.due_at <= func.clock_timestamp(), OutboxJob.parked_at.is_(None))
        .order_by(OutboxJob.due_at, OutboxJob.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def unsent(session: AsyncSession, task: str, queue: str) -> int:
    """Jobs of a task that go once and have not gone yet."""
    query = select(func.count()).select_from(OutboxJob)
    here = (OutboxJob.task == task, OutboxJob.queue == queue, OutboxJob.keep.is_(False), OutboxJob.parked_at.is_(None))
    return (await session.scalars(query.where(*here))).one()


async def locked(session: AsyncSession, job_id: UUID) -> OutboxJob | None:
    """One job, locked."""
    return (await session.scalars(select(OutboxJob).where(OutboxJob.id == job_id).with_for_update())).one_or_none()


async def remove(session: AsyncSession, job_id: UUID) -> None:
    """Forget a job."""
    await session.execute(delete(OutboxJob).where(OutboxJob.id == job_id))
