"""Where a request comes from."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from starlette.requests import HTTPConnection

from app.core.config import settings


def client_address(request: HTTPConnection) -> str:
    """The address of the client: of the peer, or what a proxy of ours says in X-Forwarded-For.

    The list is read from its end, where the nearest proxy has written; what stands before an address that is not a
    proxy of ours was written by whoever is there.
    """
    peer = request.client.host if request.client else "unknown"
    said = [part.strip() for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
    while said and _is_trusted(peer):
        peer = said.pop()
    return peer


def _is_trusted(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in ip_network(one) for one in settings().trusted_proxies)
