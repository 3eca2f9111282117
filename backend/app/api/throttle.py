"""Limits on every request of the API, and the headers that say what is left."""

from __future__ import annotations

import ipaddress
import json

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import asking, limits, ratelimit
from app.core.logging import request_id
from app.domain.errors import TooMany

# Over https its name begins with `__Host-`.
SESSION_COOKIES = frozenset({"session", "__Host-session"})


def subject(address: str) -> str:
    """What counts as one address: IPv6 gives a household 2^64 of them."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address or "unknown"
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


class Throttled:
    """Counts requests by address; whoever is signed in is counted by person (`api.deps`), with a ceiling here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        touched: list[ratelimit.Left] = []
        ratelimit.touched.set(touched)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and touched:
                write(MutableHeaders(scope=message), touched)
            await send(message)

        claims = SESSION_COOKIES & cookie_parser(Headers(scope=scope).get("cookie", "")).keys()
        rule = limits.ADDRESS if claims else limits.ANONYMOUS
        try:
            await ratelimit.take(rule, subject(asking.address.get()))
        except TooMany as error:
            await _refuse(sending, error)
            return
        await self._app(scope, receive, sending)


def write(headers: MutableHeaders, touched: list[ratelimit.Left]) -> None:
    """The limit that is nearest to its end (draft-ietf-httpapi-ratelimit-headers, version 03)."""
    nearest = min(touched, key=lambda left: left.remaining / left.limit.count)
    headers["RateLimit-Limit"] = f"{nearest.limit.count}, {nearest.limit.count};w={nearest.limit.window_s}"
    headers["RateLimit-Remaining"] = str(nearest.remaining)
    headers["RateLimit-Reset"] = str(nearest.reset_s)


async def _refuse(send: Send, error: TooMany) -> None:
    content = {"error": error.code, "detail": error.message, "hint": error.hint, "request_id": request_id()}
    body = json.dumps(content).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers.append((b"retry-after", str(error.retry_after_s).encode()))
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": body})
