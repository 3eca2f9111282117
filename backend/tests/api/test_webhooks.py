"""Calls of Twelve Labs: proven, or not there at all. They only wake what waits."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from app.api.middleware import HOOK_BYTES
from app.core import config
from app.core.database import transaction
from app.main import create_app
from app.models import LOCAL_OWNER, Stage
from app.services.analysis import pipeline
from app.services.flow import copies
from app.services.providers.video.signature import proves
from app.services.recordings import service as recordings
from tests import world

pytestmark = pytest.mark.services

SECRET = "whsec-0123456789abcdef"
HOOK = "/api/webhooks/twelvelabs"
PUBLIC = "practice.example.org"
TASK = "task001"


def event(identity: str = "event-1", task: str = TASK) -> bytes:
    """A call as the service makes it."""
    data = {"id": task, "custom_id": "rehearsal-x", "created_at": "2026-11-01T00:00:00Z", "status": "ready"}
    return json.dumps(
        {"id": identity, "type": "analyze.task.ready", "created_at": data["created_at"], "data": data}
    ).encode()


def signed(body: bytes, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The header that proves a body."""
    moment = int(time.time() if at is None else at)
    proof = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {"TL-Signature": f"t={moment},v1={proof}", "Host": PUBLIC}


@pytest.fixture
async def public(settings: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an installation that services of others may call."""
    monkeypatch.setenv("REHEARSAL_PUBLIC_URL", f"https://{PUBLIC}")
    monkeypatch.setenv("TWELVELABS_WEBHOOK_SECRET", SECRET)
    config.settings.cache_clear()
    transport = httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        yield http


@pytest.fixture
async def waiting(public: httpx.AsyncClient) -> UUID:
    """A take whose description is not ready yet."""
    _, questions, _ = await world.interview()
    async with transaction() as session:
        take = await recordings.create(session, LOCAL_OWNER, questions[0], "video", None)
        pipeline.start(session, take, {})
        copy = copies.begin(session, "twelvelabs", copies.TASK, "rehearsal-x", take.id)
    await copies.named(copy, TASK)
    later = datetime.now(UTC) + timedelta(seconds=30)
    async with transaction() as session:
        row = update(Stage).where(Stage.take_id == take.id, Stage.name == "cloud_video")
        await session.execute(row.values(state="queued", queued_at=later, due_at=later))
    return take.id


async def due_s(take: UUID) -> float:
    """Seconds until the stage is looked at again by the sweep."""
    due = (await world.stages(take))["cloud_video"].due_at
    assert due is not None
    return (due - datetime.now(UTC)).total_seconds()


async def test_a_proven_call_wakes_the_stage_once(public: httpx.AsyncClient, waiting: UUID) -> None:
    before = await world.sent("cloud")
    for _ in range(3):
        answer = await public.post(HOOK, content=event(), headers=signed(event()))
        assert answer.status_code == 204
    assert await world.sent("cloud") == before + 1
    assert await due_s(waiting) < 12
    assert (await world.stages(waiting))["cloud_video"].state == "queued"


@pytest.mark.parametrize("state", ["running", "done", "failed", "skipped"])
async def test_what_does_not_wait_is_left_alone(public: httpx.AsyncClient, waiting: UUID, state: str) -> None:
    async with transaction() as session:
        await session.execute(update(Stage).where(Stage.take_id == waiting).values(state=state))
    before = await world.sent("cloud")
    assert (await public.post(HOOK, content=event(), headers=signed(event()))).status_code == 204
    assert await world.sent("cloud") == before


async def test_an_unknown_description_is_no_error(public: httpx.AsyncClient, waiting: UUID) -> None:
    body = event(task="task999")
    before = await world.sent("cloud")
    assert (await public.post(HOOK, content=body, headers=signed(body))).status_code == 204
    assert await world.sent("cloud") == before


WRONG = [
    {},
    {"TL-Signature": ""},
    {"TL-Signature": "t=1,v1=" + "0" * 64},
    {"TL-Signature": "t=,v1="},
    {"TL-Signature": "v1=" + "0" * 64},
    {"TL-Signature": "t=" + "9" * 400 + ",v1=" + "0" * 64},
    signed(event(), secret="another"),
    signed(b"another body"),
    {"TL-Signature": signed(event())["TL-Signature"].upper()},
]


@pytest.mark.parametrize("headers", WRONG)
async def test_what_is_not_proven_is_refused(public: httpx.AsyncClient, waiting: UUID, headers: dict[str, str]) -> None:
    answer = await public.post(HOOK, content=event(), headers=headers | {"Host": PUBLIC})
    assert (answer.status_code, answer.json()["error"]) == (401, "signature_invalid")
    assert SECRET not in answer.text
    assert await due_s(waiting) > 20


@pytest.mark.parametrize(("age_s", "status"), [(310, 401), (-310, 401), (290, 204), (-290, 204)])
async def test_a_call_is_good_for_five_minutes(
    public: httpx.AsyncClient, waiting: UUID, age_s: int, status: int
) -> None:
    headers = signed(event(), at=time.time() - age_s)
    assert (await public.post(HOOK, content=event(), headers=headers)).status_code == status


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": "x", "data": []}', b"\xff", b"[" * 60_000])
async def test_a_proven_call_that_cannot_be_read(public: httpx.AsyncClient, body: bytes) -> None:
    answer = await public.post(HOOK, content=body, headers=signed(body))
    assert (answer.status_code, answer.json()["error"]) == (422, "webhook_unreadable")


async def test_a_large_call_is_not_read(public: httpx.AsyncClient) -> None:
    body = b" " * (HOOK_BYTES + 1)
    assert (await public.post(HOOK, content=body, headers=signed(body))).status_code == 413


@pytest.mark.parametrize("missing", ["TWELVELABS_WEBHOOK_SECRET", "REHEARSAL_PUBLIC_URL"])
async def test_there_is_none_unless_it_is_set_up(settings: Any, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setenv("REHEARSAL_PUBLIC_URL", f"https://{PUBLIC}")
    monkeypatch.setenv("TWELVELABS_WEBHOOK_SECRET", SECRET)
    monkeypatch.delenv(missing)
    config.settings.cache_clear()
    transport = httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        answer = await http.post(HOOK, content=event(), headers=signed(event()) | {"Host": "localhost"})
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


async def test_the_public_name_serves_nothing_else(public: httpx.AsyncClient, app: FastAPI) -> None:
    for path in ("/", "/api/postings", "/api/webhooks", "/api/providers"):
        answer = await public.get(path, headers={"Host": PUBLIC})
        assert (answer.status_code, answer.json()["error"]) == (403, "host_refused"), path
    answer = await public.post(HOOK, content=event(), headers=signed(event()) | {"Host": "evil.example"})
    assert answer.status_code == 403
    without = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=without, base_url="http://localhost:8000") as http:
        assert (await http.post(HOOK, content=b"", headers={"Host": ""})).status_code == 403


def test_every_bit_of_a_signature_counts() -> None:
    body, now = event(), datetime.now(UTC)
    header = signed(body)["TL-Signature"]
    assert proves(header, body, SECRET, now)
    assert not proves(header, body, "", now)
    for place in range(len(header)):
        changed = header[:place] + ("0" if header[place] != "0" else "1") + header[place + 1 :]
        assert not proves(changed, body, SECRET, now), place
