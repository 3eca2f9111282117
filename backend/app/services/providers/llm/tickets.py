"""Tickets: who may ask the language model for what, and on whose account."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import transaction
from app.domain.model import ModelTicket
from app.models.provider import ModelTicketRow
from app.services.providers import configuration, repository, usage
from app.services.providers.catalog import LANGUAGE_MODEL, title

# Longer than the longest flow with a model (grading, 100 s), short enough to be worth nothing to who finds it later.
LIFETIME = timedelta(minutes=5)
# Odd, so that there is a middle one (facts/grading.md: three replicates and the median).
REPLICATES = {"grading": 3, "questions": 1, "tips": 1}


async def issue(
    purpose: str, *, owner: UUID | None = None, interview_id: UUID | None = None, agreed: Collection[str] | None = None
) -> ModelTicket | None:
    """A ticket for `questions`, `grading` or `tips`; None when no language model is chosen.

    `agreed` are the providers a candidate allowed: without the chosen one there is no ticket. None: nothing of a
    candidate is sent. `owner` is whose limits the calls count against. The ticket is committed at once, because the
    flow server asks from outside this transaction.
    """
    provider = await configuration.chosen(LANGUAGE_MODEL)
    if provider is None or (agreed is not None and provider not in agreed):
        return None
    limits = await usage.budgets()
    now = datetime.now(UTC)
    row = ModelTicketRow(
        id=uuid4(),
        interview_id=interview_id,
        owner_id=owner,
        purpose=purpose,
        provider=provider,
        budget=limits.interview,
        expires_at=now + LIFETIME,
    )
    async with transaction() as session:
        await repository.drop_tickets(session, before=now - LIFETIME)
        session.add(row)
    return ModelTicket(ticket=str(row.id), provider=provider, title=title(provider), replicates=REPLICATES[purpose])


async def find(ticket: str) -> ModelTicketRow | None:
    """The ticket with this text while it is valid."""
    try:
        identity = UUID(ticket)
    except ValueError:
        return None
    async with transaction() as session:
        row = await repository.ticket(session, identity)
    return row if row is not None and row.expires_at > datetime.now(UTC) else None


async def charge(session: AsyncSession, ticket: ModelTicket, interview_id: UUID) -> None:
    """Put what was spent with a ticket on an interview that was made with it."""
    await session.flush()
    await repository.charge(session, UUID(ticket.ticket), interview_id)
