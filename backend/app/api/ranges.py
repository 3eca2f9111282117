"""Files from the object storage over HTTP: whole or in ranges (RFC 9110), never whole in memory."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from app.api.errors import problem, problems
from app.services.providers import storage

CHUNK_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")
_BINARY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
MEDIA_RESPONSES: dict[int | str, dict[str, Any]] = problems(404, 416) | {
    200: {"description": "The file."} | _BINARY,
    206: {"description": "The range that was asked for."} | _BINARY,
    304: {"description": "The copy you have is current."},
    307: {"description": "A signed address of the object storage, good for 5 minutes (STORAGE_SIGNED_URLS)."},
}


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """First and end (exclusive) byte of a single range; None when the header is to be ignored.

    Raises ValueError when the range lies outside the file. Several ranges in one request are ignored, as RFC 9110
    14.2 allows: no browser asks for them.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= end:
        raise ValueError("outside the file")
    return start, end


async def serve(
    request: Request, key: str, media_type: str, *, immutable: bool = False, filename: str | None = None
) -> Response:
    """Answer with the object at `key`, or with the range that was asked for; to be saved as `filename`, if given."""
    size, etag = await storage.describe(key)
    etag = f'"{etag}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Cache-Control": "private, max-age=31536000, immutable" if immutable else "private, no-cache",
        "Content-Disposition": f'attachment; filename="{filename}"' if filename else "inline",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range")
    if asked and request.headers.get("if-range", etag) == etag:
        try:
            span = parse_range(asked, size)
        except ValueError:
            headers = {"Content-Range": f"bytes */{size}"}
            return problem(416, "range_outside", "The range lies outside the file.", None, headers)
        if span is not None:
            start, end = span
            headers |= {"Content-Range": f"bytes {start}-{end - 1}/{size}", "Content-Length": str(end - start)}
            return StreamingResponse(_chunks(key, start, end), 206, headers, media_type)
    headers["Content-Length"] = str(size)
    return StreamingResponse(_chunks(key, 0, size), 200, headers, media_type)


async def serve_media(request: Request, key: str, media_type: str) -> Response:
    """Answer with the address of the object in the bucket, where that is wanted, else with the object."""
    address = await storage.signed_url(key)
    if address is None:
        return await serve(request, key, media_type)
    return RedirectResponse(address, 307, {"Cache-Control": "no-store"})


async def _chunks(key: str, start: int, end: int) -> AsyncIterator[bytes]:
    for position in range(start, end, CHUNK_BYTES):
        yield await storage.read_range(key, position, min(end, position + CHUNK_BYTES))
