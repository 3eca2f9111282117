"""Recordings go when they were said to go: by the installation, or sooner by their owner's choice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update

from app.core.database import transaction
from app.models import LOCAL_OWNER, Owner, PrivacyChoice, ProviderCopy, Take
from app.services.flow import tasks
from app.services.recordings import service as recordings
from tests import world
from tests.privacy.conftest import recorded, stored

pytestmark = pytest.mark.services


async def expire(age_days: float) -> None:
    """Let every take be so old, and the hourly task come."""
    async with transaction() as session:
        moment = datetime.now(UTC) - timedelta(days=age_days)
        await session.execute(update(Take).where(Take.completed_at.is_not(None)).values(completed_at=moment))
    await asyncio.to_thread(tasks.expire.run)
    await world.run_jobs()


async def test_what_is_kept_is_counted_with_its_date(client: httpx.AsyncClient, settings: Any, question: UUID) -> None:
    take = await recorded(client, question)
    await client.post(f"/api/questions/{question}/takes", json={"kind": "typed", "text": "Yes."})
    found = (await client.get("/api/privacy")).json()
    numbers = {"postings": 1, "resumes": 0, "interviews": 1, "answers": 2, "recordings": 1, "copies": 0}
    size = len((await client.get(f"/api/takes/{take}/media")).content)
    assert found["kept"] == numbers | {"recording_bytes": size}
    assert found["retention"] == {"days": 30, "most_days": 30, "answers_too": False}
    assert found["everything_until"] is None
    shown = (await client.get(f"/api/takes/{take}")).json()
    assert found["next_expiry"] == shown["media_expires_at"]
    completed = datetime.fromisoformat(shown["completed_at"])
    assert datetime.fromisoformat(shown["media_expires_at"]) == completed + timedelta(days=30)


async def test_a_shorter_time_holds_and_the_take_says_so(
    client: httpx.AsyncClient, settings: Any, question: UUID, stranger: UUID
) -> None:
    take = await recorded(client, question)
    chosen = await client.put("/api/privacy/retention", json={"days": 3})
    assert chosen.json()["retention"]["days"] == 3
    shown = (await client.get(f"/api/takes/{take}")).json()
    completed = datetime.fromisoformat(shown["completed_at"])
    assert datetime.fromisoformat(shown["media_expires_at"]) == completed + timedelta(days=3)
    interview = shown["interview_id"]
    answers = (await client.get(f"/api/interviews/{interview}/report")).json()["answers"]
    assert answers[0]["take"]["media_expires_at"] == shown["media_expires_at"]
    await expire(2.9)
    assert stored(settings) != []
    await expire(3.1)
    assert stored(settings) == []
    assert (await client.get(f"/api/takes/{take}")).json()["state"] == "complete"


async def test_never_longer_than_the_installation_says(client: httpx.AsyncClient, settings: Any) -> None:
    for days, status in ((31, 422), (0, 422), (30, 200)):
        assert (await client.put("/api/privacy/retention", json={"days": days})).status_code == status
    object.__setattr__(settings, "retention_days", 7)
    assert (await client.get("/api/privacy")).json()["retention"]["days"] == 7
    async with transaction() as session:
        assert (await session.get_one(PrivacyChoice, LOCAL_OWNER)).retention_days is None


async def test_the_report_stays_unless_it_is_to_go_too(
    client: httpx.AsyncClient, settings: Any, question: UUID
) -> None:
    take = await recorded(client, question)
    typed = (await client.post(f"/api/questions/{question}/takes", json={"kind": "typed", "text": "Yes."})).json()["id"]
    await expire(31)
    assert stored(settings) == []
    for one in (take, typed):
        assert (await client.get(f"/api/takes/{one}")).status_code == 200
    await client.put("/api/privacy/retention", json={"days": 30, "answers_too": True})
    await expire(31)
    for one in (take, typed):
        assert (await client.get(f"/api/takes/{one}")).status_code == 404


async def test_unread_recordings_and_copies_of_others_expire_too(
    client: httpx.AsyncClient, settings: Any, question: UUID
) -> None:
    take = await recorded(client, question, read=False)
    copy = uuid4()
    async with transaction() as session:
        values = {"provider": "twelvelabs", "kind": "asset", "label": "rehearsal-1", "take_id": UUID(take)}
        session.add(ProviderCopy(id=copy, attempts=1, **values))
    await expire(31)
    assert stored(settings) == []
    async with transaction() as session:
        due = (await session.get_one(ProviderCopy, copy)).delete_after
    assert due is not None
    assert due <= datetime.now(UTC)


async def test_nothing_of_a_guest_is_promised_beyond_the_guest(
    client: httpx.AsyncClient, settings: Any, question: UUID
) -> None:
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=24)
    guest = Owner(id=uuid4(), expires_at=ends)
    async with transaction() as session:
        session.add(guest)
    async with transaction() as session:
        kept = await recordings.kept(session, guest.id)
        assert kept.until(datetime.now(UTC)) == ends
        assert (await recordings.kept(session, LOCAL_OWNER)).at_most is None


async def test_more_than_a_batch_goes_in_one_run(
    client: httpx.AsyncClient, settings: Any, question: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "BATCH", 2)
    for _ in range(5):
        await recorded(client, question)
    await expire(31)
    assert stored(settings) == []
