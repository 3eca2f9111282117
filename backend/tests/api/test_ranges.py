"""Files over HTTP: ranges, entity tags, what lies outside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from app.api.ranges import CHUNK_BYTES, parse_range
from app.core.database import transaction
from app.models import LOCAL_OWNER, Take
from app.services.flow import takes
from app.services.providers import storage
from tests import world

DATA = bytes(range(256)) * 3000  # several chunks


@given(first=st.integers(0, 2000), last=st.integers(0, 2000), size=st.integers(0, 1000))
def test_a_range_is_what_a_slice_is(first: int, last: int, size: int) -> None:
    data = bytes(size)
    try:
        span = parse_range(f"bytes={first}-{last}", size)
    except ValueError:
        assert data[first : last + 1] == b""
    else:
        if span is None:
            assert last < first
        else:
            assert span == (first, first + len(data[first : last + 1]))


@pytest.mark.parametrize("header", ["bytes=", "bytes=-", "items=0-1", "bytes=a-b", "bytes=0-1,3-4", "", "bytes=5-3"])
def test_what_is_no_single_range_is_ignored(header: str) -> None:
    assert parse_range(header, 10) is None


@pytest.fixture
async def take(settings: Any) -> UUID:
    """A take with a recording of DATA."""
    _, questions, _ = await world.interview()
    async with transaction() as session:
        identity = await takes.create(session, LOCAL_OWNER, questions[0], "voice", None)
        columns = {"media_key": f"takes/{identity}/x/recording.webm", "media_type": "audio/webm"}
        await session.execute(update(Take).values(**columns))
    await storage.put_bytes(columns["media_key"], DATA)
    return identity


RANGES = {
    "bytes=0-0": (0, 1),
    "bytes=0-": (0, len(DATA)),
    "bytes=100-199": (100, 200),
    f"bytes={CHUNK_BYTES - 1}-{CHUNK_BYTES}": (CHUNK_BYTES - 1, CHUNK_BYTES + 1),
    "bytes=-5": (len(DATA) - 5, len(DATA)),
    "bytes=10-999999999": (10, len(DATA)),
}


@pytest.mark.services
@pytest.mark.parametrize("asked", RANGES)
async def test_a_range(client: httpx.AsyncClient, take: UUID, asked: str) -> None:
    start, end = RANGES[asked]
    response = await client.get(f"/api/takes/{take}/media", headers={"Range": asked})
    assert (response.status_code, response.content) == (206, DATA[start:end])
    assert response.headers["content-range"] == f"bytes {start}-{end - 1}/{len(DATA)}"
    assert response.headers["content-length"] == str(end - start)


@pytest.mark.services
async def test_the_whole_file(client: httpx.AsyncClient, take: UUID) -> None:
    response = await client.get(f"/api/takes/{take}/media")
    assert (response.status_code, response.content) == (200, DATA)
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["content-type"] == "audio/webm"


@pytest.mark.services
async def test_a_range_outside(client: httpx.AsyncClient, take: UUID) -> None:
    response = await client.get(f"/api/takes/{take}/media", headers={"Range": f"bytes={len(DATA)}-"})
    assert (response.status_code, response.json()["error"]) == (416, "range_outside")
    assert response.headers["content-range"] == f"bytes */{len(DATA)}"


@pytest.mark.services
async def test_entity_tags(client: httpx.AsyncClient, take: UUID) -> None:
    address = f"/api/takes/{take}/media"
    etag = (await client.get(address, headers={"Range": "bytes=0-0"})).headers["etag"]
    assert (await client.get(address, headers={"If-None-Match": etag})).status_code == 304
    same = await client.get(address, headers={"Range": "bytes=0-1", "If-Range": etag})
    other = await client.get(address, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)


@pytest.mark.services
async def test_a_recording_that_has_expired(client: httpx.AsyncClient, take: UUID) -> None:
    await storage.delete_prefix(f"takes/{take}/")
    response = await client.get(f"/api/takes/{take}/media")
    assert (response.status_code, response.json()["error"]) == (404, "file_gone")
