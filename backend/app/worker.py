"""The Celery worker and its schedule.

    celery -A app.worker worker -Q interactive,control -c 1 -n interactive@%h
    celery -A app.worker worker -Q media -c 1 -n media@%h
    celery -A app.worker worker -Q vision -c 1 -n vision@%h
    celery -A app.worker worker -Q listening -P threads -c 4 -n listening@%h
    celery -A app.worker worker -Q cloud -c 1 -n cloud@%h
    celery -A app.worker beat --schedule FILE

One process per kind of work keeps each model in memory once. Listening waits for most of its time, so its process has
threads; it has no hard time limit and ends by itself. The sweep has a worker that no long task blocks.
"""

from __future__ import annotations

import threading
from typing import Any

import structlog
from celery.signals import setup_logging, worker_ready
from redis.exceptions import RedisError

import app.services.accounts.tasks
import app.services.flow.tasks
import app.services.outbox.files
import app.services.outbox.tasks
import app.services.speech.tasks  # noqa: F401  the imports register the tasks
from app.core import events, logging
from app.core.config import settings
from app.core.queue import CLOUD, celery_app
from app.core.safety import require_safe_start

SWEEP_S, COPIES_S, ACCOUNTS_S, EXPIRE_S, ALIVE_S = 5.0, 15.0, 300.0, 3600.0, 10.0
log = structlog.get_logger()

# A sweep that waited longer than its period is not needed any more: the next one is there.
celery_app.conf.beat_schedule = {
    "relay": {"task": "outbox.relay", "schedule": SWEEP_S, "options": {"expires": SWEEP_S}},
    "sweep": {"task": "analysis.sweep", "schedule": SWEEP_S, "options": {"expires": SWEEP_S}},
    "copies": {"task": "copies.delete", "schedule": COPIES_S, "options": {"expires": COPIES_S, "queue": CLOUD}},
    "accounts": {"task": "accounts.sweep", "schedule": ACCOUNTS_S, "options": {"expires": ACCOUNTS_S}},
    "guests": {"task": "guests.expire", "schedule": ACCOUNTS_S, "options": {"expires": ACCOUNTS_S}},
    "expire": {"task": "recordings.expire", "schedule": EXPIRE_S, "options": {"expires": EXPIRE_S}},
}
celery = celery_app
require_safe_start()
_ = settings().storage  # a setting that is wrong ends the start, not the first job


@setup_logging.connect  # type: ignore[untyped-decorator]
def _logging(**_: Any) -> None:
    logging.configure(settings().log_level)


@worker_ready.connect  # type: ignore[untyped-decorator]
def _alive(**_: Any) -> None:
    threading.Thread(target=_say_alive, name="alive", daemon=True).start()


def _say_alive() -> None:
    wait = threading.Event()
    while True:
        try:
            events.worker_alive()
        except (RedisError, OSError) as error:
            log.warning("alive_not_said", type=type(error).__name__)
        wait.wait(ALIVE_S)
