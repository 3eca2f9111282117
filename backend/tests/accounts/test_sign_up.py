"""Sign-up, forgotten passwords, guests that stay; and that none of it tells who has an account."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import event, select, update

from app.core.database import engine, transaction
from app.models import Account, Interview, Link, OutboxJob, Owner
from app.services.accounts import passwords
from tests import world
from tests.accounts.mails import Mailbox
from tests.accounts.server import PASSWORD, Server, change, guest, kind, log_in, owner_of

pytestmark = pytest.mark.services
OTHER = "another four plain words"


async def test_a_guest_signs_up_and_keeps_everything(server: Server, mailbox: Mailbox) -> None:
    browser = server.browser()
    assert (await guest(browser))["kind"] == "guest"
    owner = await owner_of(browser)
    interview, _, _ = await world.interview(owner)
    before = browser.cookies["session"]
    answer = await browser.post("/api/account", json={"email": " Ada@Example.org ", "password": PASSWORD})
    assert (answer.status_code, answer.json()) == (202, {"asked": True})
    assert await kind(browser) == "guest"
    await server.deliver()
    assert mailbox.mails[-1]["To"] == "ada@example.org"
    answer = await browser.post("/api/account/verify", json={"token": mailbox.token()})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["kind"], found["email"], found["has_password"], found["expires_at"]) == (
        "account",
        "ada@example.org",
        True,
        None,
    )
    assert await owner_of(browser) == owner
    assert browser.cookies["session"] != before
    assert (await browser.get(f"/api/interviews/{interview}")).status_code == 200
    assert (await log_in(server.browser())).status_code == 200
    # The token from before the sign-up is nobody's.
    assert (await server.browser().get("/api/postings", headers={"Cookie": f"session={before}"})).status_code == 401


async def test_opened_in_another_browser_the_work_goes_along(server: Server, mailbox: Mailbox) -> None:
    browser, phone = server.browser(), server.browser()
    await guest(browser)
    owner = await owner_of(browser)
    await browser.post("/api/account", json={"email": "ada@example.org", "password": PASSWORD})
    await server.deliver()
    await phone.post("/api/account/verify", json={"token": mailbox.token()})
    assert await owner_of(phone) == owner
    assert await kind(browser) is None


async def test_a_guest_that_is_gone_is_not_brought_back(server: Server, mailbox: Mailbox) -> None:
    browser = server.browser()
    await guest(browser)
    owner = await owner_of(browser)
    await browser.post("/api/account", json={"email": "ada@example.org", "password": PASSWORD})
    await server.deliver()
    await change(Owner, expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    answer = await browser.post("/api/account/verify", json={"token": mailbox.token()})
    assert (answer.status_code, answer.json()["kind"]) == (200, "account")
    assert await owner_of(browser) != owner


async def test_a_link_is_good_once_and_for_its_purpose(server: Server, mailbox: Mailbox) -> None:
    browser = await server.account()
    used = mailbox.token()
    for path, body in (
        ("/api/account/verify", {"token": used}),
        ("/api/account/reset", {"token": used, "password": OTHER}),
    ):
        answer = await browser.post(path, json=body)
        assert (answer.status_code, answer.json()["error"]) == (422, "link_invalid"), path
    await browser.post("/api/account/forgot", json={"email": "ada@example.org"})
    await server.deliver()
    answer = await browser.post("/api/account/verify", json={"token": mailbox.token()})
    assert answer.json()["error"] == "link_invalid"


@pytest.mark.parametrize(
    ("password", "code"),
    [("seven77", "password_too_short"), ("Password1", "password_common"), ("ada@example.org", "password_common")],
)
async def test_weak_passwords_are_refused(server: Server, password: str, code: str) -> None:
    answer = await server.browser().post("/api/account", json={"email": "ada@example.org", "password": password})
    assert (answer.status_code, answer.json()["error"]) == (422, code)
    assert password not in answer.text


@pytest.mark.parametrize(
    "password", ["zzqzzqz9", "        x       ", "пароль-пароль", "x" * 256, "😀" * 8, "\t\ttabs\t\ttabs"]
)
async def test_every_character_is_allowed(server: Server, password: str) -> None:
    await server.account(password=password)
    assert (await log_in(server.browser(), password=password)).status_code == 200
    assert (await log_in(server.browser(), password=f"{password} ")).status_code == 401


def test_the_list_has_what_is_tried_first() -> None:
    listed = passwords._common()
    assert len(listed) > 10_000
    assert {"password", "12345678", "qwertyuiop", "iloveyou", "football"} <= listed
    assert all(len(word) >= passwords.SHORTEST for word in listed)


def test_the_digest_of_nobody_costs_what_everybody_costs() -> None:
    assert not passwords.is_outdated(passwords.DUMMY)


@pytest.mark.parametrize(
    "address",
    ["", "ada", "ada@", "@example.org", "ada@example", "a b@example.org", "ada@example.org\r\nBcc: eve@evil.example",
     "ada@example.org,eve@evil.example", "ada@exämple.org", f"{'a' * 250}@example.org", "ada@-@x"],
)  # fmt: skip
async def test_what_is_no_address_gets_no_mail(server: Server, mailbox: Mailbox, address: str) -> None:
    browser = server.browser()
    answer = await browser.post("/api/account", json={"email": address, "password": PASSWORD})
    assert answer.status_code == 422
    assert await server.deliver() == 0


async def test_without_mail_nobody_signs_up_alone(server: Server) -> None:
    server.set(REHEARSAL_SMTP_URL=None)
    browser = server.browser()
    answer = await browser.post("/api/account", json={"email": "ada@example.org", "password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]) == (403, "sign_up_off")
    assert (await browser.post("/api/account/forgot", json={"email": "ada@example.org"})).status_code == 202


async def test_guests_may_be_kept_out(server: Server) -> None:
    server.set(REHEARSAL_GUESTS="false")
    answer = await server.browser().post("/api/session/guest")
    assert (answer.status_code, answer.json()["error"]) == (403, "guests_off")


# ---- nobody learns who has an account


class Work:
    """What the program does for a request: statements without their values, and Argon2 runs."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        event.listen(engine().sync_engine, "before_cursor_execute", self._statement)
        patch.setattr(passwords, "_HASHER", _Counting(passwords._HASHER, self.done))

    def _statement(self, _c: Any, _k: Any, statement: str, *_: Any) -> None:
        self.done.append(statement)

    def close(self) -> None:
        event.remove(engine().sync_engine, "before_cursor_execute", self._statement)


