"""Log-in by an OpenID Connect issuer, which runs on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select

from app.core.database import transaction
from app.domain.errors import BadInput, RehearsalError
from app.models import Account, Identity
from app.services.accounts import oidc
from tests import world
from tests.accounts.issuer import CLIENT, SECRET, Issuer
from tests.accounts.server import Server, guest, kind, owner_of

pytestmark = pytest.mark.services
START = "/api/session/oidc/start"


@pytest.fixture
async def issuer(server: Server) -> AsyncIterator[Issuer]:
    """An issuer, set up at the server."""
    made = Issuer()
    await made.start()
    server.set(
        REHEARSAL_OIDC_ISSUER=made.url,
        REHEARSAL_OIDC_CLIENT_ID=CLIENT,
        REHEARSAL_OIDC_CLIENT_SECRET=SECRET,
        REHEARSAL_OIDC_NAME="Example University",
    )
    yield made
    await made.stop()


async def come_back(browser: httpx.AsyncClient, issuer: Issuer, page: str = "/") -> httpx.Response:
    """Go to the issuer and come back, as a browser does: from another site."""
    answer = await browser.get(START, params={"next": page})
    assert answer.status_code == 303, answer.text
    return await browser.get(issuer.log_in(answer.headers["location"]), headers={"Sec-Fetch-Site": "cross-site"})


async def test_somebody_new_comes_in(server: Server, issuer: Issuer) -> None:
    browser = server.browser()
    assert (await browser.get("/api/session")).json()["methods"]["oidc"] == {"name": "Example University"}
    answer = await come_back(browser, issuer, "/interviews?page=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/interviews?page=2")
    found = (await browser.get("/api/session")).json()
    assert (found["kind"], found["email"], found["has_password"]) == ("account", "ada@example.org", False)
    assert "sign-in" not in browser.cookies
    owner = await owner_of(browser)
    again = server.browser()
    await come_back(again, issuer)
    assert await owner_of(again) == owner


async def test_the_request_is_bound_to_the_browser(server: Server, issuer: Issuer) -> None:
    answer = await server.browser().get(START)
    asked = {name: value[0] for name, value in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert asked.keys() >= {"state", "nonce", "code_challenge", "scope", "client_id", "redirect_uri"}
    assert asked["redirect_uri"] == "http://localhost:8000/api/session/oidc/callback"
    (cookie,) = answer.headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=600" in cookie
    for secret in (asked["state"], asked["nonce"]):
        assert secret not in cookie


async def test_a_guest_keeps_everything(server: Server, issuer: Issuer) -> None:
    browser = server.browser()
    await guest(browser)
    owner = await owner_of(browser)
    interview, _, _ = await world.interview(owner)
    await come_back(browser, issuer)
    assert await owner_of(browser) == owner
    assert (await browser.get(f"/api/interviews/{interview}")).status_code == 200


async def test_a_proven_address_is_linked(server: Server, issuer: Issuer) -> None:
    owner = await owner_of(await server.account("ada@example.org"))
    browser = server.browser()
    await come_back(browser, issuer)
    assert await owner_of(browser) == owner


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_an_unproven_address_is_not_linked(server: Server, issuer: Issuer, verified: Any) -> None:
    owner = await owner_of(await server.account("ada@example.org"))
    issuer.claims["email_verified"] = verified
    browser = server.browser()
    await come_back(browser, issuer)
    assert await owner_of(browser) != owner
    assert (await browser.get("/api/session")).json()["email"] is None
    async with transaction() as session:
        assert len((await session.scalars(select(Account))).all()) == 2
        assert len((await session.scalars(select(Identity))).all()) == 1


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/ok\r\nSet-Cookie: a=b",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "http:///evil.example",
        "https:evil.example",
        "///evil.example",
    ],
)
async def test_no_open_redirect(server: Server, issuer: Issuer, page: str) -> None:
    answer = await server.browser().get(START, params={"next": page})
    assert (answer.status_code, answer.json()["error"]) == (422, "next_refused")
    assert issuer.asked == []


@pytest.mark.parametrize("page", ["/", "/interviews/1/report", "/a?b=https://c.example", "/#part", "/..//x"])
def test_local_pages_are_fine(page: str) -> None:
    assert oidc.require_local(page) == page


async def _refused(browser: httpx.AsyncClient, address: str, problem: str = "oidc_failed") -> None:
    answer = await browser.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?problem={problem}")
    assert await kind(browser) is None


async def test_it_ends_where_it_began_and_once(server: Server, issuer: Issuer) -> None:
    attacker, victim = server.browser(), server.browser()
    back = issuer.log_in((await attacker.get(START)).headers["location"])
    await _refused(victim, back)  # log-in across sites: the attacker's answer in the victim's browser
    await victim.get(START)
    await _refused(victim, back)  # the state is another one
    assert (await attacker.get(back)).headers["location"] == "/"
    other = server.browser()
    await _refused(other, back)  # replayed
    await _refused(other, "/api/session/oidc/callback")
    await _refused(other, "/api/session/oidc/callback?state=&code=1")


async def test_replayed_in_the_same_browser(server: Server, issuer: Issuer) -> None:
    browser = server.browser()
    started = await browser.get(START)
    kept = browser.cookies["sign-in"]
    back = issuer.log_in(started.headers["location"])
    assert (await browser.get(back)).headers["location"] == "/"
    replay = await server.browser().get(back, headers={"Cookie": f"sign-in={kept}"})
    assert replay.headers["location"] == "/sign-in?problem=oidc_failed"


async def test_it_must_not_take_too_long(server: Server, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = server.browser()
    monkeypatch.setattr(oidc, "LIFETIME_S", -1)
    started = await browser.get(START)
    value = started.headers["set-cookie"].partition("=")[2].partition(";")[0]
    back = issuer.log_in(started.headers["location"])
    answer = await browser.get(back, headers={"Cookie": f"sign-in={value}"})
    assert answer.headers["location"] == "/sign-in?problem=oidc_failed"


async def test_calling_off_is_said(server: Server, issuer: Issuer) -> None:
    browser = server.browser()
    started = await browser.get(START)
    state = parse_qs(urlsplit(started.headers["location"]).query)["state"][0]
    await _refused(browser, f"/api/session/oidc/callback?error=access_denied&state={state}", "oidc_cancelled")


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
    ],
)
async def test_what_the_token_says_is_checked(server: Server, issuer: Issuer, wrong: dict[str, Any]) -> None:
    issuer.wrong = wrong
    browser = server.browser()
    answer = await come_back(browser, issuer)
    assert answer.headers["location"] == "/sign-in?problem=oidc_failed"
    assert await kind(browser) is None


async def test_who_signed_it_is_checked(server: Server, issuer: Issuer) -> None:
    browser = server.browser()
    issuer.signing = RSAKey.generate_key(2048, {"kid": "one"})
    assert (await come_back(browser, issuer)).headers["location"] == "/sign-in?problem=oidc_failed"
    # Signed with what everybody knows: the client's secret, or the public key as a secret.
    for known in (SECRET, str(issuer.key.as_dict(private=False)["n"])):
        issuer.header = {"alg": "HS256", "kid": "one"}
        issuer.signing = OctKey.import_key(known)
        assert (await come_back(browser, issuer)).headers["location"] == "/sign-in?problem=oidc_failed"
    assert await kind(browser) is None


async def test_redirects_of_the_issuer_are_not_followed(server: Server, issuer: Issuer) -> None:
    issuer.document = {"jwks_uri": f"{issuer.url}/elsewhere"}
    answer = await come_back(server.browser(), issuer)
    assert answer.headers["location"] == "/sign-in?problem=oidc_failed"
    assert "/keys" not in issuer.asked


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["http://login.example/x", "file:///etc/passwd", "https://a:b@login.example/", "x"])
async def test_addresses_the_issuer_names_are_guarded(server: Server, issuer: Issuer, name: str, address: str) -> None:
    issuer.document = {name: address}
    answer = await server.browser().get(START)
    assert (answer.status_code, answer.json()["error"]) == (502, "oidc_failed")
    assert issuer.asked == ["/.well-known/openid-configuration"]


async def test_an_issuer_with_another_name_is_refused(server: Server, issuer: Issuer) -> None:
    issuer.document = {"issuer": "https://login.example"}
    assert (await server.browser().get(START)).status_code == 502


async def test_an_issuer_that_is_away_is_said(server: Server, issuer: Issuer) -> None:
    server.set(REHEARSAL_OIDC_ISSUER="http://127.0.0.1:9")
    answer = await server.browser().get(START)
    assert (answer.status_code, answer.json()["error"]) == (502, "oidc_failed")


async def test_the_guard_stands_before_the_socket() -> None:
    """Every request of the client passes it; nothing is opened for what it refuses (the tests' fence would say so)."""
    async with oidc._client() as http:
        for url in ("http://login.example/x", "http://192.0.2.1/x", "ftp://127.0.0.1/x"):
            with pytest.raises(RehearsalError, match="is not https"):
                await http.request("GET", url, withhold_token=True)


async def test_without_an_issuer_there_is_nothing(server: Server) -> None:
    browser = server.browser()
    answer = await browser.get(START)
    assert (answer.status_code, answer.json()["error"]) == (404, "oidc_off")
    await _refused(browser, "/api/session/oidc/callback", "oidc_off")


def test_a_page_elsewhere_is_refused_by_the_function_itself() -> None:
    with pytest.raises(BadInput):
        oidc.require_local("//evil.example")
