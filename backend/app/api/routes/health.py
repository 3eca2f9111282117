"""Whether the process lives and whether its services answer."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.api.schemas.system import LiveOut, ReadyOut
from app.services import system

router = APIRouter(tags=["health"])


@router.get("/livez", summary="The process answers")
async def live() -> LiveOut:
    """Nothing else is asked."""
    return LiveOut()


@router.get(
    "/readyz", summary="Every service answers", responses={503: {"model": ReadyOut, "description": "Not ready."}}
)
async def ready(response: Response) -> ReadyOut:
    """Database, queue, flow server, and a worker seen in the last 30 seconds."""
    state = ReadyOut.model_validate(await system.readiness())
    response.status_code = 200 if state.ready else 503
    return state
