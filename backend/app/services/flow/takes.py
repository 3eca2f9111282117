"""Answers: recorded or typed, then analysed."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import transaction
from app.core.events import changed
from app.domain.errors import BadInput, Conflict
from app.models.interview import QuestionRow
from app.models.take import Take
from app.services.analysis import pipeline
from app.services.flow import cloud_video, follow_ups
from app.services.outbox.files import delete_files
from app.services.recordings import service, tus

TYPED = "A typed answer has none."
FOLLOWS = "A follow-up is read together with the question before it."


async def create(session: AsyncSession, owner: UUID, question_id: UUID, kind: str, text: str | None) -> UUID:
    """Begin a take; a typed one is analysed at once. Raises NotFound, BadInput, Conflict."""
    take = await service.create(session, owner, question_id, kind, text)
    await follow_ups.forget(session, owner, question_id)
    if kind == "typed":
        await _analyse(session, take, dict.fromkeys(("media", "voice", "presence", "cloud_video"), TYPED))
    return take.id


async def finish(owner: UUID, take_id: UUID, claimed_ms: int | None) -> None:
    """Check a recording and start its analysis; finishing twice changes nothing.

    Two transactions around the look at the file, which takes seconds: nobody waits for a connection meanwhile. Raises
    NotFound, Conflict when bytes are missing. A recording that cannot be used is thrown away: UnsupportedMedia,
    TooLarge.
    """
    async with transaction() as session:
        take = await service.find(session, owner, take_id)
        if take.completed_at is not None:
            return
        upload = service.check_uploaded(take)
    try:
        tus.check_media(upload.head)
        duration_ms = await service.check_media(await service.upload_of(take.id))
    except BadInput:
        async with transaction() as session:
            await service.discard_upload(session, await tus.read(session, owner, upload.id, lock=True))
        raise
    async with transaction() as session:
        take = await service.find(session, owner, take_id, lock=True)
        if take.completed_at is not None:
            return
        if service.check_uploaded(take).id != upload.id:
            raise Conflict(
                "The recording was replaced meanwhile.", code="upload_replaced", hint="Finish it again, please."
            )
        take.completed_at, take.duration_ms = datetime.now(UTC), duration_ms or claimed_ms
        await _analyse(session, take, await _skipped(take))


async def retry_stage(session: AsyncSession, owner: UUID, take_id: UUID, stage: str) -> None:
    """Run a failed stage again. Raises NotFound, Conflict."""
    await service.find(session, owner, take_id)
    await pipeline.retry(session, take_id, stage)


async def delete(session: AsyncSession, owner: UUID, take_id: UUID) -> None:
    """Delete a take and its files, and what was asked because of it and not answered. Raises NotFound."""
    take = await service.find(session, owner, take_id, lock=True)
    interview_id = take.question.interview_id
    delete_files(session, take.prefix)
    if (take.follow_up or {}).get("question_id"):
        await follow_ups.forget(session, owner, take.question_id)
    await session.delete(take)
    changed(session, interview_id)


async def _analyse(session: AsyncSession, take: Take, skipped: dict[str, str]) -> None:
    question = await session.get_one(QuestionRow, take.question_id)
    if question.follows_id is not None:
        skipped = skipped | {"tips": FOLLOWS}
    pipeline.start(session, take, skipped)
    await pipeline.advance(session, take.id)


async def _skipped(take: Take) -> dict[str, str]:
    consent = take.question.interview.consent
    reasons = {}
    if not consent["voice"]:
        reasons["voice"] = "You have not agreed to it."
    if take.kind == "voice":
        reasons["presence"] = "There is no picture."
    elif not consent["presence"]:
        reasons["presence"] = "You have not agreed to it."
    alone = await cloud_video.unavailable(take.kind, consent)
    return reasons | ({"cloud_video": alone} if alone else {})
