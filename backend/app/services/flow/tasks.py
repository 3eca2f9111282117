"""Tasks that need several subjects."""

from __future__ import annotations

from uuid import UUID

from app.core.database import transaction
from app.core.queue import task
from app.services.analysis import pipeline
from app.services.flow import copies, follow_ups, guests
from app.services.flow.stages import prepare
from app.services.providers import storage
from app.services.recordings import listening
from app.services.recordings import service as recordings


@task(pipeline.RUN)
async def run_stage(stage_id: str) -> None:
    """Compute one stage."""
    await pipeline.run(UUID(stage_id), prepare)


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


@task("guests.expire")
async def expire_guests() -> None:
    """Forget the guests whose 24 hours are over."""
    await guests.expire()


@task("recordings.expire")
async def expire() -> None:
    """Delete what has been kept long enough."""
    async with transaction() as session:
        await recordings.expire(session)
        await copies.forget(session)
    recordings.clear_workshop()
    await storage.clean()
