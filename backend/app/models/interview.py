"""Interviews and questions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Owned, names
from app.models.posting import PostingRow

if TYPE_CHECKING:
    from app.models.take import Take

KINDS = ("video", "voice", "typed")
STYLES = ("warm", "neutral", "challenging")


class Interview(Owned, Base):
    """One interview for one posting. `replaced` holds texts of questions that were swapped out or deleted.

    `interviewer` is an id of the cast or `own`; `closing_key` the clip with the last words.
    """

    __tablename__ = "interviews"
    __table_args__ = (
        CheckConstraint(f"mode IN ({names(KINDS)})", "mode"),
        CheckConstraint(f"style IN ({names(STYLES)})", "style"),
    )

    posting_id: Mapped[UUID] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"), index=True)
    mode: Mapped[str]
    voice: Mapped[str]
    speed: Mapped[float]
    interviewer: Mapped[str] = mapped_column(server_default="maya")
    style: Mapped[str] = mapped_column(server_default="neutral")
    closing_key: Mapped[str | None] = mapped_column(index=True)
    hidden: Mapped[bool]
    follow_ups: Mapped[bool] = mapped_column(server_default=true(), default=True)
    consent: Mapped[dict[str, Any]]
    count: Mapped[int]
    seed: Mapped[int]
    kinds: Mapped[list[Any] | None]
    difficulty: Mapped[int | None]
    replaced: Mapped[list[Any]]
    provenance: Mapped[dict[str, Any]]
    finished_at: Mapped[datetime | None]

    posting: Mapped[PostingRow] = relationship(lazy="raise")
    questions: Mapped[list[QuestionRow]] = relationship(
        lazy="raise", order_by="QuestionRow.position", passive_deletes="all", back_populates="interview"
    )


class QuestionRow(Owned, Base):
    """A question in its place; `question` is an `app.domain.question.Question` whose id is this row's id.

    A follow-up has the question before it in `follows_id`.
    """

    __tablename__ = "questions"

    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interviews.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    own: Mapped[bool] = mapped_column(default=False)
    question: Mapped[dict[str, Any]]
    speech_key: Mapped[str] = mapped_column(index=True)
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), unique=True)

    interview: Mapped[Interview] = relationship(lazy="raise", back_populates="questions")
    takes: Mapped[list[Take]] = relationship(
        lazy="raise", order_by="Take.number", passive_deletes="all", back_populates="question"
    )


class PreparedClip(Base):
    """A clip spoken ahead: the follow-up that may be asked after a question for one `reason`."""

    __tablename__ = "prepared_clips"

    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    speech_key: Mapped[str] = mapped_column(index=True)
