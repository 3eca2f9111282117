"""Takes: recorded or typed answers, and how far their analysis is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.api.schemas.common import In, Out

Kind = Literal["video", "voice", "typed"]
StageName = Literal["media", "transcript", "voice", "presence", "cloud_video", "grade", "tips"]
StageState = Literal["waiting", "queued", "running", "done", "failed", "skipped"]


class StageErrorOut(Out):
    """Why a stage failed. `stage_blocked` means that the stage named in the message failed before it."""

    code: str
    message: str
    hint: str | None = None
    provider: str | None = None


class StageOut(Out):
    """One step of the analysis of a take. One that is `parked` is not tried again by itself or by its owner."""

    name: StageName
    state: StageState
    reason: str | None = Field(description="Why it was skipped, in plain words.")
    error: StageErrorOut | None
    parked: bool
    attempt: int
    started_at: datetime | None
    finished_at: datetime | None
    cpu_seconds: float | None


class UploadOut(Out):
    """The unfinished upload of a take: where to resume it."""

    url: str
    offset: int
    length: int | None
    expires_at: datetime


class TakeIn(In):
    """A new take. A typed one carries its text and is complete at once."""

    kind: Kind
    text: Annotated[str, StringConstraints(max_length=20_000)] | None = None


class FinishIn(In):
    """The recorder's own idea of the length; the file decides."""

    duration_ms: int | None = Field(None, ge=0, le=24 * 3600 * 1000)


class RetryIn(In):
    """A failed stage to run again, with what depends on it."""

    stage: StageName


class TakeSummary(Out):
    """A take in the list of a question's takes. `counts` marks the one that the report uses."""

    id: UUID
    number: int
    kind: Kind
    state: Literal["recording", "complete"]
    created_at: datetime
    duration_ms: int | None
    counts: bool


class TakeOut(TakeSummary):
    """A take with its files and stages."""

    question_id: UUID
    interview_id: UUID
    completed_at: datetime | None
    size_bytes: int | None
    text: str | None = Field(description="The words of a typed take.")
    media_url: str | None
    media_type: str | None
    media_expires_at: datetime | None = Field(description="When the recording is deleted by itself.")
    poster_url: str | None
    upload: UploadOut | None
    stages: list[StageOut]
