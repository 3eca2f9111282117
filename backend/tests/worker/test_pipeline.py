"""Stages: order, leases, recovery, retry. The computations here are small; the machinery is the real one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from app.core.database import transaction
from app.domain.errors import BadInput, Conflict, ProviderError
from app.models import LOCAL_OWNER, Stage
from app.services.analysis import pipeline
from app.services.analysis.pipeline import Outcome, Task
from app.services.flow import takes
from app.services.privacy import erasure
from app.services.providers import storage
from app.services.recordings import service as recordings
from tests import world

pytestmark = pytest.mark.services
ORDER = ["media", "transcript", "presence", "cloud_video", "voice", "grade", "tips"]  # as they become ready


class Worker:
    """Computes stages with a function of the test's choice and remembers which."""

    def __init__(self, compute: Callable[[str], Awaitable[Any]] | None = None) -> None:
        self.computed: list[str] = []
        self._compute = compute

    def prepare(self, row: Stage, scratch: str) -> Task:
        """The computation of one stage."""

        async def compute() -> Outcome:
            self.computed.append(row.name)
            result = await self._compute(row.name) if self._compute else {"made": row.name}
            return Outcome(result)

        return Task(f"hash of {row.name}", compute, scratch)

    async def run(self, stage_id: UUID) -> None:
        """One task."""
        await pipeline.run(stage_id, self.prepare)

    async def drain(self, take_id: UUID) -> None:
        """All that is queued, until nothing is."""
        while queued := [row for row in (await world.stages(take_id)).values() if row.state == "queued"]:
            for row in sorted(queued, key=lambda row: ORDER.index(row.name)):
                await self.run(row.id)


@pytest.fixture
async def take(settings: Any) -> UUID:
    """A complete video take whose analysis has not begun."""
    _, questions, _ = await world.interview()
    async with transaction() as session:
        row = await recordings.create(session, LOCAL_OWNER, questions[0], "video", None)
        row.completed_at = datetime.now(UTC)
        pipeline.start(session, row, {})
        await pipeline.advance(session, row.id)
    return row.id


async def states(take_id: UUID) -> dict[str, str]:
    """The states by name."""
    return {name: row.state for name, row in (await world.stages(take_id)).items()}


async def age(take_id: UUID, name: str, **columns: Any) -> None:
    """Set columns of a stage, as time and crashes do."""
    async with transaction() as session:
        query = update(Stage).where(Stage.take_id == take_id, Stage.name == name).values(**columns)
        await session.execute(query)


