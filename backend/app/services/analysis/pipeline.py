"""The analysis of a take: which stage may run when, and who is running it.

A stage is a row. `advance` looks at the rows and enqueues what is ready; `run` takes the lease, computes, and writes
the result only if it still holds the lease; `sweep` brings back what was lost. Running twice changes nothing, dying
loses nothing.

A message to a worker says that there is work, not which: the worker takes the stage of its queue whose owner's turn it
is (`run_next`), so that many takes of one person do not stand before the one of another.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import queue, telemetry, tracing
from app.core.database import transaction
from app.core.events import changed, connect
from app.core.logging import place
from app.domain.errors import Conflict, ProviderError, RehearsalError
from app.models.take import STAGES, Stage, Take
from app.services.analysis import repository
from app.services.analysis.flags import flags
from app.services.outbox import service as outbox
from app.services.outbox.files import delete_files

log = structlog.get_logger()

RUN = "analysis.run_stage"
# What must be done (or skipped) first, and what must only have ended.
NEEDS: dict[str, tuple[str, ...]] = {
    "media": (),
    "transcript": ("media",),
    "voice": ("media", "transcript"),
    "presence": ("media",),
    "cloud_video": ("media",),
    "grade": ("transcript",),
    "tips": ("grade",),
}
AFTER: dict[str, tuple[str, ...]] = {"grade": ("voice", "presence")}
QUEUES = {
    "media": queue.MEDIA,
    "transcript": queue.MEDIA,
    "voice": queue.MEDIA,
    "presence": queue.VISION,
    "cloud_video": queue.CLOUD,
    "grade": queue.INTERACTIVE,
    "tips": queue.INTERACTIVE,
}
# Seconds for the longest recording (20 min) on two busy cores: about three times the CPU seconds measured. For
# cloud_video of its longest step: a smaller copy and its upload.
LIMITS_S = {
    "media": 300,
    "transcript": 900,
    "voice": 300,
    "presence": 1200,
    "cloud_video": 1200,
    "grade": 120,
    "tips": 120,
}
LEASE, RENEW_S = timedelta(seconds=12), 3.0
UNTAKEN = timedelta(seconds=10)
MAX_ATTEMPTS = 4
# A service that says it may be back is asked as often; one of our own, which costs nothing and is being started again,
# over about five minutes. Lost workers do not count.
MAX_TRIES, OWN = 8, frozenset({"langflow", "storage"})
# A stage that took its process with it on every attempt, or failed this often however often it was asked to run again,
# is parked: only an administrator runs it again.
MAX_FAILURES = 4
PARKED = "It is set aside. Whoever runs this installation can let it run again on the operations page."
# A provider that is starting again needs some seconds: 5, 15, 45, and then a minute each.
RETRY_S, RETRY_FACTOR, RETRY_MAX_S = 5, 3, 60
# What one message may run is any stage of its queue, so its hard limit is that of the longest of them.
QUEUE_LIMITS_S = {name: max(LIMITS_S[stage] for stage in STAGES if QUEUES[stage] == name) for name in QUEUES.values()}
ENDED = frozenset({"done", "failed", "skipped"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stage made: its result (plain JSON), columns of the take to set, whether the upload has been read."""

    result: Any
    take: dict[str, Any] = field(default_factory=dict)
    upload_read: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Not yet: somebody else is at work. The stage is looked at again in so many seconds, and no worker is held.

    `progress` is what it has to remember. Waiting uses up no attempts; the stage has a deadline of its own.
    """

    after_s: float
    progress: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Skipped:
    """It turned out that the stage does not apply, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Task:
    """What a stage computes: `inputs` decide the result (by their hash), `compute` makes it.

    `scratch` is the prefix of the files this attempt writes: they are deleted when its result is not wanted.
    `refused`: an earlier result of the same inputs does not count.
    """

    input_hash: str
    compute: Callable[[], Awaitable[Outcome | Later | Skipped]]
    scratch: str
    refused: bool = False


Prepare = Callable[[Stage, str], Task]


def start(session: AsyncSession, take: Take, skipped: dict[str, str]) -> list[Stage]:
    """Rows for all stages of a complete take; `skipped` gives the reason for those that do not apply."""
    rows = [
        Stage(
            id=uuid4(),
            take_id=take.id,
            name=name,
            state="skipped" if name in skipped else "waiting",
            reason=skipped.get(name),
            attempt=0,
        )
        for name in STAGES
    ]
    session.add_all(rows)
    return rows


