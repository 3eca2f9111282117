"""What somebody agreed to, how long their recordings stay, their exports, and the receipts of erasures."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Owned, Row, names

EXPORT_STATES = ("waiting", "ready", "failed")


class ConsentEntry(Owned, Base):
    """One giving or withdrawal, never changed afterwards (the database refuses an UPDATE).

    `kind` is `recording`, `voice`, `presence` or the id of a provider. Without `interview_id` it is the standing
    choice. `text_version` names the words that were shown (docs/privacy.md). `number` orders entries of one moment.
    The interview may be gone: the entry stays until its owner is erased.
    """

    __tablename__ = "consent_entries"

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    kind: Mapped[str]
    granted: Mapped[bool]
    interview_id: Mapped[UUID | None] = mapped_column(index=True)
    text_version: Mapped[str]


class PrivacyChoice(Base):
    """How long an owner's recordings stay; without a row, as long as the installation says.

    `retention_days` may only shorten that. With `answers_too`, what was said, measured and graded goes with them.
    """

    __tablename__ = "privacy_choices"
    __table_args__ = (CheckConstraint("retention_days >= 1", "retention_days"),)

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("owners.id", ondelete="CASCADE"), primary_key=True)
    retention_days: Mapped[int | None]
    answers_too: Mapped[bool] = mapped_column(server_default=false(), default=False)


class Export(Owned, Base):
    """An archive of everything an owner has, at `object_key` once it is `ready`, until `expires_at`.

    While it is `waiting`, `due_at` is when it is sent to the workers again; the one that makes it holds the lease until
    `lease_until`, renewed while it works.
    """

    __tablename__ = "exports"
    __table_args__ = (CheckConstraint(f"state IN ({names(EXPORT_STATES)})", "state"),)

    state: Mapped[str] = mapped_column(server_default="waiting", default="waiting")
    object_key: Mapped[str | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    done_bytes: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    total_bytes: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    due_at: Mapped[datetime] = mapped_column(index=True)
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)

    @property
    def prefix(self) -> str:
        """Where the tries of this export are in the object storage."""
        return f"exports/{self.id}/"


class Erasure(Row, Base):
    """The receipt of an erasure: numbers and times only, found by the sha256 of its code.

    `parts` maps each kind to `{"count", "ended_at"}`. `pending` names what has still to be deleted (prefixes of random
    ids, ids of takes) and is emptied at the end; `owner_id` as well. Its sha256 stays in `owner_digest`: whoever comes
    back with an old backup is erased again by it (`services.backup.erasures`), and it names nobody. `due_at` and
    `lease_until` are those of an export. `settle_at` is when nothing that was being written at the time of the erasure
    can be written any more: everything is looked at once more then.
    """

    __tablename__ = "erasures"

    digest: Mapped[str] = mapped_column(unique=True)
    owner_id: Mapped[UUID | None] = mapped_column(index=True)
    owner_digest: Mapped[str | None]
    parts: Mapped[dict[str, Any]]
    pending: Mapped[dict[str, Any]]
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    lease_until: Mapped[datetime | None]
    settle_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
