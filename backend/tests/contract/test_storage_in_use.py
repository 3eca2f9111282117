"""The product with its recordings in a bucket: uploads that are cut and killed, playback, analysis, deletion."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from app.core import config
from app.core.database import transaction
from app.main import create_app
from app.models import LOCAL_OWNER, Take
from app.services.analysis import pipeline
from app.services.flow import takes
from app.services.flow.stages import prepare
from app.services.providers import storage
from app.services.providers.s3 import StorageError
from app.services.recordings import service
from app.supervisor.system import free_port
from tests import recordings, world
from tests.api.test_ranges import DATA, RANGES
from tests.contract import s3_servers
from tests.contract.s3_servers import SECRET_KEY, Server, running
from tests.flow_server import flow_server
from tests.recordings import BYTES, TUS, begin, send, stored

pytestmark = pytest.mark.services
BACKEND = Path(__file__).parents[2]


class InUse:
    """The bucket the program under test stores in."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.name = server, name

    def objects(self) -> list[str]:
        """Every object in it, whoever put it there."""
        rows = s3_servers.client(self.server.url).list_objects_v2(Bucket=self.name).get("Contents", [])
        return [row["Key"] for row in rows]

    def unfinished(self) -> int:
        """Uploads in parts that were neither completed nor aborted."""
        return len(s3_servers.client(self.server.url).list_multipart_uploads(Bucket=self.name).get("Uploads", []))


@contextmanager
def configured(server: Server, name: str, **more: str) -> Iterator[InUse]:
    """Have the program store in a new bucket of this server."""
    server.make(name)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in (server.settings(name) | more).items():
            patch.setenv(variable, value)
        config.settings.cache_clear()
        storage._store.cache_clear()
        yield InUse(server, name)


@pytest.fixture(params=["moto", "nanio"])
def bucket(settings: Any, request: pytest.FixtureRequest, bucket_name: str) -> Iterator[InUse]:
    """Each server in turn."""
    with configured(request.getfixturevalue(request.param), bucket_name) as used:
        yield used


@pytest.fixture
def mortal(settings: Any, tmp_path: Path, bucket_name: str) -> Iterator[InUse]:
    """A server of this test's own, to be killed."""
    with running("nanio", tmp_path / "nanio") as server, configured(server, bucket_name) as used:
        yield used


@pytest.fixture
async def question(settings: Any) -> UUID:
    """A question to answer."""
    _, questions, _ = await world.interview()
    return questions[0]


def recording(size: int) -> bytes:
    """Bytes that begin as a recording does."""
    return recordings.wav(0.01) + random.Random(size).randbytes(size)


async def offset(client: httpx.AsyncClient, address: str) -> int:
    """Where the server says the upload is."""
    return int((await client.head(address, headers=TUS)).headers["upload-offset"])


async def test_an_upload_arrives_whole(bucket: InUse, client: httpx.AsyncClient, question: UUID) -> None:
    data = recording(12_000_000)
    take, address = await begin(client, question, len(data))
    ends = (0, 1, 5_000, 11_000_000, len(data))  # the fourth goes to the bucket in parts
    for start, end in pairwise(ends):
        response = await send(client, address, start, data[start:end])
        assert (response.status_code, response.headers["upload-offset"]) == (204, str(end))
    assert hashlib.sha256(await stored(address)).digest() == hashlib.sha256(data).digest()
    assert len(bucket.objects()) == 4
    assert all(key.startswith(f"data/takes/{take}/uploads/") for key in bucket.objects())


async def test_a_store_that_is_away_costs_nothing_but_time(
    mortal: InUse, client: httpx.AsyncClient, question: UUID
) -> None:
    data = recording(50_000)
    _, address = await begin(client, question, len(data))
    await send(client, address, 0, data[:20_000])
    mortal.server.stop()
    failed = await send(client, address, 20_000, data[20_000:])
    assert (failed.status_code, failed.json()["error"]) == (503, "storage_unreachable")
    assert SECRET_KEY not in failed.text
    assert mortal.server.url not in failed.text
    assert await offset(client, address) == 20_000
    mortal.server.start()
    assert (await send(client, address, 20_000, data[20_000:])).status_code == 204
    assert hashlib.sha256(await stored(address)).digest() == hashlib.sha256(data).digest()


