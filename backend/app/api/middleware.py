"""What every request passes: host and origin checks, size limits, headers, a request id, one line in the log.

Plain ASGI: `BaseHTTPMiddleware` would buffer the event stream and hide that an upload was cut off.
"""

from __future__ import annotations

import json
import time
from contextvars import ContextVar
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import cookies
from app.core.config import MIB
from app.core.logging import place

log = structlog.get_logger()
_request_id: ContextVar[str] = ContextVar("request_id", default="")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# "none": typed, or a bookmark; programs and old browsers say nothing.
OWN_SITES = frozenset({"same-origin", "none"})
JSON_BYTES, FILE_BYTES, HOOK_BYTES = MIB, 2 * MIB, 64 * 1024
# Frame of a multipart body around one file of FILE_BYTES.
MULTIPART_BYTES = 64 * 1024
# Every answer of the upload protocol names its version, errors too.
UPLOADS, TUS_VERSION = "/api/uploads", "1.0.0"
# What services of others call. They know this server by its public address, which serves nothing else.
HOOKS = "/api/webhooks/"
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; media-src 'self' blob:; "
        "img-src 'self' blob: data:; connect-src 'self'; style-src 'self'; font-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def security_headers(media_origin: str | None) -> dict[str, str]:
    """The headers of every answer; recordings and their stills may also come from `media_origin`."""
    if media_origin is None:
        return SECURITY_HEADERS
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    for kind in ("connect-src", "media-src", "img-src"):
        policy = policy.replace(f"{kind} 'self'", f"{kind} 'self' {media_origin}")
    return SECURITY_HEADERS | {"Content-Security-Policy": policy}


def request_id() -> str:
    """The id of the request that is being answered."""
    return _request_id.get()


async def _refuse(send: Send, status: int, code: str, detail: str, hint: str | None) -> None:
    body = json.dumps({"error": code, "detail": detail, "hint": hint, "request_id": request_id()}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Observed:
    """Gives the request its id, the answer its security headers, and the log its line (no query, no user text)."""

    def __init__(self, app: ASGIApp, media_origin: str | None = None) -> None:
        self._app = app
        self._headers = security_headers(media_origin)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity, started, status = uuid4().hex, time.perf_counter(), 0
        _request_id.set(identity)
        structlog.contextvars.bind_contextvars(request_id=identity)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = identity
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                if scope["path"].startswith(UPLOADS):
                    headers["Tus-Resumable"] = headers["Tus-Version"] = TUS_VERSION
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            log.error("unexpected", type=type(error).__name__, place=place(error))
            if status:
                raise  # the answer has begun: only cutting it off tells the client
            hint = "Try again; the logs know this request id."
            await _refuse(sending, 500, "internal", "Something went wrong on our side.", hint)
        finally:
            route = getattr(scope.get("route"), "path", None)
            took_ms = round((time.perf_counter() - started) * 1000, 1)
            log.info("request", method=scope["method"], route=route, status=status, ms=took_ms)
            structlog.contextvars.unbind_contextvars("request_id")


class Guarded:
    """Answers only under the allowed host names, and changes things only for its own pages (or for no page at all)."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], public_url: str | None = None) -> None:
        self._app = app
        self._hosts = hosts
        self._public = (urlsplit(public_url).hostname or "") if public_url else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = _without_port(host)
        called = bool(self._public) and name == self._public and scope["path"].startswith(HOOKS)
        if name not in self._hosts and not called:
            # A page of another site whose name was made to point here (DNS rebinding) must not be served.
            hint = "Open http://localhost with the port that was printed."
            await _refuse(send, 403, "host_refused", "This address is not one this server answers to.", hint)
        elif not _from_own_page(scope, headers, host):
            hint = "Use the page that this server gives out."
            await _refuse(send, 403, "origin_refused", "The request comes from a page of another site.", hint)
        else:
            await self._app(scope, receive, send)


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return (name if name and port.isdecimal() else host).lower()


def _from_own_page(scope: Scope, headers: Headers, host: str) -> bool:
    if scope["method"] not in SAFE_METHODS:
        return _same_origin(headers, host)
    # Reading is refused only with the cookie of a sign-in. Pages are for every link, and log-in services come back.
    path = scope["path"]
    if not path.startswith("/api/") or path == cookies.CALLBACK or not cookies.are_shown(headers):
        return True
    return headers.get("sec-fetch-site", "none") in OWN_SITES


def _same_origin(headers: Headers, host: str) -> bool:
    if headers.get("sec-fetch-site", "none") not in OWN_SITES:
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


class Bounded:
    """Stops a body at its limit: by the announced length at once, else where the bytes pass it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(UPLOADS):
            await self._app(scope, receive, send)  # uploads have limits of their own
            return
        limit, said = JSON_BYTES, f"{JSON_BYTES // MIB} MB"
        if scope["path"].startswith("/api/postings/") and scope["path"].endswith("/file"):
            limit, said = FILE_BYTES + MULTIPART_BYTES, f"{FILE_BYTES // MIB} MB"
        elif scope["path"].startswith(HOOKS):
            limit, said = HOOK_BYTES, f"{HOOK_BYTES // 1024} kB"
        hint = f"The limit is {said}"
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > limit:
            await _refuse(send, 413, "too_large", "The request is too large.", f"{hint}.")
            return
        seen = 0

        async def receiving() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                # FastAPI lets only this exception through while it reads a body.
                raise HTTPException(413, hint)
            return message

        await self._app(scope, receiving, send)
