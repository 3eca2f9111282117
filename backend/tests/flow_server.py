"""A local server with the flow server's protocol, running the very functions the flows run (`services.messages`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from app.services import messages
from app.services.providers.flows import _flow_id

NAMES = ("question_generation", "follow_up", "grading", "tips")


Edit = Callable[[str, str], str]


class _Handler(BaseHTTPRequestHandler):
    edit: Edit

    def do_POST(self) -> None:
        """Run one flow."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        name = next(name for name in NAMES if _flow_id(name) == body["flow_id"])
        text = self.edit(name, getattr(messages, name)(body["input_value"]))
        reply = json.dumps({"status": "completed", "has_errors": False, "output": {"text": text}}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def flow_server(edit: Edit = lambda _, text: text) -> Iterator[str]:
    """The address of a running server. `edit` changes what a flow returns, as somebody who edits it in Langflow can."""
    handler = type("Handler", (_Handler,), {"edit": staticmethod(edit)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
