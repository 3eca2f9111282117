"""One trace from the request through the queue and the worker to the flow server; nothing without the setting."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core import config, queue, tracing
from app.core.database import transaction
from app.services.analysis import pipeline
from app.services.outbox import files
from tests import world
from tests.flow_server import _Handler, flow_server
from tests.operate.collector import Collector, collecting

BACKEND = Path(__file__).resolve().parents[2]
WORDS = "I threw the whole batch away, cleaned the bowl and started again with a new culture."


@pytest.fixture
def collector(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """Traces are wanted, and go to this collector."""
    with collecting() as running:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", running.url)
        config.settings.cache_clear()
        yield running
        tracing.close()


@pytest.fixture
def flows(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str | None]]:
    """A flow server, and the `traceparent` of each request to it."""
    seen: list[str | None] = []
    run = _Handler.do_POST

    def noting(self: _Handler) -> None:
        seen.append(self.headers.get("traceparent"))
        run(self)

    monkeypatch.setattr(_Handler, "do_POST", noting)
    with flow_server() as url:
        monkeypatch.setenv("LANGFLOW_URL", url)
        config.settings.cache_clear()
        yield seen


@pytest.fixture
async def worker(settings: Any, collector: Collector, flows: list[str | None]) -> AsyncIterator[Path]:
    """A real worker process for everything a typed answer needs; its log."""
    log = settings.data / "worker.log"
    options = (
        "-Q",
        "interactive,media,control",
        "-c",
        "1",
        "-n",
        "traced@test",
        "--without-gossip",
        "--without-mingle",
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "app.worker", "worker", *options],
            cwd=BACKEND,
            env=os.environ.copy(),
            stdout=output,
            stderr=output,
        )
        yield log
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.mark.services
@pytest.mark.slow
async def test_one_trace_from_the_request_to_the_flow(
    client: httpx.AsyncClient, worker: Path, collector: Collector, flows: list[str | None]
) -> None:
    _, questions, _ = await world.interview()
    answer = await client.post(f"/api/questions/{questions[0]}/takes", json={"kind": "typed", "text": WORDS})
    take = answer.json()["id"]
    for _ in range(300):
        stages = await world.stages(take)
        if all(row.state in pipeline.ENDED for row in stages.values()):
            break
        await asyncio.sleep(0.2)
    assert {stages[name].state for name in ("transcript", "grade", "tips")} == {"done"}, worker.read_text()[-3000:]

    request = await asyncio.to_thread(collector.named, "POST /questions/{question_id}/takes")
    chain = [await asyncio.to_thread(collector.named, f"stage {name}") for name in ("transcript", "grade", "tips")]
    flow = await asyncio.to_thread(collector.named, "flow grading")
    assert {span.trace_id for span in (request, *chain, flow)} == {request.trace_id}
    assert chain[0].parent_span_id == request.span_id
    assert chain[1].parent_span_id == chain[0].span_id
    assert flow.parent_span_id == chain[1].span_id
    assert any(header and header.startswith(f"00-{flow.trace_id.hex()}-{flow.span_id.hex()}-") for header in flows)
    sent = b"".join(collector.bodies)
    for secret in (WORDS.split()[2], "sourdough", "Baker", take, str(questions[0])):
        assert secret.encode() not in sent, "a text or an id of a person is in a trace"


@pytest.mark.services
async def test_a_job_of_the_outbox_goes_on_in_its_trace(collector: Collector) -> None:
    with tracing.span("somebody deletes"):
        async with transaction() as session:
            files.delete_files(session, "takes/none/")
        parent = tracing.current()
    with tracing.continued(parent):  # as the worker's task does with the header of the message
        await world.run_jobs()
    tracing.close()
    cause = await asyncio.to_thread(collector.named, "somebody deletes")
    job = await asyncio.to_thread(collector.named, "job files.delete")
    assert (job.trace_id, job.parent_span_id) == (cause.trace_id, cause.span_id)


@pytest.mark.services
async def test_the_message_carries_it(collector: Collector) -> None:
    from app.core.events import connect

    with tracing.span("somebody deletes"):
        parent = tracing.current()
        async with transaction() as session:
            files.delete_files(session, "takes/none/")
    assert parent is not None
    async with connect() as redis:
        messages = [
            message
            for step in (queue.LATER, queue.LAST)
            for message in await redis.lrange(f"control\x06\x16{step}", 0, -1)
        ]
    assert len(messages) == 1
    assert parent.encode() in messages[0]


@pytest.mark.services
async def test_an_error_in_a_span_is_told_by_its_kind_only(collector: Collector) -> None:
    def fail() -> None:
        with tracing.span("stage grade"):
            raise ValueError("the words of somebody's answer")

    with pytest.raises(ValueError, match="words"):
        fail()
    tracing.close()
    span = await asyncio.to_thread(collector.named, "stage grade")
    assert span.status.code == 2
    assert b"words" not in span.SerializeToString()
    assert b"ValueError" in span.SerializeToString()


UNSET = """
import sys
import app.main, app.worker
from app.core import tracing
with tracing.span("a", parent="00-" + "1" * 32 + "-" + "2" * 16 + "-01") as span, tracing.continued("x"):
    assert span is None and tracing.headers() == {} and tracing.current() is None
tracing.close()
# redis-py loads the classes for its metrics by itself when the package is there.
sending = ("opentelemetry.sdk.trace", "opentelemetry.exporter")
loaded = [name for name in sys.modules if name.startswith(sending)]
assert not loaded, loaded
"""


def test_unset_nothing_that_records_or_sends_is_loaded(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    environment |= {"REHEARSAL_DATA": str(tmp_path)}
    subprocess.run([sys.executable, "-c", UNSET], cwd=BACKEND, env=environment, check=True, timeout=60)
