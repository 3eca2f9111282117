"""Sign-ins: an opaque token in a cookie, its sha256 in the database, an end by time, idleness or revocation."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import transaction
from app.domain.errors import NotFound
from app.models.account import SignIn
from app.models.owner import Owner
from app.services.accounts import repository

IDLE, LONGEST = timedelta(hours=12), timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)
TOKEN_BYTES = 32
# What secrets.token_urlsafe makes of them; nothing else is looked up.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# In this order: Edge and Opera call themselves Chrome, Chrome calls itself Safari, Android calls itself Linux.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever is asking. `expires_at` is when a guest ends with everything."""

    id: UUID
    owner_id: UUID
    kind: str
    administrator: bool
    email: str | None
    has_password: bool
    expires_at: datetime | None


def hash_of(token: str) -> bytes:
    """What is stored of a token. It has 256 random bits, so that a fast digest is enough."""
    return sha256(token.encode()).digest()


async def find(token: str) -> SignedIn | None:
    """Whose token it is; None when it was never given out or is over."""
    if not _TOKEN.fullmatch(token):
        return None
    async with transaction() as session:
        found = await repository.sign_in(session, hash_of(token), IDLE)
        if found is None:
            return None
        row, account = found
        await repository.seen(session, row.id, SEEN_EVERY)
    return SignedIn(
        id=row.id,
        owner_id=row.owner_id,
        kind=row.owner.kind,
        administrator=row.owner.administrator,
        email=account.email if account else None,
        has_password=bool(account and account.password_hash),
        expires_at=row.owner.expires_at,
    )


async def begin(session: AsyncSession, owner: Owner, user_agent: str, former: SignedIn | None = None) -> str:
    """Sign somebody in and return the new token; the sign-in that the browser had until now ends."""
    if former is not None:
        await repository.end_sign_in(session, former.owner_id, former.id)
    token, now = secrets.token_urlsafe(TOKEN_BYTES), await repository.now(session)
    session.add(
        SignIn(
            owner_id=owner.id,
            token_hash=hash_of(token),
            seen_at=now,
            expires_at=min(filter(None, (now + LONGEST, owner.expires_at))),
            browser=browser(user_agent),
        )
    )
    await session.flush()
    return token


async def is_over(session: AsyncSession, who: SignedIn) -> bool:
    """Whether somebody has been signed out meanwhile."""
    return await repository.is_over(session, who.owner_id, who.id)


async def list_all(session: AsyncSession, who: SignedIn) -> list[dict[str, Any]]:
    """Where this owner is signed in (SignInOut)."""
    return [
        {
            "id": row.id,
            "created_at": row.created_at,
            "seen_at": row.seen_at,
            "browser": row.browser,
            "current": row.id == who.id,
        }
        for row in await repository.sign_ins(session, who.owner_id, IDLE)
    ]


async def end(session: AsyncSession, who: SignedIn, sign_in_id: UUID) -> None:
    """Sign one browser of this owner out. Raises NotFound."""
    if not await repository.end_sign_in(session, who.owner_id, sign_in_id):
        raise NotFound("This sign-in does not exist.", hint="It may have ended by itself.")


async def end_others(session: AsyncSession, who: SignedIn) -> None:
    """Sign this owner out everywhere else."""
    await repository.end_sign_ins(session, who.owner_id, but=who.id)


def browser(user_agent: str) -> str:
    """A few words that a person recognises: "Firefox on Linux"."""
    name = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return f"{name or 'A browser'} on {system}" if system else name or "Another program"
