"""A server on 127.0.0.1 that answers every request as it is told to, as broken storages and proxies do."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

ERROR = '<?xml version="1.0"?><Error><Code>{code}</Code><Message>secret words of the server</Message></Error>'
PAGE = b"<html><body>Welcome to the hotel's network</body></html>"
# How: status and error code of an S3 (`500 InternalError`), or one of the names below.
OTHERS = ("page", "cut", "reset", "hang", "hang in body", "not http")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fault = ""

    def handle_one_request(self) -> None:
        """Answer without HTTP where that is the fault."""
        if self.fault == "not http":
            self.connection.recv(10)
            self.connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")
            self.close_connection = True
            return
        super().handle_one_request()

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.close_connection = True
        match self.fault:
            case "page":
                self._send(200, PAGE, len(PAGE))
            case "cut":
                self._send(206 if "range" in self.headers else 200, b"<?xml", 1000)
            case "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            case "hang":
                time.sleep(2)
            case "hang in body":
                self._send(206 if "range" in self.headers else 200, b"<?xml", 1000)
                time.sleep(2)
            case fault:
                status, _, code = fault.partition(" ")
                body = ERROR.format(code=code).encode() if code else b""
                self._send(int(status), body, len(body))

    do_GET = do_PUT = do_POST = do_DELETE = _answer

    def do_HEAD(self) -> None:
        """No body, whatever the fault."""
        self._answer()

    def _send(self, status: int, body: bytes, length: int) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/xml")
        self.send_header("content-length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def faulty(fault: str) -> Iterator[str]:
    """The address of a server with one fault."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fault": fault}))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
