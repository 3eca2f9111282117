"""A server for many: its settings, browsers that keep cookies, a mail catcher, an issuer that logs people in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller

from app.supervisor.system import free_port
from tests.accounts.mails import Mailbox
from tests.accounts.server import Server


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server on 127.0.0.1 that keeps what it gets."""
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@pytest.fixture
async def server(settings: Any, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """The application in server mode."""
    made = Server(monkeypatch, mailbox)
    yield made
    await made.close()


@pytest.fixture
def browser(server: Server) -> httpx.AsyncClient:
    """A browser of somebody who has never been here."""
    return server.browser()
