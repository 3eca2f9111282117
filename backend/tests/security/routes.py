"""Every route of the application with the rule that says who may use it, and what it needs to get that far."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.routing import APIRoute

from tests import world
from tests.recordings import BYTES, TUS, metadata

Rule = Literal["everybody", "somebody", "owner", "administrator", "program"]
# everybody: answers without a sign-in, and shows nothing of anybody.
# somebody: whoever is signed in, a guest too; shows and makes only what is one's own.
# owner: whoever has the thing; for all others it does not exist (404).
# administrator: nobody else (403).
# program: another program with a key or a signature of its own; no sign-in helps.
RULES: dict[str, Rule] = {
    "get /livez": "everybody",
    "get /readyz": "everybody",
    "get /api/openapi.json": "everybody",
    "get /{path:path}": "everybody",
    "get /api/system": "everybody",
    "options /api/uploads": "everybody",
    "options /api/uploads/{upload_id}": "everybody",
    "get /api/session": "everybody",
    "post /api/session": "everybody",
    "delete /api/session": "everybody",
    "post /api/session/guest": "everybody",
    "get /api/session/oidc/start": "everybody",
    "get /api/session/oidc/callback": "everybody",
    "post /api/account": "everybody",
    "post /api/account/verify": "everybody",
    "post /api/account/forgot": "everybody",
    "post /api/account/reset": "everybody",
    "put /api/account/password": "somebody",
    "get /api/account/sessions": "somebody",
    "delete /api/account/sessions": "somebody",
    "delete /api/account/sessions/{session_id}": "owner",
    "get /api/providers": "administrator",
    "put /api/providers/choices/{port}": "administrator",
    "put /api/providers/budgets": "administrator",
    "patch /api/providers/{provider}": "administrator",
    "delete /api/providers/{provider}": "administrator",
    "post /api/providers/{provider}/test": "administrator",
    "get /api/postings": "somebody",
    "post /api/postings": "somebody",
    "post /api/postings/file": "somebody",
    "get /api/postings/{posting_id}": "owner",
    "patch /api/postings/{posting_id}": "owner",
    "delete /api/postings/{posting_id}": "owner",
    "put /api/postings/{posting_id}/resume": "owner",
    "put /api/postings/{posting_id}/resume/file": "owner",
    "delete /api/postings/{posting_id}/resume": "owner",
    "get /api/interviews": "somebody",
    "post /api/interviews": "owner",
    "get /api/interviews/{interview_id}": "owner",
    "patch /api/interviews/{interview_id}": "owner",
    "delete /api/interviews/{interview_id}": "owner",
    "post /api/interviews/{interview_id}/finish": "owner",
    "get /api/interviews/{interview_id}/usage": "owner",
    "get /api/interviews/{interview_id}/progress": "owner",
    "get /api/interviews/{interview_id}/events": "owner",
    "get /api/interviews/{interview_id}/report": "owner",
    "get /api/interviews/{interview_id}/closing": "owner",
    "post /api/interviews/{interview_id}/questions": "owner",
    "patch /api/interviews/{interview_id}/questions/{question_id}": "owner",
    "delete /api/interviews/{interview_id}/questions/{question_id}": "owner",
    "post /api/interviews/{interview_id}/questions/{question_id}/swap": "owner",
    "get /api/interviews/{interview_id}/questions/{question_id}/speech": "owner",
    "put /api/interviews/{interview_id}/order": "owner",
    "get /api/speech/{key}.wav": "owner",
    "post /api/questions/{question_id}/takes": "owner",
    "get /api/takes/{take_id}": "owner",
    "delete /api/takes/{take_id}": "owner",
    "post /api/takes/{take_id}/finish": "owner",
    "post /api/takes/{take_id}/follow-up": "owner",
    "post /api/takes/{take_id}/retry": "owner",
    "get /api/takes/{take_id}/media": "owner",
    "get /api/takes/{take_id}/poster": "owner",
    "post /api/uploads": "owner",
    "head /api/uploads/{upload_id}": "owner",
    "patch /api/uploads/{upload_id}": "owner",
    "delete /api/uploads/{upload_id}": "owner",
    "delete /api/data": "somebody",
    "post /api/webhooks/twelvelabs": "program",
    "post /internal/v1/chat/completions": "program",
}

# What each operation needs in order to reach the look-up; "{...}" stands for an id of the other owner.
BODIES: dict[str, Any] = {
    "post /api/session": {"email": "nobody@example.org", "password": "not a password"},
    "post /api/account": {"email": "nobody@example.org", "password": "four plain words"},
    "post /api/account/verify": {"token": "x"},
    "post /api/account/forgot": {"email": "nobody@example.org"},
    "post /api/account/reset": {"token": "x", "password": "four plain words"},
    "put /api/account/password": {"current": "not the password", "new": "four plain words"},
    "put /api/providers/choices/{port}": {"provider": None},
    "put /api/providers/budgets": {"interview_usd": 1, "day_usd": 1},
    "patch /api/providers/{provider}": {},
    "post /api/postings": {"text": world.TEXT},
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
FILES = {
    "put /api/postings/{posting_id}/resume/file": {"file": ("resume.txt", b"I bake.")},
    "post /api/postings/file": {"file": ("posting.txt", world.TEXT.encode())},
}
HEADERS = {
    "head /api/uploads/{upload_id}": TUS,
    "delete /api/uploads/{upload_id}": TUS,
    "patch /api/uploads/{upload_id}": TUS | BYTES | {"Upload-Offset": "0"},
    "post /api/uploads": TUS | {"Upload-Length": "5"},
}
# What stands in the path and is no id of somebody's.
FIXED = {"port": "text_to_speech", "provider": "openai", "path:path": ""}


def operations(app: FastAPI) -> list[str]:
    """Every operation that the application really routes, documented or not, as "method path"."""
    found = {f"{method} {path}" for path, methods in _routes(app.router, "") for method in methods}
    # Of a route that answers both, HEAD is the same without a body.
    return sorted(one for one in found if not one.startswith("head ") or f"get{one[4:]}" not in found)


def _routes(router: Any, prefix: str) -> Iterator[tuple[str, list[str]]]:
    for route in router.routes:
        if hasattr(route, "original_router"):
            yield from _routes(route.original_router, prefix + route.include_context.prefix)
        elif isinstance(route, APIRoute) or getattr(route, "methods", None):
            yield prefix + route.path, [method.lower() for method in route.methods]
        else:
            raise AssertionError(f"a route of a kind that this test does not know: {route}")


def fill(value: Any, ids: dict[str, str]) -> Any:
    """Put ids into "{...}" anywhere in a value."""
    if isinstance(value, str):
        return re.sub(r"\{([\w:]+)\}", lambda match: (ids | FIXED)[match[1]], value)
    if isinstance(value, dict):
        return {key: fill(item, ids) for key, item in value.items()}
    return [fill(item, ids) for item in value] if isinstance(value, list) else value


def request(operation: str, ids: dict[str, str]) -> dict[str, Any]:
    """What httpx needs to ask an operation for the things with these ids."""
    method, path = operation.split(" ")
    named = metadata(ids["take_id"]) if operation == "post /api/uploads" else {}
    return {
        "method": method,
        "url": fill(path, ids),
        "json": fill(BODIES[operation], ids) if operation in BODIES else None,
        "files": FILES.get(operation),
        "headers": HEADERS.get(operation, {}) | named,
    }
