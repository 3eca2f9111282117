"""What a proxy says of the client, and what a client says of itself; and the headers that depend on it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from starlette.types import Message, Receive, Scope, Send

from app.api.proxies import TrustedProxies
from app.core.config import Settings

TRUSTED = Settings(trusted_proxies="10.0.0.0/8, 192.0.2.7, 2001:db8::/32").proxies
ID = "0123456789abcdef0123456789abcdef"


async def seen(peer: str, headers: dict[str, str]) -> Scope:
    """The scope that the application gets."""
    found: list[Scope] = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        found.append(scope)

    async def nothing() -> Message:
        return {}

    async def nowhere(_: Message) -> None: ...

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (peer, 4711), "scheme": "http", "headers": raw}
    await TrustedProxies(app, TRUSTED)(scope, nothing, nowhere)
    return found[0]


@pytest.mark.parametrize(
    ("peer", "said", "client"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("192.0.2.7", "203.0.113.9", "203.0.113.9"),
        ("192.0.2.8", "203.0.113.9", "192.0.2.8"),
        ("203.0.113.1", "127.0.0.1", "203.0.113.1"),
        # Whoever sends a chain of their own gets their true address appended by the proxy.
        ("10.0.0.1", "127.0.0.1, 198.51.100.4, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "127.0.0.1, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("10.0.0.1", "203.0.113.9:5000", "203.0.113.9"),
        ("10.0.0.1", "[2001:db8:9::1]:5000", "2001:db8:9::1"),
        ("10.0.0.1", "2001:dead::1", "2001:dead::1"),
        ("10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"),
        ("10.0.0.1", "<script>, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("testclient", "203.0.113.9", "testclient"),
    ],
)
async def test_the_client_of_a_chain(peer: str, said: str, client: str) -> None:
    assert (await seen(peer, {"X-Forwarded-For": said}))["client"][0] == client


@pytest.mark.parametrize(("peer", "scheme", "identity"), [("10.0.0.1", "https", ID), ("203.0.113.1", "http", None)])
async def test_scheme_and_request_id_come_from_proxies_only(peer: str, scheme: str, identity: str | None) -> None:
    scope = await seen(peer, {"X-Forwarded-Proto": "https", "X-Request-Id": ID, "Forwarded": "for=1.2.3.4"})
    assert (scope["scheme"], scope.get("request_id")) == (scheme, identity)
    assert scope["headers"] == []


@pytest.mark.parametrize("identity", ["", "abc", ID.upper(), ID + "0", "../../etc", ID[:-1] + "\n"])
async def test_a_request_id_of_another_form_is_not_taken(identity: str) -> None:
    assert "request_id" not in await seen("10.0.0.1", {"X-Request-Id": identity})


def test_what_is_no_network_is_refused_at_start() -> None:
    with pytest.raises(ValidationError):
        Settings(trusted_proxies="10.0.0.0/8, everybody")


@pytest.fixture
def secure(settings: Any) -> Any:
    """An installation that people reach over https, behind a proxy on this machine."""
    object.__setattr__(settings, "trusted_proxies", frozenset({"127.0.0.0/8"}))
    return settings


@pytest.mark.services
@pytest.mark.parametrize("path", ["/livez", "/", "/assets/none.js", "/api/postings", "/api/none", "/api/takes/x"])
async def test_strict_transport_on_pages_answers_and_errors(secure: Any, path: str) -> None:
    from app.main import create_app

    transport = httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        over_tls = await http.get(path, headers={"X-Forwarded-Proto": "https", "X-Request-Id": ID})
        assert over_tls.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
        assert over_tls.headers["x-request-id"] == ID
        assert "strict-transport-security" not in (await http.get(path)).headers
    object.__setattr__(secure, "public_url", "https://rehearsal.example")
    transport = httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        assert "strict-transport-security" in (await http.get(path)).headers
