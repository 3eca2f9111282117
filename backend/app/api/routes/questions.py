"""The questions of an interview and their audio."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from app.api.deps import OwnerId, Session
from app.api.errors import problems
from app.api.ranges import MEDIA_RESPONSES, serve
from app.api.schemas.interviews import InterviewOut, OrderIn, QuestionEdit, QuestionIn, SpeechOut
from app.services.flow import interviews
from app.services.speech import service as speech

router = APIRouter(tags=["questions"])
PREFIX = "/interviews/{interview_id}"


@router.post(
    f"{PREFIX}/questions", status_code=201, summary="Add a question of one's own", responses=problems(404, 409)
)
async def add_question(interview_id: UUID, body: QuestionIn, session: Session, owner: OwnerId) -> InterviewOut:
    """It is put at the end and covers no line of the posting."""
    await interviews.add_question(session, owner, interview_id, body.text, body.kind)
    return InterviewOut.model_validate(await interviews.read(session, owner, interview_id))


@router.patch(f"{PREFIX}/questions/{{question_id}}", summary="Reword a question", responses=problems(404, 409))
async def edit_question(
    interview_id: UUID, question_id: UUID, body: QuestionEdit, session: Session, owner: OwnerId
) -> InterviewOut:
    """An answered question stays as it was asked (409)."""
    changes = body.model_dump(exclude_none=True)
    await interviews.edit_question(session, owner, interview_id, question_id, changes)
    return InterviewOut.model_validate(await interviews.read(session, owner, interview_id))


@router.delete(f"{PREFIX}/questions/{{question_id}}", summary="Remove a question", responses=problems(404, 409))
async def delete_question(interview_id: UUID, question_id: UUID, session: Session, owner: OwnerId) -> InterviewOut:
    """With its takes and their files. The last question of an interview stays (409)."""
    await interviews.delete_question(session, owner, interview_id, question_id)
    return InterviewOut.model_validate(await interviews.read(session, owner, interview_id))


@router.post(f"{PREFIX}/questions/{{question_id}}/swap", summary="Another question", responses=problems(404, 409, 502))
async def swap_question(interview_id: UUID, question_id: UUID, session: Session, owner: OwnerId) -> InterviewOut:
    """A different question in the same place, for the same requirement when there is one left."""
    await interviews.swap_question(owner, interview_id, question_id)
    return InterviewOut.model_validate(await interviews.read(session, owner, interview_id))


@router.put(f"{PREFIX}/order", summary="Order the questions", responses=problems(404, 409))
async def order_questions(interview_id: UUID, body: OrderIn, session: Session, owner: OwnerId) -> InterviewOut:
    """All ids of the interview's questions, each once."""
    await interviews.order_questions(session, owner, interview_id, body.ids)
    return InterviewOut.model_validate(await interviews.read(session, owner, interview_id))


@router.get(f"{PREFIX}/questions/{{question_id}}/speech", summary="The spoken question", responses=problems(404))
async def read_speech(interview_id: UUID, question_id: UUID, session: Session, owner: OwnerId) -> SpeechOut:
    """Audio address, mouth shapes and word times, once they are ready."""
    return SpeechOut.model_validate(await speech.read(session, owner, interview_id, question_id))


@router.get(f"{PREFIX}/closing", summary="The spoken last words", responses=problems(404))
async def read_closing(interview_id: UUID, session: Session, owner: OwnerId) -> SpeechOut:
    """Audio address, mouth shapes and word times, once they are ready."""
    return SpeechOut.model_validate(await speech.read_closing(session, owner, interview_id))


@router.get("/speech/{key}.wav", summary="Audio of a question", response_class=Response, responses=MEDIA_RESPONSES)
async def read_speech_audio(
    key: Annotated[str, Path(pattern="^[0-9a-f]{64}$")], request: Request, session: Session, owner: OwnerId
) -> Response:
    """WAV, 24 kHz, mono; ranges are answered."""
    object_key, final = await speech.audio(session, owner, key)
    return await serve(request, object_key, "audio/wav", immutable=final)
