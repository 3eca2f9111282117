"""Putting a backup back. Everything is checked before the database is touched."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from uuid import UUID

import psycopg

from app.domain.errors import Conflict, NotFound
from app.services.backup import archive, erasures, postgres
from app.services.backup.archive import Manifest
from app.services.backup.service import Tell, line, workshop
from app.services.providers.objects import Store
from app.utils.paths import REPOSITORY

BACKEND = REPOSITORY / "backend"
NAMED = 20
# Every object that a row refers to.
_REFERENCES = """
  SELECT key FROM (SELECT unnest(ARRAY[media_key, audio_key, poster_key]) AS key FROM takes) AS kept
  WHERE key IS NOT NULL
  UNION ALL SELECT key FROM upload_parts
  UNION ALL SELECT object_key FROM speech_clips WHERE state = 'ready'
"""


@dataclass(slots=True)
class Restored:
    """What a restore did. `left_out` objects belong to nothing in the database; `missing` ones to something in it."""

    manifest: Manifest
    objects: int = 0
    bytes: int = 0
    left_out: int = 0
    missing: int = 0
    missing_keys: list[str] = field(default_factory=list)
    erased_again: int = 0

    def miss(self, key: str) -> None:
        """Count an object that should be there."""
        if key not in self.missing_keys:
            self.missing += 1
            if len(self.missing_keys) < NAMED:
                self.missing_keys.append(key)


async def restore(url: str, recordings: Store, path: Path, *, overwrite: bool, tell: Tell) -> Restored:
    """Put the database and the recordings of the backup at `path` in place of what is at `url` and in `recordings`.

    Raises BadInput for a damaged file, Conflict for a database that somebody uses, that has data (unless
    `overwrite`), or for a backup of a newer version, DumpFailed, StorageError.
    """
    with path.open("rb") as file:
        manifest = archive.read_manifest(file.read(archive.HEAD_BYTES))
    _check_known(manifest.revision)
    with workshop() as work:
        _verify(path, manifest, work)
        tell(f"checked    {manifest.created_at}, version {manifest.version}, every checksum")
        with postgres.connected(url) as connection:
            if postgres.has_data(connection) and not overwrite:
                raise Conflict(
                    "The database has data already.",
                    code="backup_overwrites",
                    hint="Add --overwrite to delete it, or restore into an empty one.",
                )
            server = postgres.server_major(connection)
            postgres.programs(server)  # what is missing is said before anything is deleted
            postgres.wait_alone(connection)
            gone = erasures.erased(connection)
            postgres.empty(connection)
            await postgres.restore(url, server, work / archive.DUMP)
            await _migrate(url)
            tell("database   restored and up to date")
            done = Restored(manifest)
            done.erased_again, takes = erasures.erase_again(connection, gone)
            for take in takes:
                await recordings.delete_prefix(f"takes/{take}/")
            if manifest.media:
                await _media(connection, recordings, path, done)
                tell(f"recordings {done.objects} objects, {done.bytes / 1e6:.1f} MB, each compared")
            else:
                await _sizes(connection, recordings, work / archive.MEDIA_LIST, done)
            await _look_for_missing(connection, recordings, done)
    return done


def _check_known(revision: str) -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    try:
        found = ScriptDirectory.from_config(Config(BACKEND / "alembic.ini")).get_revision(revision)
    except CommandError:
        found = None
    if found is None:
        raise Conflict(
            "The backup is of a newer version than this program.",
            code="backup_newer",
            hint="Install the version that made it: `python -m app backup list` names it.",
        )


def _verify(path: Path, manifest: Manifest, work: Path) -> None:
    """Take dump and list out, and compare every checksum. The list of what is there has to be the list it carries."""
    seen, listed = hashlib.sha256(), None
    for name, size, content in archive.members(path):
        if name in (archive.DUMP, archive.MEDIA_LIST):
            with (work / name).open("wb") as out:
                digest = _digest(content, out)
            if name == archive.MEDIA_LIST:
                listed = digest
            elif (size, digest) != (manifest.dump_bytes, manifest.dump_sha256):
                raise archive.broken()
        elif name.startswith(archive.MEDIA):
            seen.update(line(archive.key_of(name), size, _digest(content)))
    if listed != manifest.list_sha256 or not (work / archive.DUMP).exists():
        raise archive.broken()
    if manifest.media and seen.hexdigest() != listed:
        raise archive.broken()


def _digest(content: IO[bytes], out: IO[bytes] | None = None) -> str:
    digest = hashlib.sha256()
    for chunk in archive.pieces(content):
        digest.update(chunk)
        if out is not None:
            out.write(chunk)
    return digest.hexdigest()


async def _migrate(url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "alembic", "upgrade", "head"),
        cwd=BACKEND,
        env={**os.environ, "DATABASE_URL": url},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if await process.wait():
        raise postgres.DumpFailed(
            "The restored database cannot be brought up to date.",
            hint="Run `python -m alembic upgrade head` in backend/ to see why.",
        )


async def _media(connection: psycopg.Connection, recordings: Store, path: Path, done: Restored) -> None:
    """Write the objects that the restored rows refer to, and read each back."""
    for name, size, content in archive.members(path):
        if not name.startswith(archive.MEDIA):
            continue
        key = archive.key_of(name)
        if not _wanted(connection, key):
            done.left_out += 1
            continue
        digest = hashlib.sha256()
        await recordings.put_stream(key, _read(content, digest))
        back = hashlib.sha256()
        async for chunk in recordings.read(key, size):
            back.update(chunk)
        if back.digest() != digest.digest():
            done.miss(key)
            continue
        done.objects, done.bytes = done.objects + 1, done.bytes + size


async def _read(content: IO[bytes], digest: hashlib._Hash) -> AsyncIterator[bytes]:
    for chunk in archive.pieces(content):
        digest.update(chunk)
        yield chunk


async def _sizes(connection: psycopg.Connection, recordings: Store, listing: Path, done: Restored) -> None:
    """Compare the objects that were only listed with what is in the storage now."""
    with listing.open("rb") as lines:
        for text in lines:
            one = json.loads(text)
            if _wanted(connection, one["key"]) and await _size(recordings, one["key"]) != one["bytes"]:
                done.miss(one["key"])


async def _look_for_missing(connection: psycopg.Connection, recordings: Store, done: Restored) -> None:
    for key in _references(connection):
        if await _size(recordings, key) is None:
            done.miss(key)


def _references(connection: psycopg.Connection) -> Iterator[str]:
    with connection.transaction(), connection.cursor("references") as cursor:
        for row in cursor.execute(_REFERENCES):
            yield row[0]


async def _size(recordings: Store, key: str) -> int | None:
    try:
        return (await recordings.describe(key))[0]
    except NotFound:
        return None


def _wanted(connection: psycopg.Connection, key: str) -> bool:
    """Whether the database knows what an object is for."""
    first, _, rest = key.partition("/")
    if first == "takes":
        try:
            take = UUID(rest.partition("/")[0])
        except ValueError:
            return False
        return connection.execute("SELECT EXISTS (SELECT FROM takes WHERE id = %s)", [take]).fetchone() == (True,)
    asked = "SELECT EXISTS (SELECT FROM speech_clips WHERE object_key = %s)"
    return connection.execute(asked, [key]).fetchone() == (True,)
