"""Sign-ins: cookies, rotation, ends, and who may send them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.models import Owner, SignIn
from app.services.accounts import sign_ins
from tests import world
from tests.accounts.server import ORIGIN, Server, change, guest, kind, log_in, owner_of

pytestmark = pytest.mark.services


async def test_nobody_is_told_how_to_sign_in(server: Server, browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/api/session")
    assert answer.json() == {
        "mode": "server",
        "kind": None,
        "owner_id": None,
        "email": None,
        "administrator": False,
        "expires_at": None,
        "has_password": False,
        "methods": {"guest": True, "password": True, "sign_up": True, "oidc": None},
    }
    server.set(REHEARSAL_SMTP_URL=None, REHEARSAL_GUESTS="0")
    assert (await browser.get("/api/session")).json()["methods"] == {
        "guest": False,
        "password": True,
        "sign_up": False,
        "oidc": None,
    }


async def test_personal_mode_has_one_person_and_no_log_in(client: httpx.AsyncClient) -> None:
    found = (await client.get("/api/session")).json()
    assert (found["mode"], found["kind"], found["administrator"]) == ("personal", "local", True)
    assert found["owner_id"] is None
    assert not any(found["methods"].values())
    for method, path in (("POST", "/api/session/guest"), ("DELETE", "/api/session"), ("GET", "/api/account/sessions")):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.json()["error"]) == (409, "personal_mode"), path


@pytest.mark.parametrize(
    ("public", "name", "marks"),
    [
        (ORIGIN, "session", {"httponly", "samesite=lax", "path=/"}),
        ("https://rehearsal.example", "__Host-session", {"httponly", "samesite=lax", "path=/", "secure"}),
    ],
)
async def test_the_cookie_is_for_this_host_and_no_script(
    server: Server, public: str, name: str, marks: set[str]
) -> None:
    server.set(REHEARSAL_PUBLIC_URL=public)
    answer = await server.browser(public).post("/api/session/guest")
    (cookie,) = answer.headers.get_list("set-cookie")
    value, *found = (part.strip() for part in cookie.split(";"))
    assert value.startswith(f"{name}=")
    assert len(value.partition("=")[2]) == 43  # 256 bits
    assert {mark.lower() for mark in found if not mark.lower().startswith(("max-age", "expires"))} == marks
    assert answer.headers["cache-control"] == "no-store"


async def test_the_database_has_only_a_digest(browser: httpx.AsyncClient) -> None:
    await guest(browser)
    token = browser.cookies["session"]
    async with transaction() as session:
        (row,) = (await session.scalars(select(SignIn))).all()
    assert row.token_hash == sign_ins.hash_of(token)
    assert token.encode() not in row.token_hash


@pytest.mark.parametrize("value", ["", "x", "A" * 43, "A" * 5000, "ä" * 43, "'; DROP TABLE owners; --"])
async def test_a_token_that_was_not_given_out_is_nobody(browser: httpx.AsyncClient, value: str) -> None:
    headers = {"Cookie": f"session={value}".encode()}
    assert (await browser.get("/api/session", headers=headers)).json()["kind"] is None
    assert (await browser.get("/api/postings", headers=headers)).status_code == 401


async def test_a_token_that_somebody_planted_is_not_taken_over(server: Server) -> None:
    """Session fixation: what the browser showed before the log-in is worth nothing after it."""
    await server.account()
    planted, victim = server.browser(), server.browser()
    await guest(planted)
    before = planted.cookies["session"]
    victim.cookies.set("session", before, domain="localhost.local", path="/")
    answer = await victim.post(
        "/api/session",
        json={"email": "ada@example.org", "password": "four plain words here"},
        headers={"Cookie": f"session={before}"},
    )
    assert answer.json()["kind"] == "account"
    assert sign_ins.hash_of(before) not in {row.token_hash for row in await _rows()}
    assert await kind(planted) is None


@pytest.mark.parametrize(
    "values",
    [
        {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"seen_at": datetime.now(UTC) - timedelta(hours=12, minutes=1)},
    ],
)
async def test_a_sign_in_ends_by_age_and_by_idleness(server: Server, values: dict[str, datetime]) -> None:
    browser = await server.account()
    assert await kind(browser) == "account"
    await change(SignIn, **values)
    assert await kind(browser) is None
    assert (await browser.get("/api/postings")).json()["error"] == "not_signed_in"


async def test_use_is_noted_at_most_once_a_minute(browser: httpx.AsyncClient) -> None:
    await guest(browser)
    first = (await _rows())[0].seen_at
    await kind(browser)
    assert (await _rows())[0].seen_at == first
    await change(SignIn, seen_at=first - timedelta(minutes=2))
    await kind(browser)
    assert (await _rows())[0].seen_at >= first


@pytest.mark.parametrize("values", [{"erased_at": datetime(2020, 1, 1, tzinfo=UTC)}])
async def test_whoever_is_forgotten_cannot_come_in(server: Server, values: dict[str, datetime]) -> None:
    browser = await server.account()
    await change(Owner, **values)
    assert await kind(browser) is None
    assert (await log_in(server.browser())).json()["error"] == "wrong_credentials"
    # The address is free again, for somebody new.
    again = await server.account()
    assert await kind(again) == "account"
    assert await kind(browser) is None


async def test_logging_out_ends_it_on_the_server(server: Server) -> None:
    browser = await server.account()
    token = browser.cookies["session"]
    answer = await browser.delete("/api/session")
    assert (answer.status_code, answer.headers["clear-site-data"]) == (204, '"cache", "cookies"')
    assert "session" not in browser.cookies
    assert (await server.browser().get("/api/postings", headers={"Cookie": f"session={token}"})).status_code == 401
    assert (await browser.delete("/api/session")).status_code == 204  # nobody may log out, too


async def test_sign_ins_are_listed_and_revoked(server: Server) -> None:
    first = await server.account()
    second = server.browser(**{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    await log_in(second)
    listed = (await second.get("/api/account/sessions")).json()
    assert [(item["browser"], item["current"]) for item in listed] == [
        ("Firefox on Linux", True),
        (listed[1]["browser"], False),
    ]
    stranger = server.browser()
    await guest(stranger)
    answer = await stranger.delete(f"/api/account/sessions/{listed[1]['id']}")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert await kind(first) == "account"
    assert (await second.delete(f"/api/account/sessions/{listed[1]['id']}")).status_code == 204
    assert (await kind(first), await kind(second)) == (None, "account")
    third = server.browser()
    await log_in(third)
    assert (await second.delete("/api/account/sessions")).status_code == 204
    assert (await kind(third), await kind(second)) == (None, "account")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on macOS"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8.0", "Another program"),
        ("<script>alert(1)</script> Windows", "A browser on Windows"),
    ],
)
def test_a_browser_is_named_by_few_words(agent: str, words: str) -> None:
    assert sign_ins.browser(agent) == words


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_other_sites_get_nothing_with_the_cookie(server: Server, site: str) -> None:
    browser = await server.account()
    for method, path in (("GET", "/api/postings"), ("GET", "/api/session"), ("DELETE", "/api/data")):
        answer = await browser.request(method, path, headers={"Sec-Fetch-Site": site})
        assert (answer.status_code, answer.json()["error"]) == (403, "origin_refused"), path
    for own in ("same-origin", "none"):
        assert (await browser.get("/api/postings", headers={"Sec-Fetch-Site": own})).status_code == 200
    # A link in a mail opens the page.
    page = await browser.get("/verify", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"})
    assert page.status_code in (200, 503)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": ORIGIN},
    ],
)
async def test_other_sites_log_nobody_in(server: Server, headers: dict[str, str]) -> None:
    """Log-in across sites would put a victim into the account of the attacker."""
    await server.account()
    victim = server.browser(**headers)
    answer = await log_in(victim)
    assert (answer.status_code, answer.json()["error"]) == (403, "origin_refused")
    assert "session" not in victim.cookies


async def test_a_server_answers_to_its_public_name(server: Server) -> None:
    server.set(REHEARSAL_PUBLIC_URL="https://rehearsal.example", REHEARSAL_HOSTS="inside.example,127.0.0.1")
    for origin, status in (
        ("https://rehearsal.example", 200),
        ("https://REHEARSAL.example:443", 200),
        ("https://inside.example", 200),
        ("https://evil.example", 403),
        ("https://rehearsal.example.evil.example", 403),
    ):
        assert (await server.browser(origin).get("/api/session")).status_code == status, origin


async def test_a_stream_ends_with_the_sign_in(server: Server) -> None:
    from app.api.events import stream

    browser = await server.account()
    who = await sign_ins.find(browser.cookies["session"])
    assert who is not None
    interview, _, _ = await world.interview(await owner_of(browser))
    events = stream(who.owner_id, interview, who)
    await anext(events)
    await browser.delete("/api/session")
    async with transaction() as session:
        from app.core.events import changed

        changed(session, interview)
    with pytest.raises(StopAsyncIteration):
        await anext(events)


async def _rows() -> list[SignIn]:
    async with transaction() as session:
        return list((await session.scalars(select(SignIn))).all())
