"""Small loopback servers for the fetcher's tests: one stands for the public web, one for a forbidden inside."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_network
from typing import Any

import ssrfguard

PUBLIC = "127.0.0.2"
INSIDE = ("127.0.0.1", "127.0.0.9")

Handler = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """An HTTP/1.1 server of one page per path that counts its connections and keeps the requests it saw."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.port = 0
        self.connections = 0
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.pages: dict[str, Handler] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, self.host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def start_beside(self, others: Sequence[Server]) -> None:
        """Start this one on a free port and the others on the same port of their own hosts."""
        for _ in range(50):
            await self.start()
            try:
                for server in others:
                    await server.start(self.port)
                return
            except OSError:  # somebody else has this port on one of the hosts
                for server in (self, *others):
                    await server.stop()
        raise OSError("no port is free on all hosts")

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            path = first.split(" ")[1]
            pairs = (line.split(": ", 1) for line in lines if ": " in line)
            headers = {name.lower(): value for name, value in pairs}
            self.requests.append((path, headers))
            handler = self.pages.get(path)
            if handler is None:
                await send(writer, b"not here", status="404 Not Found")
            else:
                await handler(path, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    def page(self, path: str, body: bytes, *, content_type: str = "text/html; charset=utf-8", **headers: str) -> None:
        async def handler(_: str, writer: asyncio.StreamWriter) -> None:
            await send(
                writer, body, content_type=content_type, headers={k.replace("_", "-"): v for k, v in headers.items()}
            )

        self.pages[path] = handler

    def redirect(self, path: str, target: str) -> None:
        async def handler(_: str, writer: asyncio.StreamWriter) -> None:
            await send(writer, b"", status="302 Found", headers={"Location": target})

        self.pages[path] = handler


async def send(
    writer: asyncio.StreamWriter,
    body: bytes,
    *,
    status: str = "200 OK",
    content_type: str = "text/html; charset=utf-8",
    headers: dict[str, str] | None = None,
) -> None:
    fields = {"Content-Type": content_type, "Content-Length": str(len(body)), "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    writer.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)
    await writer.drain()


def policy(port: int) -> ssrfguard.Policy:
    """Only 127.0.0.2 counts as public."""
    return ssrfguard.Policy(
        allowed_networks=(ip_network(f"{PUBLIC}/32"),), allowed_ports=frozenset({port}), max_redirects=3
    )


def resolver(names: dict[str, list[list[str]]], asked: list[str] | None = None) -> Callable[..., list[tuple[Any, ...]]]:
    """Test names to 127.0.0.x; each lookup of a name takes its next answer and stays at the last."""
    turns: dict[str, int] = {}

    def lookup(host: str, port: int, *_: Any) -> list[tuple[Any, ...]]:
        if asked is not None:
            asked.append(host)
        answers = names.get(host, [[host]] if host.replace(".", "").isdigit() else [])
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        turn = turns.get(host, 0)
        turns[host] = turn + 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in answers[min(turn, len(answers) - 1)]]

    return lookup
