"""Queries on spoken questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.models.interview import Interview, PreparedClip, QuestionRow
from app.models.repository import owned_by
from app.models.speech import SpeechClip


def object_key(key: str) -> str:
    """A new place for the audio of a clip."""
    return f"speech/{key}/{uuid4().hex}.wav"


async def lock(session: AsyncSession, key: str, text: str, voice: str, speed: float) -> tuple[SpeechClip, bool]:
    """The clip of this key, made when it is missing, locked; and whether it was made now."""
    made = await session.execute(
        insert(SpeechClip)
        .values(key=key, object_key=object_key(key), text=text, voice=voice, speed=speed, state="preparing")
        .on_conflict_do_nothing()
        .returning(SpeechClip.key)
    )
    is_new = made.scalar_one_or_none() is not None
    clip = await session.scalars(select(SpeechClip).where(SpeechClip.key == key).with_for_update())
    return clip.one(), is_new


async def get(session: AsyncSession, key: str) -> SpeechClip | None:
    """A clip, for the worker."""
    return await session.get(SpeechClip, key, populate_existing=True)


async def of_question(
    session: AsyncSession, owner: UUID, interview_id: UUID, question_id: UUID
) -> tuple[QuestionRow, SpeechClip] | None:
    """A question of this owner, with its interview, and its clip."""
    query = (
        owned_by(owner, QuestionRow)
        .where(QuestionRow.id == question_id, QuestionRow.interview_id == interview_id)
        .options(joinedload(QuestionRow.interview))
    )
    question = (await session.scalars(query)).one_or_none()
    clip = await session.get(SpeechClip, question.speech_key) if question else None
    return (question, clip) if question and clip else None


async def of_interview(session: AsyncSession, owner: UUID, interview_id: UUID) -> SpeechClip | None:
    """The closing line of an interview of this owner."""
    query = select(SpeechClip).join(Interview, Interview.closing_key == SpeechClip.key)
    return (await session.scalars(query.where(Interview.id == interview_id, Interview.owner_id == owner))).one_or_none()


async def ready(session: AsyncSession, owner: UUID, key: str) -> SpeechClip | None:
    """A finished clip that some question or interview of this owner uses."""
    asked = owned_by(owner, QuestionRow).where(QuestionRow.speech_key == key).exists()
    closing = owned_by(owner, Interview).where(Interview.closing_key == key).exists()
    query = select(SpeechClip).where(SpeechClip.key == key, SpeechClip.state == "ready", asked | closing)
    return (await session.scalars(query)).one_or_none()


async def states(session: AsyncSession, keys: Sequence[str]) -> dict[str, str]:
    """The state of each clip by key."""
    rows = await session.execute(select(SpeechClip.key, SpeechClip.state).where(SpeechClip.key.in_(keys)))
    return {row.key: row.state for row in rows}


async def set_ahead(session: AsyncSession, clips: Mapping[UUID, Mapping[str, str]]) -> None:
    """Note which clips may be needed after each question, by reason; what was noted for it before is forgotten."""
    await session.execute(delete(PreparedClip).where(PreparedClip.question_id.in_(clips.keys())))
    rows = [
        {"question_id": question_id, "reason": reason, "speech_key": key}
        for question_id, keys in clips.items()
        for reason, key in keys.items()
    ]
    if rows:
        await session.execute(insert(PreparedClip).values(rows))


async def remove_unused(session: AsyncSession) -> Sequence[str]:
    """Delete the clips nothing uses and return the keys of their audio objects."""
    asked = select(QuestionRow.id).where(QuestionRow.speech_key == SpeechClip.key).exists()
    closing = select(Interview.id).where(Interview.closing_key == SpeechClip.key).exists()
    ahead = select(PreparedClip.question_id).where(PreparedClip.speech_key == SpeechClip.key).exists()
    gone = await session.scalars(delete(SpeechClip).where(~asked, ~closing, ~ahead).returning(SpeechClip.object_key))
    return gone.all()


async def interviews_using(session: AsyncSession, key: str) -> Sequence[UUID]:
    """Interviews that use this clip, for the worker."""
    asked = select(QuestionRow.interview_id).where(QuestionRow.speech_key == key)
    query = asked.union(select(Interview.id).where(Interview.closing_key == key))
    return (await session.scalars(query)).all()
