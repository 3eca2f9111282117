"""Queries on providers. They belong to the installation, not to an owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.provider import Budget, ModelTicketRow, ProviderChoice, ProviderSettings, ProviderUsage

# Any fixed number: all who spend take this lock, one after the other, for the milliseconds of one sum.
SPENDING_LOCK = 7_300_001


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
