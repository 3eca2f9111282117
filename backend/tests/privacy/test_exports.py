"""Exports: everything of one person and nothing of another, readable without us, in bounded memory."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from app.core.database import transaction
from app.models import LOCAL_OWNER, Export, Take
from app.models.base import Base
from app.services.privacy import archive, erasure, exports, repository, tasks
from app.services.providers import storage
from app.services.providers.s3 import StorageError
from tests import world
from tests.privacy.conftest import analyse, recorded, stored
from tests.recordings import begin, send, wav

pytestmark = pytest.mark.services
SAID = "Last year our starter <b>died</b> & I rebuilt it. We delivered all 120 loaves."


async def make(client: httpx.AsyncClient) -> dict[str, Any]:
    """An export, made as a worker does."""
    made = await client.post("/api/exports")
    assert made.status_code == 202, made.text
    assert made.json()["state"] == "waiting"
    await exports.run(UUID(made.json()["id"]))
    return next(item for item in (await client.get("/api/exports")).json() if item["id"] == made.json()["id"])


async def opened(client: httpx.AsyncClient, made: dict[str, Any]) -> zipfile.ZipFile:
    """The archive as it is downloaded."""
    response = await client.get(made["url"])
    assert response.status_code == 200
    assert len(response.content) == made["size_bytes"]
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"].startswith('attachment; filename="rehearsal-')
    found = zipfile.ZipFile(io.BytesIO(response.content))
    assert found.testzip() is None
    return found


async def test_it_has_everything_for_reading_as_data_and_as_media(
    client: httpx.AsyncClient, flows: str, stranger: UUID
) -> None:
    await world.interview(stranger)
    interview, questions, posting = await world.interview()
    await client.put(f"/api/postings/{posting}/resume", json={"text": "Two years of experience with sourdough bread."})
    take = (await client.post(f"/api/questions/{questions[0]}/takes", json={"kind": "typed", "text": SAID})).json()[
        "id"
    ]
    await analyse(take)
    spoken = await recorded(client, questions[1])
    unread, address = await begin(client, questions[1], 4000)
    await send(client, address, 0, wav()[:3000])
    await client.put("/api/consents/voice", json={"granted": True})
    archived = await opened(client, await make(client))
    assert archived.namelist()[:2] == ["index.html", "data.json"]
    assert archived.namelist()[-1] == "index.json"

    data = json.loads(archived.read("data.json"))
    assert (data["schema"], data["owner"]["id"]) == (1, str(LOCAL_OWNER))
    assert [entry["kind"] for entry in data["consents"]] == ["voice"]
    assert [row["id"] for row in data["postings"]] == [str(posting)]
    assert data["postings"][0]["posting"]["text"] == world.TEXT
    assert data["postings"][0]["resume"]["items"]
    found = data["postings"][0]["interviews"][0]
    assert found["id"] == str(interview)
    typed = found["questions"][0]["takes"][0]
    assert (typed["id"], typed["text"]) == (take, SAID)
    made = {stage["name"]: stage["result"] for stage in typed["stages"]}
    assert made["grade"]["overall"]
    assert {other["id"] for other in found["questions"][1]["takes"]} == {spoken, unread}

    index = json.loads(archived.read("index.json"))
    assert [(file["what"], file["take_id"]) for file in index["files"]] == [("recording", spoken), ("upload", unread)]
    for file in index["files"]:
        content = archived.read(file["path"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
    assert archived.read(index["files"][0]["path"])[:4] == b"RIFF"

    page = archived.read("index.html").decode()
    assert "Last year our starter &lt;b&gt;died&lt;/b&gt; &amp; I rebuilt it." in page
    assert f'src="{index["files"][0]["path"]}"' in page
    assert "Lines kept of your résumé" in page
    assert "http" not in page.replace("http-equiv", "")  # nothing is loaded from anywhere


async def test_no_inner_workings_and_nothing_that_proves_who_somebody_is() -> None:
    row = {"owner_id": 1, "password_hash": 2, "digest": 3, "token": 4, "lease_token": 5, "email": 6, "input_tokens": 7}
    assert archive.shown(row) == {"email": 6, "input_tokens": 7}


def test_every_table_with_an_owner_has_a_place() -> None:
    """A table that names an owner is exported by itself, or has its own place in the archive."""
    placed = {column.table.name for column in repository.owner_columns()} & archive.PLACED
    assert placed == archive.PLACED
    below = {"provider_usage", "provider_copies", "listenings", "stages", "identities"}
    ours = {
        "owners",
        "upload_parts",
        "speech_clips",
        "prepared_clips",
        "erasures",
        "outbox",
        "model_tickets",
        "links",
        "audit",
    }
    installation = {"provider_settings", "provider_choices", "budgets"}
    known = {column.table.name for column in repository.owner_columns()} | below | ours | installation
    assert set(Base.metadata.tables) - known == set(), "say where its rows are in an export, and how they are erased"


async def test_one_at_a_time_and_three_a_day(client: httpx.AsyncClient) -> None:
    first = await client.post("/api/exports")
    second = await client.post("/api/exports")
    assert (second.status_code, second.json()["error"]) == (409, "export_running")
    await exports.run(UUID(first.json()["id"]))
    await make(client)
    await make(client)
    fourth = await client.post("/api/exports")
    assert (fourth.status_code, fourth.json()["error"]) == (429, "export_limit")
    assert 0 < int(fourth.headers["retry-after"]) <= 24 * 3600
    async with transaction() as session:
        await session.execute(update(Export).values(created_at=datetime.now(UTC) - timedelta(hours=25)))
    assert (await client.post("/api/exports")).status_code == 202


async def test_two_at_once_are_one(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.post("/api/exports") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]


async def test_it_goes_after_a_day(client: httpx.AsyncClient, settings: Any) -> None:
    made = await make(client)
    assert len(stored(settings)) == 1
    async with transaction() as session:
        await session.execute(update(Export).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert (await client.get(made["url"])).status_code == 404
    assert (await client.get("/api/exports")).json() == []
    await tasks_sweep()
    await world.run_jobs()
    assert stored(settings) == []


async def tasks_sweep() -> None:
    """The sweep of privacy, as a worker runs it."""
    await asyncio.to_thread(tasks.sweep.run)


async def test_running_twice_is_running_once(client: httpx.AsyncClient, settings: Any) -> None:
    made = await client.post("/api/exports")
    identity = UUID(made.json()["id"])
    await asyncio.gather(*(exports.run(identity) for _ in range(3)))
    await exports.run(identity)
    await world.run_jobs()
    assert len(stored(settings)) == 1
    assert (await client.get("/api/exports")).json()[0]["state"] == "ready"


async def test_a_worker_that_died_is_taken_over_and_what_it_left_goes(client: httpx.AsyncClient, settings: Any) -> None:
    made = await client.post("/api/exports")
    identity = UUID(made.json()["id"])
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with transaction() as session:
        assert await repository.lease_export(session, identity, exports.LEASE)
    await storage.put_bytes(f"exports/{identity}/1-dead.zip", b"half")
    await exports.run(identity)  # somebody else holds it
    assert (await client.get("/api/exports")).json()[0]["state"] == "waiting"
    async with transaction() as session:
        await session.execute(update(Export).values(lease_until=past, due_at=past))
    before = await world.sent("cloud")
    await exports.sweep()
    assert await world.sent("cloud") == before + 1
    await exports.run(identity)
    assert (await client.get("/api/exports")).json()[0]["state"] == "ready"
    async with transaction() as session:
        await session.execute(update(Export).values(expires_at=past))
    await tasks_sweep()
    await world.run_jobs()
    assert stored(settings) == []


async def test_a_storage_that_fails_is_tried_again_then_it_is_said(
    client: httpx.AsyncClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(key: str, chunks: Any) -> None:
        async for _ in chunks:
            pass
        raise StorageError("The disk is full.", code="full", retryable=True)

    monkeypatch.setattr(storage, "put_stream", full)
    made = await client.post("/api/exports")
    for _ in range(exports.MAX_ATTEMPTS):
        assert (await client.get("/api/exports")).json()[0]["state"] == "waiting"
        await exports.run(UUID(made.json()["id"]))
    assert (await client.get("/api/exports")).json()[0]["state"] == "failed"


async def test_a_recording_that_is_not_there_is_named(client: httpx.AsyncClient, question: UUID) -> None:
    take = await recorded(client, question)
    async with transaction() as session:
        await storage.delete((await session.get_one(Take, UUID(take))).media_key or "")
    archived = await opened(client, await make(client))
    index = json.loads(archived.read("index.json"))
    assert [(file["take_id"], file.get("missing")) for file in index["files"]] == [(take, True)]


async def test_memory_does_not_grow_with_the_recordings(
    client: httpx.AsyncClient, settings: Any, question: UUID
) -> None:
    """100 MiB of recordings, streamed: at most a few pieces of 4 and 8 MiB are in memory."""
    await recorded(client, question)
    whole = 100 * 1024 * 1024
    async with transaction() as session:
        take = (await repository.takes(session, LOCAL_OWNER))[0]
        path = settings.data / "storage" / str(take.media_key)
    with path.open("r+b") as file:
        file.truncate(whole)
    export = UUID((await client.post("/api/exports")).json()["id"])
    tracemalloc.start()
    await exports.run(export)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    made = (await client.get("/api/exports")).json()[0]
    assert made["state"] == "ready"
    assert made["size_bytes"] > whole
    assert peak < 48 * 1024 * 1024


async def test_somebody_erased_meanwhile_gets_no_archive(
    client: httpx.AsyncClient, settings: Any, question: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await recorded(client, question)
    export = UUID((await client.post("/api/exports")).json()["id"])
    put = storage.put_stream

    async def slowly(key: str, chunks: Any) -> None:
        await put(key, chunks)
        async with transaction() as session:
            await erasure.erase_owner(session, LOCAL_OWNER)
        await world.run_jobs()
        await put(key, _once(b"written after everything was deleted"))

    monkeypatch.setattr(storage, "put_stream", slowly)
    await exports.run(export)
    await world.run_jobs()
    assert stored(settings) == []


async def _once(data: bytes) -> Any:
    yield data
