"""Real S3 servers from PyPI on 127.0.0.1: moto (every feature, any key) and nanio (checks signatures)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from pydantic import SecretStr

from app.core.places import Bucket
from app.supervisor.system import free_port

ACCESS_KEY, SECRET_KEY = "test-access", "test-secret-that-signs"
BIN = Path(sys.executable).parent


class Server:
    """One server; `stop` kills it without warning, `start` brings it back at the same address."""

    def __init__(self, kind: str, root: Path) -> None:
        """Nothing runs before `start`; nanio keeps its objects under `root`, moto in memory."""
        self.kind, self.port = kind, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError when it does not."""
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        command = ["nanio", "serve", *address, "--data-dir", str(self._root)]
        if self.kind == "moto":
            command = ["moto_server", "-H", "127.0.0.1", "-p", str(self.port)]
        keys = {"NANIO_ACCESS_KEY": ACCESS_KEY, "NANIO_SECRET_KEY": SECRET_KEY}
        self._root.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]],
            env=os.environ | keys,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            try:
                httpx.get(self.url, timeout=2, trust_env=False)
                return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.kind} does not start")

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._process is not None

    def pause(self, *, again: bool = False) -> None:
        """Let it hang without an answer, or go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT if again else signal.SIGSTOP)

    def bucket(self, name: str, *, prefix: str = "", secret: str = SECRET_KEY) -> Bucket:
        """A bucket of this server as it is configured."""
        return Bucket(name, prefix, self.url, "us-east-1", SecretStr(ACCESS_KEY), SecretStr(secret), None)

    def make(self, name: str) -> Bucket:
        """A new bucket."""
        client(self.url).create_bucket(Bucket=name)
        return self.bucket(name)

    def settings(self, bucket: str, prefix: str = "data") -> dict[str, str]:
        """The environment of a program that stores there."""
        return {
            "STORAGE_URL": f"s3://{bucket}/{prefix}",
            "STORAGE_ENDPOINT": self.url,
            "STORAGE_ACCESS_KEY": ACCESS_KEY,
            "STORAGE_SECRET_KEY": SECRET_KEY,
        }


def client(url: str):  # type: ignore[no-untyped-def]  # boto3 has no types
    """The official client, as an independent witness of what is stored."""
    import boto3
    from botocore.config import Config

    config = Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return boto3.client(
        "s3",
        endpoint_url=url,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        region_name="us-east-1",
        config=config,
    )


@contextmanager
def running(kind: str, root: Path) -> Iterator[Server]:
    """A server that runs."""
    server = Server(kind, root)
    try:
        server.start()
        yield server
    finally:
        server.stop()
