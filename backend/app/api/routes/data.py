"""Everything one owner has."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.deps import OwnerId, Session
from app.api.errors import problems
from app.services.flow import privacy

router = APIRouter(tags=["privacy"])


@router.delete("/data", status_code=204, summary="Delete everything", responses=problems())
async def delete_data(session: Session, owner: OwnerId) -> None:
    """Postings, interviews, takes, recordings and audio, for good."""
    await privacy.delete_everything(session, owner)
