"""What Prometheus reads: complete, parsable, without anybody's data; and the files that read it."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import httpx
import pytest
import yaml
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from app.core import events, telemetry
from app.core.config import settings as current
from app.core.database import transaction
from app.domain.errors import BadInput, ProviderError
from app.models import LOCAL_OWNER
from app.services.analysis import pipeline
from app.services.analysis.flags import GATES, flags
from app.services.outbox import files
from app.services.providers import calls
from app.utils.paths import REPOSITORY
from tests import recordings, world
from tests.operate.test_fair_share import answer
from tests.operate.test_poison import computing, media

pytestmark = pytest.mark.services
OPENMETRIC = re.compile(r"\brehearsal_[a-z0-9_]+\b")
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


async def scrape(client: httpx.AsyncClient, **options: Any) -> dict[str, dict[tuple[str, ...], float]]:
    """All samples: by name, by the values of their labels in the order of the labels' names."""
    response = await client.get("/metrics", **options)
    assert response.status_code == 200, response.text
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(response.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(value for _, value in sorted(sample.labels.items()))] = sample.value
    return found


async def work_of_every_kind(client: httpx.AsyncClient) -> None:
    """A stage that is done, one that fails, one that is parked, a grade, calls that fail, an upload that is refused."""
    done, failed, parked = await answer(LOCAL_OWNER, 3)
    await pipeline.run((await media(done)).id, computing({"made": "media"}))
    await pipeline.run((await media(failed)).id, computing(BadInput("No.", code="media_broken")))
    for _ in range(pipeline.MAX_FAILURES):
        await pipeline.run((await media(parked)).id, computing(BadInput("No.", code="media_broken")))
        if (await media(parked)).parked_at is None:
            async with transaction() as session:
                await pipeline.retry(session, parked, "media")
    async with transaction() as session:
        files.delete_files(session, "takes/none/")

    async def away() -> None:
        raise ProviderError("openai", "It is away.", retryable=False, code="openai_busy")

    async def there() -> None:
        return None

    with pytest.raises(ProviderError):
        await calls.call("openai", "grading", away, deadline_s=1)
    await calls.call("openai", "grading", there, deadline_s=1)
    question = (await world.interview())[1][0]
    _, address = await recordings.begin(client, question, 10)
    assert (await recordings.send(client, address, 5, b"12345")).status_code == 409


async def test_it_tells_of_everything(client: httpx.AsyncClient) -> None:
    await work_of_every_kind(client)
    await telemetry.add(telemetry.flag_entries(flags(GRADE)))
    found = await scrape(client)
    assert found["rehearsal_stage_duration_seconds_count"][("done", "media")] == 1
    assert found["rehearsal_stage_duration_seconds_count"][("failed", "media")] == 1 + pipeline.MAX_FAILURES
    assert found["rehearsal_stage_duration_seconds_bucket"][("+Inf", "done", "media")] == 1
    assert found["rehearsal_queue_waiting"][("media",)] == 1  # the transcript of the one that is done
    assert found["rehearsal_queue_waiting"][("control",)] == 1
    assert found["rehearsal_queue_oldest_seconds"][("media",)] > 0
    assert found["rehearsal_queue_messages"][("media",)] > 0
    assert found["rehearsal_parked"] == {("stage",): 1, ("job",): 0}
    assert found["rehearsal_provider_calls_total"] == {("answered", "openai"): 1, ("failed", "openai"): 1}
    assert found["rehearsal_provider_errors_total"] == {("openai_busy", "openai"): 1}
    assert found["rehearsal_upload_failures_total"][("upload_offset",)] >= 1
    assert found["rehearsal_grades_total"][()] == 1
    assert found["rehearsal_grade_flags_total"] == {
        ("too_short", "gate"): 1,
        ("other", "gate"): 1,
        ("V1", "not_measured"): 1,
    }
    assert found["rehearsal_service_up"] == {("database",): 1, ("queue",): 1}
    assert found["rehearsal_http_request_duration_seconds_count"][("PATCH", "/uploads/{upload_id}", "4xx")] >= 1
    assert found["rehearsal_build_info"]


GRADE = {
    "overall": 2.0,
    "gates": [{"id": "too_short", "triggered": True}, {"id": "the words of a flow that was edited", "triggered": True}],
    "dimensions": [{"id": "V1", "status": "not_measured"}, {"id": "C1", "status": "scored"}],
}


