"""Resumable uploads (https://tus.io/protocols/resumable-upload, version 1.0.0).

Each PATCH becomes one immutable object, streamed to storage in bounded memory. The offset lives in PostgreSQL and
moves in the transaction that records the part, under a row lock: of two PATCHes for one offset only one can win.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import limits, ratelimit
from app.core.config import settings
from app.core.database import transaction
from app.core.events import changed
from app.domain.errors import BadInput, Conflict, NotFound, ProviderError, RehearsalError, TooLarge, UnsupportedMedia
from app.models.take import Upload, UploadPart
from app.services.providers import storage
from app.services.recordings import listening, quota, repository, service

VERSION = "1.0.0"
CHECKSUMS = ("sha1", "sha256")
CONTENT_TYPE = "application/offset+octet-stream"
# Enough to tell the containers apart: the last byte looked at is the 12th of a RIFF header.
HEAD_BYTES = 12


class VersionMismatch(RehearsalError):
    """The client speaks another version of the protocol."""

    status = 412
    code = "tus_version"


class ChecksumMismatch(RehearsalError):
    """The bytes that arrived are not those the client announced."""

    status = 460
    code = "checksum_mismatch"


class Gone(RehearsalError):
    """The upload has expired."""

    status = 410
    code = "upload_expired"


class CutOff(Conflict):
    """The connection ended before the body did. Nobody is left to read this answer."""

    code = "upload_cut_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """The headers of one PATCH."""

    offset: int
    content_type: str
    content_length: int | None
    upload_length: int | None
    checksum: str | None


@dataclass(slots=True)
class _Arrived:
    """What has come of one PATCH."""

    size: int = 0
    head: bytes = b""
    digests: dict[str, bytes] = field(default_factory=dict)


def check_version(version: str | None) -> None:
    """Raises VersionMismatch unless the client speaks 1.0.0."""
    if version != VERSION:
        raise VersionMismatch("This server speaks tus 1.0.0.", hint="Send the header Tus-Resumable: 1.0.0.")


def http_date(moment: datetime) -> str:
    """A time as HTTP headers have it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def is_media(head: bytes) -> bool:
    """Whether a file that begins with these 12 bytes is a recording: Matroska, MP4, Ogg, FLAC, MP3 with tags, WAV."""
    return (
        head.startswith((b"\x1aE\xdf\xa3", b"OggS", b"fLaC", b"ID3"))
        or head[4:8] == b"ftyp"
        or (head.startswith(b"RIFF") and head[8:12] == b"WAVE")
    )


async def create(session: AsyncSession, owner: UUID, meta: str, length: int | None, deferred: bool) -> Upload:
    """Begin the upload of a take. Raises BadInput, NotFound, Conflict, TooLarge."""
    if (length is None) != deferred:
        raise BadInput("Give either Upload-Length or Upload-Defer-Length: 1.", code="upload_length")
    _check_length(length)
    take = await service.find(session, owner, _take_id(meta), lock=True)
    if take.completed_at is not None or take.kind == "typed":
        raise Conflict("This take is complete.", code="take_complete", hint="Begin another take.")
    service.check_consent(take.question.interview)
    if take.upload is not None:
        raise Conflict("This take has an upload already.", code="upload_exists", hint="Go on with it or delete it.")
    await quota.require(session, owner, length or 1)
    upload = Upload(id=uuid4(), owner_id=owner, take_id=take.id, length=length, meta=meta, offset=0, head=b"")
    upload.expires_at = _expiry()
    session.add(upload)
    await listening.begin(session, take)
    return upload


async def read(session: AsyncSession, owner: UUID, upload_id: UUID, *, lock: bool = False) -> Upload:
    """One upload. Raises NotFound, Gone."""
    upload = await repository.upload(session, owner, upload_id, lock=lock)
    if upload is None:
        raise NotFound("This upload does not exist.", hint="It may have been finished or deleted.")
    if upload.expires_at < datetime.now(UTC) and upload.take.completed_at is None:
        raise Gone("This upload was not continued in time.", hint="Record the answer again.")
    return upload


async def terminate(session: AsyncSession, owner: UUID, upload_id: UUID) -> None:
    """Throw an upload away. Raises NotFound, Gone, Conflict when its take is complete."""
    upload = await read(session, owner, upload_id, lock=True)
    _check_open(upload)
    await service.discard_upload(session, upload)


