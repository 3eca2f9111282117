"""The report of an interview, as far as it is ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app import __version__
from app.domain.answer import PresenceMeasures, Transcript
from app.domain.observation import Description, Observations
from app.domain.posting import Posting
from app.models.interview import Interview, QuestionRow
from app.services.analysis import observations
from app.services.flow import repository, views
from app.services.interviews import service
from app.services.providers import usage
from app.services.recordings import service as recordings
from app.services.speech import service as speech
from app.utils.json import load


async def read(session: AsyncSession, owner: UUID, interview_id: UUID) -> dict[str, Any]:
    """Everything the report page shows (ReportOut). Raises NotFound."""
    row = await service.read_with_stages(session, owner, interview_id, results=True)
    copies = await repository.copies(session, owner, interview_id)
    kept = await recordings.kept(session, owner)
    clips = await speech.states(session, [question.speech_key for question in row.questions])
    return {
        "interview": views.interview(row, clips),
        "posting": load(Posting, row.posting.posting),
        "summary": views.summary(row),
        "answers": [_answer(row, question, copies, kept) for question in row.questions],
        "usage": await usage.of_interview(row.id),
        "provenance": {"code": __version__, "questions": row.provenance},
    }


def _answer(row: Interview, question: QuestionRow, copies: Mapping[UUID, str], kept: recordings.Kept) -> dict[str, Any]:
    take = recordings.counting(question.takes)
    made = views.results(take)
    return {
        "question_id": question.id,
        "question": views.question(question),
        "take": recordings.view(take, row.id, kept, counts=True) if take else None,
        "transcript": made.get("transcript"),
        "voice": made.get("voice"),
        "presence": made.get("presence"),
        "observations": _observations(made),
        "copies": copies.get(take.id) if take else None,
        "grade": made.get("grade"),
        "tips": made.get("tips", []),
        "stages": views.ordered(take.stages) if take else [],
        "follow_up": views.asked_because(row, question),
    }


def _observations(made: dict[str, Any]) -> Observations | None:
    """What a service described, beside what is measured by now: the check needs no stage of its own, it is instant."""
    if "cloud_video" not in made:
        return None
    presence = load(PresenceMeasures, made["presence"]) if "presence" in made else None
    transcript = load(Transcript, made["transcript"]) if "transcript" in made else None
    return observations.check(load(Description, made["cloud_video"]), presence, transcript)
