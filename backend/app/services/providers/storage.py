"""The configured object storage: a folder or a bucket, by address."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from functools import lru_cache
from pathlib import Path

from app.core.config import settings
from app.services.providers.objects import Store


@lru_cache(maxsize=1)
def _store() -> Store:
    return Store(settings().storage)


async def put_stream(key: str, chunks: AsyncIterable[bytes]) -> None:
    """Write an object as its bytes arrive, in bounded memory. An exception of the stream leaves no object behind."""
    await _store().put_stream(key, chunks)


async def put_file(key: str, path: Path) -> None:
    """Write an object from a local file, in bounded memory."""
    await _store().put_file(key, path)


async def put_bytes(key: str, data: bytes) -> None:
    """Write a small object."""
    await _store().put_bytes(key, data)


async def describe(key: str) -> tuple[int, str]:
    """Size in bytes and entity tag (without quotes). Raises NotFound."""
    return await _store().describe(key)


async def read_range(key: str, start: int, end: int) -> bytes:
    """The bytes [start, end) of an object, which has at least `end`."""
    return await _store().read_range(key, start, end)


async def read(key: str, size: int) -> AsyncIterator[bytes]:
    """An object of `size` bytes from its begin to its end, in bounded memory."""
    async for data in _store().read(key, size):
        yield data


async def list_keys(prefix: str) -> AsyncIterator[str]:
    """The key of every object under a prefix that ends in a slash."""
    async for key, _ in _store().list(prefix):
        yield key


async def append_to(key: str, size: int, path: Path) -> None:
    """Append an object of `size` bytes to a local file, in bounded memory."""
    with path.open("ab") as file:
        async for data in read(key, size):
            file.write(data)


async def download(key: str, path: Path) -> None:
    """Write an object to a local file. Raises NotFound."""
    size, _ = await describe(key)
    path.unlink(missing_ok=True)
    path.touch()
    await append_to(key, size, path)


async def delete(key: str) -> None:
    """Delete one object; one that is gone already is no error."""
    await _store().delete(key)


async def delete_prefix(prefix: str) -> None:
    """Delete every object under a prefix that ends in a slash."""
    await _store().delete_prefix(prefix)


async def signed_url(key: str) -> str | None:
    """An address that anybody may read the object at for 5 minutes; None unless STORAGE_SIGNED_URLS asks for it."""
    return await _store().sign(key) if settings().storage_signed_urls else None


async def clean() -> None:
    """Abort what killed processes left unfinished."""
    await _store().clean()