class _Counting:
    """The real hasher; each run is noted."""

    def __init__(self, real: Any, done: list[str]) -> None:
        self._real, self._done = real, done

    def __getattr__(self, name: str) -> Any:
        if name in ("hash", "verify"):
            self._done.append(f"argon2 {name}")
        return getattr(self._real, name)


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/api/session", {"password": OTHER}),
        ("/api/account", {"password": OTHER}),
        ("/api/account/forgot", {}),
    ],
)
async def test_known_and_unknown_addresses_look_the_same(
    server: Server, monkeypatch: pytest.MonkeyPatch, path: str, rest: dict[str, str]
) -> None:
    """The same answer after the same work: what is not done cannot be timed."""
    await server.account()
    seen = []
    for email in ("ada@example.org", "eve@example.org"):
        browser = server.browser(address="127.0.0.44")  # where nothing has been asked for yet
        with pytest.MonkeyPatch.context() as patch:
            work = Work(patch)
            answer = await browser.post(path, json={"email": email} | rest)
            work.close()
        body = {name: value for name, value in answer.json().items() if name != "request_id"}
        kept = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
        seen.append((answer.status_code, body, kept, work.done))
    assert seen[0] == seen[1]
    assert seen[0][0] in (401, 202)
    argon2 = [step for step in seen[0][3] if step.startswith("argon2")]
    assert argon2 == {"/api/session": ["argon2 verify"], "/api/account": ["argon2 hash"]}.get(path, [])


