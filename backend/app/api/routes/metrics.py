"""Numbers for Prometheus."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response

from app.api.middleware import METRICS
from app.core.config import settings
from app.domain.errors import NotFound
from app.services.operations import metrics

router = APIRouter(include_in_schema=False)


@router.get(METRICS)
async def read_metrics(request: Request) -> Response:
    """For a collector on this machine or its private network, or one that shows REHEARSAL_METRICS_TOKEN."""
    if not (_has_token(request) or _is_near(request)):
        raise NotFound("This address does not exist.")
    return Response(await metrics.text(), media_type=metrics.CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _has_token(request: Request) -> bool:
    token = settings().metrics_token
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if token is None or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), token.get_secret_value().encode())


def _is_near(request: Request) -> bool:
    """Whether a neighbour asks, and not a proxy for somebody else."""
    if request.scope.get("forwarded") or any(name in request.headers for name in ("x-real-ip", "via")):
        return False
    try:
        peer = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return peer.is_loopback or peer.is_private
