"""How often somebody may try. Nobody can lock somebody else out: what blocks is bound to the address it comes from."""

from __future__ import annotations

from uuid import UUID

from app.core import ratelimit
from app.core.asking import place
from app.core.ratelimit import Limit

_TRIED = "It can be tried"
_LOG_IN = (
    Limit(name="log_in_minute", count=6, window_s=60, what=_TRIED),
    Limit(name="log_in", count=12, window_s=3600, block_s=900, what=_TRIED),
)
_LOG_INS = Limit(name="log_ins", count=60, window_s=600, what=_TRIED)
_MAIL = Limit(name="account_mail", count=3, window_s=3600, what="A mail can be asked for")
_MAILS = Limit(name="account_mails", count=20, window_s=3600, what="A mail can be asked for")
_LINKS = Limit(name="links", count=20, window_s=600, what="A link can be tried")
# A school or an office may have one address.
_GUESTS = Limit(name="guests", count=60, window_s=3600, what="One address can come in as a guest")


def _subject(email: str, address: str) -> str:
    return f"{email} {place(address)}"


async def log_in(email: str, address: str) -> None:
    """Count a try to log in. Raises TooMany."""
    await ratelimit.take(_LOG_INS, place(address))
    await ratelimit.take(_LOG_IN, _subject(email, address))


async def logged_in(email: str, address: str) -> None:
    """It was the right password: earlier tries were slips."""
    await ratelimit.forget(_LOG_IN, _subject(email, address))


async def change_password(owner_id: UUID) -> None:
    """Count a try to prove the present password. Raises TooMany."""
    await ratelimit.take(_LOG_IN, str(owner_id))


async def mail(email: str, address: str) -> None:
    """Count a mail that somebody asks for. Raises TooMany, whether or not the address is known."""
    await ratelimit.take(_MAILS, place(address))
    await ratelimit.take(_MAIL, _subject(email, address))


async def link(address: str) -> None:
    """Count a link that is tried. Raises TooMany."""
    await ratelimit.take(_LINKS, place(address))


async def guest(address: str) -> None:
    """Count a new guest. Raises TooMany."""
    await ratelimit.take(_GUESTS, place(address))
