"""What this installation is."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.errors import problems
from app.api.schemas.system import SystemOut
from app.services import system

router = APIRouter(tags=["system"])


@router.get("/system", summary="Mode, limits, voices and providers", responses=problems())
async def read_system() -> SystemOut:
    """What a page needs to know before it asks for anything."""
    return SystemOut.model_validate(await system.describe())
