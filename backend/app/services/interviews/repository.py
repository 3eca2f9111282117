"""Queries on interviews and questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.models.interview import Interview, QuestionRow
from app.models.repository import owned_by
from app.models.take import Stage, Take


async def find(session: AsyncSession, owner: UUID, interview_id: UUID, *, lock: bool = False) -> Interview | None:
    """One interview with its posting, questions and takes; locked when it is about to change."""
    query = _with(owned_by(owner, Interview), selectinload(Interview.questions).selectinload(QuestionRow.takes))
    query = query.where(Interview.id == interview_id).execution_options(populate_existing=True)
    if lock:
        query = query.with_for_update(of=Interview)
    return (await session.scalars(query)).one_or_none()


async def exists(session: AsyncSession, owner: UUID, interview_id: UUID) -> bool:
    """Whether this owner has this interview."""
    query = owned_by(owner, Interview).where(Interview.id == interview_id).with_only_columns(Interview.id)
    return (await session.scalars(query)).one_or_none() is not None


async def find_with_stages(
    session: AsyncSession, owner: UUID, interview_id: UUID, *, results: bool
) -> Interview | None:
    """One interview with the stages of all takes; their results only when asked for, they are large."""
    stages = selectinload(Interview.questions).selectinload(QuestionRow.takes).selectinload(Take.stages)
    if not results:
        stages = stages.options(defer(Stage.result, raiseload=True))
    upload = selectinload(Interview.questions).selectinload(QuestionRow.takes).selectinload(Take.upload)
    query = _with(owned_by(owner, Interview), stages, upload).where(Interview.id == interview_id)
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def all_with_grades(session: AsyncSession, owner: UUID) -> Sequence[Interview]:
    """All interviews, newest first; of the stages only grade and tips are loaded."""
    last = Take.stages.and_(Stage.name.in_(("grade", "tips")))
    stages = selectinload(Interview.questions).selectinload(QuestionRow.takes).selectinload(last)
    query = _with(owned_by(owner, Interview), stages).order_by(Interview.created_at.desc(), Interview.id)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


def _with(query: Select[Interview], *options: ORMOption) -> Select[Interview]:
    return query.options(joinedload(Interview.posting), *options)


async def follow_up_of(session: AsyncSession, owner: UUID, question_id: UUID) -> QuestionRow | None:
    """The follow-up of a question, with its takes, locked."""
    query = owned_by(owner, QuestionRow).where(QuestionRow.follows_id == question_id)
    query = query.options(selectinload(QuestionRow.takes)).with_for_update(of=QuestionRow)
    return (await session.scalars(query)).one_or_none()


async def question_of_take(session: AsyncSession, take_id: UUID) -> dict[str, Any] | None:
    """The question a take answers, for the worker."""
    query = select(QuestionRow.question).join(Take, Take.question_id == QuestionRow.id).where(Take.id == take_id)
    return (await session.scalars(query)).one_or_none()
