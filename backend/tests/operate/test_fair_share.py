"""Whose turn it is: one person's many takes do not stand before another's one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, update

from app.core.database import transaction
from app.models import LOCAL_OWNER, Stage
from app.services.analysis import pipeline
from app.services.analysis.pipeline import Outcome, Task
from app.services.recordings import service as recordings
from tests import world

pytestmark = pytest.mark.services


async def answer(owner: UUID, count: int) -> list[UUID]:
    """So many complete takes of one owner, whose first stage waits for a worker."""
    _, questions, _ = await world.interview(owner)
    made = []
    for _ in range(count):
        async with transaction() as session:
            take = await recordings.create(session, owner, questions[0], "video", None)
            take.completed_at = datetime.now(UTC)
            pipeline.start(session, take, {})
            await pipeline.advance(session, take.id)
        made.append(take.id)
    return made


class Worker:
    """One worker of the media queue: takes message after message, and remembers whose stage it computed."""

    def __init__(self) -> None:
        self.begun: list[tuple[UUID, str]] = []

    def prepare(self, row: Stage, scratch: str) -> Task:
        self.begun.append((row.take.owner_id, row.name))

        async def compute() -> Outcome:
            return Outcome({"made": row.name})

        return Task(f"hash of {row.name}", compute, scratch)

    async def handle(self, message: UUID) -> None:
        await pipeline.run_next(message, self.prepare)


async def first_stages(takes: list[UUID]) -> list[UUID]:
    """The ids that the messages for the first stages carry, in the order in which they were sent."""
    return [(await world.stages(take))["media"].id for take in takes]


async def test_one_take_does_not_wait_behind_twenty_of_somebody_else(settings: Any, stranger: UUID) -> None:
    messages = await first_stages(await answer(LOCAL_OWNER, 20))
    worker = Worker()
    await worker.handle(messages.pop(0))
    messages += await first_stages(await answer(stranger, 1))
    # Stages that become ready send a message each: media, transcript and voice of 21 takes; and some come twice.
    for message in messages * 4:
        await worker.handle(message)
    owners = [owner for owner, _ in worker.begun]
    assert owners.index(stranger) <= 2, "it was begun before the third of the other"
    assert (owners.count(LOCAL_OWNER), owners.count(stranger)) == (60, 3)
    assert owners.index(stranger) + 4 >= len(owners) - 1 - owners[::-1].index(stranger), "all of it was read in turns"


async def test_the_whole_take_is_read_in_turns(settings: Any, stranger: UUID) -> None:
    """Its later stages, which become ready while the others wait, do not go to the end of the line either."""
    many = await answer(LOCAL_OWNER, 20)
    one = (await answer(stranger, 1))[0]
    worker, media = Worker(), ("media", "transcript", "voice")
    for message in (await first_stages([*many, one]))[:6]:
        await worker.handle(message)
    rows = await world.stages(one)
    assert [rows[name].state for name in media] == ["done", "done", "done"]
    assert sum(owner == LOCAL_OWNER for owner, _ in worker.begun) == 3


async def test_two_people_with_many_takes_alternate(settings: Any, stranger: UUID) -> None:
    messages = await first_stages([*await answer(LOCAL_OWNER, 4), *await answer(stranger, 4)])
    worker = Worker()
    for message in messages:
        await worker.handle(message)
    owners = [owner for owner, _ in worker.begun]
    assert owners == [LOCAL_OWNER, stranger] * 4


async def test_alone_it_is_first_come_first_served(settings: Any) -> None:
    takes = await answer(LOCAL_OWNER, 3)
    worker = Worker()
    for message in reversed(await first_stages(takes)):
        await worker.handle(message)
        assert [(await world.stages(take))["media"].state for take in takes].count("done") == len(worker.begun)
        assert (await world.stages(takes[len(worker.begun) - 1]))["media"].state == "done"


async def test_nobody_waits_for_ever(settings: Any, stranger: UUID) -> None:
    """People who come later do not overtake who has been served and waits again."""
    first = await first_stages(await answer(LOCAL_OWNER, 2))
    worker = Worker()
    await worker.handle(first[0])
    later = await first_stages(await answer(stranger, 1))
    await worker.handle(first[1])
    await worker.handle(later[0])
    assert [owner for owner, _ in worker.begun][:2] == [LOCAL_OWNER, LOCAL_OWNER]


async def test_many_workers_at_once_take_each_stage_once(settings: Any, stranger: UUID) -> None:
    messages = await first_stages([*await answer(LOCAL_OWNER, 6), *await answer(stranger, 6)])
    worker = Worker()
    # Every message twice, as a broker may deliver it.
    await asyncio.gather(*(worker.handle(message) for message in messages * 2))
    assert [name for _, name in worker.begun].count("media") == 12


async def test_what_waits_for_its_time_is_not_taken_early(settings: Any) -> None:
    (take,) = await answer(LOCAL_OWNER, 1)
    stage = (await world.stages(take))["media"].id
    (other,) = await answer(LOCAL_OWNER, 1)
    async with transaction() as session:
        later = func.clock_timestamp() + timedelta(minutes=1)
        await session.execute(update(Stage).where(Stage.id == stage).values(queued_at=later, due_at=later))
    worker = Worker()
    await worker.handle((await world.stages(other))["media"].id)
    states = [(await world.stages(one))["media"].state for one in (take, other)]
    assert states == ["queued", "done"]


def test_one_message_may_run_the_longest_stage_of_its_queue() -> None:
    for stage, limit in pipeline.LIMITS_S.items():
        assert pipeline.QUEUE_LIMITS_S[pipeline.QUEUES[stage]] >= limit
