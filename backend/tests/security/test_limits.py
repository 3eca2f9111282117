"""How often and how much: by person and by address, counted in Valkey under names that say nobody's."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr

from app.core import asking, config, limits, ratelimit
from app.core.database import transaction
from app.core.events import connect
from app.core.ratelimit import Limit
from app.domain.errors import RehearsalError, TooLarge, TooMany
from app.models import LOCAL_OWNER, Owner
from app.services.flow import takes
from app.services.recordings import quota, tus
from tests import world
from tests.recordings import BYTES, TUS, metadata, wav

pytestmark = pytest.mark.services
THREE = Limit(name="test", count=3, window_s=60)


@pytest.fixture
async def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Server mode."""
    monkeypatch.setattr(ratelimit, "_away_until", 0.0)
    safe: dict[str, Any] = {"mode": "server", "public_url": "http://localhost:8000", "embedded_services": True}
    safe["secret_key"] = SecretStr("a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6")
    for name, value in safe.items():
        object.__setattr__(settings, name, value)
    return settings


async def test_a_window_fills_and_says_when_to_come_back(server: Any) -> None:
    for _ in range(3):
        await ratelimit.take(THREE, "one")
    with pytest.raises(TooMany) as refused:
        await ratelimit.take(THREE, "one")
    assert 1 <= refused.value.retry_after_s <= 61
    assert refused.value.code == "rate_limited"
    assert "3 times in one minute" in refused.value.message
    await ratelimit.take(THREE, "another")


async def test_what_is_refused_is_not_counted_and_a_free_slot_can_be_used(server: Any) -> None:
    second = Limit(name="short", count=2, window_s=2)
    for _ in range(2):
        await ratelimit.take(second, "one")
    waits = []
    for _ in range(20):
        with pytest.raises(TooMany) as refused:
            await ratelimit.take(second, "one")
        waits.append(refused.value.retry_after_s)
    await asyncio.sleep(waits[0])
    await ratelimit.take(second, "one")  # the promise of Retry-After holds


async def test_several_windows_are_taken_together_or_not_at_all(server: Any) -> None:
    wide = Limit(name="wide", count=10, window_s=3600)
    for _ in range(3):
        await ratelimit.take((THREE, wide), "one")
    with pytest.raises(TooMany):
        await ratelimit.take((THREE, wide), "one")
    for _ in range(7):  # the refused one left all of the wide window that it had
        await ratelimit.take(wide, "one")
    with pytest.raises(TooMany):
        await ratelimit.take(wide, "one")


async def test_a_block_begins_when_the_window_is_full_and_then_all_is_new(settings: Any) -> None:
    limit = Limit(name="blocked", count=2, window_s=3600, block_s=2, personal=True)
    for _ in range(2):
        await ratelimit.take(limit, "one")
    with pytest.raises(TooMany) as refused:
        await ratelimit.take(limit, "one")
    assert refused.value.retry_after_s == 2
    await asyncio.sleep(1)
    with pytest.raises(TooMany) as again:
        await ratelimit.take(limit, "one")
    assert again.value.retry_after_s == 1, "asking again does not make it longer"
    await asyncio.sleep(1.1)
    await ratelimit.take(limit, "one")
    await ratelimit.forget([limit], "one")
    for _ in range(2):
        await ratelimit.take(limit, "one")


async def test_many_at_once_do_not_pass_together(server: Any) -> None:
    results = await asyncio.gather(*(ratelimit.take(THREE, "one") for _ in range(30)), return_exceptions=True)
    assert sum(result is None for result in results) == 3
    assert sum(isinstance(result, TooMany) for result in results) == 27


async def test_keys_name_nobody(server: Any) -> None:
    person, address = str(uuid4()), "192.0.2.77"
    await ratelimit.take(limits.SIGNED_IN, person)
    await ratelimit.take(limits.ANONYMOUS, address)
    async with connect() as redis:
        keys = b" ".join(await redis.keys("*"))
    assert keys.count(b"limit:") == 2
    for text in (person, person.replace("-", ""), address):
        assert text.encode() not in keys


