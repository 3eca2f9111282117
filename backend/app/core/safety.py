"""What must be true before strangers are let in: a server refuses to start with a setting that is not safe."""

from __future__ import annotations

import sys
from ipaddress import ip_address
from itertools import pairwise
from urllib.parse import urlsplit

from pydantic import ValidationError

from app.core.config import Settings, settings
from app.domain.errors import BadInput, RehearsalError

KEY_CHARACTERS, KEY_DISTINCT = 32, 10
# Parts of texts that documentation and examples use where a secret should be.
PLACEHOLDERS = ("change", "secret", "password", "example", "default", "rehearsal", "insert", "your", "key", "xxxx")
SERVICES = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL", "langflow_url": "LANGFLOW_URL"}


def require_safe(own: Settings) -> None:
    """Raise BadInput, with the way out, when these settings are not safe for the mode they choose."""
    if own.mode == "personal":
        return
    _require_key(own)
    _require_address(own)
    left_out = [name for field, name in SERVICES.items() if field not in own.model_fields_set]
    if left_out and not own.embedded_services:
        raise BadInput(
            f"A server needs services of its own: {', '.join(left_out)} is not set.",
            code="unsafe_services",
            hint="Set it, or REHEARSAL_EMBEDDED_SERVICES=1 to try things out with the embedded ones.",
        )
    if own.smtp_url and not own.mail_from:
        raise BadInput(
            "REHEARSAL_SMTP_URL is set without a sender.", code="mail_settings", hint="Set REHEARSAL_MAIL_FROM."
        )
    if own.oidc_issuer and not own.oidc_client_id:
        raise BadInput(
            "REHEARSAL_OIDC_ISSUER is set without a client.", code="oidc_settings", hint="Set REHEARSAL_OIDC_CLIENT_ID."
        )


def _require_key(own: Settings) -> None:
    text = own.secret_key.get_secret_value() if own.secret_key else ""
    keys = [part.strip() for part in text.split(",") if part.strip()]
    hint = "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not keys:
        raise BadInput("A server needs REHEARSAL_SECRET_KEY.", code="unsafe_key", hint=hint)
    if any(is_weak(key) for key in keys):
        sentence = f"REHEARSAL_SECRET_KEY is too easy to guess: {KEY_CHARACTERS} random characters are needed."
        raise BadInput(sentence, code="unsafe_key", hint=hint)


def is_weak(key: str) -> bool:
    """Whether a secret is short, repeats few characters, or is made of the words of an example."""
    rest = key.lower()
    for word in PLACEHOLDERS:
        rest = rest.replace(word, "")
    return len(rest) < KEY_CHARACTERS or len(set(rest)) < KEY_DISTINCT or _counts_up(rest)


def _counts_up(text: str) -> bool:
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    return sum(step in (0, 1, -1) for step in steps) > len(steps) // 2


def _require_address(own: Settings) -> None:
    parts = urlsplit(own.public_url or "")
    if not parts.hostname:
        raise BadInput(
            "A server needs REHEARSAL_PUBLIC_URL, the address that people open.",
            code="unsafe_address",
            hint="For example https://rehearsal.example.",
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise BadInput(
            "REHEARSAL_PUBLIC_URL has to begin with https://; http is for this machine only.",
            code="unsafe_address",
            hint="Put a proxy with a certificate in front: docs/operations.md says how.",
        )


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine, without asking anybody."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def require_safe_start() -> None:
    """Read the settings; end the process with status 2 and one sentence when it must not start with them."""
    try:
        require_safe(settings())
    except RehearsalError as problem:
        sys.stderr.write(f"{problem.message} {problem.hint or ''}".rstrip() + "\n")
        raise SystemExit(2) from None
    except ValidationError as error:
        # Values stay out of the sentence: they may be secrets.
        named = ", ".join(str(one["loc"][0]) for one in error.errors(include_input=False))
        sys.stderr.write(f"A setting has a value that it cannot have: {named}.\n")
        raise SystemExit(2) from None
