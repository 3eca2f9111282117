"""Forbidden addresses, decided with every socket fenced off. Run as a program of its own by test_guard.py.

The audit hook cannot be taken back, so it needs a process of its own; with it a request to a forbidden address is
impossible, not merely expected to fail.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from typing import Any

import ssrfguard

from app.domain.errors import RehearsalError
from app.services.postings.fetcher import POLICY, fetch_posting

OPENED: list[str] = []
FENCED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"})


def no_sockets(event: str, _: tuple[Any, ...]) -> None:
    if event in FENCED:
        OPENED.append(event)
        raise PermissionError(event)


# What the platform's resolver would say for the names of the list; everything else is public (a documentation
# address cannot be used: the policy refuses it too).
ANSWERS = {
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "0x7f000001": ["127.0.0.1"],
    "0x7f.1": ["127.0.0.1"],
    "metadata.test": ["169.254.169.254"],
    "private.test": ["10.0.0.7"],
    "mixed.test": ["93.184.215.14", "127.0.0.1"],
    "unique-local.test": ["fd00::1"],
    "nat64.test": ["64:ff9b::a9fe:a9fe"],
}


def stub(host: str, port: int, *_: Any) -> list[tuple[Any, ...]]:
    answers = ANSWERS.get(host.lower(), [host if host[:1].isdigit() or ":" in host else "93.184.215.14"])
    return [
        (
            socket.AF_INET6 if ":" in ip else socket.AF_INET,
            socket.SOCK_STREAM,
            6,
            "",
            (ip, port, 0, 0) if ":" in ip else (ip, port),
        )
        for ip in answers
    ]


def verdict(url: str) -> str:
    """What policy and resolution say together, without a client."""
    try:
        ssrfguard.resolve(POLICY.check_url(url), policy=POLICY, resolver=stub)
    except ssrfguard.SSRFGuardError as error:
        return type(error).__name__
    except (ValueError, OSError) as error:
        return type(error).__name__
    return "permitted"


async def code(url: str) -> str:
    """What a person would be told."""
    try:
        await fetch_posting(url, resolver=stub)
    except RehearsalError as error:
        return error.code
    return "fetched"


def main() -> None:
    urls = json.load(sys.stdin)
    loop = asyncio.new_event_loop()  # its own self-pipe is a socketpair: made before the fence
    sys.addaudithook(no_sockets)
    report = {url: [verdict(url), loop.run_until_complete(code(url))] for url in urls}
    json.dump({"report": report, "opened": OPENED}, sys.stdout)


main()
