"""`backup create`, `list`, `restore`, `prune`: the whole system in one file, and back."""

from __future__ import annotations

import argparse
import asyncio
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.cli.inputs import tell
from app.core.config import settings
from app.core.places import Folder, Place
from app.domain.errors import BadInput, Conflict, NotFound, RehearsalError
from app.services.backup import service
from app.services.backup.restore import restore
from app.services.providers.objects import Store
from app.supervisor import postgres
from app.supervisor.folder import DataFolder

SCHEMA = 1
START_S = 60.0


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The JSON of one of the four. Raises RehearsalError."""
    match options.action:
        case "create":
            return _create(options.to, options.with_media)
        case "restore":
            return _restore(options.file, options.overwrite)
        case "prune":
            target = _place(options.to)
            gone = asyncio.run(service.prune(target, options.keep))
            return {"schema": SCHEMA, "place": str(target), "kept": options.keep, "deleted": gone}
        case _:
            target = _place(options.to)
            found = [_shown(backup) for backup in asyncio.run(service.listed(target))]
            return {"schema": SCHEMA, "place": str(target), "backups": found}


def _create(to: str | None, with_media: bool) -> dict[str, Any]:
    target, recordings = _place(to), Store(settings().storage)
    media = with_media or isinstance(recordings.place, Folder)
    with database(alone=False) as url:
        made = asyncio.run(service.create(url, recordings, target, with_media=media, tell=_tell))
    return {"schema": SCHEMA, "place": str(target), **_shown(made)}


def _restore(given: str, overwrite: bool) -> dict[str, Any]:
    place, name = _source(given)
    recordings = Store(settings().storage)
    with service.workshop() as folder:
        try:
            path = asyncio.run(service.fetch(place, name, folder))
        except NotFound:
            path = folder / name
        if not path.is_file():
            hint = "`python -m app backup list` shows what is there."
            raise BadInput("There is no such backup.", code="backup_missing", hint=hint)
        with database(alone=True) as url:
            done = asyncio.run(restore(url, recordings, path, overwrite=overwrite, tell=_tell))
    if done.missing:
        _tell(f"MISSING    {done.missing} objects that the database refers to")
    return {
        "schema": SCHEMA,
        "from": name,
        "created_at": done.manifest.created_at,
        "version": done.manifest.version,
        "objects": done.objects,
        "bytes": done.bytes,
        "left_out": done.left_out,
        "missing": done.missing,
        "missing_keys": done.missing_keys,
        "erased_again": done.erased_again,
    }


def _place(to: str | None) -> Place:
    """The place that `--to` names, or the configured one. Raises BadInput."""
    if to is None:
        return settings().backups
    return settings().place(to) if "://" in to else Folder(Path(to).resolve())


def _source(given: str) -> tuple[Place, str]:
    """Place and name of a backup given as a path, an address or only its name. Raises BadInput."""
    if given.startswith("s3://"):
        address, _, name = given.rpartition("/")
        return settings().place(address), name
    path = Path(given)
    if path.exists() or path.name != given:
        return Folder(path.resolve().parent), path.name
    return settings().backups, given


def _shown(backup: service.Backup) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": backup.name, "bytes": backup.bytes, "readable": backup.manifest is not None}
    if backup.manifest is not None:
        facts = asdict(backup.manifest)
        kept = ("created_at", "version", "revision", "media", "objects")
        shown |= {name: facts[name] for name in kept} | {"media_bytes": facts["bytes"]}
    return shown


def _tell(text: str) -> None:
    tell(f"  {text}")


@contextmanager
def database(*, alone: bool) -> Iterator[str]:
    """The address of the configured database, or of the embedded one, which is started when nothing runs.

    `alone`: nothing else may run on the data folder. Raises Conflict.
    """
    if "database_url" in settings().model_fields_set:
        yield service.plain_url()
        return
    folder = DataFolder(settings().data)
    data = folder.root / "postgres"
    if not alone and not (data / "PG_VERSION").exists():
        raise Conflict("There is nothing to back up: the data folder has no database.", code="backup_empty")
    folder.prepare()
    try:
        folder.claim()
    except Conflict:
        if alone:
            raise
        yield postgres.address(data)
        return
    server = postgres.prepare(data)
    account: dict[str, Any] = {} if server.user is None else {"user": server.user, "group": server.group}
    if account:
        account["extra_groups"] = []
    process = subprocess.Popen(
        server.argv, cwd=server.data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **account
    )
    try:
        deadline = time.monotonic() + START_S
        while not postgres.accepts(server):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RehearsalError("The embedded PostgreSQL does not start.", code="postgres_start")
            time.sleep(0.1)
        postgres.ensure_database(server)
        yield server.url()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
