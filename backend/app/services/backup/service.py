"""Making, listing and forgetting backups. Putting one back is in `restore`."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from redis.exceptions import RedisError

from app import __version__
from app.core import events
from app.core.config import settings
from app.core.places import Bucket, Folder, Place
from app.domain.errors import BadInput, Conflict, NotFound, RehearsalError
from app.services.backup import archive, postgres
from app.services.backup.archive import Manifest
from app.services.providers.objects import Store
from app.services.providers.storage_move import check_apart

KEEP = 14
# Unix seconds of the end of the last good backup, in Valkey: whoever watches the system reads it.
LAST_KEY = "backup:last"
PARTIAL_S = 24 * 3600
# Test objects of `storage check`; nothing of them is worth keeping.
_TEST = "check/"
_NAME = re.compile(r"rehearsal-\d{8}T\d{6}Z\.tar")
Tell = Callable[[str], Any]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup at a place: its name, size in bytes and what it says of itself (None: it cannot be read)."""

    name: str
    bytes: int
    manifest: Manifest | None


async def create(url: str, recordings: Store, target: Place, *, with_media: bool, tell: Tell) -> Backup:
    """Copy the database at `url`, and the recordings when asked to, into one new file at `target`.

    The dump comes first, so all that it refers to is still there, unless somebody deleted it meanwhile. Raises
    BadInput, Conflict, DumpFailed, StorageError; then nothing is left at the target.
    """
    check_apart(recordings.place, target)
    with _disk_is_said(), workshop() as work, postgres.connected(url) as connection:
        revision, server = postgres.revision(connection), postgres.server_major(connection)
        if revision is None:
            raise Conflict("There is nothing to back up: the database has no tables yet.", code="backup_empty")
        began = datetime.now(UTC)
        dump, listing = work / archive.DUMP, work / archive.MEDIA_LIST
        await postgres.dump(url, server, dump)
        tell(f"database   {dump.stat().st_size / 1e6:.1f} MB")
        place = _prepared(target) if isinstance(target, Folder) else work
        writer = archive.Writer(place / f"rehearsal-{began:%Y%m%dT%H%M%SZ}.tar")
        try:
            dump_bytes = dump.stat().st_size
            dump_sha256 = await writer.add(archive.DUMP, dump_bytes, chunks(dump))
            dump.unlink()
            objects, total = await _media(writer if with_media else None, recordings, listing)
            tell(f"recordings {objects} objects, {total / 1e6:.1f} MB{'' if with_media else ' (listed only)'}")
            manifest = Manifest(
                format=archive.FORMAT,
                created_at=began.isoformat(timespec="seconds"),
                version=__version__,
                revision=revision,
                server=server,
                dump_bytes=dump_bytes,
                dump_sha256=dump_sha256,
                media=with_media,
                objects=objects,
                bytes=total,
                list_sha256=await writer.add(archive.MEDIA_LIST, listing.stat().st_size, chunks(listing)),
            )
            size = writer.finish(manifest)
        except BaseException:
            writer.abort()
            raise
        if isinstance(target, Bucket):
            await Store(target).put_file(writer.path.name, writer.path)
        await _say_when(tell)
    return Backup(writer.path.name, size, manifest)


async def _media(writer: archive.Writer | None, recordings: Store, listing: Path) -> tuple[int, int]:
    """Write the list of all objects, and the objects themselves when there is a writer; how many, how many bytes."""
    count = total = 0
    with listing.open("wb") as lines:
        async for key, size in recordings.list():
            if key.startswith(_TEST):
                continue
            digest = None
            if writer is not None:
                try:
                    digest = await writer.add(f"{archive.MEDIA}{key}", size, recordings.read(key, size))
                except NotFound:
                    continue  # deleted meanwhile: whoever asked for that does not want it in here either
            lines.write(line(key, size, digest))
            count, total = count + 1, total + size
    return count, total


