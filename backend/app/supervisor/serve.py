"""`python -m app serve ROLE`: what one container runs, without a supervisor.

It waits for what it needs, says what it waits for, and then becomes the program itself, so that signals reach it:

    api        the web application on port 8000
    worker     a Celery worker for the queues that are named
    beat       the clock of the sweeps; exactly one of an installation
    migrate    bring the database up to date and end; a database that is newer already is left as it is
    health     exit status 0 when the api, worker or beat of this container works
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from app.domain.errors import RehearsalError
from app.supervisor import revisions
from app.utils.paths import REPOSITORY

BACKEND = REPOSITORY / "backend"
PORT = 8000
# How long a start waits for database and broker before it gives up (and is started again by the engine).
WAIT_S, EVERY_S, SAY_EVERY_S = 300.0, 0.5, 10.0
# Inside compose's stop_grace_period (35 s); event streams end at once.
GRACEFUL_S = 25
# Longer than the proxy keeps a connection (60 s): it never sends a request into one that is being closed.
KEEP_ALIVE_S = 75
ALIVE = Path(tempfile.gettempdir()) / "rehearsal-alive"
ALIVE_S = 60.0
QUEUES = ("interactive", "control", "media", "vision", "listening", "cloud")
# Waits for most of its time: threads that share one model.
THREADED = frozenset({"listening"})
ROLES = ("api", "worker", "beat", "migrate", "health")


def say(text: str) -> None:
    """One line for whoever reads the container's log."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def options(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("queues", nargs="*", metavar="QUEUE", help=f"for a worker: {', '.join(QUEUES)}")
    # A container has a network of its own; who may come in is said by its compose file.
    parser.add_argument("--host", default="0.0.0.0", help="for the api (default: %(default)s)")  # nosec B104
    parser.add_argument("--port", type=int, default=PORT, help="for the api (default: %(default)s)")


def run(chosen: argparse.Namespace) -> int:
    """Exit status of `migrate` and `health`; the others do not return. Raises RehearsalError."""
    if chosen.role == "health":
        return 0 if healthy() else 1
    # The first process of a container is not ended by a signal that it does not ask for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    match chosen.role:
        case "migrate":
            return migrate()
        case "api":
            _wait("the tables", _tables_are_there)
            become(api(chosen.host, chosen.port))
        case "beat":
            _wait("the queue", _queue_answers)
            become(beat(), REHEARSAL_ALIVE=str(ALIVE))
    argv = worker(chosen.queues)
    _wait("the tables", _tables_are_there)
    _wait("the queue", _queue_answers)
    # The engine's SIGTERM shall be the soft one: up to 25 s for what is running, then its job goes back to the queue.
    become(argv, REHEARSAL_ALIVE=str(ALIVE), REMAP_SIGTERM="SIGQUIT")


def api(host: str, port: int) -> list[str]:
    """The web application. Whose X-Forwarded-For is believed is the application's own setting, not uvicorn's."""
    listen = ["--host", host, "--port", str(port), "--no-access-log", "--no-server-header", "--no-proxy-headers"]
    patience = ["--timeout-graceful-shutdown", str(GRACEFUL_S), "--timeout-keep-alive", str(KEEP_ALIVE_S)]
    return [sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", *listen, *patience]


def worker(queues: Sequence[str]) -> list[str]:
    """A worker for these queues. Raises Wrong for one that there is not."""
    unknown = [name for name in queues if name not in QUEUES]
    if unknown or not queues:
        raise Wrong(f"A worker needs queues: {', '.join(QUEUES)}.")
    pool = ["-P", "threads", "-c", "4"] if THREADED.issuperset(queues) else ["-c", "1"]
    node = ["-Q", ",".join(queues), "-n", f"{queues[0]}@%h", "--without-gossip", "--without-mingle"]
    return [*_CELERY, "worker", "--loglevel", "INFO", *node, *pool]


def beat() -> list[str]:
    """The clock. It forgets when it last rang: everything it rings for may ring once more."""
    schedule = Path(tempfile.gettempdir()) / "rehearsal-beat"
    return [*_CELERY, "beat", "--loglevel", "INFO", "--schedule", str(schedule), "--pidfile="]


_CELERY = (sys.executable, "-m", "celery", "-A", "app.worker")


class Wrong(RehearsalError):
    """The command cannot do that."""

    code = "serve"


def become(argv: Sequence[str], **environment: str) -> NoReturn:
    """Become the program. Does not return."""
    os.umask(0o077)  # recordings and transcripts are nobody else's business
    ALIVE.unlink(missing_ok=True)
    os.chdir(BACKEND)
    os.execve(argv[0], list(argv), {**os.environ, **environment})  # nosec B606: programs of ours, no shell is wanted


def healthy() -> bool:
    """Whether this container's worker or clock moved within the last minute, or its API answers."""
    if ALIVE.exists():
        return time.time() - ALIVE.stat().st_mtime < ALIVE_S
    try:
        # The scheme stands here.
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/livez", timeout=4) as response:  # nosec B310
            return bool(response.status == 200)
    except OSError:
        return False


def migrate() -> int:
    """Bring the database to this version's tables, one migration after the other. Exit status 0, or alembic's.

    A database with a revision that this version does not know is newer: during a roll-back, or while versions follow
    each other. Old code works on new tables (docs/containers.md), so that is not an error.
    """
    _wait("the database", lambda: _revisions() is not None)
    # Alembic has a lock of its own for the single migration; this one covers the question as well.
    with revisions.locked(_database()):
        found = revisions.read(_database())
        if found is not None and found - revisions.known():
            say("The database is newer than this version. It is left as it is.")
            return 0
        if found == revisions.heads():
            say("The database is up to date.")
            return 0
        status = subprocess.run(
            [sys.executable, "-m", "alembic", "upgrade", "head"], cwd=BACKEND, check=False
        ).returncode
    say("The database has been brought up to date." if status == 0 else "The database could not be brought up to date.")
    return status


def _database() -> str:
    from app.core.config import settings

    return settings().database_url


def _revisions() -> frozenset[str] | None:
    """What the database has; None when it does not answer, and why is remembered (its words repeat no password)."""
    try:
        return revisions.read(_database())
    except revisions.Away as error:
        _why.append(str(error))
        return None


def _tables_are_there() -> bool:
    found = _revisions()
    return found is not None and bool(found == revisions.heads() or found - revisions.known())


def _queue_answers() -> bool:
    from app.core import events

    try:
        return asyncio.run(events.reachable())
    except Exception as error:
        # Whatever a broker that is starting says, it may be ready the next time.
        _why.append(type(error).__name__)
        return False


_why: deque[str] = deque(maxlen=1)


def _wait(what: str, there: Callable[[], bool]) -> None:
    """Wait until it is there. Raises Wrong when it does not come."""
    began = said = time.monotonic()
    while not there():
        now = time.monotonic()
        if now - began > WAIT_S:
            raise Wrong(f"Waited {WAIT_S:g} s for {what} in vain. {''.join(_why)}".strip())
        if now - said > SAY_EVERY_S:
            said = now
            say(f"Waiting for {what} ({now - began:.0f} s). {''.join(_why)}".strip())
        time.sleep(EVERY_S)
