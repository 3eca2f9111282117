"""Queries on the work of everybody: numbers, ids and codes. Only administrators and collectors of numbers get here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, cast, func, literal, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.outbox import OutboxJob
from app.models.provider import ProviderUsage
from app.models.take import Listening, Stage

NOW = func.clock_timestamp()
# It only follows another one, which is named itself.
BLOCKED = "stage_blocked"


async def stage_counts(session: AsyncSession) -> Sequence[Any]:
    """(name, waiting, oldest: when it was queued, running, lost) of stages that wait for a worker or have one."""
    waits = (Stage.state == "queued") & (Stage.queued_at <= NOW)
    query = (
        select(
            Stage.name,
            func.count().filter(waits).label("waiting"),
            func.min(Stage.queued_at).filter(waits).label("oldest"),
            func.count().filter((Stage.state == "running") & (Stage.lease_until >= NOW)).label("running"),
            func.count().filter((Stage.state == "running") & (Stage.lease_until < NOW)).label("lost"),
        )
        .where(Stage.state.in_(("queued", "running")))
        .group_by(Stage.name)
    )
    return (await session.execute(query)).all()


async def job_counts(session: AsyncSession) -> Sequence[Any]:
    """(queue, waiting, oldest, recorded, overdue, parked) of the jobs of the outbox.

    `waiting` have never been begun; `overdue` should have been sent half a minute ago.
    """
    waits = OutboxJob.parked_at.is_(None) & (OutboxJob.attempts == 0) & OutboxJob.keep
    late = OutboxJob.parked_at.is_(None) & (OutboxJob.due_at < NOW - func.make_interval(0, 0, 0, 0, 0, 0, 30))
    query = select(
        OutboxJob.queue,
        func.count().filter(waits).label("waiting"),
        func.min(OutboxJob.created_at).filter(waits).label("oldest"),
        func.count().filter(OutboxJob.parked_at.is_(None)).label("recorded"),
        func.count().filter(late).label("overdue"),
        func.count().filter(OutboxJob.parked_at.is_not(None)).label("parked"),
    ).group_by(OutboxJob.queue)
    return (await session.execute(query)).all()


async def listening_counts(session: AsyncSession) -> Any:
    """(waiting, oldest, running) of the listenings to answers that are being recorded."""
    waits = Listening.lease_until.is_(None)
    query = select(
        func.count().filter(waits).label("waiting"),
        func.min(Listening.created_at).filter(waits).label("oldest"),
        func.count().filter(Listening.lease_until >= NOW).label("running"),
    ).where(Listening.state == "listening")
    return (await session.execute(query)).one()


async def parked_stages(session: AsyncSession) -> int:
    """How many stages are set aside."""
    return int(await session.scalar(select(func.count()).where(Stage.parked_at.is_not(None))) or 0)


async def cost_by_provider(session: AsyncSession, since: datetime) -> dict[str, int]:
    """Cost since a moment by provider, reservations included, in millionths of a US dollar."""
    query = select(ProviderUsage.provider, func.sum(ProviderUsage.cost)).where(ProviderUsage.created_at >= since)
    return {row[0]: int(row[1]) for row in await session.execute(query.group_by(ProviderUsage.provider))}


def _troubles() -> Select[Any]:
    """Stages that failed by themselves and jobs that are set aside."""
    reason = Stage.error["code"].astext
    stages = select(
        Stage.id,
        literal("stage").label("kind"),
        Stage.name.label("name"),
        reason.label("reason"),
        Stage.take_id,
        Stage.attempt.label("attempt"),
        Stage.failures.label("failures"),
        Stage.parked_at,
        Stage.finished_at.label("at"),
    ).where(Stage.state == "failed", or_(reason.is_(None), reason != BLOCKED))
    jobs = select(
        OutboxJob.id,
        literal("job"),
        OutboxJob.task,
        OutboxJob.reason,
        cast(null(), Uuid),
        OutboxJob.attempts,
        OutboxJob.failures,
        OutboxJob.parked_at,
        OutboxJob.parked_at,
    ).where(OutboxJob.parked_at.is_not(None))
    return select(union_all(stages, jobs).subquery())


async def troubles(session: AsyncSession, *, offset: int, limit: int) -> Sequence[Any]:
    """(id, kind, name, reason, take_id, attempt, failures, parked_at, at), the newest first."""
    rows = _troubles().subquery()
    query = select(rows).order_by(rows.c.at.desc().nulls_last(), rows.c.id).offset(offset).limit(limit)
    return (await session.execute(query)).all()


async def trouble_counts(session: AsyncSession) -> Sequence[Any]:
    """(reason, number), the most frequent first."""
    rows = _troubles().subquery()
    query = select(rows.c.reason, func.count().label("number")).group_by(rows.c.reason)
    return (await session.execute(query.order_by(func.count().desc(), rows.c.reason))).all()


async def with_reason(session: AsyncSession, reason: str, limit: int) -> Sequence[Any]:
    """(id, kind) of what failed for this reason, the oldest first."""
    rows = _troubles().subquery()
    query = select(rows.c.id, rows.c.kind).where(rows.c.reason == reason)
    return (await session.execute(query.order_by(rows.c.at, rows.c.id).limit(limit))).all()


async def stage(session: AsyncSession, stage_id: UUID) -> tuple[UUID, str] | None:
    """(take, name) of a stage, while it is there."""
    row = (await session.execute(select(Stage.take_id, Stage.name).where(Stage.id == stage_id))).one_or_none()
    return (row.take_id, row.name) if row else None


async def now(session: AsyncSession) -> datetime:
    """The time of the database."""
    moment: datetime = (await session.scalars(select(NOW))).one()
    return moment
