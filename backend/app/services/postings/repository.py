"""Queries on postings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.interview import Interview
from app.models.posting import PostingRow
from app.models.repository import owned_by


async def find(session: AsyncSession, owner: UUID, posting_id: UUID, *, lock: bool = False) -> PostingRow | None:
    """One posting of this owner; locked, it is read anew and stays as it is until the transaction ends."""
    query = owned_by(owner, PostingRow).where(PostingRow.id == posting_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()


async def items(session: AsyncSession, owner: UUID) -> Sequence[dict[str, Any]]:
    """All postings of this owner in short, newest first, with the number of their interviews."""
    count = select(func.count()).where(Interview.posting_id == PostingRow.id).scalar_subquery()
    query = owned_by(owner, PostingRow).with_only_columns(
        PostingRow.id,
        PostingRow.created_at,
        PostingRow.source,
        PostingRow.posting["title"].astext.label("title"),
        PostingRow.posting["company"].astext.label("company"),
        count.label("interviews"),
    )
    rows = await session.execute(query.order_by(PostingRow.created_at.desc(), PostingRow.id))
    return [dict(row) for row in rows.mappings()]
