"""Takes and their files."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import queue, sandbox
from app.core.config import MIB, settings
from app.core.database import transaction
from app.domain.errors import BadInput, Conflict, NotFound, UnsupportedMedia
from app.models.interview import Interview
from app.models.take import STAGES, Take, Upload
from app.services.outbox.files import delete_files
from app.services.providers import repository as providers
from app.services.providers import storage
from app.services.recordings import repository

P = ParamSpec("P")
T = TypeVar("T")
TEXT_CHARACTERS = 20_000
# The first picture of 8K decoded by 16 threads has 800 MB; two passes over 2 GiB take a minute on a slow disk.
MEDIA_BYTES, MEDIA_S = 1536 * MIB, 240.0
# Longer than any task: what is still in the workshop then belongs to a process that was killed.
WORKSHOP_S = 2 * queue.VISIBILITY_S
# One transaction of the expiry takes on no more.
BATCH = 200


async def create(session: AsyncSession, owner: UUID, question_id: UUID, kind: str, text: str | None) -> Take:
    """A new take of a question. Raises NotFound, BadInput, Conflict when recording was not agreed to."""
    question = await repository.question(session, owner, question_id)
    if question is None:
        raise NotFound("This question does not exist.", hint="It may have been deleted.")
    if (kind == "typed") != (text is not None and bool(text.strip())):
        raise BadInput("A typed take has a text, a recorded one has none.", code="take_text", hint="Type your answer.")
    if kind != "typed":
        check_consent(question.interview)
    take = Take(
        id=uuid4(),
        owner_id=owner,
        question_id=question_id,
        number=max((other.number for other in question.takes), default=0) + 1,
        kind=kind,
        text=text,
        completed_at=datetime.now(UTC) if kind == "typed" else None,
    )
    session.add(take)
    await session.flush()
    return take


def check_consent(interview: Interview) -> None:
    """Raises Conflict unless this interview may be recorded."""
    if not interview.consent["recording"]:
        raise Conflict(
            "You have not agreed to being recorded.",
            code="consent_missing",
            hint="Agree to the recording on the check page, or type your answer.",
        )


async def find(session: AsyncSession, owner: UUID, take_id: UUID, *, lock: bool = False) -> Take:
    """A take with its stages. Raises NotFound."""
    take = await repository.take(session, owner, take_id, lock=lock)
    if take is None:
        raise NotFound("This take does not exist.", hint="It may have been deleted.")
    return take


async def read(session: AsyncSession, owner: UUID, take_id: UUID) -> dict[str, Any]:
    """A take as it is shown (TakeOut). Raises NotFound."""
    take = await find(session, owner, take_id)
    newest = await repository.newest(session, take.question_id)
    return view(take, take.question.interview_id, await kept(session, owner), counts=take.id == newest)


async def media_key(session: AsyncSession, owner: UUID, take_id: UUID) -> tuple[str, str]:
    """Where the recording is stored, and its media type. Raises NotFound."""
    take = await find(session, owner, take_id)
    if take.media_key is None or take.media_type is None:
        raise NotFound("There is no recording of this take.", hint="It may still be read, or has expired.")
    return take.media_key, take.media_type


async def poster_key(session: AsyncSession, owner: UUID, take_id: UUID) -> str:
    """Where the still is stored. Raises NotFound."""
    take = await find(session, owner, take_id)
    if take.poster_key is None:
        raise NotFound("There is no picture of this take.")
    return take.poster_key


def counting(takes: Iterable[Take]) -> Take | None:
    """The newest complete take: the one that counts."""
    return max((take for take in takes if take.completed_at), key=lambda take: take.number, default=None)


def summary(take: Take, *, counts: bool) -> dict[str, Any]:
    """A take in a list (TakeSummary)."""
    return {
        "id": take.id,
        "number": take.number,
        "kind": take.kind,
        "state": "complete" if take.completed_at else "recording",
        "created_at": take.created_at,
        "duration_ms": take.duration_ms,
        "counts": counts,
    }


@dataclass(frozen=True, slots=True)
class Kept:
    """How long recordings of an owner stay: `days` after the answer, never beyond `at_most`."""

    days: int
    at_most: datetime | None

    def until(self, completed_at: datetime) -> datetime:
        """When a recording completed then is deleted."""
        expires = completed_at + timedelta(days=self.days)
        return min(expires, self.at_most) if self.at_most else expires


async def kept(session: AsyncSession, owner: UUID) -> Kept:
    """How long recordings of this owner stay."""
    return Kept(*await repository.kept(session, owner, settings().retention_days))


def view(take: Take, interview_id: UUID, kept: Kept, *, counts: bool) -> dict[str, Any]:
    """A take with files and stages (TakeOut)."""
    expires = kept.until(take.completed_at) if take.completed_at else None
    upload = take.upload if take.completed_at is None else None
    return summary(take, counts=counts) | {
        "question_id": take.question_id,
        "interview_id": interview_id,
        "completed_at": take.completed_at,
        "size_bytes": take.media_bytes,
        "text": take.text,
        "media_url": f"/api/takes/{take.id}/media" if take.media_key else None,
        "media_type": take.media_type,
        "media_expires_at": expires if take.media_key else None,
        "poster_url": f"/api/takes/{take.id}/poster" if take.poster_key else None,
        "upload": _upload_view(upload) if upload else None,
        "stages": sorted(take.stages, key=lambda stage: STAGES.index(stage.name)),
    }


def _upload_view(upload: Upload) -> dict[str, Any]:
    return {
        "url": f"/api/uploads/{upload.id}",
        "offset": upload.offset,
        "length": upload.length,
        "expires_at": upload.expires_at,
    }


def check_uploaded(take: Take) -> Upload:
    """The complete upload of a take. Raises Conflict when bytes are missing."""
    upload = take.upload
    if upload is None or upload.length is None or upload.offset != upload.length or upload.length == 0:
        raise Conflict(
            "The recording has not been uploaded completely.",
            code="upload_incomplete",
            hint="Send the rest of the recording, then finish again.",
        )
    return upload


async def check_media(upload: Upload) -> int:
    """Length in milliseconds of the uploaded recording, from the file itself.

    Raises UnsupportedMedia, TooLarge when it cannot be read, has no sound or is too long.
    """
    from app.services.recordings import media

    with workshop() as folder:
        path = folder / "upload"
        await assemble(upload, path)
        info = await read_limited(folder, media.probe, path, limit_s=settings().max_recording_s)
    if info.audio_codec is None:
        raise UnsupportedMedia(
            "There is no sound in the recording.",
            code="media_no_audio",
            hint="Check that the microphone is on, or type the answer.",
        )
    return info.duration_ms


async def read_limited(folder: Path, function: Callable[P, T], *args: Any, **options: Any) -> T:
    """`function(*args, **options)` of `media` on files of `folder`, in a process with limits.

    Raises what it raises, and UnsupportedMedia (`media_too_complex`, `media_unreadable`).
    """
    try:
        return await sandbox.run_limited(
            function,
            *args,
            memory=MEDIA_BYTES,
            seconds=MEDIA_S,
            writes=2 * settings().max_upload_bytes,
            folder=folder,
            **options,
        )
    except sandbox.Exhausted as end:
        crashed = end.reason == "crash"
        raise UnsupportedMedia(
            "The recording cannot be read." if crashed else f"Reading this recording takes too much {end.reason}.",
            code="media_unreadable" if crashed else "media_too_complex",
            hint="Record the answer again.",
        ) from None


async def upload_of(take_id: UUID) -> Upload:
    """The upload of a take, for the worker. Raises NotFound when it is gone."""
    async with transaction() as session:
        upload = await repository.upload_of(session, take_id)
    if upload is None:
        raise NotFound("The recording is not there any more.", code="media_gone", hint="Record the answer again.")
    return upload


async def assemble(upload: Upload, path: Path) -> None:
    """Write the parts of an upload to one local file, in order."""
    path.touch()
    for part in upload.parts:
        await storage.append_to(part.key, part.size, path)


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder for the files one task works on; gone afterwards."""
    root = settings().data / "work"
    root.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root) as folder:
        yield Path(folder)


