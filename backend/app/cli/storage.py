"""`storage check`, `storage setup`, `storage move`: what an operator does with the place where recordings are."""

from __future__ import annotations

import argparse
import asyncio
import secrets
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from app.cli.inputs import tell
from app.core.config import settings
from app.core.places import Bucket
from app.domain.errors import BadInput, Refused
from app.services.providers import bucket_setup, s3, storage_move
from app.services.providers.objects import PART_BYTES, Store

SCHEMA = 1


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The JSON of one of the three. Raises BadInput, Refused, StorageError."""
    match options.action:
        case "check":
            return asyncio.run(_check())
        case "setup":
            return asyncio.run(_setup(options.origin))
        case _:
            return asyncio.run(_move(options.to, options.delete_source))


async def _check() -> dict[str, Any]:
    place = settings().storage
    store, key, done = Store(place), f"check/{uuid4().hex}", []
    # One object in one request, one in parts, as recordings are.
    for name, size in (("small", 1000), ("in parts", PART_BYTES + 1000)):
        data = secrets.token_bytes(size)
        try:
            await store.put_bytes(key, data)
            tell(f"  written    {size} bytes, {name}")
            if await store.read_range(key, 10, 500) != data[10:500] or (await store.describe(key))[0] != size:
                raise s3.garbled()
            tell("  read       a range of them, as written")
            if key not in [found async for found, _ in store.list("check/")]:
                raise s3.garbled()
            tell("  listed")
            if isinstance(place, Bucket) and await s3.is_public(place, key):
                hint = "Make the bucket private: `python -m app storage setup` says how."
                raise Refused("Anybody can read the bucket without a key.", code="storage_public", hint=hint)
        finally:
            await store.delete(key)
        tell("  deleted")
        done.append(name)
    return {"schema": SCHEMA, "storage": str(place), "ok": True, "checked": done}


async def _setup(origin: str) -> dict[str, Any]:
    bucket = settings().storage
    if not isinstance(bucket, Bucket):
        raise BadInput("A folder needs no setup.", code="storage_settings", hint="Set STORAGE_URL=s3://bucket first.")
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
        raise BadInput("The origin must be scheme and host.", code="storage_origin", hint="https://rehearsal.example")
    seen = await bucket_setup.refuse_public(bucket)
    for line in seen:
        tell(f"  {line}")
    await bucket_setup.let_page_in(bucket, origin)
    tell(f"  cors: pages of {origin} may read, ETag exposed")
    days = await bucket_setup.let_old_go(bucket, settings().retention_days)
    tell(f"  lifecycle: takes go after {days} days, unfinished uploads after {bucket_setup.UNFINISHED_DAYS}")
    return {
        "schema": SCHEMA,
        "storage": str(bucket),
        "private": seen,
        "origin": origin,
        "expire_days": days,
        "abort_days": bucket_setup.UNFINISHED_DAYS,
    }


async def _move(to: str, delete_source: bool) -> dict[str, Any]:
    source, target = settings().storage, settings().place(to)
    storage_move.check_apart(source, target)
    moved = await storage_move.move(Store(source), Store(target), delete_source=delete_source, tell=tell)
    return {
        "schema": SCHEMA,
        "from": str(source),
        "to": str(target),
        "objects": len(moved.keys),
        "bytes": moved.bytes,
        "copied": moved.copied,
        "skipped": moved.skipped,
        "gone": moved.gone,
        "deleted": moved.deleted,
    }
