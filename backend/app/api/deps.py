"""What routes ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import cookies
from app.core.config import settings
from app.core.database import transaction
from app.domain.errors import Refused, Unproven
from app.models.owner import LOCAL_OWNER
from app.services.accounts import sign_ins
from app.services.accounts.sign_ins import SignedIn


async def _session() -> AsyncIterator[AsyncSession]:
    async with transaction() as session:
        yield session


async def _who(request: Request) -> SignedIn | None:
    """Who shows the cookie of a sign-in. Personal mode has none."""
    if settings().mode == "personal":
        return None
    token = cookies.read(request, cookies.SESSION)
    return await sign_ins.find(token) if token else None


async def _somebody(who: Annotated[SignedIn | None, Depends(_who)]) -> SignedIn:
    """Whoever is signed in on a server."""
    if who is None:
        raise Unproven("Sign in first.", code="not_signed_in", hint="Open the page and sign in, or go on as a guest.")
    return who


async def _owner(who: Annotated[SignedIn | None, Depends(_who)]) -> UUID:
    """To whom everything belongs that is asked for. Personal mode: the one local owner."""
    return LOCAL_OWNER if settings().mode == "personal" else (await _somebody(who)).owner_id


async def _administrator(who: Annotated[SignedIn | None, Depends(_who)]) -> UUID:
    """Who may change what belongs to the installation. In personal mode that is the one local owner."""
    if settings().mode == "personal":
        return LOCAL_OWNER
    somebody = await _somebody(who)
    if not somebody.administrator:
        raise Refused("This is for administrators.", code="administrators_only", hint="Ask whoever runs this server.")
    return somebody.owner_id


# Scope "function": the transaction is committed before the answer leaves, so that nobody reads its own past.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]
Who = Annotated[SignedIn | None, Depends(_who)]
Somebody = Annotated[SignedIn, Depends(_somebody)]
OwnerId = Annotated[UUID, Depends(_owner)]
AdminId = Annotated[UUID, Depends(_administrator)]
# For routes that need nothing of the administrator but that it is one.
administrators = [Depends(_administrator)]
