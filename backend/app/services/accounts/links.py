"""Links of mails: good once and for a while.

The token of a link is computed from its id with the installation's key. So the job that mails it carries an id only, a
mail that is sent again has the same link, and the database alone opens nothing: it has the sha256 of the token.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import vault
from app.core.config import settings
from app.domain.errors import BadInput
from app.models.account import Link
from app.services.accounts import repository
from app.services.accounts.sign_ins import hash_of

LIFETIME = {"sign_up": timedelta(hours=24), "forgot": timedelta(minutes=30), "set_password": timedelta(hours=24)}
RESETS = ("forgot", "set_password")
PAGES = {"sign_up": "/verify", "forgot": "/reset", "set_password": "/reset"}


async def make(
    session: AsyncSession, kind: str, email: str, *, password_hash: str | None = None, guest_id: UUID | None = None
) -> Link:
    """A new link, not sent yet."""
    identity = uuid4()
    row = Link(
        id=identity,
        kind=kind,
        email=email,
        token_hash=hash_of(_tokens(identity)[0]),
        expires_at=await repository.now(session) + LIFETIME[kind],
        password_hash=password_hash,
        guest_id=guest_id,
    )
    session.add(row)
    await session.flush()
    return row


def address(link: Link) -> str:
    """The whole link. The token stands in its fragment, which no browser sends: it is in no log and no Referer.

    Raises BadInput when the installation's key is another one than the link was made with.
    """
    token = next((token for token in _tokens(link.id) if hash_of(token) == link.token_hash), None)
    if token is None:
        raise invalid()
    base = (settings().public_url or "http://localhost:8000").rstrip("/")
    return f"{base}{PAGES[link.kind]}#token={token}"


def invalid() -> BadInput:
    """Why nothing was done."""
    return BadInput("This link has been used, or it is too old.", code="link_invalid", hint="Ask for a new one.")


def _tokens(identity: UUID) -> list[str]:
    return [base64.urlsafe_b64encode(one).decode().rstrip("=") for one in vault.derive("links", str(identity))]