async def test_a_store_that_dies_in_the_middle_of_a_patch(
    mortal: InUse, client: httpx.AsyncClient, question: UUID
) -> None:
    data = recording(30_000_000)
    take, address = await begin(client, question, len(data))
    await send(client, address, 0, data[:1000])

    async def body() -> AsyncIterator[bytes]:
        for start in range(1000, len(data), 1_000_000):
            if start > 20_000_000 and mortal.server.running:
                mortal.server.stop()
            yield data[start : start + 1_000_000]

    failed = await send(client, address, 1000, body())
    assert (failed.status_code, failed.json()["error"]) == (503, "storage_unreachable")
    assert await offset(client, address) == 1000
    mortal.server.start()
    assert mortal.unfinished() == 1
    assert (await send(client, address, 1000, data[1000:])).status_code == 204
    assert hashlib.sha256(await stored(address)).digest() == hashlib.sha256(data).digest()
    await storage._store().clean(older_than=timedelta(seconds=-60))
    assert mortal.unfinished() == 0
    assert (await client.delete(f"/api/takes/{take}")).status_code == 204
    await world.run_jobs()
    assert mortal.objects() == []


@contextmanager
def api_process(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The API as a process of its own, as it is run."""
    listen = ["--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", *listen],
        cwd=BACKEND,
        env=dict(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                httpx.get(f"http://127.0.0.1:{port}/livez", timeout=1, trust_env=False)
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


async def test_an_api_that_is_killed_in_the_middle_of_a_patch(
    mortal: InUse, client: httpx.AsyncClient, question: UUID
) -> None:
    """Nothing that was acknowledged is lost, nothing that was not is kept, and the rest can be sent again."""
    data, port = recording(25_000_000), free_port()
    take, address = await begin(client, question, len(data))
    url = f"http://127.0.0.1:{port}{urlsplit(address).path}"
    with api_process(port) as process:

        async def body() -> AsyncIterator[bytes]:
            for start in range(1000, len(data), 1_000_000):
                if start > 20_000_000:
                    process.kill()
                yield data[start : start + 1_000_000]

        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            headers = TUS | BYTES
            first = await http.patch(url, headers=headers | {"Upload-Offset": "0"}, content=data[:1000])
            assert first.status_code == 204
            with pytest.raises(httpx.TransportError):
                await http.patch(url, headers=headers | {"Upload-Offset": "1000"}, content=body())
    with api_process(port):
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            at = int((await http.head(url, headers=TUS)).headers["upload-offset"])
            assert at == 1000
            rest = await http.patch(url, headers=headers | {"Upload-Offset": str(at)}, content=data[at:])
            assert rest.status_code == 204
    assert hashlib.sha256(await stored(address)).digest() == hashlib.sha256(data).digest()
    await storage._store().clean(older_than=timedelta(seconds=-60))
    assert mortal.unfinished() == 0
    await client.delete(f"/api/takes/{take}")
    await world.run_jobs()
    assert mortal.objects() == []


async def recorded(key_of: Callable[[UUID], str] = lambda take: f"takes/{take}/x/recording.webm") -> UUID:
    """A take with a recording of DATA."""
    _, questions, _ = await world.interview()
    async with transaction() as session:
        take = await takes.create(session, LOCAL_OWNER, questions[0], "voice", None)
        columns = {"media_key": key_of(take), "media_type": "audio/webm"}
        await session.execute(update(Take).where(Take.id == take).values(**columns))
    await storage.put_bytes(columns["media_key"], DATA)
    return take


async def test_ranges_of_a_recording(bucket: InUse, client: httpx.AsyncClient) -> None:
    """What servers answer differently (a suffix, an end beyond) is never asked of them."""
    address = f"/api/takes/{await recorded()}/media"
    for asked, (start, end) in RANGES.items():
        response = await client.get(address, headers={"Range": asked})
        assert (response.status_code, response.content) == (206, DATA[start:end]), asked
    outside = await client.get(address, headers={"Range": f"bytes={len(DATA)}-"})
    assert (outside.status_code, outside.json()["error"]) == (416, "range_outside")
    whole = await client.get(address)
    assert (whole.status_code, whole.content) == (200, DATA)
    same = await client.get(address, headers={"If-None-Match": whole.headers["etag"]})
    assert same.status_code == 304


async def test_playback_by_a_signed_address(settings: Any, nanio: Server, bucket_name: str, stranger: UUID) -> None:
    with configured(nanio, bucket_name, STORAGE_SIGNED_URLS="1"):
        take = await recorded()
        transport = httpx.ASGITransport(create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            response = await client.get(f"/api/takes/{take}/media", headers={"Range": "bytes=0-9"})
            assert (response.status_code, response.headers["cache-control"]) == (307, "no-store")
            assert SECRET_KEY not in response.text + str(response.headers)
            policy = response.headers["content-security-policy"]
            for kind in ("connect-src", "media-src", "img-src"):
                assert f"{kind} 'self' {nanio.url}" in policy
            async with httpx.AsyncClient(trust_env=False) as browser:
                got = await browser.get(response.headers["location"], headers={"Range": "bytes=0-9"})
                assert (got.status_code, got.content) == (206, DATA[:10])
            async with transaction() as session:
                await session.execute(update(Take).where(Take.id == take).values(owner_id=stranger))
            refused = await client.get(f"/api/takes/{take}/media")
            assert (refused.status_code, "location" in refused.headers) == (404, False)


async def test_without_the_setting_nothing_is_signed(bucket: InUse, client: httpx.AsyncClient) -> None:
    response = await client.get(f"/api/takes/{await recorded()}/media")
    assert response.status_code == 200
    assert bucket.server.url not in str(response.headers)


async def finished(client: httpx.AsyncClient, question: UUID) -> str:
    """A spoken take that is complete."""
    data = recordings.wav(1.0)
    take, address = await begin(client, question, len(data))
    for start in range(0, len(data), 10_000):
        assert (await send(client, address, start, data[start : start + 10_000])).status_code == 204
    assert (await client.post(f"/api/takes/{take}/finish", json={})).status_code == 200
    return take


async def test_a_recording_is_read_kept_and_deleted(bucket: InUse, client: httpx.AsyncClient, question: UUID) -> None:
    take = await finished(client, question)
    await pipeline.run((await world.stages(take))["media"].id, prepare)
    assert (await world.stages(take))["media"].state == "done"
    await world.run_jobs()  # the parts of the upload go
    assert sorted(Path(key).name for key in bucket.objects()) == ["audio.wav", "recording.wav"]
    media = await client.get(f"/api/takes/{take}/media")
    assert (media.status_code, media.content[:4]) == (200, b"RIFF")
    async with transaction() as session:
        long_ago = datetime.now(UTC) - timedelta(days=60)
        await session.execute(update(Take).values(completed_at=long_ago))
    async with transaction() as session:
        await service.expire(session)
    await world.run_jobs()
    assert bucket.objects() == []


async def test_deleting_waits_for_the_store(mortal: InUse, client: httpx.AsyncClient, question: UUID) -> None:
    take = await finished(client, question)
    assert mortal.objects() != []
    mortal.server.stop()
    assert (await client.delete(f"/api/takes/{take}")).status_code == 204
    with pytest.raises(StorageError):
        await world.run_jobs()
    mortal.server.start()
    await world.run_jobs()
    assert mortal.objects() == []


async def test_a_stage_waits_for_the_store(mortal: InUse, client: httpx.AsyncClient, question: UUID) -> None:
    take = await finished(client, question)
    stage = (await world.stages(take))["media"].id
    mortal.server.stop()
    await pipeline.run(stage, prepare)
    assert (await world.stages(take))["media"].state == "queued"
    mortal.server.start()
    await pipeline.run(stage, prepare)
    assert (await world.stages(take))["media"].state == "done"


@pytest.mark.models
async def test_a_whole_answer_is_analysed_from_a_bucket(
    bucket: InUse, client: httpx.AsyncClient, question: UUID
) -> None:
    take = await finished(client, question)
    with flow_server() as url, pytest.MonkeyPatch.context() as patch:
        patch.setattr(config.settings(), "langflow_url", url)
        while queued := [row for row in (await world.stages(take)).values() if row.state == "queued"]:
            for row in queued:
                await pipeline.run(row.id, prepare)
    states = {name: row.state for name, row in (await world.stages(take)).items()}
    done, skipped = ("media", "transcript", "voice", "grade", "tips"), ("presence", "cloud_video")
    assert states == dict.fromkeys(done, "done") | dict.fromkeys(skipped, "skipped")
