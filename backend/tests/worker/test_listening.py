"""Listening to answers while they are uploaded: real recordings in pieces, through the real upload."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import pytest
from sqlalchemy import select, update

from app.core.database import transaction
from app.domain.answer import Transcript
from app.models import Listening, Take
from app.services.recordings import listening
from tests import world
from tests.recordings import TUS, begin, metadata, send, wav
from tests.unit.media import clips

pytestmark = [pytest.mark.services, pytest.mark.timeout(300)]
# Two sentences with a pause that ends a piece, and one more behind it.
SAID = (*clips.STORY[:2], clips.STORY[3])


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """About 18 s of speech as a browser records it: WebM, Opus."""
    sound = np.concatenate([part for text in SAID for part in (clips.say(text)[0], clips.silence(1.2))])
    return clips.record(tmp_path_factory.mktemp("heard") / "take.webm", sound=sound).read_bytes()


@pytest.fixture
async def upload(client: httpx.AsyncClient) -> tuple[UUID, str]:
    """A voice take and the address of its upload, of a length nobody knows yet."""
    _, questions, _ = await world.interview()
    take, address = await begin(client, questions[0], None)
    return UUID(take), address


class Told:
    """Remembers what the listener told on the way."""

    def __init__(self) -> None:
        self.words: list[int] = []

    async def __call__(self, _: UUID, transcript: Transcript) -> None:
        self.words.append(len(transcript.words))


async def row(take: UUID) -> Listening | None:
    """The listening to a take."""
    async with transaction() as session:
        return (await session.scalars(select(Listening).where(Listening.take_id == take))).one_or_none()


def pieces(data: bytes, count: int) -> list[tuple[int, bytes]]:
    """The bytes in `count` uneven cuts, each with where it starts."""
    cuts = [0, *(len(data) * k // count + k for k in range(1, count)), len(data)]
    return [(start, data[start:end]) for start, end in pairwise(cuts)]


async def send_all(client: httpx.AsyncClient, address: str, cut: list[tuple[int, bytes]], whole: int) -> None:
    """Send pieces; the last one says that it is the last."""
    for start, part in cut:
        last = {"Upload_Length": str(whole)} if start + len(part) == whole else {}
        response = await send(client, address, start, part, **last)
        assert response.status_code == 204, response.text


def text(found: Listening | None) -> str:
    """What was understood, in lower case."""
    assert found is not None
    return " ".join(word["text"] for word in found.words).lower()


async def until(take: UUID, test: Any) -> None:
    """Wait until the row passes the test; the test's own time limit ends it."""
    while not test(await row(take)):
        await asyncio.sleep(0.1)


async def test_what_is_said_is_understood_while_it_arrives(
    client: httpx.AsyncClient, upload: tuple[UUID, str], recording: bytes, settings: Any
) -> None:
    take, address = upload
    cut, told = pieces(recording, 9), Told()
    hearing = asyncio.create_task(listening.listen(take, told))
    await send_all(client, address, cut[:-1], len(recording))
    await until(take, lambda found: found.words)
    before = await row(take)
    assert before is not None
    assert before.state == "listening"
    assert "ferry company" in text(before)
    await send_all(client, address, cut[-1:], len(recording))
    await hearing
    found = await row(take)
    assert found is not None
    assert found.state == "done"
    for words in ("booking system", "buy a ticket", "certificate"):
        assert text(found).count(words) == 1, text(found)
    assert told.words
    assert told.words[-1] < len(found.words)
    starts = [word["start_ms"] for word in found.words]
    assert starts == sorted(starts)
    assert starts[-1] < found.heard_ms
    # Kept pieces are gone with the worker's folder.
    assert list((settings.data / "work").iterdir()) == []
    state, transcript = await listening.understood(take)
    assert (state, transcript and transcript.duration_ms) == ("done", found.heard_ms)


async def test_a_worker_killed_midway_is_replaced_from_where_it_was(
    client: httpx.AsyncClient, upload: tuple[UUID, str], recording: bytes
) -> None:
    take, address = upload
    cut = pieces(recording, 6)
    hearing = asyncio.create_task(listening.listen(take, Told()))
    await send_all(client, address, cut[:5], len(recording))
    await until(take, lambda found: found.words)
    hearing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hearing
    await listening.sweep()
    await listening.listen(take, Told())  # the lease is still held: nobody listens twice
    assert (await row(take)).attempt == 1  # type: ignore[union-attr]
    async with transaction() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(Listening).values(lease_until=past))
    before = await world.sent("listening")
    await listening.sweep()
    assert await world.sent("listening") == before + 1
    again = asyncio.create_task(listening.listen(take, Told()))
    await send_all(client, address, cut[5:], len(recording))
    await again
    found = await row(take)
    assert found is not None
    assert (found.state, found.attempt) == ("done", 2)
    for words in ("booking system", "buy a ticket", "certificate"):
        assert text(found).count(words) == 1, text(found)


