"""The operations page: how the work goes, what failed and why, and setting it going again. Ids and codes only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from app import __version__
from app.core.config import settings
from app.core.database import transaction
from app.domain.errors import Conflict, NotFound
from app.services.analysis import pipeline
from app.services.operations import repository, state
from app.services.outbox import service as outbox
from app.services.providers import calls, configuration
from app.services.providers.catalog import PROVIDERS
from app.services.providers.usage import MICRO

PAGE = 50
# One press of "all of these" sets at most so many going, so that it answers soon.
AT_ONCE = 200


async def read(page: int) -> dict[str, Any]:
    """Everything the page shows (OperationsOut); `page` counts from 1."""
    work, broker = await state.work(), await state.broker()
    async with transaction() as session:
        rows = await repository.troubles(session, offset=(page - 1) * PAGE, limit=PAGE)
        counts = await repository.trouble_counts(session)
    reasons = [{"reason": row.reason or "internal", "count": row.number} for row in counts]
    total = sum(row.number for row in counts)
    return {
        "version": __version__,
        "mode": settings().mode,
        "at": datetime.now(UTC),
        "queue_answers": broker is not None,
        "queues": [
            {
                "name": name,
                "waiting": entry.waiting,
                "oldest_seconds": round(entry.oldest_s, 1),
                "running": entry.running,
                "workers": _workers(broker, name),
            }
            for name, entry in work.queues.items()
        ],
        "outbox": {"recorded": work.recorded, "overdue": work.overdue},
        "troubles": [
            {
                "id": row.id,
                "kind": row.kind,
                "name": row.name,
                "reason": row.reason or "internal",
                "take_id": row.take_id,
                "attempt": row.attempt,
                "failures": row.failures,
                "parked": row.parked_at is not None,
                "at": row.at,
            }
            for row in rows
        ],
        "reasons": reasons,
        "page": page,
        "pages": max(1, -(-total // PAGE)),
        "total": total,
        "providers": await _providers(work.cost_today),
        "last_backup_at": datetime.fromtimestamp(broker.backup_at, UTC) if broker and broker.backup_at else None,
    }


def _workers(broker: state.Broker | None, queue: str) -> list[dict[str, Any]]:
    if broker is None:
        return []
    return [
        {"name": name, "seen_seconds": round(age, 1)}
        for name, (age, queues) in broker.workers.items()
        if queue in queues
    ]


async def _providers(cost: dict[str, int]) -> list[dict[str, Any]]:
    chosen = {provider for provider, _ in (await configuration.choices()).values() if provider}
    found = []
    for one in PROVIDERS:
        try:
            known = await calls.state(one.id)
        except (RedisError, OSError):
            known = {"paused_s": 0, "errors": [], "answered_at": None}
        last = known["errors"][0] if known["errors"] else None
        if one.id in chosen or last or known["answered_at"] or one.id in cost:
            found.append(
                {
                    "id": one.id,
                    "title": one.title,
                    "chosen": one.id in chosen,
                    "paused_seconds": known["paused_s"],
                    "answered_at": known["answered_at"],
                    "last_error": {"code": last["code"], "at": last["at"]} if last else None,
                    "cost_today_usd": cost.get(one.id, 0) / MICRO,
                }
            )
    return found


async def retry_stage(stage_id: UUID) -> None:
    """Run a failed or parked stage again. Raises NotFound, Conflict."""
    async with transaction() as session:
        found = await repository.stage(session, stage_id)
        if found is None:
            raise NotFound("This stage does not exist.", hint="Its answer may have been deleted.")
        await pipeline.retry(session, *found, parked=True)


async def retry_job(job_id: UUID) -> None:
    """Let a parked job run again. Raises NotFound, Conflict."""
    async with transaction() as session:
        await outbox.retry(session, job_id)


async def retry_all(reason: str) -> dict[str, int]:
    """Run again what failed for this reason, the oldest first, at most 200 at once (RetriedOut)."""
    async with transaction() as session:
        rows = await repository.with_reason(session, reason, AT_ONCE)
    retried = 0
    for row in rows:
        try:
            await (retry_stage(row.id) if row.kind == "stage" else retry_job(row.id))
            retried += 1
        except (Conflict, NotFound):
            continue  # deleted or begun again meanwhile, perhaps by the retry of another stage of its take
    async with transaction() as session:
        counts = await repository.trouble_counts(session)
    left = sum(row.number for row in counts if row.reason == reason)
    return {"retried": retried, "left": left}
