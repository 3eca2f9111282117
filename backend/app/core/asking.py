"""Who is asking, while a request is answered: for limits, the audit log and the logs, never for access.

Addresses and owners leave this module only as keyed digests: without the key of the installation nobody can try out
which address or owner it was.
"""

from __future__ import annotations

import ipaddress
from contextvars import ContextVar
from uuid import UUID

from app.core import vault

address: ContextVar[str] = ContextVar("asking_address", default="")
owner: ContextVar[UUID | None] = ContextVar("asking_owner", default=None)


def digest(purpose: str, text: str) -> str:
    """32 hexadecimal digits that stand for `text`; another purpose gives others, so they cannot be joined."""
    return vault.derive(purpose, text)[0].hex()[:32]


def place(client: str) -> str:
    """Where an address is, for counting: of IPv6 the /64, which is what one household has."""
    try:
        parsed = ipaddress.ip_address(client)
    except ValueError:
        return client or "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