async def test_in_personal_mode_only_what_protects_others_counts(settings: Any) -> None:
    for _ in range(5):
        await ratelimit.take(THREE, "one")
    for _ in range(10):
        await ratelimit.take(limits.POSTING_FETCH, "one")
    with pytest.raises(TooMany):
        await ratelimit.take(limits.POSTING_FETCH, "one")


async def test_without_valkey_reading_goes_on_and_expensive_things_do_not(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    object.__setattr__(server, "redis_url", "redis://127.0.0.1:9/0")
    await ratelimit.take(limits.ANONYMOUS, "one")
    await ratelimit.take(limits.SIGNED_IN, "one")
    for limit in (limits.POSTING_FETCH, limits.INTERVIEWS_GUEST, limits.SPEECH, limits.MODEL_CALLS):
        with pytest.raises(RehearsalError) as refused:
            await ratelimit.take(limit, "one")
        assert (refused.value.status, refused.value.code) == (503, "queue_unavailable")


async def test_addresses_are_limited_and_told_so(server: Any, client: httpx.AsyncClient) -> None:
    first = await client.get("/api/postings")
    assert first.status_code == 401
    assert first.headers["ratelimit-limit"] == "500, 500;w=60"
    assert first.headers["ratelimit-remaining"] == "499"
    assert 60 <= int(first.headers["ratelimit-reset"]) <= 61
    # Counted at once instead of 499 requests.
    await ratelimit.take(limits.ANONYMOUS, "127.0.0.1", 498, forced=True)
    assert (await client.get("/api/postings")).headers["ratelimit-remaining"] == "0"
    refused = await client.get("/api/postings")
    assert (refused.status_code, refused.json()["error"]) == (429, "rate_limited")
    assert refused.json()["request_id"] == refused.headers["x-request-id"]
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert refused.headers["ratelimit-remaining"] == "0"
    assert "content-security-policy" in refused.headers
    # Health has to be seen, whoever fills the window.
    assert (await client.get("/livez")).status_code == 200


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_what_counts_as_one_address(address: str, counted: str) -> None:
    assert asking.place(address) == counted


@pytest.mark.parametrize(("kind", "count"), [("guest", 20), ("account", 100)])
async def test_interviews_of_a_day(server: Any, kind: str, count: int) -> None:
    from app.services.flow import interviews

    owner = Owner(id=uuid4(), kind=kind)
    async with transaction() as session:
        session.add(owner)
    _, _, posting = await world.interview(owner.id)
    await ratelimit.take(limits.INTERVIEWS_ACCOUNT, str(owner.id), count, forced=True)
    with pytest.raises(TooMany) as refused:
        await interviews.create(owner.id, {"posting_id": posting, "interviewer": "maya"})
    assert f"{count} times in one day" in refused.value.message


async def _upload(owner: UUID, length: int) -> str:
    _, questions, _ = await world.interview(owner)
    async with transaction() as session:
        take = await takes.create(session, owner, questions[0], "voice", None)
        upload = await tus.create(session, owner, metadata(str(take))["Upload-Metadata"], length, False)
    return str(upload.id)


async def test_bytes_of_a_day(server: Any, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = await _upload(LOCAL_OWNER, 1000)
    await ratelimit.take(limits.UPLOAD_BYTES, str(LOCAL_OWNER), (2 << 30) - 600, forced=True)
    body = wav()[:500]
    object.__setattr__(server, "mode", "personal")  # in which nobody has to sign in
    monkeypatch.setattr(limits, "UPLOAD_BYTES", _always(limits.UPLOAD_BYTES))
    headers = TUS | BYTES | {"Upload-Offset": "0"}
    assert (await client.patch(f"/api/uploads/{upload}", headers=headers, content=body)).status_code == 204
    refused = await client.patch(f"/api/uploads/{upload}", headers=headers | {"Upload-Offset": "500"}, content=body)
    assert (refused.status_code, refused.json()["error"]) == (429, "rate_limited")
    assert "2 GiB of recordings in one day" in refused.json()["detail"]


def _always(limit: Limit) -> Limit:
    from dataclasses import replace

    return replace(limit, personal=True)


async def test_a_full_store_refuses_new_uploads_and_what_grows(settings: Any, client: httpx.AsyncClient) -> None:
    object.__setattr__(settings, "quota_bytes", 40_000)
    upload = await _upload(LOCAL_OWNER, 36_000)
    with pytest.raises(TooLarge) as refused:
        await _upload(LOCAL_OWNER, 41_000)
    assert refused.value.code == "storage_full"
    assert "Delete takes or whole interviews" in str(refused.value.hint)
    sound = wav(2)
    headers = TUS | BYTES | {"Upload-Offset": "0"}
    sent = await client.patch(f"/api/uploads/{upload}", headers=headers, content=sound[:30_000])
    assert sent.status_code == 204
    # A second upload that was begun while there was room.
    object.__setattr__(settings, "quota_bytes", 80_000)
    other = await _upload(LOCAL_OWNER, 36_000)
    object.__setattr__(settings, "quota_bytes", 40_000)
    full = await client.patch(f"/api/uploads/{other}", headers=headers, content=sound[:20_000])
    assert (full.status_code, full.json()["error"]) == (413, "storage_full")
    fits = await client.patch(f"/api/uploads/{other}", headers=headers, content=sound[:9_000])
    assert fits.status_code == 204
    assert (await client.delete(f"/api/uploads/{upload}", headers=TUS)).status_code == 204
    again = headers | {"Upload-Offset": "9000"}
    assert (await client.patch(f"/api/uploads/{other}", headers=again, content=sound[:20_000])).status_code == 204


async def test_parallel_parts_do_not_pass_the_quota_together(settings: Any, client: httpx.AsyncClient) -> None:
    object.__setattr__(settings, "quota_bytes", 1_000_000)
    uploads = [await _upload(LOCAL_OWNER, 36_000) for _ in range(4)]
    object.__setattr__(settings, "quota_bytes", 50_000)
    headers, sound = TUS | BYTES | {"Upload-Offset": "0"}, wav(2)[:20_000]
    sent = await asyncio.gather(
        *(client.patch(f"/api/uploads/{upload}", headers=headers, content=sound) for upload in uploads)
    )
    assert sorted(response.status_code for response in sent) == [204, 204, 413, 413]
    async with transaction() as session:
        assert await quota.room(session, LOCAL_OWNER) == 10_000


async def test_the_quota_is_ten_gibibytes_on_a_server_and_none_for_one_person(settings: Any) -> None:
    assert config.settings().quota is None
    object.__setattr__(settings, "mode", "server")
    assert config.settings().quota == 10 << 30


async def test_model_calls_of_an_hour(server: Any) -> None:
    from app.models import ModelTicketRow
    from app.services.providers.llm import gateway
    from app.services.providers.ports import Prompt

    ticket = ModelTicketRow(purpose="grading", provider="openai", owner_id=LOCAL_OWNER)
    await ratelimit.take(limits.MODEL_CALLS[1], str(LOCAL_OWNER), 500, forced=True)
    prompt = Prompt(system="", user="", schema_name="x", schema={}, max_tokens=1, seed=0)
    with pytest.raises(TooMany) as refused:
        await gateway.complete(ticket, prompt)
    assert "500 times in one hour" in refused.value.message
    # Somebody else may: what stops them is only that nothing is set up here.
    with pytest.raises(RehearsalError) as other:
        await gateway.complete(ModelTicketRow(purpose="grading", provider="openai", owner_id=uuid4()), prompt)
    assert other.value.code == "openai_not_configured"


async def test_changed_questions_of_a_minute(server: Any) -> None:
    from app.services.flow import interviews

    interview, _, _ = await world.interview()
    await ratelimit.take(limits.SPEECH, str(LOCAL_OWNER), 60, forced=True)
    with pytest.raises(TooMany):
        async with transaction() as session:
            await interviews.add_question(session, LOCAL_OWNER, interview, "Why do you bake?", None)
