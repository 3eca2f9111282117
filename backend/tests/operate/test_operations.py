"""The operations page: how the work goes, what failed and why, setting it going again."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, update

from app.core import events
from app.core.database import transaction
from app.domain.errors import BadInput, ProviderError
from app.models import LOCAL_OWNER, OutboxJob, Stage
from app.services.analysis import pipeline
from app.services.operations import service
from app.services.outbox import files
from app.services.providers import calls
from tests import world
from tests.operate.test_fair_share import answer
from tests.operate.test_poison import computing, crash, media, only_job

pytestmark = pytest.mark.services
BROKEN = computing(BadInput("The recording is damaged.", code="media_broken"))


async def page(client: httpx.AsyncClient, number: int = 1) -> dict[str, Any]:
    """What the page shows."""
    response = await client.get("/api/operations", params={"page": number})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def parked_job() -> UUID:
    """A job of the outbox that is set aside."""
    async with transaction() as session:
        files.delete_files(session, "takes/none/")
    async with transaction() as session:
        values = {"parked_at": func.now(), "reason": "storage_away", "attempts": 20}
        query = update(OutboxJob).where(OutboxJob.task == files.DELETE).values(**values).returning(OutboxJob.id)
        return (await session.scalars(query)).one()


async def test_an_installation_at_rest(client: httpx.AsyncClient) -> None:
    shown = await page(client)
    assert {queue["name"]: queue["waiting"] for queue in shown["queues"]} == dict.fromkeys(
        ("interactive", "media", "vision", "listening", "cloud", "control"), 0
    )
    assert (shown["troubles"], shown["total"], shown["pages"], shown["last_backup_at"]) == ([], 0, 1, None)
    assert (shown["mode"], shown["queue_answers"]) == ("personal", True)


async def test_queues_workers_and_backup(client: httpx.AsyncClient) -> None:
    first, _ = await answer(LOCAL_OWNER, 2)
    events.worker_alive("media@here", ["media"])
    async with events.connect() as redis:
        await redis.set("backup:last", "1790000000")
    async with transaction() as session:
        later = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 1)
        values = {"state": "running", "lease_until": later, "lease_token": uuid4()}
        await session.execute(update(Stage).where(Stage.take_id == first, Stage.name == "media").values(**values))
    shown = await page(client)
    queue = next(queue for queue in shown["queues"] if queue["name"] == "media")
    assert (queue["waiting"], queue["running"], [worker["name"] for worker in queue["workers"]]) == (
        1,
        1,
        ["media@here"],
    )
    assert queue["oldest_seconds"] > 0
    assert shown["last_backup_at"].startswith("2026-09-21")


async def test_what_failed_is_named_with_its_reason(client: httpx.AsyncClient) -> None:
    failed, parked = await answer(LOCAL_OWNER, 2)
    await pipeline.run((await media(failed)).id, BROKEN)
    for _ in range(pipeline.MAX_ATTEMPTS):
        await crash(parked)
    await parked_job()
    shown = await page(client)
    found = {(row["kind"], row["name"], row["reason"], row["parked"]): row for row in shown["troubles"]}
    assert set(found) == {
        ("stage", "media", "media_broken", False),
        ("stage", "media", "stage_crashed", True),
        ("job", "files.delete", "storage_away", True),
    }, "stages that only wait for a failed one are not named again"
    assert found["stage", "media", "stage_crashed", True]["take_id"] == str(parked)
    assert found["stage", "media", "stage_crashed", True]["attempt"] == pipeline.MAX_ATTEMPTS
    assert {row["reason"]: row["count"] for row in shown["reasons"]} == {
        "media_broken": 1,
        "stage_crashed": 1,
        "storage_away": 1,
    }


async def test_nothing_of_anybody_is_on_it(client: httpx.AsyncClient, stranger: UUID) -> None:
    (take,) = await answer(stranger, 1)
    await pipeline.run((await media(take)).id, BROKEN)
    text = (await client.get("/api/operations")).text
    assert str(take) in text
    assert str(stranger) not in text
    assert not re.search("sourdough|Baker|damaged", text)


async def test_pages_of_fifty(client: httpx.AsyncClient) -> None:
    for _ in range(6):
        for take in await answer(LOCAL_OWNER, 10):
            async with transaction() as session:
                values = {"state": "failed", "error": {"code": "media_broken"}, "finished_at": func.clock_timestamp()}
                await session.execute(
                    update(Stage).where(Stage.take_id == take, Stage.name == "media").values(**values)
                )
    first, second, third = await page(client, 1), await page(client, 2), await page(client, 3)
    assert (len(first["troubles"]), len(second["troubles"]), third["troubles"]) == (50, 10, [])
    assert (first["total"], first["pages"]) == (60, 2)
    assert not {row["id"] for row in first["troubles"]} & {row["id"] for row in second["troubles"]}


async def test_a_stage_runs_again(client: httpx.AsyncClient) -> None:
    (take,) = await answer(LOCAL_OWNER, 1)
    for _ in range(pipeline.MAX_ATTEMPTS):
        await crash(take)
    row = await media(take)
    assert (await client.post(f"/api/operations/stages/{row.id}/retry")).status_code == 204
    row = await media(take)
    assert (row.state, row.parked_at) == ("queued", None)
    again = await client.post(f"/api/operations/stages/{row.id}/retry")
    assert (again.status_code, again.json()["error"]) == (409, "stage_not_failed")
    assert (await client.post(f"/api/operations/stages/{uuid4()}/retry")).status_code == 404


async def test_a_job_runs_again(client: httpx.AsyncClient) -> None:
    job = await parked_job()
    assert (await client.post(f"/api/operations/jobs/{job}/retry")).status_code == 204
    assert (await client.post(f"/api/operations/jobs/{job}/retry")).json()["error"] == "job_not_parked"
    await world.run_jobs()
    assert await only_job() is None
    assert (await client.post(f"/api/operations/jobs/{job}/retry")).status_code == 404


async def test_all_of_one_reason_run_again(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 2)
    takes = await answer(LOCAL_OWNER, 4)
    for take in takes[:3]:
        await pipeline.run((await media(take)).id, BROKEN)
    for _ in range(pipeline.MAX_ATTEMPTS):
        await crash(takes[3])
    body = {"reason": "media_broken"}
    assert (await client.post("/api/operations/retry", json=body)).json() == {"retried": 2, "left": 1}
    assert (await client.post("/api/operations/retry", json=body)).json() == {"retried": 1, "left": 0}
    assert [(await media(take)).state for take in takes] == ["queued"] * 3 + ["failed"]
    assert (await client.post("/api/operations/retry", json={"reason": "storage_away"})).json()["retried"] == 0


async def test_services_of_others(client: httpx.AsyncClient) -> None:
    async def away() -> None:
        raise ProviderError("openai", "It is away.", retryable=False, code="openai_busy")

    for _ in range(calls.PAUSE_AFTER):
        with pytest.raises(ProviderError):
            await calls.call("openai", "grading", away, deadline_s=1)
    (shown,) = (await page(client))["providers"]
    assert (shown["id"], shown["chosen"], shown["last_error"]["code"]) == ("openai", False, "openai_busy")
    assert 0 < shown["paused_seconds"] <= calls.PAUSE_FIRST_S


async def test_without_valkey_the_rest_is_shown(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.core import config

    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9/0")
    config.settings.cache_clear()
    shown = await page(client)
    assert (shown["queue_answers"], len(shown["queues"])) == (False, 6)


async def test_a_server_asks_who_it_is(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.core import config

    monkeypatch.setenv("REHEARSAL_MODE", "server")
    monkeypatch.setenv("REHEARSAL_SECRET_KEY", "of a test, and long enough for a server")
    config.settings.cache_clear()
    for method, path in (
        ("GET", "/api/operations"),
        ("POST", f"/api/operations/stages/{uuid4()}/retry"),
        ("POST", f"/api/operations/jobs/{uuid4()}/retry"),
        ("POST", "/api/operations/retry"),
    ):
        assert (await client.request(method, path)).status_code == 401, path