async def test_one_that_dies_three_times_is_given_up(upload: tuple[UUID, str]) -> None:
    take, _ = upload
    async with transaction() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(Listening).values(lease_until=past, attempt=listening.MAX_ATTEMPTS))
    await listening.sweep()
    assert await listening.understood(take) == ("stopped", None)


async def test_what_nobody_took_is_sent_again(upload: tuple[UUID, str]) -> None:
    assert await world.sent("listening") == 1
    await listening.sweep()
    assert await world.sent("listening") == 1
    async with transaction() as session:
        await session.execute(update(Listening).values(created_at=datetime.now(UTC) - 2 * listening.UNTAKEN))
    await listening.sweep()
    await listening.sweep()
    assert await world.sent("listening") == 2


async def test_a_deleted_take_is_not_listened_to(
    client: httpx.AsyncClient, upload: tuple[UUID, str], recording: bytes
) -> None:
    take, address = upload
    hearing = asyncio.create_task(listening.listen(take, Told()))
    await send_all(client, address, pieces(recording, 6)[:3], len(recording))
    await client.delete(f"/api/takes/{take}")
    await hearing
    assert await row(take) is None


@pytest.mark.parametrize("how", ["deleted", "read"])
async def test_it_ends_with_the_upload(
    client: httpx.AsyncClient, upload: tuple[UUID, str], recording: bytes, how: str
) -> None:
    """Thrown away by the person, or read and forgotten by the analysis before the end was understood."""
    from app.services.analysis import repository

    take, address = upload
    hearing = asyncio.create_task(listening.listen(take, Told()))
    await send_all(client, address, pieces(recording, 6)[:2], len(recording))
    if how == "deleted":
        await client.delete(address, headers=TUS)
    else:
        async with transaction() as session:
            await repository.drop_upload(session, take)
    await world.run_jobs()
    await hearing
    assert (await listening.understood(take))[0] == "stopped"


async def test_a_second_upload_of_a_take_is_listened_to_from_its_beginning(
    client: httpx.AsyncClient, upload: tuple[UUID, str], recording: bytes
) -> None:
    take, address = upload
    await send_all(client, address, pieces(recording, 6)[:2], len(recording))
    await client.delete(address, headers=TUS)
    response = await client.post(
        "/api/uploads", headers=TUS | metadata(str(take)) | {"Upload-Length": str(len(recording))}
    )
    await send_all(client, response.headers["location"], [(0, recording)], len(recording))
    await listening.listen(take, Told())
    assert text(await row(take)).count("booking system") == 1


@pytest.mark.parametrize("what", ["garbage", "cut", "hum", "head", "nothing"])
async def test_what_cannot_be_understood_gives_no_words_and_no_error(
    client: httpx.AsyncClient, upload: tuple[UUID, str], recording: bytes, what: str
) -> None:
    take, address = upload
    noise = np.random.default_rng(1).integers(0, 256, 40_000, np.uint8).tobytes()
    data = {
        "garbage": recording[:4] + noise,
        "cut": recording[:20_000] + noise,
        "hum": wav(3),
        "head": recording[:200],
        "nothing": b"",
    }[what]
    if data:
        await send_all(client, address, [(0, data)], len(data))
    else:
        assert (await send(client, address, 0, b"", Upload_Length="0")).status_code == 204
    await listening.listen(take, Told())
    found = await row(take)
    assert found is not None
    assert found.state in ("done", "stopped")
    if what != "cut":
        assert found.words == []


async def test_nobody_listens_where_no_follow_up_may_be_asked(client: httpx.AsyncClient) -> None:
    _, questions, _ = await world.interview(follow_ups=False)
    take, _ = await begin(client, questions[0], None)
    assert await row(UUID(take)) is None
    assert await world.sent("listening") == 0


async def test_the_analysis_does_not_wait_for_it(
    client: httpx.AsyncClient, upload: tuple[UUID, str], recording: bytes
) -> None:
    """Nobody listens at all here: finishing and the first stage are as ever."""
    take, address = upload
    await send_all(client, address, [(0, recording)], len(recording))
    assert (await client.post(f"/api/takes/{take}/finish", json={})).status_code == 200
    assert (await world.stages(take))["media"].state == "queued"
    async with transaction() as session:
        assert (await session.get_one(Take, take)).follow_up is None


def test_a_long_piece_is_cut_where_it_is_quiet() -> None:
    sound = clips.tone(30)
    quiet = slice(round(26.4 * 16_000), round(26.8 * 16_000))
    sound[quiet] *= 0.01
    assert 26.3 < listening.quietest(sound) / 16_000 < 26.9


def test_a_growing_file_gives_its_bytes_in_order_and_ends(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"0123456789abcdefXYZ")
    file = listening.Growing(path)
    file.grow(16)
    assert (file.head(), file.read(10), file.read(10)) == (b"0123456789abcdef", b"0123456789", b"abcdef")
    file.grow(19)
    file.end()
    assert (file.read(10), file.read(10)) == (b"XYZ", b"")
