"""Services of others: how they are set up, what they cost, and what is stored there."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Row, names

PORTS = ("language_model", "text_to_speech", "speech_to_text", "cloud_video")


class ProviderSettings(Base):
    """What the settings page says about one provider. `secret` is sealed by `core.vault`; it is never given out."""

    __tablename__ = "provider_settings"

    provider: Mapped[str] = mapped_column(primary_key=True)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secret: Mapped[bytes | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), onupdate=func.clock_timestamp())


class ProviderChoice(Base):
    """Who does the work of a port; without a row the embedded one does."""

    __tablename__ = "provider_choices"
    __table_args__ = (CheckConstraint(f"port IN ({names(PORTS)})", "port"),)

    port: Mapped[str] = mapped_column(primary_key=True)
    provider: Mapped[str]


class Budget(Base):
    """How much may be spent, in millionths of a US dollar; one row."""

    __tablename__ = "budgets"
    __table_args__ = (CheckConstraint("one", "one"),)

    one: Mapped[bool] = mapped_column(primary_key=True, default=True)
    interview: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[int] = mapped_column(BigInteger)


class ModelTicketRow(Row, Base):
    """The right of a flow to ask a language model, for some minutes. `budget` in millionths of a US dollar.

    `interview_id` is None while an interview is being planned that does not exist yet. The calls count against the
    limits of `owner_id`.
    """

    __tablename__ = "model_tickets"

    interview_id: Mapped[UUID | None] = mapped_column(ForeignKey("interviews.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("owners.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    provider: Mapped[str]
    budget: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ProviderUsage(Row, Base):
    """One paid call. `cost` (millionths of a US dollar) is an upper bound until the call has ended (`settled`).

    It outlives the interview, without saying whose it was: the bill of a day does not shrink by a deletion.
    """

    __tablename__ = "provider_usage"

    provider: Mapped[str]
    model: Mapped[str]
    purpose: Mapped[str]
    interview_id: Mapped[UUID | None] = mapped_column(ForeignKey("interviews.id", ondelete="SET NULL"), index=True)
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("model_tickets.id", ondelete="SET NULL"), index=True)
    settled: Mapped[bool] = mapped_column(default=False)
    cost: Mapped[int] = mapped_column(BigInteger)
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    characters: Mapped[int | None]
    seconds: Mapped[float | None]


class ProviderCopy(Row, Base):
    """Something of a take that is stored at a provider and must be deleted there.

    The row is written before the upload, so nothing can be there that is not known here; it outlives its take.
    `remote_id` is None until the provider has named the thing; `label` is the name we gave it, to find it again.
    It is deleted there once `delete_after` has come, or at once when its take or its use has ended; `attempts` counts
    the tries. `deleted_at` is when the provider said that it does not have it any more.
    """

    __tablename__ = "provider_copies"
    __table_args__ = (UniqueConstraint("provider", "kind", "label"),)

    provider: Mapped[str]
    kind: Mapped[str]
    label: Mapped[str]
    remote_id: Mapped[str | None]
    take_id: Mapped[UUID | None] = mapped_column(index=True)
    delete_after: Mapped[datetime | None] = mapped_column(index=True)
    deleted_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
