"""The Celery worker and its schedule.

    celery -A app.worker worker -Q interactive,control -c 1 -n interactive@%h
    celery -A app.worker worker -Q media -c 1 -n media@%h
    celery -A app.worker worker -Q vision -c 1 -n vision@%h
    celery -A app.worker worker -Q listening -P threads -c 4 -n listening@%h
    celery -A app.worker worker -Q cloud -c 1 -n cloud@%h
    celery -A app.worker beat --schedule FILE

Beats may be several: what they send is done once, and once too often changes nothing.
In a container `python -m app serve` becomes one of them (supervisor/serve.py).

One process per kind of work keeps each model in memory once. Listening waits for most of its time, so its process has
threads; it has no hard time limit and ends by itself. The sweep has a worker that no long task blocks.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import structlog
from celery.schedules import crontab
from celery.signals import (
    after_task_publish,
    beat_init,
    heartbeat_sent,
    setup_logging,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)
from redis.exceptions import RedisError

import app.services.accounts.tasks
import app.services.backup.tasks as backup
import app.services.flow.tasks
import app.services.outbox.files
import app.services.outbox.tasks
import app.services.privacy.tasks
import app.services.speech.tasks  # noqa: F401  the imports register the tasks
from app.core import events, logging, tracing
from app.core.config import settings
from app.core.queue import CLOUD, celery_app
from app.core.safety import require_safe_start
from app.services.recordings.service import clear_workshop

SWEEP_S, COPIES_S, PRIVACY_S, ACCOUNTS_S, EXPIRE_S, ALIVE_S = 5.0, 15.0, 15.0, 300.0, 3600.0, 10.0
# What killed processes left on a host is that host's own to clear; looked at when a worker starts and then this often.
CLEAR_S = 600.0
log = structlog.get_logger()

# A sweep that waited longer than its period is not needed any more: the next one is there.
celery_app.conf.beat_schedule = {
    "relay": {"task": "outbox.relay", "schedule": SWEEP_S, "options": {"expires": SWEEP_S}},
    "sweep": {"task": "analysis.sweep", "schedule": SWEEP_S, "options": {"expires": SWEEP_S}},
    "copies": {"task": "copies.delete", "schedule": COPIES_S, "options": {"expires": COPIES_S, "queue": CLOUD}},
    "accounts": {"task": "accounts.sweep", "schedule": ACCOUNTS_S, "options": {"expires": ACCOUNTS_S}},
    "privacy": {"task": "privacy.sweep", "schedule": PRIVACY_S, "options": {"expires": PRIVACY_S}},
    "expire": {"task": "recordings.expire", "schedule": EXPIRE_S, "options": {"expires": EXPIRE_S}},
}
if settings().backup_url:
    # The worker of the cloud services waits for most of its time; beat is the one clock that every set-up has.
    celery_app.conf.beat_schedule["backup"] = {
        "task": backup.NIGHTLY,
        "schedule": crontab(hour=3, minute=17),
        "options": {"expires": EXPIRE_S, "queue": CLOUD, "time_limit": backup.LIMIT_S},
    }
    _ = settings().backups
celery = celery_app
require_safe_start()
_ = settings().storage  # a setting that is wrong ends the start, not the first job


@setup_logging.connect  # type: ignore[untyped-decorator]
def _logging(**_: Any) -> None:
    logging.configure(settings().log_level)


@beat_init.connect  # type: ignore[untyped-decorator]
def _watch_beat(**_: Any) -> None:
    # In the clock's process alone: a task that a worker sends says nothing about the worker's own loop.
    after_task_publish.connect(_touch, weak=False)


@heartbeat_sent.connect  # type: ignore[untyped-decorator]
def _touch(**_: Any) -> None:
    """Every two seconds from the loop of a worker that is connected, every five from the clock: for health checks."""
    if file := os.environ.get("REHEARSAL_ALIVE"):
        Path(file).touch()


@worker_ready.connect  # type: ignore[untyped-decorator]
def _alive(sender: Any, **_: Any) -> None:
    queues = sorted(queue.name for queue in sender.task_consumer.queues)
    threading.Thread(target=_say_alive, args=(sender.hostname, queues), name="alive", daemon=True).start()


@worker_process_shutdown.connect  # type: ignore[untyped-decorator]
@worker_shutdown.connect  # type: ignore[untyped-decorator]
def _ends(**_: Any) -> None:
    tracing.close()


def _say_alive(node: str, queues: list[str]) -> None:
    wait, cleared = threading.Event(), -CLEAR_S
    while True:
        if time.monotonic() - cleared >= CLEAR_S:
            clear_workshop()
            cleared = time.monotonic()
        try:
            events.worker_alive(node, queues)
        except (RedisError, OSError) as error:
            log.warning("alive_not_said", type=type(error).__name__)
        wait.wait(ALIVE_S)
