"""Progress and report."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sse_starlette import EventSourceResponse

from app.api.deps import OwnerId, Session, Who
from app.api.errors import problems
from app.api.events import stream
from app.api.schemas.interviews import ProgressOut
from app.api.schemas.reports import ReportOut
from app.services.flow import interviews, report

router = APIRouter(prefix="/interviews/{interview_id}", tags=["report"])
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "Events `progress`; data is a ProgressOut."}
}


@router.get("/progress", summary="How far the analysis is", responses=problems(404))
async def read_progress(interview_id: UUID, session: Session, owner: OwnerId) -> ProgressOut:
    """Stage by stage."""
    return ProgressOut.model_validate(await interviews.read_progress(session, owner, interview_id))


@router.get(
    "/events", summary="Progress as it happens", response_class=EventSourceResponse, responses=problems(404) | EVENTS
)
async def read_events(interview_id: UUID, session: Session, owner: OwnerId, who: Who) -> EventSourceResponse:
    """Server-sent events: the progress at once, then on every change."""
    await interviews.read_progress(session, owner, interview_id)
    return EventSourceResponse(stream(owner, interview_id, who), ping=15)


@router.get("/report", summary="The report", responses=problems(404))
async def read_report(interview_id: UUID, session: Session, owner: OwnerId) -> ReportOut:
    """Everything the report page shows, as far as it is ready."""
    return ReportOut.model_validate(await report.read(session, owner, interview_id))