async def test_an_account_without_a_password_looks_like_none(server: Server) -> None:
    await server.account()
    async with transaction() as session:
        await session.execute(update(Account).values(password_hash=None))
    with pytest.MonkeyPatch.context() as patch:
        work = Work(patch)
        answer = await log_in(server.browser())
        work.close()
    assert (answer.status_code, answer.json()["error"]) == (401, "wrong_credentials")
    assert work.done.count("argon2 verify") == 1


async def test_only_the_mail_says_that_there_is_an_account(server: Server, mailbox: Mailbox) -> None:
    await server.account()
    browser = server.browser()
    await browser.post("/api/account", json={"email": "ada@example.org", "password": OTHER})
    await server.deliver()
    assert mailbox.mails[-1]["Subject"] == "You have an account already"
    assert "#token" not in mailbox.text()
    count = len(mailbox.mails)
    await browser.post("/api/account/forgot", json={"email": "eve@example.org"})
    await server.deliver()
    assert len(mailbox.mails) == count
    async with transaction() as session:
        assert (await session.scalars(select(Link))).all() == []
    assert (await log_in(server.browser(), password=OTHER)).status_code == 401


async def test_jobs_and_rows_hold_no_token(server: Server, mailbox: Mailbox) -> None:
    await server.browser().post("/api/account", json={"email": "ada@example.org", "password": PASSWORD})
    async with transaction() as session:
        (job,) = (await session.scalars(select(OutboxJob))).all()
        (link,) = (await session.scalars(select(Link))).all()
    assert [UUID(arg) for arg in job.args] == [job.id, link.id]
    await server.deliver()
    token = mailbox.token()
    assert len(token) == 43
    assert link.token_hash != token.encode()
    assert PASSWORD not in str(link.password_hash)
    assert str(link.password_hash).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_a_mail_that_is_sent_again_has_the_same_link(server: Server, mailbox: Mailbox) -> None:
    await server.browser().post("/api/account", json={"email": "ada@example.org", "password": PASSWORD})
    mailbox.answer = "451 later"
    with pytest.raises(Exception, match="did not take a mail"):
        await server.deliver()
    mailbox.answer = "250 OK"
    assert await server.deliver() == 1  # the job was kept
    assert await server.deliver() == 0
    answer = await server.browser().post("/api/account/verify", json={"token": mailbox.token()})
    assert answer.status_code == 200


async def test_a_link_outlives_the_rotation_of_the_key(server: Server, mailbox: Mailbox) -> None:
    from tests.accounts.server import KEY

    await server.browser().post("/api/account", json={"email": "ada@example.org", "password": PASSWORD})
    server.set(REHEARSAL_SECRET_KEY=f"nEw0{KEY[::-1]},{KEY}")
    await server.deliver()
    answer = await server.browser().post("/api/account/verify", json={"token": mailbox.token()})
    assert answer.status_code == 200


# ---- forgotten and changed passwords


async def _forgot(server: Server, mailbox: Mailbox) -> str:
    await server.browser().post("/api/account/forgot", json={"email": "ada@example.org"})
    await server.deliver()
    return mailbox.token()


async def test_a_forgotten_password_is_replaced_once(server: Server, mailbox: Mailbox) -> None:
    browser = await server.account()
    first, second = await _forgot(server, mailbox), await _forgot(server, mailbox)
    stranger = server.browser()
    # A password that will not do does not use the link up.
    answer = await stranger.post("/api/account/reset", json={"token": second, "password": "ada@example.org"})
    assert answer.json()["error"] == "password_common"
    answer = await stranger.post("/api/account/reset", json={"token": second, "password": OTHER})
    assert answer.status_code == 204
    assert await kind(stranger) is None
    assert await kind(browser) is None  # signed out everywhere
    assert (await log_in(server.browser())).status_code == 401
    assert (await log_in(server.browser(), password=OTHER)).status_code == 200
    for token in (second, first, "A" * 43):  # replayed, older, made up
        answer = await stranger.post("/api/account/reset", json={"token": token, "password": PASSWORD})
        assert (answer.status_code, answer.json()["error"]) == (422, "link_invalid")


