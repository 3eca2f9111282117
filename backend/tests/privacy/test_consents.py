"""Consent: the last word counts, withdrawing stops what is not computed, giving loosens nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from app.core import config, database
from app.core.database import transaction
from app.models import LOCAL_OWNER, ConsentEntry, Interview, ModelTicketRow
from app.services.analysis import pipeline
from app.services.analysis.pipeline import Outcome, Task
from app.services.privacy import consents, repository
from tests import world
from tests.conftest import Services, empty
from tests.privacy.conftest import analyse, recorded, set_stage, stored
from tests.recordings import TUS, begin, metadata, send, wav

pytestmark = pytest.mark.services
ALL = {"recording": True, "voice": True, "presence": True, "providers": ["openai"]}


async def put(client: httpx.AsyncClient, kind: str, granted: bool) -> dict[str, dict[str, Any]]:
    """Make a standing choice; everything by kind."""
    response = await client.put(f"/api/consents/{kind}", json={"granted": granted})
    assert response.status_code == 200, response.text
    return {item["kind"]: item for item in response.json()}


async def consent_of(interview: UUID) -> dict[str, Any]:
    """What an interview is agreed to."""
    async with transaction() as session:
        return (await session.get_one(Interview, interview)).consent


async def test_every_kind_is_there_and_nothing_was_said(client: httpx.AsyncClient) -> None:
    found = (await client.get("/api/consents")).json()
    kinds = [item["kind"] for item in found]
    assert kinds[:3] == ["recording", "voice", "presence"]
    assert {"openai", "anthropic", "twelvelabs"} <= set(kinds)
    assert "elevenlabs" not in kinds  # it is given questions, nothing of a person
    assert all((item["granted"], item["history"], item["results"]) == (None, [], 0) for item in found)
    assert (await client.put("/api/consents/smell", json={"granted": True})).status_code == 404
    assert (await client.delete("/api/consents/smell/results")).status_code == 404


async def test_what_an_interview_is_agreed_to_is_kept_with_where_and_which_words(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    await client.patch(f"/api/interviews/{interview}", json={"consent": ALL})
    await client.patch(f"/api/interviews/{interview}", json={"consent": ALL})  # nothing new
    await client.patch(f"/api/interviews/{interview}", json={"consent": ALL | {"providers": [], "voice": False}})
    found = {item["kind"]: item for item in (await client.get("/api/consents")).json()}
    assert [entry["granted"] for entry in found["openai"]["history"]] == [False, True]
    assert [entry["granted"] for entry in found["voice"]["history"]] == [False]  # the test world agreed silently
    entry = found["openai"]["history"][0]
    assert (entry["interview_id"], entry["interview"], entry["text_version"]) == (str(interview), "Baker", "1")
    assert found["openai"]["granted"] is None  # for one interview only


async def test_withdrawing_holds_for_all_interviews_and_giving_again_loosens_none(client: httpx.AsyncClient) -> None:
    agreed, _, _ = await world.interview()
    refused, _, _ = await world.interview()
    await client.patch(f"/api/interviews/{agreed}", json={"consent": ALL})
    await client.patch(f"/api/interviews/{refused}", json={"consent": ALL | {"voice": False}})
    await put(client, "voice", True)
    assert (await consent_of(refused))["voice"] is False
    for kind in ("voice", "openai"):
        found = await put(client, kind, False)
        assert found[kind]["granted"] is False
    assert await consent_of(agreed) == {"recording": True, "voice": False, "presence": True, "providers": []}
    await put(client, "voice", True)
    assert (await consent_of(agreed))["voice"] is False
    assert (await consent_of(refused))["voice"] is False


async def test_saying_the_same_twice_adds_nothing(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        found = await put(client, "presence", False)
    assert [entry["granted"] for entry in found["presence"]["history"]] == [False]


async def test_the_database_refuses_to_change_the_history(client: httpx.AsyncClient) -> None:
    await put(client, "voice", True)

    async def forge() -> None:
        async with transaction() as session:
            await session.execute(update(ConsentEntry).values(granted=False))

    with pytest.raises(DBAPIError, match="never changed") as caught:
        await forge()
    assert isinstance(caught.value.orig, psycopg.errors.RaiseException)


async def test_a_measure_that_is_waiting_is_left_out_and_the_rest_goes_on(
    client: httpx.AsyncClient, question: UUID
) -> None:
    take = await recorded(client, question)
    assert (await world.stages(take))["voice"].state == "waiting"
    await put(client, "voice", False)
    rows = await world.stages(take)
    assert (rows["voice"].state, rows["voice"].reason) == ("skipped", consents.WITHDRAWN)
    assert rows["transcript"].state == "queued"


async def test_a_measure_that_is_being_computed_is_thrown_away(client: httpx.AsyncClient, question: UUID) -> None:
    take = await recorded(client, question)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> Outcome:
        begun.set()
        await go_on.wait()
        return Outcome({"pace": "measured after all"})

    await set_stage(take, "transcript", state="done", result={"words": []})
    await set_stage(take, "voice", state="queued")
    stage = (await world.stages(take))["voice"].id
    working = asyncio.create_task(pipeline.run(stage, lambda _, scratch: Task("x", slow, scratch)))
    await begun.wait()
    await put(client, "voice", False)
    go_on.set()
    await working
    row = (await world.stages(take))["voice"]
    assert (row.state, row.result) == ("skipped", None)


async def test_a_stage_looks_at_run_time(client: httpx.AsyncClient, question: UUID) -> None:
    """Also where nobody told it: a retry, a sweep, a message that was in the queue."""
    take = await recorded(client, question)
    async with transaction() as session:
        await session.execute(update(Interview).values(consent=ALL | {"voice": False, "recording": False}))
    await analyse(take)
    rows = await world.stages(take)
    assert (rows["transcript"].state, rows["transcript"].error["code"]) == ("failed", "consent_withdrawn")
    assert rows["presence"].state == "skipped"
    assert rows["grade"].error["code"] == "stage_blocked"


async def test_without_recording_nothing_more_is_recorded_or_read(
    client: httpx.AsyncClient, settings: Any, question: UUID
) -> None:
    data = wav()
    take, address = await begin(client, question, len(data))
    await send(client, address, 0, data[:4000])
    await put(client, "recording", False)
    assert (await send(client, address, 4000, data[4000:])).status_code == 404
    again = await client.post("/api/uploads", headers=TUS | {"Upload-Length": "5"} | metadata(take))
    assert (again.status_code, again.json()["error"]) == (409, "consent_missing")
    begun = await client.post(f"/api/questions/{question}/takes", json={"kind": "voice"})
    assert begun.json()["error"] == "consent_missing"
    assert (await client.post(f"/api/questions/{question}/takes", json={"kind": "typed", "text": "Yes."})).is_success
    await world.run_jobs()
    assert stored(settings) == []


async def test_a_flow_may_not_ask_a_provider_any_more(client: httpx.AsyncClient) -> None:
    interview, _, _ = await world.interview()
    async with transaction() as session:
        for provider in ("openai", "anthropic"):
            ends = datetime.now(UTC) + timedelta(minutes=5)
            values = {"interview_id": interview, "purpose": "grading", "budget": 1, "expires_at": ends}
            session.add(ModelTicketRow(id=uuid4(), provider=provider, **values))
    await put(client, "openai", False)
    async with transaction() as session:
        left = await repository.rows_below(session, "model_tickets", "interview_id", [interview])
    assert [row["provider"] for row in left] == ["anthropic"]


async def test_deleting_what_was_measured_grades_again_without_it(
    client: httpx.AsyncClient, flows: str, question: UUID
) -> None:
    interview, questions, _ = await world.interview()
    take = (
        await client.post(f"/api/questions/{questions[0]}/takes", json={"kind": "typed", "text": "I baked."})
    ).json()["id"]
    await analyse(take)
    measured = {"duration_ms": 1000, "speech_ms": 900}
    await set_stage(take, "voice", state="done", result=measured)
    assert {row["kind"]: row["results"] for row in (await client.get("/api/consents")).json()}["voice"] == 1
    await put(client, "voice", False)
    assert (await world.stages(take))["voice"].result == measured  # offered, not forced
    assert (await client.delete("/api/consents/voice/results")).json() == {"answers": 1}
    rows = await world.stages(take)
    assert (rows["voice"].state, rows["voice"].result, rows["voice"].reason) == ("skipped", None, consents.DELETED)
    assert (rows["grade"].state, rows["grade"].result) == ("queued", None)
    await analyse(take)
    assert (await world.stages(take))["tips"].state == "done"
    assert (await client.get(f"/api/interviews/{interview}/report")).json()["answers"][0]["voice"] is None


async def test_what_a_provider_read_is_read_again_without_it(client: httpx.AsyncClient, flows: str) -> None:
    interview, questions, _ = await world.interview()
    await client.patch(f"/api/interviews/{interview}", json={"consent": ALL})
    body = {"kind": "typed", "text": "I baked 120 loaves because the starter had died."}
    take = (await client.post(f"/api/questions/{questions[0]}/takes", json=body)).json()["id"]
    await analyse(take)
    before = (await world.stages(take))["grade"].result
    model = {"provenance": before["provenance"] | {"model": {"provider": "openai"}}, "overall": 1.0}
    await set_stage(take, "grade", result=before | model)
    await set_stage(take, "cloud_video", state="done", result={"provider": "twelvelabs", "moments": []})
    found = await put(client, "openai", False)
    assert (found["openai"]["results"], found["anthropic"]["results"], found["twelvelabs"]["results"]) == (1, 0, 1)
    assert (await client.delete("/api/consents/openai/results")).json() == {"answers": 1}
    assert (await world.stages(take))["grade"].result is None
    await analyse(take)
    assert (await world.stages(take))["grade"].result == before
    assert (await client.delete("/api/consents/twelvelabs/results")).json() == {"answers": 1}
    row = (await world.stages(take))["cloud_video"]
    assert (row.state, row.result) == ("skipped", None)


async def test_deleting_what_was_recorded_leaves_typed_answers(
    client: httpx.AsyncClient, settings: Any, question: UUID
) -> None:
    await recorded(client, question)
    typed = (await client.post(f"/api/questions/{question}/takes", json={"kind": "typed", "text": "Yes."})).json()["id"]
    assert (await client.delete("/api/consents/recording/results")).json() == {"answers": 1}
    await world.run_jobs()
    assert stored(settings) == []
    assert (await client.get(f"/api/takes/{typed}")).status_code == 200


STEP = st.tuples(st.sampled_from(consents.KINDS[:5]), st.booleans(), st.sampled_from([None, 0, 1]))


@given(steps=st.lists(STEP, min_size=2, max_size=8))
@example_settings(max_examples=40, deadline=None)
def test_the_current_state_is_the_last_word(
    steps: list[tuple[str, bool, int | None]], two_interviews: list[UUID]
) -> None:
    """For any giving and withdrawing, standing or of two interviews, state and history agree, nothing is loosened."""
    asyncio.run(_steps(steps, two_interviews))


@pytest.fixture(scope="module")
def two_interviews(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[UUID]]:
    """Two interviews and the running services, for all examples of one test."""
    caches = (config.settings, database.engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", services.database_url)
        patch.setenv("REDIS_URL", services.redis_url)
        patch.setenv("REHEARSAL_DATA", str(tmp_path_factory.mktemp("data")))
        for cache in caches:
            cache.cache_clear()
        yield asyncio.run(_two())
    for cache in caches:
        cache.cache_clear()


async def _two() -> list[UUID]:
    await empty()
    return [(await world.interview())[0] for _ in range(2)]


async def _steps(steps: list[tuple[str, bool, int | None]], ids: list[UUID]) -> None:
    async with transaction() as session:
        await session.execute(delete(ConsentEntry))
        await session.execute(update(Interview).values(consent={"recording": False}))
    standing: dict[str, bool] = {}
    agreed: list[set[str]] = [set(), set()]
    for kind, granted, place in steps:
        async with transaction() as session:
            if place is None:
                await consents.choose(session, LOCAL_OWNER, kind, granted)
                standing[kind] = granted
                if not granted:
                    for kinds in agreed:
                        kinds.discard(kind)
            else:
                (agreed[place].add if granted else agreed[place].discard)(kind)
                row = await session.get_one(Interview, ids[place])
                wanted = {name: name in agreed[place] for name in consents.MEASURES}
                consents.record(session, row, wanted | {"providers": sorted(agreed[place] - set(consents.MEASURES))})
    async with transaction() as session:
        entries = await repository.entries(session, LOCAL_OWNER)
        assert consents.current(entries) == standing
        for identity, kinds in zip(ids, agreed, strict=True):
            last = consents.current(entries, identity)
            consent = (await session.get_one(Interview, identity)).consent
            assert {kind for kind in consents.KINDS if consents.holds(consent, kind)} == kinds
            assert {kind for kind, granted in last.items() if granted} == kinds
