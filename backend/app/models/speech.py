"""Spoken questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, names

SPEECH_STATES = ("preparing", "ready", "failed")


class SpeechClip(Base):
    """Audio of one text in one voice. `key` is the digest of all that decides the sound; `track` a `SpeechTrack`.

    `voice` is the one that was asked for, `provider` who spoke. When that was the built-in voice in place of another
    one, `fallback` is the reason, as a sentence for the person.

    `object_key` is where the WAV is, another one each time the row is made: the deletion of an old clip's file, which
    happens later, never takes the file of a clip made again meanwhile.
    """

    __tablename__ = "speech_clips"
    __table_args__ = (CheckConstraint(f"state IN ({names(SPEECH_STATES)})", "state"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    object_key: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    text: Mapped[str]
    voice: Mapped[str]
    speed: Mapped[float]
    state: Mapped[str] = mapped_column(default="preparing")
    track: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    provider: Mapped[str | None]
    fallback: Mapped[str | None]
