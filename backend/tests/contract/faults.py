"""Faults for the local stand-ins of other people's services, and a log of what was asked of them.

    vendor = Vendor(app)                      # any ASGI application that answers as the service does
    with serving(vendor) as url:              # http://127.0.0.1:PORT, in a thread of its own
        vendor.next(status(429, b"{}", retry_after="2"))
        ...
        assert vendor.seen[-1].headers["xi-api-key"] == "test-key"

A fault is used once, by the next request whose path begins with its `path`. All other requests go to the application.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
KEY = "test-key-0123456789"  # the one key that every stand-in accepts


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with one request.

    With `status` this answer is given instead of the application's. Without it the application answers, and its body
    is cut: `keep` is the share (0-1) of it that is sent; with `broken` the full length was promised and the connection
    ends, otherwise the shorter body is all there is. `delay_s` comes before the first byte, `stall_s` in the middle.
    """

    path: str = "/"
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_s: float = 0.0
    stall_s: float = 0.0
    keep: float = 1.0
    broken: bool = False


def status(code: int, body: Any = b"", *, retry_after: str | None = None, path: str = "/") -> Fault:
    """An answer with this status; a dict is sent as JSON."""
    headers = {} if retry_after is None else {"retry-after": retry_after}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Fault(path=path, status=code, headers={"content-type": "application/json", **headers}, body=data)


def slow(seconds: float, *, path: str = "/") -> Fault:
    """The right answer, late."""
    return Fault(path=path, delay_s=seconds)


def stalled(seconds: float, *, keep: float = 0.5, path: str = "/") -> Fault:
    """The beginning of the right answer, and the rest late."""
    return Fault(path=path, stall_s=seconds, keep=keep)


def cut_off(keep: float = 0.5, *, path: str = "/") -> Fault:
    """The connection ends in the middle of the right answer."""
    return Fault(path=path, keep=keep, broken=True)


def truncated(keep: float = 0.5, *, path: str = "/") -> Fault:
    """A whole answer that ends in the middle of its JSON."""
    return Fault(path=path, keep=keep)


def garbage(*, path: str = "/") -> Fault:
    """200 and JSON by its header, but no JSON."""
    return Fault(path=path, status=200, headers={"content-type": "application/json"}, body=b"\x00\xff\xfe{{{<nothing>")


def web_page(*, path: str = "/") -> Fault:
    """200 and a web page: what a proxy or a captive portal answers."""
    page = b"<!doctype html><title>Sign in</title><p>Please sign in to this network."
    return Fault(path=path, status=200, headers={"content-type": "text/html; charset=utf-8"}, body=page)


@dataclass(frozen=True)
class Seen:
    """One request as it came: header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class _Cut(Exception):
    """Makes the server end the connection."""


class Vendor:
    """An ASGI application with faults before it and a log of its requests."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.seen: list[Seen] = []
        self.faults: list[Fault] = []

    def next(self, *faults: Fault) -> None:
        """Let the next matching requests go wrong, one after the other."""
        self.faults.extend(faults)

    def forget(self) -> None:
        """Back to the beginning: no faults, no requests seen."""
        self.seen.clear()
        self.faults.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        body = await _whole(receive)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        self.seen.append(Seen(scope["method"], scope["path"], query, headers, body))
        fault = next((one for one in self.faults if scope["path"].startswith(one.path)), None)
        if fault is None:
            return await self.app(scope, _again(body), send)
        self.faults.remove(fault)
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.status is not None:
            answer = {"status": fault.status, "headers": [], "body": fault.body}
            answer["headers"] = [(name.encode(), value.encode()) for name, value in fault.headers.items()]
        else:
            answer = await _answer(self.app, scope, body)
        await _send(answer, fault, send)


async def _whole(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _again(body: bytes) -> Receive:
    """The body that was read already; after it nothing comes any more, as from a client that waits."""
    given = False

    async def receive() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            await asyncio.Event().wait()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _answer(app: App, scope: Scope, body: bytes) -> dict[str, Any]:
    """What the application would have sent."""
    answer: dict[str, Any] = {"status": 500, "headers": [], "body": b""}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer["status"], answer["headers"] = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            answer["body"] += message.get("body", b"")

    await app(scope, _again(body), send)
    return answer


async def _send(answer: dict[str, Any], fault: Fault, send: Send) -> None:
    body: bytes = answer["body"]
    first = body[: round(len(body) * fault.keep)]
    whole = fault.broken or fault.stall_s > 0
    length = str(len(body) if whole else len(first)).encode()
    headers = [(name, value) for name, value in answer["headers"] if name.lower() != b"content-length"]
    await send(
        {"type": "http.response.start", "status": answer["status"], "headers": [*headers, (b"content-length", length)]}
    )
    await send({"type": "http.response.body", "body": first, "more_body": whole})
    if fault.broken:
        raise _Cut
    if fault.stall_s:
        await asyncio.sleep(fault.stall_s)
        await send({"type": "http.response.body", "body": body[len(first) :]})


@contextmanager
def serving(app: App) -> Iterator[str]:
    """The address of this application while it runs on a free port of 127.0.0.1."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, name="vendor", daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the stand-in did not start")
        threading.Event().wait(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
