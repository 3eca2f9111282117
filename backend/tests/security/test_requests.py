"""What every request passes: host, origin, sizes, headers, one shape of errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api.middleware import FILE_BYTES, JSON_BYTES
from app.models import PostingRow
from tests import world

pytestmark = pytest.mark.services


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]", "[::1]:8000", "LOCALHOST:80"])
async def test_own_names_are_served(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/livez", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io:8000", "", "10.0.0.1", "::1"]
)
async def test_other_names_are_refused(client: httpx.AsyncClient, host: str) -> None:
    response = await client.get("/api/postings", headers={"Host": host})
    assert (response.status_code, response.json()["error"]) == (403, "host_refused")


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:9999"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_pages_of_other_sites_change_nothing(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    interview, _, _ = await world.interview()
    for method, path in (("DELETE", "/api/data"), ("POST", f"/api/interviews/{interview}/finish")):
        response = await client.request(method, path, headers=headers)
        assert (response.status_code, response.json()["error"]) == (403, "origin_refused")
    assert await world.count(PostingRow) == 1


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost:8000"}, {"Sec-Fetch-Site": "same-origin"}])
async def test_the_own_page_may(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.delete("/api/data", headers=headers)).status_code == 204


@pytest.mark.parametrize("path", ["/livez", "/api/postings", "/api/nothing", "/", "/api/takes/not-a-uuid"])
async def test_security_headers_are_on_every_answer(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "strict-transport-security" not in headers  # plain http on this machine
    said = dict(part.split("=") for part in headers["permissions-policy"].split(", "))
    allowed = {name for name, who in said.items() if who != "()"}
    assert allowed == {"camera", "microphone", "autoplay", "fullscreen"}
    assert {"geolocation", "display-capture", "usb", "payment", "serial", "browsing-topics"} <= said.keys()
    assert len(headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("PUT", "/api/postings", 405, "method_not_allowed"),
        ("GET", "/api/takes/not-a-uuid", 422, "invalid_request"),
        ("POST", "/api/postings", 422, "invalid_request"),
    ],
)
async def test_errors_have_one_shape(client: httpx.AsyncClient, method: str, path: str, status: int, code: str) -> None:
    response = await client.request(method, path)
    body = response.json()
    assert (response.status_code, body["error"]) == (status, code)
    assert body.keys() == {"error", "detail", "hint", "request_id"}
    assert body["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_the_limit_is_not_read(client: httpx.AsyncClient, announced: bool) -> None:
    seen = 0

    async def body() -> Any:
        nonlocal seen
        for _ in range(80):
            seen += 64 * 1024
            yield b'"' + b"x" * (64 * 1024 - 1)

    headers = {"Content-Length": str(5 * JSON_BYTES)} if announced else {}
    response = await client.post(
        "/api/postings", content=body(), headers=headers | {"Content-Type": "application/json"}
    )
    assert (response.status_code, response.json()["error"]) == (413, "too_large")
    assert seen <= (0 if announced else JSON_BYTES + 64 * 1024)
    assert await world.count(PostingRow) == 0


async def test_a_file_over_the_limit(client: httpx.AsyncClient) -> None:
    files = {"file": ("posting.txt", b"Baker wanted. " * 200_000)}
    response = await client.post("/api/postings/file", files=files)
    assert response.status_code == 413
    files = {"file": ("posting.txt", b"x" * (FILE_BYTES + 1))}
    response = await client.post("/api/postings/file", files=files)
    assert (response.status_code, response.json()["error"]) == (413, "posting_too_large")


@pytest.mark.parametrize("text", ["\x00", "a\ud800b"])
async def test_text_the_database_cannot_hold_is_refused(client: httpx.AsyncClient, text: str) -> None:
    import json

    interview, questions, _ = await world.interview()
    body = json.dumps({"text": f"Why {text} do you bake?", "kind": "motivation"})
    headers = {"Content-Type": "application/json"}
    response = await client.post(f"/api/interviews/{interview}/questions", content=body, headers=headers)
    assert (response.status_code, response.json()["error"]) == (422, "invalid_request")
    answer = json.dumps({"kind": "typed", "text": text})
    response = await client.post(f"/api/questions/{questions[0]}/takes", content=answer, headers=headers)
    assert response.status_code == 422


async def test_a_database_that_is_away_is_said(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.core import config, database

    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    config.settings.cache_clear()
    database.engine.cache_clear()
    response = await client.get("/api/postings")
    assert (response.status_code, response.json()["error"]) == (503, "database_unavailable")
    ready = (await client.get("/readyz")).json()
    assert (ready["ready"], ready["database"], ready["queue"]) == (False, False, True)


async def test_fetching_without_the_counter_is_refused(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.core import config

    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9/0")
    config.settings.cache_clear()
    response = await client.post("/api/postings", json={"url": "http://127.0.0.1:9/job"})
    assert (response.status_code, response.json()["error"]) == (503, "queue_unavailable")


async def test_fetches_are_limited(client: httpx.AsyncClient) -> None:
    responses = [await client.post("/api/postings", json={"url": "http://127.0.0.1:9/job"}) for _ in range(11)]
    assert all(response.status_code in (403, 422) for response in responses[:10])
    assert (responses[10].status_code, responses[10].json()["error"]) == (429, "rate_limited")
    assert 1 <= int(responses[10].headers["retry-after"]) <= 61


@pytest.mark.parametrize("path", ["/", "/interviews/1/report", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"])
async def test_the_page_is_served_for_every_address(settings: Any, tmp_path: Path, path: str) -> None:
    client = await _with_pages(settings, tmp_path)
    response = await client.get(path)
    assert (response.status_code, response.text) == (200, "<!doctype html>the page")
    assert response.headers["cache-control"] == "no-cache"


async def test_hashed_files_never_change(settings: Any, tmp_path: Path) -> None:
    client = await _with_pages(settings, tmp_path)
    response = await client.get("/assets/app-abc123.js")
    assert "immutable" in response.headers["cache-control"]
    assert (await client.get("/assets/other.js")).status_code == 404
    assert (await client.get("/api/other")).json()["error"] == "not_found"


async def _with_pages(settings: Any, folder: Path) -> httpx.AsyncClient:
    from app.main import create_app

    (folder / "dist" / "assets").mkdir(parents=True)
    (folder / "dist" / "index.html").write_text("<!doctype html>the page")
    (folder / "dist" / "assets" / "app-abc123.js").write_text("1")
    object.__setattr__(settings, "frontend", folder / "dist")
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app()), base_url="http://localhost")


async def test_without_built_pages_it_says_what_to_do(settings: Any, tmp_path: Path) -> None:
    from app.main import create_app

    object.__setattr__(settings, "frontend", tmp_path / "none")
    app: FastAPI = create_app()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        assert "make build" in (await client.get("/")).text