async def advance(session: AsyncSession, take_id: UUID) -> None:
    """Enqueue what is ready and fail what is blocked. The caller holds the lock of the take."""
    await session.flush()
    rows = {row.name: row for row in await repository.stages(session, take_id)}
    moment = await repository.now(session)
    for name in STAGES:
        row = rows[name]
        if row.state != "waiting":
            continue
        broken = [need for need in NEEDS[name] if rows[need].state == "failed"]
        if broken:
            row.state, row.finished_at = "failed", moment
            row.error = {
                "code": "stage_blocked",
                "message": f"It needs the stage {broken[0]}, which failed.",
                "hint": f"Run {broken[0]} again.",
                "provider": None,
            }
        elif all(rows[need].state in ("done", "skipped") for need in NEEDS[name]) and all(
            rows[other].state in ENDED for other in AFTER.get(name, ())
        ):
            row.state, row.queued_at = "queued", moment
            _send(session, row, moment + UNTAKEN)
    await session.flush()
    changed(session, await repository.interview_of(session, take_id))


async def retry(session: AsyncSession, take_id: UUID, name: str, *, parked: bool = False) -> None:
    """Run a failed stage again, with the failed ones it waits for and all that depend on it. Raises Conflict.

    What is parked runs again only with `parked`, for administrators: it may take a worker with it.
    """
    await repository.lock_take(session, take_id)
    rows = {row.name: row for row in await repository.stages(session, take_id)}
    if name not in rows or rows[name].state != "failed":
        raise Conflict(
            "This stage has not failed.", code="stage_not_failed", hint="Only a failed stage can be retried."
        )
    again = {name}
    for stage in reversed(STAGES):
        if stage in again:
            again |= {need for need in NEEDS[stage] if rows[need].state == "failed"}
    if not parked and any(rows[stage].parked_at is not None for stage in again):
        raise Conflict("This stage is set aside.", code="stage_parked", hint=PARKED)
    for stage in STAGES:
        if again & {*NEEDS[stage], *AFTER.get(stage, ())} and rows[stage].state != "skipped":
            again.add(stage)
    for stage in again:
        row = rows[stage]
        row.state, row.attempt, row.error, row.lease_token, row.lease_until = "waiting", 0, None, None, None
        row.crashes = 0
        row.started_at = row.finished_at = row.cpu_seconds = row.progress = None
        if parked:
            row.failures, row.parked_at = 0, None
    await advance(session, take_id)


async def drop(session: AsyncSession, take_id: UUID, name: str, reason: str | None) -> None:
    """Forget the result of a stage, and make again what was made from it. The caller locks the take.

    With a `reason` it is skipped from now on, without one it is made again as well.
    """
    rows = {row.name: row for row in await repository.stages(session, take_id)}
    again = {name}
    for stage in STAGES:
        if again & {*NEEDS[stage], *AFTER.get(stage, ())} and rows[stage].state != "skipped":
            again.add(stage)
    for stage in again:
        row = rows[stage]
        row.state, row.attempt, row.error, row.lease_token, row.lease_until = "waiting", 0, None, None, None
        row.started_at = row.finished_at = row.cpu_seconds = row.progress = row.result = row.input_hash = None
    if reason is not None:
        rows[name].state, rows[name].reason, rows[name].finished_at = "skipped", reason, await repository.now(session)
    await advance(session, take_id)


async def run_next(stage_id: UUID, prepare: Prepare) -> None:
    """Compute the stage whose owner's turn it is in the queue of this one; this one when nobody else waits."""
    async with transaction() as session:
        name = await repository.name_of(session, stage_id)
        if name is None:
            return
        token, on = uuid4(), QUEUES[name]
        chosen = await repository.next_in_turn(session, on, [stage for stage in STAGES if QUEUES[stage] == on])
        if chosen is not None:
            await repository.take_lease(session, chosen, token, LEASE)
    if chosen is None:
        await run(stage_id, prepare)
    else:
        await _run(chosen, token, prepare)


