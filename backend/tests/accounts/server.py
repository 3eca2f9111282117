"""The application in server mode, and what tests do with it again and again."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from app.core import config
from app.core.database import transaction
from app.models import OutboxJob, Owner, SignIn
from app.services.accounts import tasks
from app.services.accounts.service import MAIL
from tests.accounts.mails import Mailbox

ORIGIN = "http://localhost:8000"
PASSWORD = "four plain words here"
KEY = "Zq8vB1nT5xW3kR7mD2pL9sH4gF6jC0yA"


class Server:
    """One application in server mode; `set` changes its settings."""

    def __init__(self, patch: pytest.MonkeyPatch, mailbox: Mailbox | None = None) -> None:
        self._patch, self.mailbox, self._browsers = patch, mailbox, []  # type: ignore[var-annotated]
        self.set(REHEARSAL_MODE="server", REHEARSAL_PUBLIC_URL=ORIGIN, REHEARSAL_SECRET_KEY=KEY)
        self.set(REHEARSAL_EMBEDDED_SERVICES="1")
        if mailbox is not None:
            url = f"smtp://127.0.0.1:{mailbox.port}"
            self.set(REHEARSAL_SMTP_URL=url, REHEARSAL_MAIL_FROM="Rehearsal <rehearsal@example.org>")

    def set(self, **variables: str | None) -> None:
        """Set or unset variables of the environment."""
        for name, value in variables.items():
            if value is None:
                self._patch.delenv(name, raising=False)
            else:
                self._patch.setenv(name, value)
        config.settings.cache_clear()
        self._app: FastAPI | None = None

    def browser(self, origin: str = ORIGIN, address: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
        """A browser with no cookies yet, at an address of its own."""
        from app.main import create_app

        self._app = self._app or create_app()
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False, client=(address, 40000))
        made = httpx.AsyncClient(transport=transport, base_url=origin, headers=headers)
        self._browsers.append(made)
        return made

    async def close(self) -> None:
        """Close all browsers."""
        for one in self._browsers:
            await one.aclose()

    async def deliver(self) -> int:
        """Do the mail jobs that wait in the outbox, as a worker does; how many there were."""
        async with transaction() as session:
            jobs = (await session.scalars(select(OutboxJob).where(OutboxJob.task == MAIL))).all()
        for job in jobs:
            await asyncio.to_thread(tasks.send_link.run, *job.args)
        return len(jobs)

    async def account(self, email: str = "ada@example.org", password: str = PASSWORD) -> httpx.AsyncClient:
        """Somebody who has signed up by mail and is signed in: their browser."""
        assert self.mailbox is not None
        browser = self.browser()
        answer = await browser.post("/api/account", json={"email": email, "password": password})
        assert answer.status_code == 202, answer.text
        await self.deliver()
        answer = await browser.post("/api/account/verify", json={"token": self.mailbox.token()})
        assert (answer.status_code, answer.json()["kind"]) == (200, "account"), answer.text
        return browser


async def log_in(
    browser: httpx.AsyncClient, email: str = "ada@example.org", password: str = PASSWORD
) -> httpx.Response:
    """Log in with a password."""
    return await browser.post("/api/session", json={"email": email, "password": password})


async def guest(browser: httpx.AsyncClient) -> dict[str, Any]:
    """Go on as a guest."""
    answer = await browser.post("/api/session/guest")
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def kind(browser: httpx.AsyncClient) -> str | None:
    """Who this browser is."""
    found: str | None = (await browser.get("/api/session")).json()["kind"]
    return found


async def owner_of(browser: httpx.AsyncClient) -> UUID:
    """The owner that a browser's cookie stands for."""
    from app.services.accounts import sign_ins

    who = await sign_ins.find(browser.cookies["session"])
    assert who is not None
    return who.owner_id


async def change(table: type[SignIn] | type[Owner], **values: Any) -> None:
    """Change all rows: for what only time does."""
    async with transaction() as session:
        query = update(table)
        if table is Owner:
            query = query.where(Owner.kind != "local")
        await session.execute(query.values(**values))