async def test_no_id_and_no_text_is_a_label(client: httpx.AsyncClient) -> None:
    await work_of_every_kind(client)
    await client.get(f"/api/interviews/{UUID(int=7)}")
    await client.get("/some/page/of/somebody")
    await client.request("BREW", "/api/system")
    text = (await client.get("/metrics")).text
    assert not UUID_TEXT.search(text)
    assert not any(word in text for word in ("somebody", "BREW", "sourdough", "Baker"))


async def test_every_gate_of_the_rubric_has_its_own_number() -> None:
    source = (REPOSITORY / "backend" / "app" / "services" / "grading" / "rubric" / "grader.py").read_text()
    assert set(re.findall(r'Gate\(id="(\w+)"', source)) == GATES


async def test_the_last_backup_is_told_when_there_was_one(client: httpx.AsyncClient) -> None:
    name = "rehearsal_backup_last_success_timestamp_seconds"
    assert name not in await scrape(client)
    async with events.connect() as redis:
        await redis.set("backup:last", "1790000000")
    assert (await scrape(client))[name] == {(): 1790000000.0}


async def test_workers_that_are_gone_are_not_counted(client: httpx.AsyncClient) -> None:
    events.worker_alive("media@here", ["media"])
    async with events.connect() as redis:
        await redis.hset("workers", "media@gone", json.dumps({"at": 1.0, "queues": ["media"]}))
    assert (await scrape(client))["rehearsal_workers"][("media",)] == 1
    assert list(await events.workers()) == ["media@here"]


async def test_it_answers_while_database_and_queue_are_away(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.core import database

    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:9/none")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9/0")
    current.cache_clear()
    database.engine.cache_clear()
    found = await scrape(client)
    assert found["rehearsal_service_up"] == {("database",): 0, ("queue",): 0}


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("10.0.0.5", {"host": "10.0.0.2:8000"}, 200),
        ("fd00::5", {}, 200),
        ("8.8.4.4", {}, 404),
        ("127.0.0.1", {"x-forwarded-for": "8.8.4.4"}, 404),
        ("127.0.0.1", {"x-forwarded-for": "10.0.0.5"}, 404),
        ("127.0.0.1", {"host": "rebound.example"}, 403),
        ("8.8.4.4", {"authorization": "Bearer right-token"}, 200),
        ("8.8.4.4", {"authorization": "Bearer wrong-token"}, 404),
        ("8.8.4.4", {"authorization": "Basic right-token"}, 404),
        ("8.8.4.4", {"authorization": "Bearer "}, 404),
        ("8.8.4.4", {"authorization": "Bearer right-token", "host": "api:8000"}, 200),
        ("8.8.4.4", {"authorization": "Bearer wrong-token", "host": "api:8000"}, 404),
    ],
)
async def test_who_may_read_it(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, peer: str, headers: dict[str, str], status: int
) -> None:
    monkeypatch.setenv("REHEARSAL_METRICS_TOKEN", "right-token")
    current.cache_clear()
    transport = httpx.ASGITransport(app, client=(peer, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        assert (await http.get("/metrics", headers=headers)).status_code == status


async def test_without_a_token_none_is_right(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app, client=("8.8.4.4", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        assert (await http.get("/metrics", headers={"authorization": "Bearer "})).status_code == 404


def expressions(value: Any) -> list[str]:
    """Every query in a dashboard or a file of rules."""
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in ([item] if key == "expr" else expressions(item))]
    return [text for item in value for text in expressions(item)] if isinstance(value, list) else []


async def test_dashboard_and_alerts_name_only_what_there_is(client: httpx.AsyncClient) -> None:
    await work_of_every_kind(client)
    await telemetry.add(telemetry.flag_entries(flags(GRADE)))
    async with events.connect() as redis:
        await redis.set("backup:last", "1790000000")
    known = set(await scrape(client))
    deploy = REPOSITORY / "deploy"
    dashboard = json.loads((deploy / "grafana" / "rehearsal.json").read_text(encoding="utf-8"))
    rules = yaml.safe_load((deploy / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    assert len(expressions(dashboard)) >= 15
    assert len(expressions(rules)) >= 10
    for query in (*expressions(dashboard), *expressions(rules)):
        names = OPENMETRIC.findall(query)
        assert names, query
        assert set(names) <= known, query
        assert query.count("(") == query.count(")"), query
        assert query.count("{") == query.count("}"), query
    for group in rules["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert rule["annotations"]["summary"]
            assert rule["annotations"]["description"]
