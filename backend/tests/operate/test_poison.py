"""Work that kills its worker or fails again and again is set aside with its reason; the rest goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import SQLAlchemyError

from app.core import queue
from app.core.database import transaction
from app.domain.errors import BadInput, Conflict, ProviderError
from app.models import LOCAL_OWNER, OutboxJob, Stage
from app.services.analysis import pipeline
from app.services.analysis.pipeline import Outcome, Task
from app.services.flow import takes
from app.services.outbox import files, service
from app.services.providers import storage
from app.services.speech import service as speech
from app.services.speech.tasks import synthesise
from tests import world
from tests.conftest import Services
from tests.operate.test_fair_share import answer, first_stages

pytestmark = pytest.mark.services
BACKEND = Path(__file__).resolve().parents[2]


def computing(result: Any) -> pipeline.Prepare:
    """A computation that returns this, or raises it."""

    def prepare(row: Stage, scratch: str) -> Task:
        async def compute() -> Outcome:
            if isinstance(result, Exception):
                raise result
            return Outcome(result)

        return Task(f"hash of {row.name}", compute, scratch)

    return prepare


async def media(take: UUID) -> Stage:
    """The first stage of a take."""
    return (await world.stages(take))["media"]


async def crash(take: UUID) -> None:
    """A worker begins, dies, and its lease runs out."""
    stage = (await media(take)).id
    async with transaction() as session:
        values = {"state": "running", "attempt": Stage.attempt + 1, "lease_token": take}
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(Stage).where(Stage.id == stage).values(lease_until=past, **values))
    await pipeline.sweep()


async def test_a_stage_that_kills_its_worker_is_parked_with_its_reason(client: httpx.AsyncClient) -> None:
    (take,) = await answer(LOCAL_OWNER, 1)
    for _ in range(pipeline.MAX_ATTEMPTS):
        await crash(take)
    shown = (await client.get(f"/api/takes/{take}")).json()["stages"][0]
    assert (shown["state"], shown["parked"], shown["error"]["code"]) == ("failed", True, "stage_crashed")
    assert "set aside" in shown["error"]["hint"]


async def test_what_is_parked_never_runs_again_by_itself(settings: Any) -> None:
    (take,) = await answer(LOCAL_OWNER, 1)
    messages = await first_stages([take])
    for _ in range(pipeline.MAX_ATTEMPTS):
        await crash(take)
    for _ in range(3):
        await pipeline.sweep()
        await pipeline.run_next(messages[0], computing({"made": "again"}))
    assert (await media(take)).state == "failed"
    async with transaction() as session:
        with pytest.raises(Conflict) as refused:
            await takes.retry_stage(session, LOCAL_OWNER, take, "media")
    assert refused.value.code == "stage_parked"


async def test_an_administrator_lets_it_run_again(settings: Any) -> None:
    (take,) = await answer(LOCAL_OWNER, 1)
    for _ in range(pipeline.MAX_ATTEMPTS):
        await crash(take)
    async with transaction() as session:
        await pipeline.retry(session, take, "media", parked=True)
    row = await media(take)
    assert (row.state, row.parked_at, row.failures, row.attempt) == ("queued", None, 0, 0)
    await pipeline.run(row.id, computing({"made": "media"}))
    rows = await world.stages(take)
    assert (rows["media"].state, rows["transcript"].state) == ("done", "queued")


async def test_what_fails_again_and_again_is_parked(settings: Any) -> None:
    (take,) = await answer(LOCAL_OWNER, 1)
    broken = computing(BadInput("The recording is damaged.", code="media_broken", hint="Record it again."))
    for number in range(1, pipeline.MAX_FAILURES + 1):
        row = await media(take)
        await pipeline.run(row.id, broken)
        row = await media(take)
        assert (row.failures, row.parked_at is not None) == (number, number == pipeline.MAX_FAILURES)
        if row.parked_at is None:
            async with transaction() as session:
                await takes.retry_stage(session, LOCAL_OWNER, take, "media")
    assert row.error is not None
    assert (row.error["code"], row.error["hint"]) == ("media_broken", pipeline.PARKED)


async def test_a_service_that_is_away_for_a_while_parks_nothing(settings: Any) -> None:
    (take,) = await answer(LOCAL_OWNER, 1)
    away = computing(ProviderError("langflow", "It cannot be reached.", retryable=True, code="langflow_unreachable"))
    for _ in range(pipeline.MAX_ATTEMPTS - 1):
        await crash(take)
    for _ in range(pipeline.MAX_TRIES - 1):
        await pipeline.run((await media(take)).id, away)
    row = await media(take)
    assert (row.state, row.failures, row.crashes) == ("queued", 0, pipeline.MAX_ATTEMPTS - 1)


async def only_job() -> OutboxJob | None:
    """The one job of the outbox."""
    async with transaction() as session:
        return (await session.scalars(select(OutboxJob))).one_or_none()


async def recorded_deletion() -> OutboxJob:
    """A job that waits in the outbox."""
    async with transaction() as session:
        files.delete_files(session, "takes/none/")
    job = await only_job()
    assert job is not None
    return job


async def test_a_job_that_always_fails_is_parked(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: str) -> None:
        raise ProviderError("storage", "It does not answer.", retryable=True, code="storage_away")

    job = await recorded_deletion()
    with monkeypatch.context() as patch:
        patch.setattr(storage, "delete_prefix", fail)
        for _ in range(service.MAX_FAILURES):
            with pytest.raises(ProviderError):
                await asyncio.to_thread(files.delete.run, *job.args)
    parked = await only_job()
    assert parked is not None
    assert (parked.reason, parked.parked_at is not None) == ("storage_away", True)
    await asyncio.to_thread(files.delete.run, *job.args)  # a message of it that was still under way
    async with transaction() as session:
        await session.execute(update(OutboxJob).values(due_at=datetime.now(UTC) - timedelta(seconds=1)))
    before = await world.sent(queue.CONTROL)
    await service.relay()
    assert await world.sent(queue.CONTROL) == before, "it was sent although it is parked"
    async with transaction() as session:
        await service.retry(session, job.id)
    assert await world.sent(queue.CONTROL) == before + 1
    await asyncio.to_thread(files.delete.run, *job.args)
    assert await only_job() is None


async def test_a_job_that_kills_its_worker_is_parked(settings: Any) -> None:
    job = await recorded_deletion()
    async with transaction() as session:
        await session.execute(update(OutboxJob).values(attempts=service.MAX_CRASHES))  # begun, and neither ended
    await asyncio.to_thread(files.delete.run, *job.args)
    parked = await only_job()
    assert parked is not None
    assert (parked.reason, parked.attempts) == ("job_crashed", service.MAX_CRASHES)


async def test_a_job_that_cannot_be_sent_does_not_stand_before_the_others(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = queue.send

    def refusing(task: str, args: list[Any], *rest: Any, **more: Any) -> None:
        if "takes/poison/" in args:
            raise TypeError("not serialisable")
        send(task, args, *rest, **more)

    monkeypatch.setattr(queue, "send", refusing)
    async with transaction() as session:
        files.delete_files(session, "takes/poison/")
        files.delete_files(session, "takes/good/")
    assert await world.sent(queue.CONTROL) == 1
    async with transaction() as session:
        rows = {row.args[1]: row for row in await session.scalars(select(OutboxJob))}
    assert (rows["takes/poison/"].reason, rows["takes/good/"].reason) == ("unsendable", None)


@pytest.fixture
async def worker(settings: Any, services: Services) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A real worker process, whose work may kill it (`tests.operate.deadly`)."""
    environment = os.environ | {"PYTHONPATH": str(BACKEND)}
    options = ("-Q", "media,control", "-c", "1", "-n", "deadly@drill", "--without-gossip", "--without-mingle")
    with (settings.data / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "tests.operate.deadly", "worker", *options],
            cwd=BACKEND,
            env=environment,
            stdout=log,
            stderr=log,
        )
        yield process
        process.send_signal(signal.SIGTERM)
        process.wait(30)


