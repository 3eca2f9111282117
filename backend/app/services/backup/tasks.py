"""The nightly backup, when REHEARSAL_BACKUP_URL says where to."""

from __future__ import annotations

from app.core.queue import VISIBILITY_S, task
from app.services.backup import service

NIGHTLY = "backup.nightly"
# It has to end before the broker gives it to somebody else.
LIMIT_S = VISIBILITY_S - 100


@task(NIGHTLY)
async def nightly() -> None:
    """Make a backup and delete the oldest."""
    await service.nightly()
