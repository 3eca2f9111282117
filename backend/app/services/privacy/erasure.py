"""Erasure: the rows go at once, everything else by a job that goes on until it is gone.

`erase_owner` deletes every row that belongs to an owner, in every table that names one, in one transaction: from its
commit on nothing can be read, and no session of theirs is valid. What is left (files, copies at services of others,
keys of Valkey) is deleted by `run`, which is started again by `sweep` until it has ended. Work in progress finds its
rows gone and throws away what it made; what was written all the same, by a process that died then, is under the
prefixes that are deleted once more after `SETTLE`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import queue
from app.core.database import transaction
from app.core.events import connect
from app.domain.errors import NotFound, RehearsalError
from app.models.owner import LOCAL_OWNER
from app.models.privacy import Erasure
from app.services.accounts import links
from app.services.analysis.pipeline import LIMITS_S
from app.services.audit import service as audit
from app.services.outbox import service as outbox
from app.services.privacy import repository
from app.services.providers import storage
from app.services.speech import service as speech

log = structlog.get_logger()

ERASE = "privacy.erase"
LIMIT_S = 1200
# Twice the longest stage: no worker that was computing then is at work any more.
SETTLE = timedelta(seconds=2 * max(LIMITS_S.values()))
LEASE = timedelta(seconds=LIMIT_S + queue.GRACE_S)
# What no worker took is sent again after this.
UNTAKEN = timedelta(seconds=60)
# 15 s, 30 s, 1 min ... at most 15 min between two tries, so that a day has many.
AGAIN_FIRST, AGAIN_MAX = timedelta(seconds=15), timedelta(minutes=15)
KEPT = timedelta(days=365)
# What a person knows the rows by; the rest of what belongs to an owner is counted as `account`.
KINDS = {
    "postings": "postings",
    "interviews": "interviews",
    "questions": "questions",
    "takes": "answers",
    "uploads": "uploads",
    "consent_entries": "consents",
    "exports": "exports",
}
ACCOUNT, FILES, SPEECH, COPIES, CACHES, LATE = "account", "files", "speech", "copies", "caches", "late_files"
ORDER = (*KINDS.values(), ACCOUNT, FILES, SPEECH, COPIES, CACHES, LATE)


async def erase_owner(session: AsyncSession, owner: UUID) -> str:
    """Delete everything of an owner; the code of the receipt, which is known to nobody else.

    The local owner of a machine stays and starts anew; anybody else is gone. Raises NotFound when they are already.
    """
    row = await repository.lock_owner(session, owner)
    if row is None or row.erased_at is not None:
        raise NotFound("There is nobody to erase.", code="erased")
    takes, prefixes = await repository.prefixes(session, owner)
    counts = dict.fromkeys([*KINDS.values(), ACCOUNT], 0)
    columns = repository.owner_columns()
    for column in columns:
        counts[KINDS.get(column.table.name, ACCOUNT)] += await repository.count_rows(session, owner, column)
    await links.forget(session, owner)
    for column in columns:
        await repository.delete_rows(session, owner, column)
    clips = list(await speech.remove_unused(session))
    code, now = secrets.token_urlsafe(24), datetime.now(UTC)
    if owner != LOCAL_OWNER:
        row.erased_at = now
    parts = {kind: _part(count, now) for kind, count in counts.items()}
    parts |= {
        FILES: _part(len(prefixes)),
        SPEECH: _part(len(clips)),
        COPIES: _part(await repository.copies_stored(session, takes)),
        CACHES: _part(0),
        LATE: _part(0),
    }
    erasure = Erasure(id=uuid4(), digest=digest(code), owner_id=owner, parts=parts, due_at=now + UNTAKEN)
    erasure.settle_at = now + SETTLE
    if owner != LOCAL_OWNER:  # who goes on living there, and is not to be erased by a restore
        erasure.owner_digest = hashlib.sha256(str(owner).encode()).hexdigest()
    erasure.pending = {"takes": [str(take) for take in takes], "prefixes": prefixes, "clips": clips}
    session.add(erasure)
    audit.write(session, "data_deleted" if owner == LOCAL_OWNER else "account_erased", owner=owner, kind="everything")
    _send(session, erasure.id)
    return code


def digest(code: str) -> str:
    """What is stored of a receipt's code."""
    return hashlib.sha256(code.encode()).hexdigest()


def _part(count: int, ended_at: datetime | None = None) -> dict[str, Any]:
    return {"count": count, "ended_at": ended_at.isoformat() if ended_at else None}


def _send(session: AsyncSession, erasure_id: UUID) -> None:
    outbox.enqueue(session, ERASE, [str(erasure_id)], on=queue.CLOUD, keep=False, limit_s=LIMIT_S)


