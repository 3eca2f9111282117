"""Consent, retention, exports and erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import In, Out

PHRASE = "delete everything"


class ConsentEntryOut(Out):
    """One giving or withdrawal; without an interview it is the standing choice."""

    granted: bool
    at: datetime
    interview_id: UUID | None
    interview: str | None = Field(description="The title of its posting, while there is one.")
    text_version: str = Field(description="Which words were shown (docs/privacy.md).")


class ConsentKindOut(Out):
    """A kind of consent: `recording`, `voice`, `presence`, or the id of a provider."""

    kind: str
    title: str | None = Field(description="The name of the provider; null for what is done on this machine.")
    granted: bool | None = Field(description="The standing choice; null when none was made.")
    results: int = Field(description="Answers that have something made with this consent.")
    history: list[ConsentEntryOut] = Field(description="The newest first.")


class ConsentIn(In):
    """The standing choice. Withdrawing holds for every interview at once; giving changes none."""

    granted: bool


class DeletedOut(Out):
    """How many answers were touched."""

    answers: int


class KeptOut(Out):
    """What is kept, in numbers."""

    postings: int
    resumes: int = Field(description="Postings with lines of a résumé.")
    interviews: int
    answers: int
    recordings: int
    recording_bytes: int
    copies: int = Field(description="Things of this owner that are stored at services of others now.")


class RetentionOut(Out):
    """How long recordings stay."""

    days: int
    most_days: int = Field(description="The limit of this installation.")
    answers_too: bool = Field(description="What was said, measured and graded goes with the recording.")


class RetentionIn(In):
    """How long recordings stay; never longer than the installation says."""

    days: int = Field(ge=1, le=36_500)
    answers_too: bool = False


class PrivacyOut(Out):
    """What is kept of an owner, and until when."""

    kept: KeptOut
    next_expiry: datetime | None = Field(description="When the oldest recording is deleted by itself.")
    everything_until: datetime | None = Field(description="When everything of a guest goes.")
    retention: RetentionOut


class ExportOut(Out):
    """An archive of everything an owner has."""

    id: UUID
    state: Literal["waiting", "ready", "failed"]
    created_at: datetime
    size_bytes: int | None
    made: float = Field(description="From 0 to 1, how much of the recordings is in it.")
    expires_at: datetime | None
    url: str | None


class ErasureIn(In):
    """Everything is to go; `confirm` repeats the words."""

    confirm: Literal["delete everything"]


class ReceiptOut(Out):
    """The code of a receipt. It is shown once and stored nowhere."""

    receipt: str


class ErasedPartOut(Out):
    """One kind of what is erased. `late_files` is the last look, when nothing can be written any more."""

    kind: str
    count: int
    ended_at: datetime | None


class ErasureOut(Out):
    """What became of an erasure. It says nothing of whose it was."""

    requested_at: datetime
    finished_at: datetime | None
    done: bool
    looked_again_at: datetime = Field(description="When the last look is taken.")
    parts: list[ErasedPartOut]
