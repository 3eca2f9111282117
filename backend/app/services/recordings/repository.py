"""Queries on takes, uploads and parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer, joinedload, selectinload

from app.models.interview import QuestionRow
from app.models.repository import owned_by
from app.models.take import Stage, Take, Upload


async def question(session: AsyncSession, owner: UUID, question_id: UUID) -> QuestionRow | None:
    """A question with its interview and takes, locked: takes are numbered one after the other."""
    query = (
        owned_by(owner, QuestionRow)
        .where(QuestionRow.id == question_id)
        .options(joinedload(QuestionRow.interview), selectinload(QuestionRow.takes))
        .with_for_update(of=QuestionRow)
    )
    return (await session.scalars(query)).one_or_none()


async def take(session: AsyncSession, owner: UUID, take_id: UUID, *, lock: bool = False) -> Take | None:
    """A take with its stages, its upload, its question and its interview."""
    query = (
        owned_by(owner, Take)
        .where(Take.id == take_id)
        .options(
            selectinload(Take.stages).options(defer(Stage.result, raiseload=True)),
            selectinload(Take.upload),
            joinedload(Take.question).joinedload(QuestionRow.interview),
        )
        .execution_options(populate_existing=True)
    )
    if lock:
        query = query.with_for_update(of=Take)
    return (await session.scalars(query)).one_or_none()


async def newest(session: AsyncSession, question_id: UUID) -> UUID | None:
    """The newest complete take of a question."""
    query = select(Take.id).where(Take.question_id == question_id, Take.completed_at.is_not(None))
    return (await session.scalars(query.order_by(Take.number.desc()).limit(1))).one_or_none()


async def upload(session: AsyncSession, owner: UUID, upload_id: UUID, *, lock: bool = False) -> Upload | None:
    """An upload with its take and parts; locked while a part is added, so that two PATCHes cannot both win."""
    query = (
        owned_by(owner, Upload)
        .where(Upload.id == upload_id)
        .options(joinedload(Upload.take, innerjoin=True), selectinload(Upload.parts))
        .execution_options(populate_existing=True)
    )
    if lock:
        query = query.with_for_update(of=Upload)
    return (await session.scalars(query)).one_or_none()


async def upload_of(session: AsyncSession, take_id: UUID) -> Upload | None:
    """The upload of a take with its parts, for the worker."""
    query = select(Upload).where(Upload.take_id == take_id).options(selectinload(Upload.parts))
    return (await session.scalars(query)).one_or_none()


async def expired_uploads(session: AsyncSession) -> Sequence[Upload]:
    """Uploads nobody has continued in time and whose take was never finished."""
    query = (
        select(Upload)
        .join(Take)
        .where(Upload.expires_at < func.clock_timestamp(), Take.completed_at.is_(None))
        .with_for_update(of=Upload, skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def with_old_media(session: AsyncSession, before: datetime) -> Sequence[Take]:
    """Takes completed before that time that still have files."""
    files = Take.media_key.is_not(None) | Take.audio_key.is_not(None) | Take.poster_key.is_not(None)
    unread = select(Upload.id).where(Upload.take_id == Take.id).exists()
    query = select(Take).where(Take.completed_at < before, files | unread).options(selectinload(Take.upload))
    query = query.with_for_update(of=Take, skip_locked=True)
    return (await session.scalars(query)).all()
