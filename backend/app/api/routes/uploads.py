"""Resumable uploads: tus 1.0 with creation, creation-defer-length, termination and checksum."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.requests import ClientDisconnect

from app.api.deps import OwnerId, Session
from app.api.errors import problems
from app.core.config import settings
from app.services.recordings import tus

BODY: dict[str, Any] = {
    "requestBody": {"content": {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


async def _body(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect:
        raise tus.CutOff("The connection ended before the body did.") from None


def _version(tus_resumable: Annotated[str | None, Header()] = None) -> None:
    tus.check_version(tus_resumable)


router = APIRouter(prefix="/uploads", tags=["uploads"])
versioned = [Depends(_version)]


@router.options("", status_code=204, summary="What the upload protocol can do here", responses=problems())
@router.options("/{upload_id}", status_code=204, include_in_schema=False)
async def describe() -> Response:
    """Version, extensions, checksum algorithms and the size limit."""
    headers = {
        "Tus-Extension": "creation,creation-defer-length,termination,checksum",
        "Tus-Checksum-Algorithm": ",".join(tus.CHECKSUMS),
        "Tus-Max-Size": str(settings().max_upload_bytes),
    }
    return Response(status_code=204, headers=headers)


@router.post(
    "", status_code=201, dependencies=versioned, summary="Begin an upload", responses=problems(404, 409, 412, 413)
)
async def create_upload(
    session: Session,
    owner: OwnerId,
    upload_metadata: Annotated[str, Header(max_length=2000)] = "",
    upload_length: Annotated[int | None, Header(ge=0)] = None,
    upload_defer_length: Annotated[int | None, Header(ge=1, le=1)] = None,
) -> Response:
    """`Upload-Metadata: take_id <base64>` names the take. Its address is in `Location`."""
    upload = await tus.create(session, owner, upload_metadata, upload_length, upload_defer_length is not None)
    headers = {"Location": f"/api/uploads/{upload.id}", "Upload-Expires": tus.http_date(upload.expires_at)}
    return Response(status_code=201, headers=headers)


@router.head("/{upload_id}", dependencies=versioned, summary="How far an upload is", responses=problems(404, 410, 412))
async def read_upload(upload_id: UUID, session: Session, owner: OwnerId) -> Response:
    """`Upload-Offset` is where to go on."""
    upload = await tus.read(session, owner, upload_id)
    length = {"Upload-Defer-Length": "1"} if upload.length is None else {"Upload-Length": str(upload.length)}
    headers = {"Upload-Offset": str(upload.offset), "Cache-Control": "no-store", "Upload-Metadata": upload.meta}
    return Response(status_code=200, headers=headers | length | {"Upload-Expires": tus.http_date(upload.expires_at)})


@router.patch(
    "/{upload_id}",
    status_code=204,
    dependencies=versioned,
    summary="Send bytes",
    responses=problems(404, 409, 410, 412, 413, 415, 460),
    openapi_extra=BODY,
)
async def send_bytes(
    upload_id: UUID,
    request: Request,
    owner: OwnerId,
    upload_offset: Annotated[int, Header(ge=0)],
    content_type: Annotated[str, Header()] = "",
    content_length: Annotated[int | None, Header(ge=0)] = None,
    upload_length: Annotated[int | None, Header(ge=0)] = None,
    upload_checksum: Annotated[str | None, Header()] = None,
) -> Response:
    """The bytes from `Upload-Offset` on. Cut off without a checksum, what arrived is kept."""
    patch = tus.Patch(
        offset=upload_offset,
        content_type=content_type,
        content_length=content_length,
        upload_length=upload_length,
        checksum=upload_checksum,
    )
    offset, expires_at = await tus.receive(owner, upload_id, patch, _body(request))
    headers = {"Upload-Offset": str(offset), "Upload-Expires": tus.http_date(expires_at)}
    return Response(status_code=204, headers=headers)


@router.delete(
    "/{upload_id}",
    status_code=204,
    dependencies=versioned,
    summary="Throw an upload away",
    responses=problems(404, 410, 412),
)
async def delete_upload(upload_id: UUID, session: Session, owner: OwnerId) -> None:
    """Its bytes are deleted; the take can get another upload."""
    await tus.terminate(session, owner, upload_id)
