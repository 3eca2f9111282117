"""The upload protocol: statuses and headers of tus 1.0, cuts, checksums, limits, content."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from sqlalchemy import update

from app.core.database import transaction
from app.models import Upload
from app.services.recordings import service
from tests import recordings, world
from tests.recordings import BYTES, TUS, begin, checksum, metadata, send, stored

pytestmark = pytest.mark.services


@pytest.fixture
async def question(settings: Any) -> object:
    """A question to answer."""
    _, questions, _ = await world.interview()
    return questions[0]


def files(settings: Any) -> list[Path]:
    """Every object in the storage."""
    root = settings.data / "storage"
    return [path for path in root.rglob("*") if path.is_file()] if root.exists() else []


async def test_options_says_what_can_be_done(client: httpx.AsyncClient) -> None:
    response = await client.options("/api/uploads")
    assert response.status_code == 204
    assert response.headers["tus-version"] == "1.0.0"
    assert response.headers["tus-extension"] == "creation,creation-defer-length,termination,checksum"
    assert response.headers["tus-checksum-algorithm"] == "sha1,sha256"
    assert response.headers["tus-max-size"] == str(2 * 1024**3)


async def test_whole_file_in_two_parts(client: httpx.AsyncClient, question: object) -> None:
    data = recordings.wav()
    take, address = await begin(client, question, len(data))
    first = await send(client, address, 0, data[:1000])
    assert (first.status_code, first.headers["upload-offset"]) == (204, "1000")
    head = await client.head(address, headers=TUS)
    assert (head.status_code, head.headers["upload-offset"], head.headers["upload-length"]) == (
        200,
        "1000",
        str(len(data)),
    )
    assert head.headers["cache-control"] == "no-store"
    assert (await client.get(f"/api/takes/{take}")).json()["upload"]["offset"] == 1000
    assert (await send(client, address, 1000, data[1000:])).headers["upload-offset"] == str(len(data))
    assert await stored(address) == data


async def test_length_may_come_later(client: httpx.AsyncClient, question: object) -> None:
    data = recordings.wav(0.2)
    take, address = await begin(client, question, None)
    assert (await client.head(address, headers=TUS)).headers["upload-defer-length"] == "1"
    await send(client, address, 0, data)
    unfinished = await client.post(f"/api/takes/{take}/finish", json={})
    assert (unfinished.status_code, unfinished.json()["error"]) == (409, "upload_incomplete")
    last = await send(client, address, len(data), b"", Upload_Length=str(len(data)))
    assert last.status_code == 204
    assert (await client.head(address, headers=TUS)).headers["upload-length"] == str(len(data))
    assert (await client.post(f"/api/takes/{take}/finish", json={})).status_code == 200


async def test_the_length_is_set_once(client: httpx.AsyncClient, question: object) -> None:
    _, address = await begin(client, question, 5000)
    response = await send(client, address, 0, recordings.wav()[:100], Upload_Length="6000")
    assert (response.status_code, response.json()["error"]) == (409, "upload_length")


@pytest.mark.parametrize("offset", [1, 999, 10**18])
async def test_wrong_offset(client: httpx.AsyncClient, question: object, settings: Any, offset: int) -> None:
    _, address = await begin(client, question, 10_000)
    response = await send(client, address, offset, b"x" * 10)
    assert (response.status_code, response.json()["error"]) == (409, "upload_offset")
    assert files(settings) == []


@pytest.mark.parametrize("name", ["sha1", "sha256"])
async def test_checksum(client: httpx.AsyncClient, question: object, settings: Any, name: str) -> None:
    data = recordings.wav(0.1)
    _, address = await begin(client, question, len(data))
    wrong = await send(client, address, 0, data, **_header(checksum(data[:-1] + b"!", name)))
    assert (wrong.status_code, wrong.json()["error"]) == (460, "checksum_mismatch")
    assert files(settings) == []
    assert (await client.head(address, headers=TUS)).headers["upload-offset"] == "0"
    right = await send(client, address, 0, data, **_header(checksum(data, name)))
    assert (right.status_code, await stored(address)) == (204, data)


def _header(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers.items()}


@pytest.mark.parametrize("header", ["md5 AAAA", "sha256", "sha256 !!!!"])
async def test_a_checksum_that_cannot_be_checked_is_refused(
    client: httpx.AsyncClient, question: object, header: str
) -> None:
    _, address = await begin(client, question, 100)
    response = await send(client, address, 0, recordings.wav()[:100], Upload_Checksum=header)
    assert response.status_code in (422, 460)
    assert (await client.head(address, headers=TUS)).headers["upload-offset"] == "0"


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("HEAD", "/{id}"), ("PATCH", "/{id}"), ("DELETE", "/{id}")])
async def test_every_request_names_the_version(
    client: httpx.AsyncClient, question: object, method: str, path: str
) -> None:
    _, address = await begin(client, question, 100)
    url = "/api/uploads" + path.replace("{id}", address.rsplit("/", 1)[1])
    for version in ({}, {"Tus-Resumable": "0.2.2"}):
        headers = BYTES | {"Upload-Offset": "0", "Upload-Length": "1"} | version
        response = await client.request(method, url, headers=headers)
        assert (response.status_code, response.headers["tus-version"]) == (412, "1.0.0")


async def test_the_limit_is_checked_at_creation(client: httpx.AsyncClient, question: object) -> None:
    take = (await client.post(f"/api/questions/{question}/takes", json={"kind": "voice"})).json()["id"]
    headers = TUS | metadata(take) | {"Upload-Length": "99999999999"}
    response = await client.post("/api/uploads", headers=headers)
    assert (response.status_code, response.json()["error"]) == (413, "upload_too_large")


async def test_more_bytes_than_announced(client: httpx.AsyncClient, question: object, settings: Any) -> None:
    data = recordings.wav(0.1)
    _, address = await begin(client, question, 100)
    announced = await send(client, address, 0, data)
    streamed = await send(client, address, 0, _slices(data))
    assert [announced.status_code, streamed.status_code] == [413, 413]
    assert files(settings) == []
    assert (await client.head(address, headers=TUS)).headers["upload-offset"] == "0"


async def _slices(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 64):
        yield data[start : start + 64]


async def test_one_patch_has_a_cap(
    client: httpx.AsyncClient, question: object, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, address = await begin(client, question, None)
    monkeypatch.setattr(settings, "max_patch_bytes", 1000)
    response = await send(client, address, 0, recordings.wav())
    assert (response.status_code, response.json()["error"]) == (413, "patch_too_large")
    streamed = await send(client, address, 0, _slices(recordings.wav()))
    assert streamed.status_code == 413
    assert files(settings) == []


@pytest.mark.parametrize("kind", ["", "application/octet-stream", "video/webm"])
async def test_other_content_types_are_refused(client: httpx.AsyncClient, question: object, kind: str) -> None:
    _, address = await begin(client, question, 100)
    headers = TUS | {"Upload-Offset": "0", "Content-Type": kind}
    response = await client.patch(address, headers=headers, content=b"x")
    assert (response.status_code, response.json()["error"]) == (415, "upload_content_type")


@pytest.mark.parametrize("first", [1, 11, 12, 500])
async def test_not_media_is_thrown_away(client: httpx.AsyncClient, question: object, settings: Any, first: int) -> None:
    data = b"%PDF-1.7 this is no recording" + bytes(1000)
    take, address = await begin(client, question, len(data))
    responses = [await send(client, address, 0, data[:first])]
    if responses[0].status_code == 204:
        responses.append(await send(client, address, first, data[first:]))
    assert (responses[-1].status_code, responses[-1].json()["error"]) == (415, "media_not_media")
    assert (await client.head(address, headers=TUS)).status_code == 404
    assert (await client.get(f"/api/takes/{take}")).json()["upload"] is None
    await world.run_jobs()
    assert files(settings) == []


async def test_terminate(client: httpx.AsyncClient, question: object, settings: Any) -> None:
    data = recordings.wav(0.1)
    take, address = await begin(client, question, len(data))
    await send(client, address, 0, data[:500])
    assert (await client.delete(address, headers=TUS)).status_code == 204
    assert (await client.head(address, headers=TUS)).status_code == 404
    assert (await send(client, address, 500, data[500:])).status_code == 404
    await world.run_jobs()
    assert files(settings) == []
    again = await client.post("/api/uploads", headers=TUS | metadata(take) | {"Upload-Length": "5"})
    assert again.status_code == 201


async def test_an_upload_nobody_continued_expires(client: httpx.AsyncClient, question: object, settings: Any) -> None:
    data = recordings.wav(0.1)
    _, address = await begin(client, question, len(data))
    await send(client, address, 0, data[:500])
    async with transaction() as session:
        await session.execute(update(Upload).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    gone = await client.head(address, headers=TUS)
    assert gone.status_code == 410
    async with transaction() as session:
        await service.expire(session)
    assert (await client.head(address, headers=TUS)).status_code == 404
    await world.run_jobs()
    assert files(settings) == []


async def test_one_upload_per_take(client: httpx.AsyncClient, question: object) -> None:
    take, _ = await begin(client, question, 100)
    second = await client.post("/api/uploads", headers=TUS | metadata(take) | {"Upload-Length": "5"})
    assert (second.status_code, second.json()["error"]) == (409, "upload_exists")


@pytest.mark.parametrize("headers", [{}, {"Upload-Length": "5", "Upload-Defer-Length": "1"}])
async def test_the_length_is_announced_one_way(
    client: httpx.AsyncClient, question: object, headers: dict[str, str]
) -> None:
    take = (await client.post(f"/api/questions/{question}/takes", json={"kind": "voice"})).json()["id"]
    response = await client.post("/api/uploads", headers=TUS | metadata(take) | headers)
    assert (response.status_code, response.json()["error"]) == (422, "upload_length")


@pytest.mark.parametrize("value", ["", "take_id", "take_id !!!", "take_id YWJj", "other YWJj"])
async def test_metadata_must_name_the_take(client: httpx.AsyncClient, settings: Any, value: str) -> None:
    response = await client.post("/api/uploads", headers=TUS | {"Upload-Length": "5", "Upload-Metadata": value})
    assert (response.status_code, response.json()["error"]) == (422, "upload_metadata")


async def test_a_take_that_does_not_exist(client: httpx.AsyncClient, settings: Any) -> None:
    response = await client.post("/api/uploads", headers=TUS | metadata(str(uuid4())) | {"Upload-Length": "5"})
    assert response.status_code == 404


async def test_of_two_patches_for_one_offset_one_wins(client: httpx.AsyncClient, question: object) -> None:
    data = recordings.wav(0.5)
    _, address = await begin(client, question, len(data))
    other = data[:100] + bytes(len(data) - 100)
    responses = await asyncio.gather(*(send(client, address, 0, body) for body in (data, other, data, other)))
    statuses = sorted(response.status_code for response in responses)
    assert statuses == [204, 409, 409, 409]
    winner = next(body for body, r in zip((data, other, data, other), responses, strict=True) if r.status_code == 204)
    assert await stored(address) == winner


async def _cut_patch(app: FastAPI, address: str, offset: int, data: bytes, headers: dict[str, str]) -> None:
    """A PATCH whose connection breaks after `data`."""
    messages = iter([{"type": "http.request", "body": data, "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(messages)

    async def ignore(_: Any) -> None:
        return

    sent = TUS | BYTES | {"Host": "localhost", "Upload-Offset": str(offset)} | headers
    raw = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
    scope = {"type": "http", "method": "PATCH", "path": address, "raw_path": address.encode(), "query_string": b""}
    await app(
        scope | {"headers": raw, "http_version": "1.1", "scheme": "http", "asgi": {"version": "3.0"}}, receive, ignore
    )


async def test_cut_off_without_checksum_keeps_what_arrived(
    app: FastAPI, client: httpx.AsyncClient, question: object
) -> None:
    data = recordings.wav(0.1)
    _, address = await begin(client, question, len(data))
    await _cut_patch(app, address, 0, data[:700], {"Content-Length": str(len(data))})
    assert (await client.head(address, headers=TUS)).headers["upload-offset"] == "700"
    assert (await send(client, address, 700, data[700:])).status_code == 204
    assert await stored(address) == data


async def test_cut_off_with_checksum_keeps_nothing(
    app: FastAPI, client: httpx.AsyncClient, question: object, settings: Any
) -> None:
    data = recordings.wav(0.1)
    _, address = await begin(client, question, len(data))
    await _cut_patch(app, address, 0, data[:700], checksum(data))
    assert (await client.head(address, headers=TUS)).headers["upload-offset"] == "0"
    assert files(settings) == []


CUTS = st.lists(
    st.tuples(
        st.integers(1, 4000),
        st.sampled_from(["plain", "checksum", "damaged", "cut", "cut with checksum", "wrong offset"]),
    ),
    max_size=12,
)


@given(steps=CUTS, seed=st.integers(0, 2**16), deferred=st.booleans())
@example_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_any_sequence_of_cuts_keeps_every_byte(
    app: FastAPI, client: httpx.AsyncClient, question: object, steps: list[tuple[int, str]], seed: int, deferred: bool
) -> None:
    """The server's offset is the truth whatever happened before; the bytes are equal at the end."""
    head = recordings.wav(0.01)
    data = head + random.Random(seed).randbytes(9000)
    _, address = await begin(client, question, None if deferred else len(data))
    for size, fault in steps:
        offset = int((await client.head(address, headers=TUS)).headers["upload-offset"])
        part = data[offset : offset + size]
        expected = offset + len(part)
        if fault == "plain":
            await send(client, address, offset, part)
        elif fault == "checksum":
            await send(client, address, offset, part, **_header(checksum(part)))
        elif fault == "damaged":
            await send(client, address, offset, part, **_header(checksum(part + b"!")))
            expected = offset
        elif fault == "wrong offset":
            await send(client, address, offset + 1, part)
            expected = offset
        else:
            headers = checksum(data) if "checksum" in fault else {}
            await _cut_patch(app, address, offset, part, headers)
            expected = offset if headers else expected
        assert int((await client.head(address, headers=TUS)).headers["upload-offset"]) == expected
    offset = int((await client.head(address, headers=TUS)).headers["upload-offset"])
    last = {"Upload_Length": str(len(data))} if deferred else {}
    assert (await send(client, address, offset, data[offset:], **last)).status_code == 204
    assert hashlib.sha256(await stored(address)).digest() == hashlib.sha256(data).digest()
