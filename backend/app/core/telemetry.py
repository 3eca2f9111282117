"""What is counted about the running program: numbers and codes, never who or what.

Two kinds. What the API process does itself (requests, uploads, event streams) is counted in the process and read from
its own `/metrics`. What any process does (stages, calls of services) is added up in Valkey, so that it survives the
children of a worker, needs no port per worker, and is the same whichever API process is asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import waiting
from app.core.events import connect

log = structlog.get_logger()

PROCESS = CollectorRegistry()
ProcessCollector(registry=PROCESS)
REQUESTS = Histogram(
    "rehearsal_http_request_duration_seconds",
    "Requests of this process, from the first byte in to the last byte out; event streams are left out.",
    ("route", "method", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=PROCESS,
)
UPLOAD_FAILURES = Counter(
    "rehearsal_upload_failures_total", "Uploads refused or failed by this process.", ("code",), registry=PROCESS
)
STREAMS = Gauge("rehearsal_event_streams", "Event streams open in this process.", registry=PROCESS)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SHARED_KEY = "metrics:shared"
# Seconds; the longest stage may take 20 minutes.
STAGE_BUCKETS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0)

# The shared ones: (what, label values...) and how much to add.
Entry = tuple[str, ...]
STAGE_BUCKET, STAGE_SUM, STAGE_COUNT = "stage_bucket", "stage_sum", "stage_count"
GRADES, GRADE_FLAG = "grades", "grade_flag"
PROVIDER_CALLS, PROVIDER_ERRORS = "provider_calls", "provider_errors"


def request_served(route: str | None, method: str, status: int, seconds: float) -> None:
    """Count a request by the template of its route."""
    shown = method if method in METHODS else "other"
    REQUESTS.labels(route or "none", shown, f"{status // 100}xx" if status else "cut").observe(seconds)


def upload_failed(code: str) -> None:
    """Count an upload that was refused or failed. `code` is one of the program's own."""
    UPLOAD_FAILURES.labels(code).inc()


@contextmanager
def streaming() -> Iterator[None]:
    """Count an event stream while it is open."""
    STREAMS.inc()
    try:
        yield
    finally:
        STREAMS.dec()


def stage_entries(stage: str, outcome: str, seconds: float) -> dict[Entry, float]:
    """What one run of a stage adds."""
    bucket = next((f"{limit:g}" for limit in STAGE_BUCKETS if seconds <= limit), "+Inf")
    return {
        (STAGE_BUCKET, stage, outcome, bucket): 1,
        (STAGE_SUM, stage, outcome): seconds,
        (STAGE_COUNT, stage, outcome): 1,
    }


def flag_entries(flags: Iterable[tuple[str, str]]) -> dict[Entry, float]:
    """What one grade adds: its flags as (kind, id)."""
    return {(GRADES,): 1.0} | {(GRADE_FLAG, kind, identity): 1.0 for kind, identity in flags}


def add_after_commit(session: AsyncSession, entries: Mapping[Entry, float]) -> None:
    """Add to the shared numbers once this transaction is committed."""

    async def push() -> None:
        await add(entries)

    waiting(session)[f"count {len(waiting(session))}"] = push


async def add(entries: Mapping[Entry, float]) -> None:
    """Add to the shared numbers. A Valkey that is away costs the numbers, not the work."""
    try:
        async with connect() as redis, redis.pipeline(transaction=False) as pipe:
            for entry, value in entries.items():
                pipe.hincrbyfloat(SHARED_KEY, "|".join(entry), value)
            await pipe.execute()
    except (RedisError, OSError) as error:
        log.warning("not_counted", type=type(error).__name__)


async def shared() -> dict[Entry, float]:
    """All shared numbers. Raises RedisError when Valkey does not answer."""
    async with connect() as redis:
        found = await redis.hgetall(SHARED_KEY)
    texts = ((key.decode() if isinstance(key, bytes) else key, value) for key, value in found.items())
    numbers = {tuple(key.split("|")): float(value) for key, value in texts}
    return {entry: value for entry, value in numbers.items() if math.isfinite(value)}
