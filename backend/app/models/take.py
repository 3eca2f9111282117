"""Takes, their uploads and the stages of their analysis."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import JSON, Base, Owned, Row, names
from app.models.interview import KINDS, QuestionRow

STAGES = ("media", "transcript", "voice", "presence", "cloud_video", "grade", "tips")
LISTENING_STATES = ("listening", "done", "stopped")
STATES = ("waiting", "queued", "running", "done", "failed", "skipped")


class Take(Owned, Base):
    """One answer to a question. The newest complete one counts; all files of a take live under `prefix`.

    `follow_up` is what was decided after it: an `app.domain.question.FollowUp` with `question_id`, or the reason for
    none.
    """

    __tablename__ = "takes"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        CheckConstraint(f"kind IN ({names(KINDS)})", "kind"),
    )

    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    kind: Mapped[str]
    text: Mapped[str | None]
    duration_ms: Mapped[int | None]
    completed_at: Mapped[datetime | None]
    media_key: Mapped[str | None]
    media_type: Mapped[str | None]
    media_bytes: Mapped[int | None] = mapped_column(BigInteger)
    audio_key: Mapped[str | None]
    poster_key: Mapped[str | None]
    follow_up: Mapped[dict[str, Any] | None]

    question: Mapped[QuestionRow] = relationship(lazy="raise", back_populates="takes")
    upload: Mapped[Upload | None] = relationship(lazy="raise", passive_deletes="all", back_populates="take")
    stages: Mapped[list[Stage]] = relationship(lazy="raise", passive_deletes="all", back_populates="take")

    @property
    def prefix(self) -> str:
        """Where the files of this take are in the object storage."""
        return f"takes/{self.id}/"

    @property
    def uploads_prefix(self) -> str:
        """Where the parts of its uploads are."""
        return f"{self.prefix}uploads/"


class Upload(Owned, Base):
    """A tus upload. `head` keeps the first bytes: they say what kind of file it is, across parts of any size."""

    __tablename__ = "uploads"

    take_id: Mapped[UUID] = mapped_column(ForeignKey("takes.id", ondelete="CASCADE"), unique=True)
    length: Mapped[int | None] = mapped_column(BigInteger)
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    meta: Mapped[str] = mapped_column(default="")
    head: Mapped[bytes] = mapped_column(default=b"")
    expires_at: Mapped[datetime]

    take: Mapped[Take] = relationship(lazy="raise", back_populates="upload")
    parts: Mapped[list[UploadPart]] = relationship(lazy="raise", order_by="UploadPart.start", passive_deletes="all")


class Listening(Base):
    """What has been understood of a take while it is recorded; provisional, only follow-ups are chosen from it.

    `words` is the transcript up to `heard_ms`; `state` is `listening`, `done` (to the last byte of the upload) or
    `stopped`. The worker that listens holds the lease until `lease_until`.
    """

    __tablename__ = "listenings"
    __table_args__ = (CheckConstraint(f"state IN ({names(LISTENING_STATES)})", "state"),)

    take_id: Mapped[UUID] = mapped_column(ForeignKey("takes.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    state: Mapped[str] = mapped_column(default="listening")
    words: Mapped[list[Any]] = mapped_column(default=list)
    heard_ms: Mapped[int] = mapped_column(default=0)
    cpu_seconds: Mapped[float] = mapped_column(default=0.0)
    attempt: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]


class UploadPart(Base):
    """The immutable object that one PATCH became: bytes [start, start + size) of the upload."""

    __tablename__ = "upload_parts"

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str]


class Stage(Row, Base):
    """One step of the analysis of a take.

    A worker that computes it holds the lease: `lease_token` until `lease_until`, renewed while it works. `due_at` is
    when the sweep sends a queued stage again. `progress` is what a stage that waits for somebody else remembers between
    its looks. `result` stays through a retry: equal `input_hash`, equal result.

    `attempt` counts the starts; `crashes` those of them that took the worker with them or lost their lease otherwise.
    `failures` counts the runs that failed since it was done or an administrator let it run again. A stage with
    `parked_at` is set aside: only an administrator runs it again. `trace` is the `traceparent` of what queued it.
    """

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("take_id", "name"),
        CheckConstraint(f"name IN ({names(STAGES)})", "name"),
        CheckConstraint(f"state IN ({names(STATES)})", "state"),
    )

    take_id: Mapped[UUID] = mapped_column(ForeignKey("takes.id", ondelete="CASCADE"))
    name: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str | None]
    attempt: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    input_hash: Mapped[str | None]
    result: Mapped[Any | None] = mapped_column(JSON)
    error: Mapped[dict[str, Any] | None]
    progress: Mapped[dict[str, Any] | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cpu_seconds: Mapped[float | None]
    failures: Mapped[int] = mapped_column(server_default="0", default=0)
    crashes: Mapped[int] = mapped_column(server_default="0", default=0)
    parked_at: Mapped[datetime | None]
    trace: Mapped[str | None]

    take: Mapped[Take] = relationship(lazy="raise", back_populates="stages")

    @property
    def parked(self) -> bool:
        """Whether only an administrator runs it again."""
        return self.parked_at is not None
