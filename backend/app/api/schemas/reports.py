"""The report: the JSON is what the page shows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.api.schemas.common import Out
from app.api.schemas.interviews import InterviewOut
from app.api.schemas.providers import UsageOut
from app.api.schemas.takes import StageOut, TakeOut
from app.domain.answer import PresenceMeasures, Transcript, VoiceMeasures
from app.domain.grade import Grade, Summary, Tip
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
