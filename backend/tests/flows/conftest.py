"""A real `lfx serve` with the project's flows, once per test session."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.core.config import settings
from app.services.providers.llm.client import GATEWAY, KEY
from app.supervisor.system import FLOW_SERVER, free_port
from app.utils.paths import REPOSITORY, models_dir

START_S = 120
GATEWAY_KEY = "gateway-key-of-a-test"


@dataclass
class FlowServer:
    """A running flow server; `process` can be killed by a test that starts one of its own."""

    url: str
    key: str
    process: subprocess.Popen[bytes]


def start(log: Path, flows: Path = REPOSITORY / "langflow" / "flows", gateway_port: int = 9) -> FlowServer:
    """Start `lfx serve` on a free port and wait until it has loaded the flows."""
    port, key = free_port(), secrets.token_urlsafe(16)
    environment = os.environ | {
        "LANGFLOW_API_KEY": key,
        "LANGFLOW_COMPONENTS_PATH": str(REPOSITORY / "langflow" / "components"),
        "PYTHONPATH": str(REPOSITORY / "backend"),
        "REHEARSAL_MODELS": str(models_dir()),
        GATEWAY: f"http://127.0.0.1:{gateway_port}",
        KEY: GATEWAY_KEY,
        "DO_NOT_TRACK": "1",
        "LANGFLOW_DO_NOT_TRACK": "true",
        "OPENBLAS_NUM_THREADS": "1",
    }
    argv = [str(FLOW_SERVER), "-m", "lfx", "serve", str(flows), "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(argv, env=environment, stdout=output, stderr=subprocess.STDOUT)
    server = FlowServer(f"http://127.0.0.1:{port}", key, process)
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            reply = httpx.get(f"{server.url}/flows", headers={"x-api-key": key}, timeout=2)
            if reply.status_code == 200 and len(reply.json()) == len(list(flows.glob("*.json"))):
                return server
        except httpx.HTTPError:
            time.sleep(0.2)
    process.kill()
    process.wait()
    raise RuntimeError(f"lfx serve did not start:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="session")
def gateway_port() -> Iterator[int]:
    """Where the flow server looks for a language model. Bound, so that it stays ours; a test that wants listens."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        yield int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def flow_server(tmp_path_factory: pytest.TempPathFactory, gateway_port: int) -> Iterator[FlowServer]:
    server = start(tmp_path_factory.mktemp("flows") / "lfx.log", gateway_port=gateway_port)
    yield server
    server.process.terminate()
    server.process.wait(20)


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Settings that a test sets through the environment are read anew, and forgotten afterwards."""
    settings.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def flows(flow_server: FlowServer, configured: pytest.MonkeyPatch) -> FlowServer:
    """The session's flow server, set as the one that `run_flow` talks to."""
    configured.setenv("LANGFLOW_URL", flow_server.url)
    configured.setenv("LANGFLOW_API_KEY", flow_server.key)
    return flow_server
