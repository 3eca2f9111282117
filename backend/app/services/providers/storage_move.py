"""Copying everything from one store to another, in steps that may be interrupted anywhere and repeated."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from app.core.places import Bucket, Folder, Place
from app.domain.errors import BadInput, NotFound
from app.services.providers.objects import Store
from app.services.providers.s3 import StorageError

# Small objects wait for the network most of the time; more at once would only hold more memory.
AT_ONCE = 4
SAY_EVERY = 50


@dataclass(slots=True)
class Moved:
    """What a move has done so far; the objects at `keys` are equal on both sides."""

    keys: list[str] = field(default_factory=list)
    bytes: int = 0
    copied: int = 0
    skipped: int = 0
    gone: int = 0
    deleted: int = 0


def check_apart(source: Place, target: Place) -> None:
    """Raises BadInput when one place is, or lies inside, the other."""
    if _holds(source, target) or _holds(target, source):
        raise BadInput(
            "The two places are the same, or one lies inside the other.",
            code="storage_same",
            hint="Give --to another bucket, prefix or folder.",
        )


def _holds(outer: Place, inner: Place) -> bool:
    if isinstance(outer, Folder) and isinstance(inner, Folder):
        return inner.path.resolve().is_relative_to(outer.path.resolve())
    if isinstance(outer, Bucket) and isinstance(inner, Bucket):
        same = (outer.endpoint, outer.name) == (inner.endpoint, inner.name)
        return same and f"{inner.prefix}/".startswith(f"{outer.prefix}/" if outer.prefix else "")
    return False


async def move(source: Store, target: Store, *, delete_source: bool, tell: Callable[[str], Any]) -> Moved:
    """Copy every object of `source` that `target` has not got already, and compare each by its sha256 after that.

    Only when all are equal, and only on demand, what was compared is deleted from the source. Raises StorageError.
    """
    names = [name async for name, _ in source.list()]
    moved, waiting = Moved(), iter(names)

    async def some() -> None:
        for key in waiting:
            await _one(source, target, key, moved)
            done = len(moved.keys) + moved.gone
            if done % SAY_EVERY == 0 or done == len(names):
                tell(f"{done} of {len(names)} objects, {moved.bytes / 1e6:.1f} MB")

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(some())
    except* StorageError as failed:
        raise failed.exceptions[0] from None
    if delete_source:
        for key in moved.keys:
            await source.delete(key)
            moved.deleted += 1
    return moved


async def _one(source: Store, target: Store, key: str, moved: Moved) -> None:
    try:
        size, _ = await source.describe(key)
        if await _size(target, key) == size and await _digest(target, key, size) == await _digest(source, key, size):
            moved.skipped += 1
        else:
            await _copy(source, target, key, size)
            moved.copied += 1
    except NotFound:
        if await _size(source, key) is not None:
            raise _unequal() from None
        moved.gone += 1  # deleted at the source meanwhile: the program goes on working
        return
    moved.keys.append(key)
    moved.bytes += size


async def _copy(source: Store, target: Store, key: str, size: int) -> None:
    read = hashlib.sha256()

    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in source.read(key, size):
            read.update(chunk)
            yield chunk

    await target.put_stream(key, chunks())
    if await _digest(target, key, size) != read.digest():
        raise _unequal()


def _unequal() -> StorageError:
    return StorageError(
        "A copy is not equal to its original.", code="garbled", retryable=True, hint="Run the move again."
    )


async def _size(store: Store, key: str) -> int | None:
    try:
        return (await store.describe(key))[0]
    except NotFound:
        return None


async def _digest(store: Store, key: str, size: int) -> bytes:
    digest = hashlib.sha256()
    async for chunk in store.read(key, size):
        digest.update(chunk)
    return digest.digest()
