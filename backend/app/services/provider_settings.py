"""The settings page: who does which work, how each provider is set up, what it may cost. Keys go in, never out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from redis.exceptions import RedisError

from app.core.database import transaction
from app.domain.errors import NotFound
from app.services.providers import calls, checks, configuration, repository, usage
from app.services.providers.catalog import BY_ID, PORTS, PORTS_BY_ID, PROVIDERS, Provider


async def read() -> dict[str, Any]:
    """Everything the page shows (ProviderSettingsOut)."""
    found, chosen = await configuration.found(), await configuration.choices()
    async with transaction() as session:
        stored = await repository.copies_left(session)
    states = await asyncio.gather(*(_state(provider.id) for provider in PROVIDERS))
    return {
        "ports": [
            {
                "id": port.id,
                "title": port.title,
                "embedded": port.embedded,
                "built_in": port.built_in,
                "personal": port.personal,
                "chosen": chosen[port.id][0],
                "chosen_by": chosen[port.id][1],
                "variable": port.variable,
                "providers": [provider.id for provider in PROVIDERS if port.id in provider.ports],
            }
            for port in PORTS
        ],
        "providers": [
            _described(one, found[one.id], stored.get(one.id, 0), state)
            for one, state in zip(PROVIDERS, states, strict=True)
        ],
        "budgets": await read_budgets(),
    }


def _described(
    provider: Provider, found: configuration.Found, stored: int, state: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "id": provider.id,
        "title": provider.title,
        "receives": provider.receives,
        "key": {"set_by": found.key_from, "variable": provider.key_variable, "required": provider.key_required},
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "kind": field.kind,
                "help": field.help,
                "required": field.required,
                "default": field.default,
                "value": found.values.get(field.name) if field.name in found.sources else None,
                "set_by": found.sources.get(field.name),
                "variable": field.variable,
            }
            for field in provider.fields
        ],
        "missing": list(found.missing),
        "installed": found.installed,
        "stored": stored,
        "state": state,
    }


async def _state(provider: str) -> dict[str, Any] | None:
    try:
        return await calls.state(provider)
    except (RedisError, OSError):
        return None


async def read_budgets() -> dict[str, float]:
    """Limits and what today has cost, in US dollars (BudgetsOut)."""
    limits = await usage.budgets()
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    async with transaction() as session:
        spent = await repository.spent_since(session, midnight)
    return {
        "interview_usd": limits.interview / usage.MICRO,
        "day_usd": limits.day / usage.MICRO,
        "spent_today_usd": spent / usage.MICRO,
    }


async def choose(port: str, provider: str | None) -> None:
    """Choose who does a port's work; None is the embedded one. Raises NotFound, BadInput, Conflict."""
    if port not in PORTS_BY_ID:
        raise NotFound("There is no such kind of work.")
    await configuration.choose(port, provider)


async def change(provider: str, changes: dict[str, Any]) -> None:
    """Change how a provider is set up. Raises NotFound, BadInput, Conflict."""
    _known(provider)
    await configuration.change(provider, changes["values"], changes["key"], forget_key=changes["forget_key"])
    await _resume(provider)


async def forget(provider: str) -> None:
    """Delete the key and all settings of a provider that the page stored. Raises NotFound."""
    _known(provider)
    await configuration.forget(provider)
    await _resume(provider)


async def test(provider: str) -> checks.Checked:
    """Make the smallest real call. Raises NotFound."""
    _known(provider)
    return await checks.check(provider)


async def set_budgets(interview_usd: float, day_usd: float) -> None:
    """Change the limits, in US dollars."""
    await usage.set_budgets(usage.Budgets(round(interview_usd * usage.MICRO), round(day_usd * usage.MICRO)))


async def _resume(provider: str) -> None:
    try:
        await calls.resume(provider)
    except (RedisError, OSError):
        return  # a pause ends by itself


def _known(provider: str) -> None:
    if provider not in BY_ID:
        raise NotFound("There is no such provider.")
