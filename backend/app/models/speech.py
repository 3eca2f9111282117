"""Spoken questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, names

SPEECH_STATES = ("preparing", "ready", "failed")


class SpeechClip(Base):
    """Audio of one text in one voice. `key` is the digest of all that decides the sound; `track` a `SpeechTrack`."""

    __tablename__ = "speech_clips"
    __table_args__ = (CheckConstraint(f"state IN ({names(SPEECH_STATES)})", "state"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    text: Mapped[str]
    voice: Mapped[str]
    speed: Mapped[float]
    state: Mapped[str] = mapped_column(default="preparing")
    track: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]

    @property
    def object_key(self) -> str:
        """Where the WAV is in the object storage."""
        return f"speech/{self.key}.wav"
