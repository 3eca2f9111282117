"""A person with marked words in everything they give. After the erasure they are searched for everywhere: none."""

from __future__ import annotations

import asyncio
import io
import logging as python_logging
import wave
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import numpy as np
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from app.api import deps
from app.core import logging
from app.core.database import transaction
from app.core.events import connect
from app.models import LOCAL_OWNER, Account, Erasure, Identity, OutboxJob, Owner, SpeechClip
from app.services.accounts import links
from app.services.analysis import pipeline
from app.services.flow.stages import prepare
from app.services.privacy import exports
from app.services.providers import storage
from app.services.speech import tasks as speech
from tests import world
from tests.conftest import Services
from tests.privacy.conftest import analyse, recorded, set_stage
from tests.privacy.test_erasure import erased, receipt, settle
from tests.recordings import TUS, metadata, send

pytestmark = [pytest.mark.services, pytest.mark.models, pytest.mark.slow]

POSTING, TITLE, RESUME, QUESTION, ANSWER, FILE, SPOKEN, EMAIL, SUBJECT = (
    f"zq{name}canary7f3a"
    for name in ("posting", "title", "resume", "question", "answer", "file", "spoken", "email", "subject")
)
SOUND = b"zqSOUNDcanary7f3"  # 16 bytes: eight samples
WORDS = (POSTING, TITLE, RESUME, QUESTION, ANSWER, FILE, SPOKEN, EMAIL, SUBJECT, SOUND.decode())
TEXT = world.TEXT + f"- You have worked with {POSTING} before\n- Two years with the {RESUME} oven\n"


def marked_sound() -> bytes:
    """Two seconds, 16 kHz mono, whose samples spell a word again and again."""
    samples = np.tile(np.frombuffer(SOUND, "<i2"), 4000)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


def in_database(services: Services, words: tuple[str, ...]) -> set[tuple[str, str]]:
    """(table.column, word) wherever a word is in any column of any table, whatever its type."""
    found = set()
    with psycopg.connect(services.database_url) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
        assert len(columns) > 150
        for table, column, kind in columns:
            shown = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            for (text,) in connection.execute(f'SELECT {shown} FROM "{table}" WHERE "{column}" IS NOT NULL'):
                found |= {(f"{table}.{column}", word) for word in words if word in text}
    return found


