"""Interviews and their questions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from app.api.schemas.common import In, Out
from app.api.schemas.takes import Kind, StageOut, TakeSummary
from app.domain.posting import Seniority
from app.domain.question import Coverage, Question, QuestionKind
from app.domain.speech import SpeechTrack
from app.services.providers.catalog import BY_ID


def _known_provider(identity: str) -> str:
    if identity not in BY_ID:
        raise ValueError("no such provider")
    return identity


QuestionText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=400)]
Speed = Annotated[float, Field(ge=0.5, le=2.0)]
InterviewerId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Style = Literal["warm", "neutral", "challenging"]
ProviderId = Annotated[str, AfterValidator(_known_provider)]
VoiceId = Annotated[
    str, StringConstraints(pattern=r"^([a-z]{2}_[a-z]{2,20}|(elevenlabs|azure_speech):[A-Za-z0-9-]{3,60})$")
]


class Consent(In):
    """What the person agreed to, each by itself. Nothing is recorded or measured without it.

    `recording` is needed for video and voice takes; without `voice` or `presence` those measures are left out of the
    report without any penalty. `providers` are the services of others that may be given what is said and shown.
    """

    recording: bool = False
    voice: bool = False
    presence: bool = False
    providers: list[ProviderId] = Field(default=[], max_length=10)


class ConsentOut(Out):
    """What the person agreed to so far."""

    recording: bool
    voice: bool
    presence: bool
    providers: list[str] = Field(default_factory=list)


class InterviewIn(In):
    """A new interview for a posting."""

    posting_id: UUID
    count: int = Field(8, ge=3, le=15)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    kinds: list[QuestionKind] | None = Field(None, min_length=1, max_length=4)
    difficulty: int | None = Field(None, ge=1, le=5)
    mode: Kind = "video"
    voice: VoiceId | None = Field(None, description="Without one, the interviewer's own.")
    speed: Speed = 1.0
    interviewer: InterviewerId = Field("maya", description="An id of the cast, or `own`: a model kept in the browser.")
    style: Style = Field("neutral", description="Wording, pace and manner; never the questions or the grade.")
    hidden: bool = Field(False, description="Keep the questions as a surprise.")
    follow_ups: bool = Field(True, description="After an answer that leaves something out, ask for it once.")


class InterviewEdit(In):
    """Settings to change; what is left out stays."""

    mode: Kind | None = None
    voice: VoiceId | None = None
    speed: Speed | None = None
    interviewer: InterviewerId | None = None
    style: Style | None = None
    hidden: bool | None = None
    follow_ups: bool | None = None
    consent: Consent | None = None


NotAsked = Literal["instruction", "not_for_an_interview", "personal_data", "language"]


class QuestionIn(In):
    """A question of one's own; without a kind, its wording tells."""

    text: QuestionText
    kind: QuestionKind | None = None


class QuestionEdit(In):
    """Changes to a question; what is left out stays."""

    text: QuestionText | None = None
    kind: QuestionKind | None = None
    seconds: int | None = Field(None, ge=15, le=600)


class OrderIn(In):
    """All questions of the interview in their new order."""

    ids: list[UUID] = Field(min_length=1, max_length=50)


class SpeechState(Out):
    """Whether the audio of a question is there."""

    state: Literal["ready", "preparing", "failed"]
    url: str | None


class SpeechOut(SpeechState):
    """The spoken question: audio, mouth shapes and word times."""

    voice: str
    speed: float
    track: SpeechTrack | None
    error: str | None = Field(description="Why it failed, in plain words.")
    provider: str | None = Field(description="Who spoke, once it is ready.")
    fallback: str | None = Field(description="Why the built-in voice spoke instead, in plain words.")


class QuestionOut(Out):
    """A question in its place. `own` marks one the user wrote or reworded; a follow-up has `question.follows`."""

    id: UUID
    position: int
    own: bool
    question: Question
    speech: SpeechState
    takes: list[TakeSummary]


FollowUpCode = Literal[
    "episode",
    "own_part",
    "result",
    "steps",
    "reason",
    "link",
    "ground",
    "points",
    "complete",
    "no_answer",
    "off",
    "follow_up",
    "asked",
    "superseded",
    "late",
    "unprepared",
    "unreachable",
]


class FollowUpOut(Out):
    """What is asked after an answer, or why nothing is."""

    question: QuestionOut | None
    reason: FollowUpCode
    why: str = Field(description="One plain sentence.")


class PostingSummary(Out):
    """The posting an interview is for, in short."""

    id: UUID
    title: str | None
    company: str | None
    location: str | None
    seniority: Seniority | None


class SettingsOut(Out):
    """How the interview is held and how its questions were chosen."""

    mode: Kind
    voice: str
    speed: float
    interviewer: str
    style: Style
    hidden: bool
    follow_ups: bool
    consent: ConsentOut
    count: int
    seed: int
    kinds: list[QuestionKind] | None
    difficulty: int | None


class Counts(Out):
    """How far an interview is. `finished` counts answers whose analysis has ended, well or badly."""

    asked: int
    answered: int
    finished: int


class InterviewOut(Out):
    """An interview with its questions."""

    id: UUID
    created_at: datetime
    finished_at: datetime | None
    posting: PostingSummary
    settings: SettingsOut
    questions: list[QuestionOut]
    coverage: Coverage
    not_asked: dict[str, NotAsked] = Field(description="Requirement ids that no question is made for, and why.")
    closing: SpeechState | None = Field(description="The last words; None for an interview made before there were any.")
    progress: Counts


class InterviewItem(Out):
    """An interview in the list."""

    id: UUID
    created_at: datetime
    finished_at: datetime | None
    posting: PostingSummary
    mode: Kind
    progress: Counts
    overall: float | None = Field(description="1 to 5, None when nothing is graded yet.")
    range: tuple[float, float] | None


class AnswerProgress(Out):
    """The take that counts for a question and its stages; None and empty when it has not been answered."""

    question_id: UUID
    take_id: UUID | None
    stages: list[StageOut]


class ProgressOut(Out):
    """How far the analysis is, stage by stage."""

    interview_id: UUID
    finished_at: datetime | None
    complete: bool = Field(description="Every answered question's analysis has ended.")
    stages_done: int
    stages_total: int
    speech_ready: int
    speech_total: int = Field(description="Questions, each with its audio.")
    answers: list[AnswerProgress]
