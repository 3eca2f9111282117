"""What is stored at services of others is deleted there, and the deletion is asked back until it is confirmed.

A row of `provider_copies` comes before the upload and outlives its take. Nobody has to announce that something is to be
deleted: what is not used by a running analysis any more is due.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import transaction
from app.domain.errors import RehearsalError
from app.models.provider import ProviderCopy
from app.services.analysis.pipeline import ENDED, LIMITS_S
from app.services.providers import calls, configuration, repository
from app.services.providers.ports import CloudVideo
from app.services.providers.video.twelvelabs import ASK_S, TwelveLabs

T = TypeVar("T")
log = structlog.get_logger()

STAGE = "cloud_video"
ASSET, TASK = "asset", "task"
IN_USE = ("waiting", "queued", "running")
# 15 s, 30 s, 1 min ... at most 1 h between two tries; they end only when it is gone.
AGAIN_FIRST, AGAIN_MAX = timedelta(seconds=15), timedelta(hours=1)
# What has not been found under its label after this was never stored: no step, and so no upload, lives that long.
SETTLED = timedelta(seconds=2 * LIMITS_S[STAGE])
KEPT = timedelta(days=30)
# One run of the job stops taking on more after this.
RUN_S = 60.0
assert not ENDED & set(IN_USE)


def begin(session: AsyncSession, provider: str, kind: str, label: str, take_id: UUID) -> UUID:
    """Remember, before it is sent, that something will be stored under `label`."""
    row = ProviderCopy(id=uuid4(), provider=provider, kind=kind, label=label, take_id=take_id)
    session.add(row)
    return row.id


async def named(copy_id: UUID, remote_id: str) -> None:
    """The provider has named it."""
    async with transaction() as session:
        await repository.set_copy(session, copy_id, {"remote_id": remote_id})


async def delete_due() -> None:
    """Delete what is due, one after the other; what cannot be deleted now is tried again later."""
    until = time.monotonic() + RUN_S
    while time.monotonic() < until:
        async with transaction() as session:
            row = await repository.due_copy(session, STAGE, IN_USE)
            if row is None:
                return
            # Counted before it is tried: a worker that dies here leaves it to the next try.
            await repository.postpone(session, row.id, min(AGAIN_MAX, AGAIN_FIRST * 2 ** min(row.attempts, 10)))
        try:
            gone = await _delete(row)
        except RehearsalError as error:
            log.warning("copy_not_deleted", provider=row.provider, kind=row.kind, code=error.code)
            continue
        if gone:
            async with transaction() as session:
                await repository.set_copy(session, row.id, {"deleted_at": repository.NOW})


async def forget(session: AsyncSession) -> None:
    """Forget what was deleted long ago."""
    await repository.forget_deleted_copies(session, datetime.now(UTC) - KEPT)


async def _delete(row: ProviderCopy) -> bool:
    """Delete a copy; True when the provider has confirmed that it does not have it."""
    video: CloudVideo = TwelveLabs(await configuration.required(row.provider))
    if row.remote_id is None and not await _find(video, row):
        return datetime.now(UTC) - row.created_at > SETTLED
    assert row.remote_id is not None
    delete, is_gone = (
        (video.delete_task, video.task_gone) if row.kind == TASK else (video.delete_asset, video.asset_gone)
    )
    deleted = await _ask(row, partial(delete, row.remote_id))
    return deleted and await _ask(row, partial(is_gone, row.remote_id))


async def _find(video: CloudVideo, row: ProviderCopy) -> bool:
    """Look for something whose name never arrived; True when it is there."""
    if row.kind == ASSET:
        found = await _ask(row, partial(video.find_assets, row.label))
    else:
        async with transaction() as session:
            asset = await repository.copy_under(session, row.provider, ASSET, row.label)
        if asset is None or asset.remote_id is None:
            return False
        found = await _ask(row, partial(video.find_tasks, asset.remote_id, row.label))
    if found:
        row.remote_id = found[0]
        await named(row.id, found[0])
    return bool(found)


async def _ask(row: ProviderCopy, work: Callable[[], Awaitable[T]]) -> T:
    return await calls.call(row.provider, "delete a copy", work, deadline_s=ASK_S + 5, attempts=1)
