"""Progress as a stream of events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256
from uuid import UUID

from sse_starlette import ServerSentEvent

from app.api.schemas.interviews import ProgressOut
from app.core import telemetry
from app.core.database import transaction
from app.core.events import changes
from app.domain.errors import NotFound
from app.services.flow import interviews


async def stream(owner: UUID, interview_id: UUID) -> AsyncIterator[ServerSentEvent]:
    """The progress at once, then whenever it differs from what was sent last; ends when the interview is gone."""
    with telemetry.streaming():
        async for event in _events(owner, interview_id):
            yield event


async def _events(owner: UUID, interview_id: UUID) -> AsyncIterator[ServerSentEvent]:
    sent = ""
    async for _ in changes(interview_id):
        try:
            async with transaction() as session:
                snapshot = ProgressOut.model_validate(await interviews.read_progress(session, owner, interview_id))
        except NotFound:
            return
        data = snapshot.model_dump_json()
        if data != sent:
            sent = data
            yield ServerSentEvent(data, event="progress", id=sha256(data.encode()).hexdigest()[:16])
