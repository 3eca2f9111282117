"""How often somebody may try. Nobody can lock somebody else out: what blocks is bound to the address it comes from."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from app.core import vault
from app.core.ratelimit import Limit

_LOG_IN = (Limit("log_in_minute", 6, 60), Limit("log_in", 12, 3600, block_s=900))
_LOG_INS = Limit("log_ins", 60, 600)
_MAIL = Limit("account_mail", 3, 3600)
_MAILS = Limit("account_mails", 20, 3600)
_LINKS = Limit("links", 20, 600)
# A school or an office may have one address.
_GUESTS = Limit("guests", 60, 3600)


def place(address: str) -> str:
    """Where somebody comes from; of IPv6 the /64, which is what one customer has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)


def _subject(*parts: str) -> str:
    # Valkey is no place for addresses of people, so their digest counts; without the key it cannot be tried out.
    return vault.derive("limits", "\n".join(parts))[0].hex()


async def log_in(email: str, address: str) -> None:
    """Count a try to log in. Raises TooMany."""
    await _LOG_INS.take(_subject(place(address)))
    for limit in _LOG_IN:
        await limit.take(_subject(email, place(address)))


async def logged_in(email: str, address: str) -> None:
    """It was the right password: earlier tries were slips."""
    for limit in _LOG_IN:
        await limit.forget(_subject(email, place(address)))


async def change_password(owner_id: UUID) -> None:
    """Count a try to prove the present password. Raises TooMany."""
    for limit in _LOG_IN:
        await limit.take(_subject(str(owner_id)))


async def mail(email: str, address: str) -> None:
    """Count a mail that somebody asks for. Raises TooMany, whether or not the address is known."""
    await _MAILS.take(_subject(place(address)))
    await _MAIL.take(_subject(email, place(address)))


async def link(address: str) -> None:
    """Count a link that is tried. Raises TooMany."""
    await _LINKS.take(_subject(place(address)))


async def guest(address: str) -> None:
    """Count a new guest. Raises TooMany."""
    await _GUESTS.take(_subject(place(address)))
