"""Queries on consent, retention, exports and erasures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from app.models.base import Base
from app.models.interview import Interview, QuestionRow
from app.models.owner import Owner
from app.models.posting import PostingRow
from app.models.privacy import ConsentEntry, Erasure, Export, PrivacyChoice
from app.models.provider import ModelTicketRow, ProviderCopy
from app.models.repository import owned_by
from app.models.take import Stage, Take, Upload

NOW = func.clock_timestamp()


async def lock_owner(session: AsyncSession, owner: UUID) -> Owner | None:
    """An owner, locked against others who lock it; rows that belong to it may still be added."""
    query = select(Owner).where(Owner.id == owner).with_for_update(key_share=True)
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def owner(session: AsyncSession, owner_id: UUID) -> Owner:
    """An owner."""
    return await session.get_one(Owner, owner_id)


async def is_expired(session: AsyncSession, owner: UUID) -> bool:
    """Whether this is a guest whose time is over, locked until the transaction ends."""
    query = select(Owner.id).where(Owner.id == owner, Owner.kind == "guest", Owner.expires_at < NOW)
    return (await session.scalars(query.with_for_update(key_share=True))).one_or_none() is not None


async def expired_owners(session: AsyncSession) -> Sequence[UUID]:
    """Guests whose time is over and who have not been erased yet."""
    query = select(Owner.id).where(Owner.expires_at < NOW, Owner.erased_at.is_(None), Owner.kind == "guest")
    return (await session.scalars(query)).all()


# Consent


async def entries(session: AsyncSession, owner: UUID) -> Sequence[ConsentEntry]:
    """Every giving and withdrawal, oldest first."""
    return (await session.scalars(owned_by(owner, ConsentEntry).order_by(ConsentEntry.number))).all()


async def interviews(session: AsyncSession, owner: UUID) -> Sequence[Interview]:
    """All interviews, locked: what they were agreed to is about to change."""
    query = owned_by(owner, Interview).order_by(Interview.id).with_for_update(of=Interview)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def titles(session: AsyncSession, owner: UUID) -> dict[UUID, str | None]:
    """The title of its posting for each interview."""
    query = owned_by(owner, Interview).join(PostingRow, Interview.posting_id == PostingRow.id)
    rows = await session.execute(query.with_only_columns(Interview.id, PostingRow.posting["title"].astext))
    return {row[0]: row[1] for row in rows}


async def takes(
    session: AsyncSession, owner: UUID, *, recorded: bool = False, unfinished: bool = False
) -> Sequence[Take]:
    """Takes with their uploads; only recorded ones, or only those that are not complete."""
    query = owned_by(owner, Take).options(selectinload(Take.upload)).order_by(Take.id)
    if recorded:
        query = query.where(Take.kind != "typed")
    if unfinished:
        query = query.where(Take.completed_at.is_(None))
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def takes_left(session: AsyncSession, owner: UUID, names: Collection[str]) -> Sequence[UUID]:
    """Takes with a stage of these names that has not ended."""
    query = owned_by(owner, Take).join(Stage, Stage.take_id == Take.id).where(Stage.name.in_(names))
    query = query.where(Stage.state.in_(("waiting", "queued", "running")))
    return (await session.scalars(query.with_only_columns(Take.id).distinct().order_by(Take.id))).all()


async def takes_with(
    session: AsyncSession, owner: UUID, name: str, path: tuple[str, ...] = (), value: str = ""
) -> Sequence[UUID]:
    """Takes that have a result of this stage; with a `path`, only results that have this `value` there.

    A transcript whose recording is gone cannot be made again and is not among them.
    """
    query = owned_by(owner, Take).join(Stage, Stage.take_id == Take.id)
    query = query.where(Stage.name == name, Stage.result.is_not(None))
    if path:
        query = query.where(Stage.result[path].astext == value)
    if name == "transcript":
        query = query.where(Take.audio_key.is_not(None))
    return (await session.scalars(query.with_only_columns(Take.id).order_by(Take.id))).all()


async def drop_tickets(session: AsyncSession, owner: UUID, provider: str) -> None:
    """Flows may not ask this provider about anything of this owner any more."""
    mine = owned_by(owner, Interview).with_only_columns(Interview.id)
    await session.execute(
        delete(ModelTicketRow).where(ModelTicketRow.provider == provider, ModelTicketRow.interview_id.in_(mine))
    )


# Retention and what is kept


async def choice(session: AsyncSession, owner: UUID) -> PrivacyChoice | None:
    """What an owner chose about retention."""
    return await session.get(PrivacyChoice, owner)


async def choose(session: AsyncSession, owner: UUID, days: int | None, answers_too: bool) -> None:
    """Set what an owner chose about retention."""
    values: dict[str, Any] = {"retention_days": days, "answers_too": answers_too}
    row = insert(PrivacyChoice).values(owner_id=owner, **values)
    await session.execute(row.on_conflict_do_update(index_elements=["owner_id"], set_=values))


async def kept(session: AsyncSession, owner: UUID) -> dict[str, Any]:
    """Numbers of what an owner has; bytes are those of the recordings, `oldest` when the first was completed."""
    count: Any = func.count()
    numbers = {
        "postings": owned_by(owner, PostingRow).with_only_columns(count),
        "interviews": owned_by(owner, Interview).with_only_columns(count),
        "answers": owned_by(owner, Take).with_only_columns(count).where(Take.completed_at.is_not(None)),
        "resumes": owned_by(owner, PostingRow).with_only_columns(count).where(PostingRow.resume.is_not(None)),
    }
    found: dict[str, Any] = {name: await session.scalar(query) or 0 for name, query in numbers.items()}
    unread = select(Upload.id).where(Upload.take_id == Take.id).exists()
    recordings = owned_by(owner, Take).where(Take.media_key.is_not(None) | unread, Take.kind != "typed")
    size = func.coalesce(func.sum(func.coalesce(Take.media_bytes, 0)), 0)
    row = (await session.execute(recordings.with_only_columns(count, size, func.min(Take.completed_at)))).one()
    return found | {"recordings": row[0], "recording_bytes": int(row[1]), "oldest": row[2]}


async def copies_stored(session: AsyncSession, takes: Collection[UUID]) -> int:
    """How many things of these takes are still stored at services of others."""
    query = select(func.count()).where(ProviderCopy.take_id.in_(takes), ProviderCopy.deleted_at.is_(None))
    return int(await session.scalar(query.select_from(ProviderCopy)) or 0)


async def copies_of(session: AsyncSession, owner: UUID) -> int:
    """How many things of this owner are stored at services of others."""
    mine = owned_by(owner, Take).with_only_columns(Take.id)
    query = select(func.count()).select_from(ProviderCopy)
    query = query.where(ProviderCopy.take_id.in_(mine), ProviderCopy.deleted_at.is_(None))
    return int(await session.scalar(query) or 0)


# Exports


async def exports(session: AsyncSession, owner: UUID) -> Sequence[Export]:
    """All exports, newest first."""
    query = owned_by(owner, Export).order_by(Export.created_at.desc(), Export.id)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def export(session: AsyncSession, owner: UUID, export_id: UUID) -> Export | None:
    """One export."""
    return (await session.scalars(owned_by(owner, Export).where(Export.id == export_id))).one_or_none()


async def lease_export(session: AsyncSession, export_id: UUID, lease: timedelta) -> Export | None:
    """An export that nobody works on, taken until `lease` is over; None when there is none to be taken."""
    free = or_(Export.lease_until.is_(None), Export.lease_until < NOW)
    query = (
        update(Export)
        .where(Export.id == export_id, Export.state == "waiting", free)
        .values(lease_until=NOW + lease, attempts=Export.attempts + 1)
        .returning(Export)
    )
    return (await session.scalars(query)).one_or_none()


async def set_export(session: AsyncSession, export_id: UUID, attempt: int, values: dict[str, Any]) -> bool:
    """Set columns of an export that this attempt still works on; whether it does."""
    query = update(Export).where(Export.id == export_id, Export.state == "waiting", Export.attempts == attempt)
    return (await session.scalars(query.values(**values).returning(Export.id))).one_or_none() is not None


async def due_exports(session: AsyncSession) -> Sequence[Export]:
    """Exports that nobody works on, locked."""
    free = or_(Export.lease_until.is_(None), Export.lease_until < NOW)
    query = select(Export).where(Export.state == "waiting", Export.due_at <= NOW, free)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


async def old_exports(session: AsyncSession, made_before: datetime) -> Sequence[Export]:
    """Exports whose time is over, and failed ones made before a moment."""
    old = or_(Export.expires_at < NOW, (Export.state == "failed") & (Export.created_at < made_before))
    return (await session.scalars(select(Export).where(old).with_for_update(skip_locked=True))).all()


async def posting_ids(session: AsyncSession, owner: UUID) -> Sequence[UUID]:
    """The postings of an owner, oldest first."""
    query = owned_by(owner, PostingRow).with_only_columns(PostingRow.id)
    return (await session.scalars(query.order_by(PostingRow.created_at, PostingRow.id))).all()


async def posting(session: AsyncSession, owner: UUID, posting_id: UUID) -> PostingRow | None:
    """One posting."""
    return (await session.scalars(owned_by(owner, PostingRow).where(PostingRow.id == posting_id))).one_or_none()


async def interview_ids(session: AsyncSession, owner: UUID, posting_id: UUID) -> Sequence[UUID]:
    """The interviews for a posting, oldest first."""
    query = owned_by(owner, Interview).where(Interview.posting_id == posting_id).with_only_columns(Interview.id)
    return (await session.scalars(query.order_by(Interview.created_at, Interview.id))).all()


async def interview(session: AsyncSession, owner: UUID, interview_id: UUID) -> Interview | None:
    """One interview with everything below it: questions, takes, uploads with parts, stages with results."""
    takes = selectinload(Interview.questions).selectinload(QuestionRow.takes)
    query = owned_by(owner, Interview).where(Interview.id == interview_id)
    query = query.options(
        joinedload(Interview.posting),
        takes.selectinload(Take.stages),
        takes.selectinload(Take.upload).selectinload(Upload.parts),
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def rows_below(session: AsyncSession, table: str, column: str, keys: Collection[Any]) -> list[dict[str, Any]]:
    """Rows of a table that hang on these keys, as they are."""
    rows = Base.metadata.tables[table]
    return [dict(row) for row in (await session.execute(select(rows).where(rows.c[column].in_(keys)))).mappings()]


# Erasure


def owner_columns() -> list[Column[Any]]:
    """In every table whose rows go with their owner, the column that names the owner; parents before children."""
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "owners" and key.ondelete == "CASCADE"
    ]


async def rows_of(session: AsyncSession, owner: UUID, column: Column[Any]) -> list[dict[str, Any]]:
    """Rows of the table of this column that belong to an owner, as they are."""
    found = await session.execute(select(column.table).where(column == owner))
    return [dict(row) for row in found.mappings()]


async def count_rows(session: AsyncSession, owner: UUID, column: Column[Any]) -> int:
    """How many rows of the table of this column belong to an owner."""
    return int(await session.scalar(select(func.count()).select_from(column.table).where(column == owner)) or 0)


async def delete_rows(session: AsyncSession, owner: UUID, column: Column[Any]) -> None:
    """Delete the rows of the table of this column that belong to an owner, with all that hangs on them."""
    assert isinstance(column.table, Table)
    await session.execute(delete(column.table).where(column == owner))


async def delete_owner(session: AsyncSession, owner: UUID) -> None:
    """Delete an owner's row, with all that hangs on it."""
    await session.execute(delete(Owner).where(Owner.id == owner))