async def read(session: AsyncSession, code: str) -> dict[str, Any]:
    """What became of an erasure (ErasureOut). Raises NotFound."""
    row = await repository.erasure(session, digest(code))
    if row is None:
        raise NotFound("There is no such receipt.", hint="Look whether all of it was copied.")
    return {
        "requested_at": row.created_at,
        "finished_at": row.finished_at,
        "done": row.finished_at is not None,
        "looked_again_at": row.settle_at,
        "parts": [{"kind": kind, **row.parts[kind]} for kind in ORDER if kind in row.parts],
    }


async def run(erasure_id: UUID) -> None:
    """Go on with an erasure, in a worker, as far as it goes now. Does nothing when another one is at it."""
    async with transaction() as session:
        row = await repository.lease_erasure(session, erasure_id, LEASE)
    if row is None:
        return
    structlog.contextvars.bind_contextvars(erasure=str(erasure_id), attempt=row.attempts)
    try:
        await _Work(row).go_on()
    finally:
        structlog.contextvars.clear_contextvars()


async def sweep() -> None:
    """Start again what has not ended."""
    async with transaction() as session:
        for row in await repository.due_erasures(session):
            row.due_at = datetime.now(UTC) + UNTAKEN
            _send(session, row.id)


async def forget(session: AsyncSession) -> None:
    """Forget receipts that are old."""
    await repository.forget_erasures(session, datetime.now(UTC) - KEPT)


class _Work:
    """One try at what is left of an erasure."""

    def __init__(self, row: Erasure) -> None:
        self.row = row
        self.parts: dict[str, Any] = {kind: dict(part) for kind, part in row.parts.items()}
        self.pending: Mapping[str, list[str]] = row.pending
        self.takes = [UUID(take) for take in self.pending["takes"]]

    async def go_on(self) -> None:
        for kind, work in ((FILES, self._files), (SPEECH, self._clips), (CACHES, self._caches), (COPIES, self._copies)):
            if self.parts[kind]["ended_at"] is None:
                await self._try(kind, work)
        settled = datetime.now(UTC) >= self.row.settle_at
        if settled and self.parts[LATE]["ended_at"] is None:
            await self._try(LATE, self._late)
        left = [kind for kind, part in self.parts.items() if part["ended_at"] is None]
        values: dict[str, Any] = {"parts": self.parts, "lease_until": None}
        if left:
            wait = min(AGAIN_MAX, AGAIN_FIRST * 2 ** min(self.row.attempts - 1, 10))
            due = datetime.now(UTC) + wait
            # Only the last look is left, and its time is known.
            values["due_at"] = max(due, self.row.settle_at) if left == [LATE] else due
        else:
            empty: dict[str, list[str]] = {"takes": [], "prefixes": [], "clips": []}
            values |= {"due_at": None, "finished_at": repository.NOW, "owner_id": None, "pending": empty}
        async with transaction() as session:
            if not left:
                await self._last(session)
            await repository.set_erasure(session, self.row.id, values)
        log.info("erasure", left=left)

    async def _try(self, kind: str, work: Any) -> None:
        try:
            count: int | None = await work()
        except (RehearsalError, RedisError, OSError) as error:
            code = error.code if isinstance(error, RehearsalError) else type(error).__name__
            log.warning("erasure_waits", part=kind, code=code)
            return
        if count is not None:
            self.parts[kind] = _part(max(count, self.parts[kind]["count"]), datetime.now(UTC))

    async def _files(self) -> int:
        for prefix in self.pending["prefixes"]:
            await storage.delete_prefix(prefix)
        return len(self.pending["prefixes"])

    async def _clips(self) -> int:
        for key in self.pending["clips"]:
            await storage.delete(key)
        return len(self.pending["clips"])

    async def _caches(self) -> int:
        """Delete the keys of Valkey that name the owner or one of the takes."""
        names = {str(self.row.owner_id), *self.pending["takes"]}
        found: list[bytes] = []
        async with connect() as redis:
            async for key in redis.scan_iter(count=1000):
                if any(name.encode() in key for name in names):
                    found.append(key)
            for key in found:
                await redis.delete(key)
        return len(found)

    async def _copies(self) -> int | None:
        """None while a service of others has not said that everything is gone; `flow.copies` asks them."""
        async with transaction() as session:
            if await repository.copies_stored(session, self.takes):
                return None
            await repository.forget_copies(session, self.takes)
        return int(self.parts[COPIES]["count"])

    async def _late(self) -> int:
        """What was being written at the time is written or given up by now: delete it where it may be."""
        count = 0
        await self._clips()
        for prefix in self.pending["prefixes"]:
            count += len([key async for key in storage.list_keys(prefix)])
            await storage.delete_prefix(prefix)
        return count

    async def _last(self, session: AsyncSession) -> None:
        """The row of the owner goes, with what a request that had begun before the erasure may have added."""
        owner = self.row.owner_id
        if owner is None or owner == LOCAL_OWNER:
            return
        for prefix in (await repository.prefixes(session, owner))[1]:
            await storage.delete_prefix(prefix)
        await repository.delete_owner(session, owner)
        for key in await speech.remove_unused(session):
            await storage.delete(key)
