"""Queries on stages. Whoever changes stages of a take locks the take first: then nobody waits in a circle."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.models.interview import Interview, QuestionRow
from app.models.take import Stage, Take, Upload
from app.models.turn import Turn

# The clock of the database, which all processes share.
NOW = func.clock_timestamp()
# Any number that nobody else locks.
SWEEP_LOCK = 7_300_002


async def lock_take(session: AsyncSession, take_id: UUID) -> bool:
    """Lock a take; whether it is still there."""
    query = select(Take.id).where(Take.id == take_id).with_for_update()
    return (await session.scalars(query)).one_or_none() is not None


async def stages(session: AsyncSession, take_id: UUID) -> Sequence[Stage]:
    """All stages of a take, as they are now."""
    query = select(Stage).where(Stage.take_id == take_id).execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


async def context(session: AsyncSession, stage_id: UUID) -> Stage | None:
    """A stage with its take, the take's stages and upload, the question, interview and posting, for the worker."""
    take = joinedload(Stage.take, innerjoin=True)
    interview = take.joinedload(Take.question).joinedload(QuestionRow.interview)
    query = (
        select(Stage)
        .where(Stage.id == stage_id)
        .options(
            take.selectinload(Take.stages),
            take.selectinload(Take.upload),
            interview.joinedload(Interview.posting),
        )
    )
    return (await session.scalars(query)).unique().one_or_none()


async def interview_of(session: AsyncSession, take_id: UUID) -> UUID:
    """The interview a take belongs to."""
    query = select(QuestionRow.interview_id).join(Take, Take.question_id == QuestionRow.id).where(Take.id == take_id)
    return (await session.scalars(query)).one()


async def next_in_turn(session: AsyncSession, queue: str, names: Collection[str]) -> UUID | None:
    """The queued stage of these names whose owner's turn it is, locked; those another worker is taking are left out.

    Owners stand in a line: where they are depends on when they were last served, or on when their stage was queued if
    that was later. So who has twenty stages waits behind who has one, and nobody waits for ever.
    """
    turn = func.greatest(Stage.queued_at, Turn.served_at)
    query = (
        select(Stage.id, Take.owner_id)
        .join(Take, Take.id == Stage.take_id)
        .outerjoin(Turn, (Turn.owner_id == Take.owner_id) & (Turn.queue == queue))
        .where(Stage.state == "queued", Stage.name.in_(names), Stage.queued_at <= NOW)
        .order_by(turn, Stage.queued_at, Stage.id)
        .limit(1)
        .with_for_update(of=Stage, skip_locked=True)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    served = insert(Turn).values(owner_id=found.owner_id, queue=queue, served_at=NOW)
    await session.execute(served.on_conflict_do_update(index_elements=["owner_id", "queue"], set_={"served_at": NOW}))
    identity: UUID = found.id
    return identity


async def name_of(session: AsyncSession, stage_id: UUID) -> str | None:
    """The name of a stage, while it is there."""
    return (await session.scalars(select(Stage.name).where(Stage.id == stage_id))).one_or_none()


async def take_lease(session: AsyncSession, stage_id: UUID, token: UUID, lease: timedelta) -> bool:
    """Take the lease of a stage that is queued, or whose lease has run out; whether it was taken."""
    free = or_(Stage.state == "queued", (Stage.state == "running") & (Stage.lease_until < NOW))
    query = (
        update(Stage)
        .where(Stage.id == stage_id, free)
        .values(state="running", attempt=Stage.attempt + 1, lease_token=token, lease_until=NOW + lease, started_at=NOW)
        .returning(Stage.id)
    )
    return (await session.scalars(query)).one_or_none() is not None


async def renew_lease(session: AsyncSession, stage_id: UUID, token: UUID, lease: timedelta) -> bool:
    """Hold the lease longer; whether it is still held."""
    query = update(Stage).where(Stage.id == stage_id, Stage.lease_token == token).values(lease_until=NOW + lease)
    return (await session.scalars(query.returning(Stage.id))).one_or_none() is not None


async def release(session: AsyncSession, stage_id: UUID, token: UUID, values: dict[str, Any]) -> bool:
    """Write what became of a stage, if the lease is still held; whether it was."""
    query = (
        update(Stage)
        .where(Stage.id == stage_id, Stage.lease_token == token, Stage.state == "running")
        .values(lease_token=None, lease_until=None, **values)
        .returning(Stage.id)
    )
    return (await session.scalars(query)).one_or_none() is not None


async def expired(session: AsyncSession) -> Sequence[tuple[UUID, UUID]]:
    """(take, stage) of stages whose worker has stopped renewing its lease."""
    late = (Stage.state == "running") & (Stage.lease_until < NOW)
    rows = await session.execute(select(Stage.take_id, Stage.id).where(late).order_by(Stage.queued_at))
    return [(row.take_id, row.id) for row in rows]


def _untaken(names: Collection[str]) -> ColumnElement[bool]:
    return and_(Stage.state == "queued", Stage.name.in_(names), Stage.due_at < NOW)


async def untaken(session: AsyncSession, names: Collection[str]) -> int:
    """How many stages of these names nobody has taken in time."""
    return (await session.scalars(select(func.count()).select_from(Stage).where(_untaken(names)))).one()


async def longest_untaken(session: AsyncSession, names: Collection[str], limit: int) -> Sequence[UUID]:
    """Those that have waited longest."""
    query = select(Stage.id).where(_untaken(names)).order_by(Stage.queued_at).limit(limit)
    return (await session.scalars(query)).all()


async def sweeps_alone(session: AsyncSession) -> bool:
    """Whether no other sweep is sending what is missing, until the end of this transaction."""
    return bool((await session.scalars(select(func.pg_try_advisory_xact_lock(SWEEP_LOCK)))).one())


async def set_take(session: AsyncSession, take_id: UUID, values: dict[str, Any]) -> None:
    """Set columns of a take."""
    await session.execute(update(Take).where(Take.id == take_id).values(**values))


async def drop_upload(session: AsyncSession, take_id: UUID) -> None:
    """Forget the upload of a take: it has been read."""
    await session.execute(delete(Upload).where(Upload.take_id == take_id))


async def now(session: AsyncSession) -> datetime:
    """The time of the database."""
    moment: datetime = (await session.scalars(select(NOW))).one()
    return moment