def line(key: str, size: int, digest: str | None) -> bytes:
    """The entry of one object in the list. Without a digest its bytes were not read."""
    return json.dumps({"key": key, "bytes": size, "sha256": digest}).encode() + b"\n"


async def listed(target: Place) -> list[Backup]:
    """The backups at a place, the newest first. Raises StorageError."""
    if isinstance(target, Folder) and not target.path.is_dir():
        return []
    store, found = Store(target), []
    async for name, size in store.list():
        if not _NAME.fullmatch(name):
            continue
        head = await store.read_range(name, 0, min(size, archive.HEAD_BYTES))
        try:
            found.append(Backup(name, size, archive.read_manifest(head)))
        except BadInput:
            found.append(Backup(name, size, None))
    return sorted(found, key=lambda backup: backup.name, reverse=True)


async def prune(target: Place, keep: int) -> list[str]:
    """Delete all but the newest `keep` readable backups; the names of the deleted. Raises BadInput, StorageError."""
    if keep < 1:
        raise BadInput("At least one backup has to stay.", code="backup_keep")
    found = await listed(target)
    kept = [backup.name for backup in found if backup.manifest is not None][:keep]
    # One that cannot be read may be of a newer version: it goes when it is older than all that stay.
    old = [
        backup.name
        for backup in found
        if backup.name not in kept and (backup.manifest is not None or backup.name < min(kept, default=""))
    ]
    store = Store(target)
    for name in old:
        await store.delete(name)
    if isinstance(target, Folder):
        _sweep(target.path)
    return sorted(old)


def _sweep(folder: Path) -> None:
    """Delete what killed processes left behind."""
    for path in folder.glob("rehearsal-*.tar.partial"):
        if time.time() - path.stat().st_mtime > PARTIAL_S:
            path.unlink(missing_ok=True)


async def fetch(source: Place, name: str, folder: Path) -> Path:
    """A backup as a local file. Raises NotFound, StorageError."""
    if isinstance(source, Folder):
        return source.path / name
    store, path = Store(source), folder / "backup.tar"
    size, _ = await store.describe(name)
    with path.open("wb") as file:
        async for chunk in store.read(name, size):
            file.write(chunk)
    return path


async def nightly() -> None:
    """A backup at REHEARSAL_BACKUP_URL, and the end of the old ones; a failure is logged and seen by LAST_KEY."""
    target = settings().backups
    recordings = Store(settings().storage)
    with_media = isinstance(recordings.place, Folder)
    try:
        made = await create(plain_url(), recordings, target, with_media=with_media, tell=_note)
        gone = await prune(target, KEEP)
    except RehearsalError as error:
        log.error("backup_failed", code=error.code, message=error.message)
        return
    log.info("backup_done", name=made.name, bytes=made.bytes, pruned=len(gone))


def _note(text: str) -> None:
    log.info("backup", said=text)


def plain_url() -> str:
    """The address of the configured database as PostgreSQL's own programs know it."""
    return settings().database_url.replace("postgresql+psycopg://", "postgresql://", 1)


async def _say_when(tell: Tell) -> None:
    if "redis_url" not in settings().model_fields_set:
        return  # the embedded Valkey of one person: nobody watches it
    try:
        async with events.connect() as redis:
            await redis.set(LAST_KEY, int(time.time()))
    except (RedisError, OSError):
        tell("The queue does not answer: monitoring will not know of this backup.")


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder for the files of one backup; gone afterwards."""
    root = settings().data.resolve() / "work"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root, prefix="backup-") as folder:
        yield Path(folder)


@contextmanager
def _disk_is_said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RehearsalError(f"The backup cannot be written: {error.strerror}.", code="backup_disk") from None


def _prepared(folder: Folder) -> Path:
    folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.path


async def chunks(path: Path) -> AsyncIterator[bytes]:
    """The bytes of a file, in bounded memory."""
    with path.open("rb") as file:
        while chunk := file.read(archive.CHUNK):
            yield chunk
