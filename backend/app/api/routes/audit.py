"""The audit log."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from app.api.deps import Session, administrators
from app.api.errors import problems
from app.api.schemas.operations import AuditPage
from app.models.audit import ACTIONS
from app.services.audit import service

router = APIRouter(prefix="/operations", tags=["operations"])
Action = Literal[ACTIONS]  # type: ignore[valid-type]


@router.get("/audit", summary="What was done", dependencies=administrators, responses=problems())
async def read_audit(
    session: Session,
    action: Annotated[Action | None, Query(description="Only this.")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Only entries with a smaller id.")] = None,
    count: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditPage:
    """Newest first, for administrators. It names nobody: persons and addresses are digests."""
    return AuditPage.model_validate(await service.read(session, action=action, before=before, count=count))