async def test_a_reset_link_ends_after_half_an_hour(server: Server, mailbox: Mailbox) -> None:
    await server.account()
    token = await _forgot(server, mailbox)
    async with transaction() as session:
        (link,) = (await session.scalars(select(Link))).all()
        assert timedelta(minutes=29) < link.expires_at - link.created_at < timedelta(minutes=31)
        link.expires_at -= timedelta(minutes=31)
    answer = await server.browser().post("/api/account/reset", json={"token": token, "password": OTHER})
    assert answer.json()["error"] == "link_invalid"


async def test_a_changed_password_ends_all_other_sign_ins(server: Server) -> None:
    browser, other = await server.account(), server.browser()
    await log_in(other)
    answer = await browser.put("/api/account/password", json={"current": OTHER, "new": OTHER})
    assert (answer.status_code, answer.json()["error"]) == (422, "wrong_password")
    before = browser.cookies["session"]
    answer = await browser.put("/api/account/password", json={"current": PASSWORD, "new": OTHER})
    assert answer.status_code == 204
    assert browser.cookies["session"] != before
    assert (await kind(browser), await kind(other)) == ("account", None)
    assert (await server.browser().get("/api/postings", headers={"Cookie": f"session={before}"})).status_code == 401
    assert (await log_in(server.browser(), password=OTHER)).status_code == 200


async def test_a_guest_has_no_password_to_change(server: Server) -> None:
    browser = server.browser()
    await guest(browser)
    answer = await browser.put("/api/account/password", json={"current": PASSWORD, "new": OTHER})
    assert (answer.status_code, answer.json()["error"]) == (409, "no_password")


async def test_an_old_digest_is_renewed_at_log_in(server: Server) -> None:
    from argon2 import PasswordHasher

    await server.account()
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    async with transaction() as session:
        await session.execute(update(Account).values(password_hash=old))
    assert (await log_in(server.browser())).status_code == 200
    async with transaction() as session:
        (account,) = (await session.scalars(select(Account))).all()
    assert not passwords.is_outdated(str(account.password_hash))
    assert (await log_in(server.browser())).status_code == 200


async def test_expired_guests_go_with_everything(server: Server) -> None:
    from app.services.privacy import tasks

    gone, stays = server.browser(), server.browser()
    for browser in (gone, stays):
        await guest(browser)
    owners = [await owner_of(browser) for browser in (gone, stays)]
    for owner in owners:
        await world.interview(owner)
    async with transaction() as session:
        late = update(Owner).where(Owner.id == owners[0]).values(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
        await session.execute(late)
    assert await kind(gone) is None
    await asyncio.to_thread(tasks.sweep.run)
    assert [await world.count(Interview, owner) for owner in owners] == [0, 1]
    async with transaction() as session:
        left = await session.get(Owner, owners[0])
    assert left is None or left.erased_at is not None  # the row itself goes with the last file
    assert await kind(stays) == "guest"


async def test_whoever_is_signed_in_does_not_become_a_guest(server: Server, browser: httpx.AsyncClient) -> None:
    account = await server.account()
    assert (await guest(account))["kind"] == "account"
    await guest(browser)
    token = browser.cookies["session"]
    await guest(browser)
    assert browser.cookies["session"] == token


async def test_logs_say_nothing_of_anybody(
    server: Server, mailbox: Mailbox, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    browser = await server.account()
    verified = mailbox.token()
    token = await _forgot(server, mailbox)
    session = browser.cookies["session"]
    await log_in(server.browser(), password=OTHER)
    await browser.put("/api/account/password", json={"current": OTHER, "new": OTHER})
    await browser.post("/api/account/reset", json={"token": token, "password": OTHER})
    await server.browser().post("/api/account/verify", json={"token": token, "more": token})
    said = "".join(capsys.readouterr()) + caplog.text
    assert "wrong_credentials" in said  # what is logged is seen here
    for private in ("ada@example.org", PASSWORD, OTHER, verified, token, session, "127.0.0.1"):
        assert private not in said.replace(f"smtp://127.0.0.1:{mailbox.port}", "")
