"""The audit log: written with what it tells of, never changed, naming nobody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.database import transaction
from app.models import LOCAL_OWNER
from app.services.audit import service
from tests import world

pytestmark = pytest.mark.services


async def entries(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """A page of the log."""
    response = await client.get("/api/operations/audit", params=query)
    assert response.status_code == 200, response.text
    return list(response.json()["entries"])


async def test_what_is_done_today_is_in_it(client: httpx.AsyncClient) -> None:
    interview, _, posting = await world.interview()
    await client.put("/api/providers/choices/text_to_speech", json={"provider": "elevenlabs"})
    changed = await client.patch("/api/providers/elevenlabs", json={"key": "k3y-canary", "values": {}})
    await client.put("/api/providers/budgets", json={"interview_usd": 1, "day_usd": 2})
    await client.delete("/api/providers/elevenlabs")
    await client.delete(f"/api/interviews/{interview}")
    await client.delete(f"/api/postings/{posting}")
    await client.delete("/api/data")
    found = await entries(client)
    assert [(one["action"], one["kind"], one["detail"]) for one in reversed(found)] == [
        ("provider_chosen", "text_to_speech", "elevenlabs"),
        ("provider_changed", "key", "elevenlabs"),
        ("budgets_changed", None, None),
        ("provider_forgotten", None, "elevenlabs"),
        ("data_deleted", "interview", None),
        ("data_deleted", "posting", None),
        ("data_deleted", "everything", None),
    ]
    assert len({one["who"] for one in found}) == len({one["origin"] for one in found}) == 1
    assert found[5]["request_id"] == changed.headers["x-request-id"]
    whole = str(found)
    for secret in ("k3y-canary", str(LOCAL_OWNER), "127.0.0.1", "Baker"):
        assert secret not in whole


async def test_what_did_not_happen_is_not_in_it(client: httpx.AsyncClient) -> None:
    assert (await client.put("/api/providers/choices/text_to_speech", json={"provider": "none"})).status_code == 422
    with pytest.raises(DBAPIError):
        await _exported_and_failed()
    assert await entries(client) == []


async def _exported_and_failed() -> None:
    async with transaction() as session:
        service.write(session, "data_exported", owner=LOCAL_OWNER)
        await session.flush()
        await session.execute(text("SELECT 1/0"))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET action = 'signed_in'", "UPDATE audit SET who = NULL", "DELETE FROM audit", "TRUNCATE audit"],
)
async def test_it_cannot_be_changed(client: httpx.AsyncClient, statement: str) -> None:
    async with transaction() as session:
        service.write(session, "signed_in", owner=LOCAL_OWNER)
    with pytest.raises(DBAPIError, match="only grows"):
        async with transaction() as session:
            await session.execute(text(statement))
    assert len(await entries(client)) == 1


async def test_after_a_year_it_goes(client: httpx.AsyncClient) -> None:
    async with transaction() as session:
        service.write(session, "signed_in", owner=LOCAL_OWNER)
        # Only a row that is written old can be old; the trigger lets no clock be turned back.
        await session.execute(
            text("INSERT INTO audit (action, created_at) VALUES ('signed_out', now() - interval '367 days')")
        )
    async with transaction() as session:
        await service.expire(session)
    assert [one["action"] for one in await entries(client)] == ["signed_in"]


@pytest.mark.parametrize("detail", ["Anna Example", "anna@example.org", "x" * 61])
async def test_a_persons_words_do_not_fit_in(settings: Any, detail: str) -> None:
    with pytest.raises(DBAPIError):
        async with transaction() as session:
            service.write(session, "signed_in", detail=detail)


async def test_pages_and_filters(client: httpx.AsyncClient, stranger: UUID) -> None:
    async with transaction() as session:
        for number in range(7):
            service.write(session, "signed_in" if number % 2 else "signed_out", owner=stranger)
            await session.flush()
    first = (await client.get("/api/operations/audit", params={"count": 3})).json()
    second = (await client.get("/api/operations/audit", params={"count": 3, "before": first["next"]})).json()
    last = (await client.get("/api/operations/audit", params={"count": 3, "before": second["next"]})).json()
    ids = [one["id"] for page in (first, second, last) for one in page["entries"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 7
    assert last["next"] is None
    assert len(await entries(client, action="signed_in")) == 3
    assert (await client.get("/api/operations/audit", params={"action": "nothing"})).status_code == 422


async def test_only_administrators_read_it(client: httpx.AsyncClient, settings: Any) -> None:
    object.__setattr__(settings, "mode", "server")
    object.__setattr__(settings, "secret_key", SecretStr("of a test, and long enough for a server"))
    assert (await client.get("/api/operations/audit")).status_code == 401
