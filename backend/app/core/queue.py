"""The Celery application and the wrapper every task runs in.

The broker alone cannot recover fast enough from a killed worker (300 s measured with these settings), so state lives
in PostgreSQL: stages have leases, other jobs keep their outbox row until they are done, and a sweep sends again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from celery import Celery
from redis.asyncio import Redis

from app.core import tracing
from app.core.config import settings
from app.core.logging import correlate

# The longest task (services.analysis.pipeline.LIMITS_S) must end before the broker believes it lost.
VISIBILITY_S = 1800
DEFAULT_LIMIT_S = 210
# A task ends itself at its limit; a thread that does not stop is ended with its process this much later. Celery's soft
# limit cannot do that: it interrupts only the main thread, which is waiting.
GRACE_S = 30
FIRST, LATER, LAST = 0, 6, 9  # of kombu's steps 0, 3, 6, 9
# kombu keeps each step in a list of its own; that of the first has the name of the queue.
_LISTS = ("", *(f"\x06\x16{step}" for step in (3, LATER, LAST)))
MEDIA, VISION, INTERACTIVE, CONTROL, LISTENING = "media", "vision", "interactive", "control", "listening"
CLOUD = "cloud"
REQUEST_ID = "rehearsal_request_id"  # header of a message

celery_app = Celery("rehearsal", broker=settings().redis_url)
celery_app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=DEFAULT_LIMIT_S + GRACE_S,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_S,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_keepalive": True,
        "socket_connect_timeout": 2,
        "health_check_interval": 30,
        # For whoever sends: a broker that is away is asked twice, the sweep tries again. Workers keep connecting.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    },
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    worker_soft_shutdown_timeout=25,
    # Models stay loaded for the life of a child; one that has grown beyond this (kB) is replaced after its task.
    worker_max_memory_per_child=1_500_000,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue=CONTROL,
    timezone="UTC",
)


def send(
    task: str,
    args: list[Any],
    queue: str,
    limit_s: int,
    *,
    urgency: int,
    request_id: str | None = None,
    trace: str | None = None,
) -> None:
    """Hand a job to the broker once; a lower urgency overtakes in the queue. Raises when it does not take it.

    `request_id` is what the lines that the task logs belong to, `trace` (a `traceparent`) what its spans belong under.
    """
    options: dict[str, Any] = {"queue": queue, "time_limit": limit_s + GRACE_S, "priority": urgency}
    options["headers"] = {REQUEST_ID: request_id} | ({tracing.HEADER: trace} if trace else {})
    celery_app.send_task(task, args=args, retry=False, ignore_result=True, **options)


async def waiting(redis: Redis, queue: str) -> int:
    """How many messages wait in a queue for a worker; those that one has are not among them. Raises RedisError."""
    return sum([int(await redis.llen(f"{queue}{step}")) for step in _LISTS])


async def first_waiting(redis: Redis, queue: str) -> int:
    """As `waiting`, but only of the first urgency."""
    return int(await redis.llen(f"{queue}{_LISTS[0]}"))


def task(name: str) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Any]:
    """Register an async function as the task `name`: each run has an event loop of its own."""

    def register(function: Callable[..., Coroutine[Any, Any, None]]) -> Any:
        def run(self: Any, *args: Any) -> None:
            def said(name: str) -> Any:
                return (self.request.headers or {}).get(name) or self.request.get(name)

            correlate(said(REQUEST_ID))
            try:
                with tracing.continued(said(tracing.HEADER)):
                    asyncio.run(function(*args))
            finally:
                correlate(None)

        return celery_app.task(name=name, bind=True)(run)

    return register
