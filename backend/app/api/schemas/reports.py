"""The report: the JSON is what the page shows."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Out
from app.api.schemas.interviews import InterviewOut
from app.api.schemas.providers import UsageOut
from app.api.schemas.takes import StageOut, TakeOut
from app.domain.answer import PresenceMeasures, Transcript, VoiceMeasures
from app.domain.grade import Grade, Summary, Tip
from app.domain.observation import Observations
from app.domain.posting import Posting
from app.domain.question import Question


class FollowUpNote(Out):
    """Why a follow-up was asked, with the words it refers to, as they stand in the transcript."""

    why: str
    quote: str | None


class AnswerOut(Out):
    """One question with the answer that counts. What is None was not measured; the stage says why."""

    question_id: UUID
    question: Question
    take: TakeOut | None
    transcript: Transcript | None
    voice: VoiceMeasures | None
    presence: PresenceMeasures | None
    observations: Observations | None = Field(description="Moments a service of others described, checked.")
    copies: Literal["stored", "deleted"] | None = Field(
        description="What services of others stored of this answer; None when nothing was sent."
    )
    grade: Grade | None
    tips: list[Tip]
    stages: list[StageOut]
    follow_up: FollowUpNote | None


class ReportOut(Out):
    """The whole interview, graded as far as the analysis is."""

    interview: InterviewOut
    posting: Posting
    summary: Summary
    answers: list[AnswerOut]
    usage: UsageOut
    provenance: dict[str, Any]
