"""A résumé with a posting: compared, replaced, removed; only what is quoted stays."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from app.models import PostingRow
from tests import world
from tests.conftest import Services
from tests.unit.postings.files import docx_of

pytestmark = [pytest.mark.services, pytest.mark.models]

RESUME = """Ottilie Krumhorn
ottilie@example.org, 07700 900123
Born 1 May 1990, married

EXPERIENCE
Baker, Mill Lane Bakery, 2019 - 2022
- Sourdough every night, 200 loaves
- Cleaned and set the Rondo dough sheeter
"""


@pytest.fixture
async def posting_id(settings: Any) -> UUID:
    return (await world.interview())[2]


def states(body: dict[str, Any]) -> dict[str, str]:
    return {item["requirement_id"]: item["state"] for item in body["resume"]["items"]}


async def put(client: httpx.AsyncClient, posting_id: UUID, text: str = RESUME) -> httpx.Response:
    return await client.put(f"/api/postings/{posting_id}/resume", json={"text": text})


async def test_a_resume_is_compared_and_only_quotes_stay(
    client: httpx.AsyncClient, posting_id: UUID, services: Services
) -> None:
    assert (await client.get(f"/api/postings/{posting_id}")).json()["resume"] is None
    response = await put(client, posting_id)
    assert response.status_code == 200, response.text
    found = response.json()["resume"]
    assert states(response.json()) == {"r1": "shown", "r2": "shown", "r3": "not_found"}
    assert (found["shown"], found["related"], found["not_found"]) == (2, 0, 1)
    for quote in (quote for item in found["items"] for quote in item["quotes"]):
        assert RESUME[quote["start"] : quote["end"]] == quote["quote"]
    assert "about 3 years" in found["items"][0]["note"]
    assert (await client.get(f"/api/postings/{posting_id}")).json()["resume"] == found
    with psycopg.connect(services.database_url) as connection:
        stored = json.dumps(connection.execute("SELECT * FROM postings").fetchall(), default=str)
    assert "Sourdough every night" in stored
    for private in ("Ottilie", "Krumhorn", "example.org", "07700", "1990", "married"):
        assert private not in stored


async def test_a_file_replaces_what_was_there(client: httpx.AsyncClient, posting_id: UUID) -> None:
    await put(client, posting_id)
    text = "Skills\n- Level 2 food hygiene certificate, 2024"
    files = {"file": ("cv.docx", docx_of(text))}
    response = await client.put(f"/api/postings/{posting_id}/resume/file", files=files)
    assert response.status_code == 200, response.text
    assert states(response.json()) == {"r1": "not_found", "r2": "not_found", "r3": "shown"}


async def test_removal_is_at_once(client: httpx.AsyncClient, posting_id: UUID, services: Services) -> None:
    await put(client, posting_id)
    assert (await client.delete(f"/api/postings/{posting_id}/resume")).status_code == 204
    assert (await client.get(f"/api/postings/{posting_id}")).json()["resume"] is None
    with psycopg.connect(services.database_url) as connection:
        assert connection.execute("SELECT resume IS NULL FROM postings").fetchall() == [(True,)]
    assert (await client.delete(f"/api/postings/{posting_id}/resume")).status_code == 204


@pytest.mark.parametrize("path", ["/api/postings/{posting_id}", "/api/data"])
async def test_it_goes_with_the_posting(
    client: httpx.AsyncClient, posting_id: UUID, services: Services, path: str
) -> None:
    await put(client, posting_id)
    assert (await client.delete(path.format(posting_id=posting_id))).status_code == 204
    assert await world.count(PostingRow) == 0
    with psycopg.connect(services.database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()  # type: ignore[arg-type]
            assert "Sourdough every night" not in str(rows), table


async def test_a_corrected_line_is_no_longer_compared(client: httpx.AsyncClient, posting_id: UUID) -> None:
    before = (await put(client, posting_id)).json()
    first, second, third = before["posting"]["requirements"]
    edited = [
        {"id": first["id"], "text": "Ten years of pastry", "weight": "must"},
        {"id": second["id"], "text": second["text"], "weight": "nice"},
        {"text": "Own transport", "weight": "must"},
    ]
    response = await client.patch(f"/api/postings/{posting_id}", json={"requirements": edited})
    assert states(response.json()) == {"r2": "shown"}
    assert response.json()["resume"]["items"][0]["weight"] == "nice"
    assert response.json()["resume"]["not_found"] == 0
    assert third["id"] == "r3"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "resume_empty"),
        (b"%PDF-1.7 broken", 422, "resume_pdf_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), 415, "resume_file_type"),
        (b"word " * 10_000, 413, "resume_too_large"),
        (b"x" * 2_050_000, 413, "resume_too_large"),
        (b"x" * 2_300_000, 413, "too_large"),
    ],
)
async def test_a_bad_file_changes_nothing(
    client: httpx.AsyncClient, posting_id: UUID, data: bytes, status: int, code: str
) -> None:
    files = {"file": ("cv.pdf", data)}
    response = await client.put(f"/api/postings/{posting_id}/resume/file", files=files)
    assert (response.status_code, response.json()["error"]) == (status, code)
    assert (await client.get(f"/api/postings/{posting_id}")).json()["resume"] is None


@pytest.mark.parametrize(("text", "code"), [("  \n", "resume_empty"), ("a b\n" * 12_000, "resume_too_large")])
async def test_bad_text_keeps_what_was_there(client: httpx.AsyncClient, posting_id: UUID, text: str, code: str) -> None:
    before = (await put(client, posting_id)).json()["resume"]
    response = await put(client, posting_id, text)
    assert response.json()["error"] == code
    assert (await client.get(f"/api/postings/{posting_id}")).json()["resume"] == before
