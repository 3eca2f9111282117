"""Tasks of speech."""

from __future__ import annotations

from app.services.outbox.service import job
from app.services.speech import service


@job(service.SYNTHESISE, given_up=service.give_up)
async def synthesise(key: str) -> None:
    """Make the audio of one clip."""
    await service.synthesise(key)
