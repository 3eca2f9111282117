"""The stack of deploy/docker-compose.prod.yml, as it is, on addresses of this machine."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.containers.engine import ROOT, Engine
from tests.drills.client import Candidate
from tests.e2e import media
from tests.e2e.system import free_port

LIMIT_S = 240


class Stack:
    """A compose file that runs. Containers are named as podman-compose does: PROJECT_SERVICE_NUMBER."""

    def __init__(self, engine: Engine, file: Path, project: str, environment: dict[str, str]) -> None:
        self.engine, self.file, self.project, self.environment = engine, file, project, environment

    def compose(self, *arguments: str) -> str:
        """podman-compose on this stack."""
        options = ("-p", self.project, "--profile", "local", *arguments)
        return self.engine.compose((self.file,), *options, environment=self.environment)

    def name(self, service: str, number: int = 1) -> str:
        """A container's name."""
        return f"{self.project}_{service}_{number}"

    def state(self, container: str) -> dict[str, Any]:
        """What podman says about a container."""
        return dict(json.loads(self.engine.podman("inspect", container))[0])

    def running(self) -> list[str]:
        """Names of the containers that run."""
        said = self.engine.podman("ps", "--filter", f"name=^{self.project}_", "--format", "{{.Names}}")
        return sorted(said.split())

    def execute(self, container: str, *argv: str, check: bool = True) -> str:
        """Run a command inside."""
        return self.engine.podman("exec", container, *argv, check=check)

    def reaches(self, service: str, address: str) -> bool:
        """Whether a container can connect to HOST:PORT."""
        script = "print IO::Socket::INET->new(PeerAddr => $ARGV[0], Timeout => 2) ? 'yes' : 'no'"
        return self.execute(self.name(service), "perl", "-MIO::Socket::INET", "-e", script, address) == "yes"

    def healthy(self, container: str) -> bool:
        """Run the health check now: without systemd podman has no timer for it."""
        argv = ["podman", "healthcheck", "run", container]
        return subprocess.run(argv, env=self.engine.environment, capture_output=True, check=False).returncode == 0

    def kill(self, container: str) -> None:
        """SIGKILL for its first process from outside: a crash, after which the engine starts it again."""
        os.kill(int(self.state(container)["State"]["Pid"]), signal.SIGKILL)

    def logs(self) -> str:
        """The last words of every container."""
        said = [
            f"== {name}\n{self.engine.podman('logs', '--tail', '15', name, check=False)}"
            for name in self.engine.podman("ps", "-a", "--format", "{{.Names}}").split()
        ]
        return "\n".join(said)


def until(what: str, there: Callable[[], object], limit_s: float = LIMIT_S) -> None:
    """Poll until it is there; network errors mean that it is not yet. Raises TimeoutError."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError, OSError):
            if there():
                return
        time.sleep(0.3)
    raise TimeoutError(what)


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Set up by `python -m tools.containers`, which built the images."""
    folder = os.environ.get("REHEARSAL_CONTAINERS")
    if not folder:
        pytest.fail("run `make containers`: it makes the images that these tests need")
    return Engine(Path(folder))


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording as a browser makes it: a face, and an answer read three times over."""
    folder = Path(os.environ.get("REHEARSAL_E2E_MEDIA") or tmp_path_factory.mktemp("media"))
    media.write_all(folder)
    recording = folder / "containers.webm"
    media.write_recording(folder, recording, seconds=90)
    return recording


def start(engine: Engine, source: Path, folder: Path, project: str, environment: dict[str, str]) -> Stack:
    """Start a copy of a compose file: its secrets and certificates are made beside it, not in the repository."""
    shutil.copytree(source.parent if source.parent != ROOT else ROOT / "deploy", folder / "deploy")
    file = folder / "deploy" / source.name
    if source.parent == ROOT:
        file = Path(shutil.copy2(source, folder))
    else:
        subprocess.run(["sh", str(file.with_name("make-secrets.sh"))], check=True)
    stack = Stack(engine, file, project, environment)
    try:
        stack.compose("up", "-d", "--no-build")
    except BaseException:
        stack.compose("down", "-v")
        raise
    return stack


@pytest.fixture(scope="session")
def stack(engine: Engine) -> Iterator[Stack]:
    """Two API replicas, two workers of media, and the rest once, behind nginx with TLS."""
    http, https = free_port(), free_port()
    environment = {
        "DOMAIN": "localhost",
        "HTTP": f"127.0.0.1:{http}",
        "HTTPS": f"127.0.0.1:{https}",
        "PUBLIC_PORT": str(https),
        "MEDIA_WORKERS": "2",
        "REHEARSAL_MODE": os.environ.get("REHEARSAL_CONTAINERS_MODE", "personal"),
    }
    with tempfile.TemporaryDirectory(prefix="rh-stack-") as folder:
        began = time.monotonic()
        running = start(
            engine, ROOT / "deploy" / "docker-compose.prod.yml", Path(folder), "rehearsal-proof", environment
        )
        try:
            url = f"https://localhost:{https}"
            try:
                until("ready", lambda: httpx.get(f"{url}/readyz", verify=False, timeout=5).status_code == 200)
            except TimeoutError:
                pytest.fail(f"the stack does not become ready\n{running.logs()}")
            sys.stderr.write(f"  stack ready after {time.monotonic() - began:.0f} s\n")
            yield running
        finally:
            running.compose("down", "-v")


@pytest.fixture(scope="session")
def url(stack: Stack) -> str:
    """Where people reach it."""
    return f"https://localhost:{stack.environment['PUBLIC_PORT']}"


@pytest.fixture(scope="session")
def trust(stack: Stack) -> ssl.SSLContext:
    """What a client needs that believes the certificate nginx made for itself, and no other."""
    certificate = stack.execute(stack.name("web"), "cat", "/tmp/nginx/tls/fullchain.pem")
    return ssl.create_default_context(cadata=certificate)


@pytest.fixture
def client(url: str, trust: ssl.SSLContext) -> Iterator[httpx.Client]:
    """Plain requests."""
    with httpx.Client(base_url=url, verify=trust, timeout=60) as http:
        yield http


@pytest.fixture
def candidate(url: str, trust: ssl.SSLContext) -> Candidate:
    """A person with a browser; on a server a guest."""
    person = Candidate(url, verify=trust)
    if person.call("GET", "/system")["mode"] == "server":
        person.call("POST", "/session/guest")
    return person
