"""The numbers of the installation in Prometheus' text format (docs/monitoring.md lists them).

Shared numbers are the same whichever API process is asked; a rule takes their `max` over instances, never their sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app import __version__
from app.core import telemetry
from app.core.config import settings
from app.services.operations import state
from app.services.providers import calls
from app.services.providers.catalog import PROVIDERS
from app.services.providers.usage import MICRO

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Found(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[Metric]:
        yield from self._families


async def text() -> bytes:
    """Everything, as far as the services behind it answer."""
    registry = CollectorRegistry()
    registry.register(_Found(await _families()))
    return generate_latest(telemetry.PROCESS) + generate_latest(registry)


async def _families() -> list[Metric]:
    found: list[Metric] = [_build()]
    up = GaugeMetricFamily("rehearsal_service_up", "Whether a service answered this question.", labels=["service"])
    try:
        found += _of_work(await state.work())
        up.add_metric(["database"], 1)
    except (SQLAlchemyError, OSError):
        up.add_metric(["database"], 0)
    broker = await state.broker()
    try:
        numbers = await telemetry.shared()
        paused = {one.id: float((await calls.state(one.id))["paused_s"]) for one in PROVIDERS}
    except (RedisError, OSError):
        broker = None
    up.add_metric(["queue"], 0 if broker is None else 1)
    if broker is not None:
        found += [*_of_broker(broker), *_of_shared(numbers)]
        found.append(_gauge("provider_paused_seconds", "How long a service is left alone.", "provider", paused))
    return [*found, up]


def _build() -> Metric:
    info = GaugeMetricFamily("rehearsal_build_info", "What runs here.", labels=["version", "mode"])
    info.add_metric([__version__, settings().mode], 1)
    return info


def _gauge(name: str, help_text: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(f"rehearsal_{name}", help_text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _of_work(work: state.Work) -> Iterator[Metric]:
    queues = work.queues.items()
    yield _gauge("queue_waiting", "Jobs that no worker has begun.", "queue", {n: q.waiting for n, q in queues})
    yield _gauge("queue_oldest_seconds", "Age of the oldest of them.", "queue", {n: q.oldest_s for n, q in queues})
    yield _gauge("queue_running", "Leases that workers hold.", "queue", {n: q.running for n, q in queues})
    lost = {n: float(q.lost) for n, q in queues}
    yield _gauge("queue_lost", "Leases that have run out and were not taken up yet.", "queue", lost)
    yield GaugeMetricFamily("rehearsal_outbox_jobs", "Jobs recorded and not done.", value=work.recorded)
    yield GaugeMetricFamily("rehearsal_outbox_overdue", "Of them, not sent in time.", value=work.overdue)
    parked = {"stage": float(work.parked_stages), "job": float(work.parked_jobs)}
    yield _gauge("parked", "What is set aside until an administrator looks at it.", "kind", parked)
    cost = {one.id: work.cost_today.get(one.id, 0) / MICRO for one in PROVIDERS}
    yield _gauge("provider_cost_today_usd", "Spent at a service since midnight UTC.", "provider", cost)


def _of_broker(broker: state.Broker) -> Iterator[Metric]:
    messages = {name: float(count) for name, count in broker.messages.items()}
    yield _gauge("queue_messages", "Messages in the broker.", "queue", messages)
    seen = {
        name: float(sum(age < 30 and name in queues for age, queues in broker.workers.values()))
        for name in state.ALL_QUEUES
    }
    yield _gauge("workers", "Workers of a queue seen in the last 30 seconds.", "queue", seen)
    backup = GaugeMetricFamily(
        "rehearsal_backup_last_success_timestamp_seconds",
        "When the last good backup was made; absent before the first.",
    )
    if broker.backup_at is not None:
        backup.add_metric([], broker.backup_at)
    yield backup


def _of_shared(numbers: dict[telemetry.Entry, float]) -> Iterator[Metric]:
    stages = HistogramMetricFamily(
        "rehearsal_stage_duration_seconds", "Runs of stages by how they ended.", labels=["stage", "outcome"]
    )
    for what, *labels in sorted(numbers):
        if what == telemetry.STAGE_COUNT:
            stages.add_metric(labels, *_histogram(numbers, labels))
    yield stages
    grades = numbers.get((telemetry.GRADES,), 0.0)
    yield CounterMetricFamily("rehearsal_grades", "Answers graded.", value=grades)
    for what, name, help_text, names in (
        (telemetry.GRADE_FLAG, "grade_flags", "Gates triggered, rows not measured, answers not graded.", "kind id"),
        (
            telemetry.PROVIDER_CALLS,
            "provider_calls",
            "Calls of services of others, as they ended.",
            "provider outcome",
        ),
        (telemetry.PROVIDER_ERRORS, "provider_errors", "Calls that failed for good, by code.", "provider code"),
    ):
        family = CounterMetricFamily(f"rehearsal_{name}", help_text, labels=names.split())
        for entry, value in sorted(numbers.items()):
            if entry[0] == what and len(entry) == 3:
                family.add_metric(entry[1:], value)
        yield family


def _histogram(numbers: dict[telemetry.Entry, float], labels: list[str]) -> tuple[list[tuple[str, float]], float]:
    """Cumulative buckets and the sum."""
    limits = [*(f"{limit:g}" for limit in telemetry.STAGE_BUCKETS), "+Inf"]
    counts = [numbers.get((telemetry.STAGE_BUCKET, *labels, limit), 0.0) for limit in limits]
    return list(zip(limits, accumulate(counts), strict=True)), numbers.get((telemetry.STAGE_SUM, *labels), 0.0)
