"""One object store, a folder or a bucket, through obstore. Objects are immutable; keys are made by us."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from app.core.places import Bucket, Folder, Place
from app.domain.errors import NotFound, RehearsalError
from app.services.providers import s3
from app.services.providers.s3 import StorageError

if TYPE_CHECKING:
    from obstore.store import RetryConfig, S3Config, S3Credential

# A larger object goes to a bucket in parts of this size: at least 5 MiB by the rules of S3, at most 10,000 of them.
PART_BYTES = 8 * 1024 * 1024
READ_BYTES = 4 * 1024 * 1024
# By what the stages name their files; parts of an upload have no ending.
TYPES = {
    ".flac": "audio/flac",
    ".jpg": "image/jpeg",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "video/webm",
}
SIGNED_FOR = timedelta(minutes=5)
# Longer than any upload of ours takes: what is unfinished then belongs to a process that was killed.
UNFINISHED = timedelta(hours=24)
# One request with its body may take this long: a part needs 3.4 Mbit/s, two at a time.
CONNECT_TIMEOUT, REQUEST_TIMEOUT = timedelta(seconds=5), timedelta(seconds=40)
# Only obstore can repeat one part of a stream, so these attempts are its own: about two seconds, then we say so.
_RETRIES: RetryConfig = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=15),
    "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=2), "base": 2},
}
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,60})</Code>|\(code: (\w{1,60})\)")


class Store:
    """The objects at one place. Every method raises StorageError when the place fails."""

    def __init__(self, place: Place) -> None:
        """Nothing is connected before the first call. Raises StorageError when a folder cannot be made."""
        self.place = place
        with _named():
            self._store: ObjectStore = _bucket(place) if isinstance(place, Bucket) else _folder(place)

    async def put_stream(self, key: str, chunks: AsyncIterable[bytes]) -> None:
        """Write an object as its bytes arrive, in bounded memory. An exception of the stream leaves none behind."""
        head, stream = bytearray(), aiter(chunks)
        async for chunk in stream:
            head += chunk
            if len(head) > PART_BYTES:
                break
        else:
            # One request instead of three, and nothing unfinished when this process is killed.
            await self._put(key, bytes(head))
            return

        async def whole() -> AsyncIterator[bytes]:
            yield bytes(head)
            async for chunk in stream:
                yield chunk

        await self._put(key, whole())

    async def put_file(self, key: str, path: Path) -> None:
        """Write an object from a local file, in bounded memory."""
        await self._put(key, path)

    async def put_bytes(self, key: str, data: bytes) -> None:
        """Write a small object."""
        await self._put(key, data)

    async def _put(self, key: str, content: Any) -> None:
        attributes = None
        if isinstance(self.place, Bucket):
            # Who gets a signed address gets these headers with the file; no cache on the way may keep it.
            kind = TYPES.get(PurePosixPath(key).suffix, "application/octet-stream")
            attributes = {"Content-Type": kind, "Cache-Control": "private, no-cache", "Content-Disposition": "inline"}
        try:
            with _named():
                await obstore.put_async(
                    self._store, key, content, attributes=attributes, chunk_size=PART_BYTES, max_concurrency=2
                )
        except NotFound:
            raise s3.failure(404, "") from None  # not an object is missing but the place for it

    async def describe(self, key: str) -> tuple[int, str]:
        """Size in bytes and entity tag (without quotes). Raises NotFound."""
        try:
            with _named():
                meta = await obstore.head_async(self._store, key)
        except NotFound:
            # The answer to HEAD has no body, so it does not say when it is the bucket that is not there.
            await self.read_range(key, 0, 1)
            raise
        if isinstance(self.place, Bucket) and not meta["e_tag"]:
            raise s3.garbled()  # every S3 gives one, other servers mostly do not
        return meta["size"], (meta["e_tag"] or f"{meta['size']}-{meta['last_modified'].timestamp()}").strip('"')

    async def read_range(self, key: str, start: int, end: int) -> bytes:
        """The bytes [start, end) of an object; `end` is within it (servers differ on what lies beyond).

        Raises NotFound, and StorageError when other than these bytes come.
        """
        if start == end:
            return b""
        with _named():
            data = bytes(await obstore.get_range_async(self._store, key, start=start, end=end))
        if len(data) != end - start:
            raise s3.garbled()
        return data

    async def read(self, key: str, size: int) -> AsyncIterator[bytes]:
        """An object of `size` bytes from its begin to its end, in bounded memory."""
        for start in range(0, size, READ_BYTES):
            yield await self.read_range(key, start, min(size, start + READ_BYTES))

    async def list(self, prefix: str = "") -> AsyncIterator[tuple[str, int]]:
        """Key and size in bytes of every object under a prefix that ends in a slash."""
        if isinstance(self.place, Bucket):
            async for page in s3.list_objects(self.place, prefix):
                for row in page:
                    yield row
            return
        stream = obstore.list(self._store, prefix.rstrip("/"))
        while True:
            with _named():
                batch = await anext(stream, None)
            if batch is None:
                return
            for meta in batch:
                yield meta["path"], meta["size"]

    async def probe(self) -> None:
        """Ask for nothing in particular, as a proof that the place is there and lets us in."""
        async for _ in self.list("check/"):
            return

    async def delete(self, key: str) -> None:
        """Delete one object; one that is gone already is no error."""
        try:
            with _named():
                await obstore.delete_async(self._store, key)
        except NotFound:
            if isinstance(self.place, Bucket):
                raise s3.failure(404, "") from None  # an S3 says nothing about a key that is not there

    async def delete_prefix(self, prefix: str) -> None:
        """Delete every object under a prefix that ends in a slash."""
        if isinstance(self.place, Folder):
            # The whole folder, with what an interrupted write may have left in it.
            with _named():
                await asyncio.to_thread(_remove, self.place.path / prefix.strip("/"))
            return
        async for page in s3.list_objects(self.place, prefix):
            if page:
                with _named():
                    await obstore.delete_async(self._store, [key for key, _ in page])

    async def sign(self, key: str) -> str:
        """An address of the object that anybody may read for 5 minutes; only for a bucket."""
        with _named():
            return str(await obstore.sign_async(cast(S3Store, self._store), "GET", key, SIGNED_FOR))

    async def clean(self, older_than: timedelta = UNFINISHED) -> None:
        """Abort uploads in parts that a killed process left unfinished in the bucket."""
        if isinstance(self.place, Bucket):
            await s3.abort_unfinished(self.place, datetime.now(UTC) - older_than)


def _folder(folder: Folder) -> LocalStore:
    return LocalStore(folder.path, mkdir=True)


def _bucket(bucket: Bucket) -> S3Store:
    # Everything is said here: what is not, obstore takes from AWS_* variables that may be meant for something else.
    config: S3Config = {
        "endpoint": bucket.endpoint,
        "aws_endpoint_url_s3": bucket.endpoint,
        "region": bucket.region,
        "virtual_hosted_style_request": False,
        "skip_signature": False,
    }
    if bucket.encryption:
        config["server_side_encryption"] = bucket.encryption
    credential: S3Credential = {
        "access_key_id": bucket.access_key.get_secret_value(),
        "secret_access_key": bucket.secret_key.get_secret_value(),
        "token": None,
        "expires_at": None,
    }
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        config=config,
        client_options={
            "allow_http": bucket.endpoint.startswith("http://"),
            "connect_timeout": CONNECT_TIMEOUT,
            "timeout": REQUEST_TIMEOUT,
        },
        retry_config=_RETRIES,
        credential_provider=lambda: credential,
    )


def _remove(path: Path) -> None:
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return


@contextmanager
def _named() -> Iterator[None]:
    """Turn what obstore raises into our errors. Its texts hold addresses and answers, so they go no further."""
    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        raise _translated(error) from None


def _translated(error: Exception) -> RehearsalError:
    text = str(error)
    found, said = _CODE.search(text), _STATUS.search(text)
    code = (found[1] or found[2]) if found else ""
    if isinstance(error, FileNotFoundError) and code != "NoSuchBucket":
        return NotFound("The file is not there any more.", code="file_gone")
    if code or said:
        return s3.failure(int(said[1]) if said else 400, code)
    if "LocalFileSystem" in text or isinstance(error, OSError):
        if "os error 28" in text or getattr(error, "errno", None) == 28:
            return StorageError("The disk is full.", code="full", retryable=True, hint="Free some space.")
        hint = "Check that the folder is there and may be written."
        return StorageError("The storage folder cannot be used.", code="refused", retryable=False, hint=hint)
    if "timed out" in text or "kind: Timeout" in text:
        return s3.timed_out()
    if "kind: Connect" in text or "error sending request" in text:
        return s3.unreachable()
    return s3.garbled()
