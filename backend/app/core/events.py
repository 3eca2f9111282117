"""Changes of an interview or a take, told through Valkey. Losing one is harmless: readers look again by themselves."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID
from weakref import WeakKeyDictionary

from redis import Redis as SyncRedis
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import settings
from app.core.database import waiting

LOOK_AGAIN_S = 5.0
COALESCE_S = 0.15
RECONNECT_S = 1.0
WORKERS_KEPT_S = 3600.0
_kept: Redis | None = None


@asynccontextmanager
async def connect() -> AsyncIterator[Redis]:
    """A client: the kept one, or one of its own for the event loop of a task."""
    if _kept is not None:
        yield _kept
        return
    async with _client() as redis:
        yield redis


def _client(retries: int = 0) -> Redis:
    # A neighbour answers in two seconds or is away.
    return Redis.from_url(
        settings().redis_url,
        socket_connect_timeout=2,
        socket_timeout=2 + LOOK_AGAIN_S,
        retry=Retry(NoBackoff(), retries),
    )


@asynccontextmanager
async def kept_connections() -> AsyncIterator[None]:
    """Keep connections open between uses: for the API, whose event loop lives as long as the process."""
    global _kept
    client = _client(retries=1)  # a kept connection may have been closed by a restart that nobody noticed
    _kept = client
    try:
        yield
    finally:
        _kept = None
        await client.aclose()


def _channel(identity: UUID) -> str:
    return f"changed:{identity}"


def changed(session: AsyncSession, identity: UUID) -> None:
    """Tell the readers of this interview or take after the commit."""

    async def publish() -> None:
        async with connect() as redis:
            await redis.publish(_channel(identity), "")

    waiting(session)[f"changed {identity}"] = publish


async def changes(identity: UUID, *, look_again_s: float | None = None) -> AsyncIterator[None]:
    """Yields at once, then after changes (close ones once), and every `look_again_s` seconds though nothing was heard.

    By default, and while Valkey is away, that is every 5 seconds.
    """
    async with _post().reader(_channel(identity)) as bell:
        yield
        while True:
            wait_s = look_again_s if look_again_s and _post().open else LOOK_AGAIN_S
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await bell.wait()
                await asyncio.sleep(COALESCE_S)
            bell.clear()
            yield


class _Post:
    """One subscription for all readers of an event loop: a thousand streams are one connection to Valkey.

    It is there while somebody reads. When it breaks it is made again, and every reader looks again then.
    """

    def __init__(self) -> None:
        self.open = False
        self._bells: dict[str, set[asyncio.Event]] = {}
        self._channel: PubSub | None = None
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def reader(self, channel: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set when something is said on the channel."""
        bell = asyncio.Event()
        self._bells.setdefault(channel, set()).add(bell)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        else:
            await self._say("subscribe", channel)
        try:
            yield bell
        finally:
            self._bells[channel].discard(bell)
            if not self._bells[channel]:
                del self._bells[channel]
                if self._bells:
                    await self._say("unsubscribe", channel)
                else:
                    await self._close()

    async def _say(self, what: str, channel: str) -> None:
        if self.open and self._channel is not None:
            # A connection that is broken is seen by `_run`, which then subscribes to everything anew.
            with suppress(RedisError, OSError):
                await getattr(self._channel, what)(channel)

    async def _close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        while True:
            try:
                async with _client() as redis, redis.pubsub(ignore_subscribe_messages=True) as self._channel:
                    await self._channel.subscribe(*self._bells)
                    self.open = True
                    self._ring(*self._bells)  # something may have been said before
                    while True:
                        message = await self._channel.get_message(timeout=LOOK_AGAIN_S)
                        if message is not None:
                            self._ring(message["channel"].decode())
            except (RedisError, OSError):
                if self.open:
                    self.open = False
                    self._ring(*self._bells)  # they look by themselves from now on
                await asyncio.sleep(RECONNECT_S)

    def _ring(self, *channels: str) -> None:
        for channel in channels:
            for bell in self._bells.get(channel, ()):
                bell.set()


# A connection belongs to the event loop that made it; each task of a worker has a loop of its own.
_posts: WeakKeyDictionary[asyncio.AbstractEventLoop, _Post] = WeakKeyDictionary()


def _post() -> _Post:
    return _posts.setdefault(asyncio.get_running_loop(), _Post())


async def reachable() -> bool:
    """Whether Valkey answers."""
    async with connect() as redis:
        return bool(await redis.ping())


WORKER_KEY, WORKERS_KEY, WORKER_SEEN_S = "worker:seen", "workers", 30


def worker_alive(node: str, queues: Sequence[str]) -> None:
    """Say that a worker runs; called every few seconds from a thread of its own."""
    with SyncRedis.from_url(settings().redis_url, socket_connect_timeout=2, socket_timeout=2) as redis:
        redis.set(WORKER_KEY, "1", ex=WORKER_SEEN_S)
        redis.hset(WORKERS_KEY, node, json.dumps({"at": time.time(), "queues": list(queues)}))


async def workers() -> dict[str, tuple[float, list[str]]]:
    """By node: seconds since it was seen, and its queues; those of the last hour. Clocks may differ by some seconds."""
    async with connect() as redis:
        found = {_text(node): json.loads(said) for node, said in (await redis.hgetall(WORKERS_KEY)).items()}
        gone = [node for node, said in found.items() if time.time() - said["at"] > WORKERS_KEPT_S]
        if gone:
            await redis.hdel(WORKERS_KEY, *gone)
    return {
        node: (max(0.0, time.time() - said["at"]), list(said["queues"]))
        for node, said in sorted(found.items())
        if node not in gone
    }


async def worker_seen() -> bool:
    """Whether a worker has said so in the last 30 seconds."""
    async with connect() as redis:
        return bool(await redis.exists(WORKER_KEY))


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
