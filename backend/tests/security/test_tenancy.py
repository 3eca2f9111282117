"""Somebody else's ids: every route that takes one answers as if it did not exist. New routes are found, too."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from app.core.database import transaction
from app.models import Interview, QuestionRow, SpeechClip
from app.services.flow import takes
from app.services.recordings import tus
from tests import world
from tests.recordings import BYTES, TUS, metadata

pytestmark = pytest.mark.services

# What each operation needs in order to reach the look-up; "{...}" stands for an id of the other owner.
BODIES: dict[str, Any] = {
    "patch /api/postings/{posting_id}": {"title": "Mine"},
    "put /api/postings/{posting_id}/resume": {"text": "I bake."},
    "post /api/interviews": {"posting_id": "{posting_id}"},
    "patch /api/interviews/{interview_id}": {"hidden": True},
    "post /api/interviews/{interview_id}/questions": {"text": "Why do you bake?", "kind": "motivation"},
    "patch /api/interviews/{interview_id}/questions/{question_id}": {"seconds": 60},
    "put /api/interviews/{interview_id}/order": {"ids": ["{question_id}"]},
    "post /api/questions/{question_id}/takes": {"kind": "typed", "text": "Words."},
    "post /api/takes/{take_id}/finish": {},
    "post /api/takes/{take_id}/retry": {"stage": "grade"},
}
FILES = {"put /api/postings/{posting_id}/resume/file": {"file": ("resume.txt", b"I bake.")}}
HEADERS = {
    "head /api/uploads/{upload_id}": TUS,
    "delete /api/uploads/{upload_id}": TUS,
    "patch /api/uploads/{upload_id}": TUS | BYTES | {"Upload-Offset": "0"},
    "post /api/uploads": TUS | {"Upload-Length": "5"},
}
# Operations without an id: they show or make only what is one's own.
WITHOUT_ID = {
    "get /livez",
    "get /readyz",
    "get /api/system",
    "get /api/providers",
    "put /api/providers/choices/{port}",
    "put /api/providers/budgets",
    "patch /api/providers/{provider}",
    "delete /api/providers/{provider}",
    "post /api/providers/{provider}/test",
    "get /api/postings",
    "post /api/postings",
    "post /api/postings/file",
    "get /api/interviews",
    "post /api/webhooks/twelvelabs",
    "options /api/uploads",
    "delete /api/data",
    # Of the installation, for administrators.
    "get /api/operations",
    "post /api/operations/retry",
    "post /api/operations/stages/{stage_id}/retry",
    "post /api/operations/jobs/{job_id}/retry",
}


@pytest.fixture
async def foreign(stranger: UUID) -> dict[str, str]:
    """Ids of things another owner has."""
    interview, questions, posting = await world.interview(stranger)
    async with transaction() as session:
        take = await takes.create(session, stranger, questions[0], "voice", None)
        upload = await tus.create(session, stranger, metadata(str(take))["Upload-Metadata"], 5, False)
        key = (await session.get_one(QuestionRow, questions[0])).speech_key
        clip = await session.get_one(SpeechClip, key)
        clip.state = "ready"
    return {
        "interview_id": str(interview),
        "question_id": str(questions[0]),
        "posting_id": str(posting),
        "take_id": str(take),
        "upload_id": str(upload.id),
        "key": key,
    }


def operations(app: FastAPI) -> list[str]:
    """Every documented operation as "method path"."""
    return [f"{method} {path}" for path, methods in app.openapi()["paths"].items() for method in methods]


def fill(value: Any, ids: dict[str, str]) -> Any:
    """Put ids into "{...}" anywhere in a value."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], value)
    if isinstance(value, dict):
        return {key: fill(item, ids) for key, item in value.items()}
    return [fill(item, ids) for item in value] if isinstance(value, list) else value


async def test_every_route_hides_what_belongs_to_others(
    app: FastAPI, client: httpx.AsyncClient, foreign: dict[str, str]
) -> None:
    asked = 0
    for operation in operations(app):
        method, path = operation.split(" ")
        if operation in WITHOUT_ID:
            continue
        headers = HEADERS.get(operation, {}) | (
            metadata(foreign["take_id"]) if operation == "post /api/uploads" else {}
        )
        body = fill(BODIES[operation], foreign) if operation in BODIES else None
        files = FILES.get(operation)
        response = await client.request(method, fill(path, foreign), json=body, headers=headers, files=files)
        assert response.status_code == 404, f"{operation}: {response.status_code} {response.text}"
        if method != "head":
            assert response.json()["error"] == "not_found", operation
        asked += 1
    assert asked == len(operations(app)) - len(WITHOUT_ID)


async def test_lists_show_only_ones_own(client: httpx.AsyncClient, foreign: dict[str, str]) -> None:
    assert (await client.get("/api/postings")).json() == []
    assert (await client.get("/api/interviews")).json() == []


async def test_deleting_everything_leaves_others_alone(
    client: httpx.AsyncClient, stranger: UUID, foreign: dict[str, str]
) -> None:
    await world.interview()
    assert (await client.delete("/api/data")).status_code == 204
    assert await world.count(Interview) == 0
    assert await world.count(Interview, stranger) == 1
