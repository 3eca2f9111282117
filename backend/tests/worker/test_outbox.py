"""Jobs: recorded with their cause, sent after it, sent again until they are done."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from app.core import queue
from app.core.database import transaction
from app.models import OutboxJob
from app.services.outbox import files, service
from app.services.providers import storage
from tests import world

pytestmark = pytest.mark.services


async def jobs() -> list[OutboxJob]:
    """What is recorded."""
    async with transaction() as session:
        return list((await session.scalars(select(OutboxJob))).all())


async def test_sent_after_the_commit_and_kept_until_done(settings: Any) -> None:
    async with transaction() as session:
        files.delete_files(session, "takes/none/")
        assert await world.sent("control") == 0
    assert await world.sent("control") == 1
    assert len(await jobs()) == 1
    await world.run_jobs()
    assert await jobs() == []


async def test_rolled_back_means_never_sent(settings: Any) -> None:
    async def fail() -> None:
        async with transaction() as session:
            files.delete_files(session, "takes/none/")
            raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        await fail()
    assert (await jobs(), await world.sent("control")) == ([], 0)


async def test_a_broker_that_is_away_loses_nothing(client: httpx.AsyncClient, settings: Any) -> None:
    _, questions, _ = await world.interview()
    alive = queue.celery_app.conf.broker_url
    for row in await jobs():
        assert row.due_at > datetime.now(UTC)
    with world.broker("redis://127.0.0.1:9/0"):
        answer = {"kind": "typed", "text": "I throw it away and start again."}
        response = await client.post(f"/api/questions/{questions[0]}/takes", json=answer)
        assert response.status_code == 201
        assert any(row.due_at <= datetime.now(UTC) for row in await jobs())
    with world.broker(alive):
        before = await world.sent("media")
        await service.relay()
        assert await world.sent("media") == before + 1


async def test_two_relays_send_each_job_once(settings: Any) -> None:
    async with transaction() as session:
        for number in range(30):
            service.enqueue(session, files.DELETE, [f"takes/{number}/"], on=queue.CONTROL)
        session.info.clear()  # no relay after this commit
    await asyncio.gather(*(service.relay() for _ in range(4)))
    assert await world.sent("control") == 30


async def test_a_kept_job_nobody_finished_is_sent_again(settings: Any) -> None:
    async with transaction() as session:
        files.delete_files(session, "takes/none/")
    await service.relay()
    assert await world.sent("control") == 1
    async with transaction() as session:
        await session.execute(update(OutboxJob).values(due_at=datetime.now(UTC) - timedelta(seconds=1)))
    await service.relay()
    assert await world.sent("control") == 2


async def test_deleting_twice_is_deleting(settings: Any) -> None:
    for name in ("a", "b/c"):
        await storage.put_bytes(f"takes/x/{name}", b"bytes")
    await storage.put_bytes("takes/xy/a", b"bytes of another")
    async with transaction() as session:
        files.delete_files(session, "takes/x/")
        files.delete_files(session, "takes/x/")
    await world.run_jobs()
    left = [path for path in (settings.data / "storage").rglob("*") if path.is_file()]
    assert [path.parent.name for path in left] == ["xy"]
