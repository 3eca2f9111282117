"""What administrators see of the running installation."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class AuditItem(BaseModel):
    """One thing that was done. `who` and `origin` are digests: equal ones are one person, one address."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: datetime
    action: str
    outcome: str
    who: str | None
    origin: str | None
    kind: str | None
    detail: str | None
    request_id: str | None


class AuditPage(BaseModel):
    """Entries, newest first; `next` asks for the following ones, None at the end."""

    entries: list[AuditItem]
    next: int | None = Field(description="The `before` of the next page.")
