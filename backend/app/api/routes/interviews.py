"""Interviews: planned from a posting, held, finished, deleted."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.api.deps import OwnerId, Session
from app.api.errors import problems
from app.api.schemas.interviews import InterviewEdit, InterviewIn, InterviewItem, InterviewOut
from app.core.database import transaction
from app.services.flow import interviews, privacy
from app.services.interviews import service

router = APIRouter(prefix="/interviews", tags=["interviews"])


@router.post("", status_code=201, summary="Plan an interview", responses=problems(404, 502))
async def create_interview(body: InterviewIn, owner: OwnerId) -> InterviewOut:
    """The questions come from the flow `question_generation`; their audio is made from now on."""
    interview_id = await interviews.create(owner, body.model_dump())
    async with transaction() as session:
        return InterviewOut.model_validate(await interviews.read(session, owner, interview_id))


@router.get("", summary="All interviews, newest first", responses=problems())
async def list_interviews(session: Session, owner: OwnerId) -> list[InterviewItem]:
    """Each with how far it is and its grade so far."""
    return [InterviewItem.model_validate(item) for item in await interviews.list_all(session, owner)]


@router.get("/{interview_id}", summary="One interview", responses=problems(404))
async def read_interview(interview_id: UUID, session: Session, owner: OwnerId) -> InterviewOut:
    """Settings, questions with their audio's state, takes, coverage."""
    return InterviewOut.model_validate(await interviews.read(session, owner, interview_id))


@router.patch("/{interview_id}", summary="Change settings", responses=problems(404))
async def edit_interview(interview_id: UUID, body: InterviewEdit, session: Session, owner: OwnerId) -> InterviewOut:
    """Another voice or speed makes the audio of every question again."""
    changes = body.model_dump(exclude_none=True)
    await interviews.edit(session, owner, interview_id, changes)
    return InterviewOut.model_validate(await interviews.read(session, owner, interview_id))


@router.delete("/{interview_id}", status_code=204, summary="Delete an interview", responses=problems(404))
async def delete_interview(interview_id: UUID, session: Session, owner: OwnerId) -> None:
    """With its takes and files."""
    await privacy.delete_interview(session, owner, interview_id)


@router.post("/{interview_id}/finish", summary="End the interview", responses=problems(404))
async def finish_interview(interview_id: UUID, session: Session, owner: OwnerId) -> InterviewOut:
    """The analysis goes on; more takes may be added later."""
    await service.finish(session, owner, interview_id)
    return InterviewOut.model_validate(await interviews.read(session, owner, interview_id))
