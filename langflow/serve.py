"""The whole Langflow server in one process: what `langflow run` serves, without what it does besides.

    langflow/.venv-server/bin/python langflow/serve.py HOST PORT

`langflow run` asks PyPI for a newer version, takes another port when its own is in use, and forks a process per worker.
The editor's page loads fonts and counts of stars from other hosts; the policy below, sent with every answer, lets the
browser ask nobody but this server.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from langflow.main import setup_app

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # the editor's own: templates and workers made from text
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]


class Closed:
    """Puts the policy on every answer of the application inside."""

    def __init__(self, inside: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self.inside = inside

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"content-security-policy", POLICY.encode())]
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                sys.stderr.write("Langflow is ready. (Ctrl-C stops it)\n")

        await self.inside(scope, receive, with_policy)


if __name__ == "__main__":
    host, port = sys.argv[1], int(sys.argv[2])
    if os.environ.get("LANGFLOW_LOG_LEVEL", "warning").lower() not in ("info", "debug"):
        # The first start says two hundred steps of its database, which would bury how to log in.
        logging.disable(logging.INFO)
    # No proxy is trusted: the limit of log-ins counts by address.
    uvicorn.run(Closed(setup_app()), host=host, port=port, log_level="warning", loop="asyncio", forwarded_allow_ips="")
