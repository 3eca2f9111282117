"""The file of a backup: a plain tar that any tar can read.

Its first member is `manifest.json`, of a fixed size, so that what is in a backup can be read without reading all of it.
After it come `database.dump` (custom format of pg_dump), the objects as `media/KEY`, and `media.jsonl`: one line per
object with key, bytes and sha256. The manifest has the sha256 of the dump and of that list.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from app.domain.errors import BadInput

FORMAT = 1
MANIFEST, DUMP, MEDIA_LIST, MEDIA = "manifest.json", "database.dump", "media.jsonl", "media/"
MANIFEST_BYTES = 4096
# The manifest with its header: what has to be read of a backup to list it.
HEAD_BYTES = tarfile.BLOCKSIZE + MANIFEST_BYTES
CHUNK = 1024 * 1024
# Keys are made by us; nothing else may become the name of a file.
_KEY = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. `objects` and `bytes` are of the recordings, which are in it when `media`."""

    format: int
    created_at: str
    version: str
    revision: str
    server: int
    dump_bytes: int
    dump_sha256: str
    media: bool
    objects: int
    bytes: int
    list_sha256: str


class Writer:
    """Writes `path` as `path.partial`, which becomes `path` at the end. Leave it by `finish` or `abort`."""

    def __init__(self, path: Path) -> None:
        """Raises BadInput when the file is there already or cannot be written."""
        self.path, self._partial = path, path.with_name(f"{path.name}.partial")
        try:
            descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise BadInput(f"The backup cannot be written: {error.strerror}.", code="backup_place") from None
        self._file = os.fdopen(descriptor, "wb")
        self._header(MANIFEST, MANIFEST_BYTES)
        self._file.write(b" " * MANIFEST_BYTES)

    async def add(self, name: str, size: int, chunks: AsyncIterator[bytes]) -> str:
        """Append a member of `size` bytes; its sha256. What ends early or raises leaves nothing of itself behind."""
        begin, digest, written = self._file.tell(), hashlib.sha256(), 0
        try:
            self._header(name, size)
            async for chunk in chunks:
                self._file.write(chunk)
                digest.update(chunk)
                written += len(chunk)
            if written != size:
                raise EOFError(name)
        except BaseException:
            self._file.seek(begin)
            self._file.truncate()
            raise
        self._file.write(bytes(-size % tarfile.BLOCKSIZE))
        return digest.hexdigest()

    def finish(self, manifest: Manifest) -> int:
        """Write the manifest and give the file its name; its size in bytes."""
        text = json.dumps(asdict(manifest)).encode()
        assert len(text) < MANIFEST_BYTES
        self._file.write(bytes(2 * tarfile.BLOCKSIZE))
        size = self._file.tell()
        self._file.seek(tarfile.BLOCKSIZE)
        self._file.write(text.ljust(MANIFEST_BYTES - 1) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._partial.rename(self.path)
        return size

    def abort(self) -> None:
        """Leave nothing behind; nothing happens after `finish`."""
        self._file.close()
        self._partial.unlink(missing_ok=True)

    def _header(self, name: str, size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._file.write(member.tobuf(tarfile.PAX_FORMAT))


def read_manifest(head: bytes) -> Manifest:
    """The manifest from the first HEAD_BYTES of a backup. Raises BadInput when they are of something else."""
    try:
        member = tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "strict")
        raw = json.loads(head[tarfile.BLOCKSIZE : HEAD_BYTES])
        if member.name != MANIFEST or raw["format"] != FORMAT:
            raise ValueError
        manifest = Manifest(**raw)
        if not all(_SHA256.fullmatch(text) for text in (manifest.dump_sha256, manifest.list_sha256)):
            raise ValueError
    except (tarfile.TarError, ValueError, TypeError, KeyError):
        raise BadInput(
            "This is no backup that this version can read.",
            code="backup_unreadable",
            hint="Give a file that `backup create` has made.",
        ) from None
    return manifest


def members(path: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Name, size and content of each member, in order, in bounded memory. Raises BadInput when the file is broken."""
    try:
        with tarfile.open(path, "r:") as tar:
            while (member := tar.next()) is not None:
                content = tar.extractfile(member)
                if content is None:
                    raise broken()
                yield member.name, member.size, content
                tar.members = []  # type: ignore[attr-defined]  # it would remember them all
    except (tarfile.TarError, EOFError):
        raise broken() from None


def pieces(content: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a member. Raises BadInput when they end early."""
    try:
        while chunk := content.read(CHUNK):
            yield chunk
    except (tarfile.TarError, EOFError):
        raise broken() from None


def key_of(name: str) -> str:
    """The key of an object from the name of its member or line. Raises BadInput when it is none of ours."""
    key = name.removeprefix(MEDIA)
    if not _KEY.fullmatch(key) or {".", ".."} & {*key.split("/")}:
        raise broken()
    return key


def broken() -> BadInput:
    """The error for a backup whose bytes are not those that were written."""
    return BadInput(
        "The backup is damaged: what is in it is not what was written.",
        code="backup_damaged",
        hint="Take another one: `python -m app backup list`.",
    )
