"""Jobs that cannot be lost: recorded in the transaction that causes them, sent after it, sent again when overdue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import queue
from app.core.database import transaction, waiting
from app.core.logging import request_id
from app.models.outbox import OutboxJob
from app.services.outbox import repository

BATCH = 100
# A kept job is sent again after this, then after twice its age: a worker may simply be busy.
AGAIN_AFTER = timedelta(seconds=60)


def enqueue(
    session: AsyncSession,
    task: str,
    args: list[Any],
    *,
    on: str,
    keep: bool = True,
    urgency: int | None = None,
    limit_s: int = queue.DEFAULT_LIMIT_S,
) -> None:
    """Record a job in this transaction and send it after the commit.

    With `keep` the task gets the id of the job as its first argument and must be registered by `job`. Somebody waits
    for what is not kept, so it overtakes the rest unless `urgency` says otherwise.
    """
    now = datetime.now(UTC)
    identity = uuid4()
    session.add(
        OutboxJob(
            id=identity,
            task=task,
            args=[str(identity), *args] if keep else args,
            queue=on,
            keep=keep,
            urgency=urgency if urgency is not None else queue.LATER if keep else queue.FIRST,
            limit_s=limit_s,
            due_at=now,
            created_at=now,
            request_id=request_id() or None,
        )
    )
    waiting(session)["relay"] = relay


async def relay() -> None:
    """Send what is due. A broker that is away leaves the rows as they are."""
    async with transaction() as session:
        now = datetime.now(UTC)
        for row in await repository.due(session, BATCH):
            message = (row.task, row.args, row.queue, row.limit_s)
            await asyncio.to_thread(queue.send, *message, urgency=row.urgency, request_id=row.request_id)
            if row.keep:
                row.due_at = now + max(AGAIN_AFTER, now - row.created_at)
            else:
                await session.delete(row)


def job(name: str) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Any]:
    """Register an async function as a kept job: its outbox row goes when it has returned."""

    def register(function: Callable[..., Coroutine[Any, Any, None]]) -> Any:
        async def run(job_id: str, *args: Any) -> None:
            await function(*args)
            async with transaction() as session:
                await repository.remove(session, UUID(job_id))

        return queue.task(name)(run)

    return register
