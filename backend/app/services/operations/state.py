"""How the installation is, read when somebody asks: queues, workers, what is set aside, services of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import events, queue
from app.core.database import transaction
from app.services.analysis.pipeline import QUEUES
from app.services.operations import repository

ALL_QUEUES = (queue.INTERACTIVE, queue.MEDIA, queue.VISION, queue.LISTENING, queue.CLOUD, queue.CONTROL)
BACKUP_KEY = "backup:last"


@dataclass(slots=True)
class Queue:
    """One queue: what waits for a worker, since when (seconds of the oldest), what is being computed."""

    waiting: int = 0
    oldest_s: float = 0.0
    running: int = 0
    lost: int = 0

    def add(self, waiting: int, oldest: datetime | None, now: datetime) -> None:
        """More that waits here."""
        self.waiting += waiting
        if oldest is not None:
            self.oldest_s = max(self.oldest_s, (now - oldest).total_seconds())


@dataclass(slots=True)
class Work:
    """What the database knows of the work."""

    queues: dict[str, Queue] = field(default_factory=lambda: {name: Queue() for name in ALL_QUEUES})
    recorded: int = 0
    overdue: int = 0
    parked_stages: int = 0
    parked_jobs: int = 0
    cost_today: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Broker:
    """What Valkey knows: messages by queue, workers (seconds since they were seen, their queues), the last backup."""

    messages: dict[str, int]
    workers: dict[str, tuple[float, list[str]]]
    backup_at: float | None


async def work() -> Work:
    """Raises SQLAlchemyError when the database does not answer."""
    async with transaction() as session:
        return await _work(session)


async def _work(session: AsyncSession) -> Work:
    state, now = Work(), await repository.now(session)
    for row in await repository.stage_counts(session):
        entry = state.queues[QUEUES[row.name]]
        entry.add(row.waiting, row.oldest, now)
        entry.running += row.running
        entry.lost += row.lost
    for row in await repository.job_counts(session):
        if row.queue in state.queues:
            state.queues[row.queue].add(row.waiting, row.oldest, now)
        state.recorded += row.recorded
        state.overdue += row.overdue
        state.parked_jobs += row.parked
    heard = await repository.listening_counts(session)
    state.queues[queue.LISTENING].add(heard.waiting, heard.oldest, now)
    state.queues[queue.LISTENING].running += heard.running
    state.parked_stages = await repository.parked_stages(session)
    state.cost_today = await repository.cost_by_provider(session, _midnight())
    return state


async def broker() -> Broker | None:
    """None when Valkey does not answer."""
    try:
        async with events.connect() as redis:
            messages = {name: await queue.waiting(redis, name) for name in ALL_QUEUES}
            backup = await redis.get(BACKUP_KEY)
        return Broker(messages, await events.workers(), _seconds(backup))
    except (RedisError, OSError):
        return None


def _seconds(value: bytes | str | None) -> float | None:
    try:
        return float(value) if value is not None else None
    except ValueError:
        return None


def _midnight() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
