"""Calls by services of others."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request

from app.api.errors import problems
from app.services.flow import webhooks

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
SIGNATURE = "`t=SECONDS,v1=HEX`: HMAC-SHA256 of `SECONDS.BODY` with the webhook's secret, at most 5 minutes old."


@router.post(
    "/twelvelabs",
    status_code=204,
    summary="Twelve Labs says that a description has ended",
    responses=problems(401, 404, 413),
)
async def twelvelabs(
    request: Request, signature: Annotated[str, Header(alias="TL-Signature", description=SIGNATURE)] = ""
) -> None:
    """It is only believed that it is time to look; what has ended is asked for. 404 unless a webhook is set up."""
    await webhooks.twelvelabs(signature, await request.body())
