"""Who asks, behind a proxy: what the proxy says of the client is believed, what the client says of itself is not."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core import asking
from app.core.config import Network

# Only a proxy says these; from anybody else they are taken away, so that nothing further in can believe them.
FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto", b"x-request-id", b"forwarded")
REQUEST_ID = re.compile(rb"[0-9a-f]{32}")
CHAIN = 20


class TrustedProxies:
    """Sets the client's address and scheme from `X-Forwarded-For` and `-Proto` of a proxy that is trusted.

    The chain is read from its end: the first address that is no trusted proxy is the client. A trusted proxy may also
    give the request its id (32 hexadecimal digits), which is then in `scope["request_id"]`.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network] = ()) -> None:
        self._app = app
        self._trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] in ("http", "websocket"):
            scope = self._told(dict(scope))
            asking.owner.set(None)
            asking.address.set((scope.get("client") or ("",))[0])
        await self._app(scope, receive, send)

    def _told(self, scope: Scope) -> Scope:
        said: dict[bytes, list[bytes]] = {name: [] for name in FORWARDED}
        for name, value in scope["headers"]:
            if name in said:
                said[name].append(value)
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] not in said]
        scope["forwarded"] = any(said.values())  # somebody stands between, or says so
        client = scope.get("client")
        if not client or not self._is_trusted(client[0]):
            return scope
        chain = b",".join(said[b"x-forwarded-for"]).decode("latin-1").split(",")[-CHAIN:]
        for hop in reversed([hop.strip() for hop in chain]):
            address = _address(hop)
            if address is None:
                break  # what lies behind something unreadable was said by whoever wrote it
            scope["client"] = (address, 0)
            if not self._is_trusted(address):
                break
        scheme = b",".join(said[b"x-forwarded-proto"]).split(b",")[-1].strip().lower()
        if scheme in (b"http", b"https"):
            scope["scheme"] = scheme.decode()
        if len(said[b"x-request-id"]) == 1 and REQUEST_ID.fullmatch(said[b"x-request-id"][0]):
            scope["request_id"] = said[b"x-request-id"][0].decode()
        return scope

    def _is_trusted(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False  # a Unix socket, a test client
        return any(address.version == network.version and address in network for network in self._trusted)


def _address(hop: str) -> str | None:
    """The address of one hop, without a port."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        address = ipaddress.ip_address(hop)
    except ValueError:
        return None
    # ::ffff:192.0.2.1 is 192.0.2.1.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
