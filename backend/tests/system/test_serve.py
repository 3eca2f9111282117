"""What a container runs: `python -m app serve`."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.supervisor import revisions, serve
from tests import world
from tests.conftest import Services
from tests.e2e.system import BACKEND, free_port

SERVE = (sys.executable, "-m", "app", "serve")


@pytest.fixture
def empty_database(services: Services) -> Iterator[str]:
    """Address of a database without tables."""
    name = f"serve_{uuid4().hex[:8]}"
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        host, port = connection.info.host, connection.info.port
        yield f"postgresql://{connection.info.user}@/{name}?host={host}&port={port}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrate(url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SERVE, "migrate"],
        cwd=BACKEND,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_two_hosts_migrate_at_once_and_one_of_them_does_it(empty_database: str) -> None:
    assert revisions.read(empty_database) == frozenset()
    done: list[subprocess.CompletedProcess[str]] = []
    threads = [threading.Thread(target=lambda: done.append(_migrate(empty_database))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.returncode for one in done] == [0, 0], done
    said = sorted(one.stderr.splitlines()[-1] for one in done)
    assert said == ["The database has been brought up to date.", "The database is up to date."]
    assert revisions.read(empty_database) == revisions.heads()


def test_a_newer_database_is_left_as_it_is(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    done = _migrate(empty_database)
    assert (done.returncode, done.stderr) == (0, "The database is newer than this version. It is left as it is.\n")
    assert revisions.read(empty_database) == {"9999"}


def test_a_migration_that_fails_is_a_failure(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE owners (in_the_way int)")
    done = _migrate(empty_database)
    assert done.returncode != 0
    assert done.stderr.endswith("The database could not be brought up to date.\n")


def test_a_database_that_does_not_answer_says_why_without_a_password(tmp_path: Path) -> None:
    with pytest.raises(revisions.Away, match="connection to server") as caught:
        revisions.read(f"postgresql://nobody:hunter2@/nothing?host={tmp_path}")
    assert "hunter2" not in str(caught.value)


def test_a_worker_is_told_its_queues() -> None:
    argv = serve.worker(["interactive", "control"])
    assert argv[argv.index("-Q") + 1] == "interactive,control"
    assert argv[argv.index("-n") + 1] == "interactive@%h"
    assert argv[-2:] == ["-c", "1"]
    assert serve.worker(["listening"])[-4:] == ["-P", "threads", "-c", "4"]
    for wrong in ([], ["interactive", "vdeo"]):
        with pytest.raises(serve.Wrong, match="A worker needs queues"):
            serve.worker(wrong)


def test_every_queue_of_the_program_has_a_worker_in_both_compose_files() -> None:
    for file in ("docker-compose.yml", "deploy/docker-compose.prod.yml"):
        text = (BACKEND.parent / file).read_text(encoding="utf-8")
        served = {
            name.strip()
            for line in text.splitlines()
            if "[serve, worker" in line
            for name in line.partition("worker,")[2].strip(" ]").split(",")
        }
        assert served == set(serve.QUEUES), file


def test_health_is_what_moved_last(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(serve, "ALIVE", tmp_path / "alive")
    monkeypatch.setattr(serve, "PORT", free_port())
    assert not serve.healthy()
    serve.ALIVE.touch()
    assert serve.healthy()
    old = time.time() - serve.ALIVE_S - 1
    os.utime(serve.ALIVE, (old, old))
    assert not serve.healthy()


@pytest.mark.usefixtures("settings")
async def test_an_event_stream_ends_at_once_when_the_api_stops(services: Services, tmp_path: Path) -> None:
    interview, _, _ = await world.interview()
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "REHEARSAL_DATA": str(tmp_path),
    }
    process = subprocess.Popen(
        [*SERVE, "api", "--host", "127.0.0.1", "--port", str(port)],
        cwd=BACKEND,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=(tmp_path / "err").open("wb"),
    )
    try:
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            while process.poll() is None:
                try:
                    await http.get("/livez")
                    break
                except httpx.ConnectError:
                    continue
            async with http.stream("GET", f"/api/interviews/{interview}/events") as stream:
                lines = stream.aiter_lines()
                assert (await anext(lines)).startswith("id:")
                process.send_signal(signal.SIGTERM)
                with contextlib.suppress(httpx.RemoteProtocolError):  # the page's EventSource asks again in any case
                    while True:
                        await anext(lines)
        assert process.wait(timeout=2 * serve.GRACEFUL_S) in (0, -signal.SIGTERM)
        # Streams that do not end by themselves keep the process until its graceful time is over.
        assert "timeout graceful shutdown exceeded" not in (tmp_path / "err").read_text()
    finally:
        process.kill()
        process.wait()
