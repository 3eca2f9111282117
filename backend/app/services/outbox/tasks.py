"""The sweep of the outbox."""

from __future__ import annotations

from app.core.queue import task
from app.services.outbox.service import relay


@task("outbox.relay")
async def relay_due() -> None:
    """Send what the relay after a commit did not, and what nobody has finished."""
    await relay()
