"""Things for tests to stand on, made through the program's own services."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from app.core.database import transaction
from app.core.events import connect
from app.core.queue import LAST, LATER, celery_app
from app.domain.posting import Posting, Requirement, Weight
from app.domain.question import Coverage, Question, QuestionKind, QuestionSet
from app.models import LOCAL_OWNER, Interview, PostingRow, QuestionRow, Stage
from app.models.repository import owned_by
from app.services.interviews import service
from app.services.speech import service as speech
from app.utils.json import dump

TEXT = """Baker (full time), Hill Street Bakery, Leeds

What you will do
- Mix and shape bread dough every morning from four o'clock
- Keep the ovens clean

What you need
- Two years of experience with sourdough
- You can work with the Rondo dough sheeter
- Good to have: a food hygiene certificate
"""


def posting() -> Posting:
    """A small posting with two must-haves and a nice-to-have."""
    lines = (
        ("r1", "Two years of experience with sourdough", Weight.MUST, ()),
        ("r2", "You can work with the Rondo dough sheeter", Weight.MUST, ("Rondo",)),
        ("r3", "a food hygiene certificate", Weight.NICE, ()),
    )
    requirements = tuple(
        Requirement(
            id=identity,
            text=quote,
            quote=quote,
            weight=weight,
            start=TEXT.index(quote),
            end=TEXT.index(quote) + len(quote),
            skills=skills,
        )
        for identity, quote, weight, skills in lines
    )
    return Posting(
        text=TEXT, title="Baker", company="Hill Street Bakery", requirements=requirements, skills=("sourdough", "Rondo")
    )


def questions() -> tuple[Question, ...]:
    """Two questions for the posting."""
    return (
        Question(
            id="q1",
            text="Tell me about a time when a sourdough batch went wrong. What did you do?",
            kind=QuestionKind.BEHAVIOURAL,
            competency="problem solving",
            requirement_ids=("r1",),
            quote="Two years of experience with sourdough",
            key_points=("what went wrong", "what you did", "how it ended"),
        ),
        Question(
            id="q2",
            text="How do you set up the Rondo dough sheeter before a shift?",
            kind=QuestionKind.KNOWLEDGE,
            competency="knowledge of the work",
            requirement_ids=("r2",),
            quote="You can work with the Rondo dough sheeter",
            key_points=("safety check", "roller gap", "flour"),
        ),
    )


async def interview(owner: UUID = LOCAL_OWNER, **settings: Any) -> tuple[UUID, list[UUID], UUID]:
    """An interview with two questions, everything agreed to: (interview, questions, posting)."""
    wanted = {
        "mode": "video",
        "voice": "af_heart",
        "speed": 1.0,
        "interviewer": "maya",
        "style": "neutral",
        "hidden": False,
        "follow_ups": True,
        "count": 3,
        "seed": 0,
        "kinds": None,
        "difficulty": None,
    } | settings
    planned = QuestionSet(questions=questions(), coverage=Coverage(must_total=2, must_covered=2))
    async with transaction() as session:
        row = PostingRow(owner_id=owner, source="text", posting=dump(posting()))
        session.add(row)
        await session.flush()
        made, asked = service.create(session, owner, row.id, wanted, planned)
        made.consent = {"recording": True, "voice": True, "presence": True}
        for question in asked:
            text = question.question["text"]
            question.speech_key = await speech.prepare(session, text, made.voice, made.speed)
        session.add_all(asked)
    return made.id, [question.id for question in asked], row.id


async def stages(take_id: str | UUID) -> dict[str, Stage]:
    """The stages of a take by name, as they are in the database."""
    from app.services.analysis import repository

    async with transaction() as session:
        return {row.name: row for row in await repository.stages(session, UUID(str(take_id)))}


async def count(kind: type[Interview] | type[PostingRow] | type[QuestionRow], owner: UUID = LOCAL_OWNER) -> int:
    """How many rows of a kind an owner has."""
    async with transaction() as session:
        return len((await session.scalars(owned_by(owner, kind))).all())


async def open_transactions() -> int:
    """How many connections hold a transaction open now, apart from the one that asks."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' AND datname = current_database()"
    )
    async with transaction() as session:
        return int(await session.scalar(query) or 0)


async def run_jobs() -> None:
    """Do what waits of deletions and erasures, as the workers do."""
    from app.models import Erasure, OutboxJob
    from app.services.outbox import files
    from app.services.privacy import erasure

    async with transaction() as session:
        left = (await session.scalars(select(Erasure.id).where(Erasure.finished_at.is_(None)))).all()
    for identity in left:
        await erasure.run(identity)
    async with transaction() as session:
        jobs = (await session.scalars(select(OutboxJob).where(OutboxJob.task == files.DELETE))).all()
    for job in jobs:
        await asyncio.to_thread(files.delete.run, *job.args)


async def sent(queue_name: str) -> int:
    """How many messages wait in a queue of the broker."""
    async with connect() as redis:
        names = [queue_name, *(f"{queue_name}\x06\x16{step}" for step in (LATER, LAST))]
        return sum([int(await redis.llen(name)) for name in names])


async def forget(queue_name: str) -> None:
    """Lose the messages of a queue, as a worker that dies with them or a broker that restarts does."""
    async with connect() as redis:
        await redis.delete(queue_name)


@contextmanager
def broker(url: str) -> Iterator[None]:
    """Send jobs to this broker."""
    before = celery_app.conf.broker_url
    try:
        _connect(url)
        yield
    finally:
        _connect(before)


def _connect(url: str) -> None:
    celery_app.conf.broker_url = url
    # Celery keeps connections to the address it knew first.
    celery_app._pool = celery_app.amqp._producer_pool = None