async def prefixes(session: AsyncSession, owner: UUID) -> tuple[list[UUID], list[str]]:
    """The takes of an owner, and where files of the owner are."""
    takes = (await session.scalars(owned_by(owner, Take).with_only_columns(Take.id))).all()
    exports = (await session.scalars(owned_by(owner, Export))).all()
    return list(takes), [f"takes/{take}/" for take in takes] + [export.prefix for export in exports]


async def forget_copies(session: AsyncSession, takes: Collection[UUID]) -> None:
    """Forget that something of these takes was stored at services of others."""
    await session.execute(delete(ProviderCopy).where(ProviderCopy.take_id.in_(takes)))


async def lease_erasure(session: AsyncSession, erasure_id: UUID, lease: timedelta) -> Erasure | None:
    """An erasure that nobody works on, taken until `lease` is over; None when there is none to be taken."""
    free = or_(Erasure.lease_until.is_(None), Erasure.lease_until < NOW)
    query = (
        update(Erasure)
        .where(Erasure.id == erasure_id, Erasure.finished_at.is_(None), free)
        .values(lease_until=NOW + lease, attempts=Erasure.attempts + 1)
        .returning(Erasure)
    )
    return (await session.scalars(query)).one_or_none()


async def set_erasure(session: AsyncSession, erasure_id: UUID, values: dict[str, Any]) -> None:
    """Set columns of an erasure."""
    await session.execute(update(Erasure).where(Erasure.id == erasure_id).values(**values))


async def due_erasures(session: AsyncSession) -> Sequence[Erasure]:
    """Erasures somebody should go on with, locked."""
    free = or_(Erasure.lease_until.is_(None), Erasure.lease_until < NOW)
    query = select(Erasure).where(Erasure.due_at <= NOW, Erasure.finished_at.is_(None), free)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


async def erasure(session: AsyncSession, digest: str) -> Erasure | None:
    """The receipt with this digest."""
    return (await session.scalars(select(Erasure).where(Erasure.digest == digest))).one_or_none()


async def forget_erasures(session: AsyncSession, before: datetime) -> None:
    """Forget receipts of erasures that ended before a moment."""
    await session.execute(delete(Erasure).where(Erasure.finished_at < before))
