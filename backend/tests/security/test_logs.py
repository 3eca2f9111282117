"""Canaries in everything a person can send: none is in any line that a process writes."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from celery.contrib.testing.worker import start_worker
from fastapi import FastAPI
from sqlalchemy import text

from app.core import logging as logs
from app.core import queue
from app.core.database import transaction
from app.core.sandbox import BACKEND
from app.services.outbox import service as outbox
from tests import world

CANARY = "zebra-canary-7731"
MAIL = f"{CANARY}@people.example"


class Written(io.StringIO):
    """What the process has written, as lines."""

    def lines(self) -> list[dict[str, Any]]:
        """Every line is one JSON object."""
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """Logging as the program has it, into memory."""
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    level, raising = root.level, logging.raiseExceptions
    hooks = sys.excepthook, threading.excepthook
    out = Written()
    monkeypatch.setattr(sys, "stderr", out)
    logs.configure("DEBUG")
    # A server that another test has run in this process has made its loggers quieter.
    servers = {logging.getLogger(name): logging.getLogger(name).level for name in ("uvicorn", "uvicorn.error")}
    for logger in servers:
        logger.setLevel(logging.NOTSET)
    yield out
    for logger, before_level in servers.items():
        logger.setLevel(before_level)
    root.handlers, logging.raiseExceptions = before, raising
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks


def fails() -> None:
    """An error that quotes what a person wrote."""
    raise ValueError(f"cannot read {CANARY}")


@pytest.mark.parametrize("name", ["uvicorn.error", "celery.app.trace", "alembic", "sqlalchemy.pool", "app", "asyncio"])
def test_exceptions_of_any_logger_are_types_and_places(written: Written, name: str) -> None:
    try:
        fails()
    except ValueError:
        logging.getLogger(name).exception("Exception in the application\n")
    line = written.lines()[-1]
    assert CANARY not in written.getvalue()
    assert line["error"] == "ValueError"
    assert any("test_logs.py" in frame for frame in line["frames"])


def test_lines_of_libraries_keep_numbers_and_lose_words(written: Written) -> None:
    logging.getLogger("uvicorn.error").warning("request of %s failed after %d ms", CANARY, 12)
    logging.getLogger("uvicorn.error").info("failed: %s", ValueError(CANARY))
    logging.getLogger("celery.app.trace").error(
        "Task %(name)s[%(id)s] raised: %(exc)s", {"name": "flow.run", "id": "7", "exc": f"ValueError('{CANARY}')"}
    )
    logging.getLogger("celery.worker").warning(f"Received {CANARY}")
    logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: <ValueError('{CANARY}')>")
    logging.getLogger("libav.matroska").warning(f"title {CANARY}")
    logging.getLogger("psycopg.pool").info("rolling back %s", CANARY)
    assert CANARY not in written.getvalue()
    events = [line["event"] for line in written.lines()]
    assert events[0] == "request of [withheld] failed after 12 ms"
    assert events[2] == "Task flow.run[7] raised: [withheld]"
    assert "a line of libav.matroska" in events


def test_what_the_supervisor_waits_for_is_still_said(written: Written) -> None:
    logging.getLogger("celery.apps.worker").info("%s ready.", "media@rehearsal")
    logging.getLogger("uvicorn.error").info("Uvicorn running on %s://%s:%d", "http", "127.0.0.1", 8000)
    assert [line["event"] for line in written.lines()] == [
        "media@rehearsal ready.",
        "Uvicorn running on http://127.0.0.1:8000",
    ]


def test_the_last_words_of_threads_and_processes(written: Written) -> None:
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    assert CANARY not in written.getvalue()
    assert written.lines()[-1]["type"] == "ValueError"
    program = (
        "from app.core import logging; logging.configure('INFO')\n"
        f"import logging as l; l.getLogger('uvicorn').info('%s %s', 1)\nraise ValueError('{CANARY}')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=BACKEND, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "uncaught" in done.stderr
    assert CANARY not in done.stdout + done.stderr


def test_the_control_finds_canaries(written: Written) -> None:
    logging.getLogger("app").info(CANARY)
    assert CANARY in written.getvalue()


@pytest.mark.services
async def test_requests_of_all_kinds(written: Written, app: FastAPI, client: httpx.AsyncClient) -> None:
    interview, questions, posting = await world.interview()

    @app.get("/api/broken/{word}")
    async def broken(word: str) -> None:
        raise RuntimeError(f"{word} {CANARY}")

    # The page answers every other address, so the broken route has to come first.
    app.router.routes.insert(0, app.router.routes.pop())
    files = {"file": (f"{CANARY}.pdf", b"%PDF-1.4 " + CANARY.encode())}
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"/api/broken/{CANARY}", {}),
        ("POST", "/api/postings", {"json": {"text": f"{world.TEXT}\nWrite to {MAIL}. {CANARY}"}}),
        ("POST", "/api/postings", {"json": {"text": CANARY}}),
        ("POST", "/api/postings", {"json": {"url": f"http://127.0.0.1:9/{CANARY}?q={MAIL}"}}),
        ("POST", "/api/postings", {"content": f"{{{CANARY}", "headers": {"Content-Type": "application/json"}}),
        ("POST", "/api/postings/file", {"files": files}),
        ("PUT", f"/api/postings/{posting}/resume", {"json": {"text": f"{CANARY}\nI bake. {MAIL}"}}),
        ("PUT", f"/api/postings/{posting}/resume/file", {"files": files}),
        ("PATCH", f"/api/postings/{posting}", {"json": {"company": CANARY}}),
        ("POST", f"/api/interviews/{interview}/questions", {"json": {"text": f"Why {CANARY}?"}}),
        ("POST", f"/api/questions/{questions[0]}/takes", {"json": {"kind": "typed", "text": f"I {CANARY} {MAIL}."}}),
        ("POST", f"/api/questions/{questions[0]}/takes", {"json": {"kind": CANARY}}),
        ("GET", f"/api/postings?{CANARY}={MAIL}", {}),
        ("GET", f"/{CANARY}/{MAIL}", {}),
        ("GET", f"/api/takes/{CANARY}", {}),
        ("GET", "/api/postings", {"headers": {"User-Agent": CANARY, "X-Request-Id": CANARY, "Cookie": CANARY}}),
        ("PATCH", "/api/providers/elevenlabs", {"json": {"key": CANARY, "values": {}}}),
        ("POST", "/api/uploads", {"headers": {"Tus-Resumable": "1.0.0", "Upload-Metadata": f"name {CANARY}"}}),
        ("DELETE", "/api/data", {"headers": {"Origin": f"https://{CANARY}.example"}}),
    ]
    statuses = [(await client.request(method, path, **options)).status_code for method, path, options in calls]
    assert statuses[:2] == [500, 201]
    assert CANARY not in written.getvalue()
    lines = written.lines()
    assert sum(line["event"] == "request" for line in lines) == len(calls)
    assert all(len(line["request_id"]) == 32 for line in lines if line["event"] in ("request", "unexpected"))


@pytest.mark.services
async def test_errors_of_the_database_quote_nothing(written: Written, settings: Any) -> None:
    try:
        async with transaction() as session:
            await session.execute(text("SELECT CAST(:word AS integer)"), {"word": CANARY})
    except Exception:
        logging.getLogger("app").exception("failed")
    assert CANARY not in written.getvalue()
    assert written.lines()[-1]["error"] in ("DataError", "ProgrammingError", "DBAPIError")


@queue.task("tests.logs.fails")
async def _task(word: str) -> None:
    logging.getLogger("app").warning("working")
    raise ValueError(word)


@pytest.mark.services
async def test_a_task_that_fails_is_told_by_its_request_and_not_by_its_message(
    written: Written, settings: Any, services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import app.worker  # noqa: F401  as in a real worker

    # A worker sets up logging when it starts; here that has been done, into memory.
    monkeypatch.setattr(logs, "configure", lambda _: None)
    identity = "0123456789abcdef0123456789abcdef"
    with world.broker(services.redis_url):
        logs.correlate(identity)
        async with transaction() as session:
            outbox.enqueue(session, "tests.logs.fails", [CANARY], on="control", keep=False)
        logs.correlate(None)

        def work() -> None:
            with start_worker(
                queue.celery_app, pool="solo", perform_ping_check=False, loglevel=None, queues=["control"]
            ):
                for _ in range(300):
                    if "raised" in written.getvalue():
                        break
                    threading.Event().wait(0.1)

        await asyncio.to_thread(work)
    lines = written.lines()
    assert [line["request_id"] for line in lines if line["event"] == "working"] == [identity]
    raised = [line for line in lines if "raised" in line["event"]]
    assert raised
    assert [line for line in lines if CANARY in json.dumps(line)] == []


@pytest.mark.services
def test_a_migration_that_fails_quotes_no_row(services: Any) -> None:
    import os

    program = (
        "from alembic import command, op\nfrom alembic.config import Config\n"
        "from alembic.runtime.migration import MigrationContext\n"
        "def broken(self, **_):\n"
        "    self.connection.exec_driver_sql(\"SELECT CAST('" + CANARY + "' AS integer)\")\n"
        "MigrationContext.run_migrations = broken\n"
        "command.upgrade(Config('alembic.ini'), 'head')\n"
    )
    environment = os.environ | {"DATABASE_URL": services.database_url}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=BACKEND, env=environment, capture_output=True, text=True, check=False
    )
    assert "MigrationFailed" in done.stderr
    assert CANARY not in done.stdout + done.stderr
