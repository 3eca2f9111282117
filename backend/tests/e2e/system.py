"""A whole running Rehearsal on a data folder and port of its own, started by the command a person uses."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

import httpx

BACKEND = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningSystem(AbstractContextManager["RunningSystem"]):
    """`python -m app up` until the block ends; then SIGINT, as Ctrl-C does."""

    def __init__(self, data: Path, *, port: int | None = None, start_timeout_s: float = 120) -> None:
        self.data = data
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start_timeout_s = start_timeout_s
        self.ready_after_s = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> RunningSystem:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until /readyz answers 200. Raises RuntimeError with the tail of the output."""
        self.data.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "REHEARSAL_DATA": str(self.data), "PORT": str(self.port)}
        began = time.monotonic()
        with (self.data.parent / f"{self.data.name}.out").open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app", "up"],
                cwd=BACKEND,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while time.monotonic() - began < self.start_timeout_s:
            if self._process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    self.ready_after_s = time.monotonic() - began
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the system did not become ready:\n{self.output()[-4000:]}")

    def stop(self) -> int | None:
        """Ctrl-C and wait; returns the exit status."""
        if self._process is None:
            return None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(10)
        return self._process.returncode

    def output(self) -> str:
        """What the supervisor has printed so far."""
        path = self.data.parent / f"{self.data.name}.out"
        return path.read_text(errors="replace") if path.exists() else ""
