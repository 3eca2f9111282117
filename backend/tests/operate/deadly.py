"""A real worker some of whose work kills its process, as a broken library does with a broken file.

    celery -A tests.operate.deadly worker -Q media,control -c 1

A stage kills while the folder `deadly` of the data folder has a file with the id of its take.
"""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from uuid import UUID

from app.core import queue
from app.core.config import settings
from app.models import Stage
from app.services.analysis import pipeline
from app.services.analysis.pipeline import Outcome, Task
from app.services.outbox.service import job
from app.worker import celery_app

pipeline.LEASE, pipeline.RENEW_S = timedelta(seconds=2), 0.5  # a drill need not wait for the real ones
celery = celery_app


def prepare(row: Stage, scratch: str) -> Task:
    """A small result, or the end of this process."""

    async def compute() -> Outcome:
        if (settings().data / "deadly" / str(row.take_id)).exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return Outcome({"made": row.name})

    return Task(f"hash of {row.name}", compute, scratch)


celery_app.tasks.unregister(pipeline.RUN)


@queue.task(pipeline.RUN)
async def run_stage(stage_id: str) -> None:
    """The program's own task, with these computations."""
    await pipeline.run_next(UUID(stage_id), prepare)


@job("drill.kill")
async def kill() -> None:
    """End this process."""
    os.kill(os.getpid(), signal.SIGKILL)
