"""Jobs that cannot be lost: recorded in the transaction that causes them, sent after it, sent again when overdue.

A kept job that fails again and again, or takes its process with it, is parked with the reason: an administrator sees it
on the operations page and may let it run again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import queue, tracing
from app.core.database import transaction, waiting
from app.core.logging import request_id
from app.domain.errors import Conflict, NotFound, RehearsalError
from app.models.outbox import OutboxJob
from app.services.outbox import repository

log = structlog.get_logger()

BATCH = 100
# A kept job is sent again after this, then after twice its age: a worker may simply be busy.
AGAIN_AFTER, AGAIN_MAX = timedelta(seconds=60), timedelta(hours=1)
# 1, 2, 4 ... 32 min, then every hour: a service may be away for half a day before its jobs are parked.
MAX_FAILURES = 20
# Starts that ended neither well nor with an error: the process was gone.
MAX_CRASHES = 8
GivenUp = Callable[..., Coroutine[Any, Any, None]]
# A database that is starting again takes note of a failure this late.
NOTE_TRIES, NOTE_S = 5, 2.0


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
            trace=tracing.current(),
        )
    )
    waiting(session)["relay"] = relay


async def unsent(session: AsyncSession, task: str, on: str) -> int:
    """How many jobs of a task, not kept, are recorded for a queue and not yet sent."""
    return await repository.unsent(session, task, on)


async def relay() -> None:
    """Send what is due. A broker that is away leaves the rows as they are."""
    async with transaction() as session:
        now = datetime.now(UTC)
        for row in await repository.due(session, BATCH):
            try:
                to = (row.task, row.args, row.queue, row.limit_s)
                await asyncio.to_thread(
                    queue.send, *to, urgency=row.urgency, request_id=row.request_id, trace=row.trace
                )
            except (TypeError, ValueError) as error:
                # It is the job that cannot be sent, not the broker that is away: the others must not wait behind it.
                _park(row, "unsendable", now, type(error).__name__)
                continue
            if row.keep:
                row.due_at = now + min(AGAIN_MAX, max(AGAIN_AFTER, now - row.created_at))
            else:
                await session.delete(row)


def job(name: str, *, given_up: GivenUp | None = None) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Any]:
    """Register an async function as a kept job: its outbox row goes when it has returned.

    A job whose row is gone has been done; one that is parked does nothing. When it is parked, `given_up` gets its
    arguments, so that nobody waits for it.
    """

    def register(function: Callable[..., Coroutine[Any, Any, None]]) -> Any:
        async def run(job_id: str, *args: Any) -> None:
            begun = await _begin(UUID(job_id))
            if begun is not True:
                if begun is None and given_up is not None:
                    await given_up(*args)
                return
            try:
                with tracing.span(f"job {name}", kind="consumer"):
                    await function(*args)
            except Exception as error:
                if await _note_failure(UUID(job_id), error) and given_up is not None:
                    await given_up(*args)
                raise
            async with transaction() as session:
                await repository.remove(session, UUID(job_id))

        return queue.task(name)(run)

    return register


async def retry(session: AsyncSession, job_id: UUID) -> None:
    """Let a parked job run again, from the beginning of its patience. Raises NotFound, Conflict."""
    row = await repository.locked(session, job_id)
    if row is None:
        raise NotFound("This job does not exist.", hint="It may have been done.")
    if row.parked_at is None:
        raise Conflict("This job is not set aside.", code="job_not_parked", hint="It is tried again by itself.")
    row.parked_at, row.reason, row.attempts, row.failures = None, None, 0, 0
    row.due_at = row.created_at = datetime.now(UTC)
    waiting(session)["relay"] = relay


async def _begin(job_id: UUID) -> bool | None:
    """Count a start; False when there is nothing to do, None when the job is parked now."""
    async with transaction() as session:
        row = await repository.locked(session, job_id)
        if row is None or row.parked_at is not None:
            return False
        if row.attempts - row.failures >= MAX_CRASHES:
            _park(row, "job_crashed", datetime.now(UTC))
            return None
        row.attempts += 1
        return True


async def _note_failure(job_id: UUID, error: Exception) -> bool:
    """Count a failure; whether the job is parked now. Without this note it would look as if the process had died."""
    for left in reversed(range(NOTE_TRIES)):
        try:
            async with transaction() as session:
                row = await repository.locked(session, job_id)
                if row is None:
                    return False
                row.failures += 1
                if row.failures >= MAX_FAILURES:
                    _park(row, error.code if isinstance(error, RehearsalError) else "internal", datetime.now(UTC))
                return row.parked_at is not None
        except SQLAlchemyError as problem:
            log.warning("failure_not_noted", job=str(job_id), type=type(problem).__name__)
            if left:
                await asyncio.sleep(NOTE_S)
    return False


def _park(row: OutboxJob, reason: str, moment: datetime, kind: str | None = None) -> None:
    row.parked_at, row.reason = moment, reason
    log.error("job_parked", task=row.task, job=str(row.id), reason=reason, type=kind)
