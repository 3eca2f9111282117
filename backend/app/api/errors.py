"""Every error leaves in one shape, with a stable code and a way out."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.api.middleware import request_id
from app.api.schemas.common import Problem
from app.domain.errors import RehearsalError, TooMany

log = structlog.get_logger()

MEANINGS = {
    400: "The request cannot be read.",
    401: "Nobody is signed in, or it is not proven who is asking.",
    403: "A rule forbids it (foreign origin, address policy, robots.txt).",
    404: "It does not exist, or belongs to somebody else.",
    409: "It does not fit the state things are in now.",
    410: "It existed and has expired.",
    412: "Another version of the upload protocol is asked for.",
    413: "Over a limit that the message names.",
    415: "A kind of content that cannot be read.",
    416: "The range lies outside the file.",
    422: "What was given cannot be used; nothing was stored.",
    429: "Asked too often; `Retry-After` says when to come back.",
    460: "The checksum does not match; nothing was stored.",
    502: "A service behind this one failed; it is named.",
    503: "A service this one needs cannot be reached now.",
}
HTTP_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented errors of a route, beside those every route has."""
    return {status: {"model": Problem, "description": MEANINGS[status]} for status in (*statuses, 401, 403, 422, 503)}


def unreadable() -> dict[int, dict[str, Any]]:
    """The documented errors of every body, as OpenAPI has them."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": MEANINGS[status], "content": content} for status in (400, 413)}


def problem(
    status: int, code: str, detail: str, hint: str | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """One error as it is sent."""
    body = {"error": code, "detail": detail, "hint": hint, "request_id": request_id()}
    return JSONResponse(body, status, headers)


async def _expected(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RehearsalError)
    log.info("refused", status=error.status, code=error.code)
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, TooMany) else None
    return problem(error.status, error.code, error.message, error.hint, headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    detail = f"{where}: {first['msg']}." if where else f"{first['msg']}."
    return problem(422, "invalid_request", detail, "The API's description is at /api/openapi.json.")


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTP_CODES.get(error.status_code, f"http_{error.status_code}")
    return problem(error.status_code, code, f"{error.detail}.", None, dict(error.headers or {}))


async def _database(_: Request, error: Exception) -> JSONResponse:
    # A statement the database refuses is our bug (500); a database that is away is not.
    if isinstance(error, DBAPIError) and not (
        error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))
    ):
        raise error
    log.warning("database_unavailable", type=type(error).__name__)
    return problem(503, "database_unavailable", "The database does not answer.", "Try again in a few seconds.")


async def _queue(_: Request, error: Exception) -> JSONResponse:
    log.warning("queue_unavailable", type=type(error).__name__)
    return problem(503, "queue_unavailable", "The queue does not answer.", "Try again in a few seconds.")


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(RehearsalError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeout, _database)
    app.add_exception_handler(RedisError, _queue)
