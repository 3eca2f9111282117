"""Tasks of speech."""

from __future__ import annotations

from app.services.outbox.service import job
from app.services.speech import service


@job(service.SYNTHESISE)
async def synthesise(key: str) -> None:
    """Make the audio of one clip."""
    await service.synthesise(key)
