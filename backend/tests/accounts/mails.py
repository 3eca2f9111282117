"""What the mail catcher got."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from typing import Any


class Mailbox:
    """A handler of aiosmtpd that keeps mails, or refuses them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        return self.answer

    def text(self) -> str:
        """The body of the newest mail."""
        return str(self.mails[-1].get_content())

    def token(self) -> str:
        """The token of the newest mail's link."""
        found = re.search(r"#token=([\w-]+)", self.text())
        assert found, self.text()
        return found[1]
