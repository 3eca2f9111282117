"""Who is asking, while a request is answered: for limits, the audit log and the logs, never for access.

Addresses and owners leave this module only as keyed digests: without the key of the installation nobody can try out
which address or owner it was.
"""

from __future__ import annotations

from contextvars import ContextVar
from uuid import UUID

from app.core import vault

address: ContextVar[str] = ContextVar("asking_address", default="")
owner: ContextVar[UUID | None] = ContextVar("asking_owner", default=None)


def digest(purpose: str, text: str) -> str:
    """32 hexadecimal digits that stand for `text`; another purpose gives others, so they cannot be joined."""
    return vault.derive(purpose, text)[0].hex()[:32]