async def died(take_id: UUID, name: str, attempt: int = 1) -> UUID:
    """Leave a stage as a worker leaves it that is killed while computing."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    token = UUID(int=attempt)
    await age(take_id, name, state="running", attempt=attempt, lease_token=token, lease_until=past)
    return (await world.stages(take_id))[name].id


async def test_every_stage_runs_once_in_order(take: UUID) -> None:
    worker = Worker()
    await worker.drain(take)
    assert worker.computed == ORDER
    rows = await world.stages(take)
    assert {row.state for row in rows.values()} == {"done"}
    assert rows["grade"].result == {"made": "grade"}
    assert rows["grade"].cpu_seconds is not None
    assert (rows["media"].attempt, rows["media"].lease_token) == (1, None)


async def test_grade_waits_for_voice_and_presence(take: UUID) -> None:
    worker = Worker()
    for name in ("media", "transcript", "voice"):
        await worker.run((await world.stages(take))[name].id)
    assert (await states(take))["grade"] == "waiting"
    await worker.run((await world.stages(take))["presence"].id)
    assert (await states(take))["grade"] == "queued"


async def test_a_typed_take_skips_what_needs_a_recording(client: httpx.AsyncClient) -> None:
    _, questions, _ = await world.interview()
    body = (await client.post(f"/api/questions/{questions[0]}/takes", json={"kind": "typed", "text": "Words."})).json()
    shown = {stage["name"]: (stage["state"], stage["reason"]) for stage in body["stages"]}
    assert shown["transcript"] == ("queued", None)
    assert shown["grade"] == ("waiting", None)
    for name in ("media", "voice", "presence", "cloud_video"):
        assert shown[name] == ("skipped", "A typed answer has none.")


async def test_two_workers_race_for_one_stage(take: UUID) -> None:
    worker = Worker()
    stage = (await world.stages(take))["media"].id
    await asyncio.gather(*(worker.run(stage) for _ in range(5)))
    assert worker.computed == ["media"]


async def test_parallel_stages_may_end_at_the_same_moment(take: UUID) -> None:
    barrier = asyncio.Barrier(2)

    async def together(name: str) -> Any:
        if name in ("voice", "presence"):
            await barrier.wait()
        return {"made": name}

    worker = Worker(together)
    rows = await world.stages(take)
    for name in ("media", "transcript"):
        await worker.run(rows[name].id)
    await asyncio.gather(worker.run(rows["voice"].id), worker.run(rows["presence"].id))
    assert (await states(take))["grade"] == "queued"


async def test_the_same_task_again_computes_nothing(take: UUID) -> None:
    worker = Worker()
    stage = (await world.stages(take))["media"].id
    await worker.run(stage)
    await worker.run(stage)
    assert worker.computed == ["media"]


@pytest.mark.parametrize("name", ORDER)
async def test_a_worker_killed_in_any_stage_loses_nothing(take: UUID, name: str) -> None:
    worker = Worker()
    while (await states(take))[name] != "queued":
        for row in (await world.stages(take)).values():
            if row.state == "queued" and row.name != name:
                await worker.run(row.id)
    await died(take, name)
    await pipeline.sweep()
    assert (await states(take))[name] == "queued"
    await worker.drain(take)
    assert sorted(worker.computed) == sorted(ORDER)
    assert (await world.stages(take))[name].attempt == 2


async def test_a_worker_that_comes_back_late_changes_nothing(take: UUID) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(_: str) -> Any:
        entered.set()
        await leave.wait()
        return {"made": "too late"}

    stage = (await world.stages(take))["media"].id
    late = asyncio.create_task(Worker(slow).run(stage))
    await entered.wait()
    await age(take, "media", lease_until=datetime.now(UTC) - timedelta(seconds=1))
    await Worker().run(stage)
    leave.set()
    await late
    rows = await world.stages(take)
    assert (rows["media"].result, rows["media"].attempt) == ({"made": "media"}, 2)


async def test_the_lease_is_renewed_while_computing(take: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(pipeline, "RENEW_S", 0.1)

    async def slow(name: str) -> Any:
        for _ in range(6):
            await asyncio.sleep(0.25)
            await pipeline.sweep()
        return {"made": name}

    await Worker(slow).run((await world.stages(take))["media"].id)
    row = (await world.stages(take))["media"]
    assert (row.state, row.attempt) == ("done", 1)


async def test_after_four_crashes_the_stage_fails_and_names_what_it_blocks(take: UUID) -> None:
    for attempt in range(1, pipeline.MAX_ATTEMPTS + 1):
        await died(take, "media", attempt)
        await pipeline.sweep()
    rows = await world.stages(take)
    assert rows["media"].error is not None
    assert rows["media"].error["code"] == "stage_crashed"
    for name in ("transcript", "voice", "presence", "cloud_video", "grade", "tips"):
        assert rows[name].state == "failed"
        assert (rows[name].error or {})["code"] == "stage_blocked"
    assert "media" in (rows["transcript"].error or {})["message"]


async def test_a_message_that_was_lost_is_sent_again_once(take: UUID) -> None:
    past = datetime.now(UTC) - timedelta(hours=2)
    await age(take, "media", queued_at=past, due_at=datetime.now(UTC) - timedelta(seconds=1))
    for _ in range(2):
        await world.forget("media")
        await pipeline.sweep()
        await pipeline.sweep()
        assert await world.sent("media") == 1


async def test_what_waits_behind_others_is_not_sent_twice(take: UUID) -> None:
    past = datetime.now(UTC) - timedelta(seconds=40)
    await age(take, "media", queued_at=past, due_at=past)
    before = await world.sent("media")
    assert before >= 1
    await pipeline.sweep()
    assert await world.sent("media") == before


async def test_what_is_to_wait_is_not_sent_early(take: UUID) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=40)
    await age(take, "media", queued_at=soon, due_at=soon)
    await world.forget("media")
    await pipeline.sweep()
    assert await world.sent("media") == 0


async def test_voice_failing_leaves_the_grade_to_the_rest(take: UUID) -> None:
    async def fail(name: str) -> Any:
        if name == "voice":
            raise BadInput("The sound is damaged.", code="voice_broken", hint="Record again.")
        return {"made": name}

    await Worker(fail).drain(take)
    rows = await world.stages(take)
    assert rows["voice"].error == {
        "code": "voice_broken",
        "message": "The sound is damaged.",
        "hint": "Record again.",
        "provider": None,
    }
    assert (rows["grade"].state, rows["tips"].state) == ("done", "done")


async def test_an_unknown_error_fails_the_stage_without_quoting_it(take: UUID) -> None:
    async def fail(_: str) -> Any:
        raise RuntimeError("the words of somebody's answer")

    await Worker(fail).run((await world.stages(take))["media"].id)
    error = (await world.stages(take))["media"].error
    assert error is not None
    assert (error["code"], "answer" in error["message"]) == ("internal", False)


async def test_a_service_that_is_away_is_asked_again_later(take: UUID) -> None:
    async def away(_: str) -> Any:
        raise ProviderError(
            "langflow", "The flow server cannot be reached.", retryable=True, code="langflow_unreachable"
        )

    stage = (await world.stages(take))["media"].id
    for attempt in range(1, pipeline.MAX_TRIES):
        await Worker(away).run(stage)
        row = (await world.stages(take))["media"]
        assert (row.state, row.attempt) == ("queued", attempt)
        assert row.due_at is not None
        assert row.due_at > datetime.now(UTC) + timedelta(seconds=3)
    await Worker(away).run(stage)
    row = (await world.stages(take))["media"]
    assert (row.state, (row.error or {})["provider"]) == ("failed", "langflow")


async def test_a_stage_that_takes_too_long_fails(take: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pipeline.LIMITS_S, "media", 0.05)

    async def slow(_: str) -> Any:
        await asyncio.sleep(5)

    await Worker(slow).run((await world.stages(take))["media"].id)
    assert ((await world.stages(take))["media"].error or {})["code"] == "stage_timeout"


async def test_retry_runs_the_stage_and_what_depends_on_it(take: UUID) -> None:
    async def fail(name: str) -> Any:
        if name == "transcript":
            raise BadInput("No.", code="no")
        return {"made": name}

    await Worker(fail).drain(take)
    assert (await states(take))["tips"] == "failed"
    async with transaction() as session:
        await takes.retry_stage(session, LOCAL_OWNER, take, "grade")
    worker = Worker()
    await worker.drain(take)
    assert worker.computed == ["transcript", "voice", "grade", "tips"]
    assert set((await states(take)).values()) == {"done"}


async def test_retry_keeps_results_whose_input_is_the_same(take: UUID) -> None:
    async def fail(name: str) -> Any:
        if name == "voice":
            raise BadInput("No.", code="no")
        return {"made": name}

    await Worker(fail).drain(take)
    async with transaction() as session:
        await takes.retry_stage(session, LOCAL_OWNER, take, "voice")
    worker = Worker()
    await worker.drain(take)
    # This worker's hashes do not depend on the results, so grade and tips have theirs already.
    assert worker.computed == ["voice"]
    assert set((await states(take)).values()) == {"done"}


async def test_only_a_failed_stage_can_be_retried(take: UUID) -> None:
    async with transaction() as session:
        with pytest.raises(Conflict, match="not failed"):
            await takes.retry_stage(session, LOCAL_OWNER, take, "media")


async def test_a_take_deleted_while_it_is_computed_leaves_no_file(take: UUID, settings: Any) -> None:
    async def compute(_: str) -> Any:
        async with transaction() as session:
            await takes.delete(session, LOCAL_OWNER, take)
        await world.run_jobs()
        return {}

    class Writing(Worker):
        def prepare(self, row: Stage, scratch: str) -> Task:
            task = super().prepare(row, scratch)

            async def writing() -> Outcome:
                outcome = await task.compute()
                await storage.put_bytes(f"{scratch}recording.webm", b"the recording")
                return outcome

            return Task(task.input_hash, writing, scratch)

    await Writing(compute).run((await world.stages(take))["media"].id)
    await world.run_jobs()
    assert [path for path in (settings.data / "storage").rglob("*") if path.is_file()] == []


async def test_deleting_everything_stops_the_analysis(take: UUID) -> None:
    stage = (await world.stages(take))["media"].id
    async with transaction() as session:
        await erasure.erase_owner(session, LOCAL_OWNER)
    worker = Worker()
    await worker.run(stage)
    await pipeline.sweep()
    assert worker.computed == []
