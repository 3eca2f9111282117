"""Exports: one archive of everything an owner has, made by a worker and kept for a day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import queue
from app.core.database import transaction
from app.domain.errors import Conflict, NotFound, RehearsalError, TooMany
from app.models.privacy import Export
from app.services.audit import service as audit
from app.services.outbox import service as outbox
from app.services.outbox.files import delete_files
from app.services.privacy import repository
from app.services.privacy.archive import Archive
from app.services.providers import storage

log = structlog.get_logger()

EXPORT = "privacy.export"
LIMIT_S = 1500
KEPT = timedelta(hours=24)
A_DAY, DAY = 3, timedelta(hours=24)
MAX_ATTEMPTS = 4
# One that works says so this often; one that has died is taken over after the lease.
LEASE, RENEW_S = timedelta(seconds=30), 5.0
# What no worker took is sent again after this.
UNTAKEN = timedelta(seconds=60)
LIMIT_WORDS = f"There can be {A_DAY} exports in 24 hours."


async def begin(session: AsyncSession, owner: UUID) -> dict[str, Any]:
    """Have an export made (ExportOut). Raises Conflict while one is in the making, TooMany after three in a day."""
    await repository.lock_owner(session, owner)
    rows, now = await repository.exports(session, owner), datetime.now(UTC)
    if any(row.state == "waiting" for row in rows):
        raise Conflict("An export is being made.", code="export_running", hint="Wait until it is ready.")
    recent = [row for row in rows if row.created_at > now - DAY]
    if len(recent) >= A_DAY:
        wait_s = (recent[-1].created_at + DAY - now).total_seconds()
        raise TooMany(LIMIT_WORDS, code="export_limit", retry_after_s=max(1, round(wait_s)), hint="Come back later.")
    row = Export(id=uuid4(), owner_id=owner, due_at=now + UNTAKEN, created_at=now)
    session.add(row)
    audit.write(session, "data_exported", owner=owner)
    await session.flush()
    _send(session, row.id)
    return _view(row)


def _send(session: AsyncSession, export_id: UUID) -> None:
    outbox.enqueue(session, EXPORT, [str(export_id)], on=queue.CLOUD, keep=False, limit_s=LIMIT_S)


async def list_all(session: AsyncSession, owner: UUID) -> list[dict[str, Any]]:
    """All exports, newest first (ExportOut)."""
    now = datetime.now(UTC)
    rows = await repository.exports(session, owner)
    return [_view(row) for row in rows if row.expires_at is None or row.expires_at > now]


def _view(row: Export) -> dict[str, Any]:
    made = row.done_bytes / row.total_bytes if row.total_bytes else 0.0
    return {
        "id": row.id,
        "state": row.state or "waiting",
        "created_at": row.created_at,
        "size_bytes": row.size_bytes,
        "made": min(1.0, made),
        "expires_at": row.expires_at,
        "url": f"/api/exports/{row.id}/file" if row.state == "ready" else None,
    }


async def file(session: AsyncSession, owner: UUID, export_id: UUID) -> tuple[str, str]:
    """Where an archive is stored, and the name it is saved under. Raises NotFound."""
    row = await repository.export(session, owner, export_id)
    over = row is not None and row.expires_at is not None and row.expires_at <= datetime.now(UTC)
    if row is None or row.state != "ready" or row.object_key is None or over:
        raise NotFound("There is no such export.", hint="It may have expired, or is being made.")
    return row.object_key, f"rehearsal-{row.created_at:%Y-%m-%d}.zip"


async def run(export_id: UUID) -> None:
    """Make an export, in a worker. Does nothing when it is not there to be taken."""
    async with transaction() as session:
        row = await repository.lease_export(session, export_id, LEASE)
    if row is None:
        return
    structlog.contextvars.bind_contextvars(export=str(export_id), attempt=row.attempts)
    try:
        await _make(row)
    finally:
        structlog.contextvars.clear_contextvars()


async def _make(row: Export) -> None:
    archive = Archive(row.owner_id)
    key = f"{row.prefix}{row.attempts}-{uuid4().hex}.zip"
    written = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal written
        async for chunk in archive.chunks():
            written += len(chunk)
            yield chunk

    values: dict[str, Any]
    holding = asyncio.create_task(_hold(row, lambda: (written, archive.total_bytes)))
    try:
        await storage.put_stream(key, counted())
        now = datetime.now(UTC)
        values = {"state": "ready", "object_key": key, "size_bytes": written, "finished_at": now}
        values |= {"expires_at": now + KEPT, "done_bytes": archive.total_bytes, "total_bytes": archive.total_bytes}
    except RehearsalError as error:
        log.warning("export_failed", code=error.code)
        values = _again(row)
    finally:
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)
    async with transaction() as session:
        kept = await repository.set_export(session, row.id, row.attempts, values)
        if not kept or values.get("object_key") is None:
            # Erased meanwhile, taken over by somebody else, or not whole: what this attempt stored is nobody's.
            delete_files(session, key)


def _again(row: Export) -> dict[str, Any]:
    if row.attempts >= MAX_ATTEMPTS:
        return {"state": "failed", "finished_at": datetime.now(UTC)}
    return {"due_at": datetime.now(UTC) + timedelta(seconds=15 * 2**row.attempts), "lease_until": None}


async def _hold(row: Export, progress: Any) -> None:
    """Say that it is being worked on, and how far it is, until cancelled."""
    while True:
        await asyncio.sleep(RENEW_S)
        done, total = progress()
        values = {"lease_until": repository.NOW + LEASE, "done_bytes": done, "total_bytes": total}
        try:
            async with transaction() as session:
                await repository.set_export(session, row.id, row.attempts, values)
        except Exception as error:  # the database is away for a moment; the lease has room for it
            log.warning("export_lease_not_renewed", type=type(error).__name__)


async def sweep() -> None:
    """Send again what nobody works on; give up what has been begun too often."""
    async with transaction() as session:
        for row in await repository.due_exports(session):
            if row.attempts >= MAX_ATTEMPTS:
                row.state, row.finished_at = "failed", datetime.now(UTC)
                delete_files(session, row.prefix)
            else:
                row.due_at = datetime.now(UTC) + UNTAKEN
                _send(session, row.id)


async def expire(session: AsyncSession) -> None:
    """Delete the archives whose day is over."""
    for row in await repository.old_exports(session, datetime.now(UTC) - DAY):
        delete_files(session, row.prefix)
        await session.delete(row)
