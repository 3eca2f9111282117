"""Object storage through obstore: a folder or any S3, by address. Objects are immutable; keys are made by us."""

from __future__ import annotations

import io
from collections.abc import AsyncIterable
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import obstore
from obstore.store import ObjectStore, from_url

from app.core.config import settings
from app.domain.errors import NotFound

READ_BYTES = 1024 * 1024


@lru_cache(maxsize=1)
def _store() -> ObjectStore:
    url = settings().storage
    if url.startswith("file://"):
        return from_url(url, mkdir=True)
    return from_url(url)


async def put_stream(key: str, chunks: AsyncIterable[bytes]) -> None:
    """Write an object as its bytes arrive, in bounded memory. An exception of the stream leaves no object behind."""
    await obstore.put_async(_store(), key, cast(Any, chunks), max_concurrency=2)


async def put_file(key: str, path: Path) -> None:
    """Write an object from a local file, in bounded memory."""
    await obstore.put_async(_store(), key, path, max_concurrency=2)


async def put_bytes(key: str, data: bytes) -> None:
    """Write a small object."""
    await obstore.put_async(_store(), key, io.BytesIO(data))


async def describe(key: str) -> tuple[int, str]:
    """Size in bytes and entity tag (without quotes). Raises NotFound."""
    try:
        meta = await obstore.head_async(_store(), key)
    except FileNotFoundError:
        raise NotFound("The file is not there any more.", code="file_gone") from None
    return meta["size"], (meta["e_tag"] or f"{meta['size']}-{meta['last_modified'].timestamp()}").strip('"')


async def read_range(key: str, start: int, end: int) -> bytes:
    """The bytes [start, end) of an object."""
    return bytes(await obstore.get_range_async(_store(), key, start=start, end=end))


async def append_to(key: str, size: int, path: Path) -> None:
    """Append an object of `size` bytes to a local file, in bounded memory."""
    with path.open("ab") as file:
        for start in range(0, size, READ_BYTES):
            file.write(await read_range(key, start, min(size, start + READ_BYTES)))


async def download(key: str, path: Path) -> None:
    """Write an object to a local file. Raises NotFound."""
    size, _ = await describe(key)
    path.unlink(missing_ok=True)
    path.touch()
    await append_to(key, size, path)


async def delete(key: str) -> None:
    """Delete one object; one that is gone already is no error."""
    try:
        await obstore.delete_async(_store(), key)
    except FileNotFoundError:
        return


async def delete_prefix(prefix: str) -> None:
    """Delete every object under a prefix that ends in a slash."""
    async for batch in obstore.list(_store(), prefix.rstrip("/")):
        for meta in batch:
            await delete(meta["path"])
