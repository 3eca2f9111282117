"""What whoever runs this installation sees. Ids and codes; nothing of anybody's answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.api.schemas.common import In, Out


class WorkerOut(Out):
    """A worker process, and how many seconds ago it said that it lives."""

    name: str
    seen_seconds: float


class QueueOut(Out):
    """One queue: jobs that nobody has begun, the age of the oldest, and what is being done."""

    name: str
    waiting: int
    oldest_seconds: float
    running: int
    workers: list[WorkerOut]


class OutboxOut(Out):
    """Jobs recorded and not done; `overdue` ones should have been sent half a minute ago."""

    recorded: int
    overdue: int


class TroubleOut(Out):
    """A stage that failed, or a job that is set aside. What is `parked` is never tried again by itself."""

    id: UUID
    kind: Literal["stage", "job"]
    name: str = Field(description="The stage (`media`, ...) or the kind of job.")
    reason: str = Field(description="A stable code.")
    take_id: UUID | None
    attempt: int
    failures: int
    parked: bool
    at: datetime | None


class ReasonOut(Out):
    """How much failed for one reason."""

    reason: str
    count: int


class LastErrorOut(Out):
    """The last error of a service."""

    code: str
    at: datetime


class ProviderStateOut(Out):
    """A service of others that is chosen or was used. While `paused_seconds` is above 0 it is left alone."""

    id: str
    title: str
    chosen: bool
    paused_seconds: int
    answered_at: datetime | None
    last_error: LastErrorOut | None
    cost_today_usd: float


class OperationsOut(Out):
    """How the installation is. `troubles` come 50 to a page, the newest first."""

    version: str
    mode: Literal["personal", "server"]
    at: datetime
    queue_answers: bool
    queues: list[QueueOut]
    outbox: OutboxOut
    troubles: list[TroubleOut]
    reasons: list[ReasonOut]
    page: int
    pages: int
    total: int
    providers: list[ProviderStateOut]
    last_backup_at: datetime | None


class RetryReasonIn(In):
    """Everything that failed for this reason."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class RetriedOut(Out):
    """How many were set going again, and how many of that reason are left."""

    retried: int
    left: int


class AuditItem(Out):
    """One thing that was done. `who` and `origin` are digests: equal ones are one person, one address."""

    id: int
    created_at: datetime
    action: str
    outcome: str
    who: str | None
    origin: str | None
    kind: str | None
    detail: str | None
    request_id: str | None


class AuditPage(Out):
    """Entries, newest first; `next` asks for the following ones, None at the end."""

    entries: list[AuditItem]
    next: int | None = Field(description="The `before` of the next page.")
