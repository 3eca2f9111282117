"""The supervisor on a data folder of its own: it starts, survives, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from app.supervisor.folder import DataFolder
from app.supervisor.system import MARKER
from tests.e2e.system import BACKEND, RunningSystem, free_port

pytestmark = [pytest.mark.drill, pytest.mark.timeout(300)]

POSTING = (BACKEND / "tests" / "fixtures" / "postings" / "nurse.txt").read_text(encoding="utf-8")
STOP_S = 25
CHILDREN = {
    *("flows", "valkey", "postgres", "api", "beat"),
    *("interactive", "media", "vision", "listening", "cloud"),
}


def belonging(data: Path) -> list[psutil.Process]:
    """Processes of the system on this folder: those that carry its mark, and its supervisor."""
    marker = DataFolder(data).marker
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARKER) == marker and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def state(data: Path) -> dict[str, Any]:
    return DataFolder(data).running()


def until(condition: Callable[[], bool], timeout_s: float, what: str) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {timeout_s:g} s"
        time.sleep(0.1)


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def attempt(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    """Try to start a system that is expected to refuse."""
    environment = os.environ | {"REHEARSAL_DATA": str(data), "PORT": str(port)}
    return subprocess.run(
        [sys.executable, "-m", "app", "up"],
        cwd=BACKEND,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("system") / "d"


@pytest.fixture(scope="module")
def system(data: Path) -> Iterator[RunningSystem]:
    with RunningSystem(data) as running:
        yield running


def test_it_starts_everything_and_says_where(system: RunningSystem, data: Path) -> None:
    until(lambda: state(data).get("ready_s") is not None, 30, "the note of the start")
    until(lambda: "cloud       ready in" in system.output(), 60, "the start of the worker nobody waits for")
    assert set(state(data)["children"]) == CHILDREN
    output = system.output()
    assert f"http://localhost:{system.port}" in output
    for name in CHILDREN | {"tables"}:
        assert f"{name:<11} ready in" in output


def test_what_it_keeps_is_private(system: RunningSystem, data: Path) -> None:
    assert ready(system.url)
    for path in (data / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.read_text().strip()) >= 40
    for name in ("secrets", "logs", "storage", "valkey", "postgres"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o700
    lines = " ".join(" ".join(process.cmdline()) for process in belonging(data))
    for path in (data / "secrets").iterdir():
        assert path.read_text().strip() not in lines


def test_it_listens_on_this_machine_only(system: RunningSystem, data: Path) -> None:
    listening = {
        connection.laddr.ip
        for process in belonging(data)
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}
    assert ready(system.url)


def test_a_second_start_on_the_same_folder_is_refused(system: RunningSystem, data: Path) -> None:
    done = attempt(data, free_port())
    assert done.returncode == 2
    assert done.stderr.strip().count("\n") == 0
    assert f"process {system.pid}" in done.stderr
    assert f"http://localhost:{system.port}" in done.stderr
    assert ready(system.url)


def test_a_port_in_use_is_refused_with_a_way_out(system: RunningSystem, tmp_path: Path) -> None:
    done = attempt(tmp_path / "other", system.port)
    assert done.returncode == 2
    assert done.stderr.strip() == (
        f"Port {system.port} is in use by another program. Choose another one: PORT={system.port + 1} make run."
    )
    assert not belonging(tmp_path / "other")


@pytest.mark.parametrize("name", ["valkey", "postgres", "flows", "api", "interactive", "beat"])
def test_a_killed_process_comes_back_and_it_is_said(system: RunningSystem, data: Path, name: str) -> None:
    before = state(data)["children"][name]
    others = {other: pid for other, pid in state(data)["children"].items() if other != name}
    said = system.output().count(f"{name} stopped (signal SIGKILL)")
    # Somebody closes the folder to other users meanwhile (pytest does, when another run begins): root's server is one.
    data.parent.chmod(0o700)
    os.kill(before, signal.SIGKILL)
    until(lambda: state(data)["children"].get(name, before) != before, 30, f"the new start of {name}")
    until(lambda: ready(system.url), 60, "readiness")
    assert system.output().count(f"{name} stopped (signal SIGKILL)") == said + 1
    assert {other: state(data)["children"][other] for other in others} == others


def test_a_stuck_backend_does_not_keep_the_database_away(system: RunningSystem, data: Path) -> None:
    """A backend that waits for a lock of a killed process never ends by itself; stopping one stands in for it."""
    server = psutil.Process(state(data)["children"]["postgres"])
    stuck = next(child for child in server.children() if "checkpointer" in " ".join(child.cmdline()))
    stuck.suspend()
    server.kill()
    until(lambda: state(data)["children"].get("postgres", server.pid) != server.pid, 30, "the new start")
    until(lambda: ready(system.url), 60, "readiness")
    assert not stuck.is_running()


def test_no_log_holds_a_secret(system: RunningSystem, data: Path) -> None:
    assert ready(system.url)
    logs = {path.name: path.read_text(errors="replace") for path in (data / "logs").iterdir()}
    assert "API Key: ***" in logs["flows.log"]  # the line that gave the beginning of the key away
    for secret in (data / "secrets").iterdir():
        for name, text in logs.items():
            assert secret.read_text().strip()[:8] not in text, name


def test_ctrl_c_leaves_no_process_and_keeps_the_data(system: RunningSystem, data: Path) -> None:
    reply = httpx.post(f"{system.url}/api/postings", json={"text": POSTING}, timeout=30)
    assert reply.status_code == 201, reply.text
    assert belonging(data)
    began = time.monotonic()
    assert system.stop() == 0
    assert time.monotonic() - began < STOP_S
    assert not belonging(data)
    assert state(data) == {}
    system.start()
    titles = [item["id"] for item in httpx.get(f"{system.url}/api/postings", timeout=30).json()]
    assert reply.json()["id"] in titles


def test_a_killed_supervisor_takes_its_children_along_and_starts_again(system: RunningSystem, data: Path) -> None:
    postings = httpx.get(f"{system.url}/api/postings", timeout=30).json()
    os.kill(system.pid, signal.SIGKILL)
    if sys.platform == "linux":
        workers = ("uvicorn", "lfx", "beat")
        until(
            lambda: not [p for p in belonging(data) if any(word in " ".join(p.cmdline()) for word in workers)],
            10,
            "the end of the children",
        )
    system.start()
    assert httpx.get(f"{system.url}/api/postings", timeout=30).json() == postings
    pids = set(state(data)["children"].values())
    strangers = [p for p in belonging(data) if p.pid not in pids and p.ppid() not in pids]
    assert not strangers


def test_a_long_path_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    deep.parent.mkdir()
    with RunningSystem(deep) as running:
        assert ready(running.url)
    assert not belonging(deep)


def test_services_of_others_are_used_and_not_started(tmp_path: Path) -> None:
    """With an address configured, the embedded service stays out; an unreachable one is said at the start."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"postgresql://nobody@127.0.0.1:{closed.getsockname()[1]}/none"
        environment = os.environ | {
            "REHEARSAL_DATA": str(tmp_path / "d"),
            "PORT": str(free_port()),
            "DATABASE_URL": address,
        }
        done = subprocess.run(
            [sys.executable, "-m", "app", "up"],
            cwd=BACKEND,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 1
    assert "The database cannot be brought up to date" in done.stderr
    assert not (tmp_path / "d" / "postgres").exists()
    assert not belonging(tmp_path / "d")


def test_a_flow_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        environment = os.environ | {"LANGFLOW_URL": address, "LANGFLOW_API_KEY": "none"}
        code = (
            "import asyncio, os, pathlib, sys\n"
            "from app.supervisor import system\n"
            "system.SETTLE_S = 1.0\n"
            "up = system.System(pathlib.Path(sys.argv[1]), int(sys.argv[2]), os.environ).up()\n"
            "sys.exit(asyncio.run(up))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "d"), str(free_port())],
            cwd=BACKEND,
            env=environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
    assert done.returncode == 1, done.stderr
    assert "the API still does not reach: flows." in done.stderr
    assert not belonging(tmp_path / "d")
