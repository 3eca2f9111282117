"""What paid calls cost, and the budgets that are never overrun.

Before a call its highest possible cost is reserved, under a lock, so that two calls at once cannot spend the same rest;
after it the reservation becomes the true cost. A reservation whose process died stays at its upper bound: that may
stop spending too early, never too late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from app.core.config import settings
from app.core.database import transaction
from app.domain.errors import ProviderError
from app.models.provider import Budget, ModelTicketRow, ProviderUsage
from app.services.audit import service as audit
from app.services.providers import repository
from app.services.providers.catalog import title

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Budgets:
    """Limits in millionths of a US dollar."""

    interview: int
    day: int


class BudgetSpent(ProviderError):
    """The next call could cost more than is left. It is not made."""

    code = "budget_spent"


async def budgets() -> Budgets:
    """The limits in force: the page's, else those of the environment."""
    async with transaction() as session:
        row = await repository.budget(session)
    if row is not None:
        return Budgets(row.interview, row.day)
    own = settings()
    return Budgets(round(own.budget_interview_usd * MICRO), round(own.budget_day_usd * MICRO))


async def set_budgets(limits: Budgets) -> None:
    """Change the limits."""
    async with transaction() as session:
        await session.merge(Budget(one=True, interview=limits.interview, day=limits.day))
        audit.write(session, "budgets_changed")


async def reserve(
    provider: str,
    model: str,
    purpose: str,
    *,
    cost: int,
    interview_id: UUID | None,
    ticket: ModelTicketRow | None = None,
) -> UUID:
    """Set aside at most `cost` millionths of a US dollar for one call. Raises BudgetSpent naming the limit.

    A `ticket` has a limit of its own: it stands for an interview that is not there yet.
    """
    limits = await budgets()
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    async with transaction() as session:
        await repository.lock_spending(session)
        if await repository.spent_since(session, midnight) + cost > limits.day:
            raise _spent(provider, "of today")
        if interview_id and await repository.spent_on(session, interview_id) + cost > limits.interview:
            raise _spent(provider, "of this interview")
        if ticket and await repository.spent_with(session, ticket.id) + cost > ticket.budget:
            raise _spent(provider, "of this interview")
        row = ProviderUsage(
            id=uuid4(),
            provider=provider,
            model=model,
            purpose=purpose,
            interview_id=interview_id,
            ticket_id=ticket.id if ticket else None,
            cost=cost,
        )
        session.add(row)
        await session.flush()
        return row.id


async def settle(usage_id: UUID, *, cost: int, **amounts: Any) -> None:
    """What the call really cost, and its tokens, characters or seconds. A call that was not made costs 0."""
    async with transaction() as session:
        row = await repository.usage(session, usage_id)
        if row is not None:
            row.settled, row.cost = True, cost
            for name, value in amounts.items():
                setattr(row, name, value)


async def of_interview(interview_id: UUID) -> dict[str, Any]:
    """Sums of an interview by provider and model (UsageOut)."""
    async with transaction() as session:
        rows = await repository.usage_of(session, interview_id)
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        one = sums.setdefault(
            (row.provider, row.model),
            {
                "provider": title(row.provider),
                "model": row.model,
                "calls": 0,
                "input_tokens": 0,
                "output_tokens": 0,
                "cost_usd": 0.0,
            },
        )
        one["calls"] += 1
        one["input_tokens"] += row.input_tokens or 0
        one["output_tokens"] += row.output_tokens or 0
        one["cost_usd"] = round(one["cost_usd"] + row.cost / MICRO, 6)
    limits = await budgets()
    return {
        "models": list(sums.values()),
        "cost_usd": round(sum(row.cost for row in rows) / MICRO, 6),
        "budget_usd": limits.interview / MICRO,
        "estimated": any(not row.settled for row in rows),
    }


def _spent(provider: str, which: str) -> BudgetSpent:
    return BudgetSpent(
        provider,
        f"The budget {which} does not allow another call.",
        retryable=False,
        code="budget_spent",
        hint="Raise it on the settings page, or go on with the built-in rules.",
    )
