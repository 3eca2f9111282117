"""Files made to take memory, time or disk get a clear answer, and the API goes on answering."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from app.models import PostingRow
from tests import world
from tests.recordings import BYTES, TUS, metadata
from tests.security import bombs

pytestmark = pytest.mark.services
CLEAR = (413, 415, 422)
DOCUMENTS = [
    bombs.docx_zip_bomb,
    bombs.docx_entities,
    bombs.docx_deep,
    bombs.pdf_stream_bomb,
    bombs.pdf_recursive,
    bombs.html_deep,
    bombs.html_wide,
]


@pytest.mark.parametrize("bomb", DOCUMENTS)
async def test_a_document_that_is_a_bomb(client: httpx.AsyncClient, bomb: Callable[[], bytes]) -> None:
    data = bomb()
    assert len(data) < 2_100_000, "it is no bomb when it is large"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    response = await client.post("/api/postings/file", files={"file": ("posting.pdf", data, "application/pdf")})
    body = response.json()
    assert response.status_code in CLEAR, body
    assert body["error"].startswith("posting_")
    assert body["hint"]
    assert await world.count(PostingRow) == 0
    # Kibibytes; what was unpacked, was not unpacked here.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    good = await client.post("/api/postings/file", files={"file": ("posting.txt", world.TEXT.encode())})
    assert good.status_code == 201


@pytest.mark.parametrize("bomb", [bombs.docx_zip_bomb, bombs.pdf_stream_bomb, bombs.html_deep])
async def test_a_resume_that_is_a_bomb(client: httpx.AsyncClient, bomb: Callable[[], bytes]) -> None:
    _, _, posting = await world.interview()
    response = await client.put(f"/api/postings/{posting}/resume/file", files={"file": ("cv.docx", bomb())})
    assert response.status_code in CLEAR, response.text
    assert response.json()["error"].startswith("resume_")
    assert (await client.get(f"/api/postings/{posting}")).status_code == 200


async def _sent(client: httpx.AsyncClient, data: bytes) -> httpx.Response:
    _, questions, _ = await world.interview()
    take = (await client.post(f"/api/questions/{questions[0]}/takes", json={"kind": "video"})).json()["id"]
    headers = TUS | metadata(take) | {"Upload-Length": str(len(data))}
    address = (await client.post("/api/uploads", headers=headers)).headers["location"]
    sent = await client.patch(address, headers=TUS | BYTES | {"Upload-Offset": "0"}, content=data)
    assert sent.status_code == 204, sent.text
    return await client.post(f"/api/takes/{take}/finish", json={})


@pytest.mark.parametrize("side", [16_383, 60_000, 2_000_000_000])
async def test_a_recording_that_claims_to_be_huge(client: httpx.AsyncClient, tmp_path: Path, side: int) -> None:
    response = await _sent(client, bombs.webm(tmp_path / "small.webm", width=side, height=side))
    if side == 16_383:  # what the codec could have
        assert (response.status_code, response.json()["error"]) == (422, "media_too_large")
    else:  # a claim that nobody can mean is not believed; the pictures are as small as they are
        assert response.status_code in (*CLEAR, 200), response.text
    assert (await client.get("/api/interviews")).status_code == 200


@pytest.mark.parametrize("bomb", [bombs.wav_of_many_channels, bombs.many_streams])
async def test_a_recording_with_too_much_in_it(client: httpx.AsyncClient, bomb: Callable[[], bytes]) -> None:
    response = await _sent(client, bomb())
    assert response.status_code in CLEAR, response.text
    assert response.json()["error"].startswith("media_")
    assert (await client.get("/api/interviews")).status_code == 200