def in_storage(settings: Any, words: tuple[str, ...]) -> set[tuple[str, str]]:
    """(object, word) wherever a word is in the key or the bytes of an object, or of a file a worker works on."""
    found = set()
    for path in (path for place in ("storage", "work") for path in (settings.data / place).rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        found |= {(str(path), word) for word in words if word.encode() in data or word in str(path)}
    return found


async def in_valkey(words: tuple[str, ...]) -> set[tuple[str, str]]:
    """(key, word) wherever a word is in a key or a value."""
    found = set()
    async with connect() as redis:
        async for key in redis.scan_iter():
            match await redis.type(key):
                case b"string":
                    value: Any = await redis.get(key)
                case b"list":
                    value = await redis.lrange(key, 0, -1)
                case b"hash":
                    value = await redis.hgetall(key)
                case b"set":
                    value = await redis.smembers(key)
                case b"zset":
                    value = await redis.zrange(key, 0, -1)
                case other:
                    raise AssertionError(f"a kind of value that is not searched: {other!r}")
            found |= {(key.decode(), word) for word in words if word.encode() in key or word in repr(value)}
    return found


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """All that is logged, at every level, as the program logs it."""
    root, access = python_logging.getLogger(), python_logging.getLogger("uvicorn.access")
    before = root.handlers, root.level, access.disabled
    logging.configure("DEBUG")
    kept = io.StringIO()
    for handler in root.handlers:
        assert isinstance(handler, python_logging.StreamHandler)
        handler.setStream(kept)
    yield kept
    root.handlers, root.level, access.disabled = before


@pytest.mark.parametrize("kind", ["local", "guest", "account"])
async def test_nothing_of_an_erased_person_is_left(
    app: FastAPI,
    client: httpx.AsyncClient,
    services: Services,
    settings: Any,
    flows: str,
    kind: str,
    logs: io.StringIO,
) -> None:
    owner = LOCAL_OWNER
    if kind != "local":
        owner = uuid4()
        async with transaction() as session:
            session.add(Owner(id=owner, kind=kind))
            await session.flush()
            if kind == "account":
                account = Account(id=uuid4(), owner_id=owner, email=f"{EMAIL}@example.org")
                session.add(account)
                await session.flush()
                session.add(Identity(account_id=account.id, issuer="http://127.0.0.1", subject=SUBJECT))
                await links.make(session, "forgot", f"{EMAIL}@example.org")
        app.dependency_overrides[deps._owner] = lambda: owner
    take, other = await _live(client, owner)
    mine = (*WORDS, take) if owner == LOCAL_OWNER else (*WORDS, take, str(owner))

    # It is really everywhere: the search finds what it has to find.
    where = in_database(services, WORDS)
    assert {word for _, word in where} >= {POSTING, TITLE, RESUME, QUESTION, ANSWER, SPOKEN}
    if kind == "account":
        named = {("accounts.email", EMAIL), ("links.email", EMAIL), ("identities.subject", SUBJECT)}
        assert named <= where
    assert {place.split(".")[0] for place, _ in where} >= {"postings", "questions", "takes", "stages", "speech_clips"}
    objects = in_storage(settings, WORDS)
    assert {word for _, word in objects} >= {SOUND.decode(), QUESTION}
    assert {path.split("storage/")[1].split("/")[0] for path, _ in objects} == {"takes", "speech", "exports"}

    code = await erased(client)
    assert in_database(services, WORDS) == set()  # the rows are gone at once, before any job
    for path in ("/api/postings", "/api/interviews", f"/api/takes/{take}", f"/api/takes/{take}/media"):
        answer = await client.get(path)
        assert answer.status_code in (200, 404)
        assert not any(word in answer.text for word in mine)
    await _jobs()
    await settle()
    await _jobs()
    assert (await receipt(client, code))["done"]

    assert in_database(services, mine) == set()
    assert in_storage(settings, mine) == set()
    # Messages that no worker of this test takes name a take by its random id.
    assert await in_valkey(tuple(word for word in mine if word != take)) == set()
    said = logs.getvalue()
    assert '"event": "request"' in said  # the logs were really there
    assert [word for word in WORDS if word in said] == []
    # Somebody else's is untouched.
    async with transaction() as session:
        assert await session.get(Owner, other) is not None


async def _live(client: httpx.AsyncClient, owner: UUID) -> tuple[str, UUID]:
    """Give the product everything it asks for; the recorded take, and somebody else."""
    other = uuid4()
    async with transaction() as session:
        session.add(Owner(id=other))
    await world.interview(other)
    file = {"file": (f"{FILE}.txt", TEXT.encode())}
    posting = (await client.post("/api/postings/file", files=file)).json()["id"]
    await client.patch(f"/api/postings/{posting}", json={"title": TITLE})
    lines = f"EXPERIENCE\n- Two years with the {RESUME} oven, sourdough every night\n"
    resume = {"file": (f"{FILE}.txt", lines.encode())}
    assert (await client.put(f"/api/postings/{posting}/resume/file", files=resume)).status_code == 200
    made = await client.post("/api/interviews", json={"posting_id": posting, "count": 3, "mode": "voice"})
    assert made.status_code == 201, made.text
    interview = made.json()["id"]
    added = await client.post(f"/api/interviews/{interview}/questions", json={"text": f"Why {QUESTION} of all things?"})
    assert added.status_code == 201, added.text
    consent = {"recording": True, "voice": True, "presence": True, "providers": ["openai"]}
    shown = (await client.patch(f"/api/interviews/{interview}", json={"consent": consent})).json()
    first, *_, own = [UUID(question["id"]) for question in shown["questions"]]
    # A clip that speaks the question; the real voice needs seconds for each.
    async with transaction() as session:
        for clip in (await session.scalars(select(SpeechClip))).all():
            clip.state = "ready"
            await storage.put_bytes(clip.object_key, b"RIFF" + clip.text.encode())
    words = f"Last year {ANSWER} went wrong and I rebuilt it. We delivered all 120 loaves."
    typed = await client.post(f"/api/questions/{own}/takes", json={"kind": "typed", "text": words})
    await analyse(typed.json()["id"])
    take = await recorded(client, first, data=marked_sound())
    said = {"words": [{"text": SPOKEN, "start_ms": 0, "end_ms": 400}], "duration_ms": 2000}
    await set_stage(take, "transcript", state="done", result=said)
    # An upload that was never finished, with a file name in its metadata.
    begun = (await client.post(f"/api/questions/{first}/takes", json={"kind": "voice"})).json()["id"]
    meta = {"Upload-Metadata": metadata(begun)["Upload-Metadata"] + f",filename {FILE}"}
    address = (await client.post("/api/uploads", headers=TUS | meta | {"Upload-Defer-Length": "1"})).headers["location"]
    assert (await send(client, address, 0, marked_sound()[:9000])).status_code == 204
    await client.put("/api/consents/presence", json={"granted": False})
    export = (await client.post("/api/exports")).json()["id"]
    await exports.run(UUID(export))
    return take, other


async def _jobs() -> None:
    """Run everything that waits: deletions, erasures, speech, and stages nobody will find."""
    async with transaction() as session:
        await session.execute(update(Erasure).values(lease_until=None))
    await world.run_jobs()
    async with transaction() as session:
        jobs = (await session.scalars(select(OutboxJob))).all()
    for job in jobs:
        if job.task == "speech.synthesise":
            await asyncio.to_thread(speech.synthesise.run, *job.args)
        elif job.task == pipeline.RUN:
            await pipeline.run(UUID(job.args[0]), prepare)
