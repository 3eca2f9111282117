"""Every route with every kind of caller: nobody, a guest, another account, a sign-in that is over, an administrator.

The routes are the application's own. A new one has no rule yet, and then this fails.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from app.core.database import transaction
from app.models import Interview, Owner, QuestionRow, SignIn, SpeechClip
from app.services.accounts import sign_ins
from app.services.flow import takes
from app.services.recordings import tus
from tests import world
from tests.accounts.server import Server
from tests.recordings import metadata
from tests.security.routes import RULES, fill, operations, request

pytestmark = pytest.mark.services

CALLERS = ("nobody", "expired", "guest", "other", "administrator")
# What a caller gets who may not: nobody and whoever is over have to sign in first.
REFUSED = {
    "everybody": {},
    "somebody": {"nobody": 401, "expired": 401},
    "owner": {"nobody": 401, "expired": 401, "guest": 404, "other": 404, "administrator": 404},
    "administrator": {"nobody": 401, "expired": 401, "guest": 403, "other": 403},
    "program": dict.fromkeys(CALLERS, (401, 404)),
}
# Not signed in, yet this is the answer: a wrong password, a door that is shut.
EVERYBODY_ANSWERS = {"post /api/session": 401, "post /api/account": 403}


async def _foreign(owner: UUID) -> dict[str, str]:
    """Ids of one of everything that this owner has."""
    interview, questions, posting = await world.interview(owner)
    async with transaction() as session:
        take = await takes.create(session, owner, questions[0], "voice", None)
        upload = await tus.create(session, owner, metadata(str(take))["Upload-Metadata"], 5, False)
        key = (await session.get_one(QuestionRow, questions[0])).speech_key
        clip = await session.get_one(SpeechClip, key)
        clip.state = "ready"
    return {
        "interview_id": str(interview),
        "question_id": str(questions[0]),
        "posting_id": str(posting),
        "take_id": str(take),
        "upload_id": str(upload.id),
        "key": key,
    }


async def _sign_in(kind: str, *, administrator: bool = False) -> tuple[UUID, str]:
    """(owner, token) of somebody new."""
    async with transaction() as session:
        owner = Owner(id=uuid4(), kind=kind, administrator=administrator)
        session.add(owner)
        await session.flush()
        return owner.id, await sign_ins.begin(session, owner, "")


@pytest.fixture
async def foreign(stranger: UUID) -> dict[str, str]:
    """Ids of things another owner has."""
    return await _foreign(stranger)


@pytest.fixture
async def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """The application in server mode, without mail and issuer."""
    made = Server(monkeypatch)
    yield made
    await made.close()


def test_every_route_has_a_rule(app: FastAPI) -> None:
    assert set(operations(app)) == RULES.keys()


def test_the_walk_finds_what_is_documented(app: FastAPI) -> None:
    documented = {f"{method} {path}" for path, methods in app.openapi()["paths"].items() for method in methods}
    assert documented <= set(operations(app))
    assert len(documented) > 50


async def test_every_route_for_every_caller(server: Server, app: FastAPI, capsys: pytest.CaptureFixture[str]) -> None:
    owner, token = await _sign_in("account")
    ids = await _foreign(owner)
    async with transaction() as session:
        sign_in = (await session.scalars(select(SignIn).where(SignIn.owner_id == owner))).one()
    ids["session_id"] = str(sign_in.id)
    tokens: dict[str, str | None] = {"nobody": None}
    for caller in CALLERS[1:]:
        kind = "guest" if caller == "guest" else "account"
        someone, tokens[caller] = await _sign_in(kind, administrator=caller == "administrator")
        if caller == "expired":
            async with transaction() as session:
                over = update(SignIn).where(SignIn.owner_id == someone)
                await session.execute(over.values(expires_at=datetime(2020, 1, 1, tzinfo=UTC)))
    lines, wrong = [], []
    for operation in operations(app):
        row = [f"{RULES[operation]:14}{operation:74}"]
        for caller in CALLERS:
            # Where one is expected to be let in, doing it would change what the next caller finds.
            browser = server.browser()
            cookie = {"Cookie": f"session={tokens[caller]}"} if tokens[caller] else {}
            asked = request(operation, ids)
            asked["headers"] = asked["headers"] | cookie
            answer = await browser.request(**asked)
            row.append(f"{caller} {answer.status_code}")
            if problem := _problem(operation, caller, answer, ids):
                wrong.append(f"{operation} for {caller}: {problem}")
            if operation == "delete /api/session" and tokens[caller]:
                tokens[caller] = await _again(caller, tokens)
        lines.append("  ".join(row))
    with capsys.disabled():
        print("\n" + "\n".join(sorted(lines)))  # noqa: T201  the list is to be read
        print(f"{len(lines)} routes x {len(CALLERS)} callers, {len(wrong)} not as they should be")  # noqa: T201
    assert wrong == []
    # All of it is still there, and its owner may.
    browser = server.browser()
    mine = {"Cookie": f"session={token}"}
    for path in ("/api/interviews/{interview_id}", "/api/postings/{posting_id}", "/api/takes/{take_id}"):
        assert (await browser.get(fill(path, ids), headers=mine)).status_code == 200, path
    assert (await browser.delete(f"/api/account/sessions/{ids['session_id']}", headers=mine)).status_code == 204


async def _again(caller: str, tokens: dict[str, str | None]) -> str | None:
    """Whoever has logged out comes back as somebody new of the same kind; whoever is over stays it."""
    if caller == "expired":
        return tokens[caller]
    kind = "guest" if caller == "guest" else "account"
    return (await _sign_in(kind, administrator=caller == "administrator"))[1]


def _problem(operation: str, caller: str, answer: httpx.Response, ids: dict[str, str]) -> str | None:
    """What is wrong with an answer; None when nothing is."""
    rule = RULES[operation]
    wanted = REFUSED[rule].get(caller)  # type: ignore[attr-defined]
    status = answer.status_code
    if any(identity in answer.text for identity in ids.values()):
        return "the answer has an id of somebody else"
    if rule == "program":
        return None if status in (401, 403, 404) else f"{status}, not refused"
    if wanted is not None:
        if status != wanted:
            return f"{status}, not {wanted}"
        codes = {401: "not_signed_in", 403: "administrators_only", 404: "not_found"}
        code = answer.json()["error"] if answer.content else codes[status]
        return None if code == codes[status] else f"{code}, not {codes[status]}"
    if operation in EVERYBODY_ANSWERS:
        return None if status == EVERYBODY_ANSWERS[operation] else f"{status}"
    return f"{status}, refused" if status in (401, 403) or status == 500 else None


async def test_in_personal_mode_every_route_hides_what_belongs_to_others(
    app: FastAPI, client: httpx.AsyncClient, foreign: dict[str, str]
) -> None:
    asked = 0
    for operation in operations(app):
        if RULES[operation] != "owner" or "{session_id}" in operation:
            continue
        answer = await client.request(**request(operation, foreign))
        assert answer.status_code == 404, f"{operation}: {answer.status_code} {answer.text}"
        if not operation.startswith("head "):
            assert answer.json()["error"] == "not_found", operation
        asked += 1
    assert asked > 30


async def test_lists_show_only_ones_own(client: httpx.AsyncClient, foreign: dict[str, str]) -> None:
    assert (await client.get("/api/postings")).json() == []
    assert (await client.get("/api/interviews")).json() == []


async def test_deleting_everything_leaves_others_alone(
    client: httpx.AsyncClient, stranger: UUID, foreign: dict[str, str]
) -> None:
    await world.interview()
    assert (await client.delete("/api/data")).status_code == 204
    assert await world.count(Interview) == 0
    assert await world.count(Interview, stranger) == 1
