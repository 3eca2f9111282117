"""Tasks of privacy."""

from __future__ import annotations

from uuid import UUID

from app.core.database import transaction
from app.core.queue import task
from app.services.privacy import erasure, exports, guests


@task(exports.EXPORT)
async def export(export_id: str) -> None:
    """Make one archive."""
    await exports.run(UUID(export_id))


@task(erasure.ERASE)
async def erase(erasure_id: str) -> None:
    """Go on with one erasure."""
    await erasure.run(UUID(erasure_id))


@task("privacy.sweep")
async def sweep() -> None:
    """Send again what nobody works on; what has had its time goes."""
    await exports.sweep()
    await erasure.sweep()
    await guests.erase_expired()
    async with transaction() as session:
        await exports.expire(session)
        await erasure.forget(session)
