"""Queries on everything an owner has."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.interview import Interview, QuestionRow
from app.models.provider import ProviderCopy
from app.models.repository import owned_by
from app.models.take import Take


async def takes(
    session: AsyncSession, owner: UUID, *, posting_id: UUID | None = None, interview_id: UUID | None = None
) -> Sequence[Take]:
    """All takes of this owner, or those of one posting or one interview."""
    query = owned_by(owner, Take).join(QuestionRow, Take.question_id == QuestionRow.id)
    query = query.join(Interview, QuestionRow.interview_id == Interview.id)
    if posting_id is not None:
        query = query.where(Interview.posting_id == posting_id)
    if interview_id is not None:
        query = query.where(Interview.id == interview_id)
    return (await session.scalars(query)).all()


async def copies(session: AsyncSession, owner: UUID, interview_id: UUID) -> dict[UUID, str]:
    """By take: whether what services of others stored of it is `deleted` there, or `stored` still."""
    query = owned_by(owner, Take).join(QuestionRow, Take.question_id == QuestionRow.id)
    query = query.where(QuestionRow.interview_id == interview_id).join(ProviderCopy, ProviderCopy.take_id == Take.id)
    gone = func.bool_and(ProviderCopy.deleted_at.is_not(None))
    rows = await session.execute(query.with_only_columns(Take.id, gone).group_by(Take.id))
    return {row[0]: "deleted" if row[1] else "stored" for row in rows}
