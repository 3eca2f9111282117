"""Queries on providers. They belong to the installation, not to an owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.provider import (
    Budget,
    ModelTicketRow,
    ProviderChoice,
    ProviderCopy,
    ProviderSettings,
    ProviderUsage,
)
from app.models.take import Stage

# Any fixed number: all who spend take this lock, one after the other, for the milliseconds of one sum.
SPENDING_LOCK = 7_300_001
NOW = func.clock_timestamp()


async def stored(session: AsyncSession, provider: str) -> ProviderSettings | None:
    """What the page set for one provider."""
    return await session.get(ProviderSettings, provider)


async def all_stored(session: AsyncSession) -> Sequence[ProviderSettings]:
    """What the page set for all providers."""
    return (await session.scalars(select(ProviderSettings))).all()


async def forget(session: AsyncSession, provider: str) -> None:
    """Delete what the page set for one provider."""
    await session.execute(delete(ProviderSettings).where(ProviderSettings.provider == provider))


async def choices(session: AsyncSession) -> dict[str, str]:
    """The chosen provider by port."""
    return {row.port: row.provider for row in await session.scalars(select(ProviderChoice))}


async def choose(session: AsyncSession, port: str, provider: str | None) -> None:
    """Choose a provider for a port, or the embedded one."""
    if provider is None:
        await session.execute(delete(ProviderChoice).where(ProviderChoice.port == port))
        return
    row = insert(ProviderChoice).values(port=port, provider=provider)
    await session.execute(row.on_conflict_do_update(index_elements=["port"], set_={"provider": provider}))


async def budget(session: AsyncSession) -> Budget | None:
    """The budgets, when the page has set them."""
    return await session.get(Budget, True)


async def lock_spending(session: AsyncSession) -> None:
    """Nobody else reserves until this transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SPENDING_LOCK})


async def spent_on(session: AsyncSession, interview_id: UUID) -> int:
    """Cost of an interview so far, reservations included, in millionths of a US dollar."""
    query = select(func.coalesce(func.sum(ProviderUsage.cost), 0)).where(ProviderUsage.interview_id == interview_id)
    return int(await session.scalar(query) or 0)


async def spent_since(session: AsyncSession, moment: datetime) -> int:
    """Cost since a moment, reservations included, in millionths of a US dollar."""
    query = select(func.coalesce(func.sum(ProviderUsage.cost), 0)).where(ProviderUsage.created_at >= moment)
    return int(await session.scalar(query) or 0)


async def spent_with(session: AsyncSession, ticket_id: UUID) -> int:
    """Cost of a ticket so far, reservations included, in millionths of a US dollar."""
    query = select(func.coalesce(func.sum(ProviderUsage.cost), 0)).where(ProviderUsage.ticket_id == ticket_id)
    return int(await session.scalar(query) or 0)


async def ticket(session: AsyncSession, ticket_id: UUID) -> ModelTicketRow | None:
    """One ticket, valid or not."""
    return await session.get(ModelTicketRow, ticket_id)


async def drop_tickets(session: AsyncSession, *, before: datetime) -> None:
    """Delete the tickets that ended before a moment."""
    await session.execute(delete(ModelTicketRow).where(ModelTicketRow.expires_at < before))


async def charge(session: AsyncSession, ticket_id: UUID, interview_id: UUID) -> None:
    """What was spent with a ticket belongs to this interview."""
    rows = update(ProviderUsage).where(ProviderUsage.ticket_id == ticket_id)
    await session.execute(rows.values(interview_id=interview_id))


async def usage(session: AsyncSession, usage_id: UUID) -> ProviderUsage | None:
    """One paid call."""
    return await session.get(ProviderUsage, usage_id)


async def usage_of(session: AsyncSession, interview_id: UUID) -> Sequence[ProviderUsage]:
    """The paid calls of an interview, oldest first."""
    query = select(ProviderUsage).where(ProviderUsage.interview_id == interview_id)
    return (await session.scalars(query.order_by(ProviderUsage.created_at))).all()


async def copy(session: AsyncSession, copy_id: UUID) -> ProviderCopy | None:
    """Something stored at a provider."""
    return await session.get(ProviderCopy, copy_id)


async def copy_under(session: AsyncSession, provider: str, kind: str, label: str) -> ProviderCopy | None:
    """What is stored under a label."""
    query = select(ProviderCopy).where(ProviderCopy.provider == provider, ProviderCopy.kind == kind)
    return (await session.scalars(query.where(ProviderCopy.label == label))).one_or_none()


async def take_of(session: AsyncSession, provider: str, kind: str, remote_id: str) -> UUID | None:
    """The take of something that a provider names."""
    query = select(ProviderCopy.take_id).where(ProviderCopy.provider == provider, ProviderCopy.kind == kind)
    return (await session.scalars(query.where(ProviderCopy.remote_id == remote_id).limit(1))).one_or_none()


async def due_copy(session: AsyncSession, stage: str, used_in: Sequence[str]) -> ProviderCopy | None:
    """A copy whose deletion is due, locked, tasks before what they work on; those another process holds are left out.

    Due is what has come to its `delete_after`, and what nobody has tried to delete yet and nobody uses: its take is
    gone, or the take's `stage` is in none of the states `used_in`.
    """
    used = select(Stage.id).where(Stage.take_id == ProviderCopy.take_id, Stage.name == stage, Stage.state.in_(used_in))
    unused = (ProviderCopy.attempts == 0) & ~used.exists()
    query = select(ProviderCopy).where(ProviderCopy.deleted_at.is_(None), or_(ProviderCopy.delete_after <= NOW, unused))
    query = query.order_by(ProviderCopy.kind.desc(), ProviderCopy.created_at).limit(1)
    return (await session.scalars(query.with_for_update(skip_locked=True))).one_or_none()


async def postpone(session: AsyncSession, copy_id: UUID, by: timedelta) -> None:
    """Count a try, and let the next one come after a while."""
    values = {"attempts": ProviderCopy.attempts + 1, "delete_after": NOW + by}
    await session.execute(update(ProviderCopy).where(ProviderCopy.id == copy_id).values(values))


async def set_copy(session: AsyncSession, copy_id: UUID, values: dict[str, object]) -> None:
    """Set columns of a copy."""
    await session.execute(update(ProviderCopy).where(ProviderCopy.id == copy_id).values(values))


async def release_copies(session: AsyncSession, take_id: UUID) -> None:
    """What is stored of a take is not used any more."""
    rest = update(ProviderCopy).where(ProviderCopy.take_id == take_id, ProviderCopy.deleted_at.is_(None))
    await session.execute(rest.values(delete_after=NOW))


async def forget_deleted_copies(session: AsyncSession, before: datetime) -> None:
    """Forget what was deleted there before that time."""
    await session.execute(delete(ProviderCopy).where(ProviderCopy.deleted_at < before))


async def copies_left(session: AsyncSession) -> dict[str, int]:
    """By provider: how many things are still stored there."""
    query = select(ProviderCopy.provider, func.count()).where(ProviderCopy.deleted_at.is_(None))
    rows = await session.execute(query.group_by(ProviderCopy.provider))
    return {row[0]: row[1] for row in rows}