async def receive(owner: UUID, upload_id: UUID, patch: Patch, body: AsyncIterator[bytes]) -> tuple[int, datetime]:
    """Store the bytes of one PATCH; the new offset and expiry.

    A body that is cut off keeps what arrived when no checksum was announced, else nothing. A file that is not media
    is thrown away with its upload. Raises RehearsalError with the statuses of the protocol.
    """
    if patch.content_type.split(";")[0].strip().lower() != CONTENT_TYPE:
        raise UnsupportedMedia(f"The content type must be {CONTENT_TYPE}.", code="upload_content_type")
    expected = _checksum(patch.checksum)
    # Two transactions around the body: none is open while a slow client sends.
    async with transaction() as session:
        upload = await read(session, owner, upload_id)
        limit = _check(upload, patch)
        left = await quota.room(session, owner)
    if left is not None and (patch.content_length or 1) > left:
        raise quota.full()
    # What is announced is counted before it comes, so that many at once do not pass together.
    announced = patch.content_length or 0
    if announced or patch.content_length is None:
        await ratelimit.take(limits.UPLOAD_BYTES, str(owner), announced)
    key = f"takes/{upload.take_id}/uploads/{upload.id}/{patch.offset:012d}-{uuid4().hex}"
    arrived = _Arrived(head=upload.head)
    chunks = _bounded(body, arrived, limit, expected)
    try:
        await storage.put_stream(key, chunks)
        if expected is not None and arrived.digests[expected[0]] != expected[1]:
            raise ChecksumMismatch("The bytes arrived damaged; none was stored.", hint="Send them again.")
        async with transaction() as session:
            result = await _record(session, owner, upload_id, patch, key, arrived)
    except UnsupportedMedia:
        async with transaction() as session:
            await service.discard_upload(session, await read(session, owner, upload_id, lock=True))
        raise
    except RehearsalError:
        # Only when it is sure that no row names this object: a commit whose answer was lost may have counted.
        # A storage that fails keeps it until the upload's prefix is deleted.
        with suppress(ProviderError):
            await storage.delete(key)
        raise
    if arrived.size > announced:
        await ratelimit.take(limits.UPLOAD_BYTES, str(owner), arrived.size - announced, forced=True)
    if arrived.size == 0:
        with suppress(ProviderError):
            await storage.delete(key)
    return result


async def _record(
    session: AsyncSession, owner: UUID, upload_id: UUID, patch: Patch, key: str, arrived: _Arrived
) -> tuple[int, datetime]:
    upload = await read(session, owner, upload_id, lock=True)
    _check(upload, patch)
    await quota.require(session, owner, arrived.size, lock=True)
    if arrived.size:
        session.add(UploadPart(upload_id=upload.id, start=upload.offset, size=arrived.size, key=key))
    upload.offset += arrived.size
    upload.head = arrived.head
    upload.length = patch.upload_length if upload.length is None else upload.length
    upload.expires_at = _expiry()
    changed(session, upload.take_id)
    return upload.offset, upload.expires_at


def _check(upload: Upload, patch: Patch) -> int:
    """The most bytes this PATCH may bring."""
    _check_open(upload)
    if patch.offset != upload.offset:
        raise Conflict(
            "The upload is at another offset.", code="upload_offset", hint="Ask where it is (HEAD) and go on there."
        )
    length = upload.length
    if patch.upload_length is not None:
        if (length is not None and length != patch.upload_length) or patch.upload_length < upload.offset:
            raise Conflict("The length of an upload is set once.", code="upload_length")
        _check_length(patch.upload_length)
        length = patch.upload_length
    room = (settings().max_upload_bytes if length is None else length) - upload.offset
    if (patch.content_length or 0) > room:
        raise TooLarge("These are more bytes than the upload has.", code="upload_too_large")
    cap = settings().max_patch_bytes
    if (patch.content_length or 0) > cap:
        raise TooLarge("One PATCH is too large.", code="patch_too_large", hint=f"Send at most {cap} bytes at a time.")
    return min(room, cap)


def _check_open(upload: Upload) -> None:
    if upload.take.completed_at is not None:
        raise Conflict("This take is complete.", code="take_complete", hint="Begin another take.")


def _check_length(length: int | None) -> None:
    largest = settings().max_upload_bytes
    if length is not None and length > largest:
        raise TooLarge(
            f"The recording is over {largest} bytes.", code="upload_too_large", hint="Record a shorter answer."
        )


async def _bounded(
    body: AsyncIterator[bytes], arrived: _Arrived, limit: int, expected: tuple[str, bytes] | None
) -> AsyncIterator[bytes]:
    hashing = hashlib.new(expected[0]) if expected else None
    try:
        async for chunk in body:
            if len(chunk) > limit - arrived.size:
                raise TooLarge("These are more bytes than the upload has.", code="upload_too_large")
            if len(arrived.head) < HEAD_BYTES:
                arrived.head = (arrived.head + chunk)[:HEAD_BYTES]
                if len(arrived.head) == HEAD_BYTES:
                    check_media(arrived.head)
            arrived.size += len(chunk)
            if hashing:
                hashing.update(chunk)
            if chunk:
                yield chunk
    except CutOff:
        if expected:
            raise
    if expected and hashing:
        arrived.digests[expected[0]] = hashing.digest()


def check_media(head: bytes) -> None:
    """Raises UnsupportedMedia unless a file that begins like this is a recording."""
    if not is_media(head):
        raise UnsupportedMedia(
            "This file is not a video or audio recording that can be read.",
            code="media_not_media",
            hint="Record in the browser, or upload WebM, MP4, Ogg or WAV.",
        )


def _checksum(header: str | None) -> tuple[str, bytes] | None:
    if header is None:
        return None
    name, _, value = header.partition(" ")
    if name not in CHECKSUMS:
        raise BadInput("The checksum must be sha1 or sha256.", code="checksum_algorithm")
    try:
        return name, base64.b64decode(value, validate=True)
    except binascii.Error:
        raise BadInput("The checksum is not base64.", code="checksum_value") from None


def _take_id(meta: str) -> UUID:
    pairs = (pair.strip().partition(" ") for pair in meta.split(","))
    values = {key: value for key, _, value in pairs}
    try:
        return UUID(base64.b64decode(values["take_id"], validate=True).decode())
    except (KeyError, ValueError):
        raise BadInput("Upload-Metadata must carry take_id, in base64.", code="upload_metadata") from None


def _expiry() -> datetime:
    return datetime.now(UTC) + timedelta(hours=settings().upload_expiry_h)
