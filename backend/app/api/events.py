"""Progress as a stream of events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256
from uuid import UUID

from sse_starlette import ServerSentEvent

from app.api.schemas.interviews import ProgressOut
from app.core.database import transaction
from app.core.events import changes
from app.domain.errors import NotFound
from app.services.accounts import sign_ins
from app.services.accounts.sign_ins import SignedIn
from app.services.flow import interviews


async def stream(owner: UUID, interview_id: UUID, who: SignedIn | None = None) -> AsyncIterator[ServerSentEvent]:
    """The progress at once, then whenever it differs from what was sent last.

    Ends when the interview is gone, and when `who` has been signed out.
    """
    sent = ""
    async for _ in changes(interview_id):
        try:
            async with transaction() as session:
                if who is not None and await sign_ins.is_over(session, who):
                    return
                snapshot = ProgressOut.model_validate(await interviews.read_progress(session, owner, interview_id))
        except NotFound:
            return
        data = snapshot.model_dump_json()
        if data != sent:
            sent = data
            yield ServerSentEvent(data, event="progress", id=sha256(data.encode()).hexdigest()[:16])