async def run(stage_id: UUID, prepare: Prepare) -> None:
    """Compute one stage, in a worker. Does nothing when the stage is not there to be taken."""
    token = uuid4()
    async with transaction() as session:
        if not await repository.take_lease(session, stage_id, token, LEASE):
            return
    await _run(stage_id, token, prepare)


async def _run(stage_id: UUID, token: UUID, prepare: Prepare) -> None:
    """Compute the stage whose lease has this token."""
    async with transaction() as session:
        row = await repository.context(session, stage_id)
        if row is None:
            return
        changed(session, row.take.question.interview_id)
    with tracing.span(f"stage {row.name}", kind="consumer", parent=row.trace, stage=row.name, attempt=row.attempt):
        await _finish(row, token, prepare)


async def _finish(row: Stage, token: UUID, prepare: Prepare) -> None:
    """Compute a stage that is held, write what became of it, and let go on what waited for it."""
    stage_id, take_id, began = row.id, row.take_id, time.monotonic()
    structlog.contextvars.bind_contextvars(take=str(take_id), stage=row.name, attempt=row.attempt)
    try:
        task = prepare(row, f"{row.take.prefix}{token}/")
        outcome, values = await _attempt(row, task, token)
    finally:
        structlog.contextvars.clear_contextvars()
    async with transaction() as session:
        if await repository.lock_take(session, take_id) and await repository.release(session, stage_id, token, values):
            if outcome is not None:
                await _keep(session, row.take, outcome)
            _count(session, row.name, values, time.monotonic() - began)
            await advance(session, take_id)
        else:
            # Deleted meanwhile, or somebody else has taken over: what this attempt stored is nobody's.
            delete_files(session, task.scratch)


def _count(session: AsyncSession, name: str, values: dict[str, Any], seconds: float) -> None:
    # A stage that is queued again waits for a service, or for its turn at one.
    outcome = {"queued": "later"}.get(values["state"], values["state"])
    telemetry.add_after_commit(session, telemetry.stage_entries(name, outcome, seconds))
    if name == "grade" and isinstance(values.get("result"), dict):
        telemetry.add_after_commit(session, telemetry.flag_entries(flags(values["result"])))


async def _keep(session: AsyncSession, take: Take, outcome: Outcome) -> None:
    if outcome.take:
        await repository.set_take(session, take.id, outcome.take)
    if outcome.upload_read:
        await repository.drop_upload(session, take.id)
        delete_files(session, take.uploads_prefix)


async def _attempt(row: Stage, task: Task, token: UUID) -> tuple[Outcome | None, dict[str, Any]]:
    """Compute, holding the lease; the outcome and the columns of the stage."""
    if row.input_hash == task.input_hash and row.result is not None and not task.refused:
        return None, {"state": "done", "error": None, "finished_at": repository.NOW}
    cpu = time.process_time()
    holding = asyncio.create_task(_hold(row.id, token))
    try:
        async with asyncio.timeout(LIMITS_S[row.name]):
            made = await task.compute()
    except TimeoutError:
        return None, _failed(row, _error("stage_timeout", "It took longer than it may.", "Run it again."))
    except RehearsalError as error:
        if isinstance(error, ProviderError) and error.retryable and row.attempt - row.crashes < _tries(error):
            backoff_s = min(RETRY_MAX_S, RETRY_S * RETRY_FACTOR ** (row.attempt - row.crashes - 1))
            moment = repository.NOW + timedelta(seconds=max(backoff_s, error.retry_after_s or 0))
            return None, {"state": "queued", "queued_at": moment, "due_at": moment}
        provider = error.provider if isinstance(error, ProviderError) else None
        return None, _failed(row, _error(error.code, error.message, error.hint, provider))
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.error("stage_failed", type=type(error).__name__, place=place(error))
        return None, _failed(row, _error("internal", "Something went wrong on our side.", "Run it again."))
    finally:
        holding.cancel()
        with suppress(asyncio.CancelledError):
            await holding
    if isinstance(made, Later):
        moment = repository.NOW + timedelta(seconds=made.after_s)
        waits = {"state": "queued", "attempt": 0, "crashes": 0, "queued_at": moment, "due_at": moment}
        return None, waits | {"progress": made.progress}
    if isinstance(made, Skipped):
        ended = {"state": "skipped", "reason": made.reason, "error": None, "finished_at": repository.NOW}
        return None, ended | {"progress": None}
    done = {"state": "done", "error": None, "finished_at": repository.NOW, "result": made.result, "progress": None}
    done["failures"] = 0
    return made, done | {"input_hash": task.input_hash, "cpu_seconds": round(time.process_time() - cpu, 3)}


