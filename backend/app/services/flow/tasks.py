"""Tasks that need several subjects."""

from __future__ import annotations

from uuid import UUID

from app.core.database import transaction
from app.core.queue import task
from app.services.analysis import pipeline
from app.services.audit import service as audit
from app.services.flow import copies, follow_ups
from app.services.flow.stages import prepare
from app.services.providers import storage
from app.services.recordings import listening
from app.services.recordings import service as recordings


@task(pipeline.RUN)
async def run_stage(stage_id: str) -> None:
    """Compute one stage: this one, or that of somebody whose turn it is."""
    await pipeline.run_next(UUID(stage_id), prepare)


@task(listening.LISTEN)
async def listen(take_id: str) -> None:
    """Understand a take while it is being recorded."""
    await listening.listen(UUID(take_id), follow_ups.think_along)


@task("analysis.sweep")
async def sweep() -> None:
    """Bring back what was lost."""
    await pipeline.sweep()
    await listening.sweep()


@task("copies.delete")
async def delete_copies() -> None:
    """Delete at services of others what is not needed there any more."""
    await copies.delete_due()


@task("recordings.expire")
async def expire() -> None:
    """Delete what has been kept long enough."""
    gone = True
    while gone:
        async with transaction() as session:
            gone = bool(await recordings.expire(session))
    async with transaction() as session:
        await copies.forget(session)
        await audit.expire(session)
    await storage.clean()
