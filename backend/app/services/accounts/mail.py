"""Mail by SMTP, from a job: whoever asks for one waits the same time whether or not it is sent."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from app.core.config import settings
from app.core.safety import is_loopback
from app.domain.errors import BadInput, ProviderError

STEP_S = 10.0
PORTS = {"smtp": 587, "smtps": 465}
BYE = "\n\nIf it was not you, do nothing: without the link nothing happens.\n"

SIGN_UP = (
    "Finish your sign-up",
    "Hello,\n\nsomebody, hopefully you, wants to use Rehearsal with this address. To finish, open this link within 24 "
    "hours:\n\n{link}",
)
KNOWN = (
    "You have an account already",
    "Hello,\n\nsomebody, hopefully you, wanted to sign up at Rehearsal with this address. You have an account already: "
    'sign in, or choose "Forgotten password?" on the same page:\n\n{link}',
)
FORGOT = (
    "Choose a new password",
    "Hello,\n\nsomebody, hopefully you, has forgotten the password of your Rehearsal account. To choose a new one, "
    "open this link within 30 minutes. You are then signed out everywhere.\n\n{link}",
)


def is_set_up() -> bool:
    """Whether mail can be sent from here."""
    return settings().smtp_url is not None and bool(settings().mail_from)


async def send(to: str, text: tuple[str, str], link: str) -> None:
    """Send one mail. Raises BadInput when the settings will not do, ProviderError when the server does not take it."""
    subject, body = text
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings().mail_from or "", to, subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="rehearsal.invalid")
    # A mail about a mail that nobody wrote (an absence notice) helps nobody.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.format(link=link) + BYE)
    try:
        await asyncio.to_thread(_deliver, message)
    except (smtplib.SMTPException, OSError) as error:
        lasting = isinstance(error, smtplib.SMTPRecipientsRefused)
        # The answer of the server may quote the address, so it is not passed on.
        raise ProviderError("smtp", "The mail server did not take a mail.", retryable=not lasting) from None


def _deliver(message: EmailMessage) -> None:
    secret = settings().smtp_url
    parts = urlsplit(secret.get_secret_value() if secret else "")
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadInput("REHEARSAL_SMTP_URL is no address of a mail server.", code="mail_settings")
    port, tls = parts.port or PORTS[parts.scheme], ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(parts.hostname, port, timeout=STEP_S, context=tls)
    else:
        server = smtplib.SMTP(parts.hostname, port, timeout=STEP_S)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo()
        elif parts.scheme == "smtp" and not is_loopback(parts.hostname):
            # Links that open accounts, and the password of the server, go over no wire that others can read.
            raise smtplib.SMTPNotSupportedError("the server offers no encryption")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
