"""The report of an interview, as far as it is ready."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app import __version__
from app.domain.posting import Posting
from app.models.interview import Interview, QuestionRow
from app.services.flow import views
from app.services.interviews import service
from app.services.providers import usage
from app.services.recordings import service as recordings
from app.services.speech import service as speech
from app.utils.json import load


async def read(session: AsyncSession, owner: UUID, interview_id: UUID) -> dict[str, Any]:
    """Everything the report page shows (ReportOut). Raises NotFound."""
    row = await service.read_with_stages(session, owner, interview_id, results=True)
    clips = await speech.states(session, [question.speech_key for question in row.questions])
    return {
        "interview": views.interview(row, clips),
        "posting": load(Posting, row.posting.posting),
        "summary": views.summary(row),
        "answers": [_answer(row, question) for question in row.questions],
        "usage": await usage.of_interview(row.id),
        "provenance": {"code": __version__, "questions": row.provenance},
    }


def _answer(row: Interview, question: QuestionRow) -> dict[str, Any]:
    take = recordings.counting(question.takes)
    made = views.results(take)
    return {
        "question_id": question.id,
        "question": views.question(question),
        "take": recordings.view(take, row.id, counts=True) if take else None,
        "transcript": made.get("transcript"),
        "voice": made.get("voice"),
        "presence": made.get("presence"),
        "grade": made.get("grade"),
        "tips": made.get("tips", []),
        "stages": views.ordered(take.stages) if take else [],
        "follow_up": views.asked_because(row, question),
    }