async def _hold(stage_id: UUID, token: UUID) -> None:
    """Renew the lease until cancelled. A database that is away for a moment is asked again."""
    while True:
        await asyncio.sleep(RENEW_S)
        try:
            async with transaction() as session:
                await repository.renew_lease(session, stage_id, token, LEASE)
        except SQLAlchemyError as error:
            log.warning("lease_not_renewed", type=type(error).__name__)


async def wake(session: AsyncSession, take_id: UUID, name: str) -> None:
    """Look at a waiting stage at once: what it waits for may be there."""
    if not await repository.lock_take(session, take_id):
        return
    for row in await repository.stages(session, take_id):
        if row.name == name and row.state == "queued":
            row.queued_at = moment = await repository.now(session)
            _send(session, row, moment + UNTAKEN)


async def sweep() -> None:
    """Take back what a worker that died was computing, and send what is missing in the queues."""
    async with transaction() as session:
        lost = await repository.expired(session)
    for take_id, stage_id in lost:
        async with transaction() as session:
            if await repository.lock_take(session, take_id):
                await _recover(session, take_id, stage_id)
    await _send_missing()


async def _send_missing() -> None:
    """See that each queue holds a message for every stage that waits too long. Raises RedisError.

    Messages get lost: a worker that died had it, or the broker restarted. A message only says that there is work, so
    their number is all that matters, and behind a long queue nothing is sent twice.
    """
    async with transaction() as session, connect() as redis:
        if not await repository.sweeps_alone(session):
            return
        for on in sorted(QUEUE_LIMITS_S):
            names = [stage for stage in STAGES if QUEUES[stage] == on]
            # Those on their way first: in the other order one that is sent in between would not be seen.
            missing = await repository.untaken(session, names) - await outbox.unsent(session, RUN, on)
            if missing > 0:
                missing -= await queue.first_waiting(redis, on)
            if missing > 0:
                for stage_id in await repository.longest_untaken(session, names, missing):
                    outbox.enqueue(session, RUN, [str(stage_id)], on=on, keep=False, limit_s=QUEUE_LIMITS_S[on])


async def _recover(session: AsyncSession, take_id: UUID, stage_id: UUID) -> None:
    moment = await repository.now(session)
    row = next(stage for stage in await repository.stages(session, take_id) if stage.id == stage_id)
    if row.state != "running" or row.lease_until is None or row.lease_until >= moment:
        return
    row.lease_token = row.lease_until = None
    if row.started_at is not None:
        lost = telemetry.stage_entries(row.name, "lost", (moment - row.started_at).total_seconds())
        telemetry.add_after_commit(session, lost)
    row.crashes += 1
    if row.crashes < MAX_ATTEMPTS:
        row.state, row.queued_at = "queued", moment
        _send(session, row, moment + UNTAKEN)
        changed(session, await repository.interview_of(session, take_id))
    else:
        row.state, row.finished_at, row.parked_at = "failed", moment, moment
        row.failures += 1
        row.error = _error("stage_crashed", f"It stopped without an answer {MAX_ATTEMPTS} times.", PARKED)
        await advance(session, take_id)


def _send(session: AsyncSession, row: Stage, due_at: Any) -> None:
    row.due_at = due_at
    row.trace = tracing.current() or row.trace
    on = QUEUES[row.name]
    outbox.enqueue(session, RUN, [str(row.id)], on=on, keep=False, limit_s=QUEUE_LIMITS_S[on])


def _failed(row: Stage, error: dict[str, Any]) -> dict[str, Any]:
    failures = row.failures + 1
    values = {"state": "failed", "error": error, "finished_at": repository.NOW, "failures": failures}
    if failures < MAX_FAILURES:
        return values
    return values | {"parked_at": repository.NOW, "error": error | {"hint": PARKED}}


def _error(code: str, message: str, hint: str | None, provider: str | None = None) -> dict[str, Any]:
    return {"code": code, "message": message, "hint": hint, "provider": provider}


def _tries(error: ProviderError) -> int:
    return MAX_TRIES if error.provider in OWN else MAX_ATTEMPTS
