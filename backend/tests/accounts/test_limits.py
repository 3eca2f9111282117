"""Brute force, and that nobody can lock somebody else out; whose word about addresses counts."""

from __future__ import annotations

import httpx
import pytest

from app.core import ratelimit
from app.core.events import connect
from app.core.ratelimit import Limit
from app.domain.errors import TooMany
from app.services.accounts import passwords, throttle
from tests.accounts.server import PASSWORD, Server, log_in

pytestmark = pytest.mark.services
ATTACKER, VICTIM = "127.0.0.66", "127.0.0.7"


async def _fail(browser: httpx.AsyncClient, times: int, email: str = "ada@example.org") -> list[int]:
    return [(await log_in(browser, email, "not the password")).status_code for _ in range(times)]


async def test_guessing_stops_and_locks_nobody_else_out(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    await server.account()
    attacker, victim = server.browser(address=ATTACKER), server.browser(address=VICTIM)
    assert await _fail(attacker, 8) == [401] * 6 + [429] * 2
    answer = await log_in(attacker)  # the right password does not help any more
    assert (answer.status_code, answer.json()["error"]) == (429, "rate_limited")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert (await log_in(victim)).status_code == 200


async def test_unknown_addresses_are_limited_alike(server: Server) -> None:
    assert await _fail(server.browser(), 7, "nobody@example.org") == [401] * 6 + [429]


async def test_a_slow_guesser_waits_a_quarter_of_an_hour(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_LOG_IN", throttle._LOG_IN[1:])  # as if they came one a minute
    await server.account()
    attacker = server.browser(address=ATTACKER)
    assert await _fail(attacker, 13) == [401] * 12 + [429]
    waits = [int((await log_in(attacker)).headers["retry-after"]) for _ in range(3)]
    assert all(890 <= wait <= 900 for wait in waits)
    assert waits == sorted(waits, reverse=True)  # asking meanwhile makes it no longer


async def test_many_accounts_from_one_address(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> bool:
        return False

    monkeypatch.setattr(passwords, "matches", never)  # 60 digests take long, and are not what is tried here
    browser = server.browser(address=ATTACKER)
    answers = [(await log_in(browser, f"a{number}@example.org")).status_code for number in range(61)]
    assert answers == [401] * 60 + [429]


async def test_slips_are_forgotten_after_the_right_password(server: Server) -> None:
    await server.account()
    browser = server.browser()
    for _ in range(3):
        assert await _fail(browser, 4) == [401] * 4
        assert (await log_in(browser)).status_code == 200


async def test_mails_are_limited_and_earlier_links_stay_good(server: Server) -> None:
    await server.account()
    browser = server.browser(address=VICTIM)
    asked = [
        (await browser.post("/api/account/forgot", json={"email": "ada@example.org"})).status_code for _ in range(4)
    ]
    assert asked == [202] * 3 + [429]
    await server.deliver()
    assert server.mailbox is not None
    body = {"token": server.mailbox.token(), "password": "another four plain words"}
    assert (await browser.post("/api/account/reset", json=body)).status_code == 204


async def test_links_are_not_guessed(server: Server) -> None:
    browser = server.browser()
    answers = [(await browser.post("/api/account/verify", json={"token": "x"})).status_code for _ in range(21)]
    assert answers == [422] * 20 + [429]


async def test_guests_of_one_address_are_limited(server: Server) -> None:
    answers = [(await server.browser(address=ATTACKER).post("/api/session/guest")).status_code for _ in range(61)]
    assert answers == [201] * 60 + [429]


async def test_the_present_password_is_not_guessed(server: Server) -> None:
    browser = await server.account()
    body = {"current": "not the password", "new": PASSWORD}
    answers = [(await browser.put("/api/account/password", json=body)).status_code for _ in range(7)]
    assert answers == [422] * 6 + [429]


async def test_the_counter_knows_no_address(server: Server) -> None:
    await _fail(server.browser(address=ATTACKER), 1)
    async with connect() as redis:
        keys = [key.decode() for key in await redis.keys("*")]
    assert len(keys) == 4  # with that of requests without a sign-in
    assert not any("ada" in key or ATTACKER in key for key in keys)


async def test_a_block_ends_and_counts_anew(server: Server) -> None:
    limit = Limit(name="test", count=2, window_s=3600, block_s=900)
    for _ in range(2):
        await ratelimit.take(limit, "one")
    with pytest.raises(TooMany) as caught:
        await ratelimit.take(limit, "one")
    assert 890 <= caught.value.retry_after_s <= 900
    async with connect() as redis:
        (key,) = await redis.keys("limit:*")
    await ratelimit.take(limit, "two")
    async with connect() as redis:
        await redis.pexpire(key, 1)  # what the block's time does
        while await redis.exists(key):
            pass
    await ratelimit.take(limit, "one")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_customer_is_one_place(address: str, place: str) -> None:
    assert throttle.place(address) == place
