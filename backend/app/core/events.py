"""Changes of an interview or a take, told through Valkey. Losing one is harmless: readers look again by themselves."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

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
WORKERS_KEPT_S = 3600.0


def connect() -> Redis:
    """A client of its own, for one event loop. A neighbour answers in two seconds or is away: no retries."""
    return Redis.from_url(
        settings().redis_url,
        socket_connect_timeout=2,
        socket_timeout=2 + LOOK_AGAIN_S,
        retry=Retry(NoBackoff(), 0),
    )


def _channel(identity: UUID) -> str:
    return f"changed:{identity}"


def changed(session: AsyncSession, identity: UUID) -> None:
    """Tell the readers of this interview or take after the commit."""

    async def publish() -> None:
        async with connect() as redis:
            await redis.publish(_channel(identity), "")

    waiting(session)[f"changed {identity}"] = publish


async def changes(identity: UUID) -> AsyncIterator[None]:
    """Yields at once, then after changes (close ones once) and at least every 5 seconds, with or without Valkey."""
    async with connect() as redis, redis.pubsub(ignore_subscribe_messages=True) as channel:
        listening = False
        yield
        while True:
            try:
                if not listening:
                    await channel.subscribe(_channel(identity))
                    listening = True
                await _next(channel)
            except (RedisError, OSError):
                listening = False
                await asyncio.sleep(LOOK_AGAIN_S)
            yield


async def _next(channel: PubSub) -> None:
    if await channel.get_message(timeout=LOOK_AGAIN_S) is not None:
        await asyncio.sleep(COALESCE_S)
        while await channel.get_message(timeout=0) is not None:
            pass


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
