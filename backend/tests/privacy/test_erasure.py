"""Erasure: nothing readable at once, nothing left soon, and nothing that was in progress brings anything back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select, update

from app.api import deps
from app.core.database import transaction
from app.core.events import connect
from app.domain.errors import NotFound
from app.models import LOCAL_OWNER, Erasure, Interview, Owner, PostingRow, ProviderCopy, Take
from app.models.base import Owned
from app.services.analysis import pipeline
from app.services.analysis.pipeline import Outcome, Task
from app.services.flow.stages import prepare
from app.services.privacy import erasure, exports, guests, repository
from app.services.providers import storage
from app.services.providers.s3 import StorageError
from tests import world
from tests.privacy.conftest import recorded, stored
from tests.recordings import begin, send, wav

pytestmark = pytest.mark.services
CONFIRM = {"confirm": "delete everything"}


@pytest.fixture
async def guest(app: FastAPI, client: httpx.AsyncClient) -> UUID:
    """Who asks is a guest now."""
    async with transaction() as session:
        owner = Owner(id=uuid4(), expires_at=datetime.now(UTC) + timedelta(hours=24))
        session.add(owner)
    app.dependency_overrides[deps._owner] = lambda: owner.id
    return owner.id


async def erased(client: httpx.AsyncClient) -> str:
    """Erase whoever asks; the code of the receipt."""
    response = await client.post("/api/erasures", json=CONFIRM)
    assert response.status_code == 202, response.text
    code: str = response.json()["receipt"]
    return code


async def receipt(client: httpx.AsyncClient, code: str) -> dict[str, Any]:
    """What the receipt says, parts by kind."""
    response = await client.get(f"/api/erasures/{code}")
    assert response.status_code == 200, response.text
    said: dict[str, Any] = response.json()
    return said | {"parts": {part["kind"]: part for part in said["parts"]}}


async def settle() -> None:
    """Let the time of the last look come."""
    async with transaction() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(Erasure).values(settle_at=past, due_at=past))
    await world.run_jobs()


async def exists(owner: UUID) -> bool:
    """Whether there is a row of this owner."""
    async with transaction() as session:
        return await session.get(Owner, owner) is not None


async def test_the_words_are_needed(client: httpx.AsyncClient) -> None:
    await world.interview()
    for body in ({}, {"confirm": ""}, {"confirm": "yes"}):
        assert (await client.post("/api/erasures", json=body)).status_code == 422
    assert await world.count(Interview) == 1


async def test_at_once_nothing_can_be_read_and_the_receipt_counts(
    client: httpx.AsyncClient, settings: Any, question: UUID
) -> None:
    take = await recorded(client, question)
    await client.put("/api/consents/voice", json={"granted": False})
    export = (await client.post("/api/exports")).json()["id"]
    await exports.run(UUID(export))
    code = await erased(client)
    assert (await client.get(f"/api/takes/{take}/media")).status_code == 404
    assert (await client.get(f"/api/exports/{export}/file")).status_code == 404
    for path in ("/api/postings", "/api/interviews", "/api/exports"):
        assert (await client.get(path)).json() == []
    said = await receipt(client, code)
    assert said["done"] is False
    counts = {kind: part["count"] for kind, part in said["parts"].items()}
    assert (counts["postings"], counts["interviews"]) == (1, 1)
    assert (counts["questions"], counts["answers"], counts["exports"], counts["files"]) == (2, 1, 1, 2)
    assert counts["consents"] == 2  # the standing word, and the interview it was withdrawn from
    ended = {kind for kind, part in said["parts"].items() if part["ended_at"]}
    assert ended == {"postings", "interviews", "questions", "answers", "uploads", "consents", "exports", "account"}
    await world.run_jobs()
    assert stored(settings) == []
    said = await receipt(client, code)
    assert {kind for kind, part in said["parts"].items() if not part["ended_at"]} == {"late_files"}
    await settle()
    said = await receipt(client, code)
    assert said["done"]
    assert said["finished_at"]
    async with transaction() as session:
        row = await repository.erasure(session, erasure.digest(code))
    assert row is not None
    assert (row.owner_id, row.due_at, row.pending) == (None, None, {"takes": [], "prefixes": [], "clips": []})
    assert code not in str(row.__dict__)


async def test_the_owner_of_a_machine_starts_anew(client: httpx.AsyncClient) -> None:
    await world.interview()
    first = await erased(client)
    _, questions, _ = await world.interview()
    await settle()
    assert (await receipt(client, first))["done"]
    assert await world.count(Interview) == 1
    answer = await client.post(f"/api/questions/{questions[0]}/takes", json={"kind": "typed", "text": "Yes."})
    assert answer.status_code == 201
    assert await erased(client) != first
    assert await exists(LOCAL_OWNER)


async def test_a_guest_is_gone_altogether(client: httpx.AsyncClient, guest: UUID) -> None:
    await world.interview(guest)
    kept, _, _ = await world.interview()
    code = await erased(client)
    async with transaction() as session:
        assert (await session.get_one(Owner, guest)).erased_at is not None
    again = await client.post("/api/erasures", json=CONFIRM)
    assert (again.status_code, again.json()["error"]) == (404, "erased")
    await world.run_jobs()
    assert await exists(guest)  # a request that began before may still write
    await settle()
    assert not await exists(guest)
    assert (await receipt(client, code))["done"]
    async with transaction() as session:
        assert await session.get(Interview, kept) is not None


async def test_what_a_request_that_had_begun_wrote_goes_with_the_owner(
    client: httpx.AsyncClient, settings: Any, guest: UUID
) -> None:
    await erased(client)
    await world.run_jobs()
    _, questions, _ = await world.interview(guest)
    async with transaction() as session:
        take = Take(id=uuid4(), owner_id=guest, question_id=questions[0], number=1, kind="voice")
        session.add(take)
    await storage.put_bytes(f"{take.prefix}uploads/late", b"late")
    await settle()
    assert not await exists(guest)
    assert await world.count(PostingRow, guest) == 0
    assert stored(settings) == []


async def test_a_worker_that_computes_throws_away_what_it_made(
    client: httpx.AsyncClient, settings: Any, question: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    take = await recorded(client, question, read=False)
    begun, go_on = asyncio.Event(), asyncio.Event()

    def slow(row: Any, scratch: str) -> Task:
        async def compute() -> Outcome:
            made = await prepare(row, scratch).compute()
            begun.set()
            await go_on.wait()
            await storage.put_bytes(f"{scratch}more", b"after the deletion")
            assert isinstance(made, Outcome)
            return made

        return Task("x", compute, scratch)

    working = asyncio.create_task(pipeline.run((await world.stages(take))["media"].id, slow))
    await begun.wait()
    code = await erased(client)
    await world.run_jobs()
    go_on.set()
    await working
    assert stored(settings) != []
    await world.run_jobs()
    assert stored(settings) == []
    assert (await client.get("/api/interviews")).json() == []
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []
    await settle()
    assert (await receipt(client, code))["done"]


async def test_an_upload_that_arrives_leaves_nothing(client: httpx.AsyncClient, settings: Any, question: UUID) -> None:
    data = wav()
    _, address = await begin(client, question, len(data))

    async def body() -> AsyncIterator[bytes]:
        yield data[:8000]
        await erased(client)
        await world.run_jobs()
        yield data[8000:]

    response = await send(client, address, 0, body())
    assert (response.status_code, response.json()["error"]) == (404, "not_found")
    assert stored(settings) == []


async def test_what_a_process_that_died_wrote_late_is_swept(
    client: httpx.AsyncClient, settings: Any, question: UUID
) -> None:
    take = await recorded(client, question)
    code = await erased(client)
    await world.run_jobs()
    await storage.put_bytes(f"takes/{take}/{uuid4()}/recording.webm", b"written by a process that was killed then")
    assert (await receipt(client, code))["parts"]["late_files"]["ended_at"] is None
    await settle()
    assert stored(settings) == []
    late = (await receipt(client, code))["parts"]["late_files"]
    assert late["count"] == 1
    assert late["ended_at"]


async def test_a_storage_that_is_away_is_asked_again(
    client: httpx.AsyncClient, settings: Any, question: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await recorded(client, question)
    code = await erased(client)

    async def away(prefix: str) -> None:
        raise StorageError("The storage does not answer.", code="unreachable", retryable=True)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "delete_prefix", away)
        await one_try()
        said = await receipt(client, code)
        assert said["parts"]["files"]["ended_at"] is None
        assert said["parts"]["caches"]["ended_at"]
    before = await world.sent("cloud")
    async with transaction() as session:
        await session.execute(update(Erasure).values(due_at=datetime.now(UTC) - timedelta(seconds=1)))
    await erasure.sweep()
    assert await world.sent("cloud") == before + 1
    await erasure.sweep()  # it is on its way
    assert await world.sent("cloud") == before + 1
    await settle()
    assert (await receipt(client, code))["done"]
    assert stored(settings) == []


async def one_try() -> None:
    """One try at every erasure, without the other jobs."""
    async with transaction() as session:
        left = (await session.scalars(select(Erasure.id))).all()
    for identity in left:
        await erasure.run(identity)


async def test_it_is_not_done_before_the_provider_says_so(client: httpx.AsyncClient, question: UUID) -> None:
    """`flow.copies` asks the provider (tests/worker/test_cloud_video.py); the receipt waits for its word."""
    take = await recorded(client, question)
    copy = uuid4()
    async with transaction() as session:
        values = {"provider": "twelvelabs", "kind": "asset", "label": "rehearsal-1", "take_id": UUID(take)}
        session.add(ProviderCopy(id=copy, remote_id="a1", **values))
    code = await erased(client)
    await settle()
    said = await receipt(client, code)
    assert said["done"] is False
    assert (said["parts"]["copies"]["count"], said["parts"]["copies"]["ended_at"]) == (1, None)
    async with transaction() as session:
        await session.execute(update(ProviderCopy).values(deleted_at=datetime.now(UTC)))
    await settle()
    assert (await receipt(client, code))["done"]
    async with transaction() as session:
        assert await session.get(ProviderCopy, copy) is None


async def test_two_workers_at_one_erasure(client: httpx.AsyncClient, question: UUID) -> None:
    await recorded(client, question)
    code = await erased(client)
    async with transaction() as session:
        row = await repository.erasure(session, erasure.digest(code))
    assert row is not None
    await asyncio.gather(*(erasure.run(row.id) for _ in range(3)))
    assert (await receipt(client, code))["parts"]["files"]["ended_at"]


async def test_keys_of_valkey_that_name_the_person_go(client: httpx.AsyncClient, guest: UUID) -> None:
    async with connect() as redis:
        await redis.set(f"limit:posting-fetch:{guest}", "1")
        await redis.set("limit:posting-fetch:somebody-else", "1")
    await erased(client)
    await world.run_jobs()
    async with connect() as redis:
        keys = [key.decode() async for key in redis.scan_iter()]
    assert "limit:posting-fetch:somebody-else" in keys
    assert not [key for key in keys if str(guest) in key]


async def test_a_receipt_needs_nobody_and_says_nothing_of_whose_it_was(
    client: httpx.AsyncClient, settings: Any, question: UUID
) -> None:
    take = await recorded(client, question)
    code = await erased(client)
    object.__setattr__(settings, "mode", "server")
    object.__setattr__(settings, "secret_key", SecretStr("of a test, and long enough for a server"))
    assert (await client.get("/api/postings")).status_code == 401
    response = await client.get(f"/api/erasures/{code}")
    assert response.status_code == 200
    assert take not in response.text
    assert str(LOCAL_OWNER) not in response.text
    assert (await client.get(f"/api/erasures/{code[:-1]}")).status_code == 404
    for _ in range(40):
        last = await client.get("/api/erasures/nonsense")
    assert (last.status_code, last.json()["error"]) == (429, "rate_limited")


async def test_guests_whose_time_is_over_are_erased(client: httpx.AsyncClient, guest: UUID, settings: Any) -> None:
    _, questions, _ = await world.interview(guest)
    await recorded(client, questions[0])
    assert await guests.erase_expired() == 0
    async with transaction() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(Owner).where(Owner.id == guest).values(expires_at=past))
    assert await guests.erase_expired() == 1
    assert await guests.erase_expired() == 0
    assert await world.count(Interview, guest) == 0
    await settle()
    assert stored(settings) == []
    assert not await exists(guest)


async def test_old_receipts_are_forgotten(client: httpx.AsyncClient) -> None:
    code = await erased(client)
    await settle()
    async with transaction() as session:
        await session.execute(update(Erasure).values(finished_at=datetime.now(UTC) - erasure.KEPT - timedelta(days=1)))
    async with transaction() as session:
        await erasure.forget(session)
    assert (await client.get(f"/api/erasures/{code}")).status_code == 404


def test_every_table_of_an_owner_is_deleted_from() -> None:
    """Also those that other subjects add: whatever names an owner and goes with it."""
    tables = {column.table.name for column in repository.owner_columns()}
    assert {kind.__tablename__ for kind in Owned.__subclasses__()} <= tables
    assert "privacy_choices" in tables


async def test_nobody_is_erased_twice_and_unknown_ones_are_not_there(guest: UUID) -> None:
    async def erase(owner: UUID) -> None:
        async with transaction() as session:
            await erasure.erase_owner(session, owner)

    await erase(guest)
    for owner in (guest, uuid4()):
        with pytest.raises(NotFound):
            await erase(owner)