async def until(true: Callable[[], Awaitable[bool]], timeout_s: float = 60) -> None:
    """Sweep as the schedule does until something holds. Raises TimeoutError."""
    deadline = time.monotonic() + timeout_s
    while not await true():
        if time.monotonic() > deadline:
            raise TimeoutError
        await asyncio.sleep(0.3)
        await pipeline.sweep()
        await service.relay()


@pytest.mark.drill
async def test_a_real_worker_survives_what_kills_its_processes(
    worker: subprocess.Popen[bytes], settings: Any, stranger: UUID
) -> None:
    poison, good = await answer(LOCAL_OWNER, 2)
    (other,) = await answer(stranger, 1)
    (settings.data / "deadly").mkdir()
    mark = settings.data / "deadly" / str(poison)
    mark.touch()

    async def settled() -> bool:
        rows = [await world.stages(take) for take in (poison, good, other)]
        return rows[0]["media"].parked_at is not None and all(row["voice"].state == "done" for row in rows[1:])

    await until(settled, 100)
    row = await media(poison)
    assert row.error is not None
    assert (row.attempt, row.error["code"]) == (pipeline.MAX_ATTEMPTS, "stage_crashed")
    assert worker.poll() is None, "only children were killed"

    mark.unlink()
    async with transaction() as session:
        await pipeline.retry(session, poison, "media", parked=True)

    async def read() -> bool:
        return (await world.stages(poison))["voice"].state == "done"

    await until(read)


@pytest.mark.drill
async def test_a_real_worker_parks_a_job_that_kills_it(worker: subprocess.Popen[bytes], settings: Any) -> None:
    async with transaction() as session:
        service.enqueue(session, "drill.kill", [], on=queue.CONTROL)

    async def parked() -> bool:
        async with transaction() as session:  # what is overdue after a minute is overdue now
            await session.execute(update(OutboxJob).values(due_at=datetime.now(UTC) - timedelta(seconds=1)))
        job = await only_job()
        return job is not None and job.reason == "job_crashed"

    await until(parked, 100)


async def test_nobody_waits_for_a_clip_whose_job_is_set_aside(settings: Any) -> None:
    async with transaction() as session:
        key = await speech.prepare(session, "Tell me about a batch that went wrong.", "af_heart", 1.0)
    job = await only_job()
    assert job is not None
    async with transaction() as session:
        await session.execute(update(OutboxJob).values(attempts=service.MAX_CRASHES))
    await asyncio.to_thread(synthesise.run, *job.args)
    async with transaction() as session:
        assert await speech.states(session, [key]) == {key: "failed"}
    parked = await only_job()
    assert parked is not None
    assert parked.reason == "job_crashed"


async def test_an_error_of_the_database_quotes_nobody(settings: Any) -> None:
    async with transaction() as session:
        with pytest.raises(SQLAlchemyError) as failed:
            await session.execute(text("SELECT CAST(:words AS integer) / 0"), {"words": "1"})
    assert "parameters hidden" in str(failed.value)
