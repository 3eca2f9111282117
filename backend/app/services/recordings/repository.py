"""Queries on takes, uploads and parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer, joinedload, selectinload

from app.models.interview import QuestionRow
from app.models.owner import Owner
from app.models.privacy import PrivacyChoice
from app.models.repository import owned_by
from app.models.take import Listening, Stage, Take, Upload, UploadPart


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
    """An upload with its take; locked while a part is added, so that two PATCHes cannot both win."""
    query = (
        owned_by(owner, Upload)
        .where(Upload.id == upload_id)
        .options(joinedload(Upload.take, innerjoin=True))
        .execution_options(populate_existing=True)
    )
    if lock:
        query = query.with_for_update(of=Upload)
    return (await session.scalars(query)).one_or_none()


async def upload_of(session: AsyncSession, take_id: UUID) -> Upload | None:
    """The upload of a take with its parts, for the worker."""
    query = select(Upload).where(Upload.take_id == take_id).options(selectinload(Upload.parts))
    return (await session.scalars(query)).one_or_none()


async def stored_bytes(session: AsyncSession, owner: UUID) -> int:
    """Bytes of an owner's recordings, of their sound (16 kHz, 16 bit) and of uploads that have not become one yet."""
    sound = case((Take.audio_key.is_not(None), func.coalesce(Take.duration_ms, 0) * 32), else_=0)
    recording = case((Take.media_key.is_not(None), func.coalesce(Take.media_bytes, 0)), else_=0)
    takes = select(func.coalesce(func.sum(recording + sound), 0)).where(Take.owner_id == owner)
    uploads = select(func.coalesce(func.sum(Upload.offset), 0)).where(Upload.owner_id == owner)
    return int(await session.scalar(takes) or 0) + int(await session.scalar(uploads) or 0)


async def expired_uploads(session: AsyncSession) -> Sequence[Upload]:
    """Uploads nobody has continued in time and whose take was never finished."""
    query = (
        select(Upload)
        .join(Take)
        .where(Upload.expires_at < func.clock_timestamp(), Take.completed_at.is_(None))
        .with_for_update(of=Upload, skip_locked=True)
    )
    return (await session.scalars(query)).all()


def _days(most: int) -> ColumnElement[int]:
    """For how many days an owner's recordings stay: as long as the installation says, or shorter where chosen."""
    return func.least(func.coalesce(PrivacyChoice.retention_days, most), most)


async def with_old_media(session: AsyncSession, most: int, limit: int) -> Sequence[Take]:
    """Takes whose time is over and that still have files, locked."""
    files = Take.media_key.is_not(None) | Take.audio_key.is_not(None) | Take.poster_key.is_not(None)
    unread = select(Upload.id).where(Upload.take_id == Take.id).exists()
    query = _old(most).where(files | unread).options(selectinload(Take.upload)).limit(limit)
    return (await session.scalars(query)).all()


async def to_go(session: AsyncSession, most: int, limit: int) -> Sequence[Take]:
    """Takes whose time is over, of owners who want nothing of them kept, locked."""
    return (await session.scalars(_old(most).where(PrivacyChoice.answers_too).limit(limit))).all()


def _old(most: int) -> Select[Take]:
    query = select(Take).outerjoin(PrivacyChoice, PrivacyChoice.owner_id == Take.owner_id)
    query = query.where(Take.completed_at < func.clock_timestamp() - func.make_interval(0, 0, 0, _days(most)))
    return query.order_by(Take.completed_at).with_for_update(of=Take, skip_locked=True)


async def kept(session: AsyncSession, owner: UUID, most: int) -> tuple[int, datetime | None]:
    """For how many days this owner's recordings stay, and when everything of them goes (guests)."""
    query = select(_days(most), Owner.expires_at).select_from(Owner)
    query = query.outerjoin(PrivacyChoice, PrivacyChoice.owner_id == Owner.id).where(Owner.id == owner)
    row = (await session.execute(query)).one()
    return row[0], row[1]


async def begin_listening(session: AsyncSession, take_id: UUID) -> None:
    """A take is to be listened to from its beginning, also when an earlier upload of it was."""
    anew: dict[str, Any] = {"state": "listening", "words": [], "heard_ms": 0, "cpu_seconds": 0.0, "attempt": 0}
    anew |= {"lease_token": None, "lease_until": None}
    query = insert(Listening).values(take_id=take_id, **anew)
    again = anew | {"created_at": func.clock_timestamp()}
    await session.execute(query.on_conflict_do_update(index_elements=[Listening.take_id], set_=again))


async def take_ear(session: AsyncSession, take_id: UUID, token: UUID, lease: timedelta) -> Listening | None:
    """The listening of a take that nobody listens to, leased to `token`; None when there is none to be taken."""
    free = or_(Listening.lease_until.is_(None), Listening.lease_until < func.clock_timestamp())
    query = (
        update(Listening)
        .where(Listening.take_id == take_id, Listening.state == "listening", free)
        .values(lease_token=token, lease_until=func.clock_timestamp() + lease, attempt=Listening.attempt + 1)
        .returning(Listening)
    )
    return (await session.scalars(query)).one_or_none()


async def keep_ear(session: AsyncSession, take_id: UUID, token: UUID, lease: timedelta, values: dict[str, Any]) -> bool:
    """Write what was heard and hold the lease longer; whether it was still held."""
    query = (
        update(Listening)
        .where(Listening.take_id == take_id, Listening.lease_token == token)
        .values(lease_until=func.clock_timestamp() + lease, **values)
        .returning(Listening.take_id)
    )
    return (await session.scalars(query)).one_or_none() is not None


async def arrived(session: AsyncSession, take_id: UUID, start: int) -> tuple[Upload, Sequence[UploadPart]] | None:
    """The upload of a take and its parts from byte `start` on; None when it is gone."""
    upload = (await session.scalars(select(Upload).where(Upload.take_id == take_id))).one_or_none()
    if upload is None:
        return None
    parts = select(UploadPart).where(UploadPart.upload_id == upload.id, UploadPart.start >= start)
    return upload, (await session.scalars(parts.order_by(UploadPart.start))).all()


async def listening(session: AsyncSession, take_id: UUID) -> Listening | None:
    """What has been understood of a take so far."""
    query = select(Listening).where(Listening.take_id == take_id).execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()


async def deserted(session: AsyncSession, patience: timedelta) -> Sequence[Listening]:
    """Listenings whose worker is gone, or that nobody has taken for that long, locked."""
    now = func.clock_timestamp()
    late = or_(Listening.lease_until < now, Listening.lease_until.is_(None) & (Listening.created_at < now - patience))
    query = select(Listening).where(Listening.state == "listening", late).with_for_update(skip_locked=True)
    return (await session.scalars(query)).all()
