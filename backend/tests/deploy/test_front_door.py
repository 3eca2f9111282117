"""A real nginx with the files of deploy/nginx, and replicas that come and go behind it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.e2e.system import free_port
from tools.deployment import nginx_program, write_nginx

NGINX = nginx_program()
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")


class Replica(BaseHTTPRequestHandler):
    """Says which one it is."""

    # Without kept connections: they would outlive the listener.
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        """Answer with the own address; the other methods do the same."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = str(self.connection.getsockname()[0]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def replica(host: str, port: int) -> Iterator[None]:
    """One replica that listens until the block ends."""
    server = ThreadingHTTPServer((host, port), Replica)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[tuple[httpx.Client, int]]:
    """A client of an nginx before 127.0.0.2 and 127.0.0.3, and the port both listen on."""
    port, api = free_port(), free_port()
    settings = {"PUBLIC_PORT": str(port), "API_SERVERS": f"127.0.0.2:{api} 127.0.0.3:{api}"}
    main = write_nginx(tmp_path, settings)
    assert isinstance(main, Path), main
    local = main.with_name("nginx.conf")
    local.write_text(local.read_text().replace("listen 8080", f"listen 127.0.0.1:{port}"))
    assert NGINX is not None
    # Its workers would be `nobody`, who may not look into this folder.
    orders = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    process = subprocess.Popen([NGINX, "-c", str(main), "-g", orders])
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                try:
                    client.get("/livez")
                    break
                except httpx.ConnectError:
                    time.sleep(0.05)
            yield client, api
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(tmp_path, ignore_errors=True)


def answers(ask: Callable[[], httpx.Response], count: int = 12) -> set[tuple[int, str]]:
    """Status and who answered, of some requests one after the other."""
    return {(answer.status_code, answer.text) for answer in (ask() for _ in range(count))}


def test_nobody_is_turned_away_while_one_replica_after_the_other_is_replaced(door: tuple[httpx.Client, int]) -> None:
    client, api = door
    first, second = (200, "127.0.0.2"), (200, "127.0.0.3")

    def read() -> httpx.Response:
        return client.get("/api/system")

    def write() -> httpx.Response:
        return client.post("/api/postings", json={})

    with replica("127.0.0.2", api):
        with replica("127.0.0.3", api):
            assert answers(read) == {first, second}
        assert answers(read) | answers(write) == {first}
    # The second one is back at once; nginx passed it over a moment ago.
    with replica("127.0.0.3", api):
        assert answers(read) | answers(write) == {second}
        with replica("127.0.0.2", api):
            assert second in answers(read)
    assert {status for status, _ in answers(read, 2)} == {502}
    with replica("127.0.0.2", api):
        assert answers(read) == {first}
