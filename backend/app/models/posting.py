"""Stored postings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Owned, names

SOURCES = ("text", "file", "url")


class PostingRow(Owned, Base):
    """A posting as it was understood and corrected; `posting` is an `app.domain.posting.Posting`.

    `resume` is an `app.domain.resume.GapMap`: which requirements a résumé shows, with the lines quoted for them.
    Nothing else of a résumé is stored.
    """

    __tablename__ = "postings"
    __table_args__ = (CheckConstraint(f"source IN ({names(SOURCES)})", "source"),)

    source: Mapped[str]
    posting: Mapped[dict[str, Any]] = mapped_column()
    resume: Mapped[dict[str, Any] | None] = mapped_column()
