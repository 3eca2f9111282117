"""A paid call: its highest cost is reserved before, the true one written after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from app.domain.errors import ProviderError
from app.services.providers import calls, usage

T = TypeVar("T")
# The service may have done the work and charged for it, although nothing of use arrived.
MAYBE_CHARGED = ("_timeout", "_garbled")


async def paid(
    provider: str,
    model: str,
    purpose: str,
    work: Callable[[], Awaitable[T]],
    *,
    cost_usd: float,
    deadline_s: float,
    attempts: int,
    interview_id: UUID | None = None,
    **amounts: Any,
) -> T:
    """`calls.call` within the budgets, where the cost is known before (characters, seconds).

    `amounts` are columns of the usage row. Raises ProviderError, BudgetSpent among them.
    """
    cost = round(cost_usd * usage.MICRO)
    row = await usage.reserve(provider, model, purpose, cost=cost, interview_id=interview_id)
    try:
        result = await calls.call(provider, purpose, work, deadline_s=deadline_s, attempts=attempts)
    except ProviderError as error:
        if not error.code.endswith(MAYBE_CHARGED):
            await usage.settle(row, cost=0)
        raise
    await usage.settle(row, cost=cost, **amounts)
    return result