def clear_workshop() -> None:
    """Delete what killed processes left behind: it may be somebody's recording."""
    root = settings().data / "work"
    for path in root.iterdir() if root.is_dir() else ():
        if time.time() - path.stat().st_mtime > WORKSHOP_S:
            shutil.rmtree(path, ignore_errors=True)


async def discard_upload(session: AsyncSession, upload: Upload) -> None:
    """Delete an upload and its bytes."""
    delete_files(session, f"takes/{upload.take_id}/uploads/{upload.id}/")
    await session.delete(upload)


async def expire(session: AsyncSession) -> int:
    """Delete unfinished uploads that nobody continued, and recordings that are older than they may be.

    How many recordings went: at most a batch, so call it again while there are any.
    """
    for upload in await repository.expired_uploads(session):
        await discard_upload(session, upload)
    most = settings().retention_days
    gone = await repository.to_go(session, most, BATCH)
    for take in gone:
        delete_files(session, take.prefix)
        await session.delete(take)
    await session.flush()
    old = await repository.with_old_media(session, most, BATCH)
    for take in old:
        take.media_key = take.audio_key = take.poster_key = take.media_type = None
        if take.upload is not None:
            await session.delete(take.upload)
        delete_files(session, take.prefix)
        await providers.release_copies(session, take.id)
    return len(gone) + len(old)
