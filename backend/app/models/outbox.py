"""Jobs recorded in the transaction that causes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Row


class OutboxJob(Row, Base):
    """A job to be sent to a worker, ids only. It is sent (again) when `due_at` has come.

    `keep`: the row stays until the task reports that it is done, so a broker that forgets loses nothing. Without it
    the row goes when it is sent: the stage's own row brings it back. `urgency` is its place in the queue, 0 first.

    A kept job counts its starts in `attempts` and those that ended with an error in `failures`; a start that ended in
    neither way took its process with it. With `parked_at` it is set aside for its `reason` (a code) until an
    administrator lets it run again. `request_id` and `trace` (a `traceparent`) are
    of what caused it.
    """

    __tablename__ = "outbox"

    task: Mapped[str]
    args: Mapped[list[Any]]
    queue: Mapped[str]
    limit_s: Mapped[int]
    keep: Mapped[bool]
    urgency: Mapped[int] = mapped_column(server_default="6")
    due_at: Mapped[datetime] = mapped_column(index=True)
    request_id: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    failures: Mapped[int] = mapped_column(server_default="0", default=0)
    reason: Mapped[str | None]
    parked_at: Mapped[datetime | None]
    trace: Mapped[str | None]
