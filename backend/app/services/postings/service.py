"""Postings: read from what was given, corrected by the user."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import MIB
from app.core.ratelimit import Limit
from app.domain.errors import BadInput, NotFound, TooLarge
from app.domain.posting import Posting, Requirement, Weight
from app.models.posting import PostingRow
from app.services.postings import repository
from app.utils.json import dump, load

T = TypeVar("T")

PARSE_TIMEOUT_S = 20.0
FILE_BYTES = 2 * MIB
FETCHES = Limit("posting-fetch", count=10, window_s=60)


async def create_from_text(session: AsyncSession, owner: UUID, text: str) -> PostingRow:
    """Read pasted text. Raises BadInput, TooLarge."""
    from app.services.postings.parser.text import parse_text

    return await _store(session, owner, "text", await _bounded(lambda: parse_text(text)))


async def create_from_file(session: AsyncSession, owner: UUID, data: bytes, filename: str | None) -> PostingRow:
    """Read a file, recognised by content. Raises BadInput, TooLarge, UnsupportedMedia."""
    from app.services.postings.parser.document import parse_document

    if len(data) > FILE_BYTES:
        raise TooLarge(
            "The file is over 2 MB.", code="posting_too_large", hint="Paste the text of the posting instead."
        )
    return await _store(session, owner, "file", await _bounded(lambda: parse_document(data, filename)))


async def create_from_url(session: AsyncSession, owner: UUID, url: str) -> PostingRow:
    """Fetch and read a page. Raises BadInput, Refused, TooMany, ProviderError.

    The limit fails closed: without the queue's counter nothing is fetched, because an open fetcher is a tool for
    others, while pasting the text always works.
    """
    from app.services.postings.fetcher import fetch_posting

    await FETCHES.take(str(owner))
    return await _store(session, owner, "url", await fetch_posting(url))


async def list_all(session: AsyncSession, owner: UUID) -> Sequence[dict[str, Any]]:
    """All postings in short, newest first."""
    return await repository.items(session, owner)


async def read(session: AsyncSession, owner: UUID, posting_id: UUID) -> PostingRow:
    """One posting. Raises NotFound."""
    row = await repository.find(session, owner, posting_id)
    if row is None:
        raise NotFound("This posting does not exist.", hint="It may have been deleted.")
    return row


async def edit(session: AsyncSession, owner: UUID, posting_id: UUID, changes: dict[str, Any]) -> PostingRow:
    """Apply the user's corrections. Raises NotFound, BadInput."""
    from app.services.postings.parser.edit import amend

    row = await read(session, owner, posting_id)
    posting = load(Posting, row.posting)
    if "requirements" in changes:
        known = {item.id: item for item in posting.requirements}
        changes["requirements"] = [_requirement(known, item) for item in changes["requirements"]]
    row.posting = dump(amend(posting, **changes))
    return row


def _requirement(known: dict[str, Requirement], wanted: dict[str, Any]) -> Requirement:
    """The requirement of that id with the user's words; its line in the posting stays. Without an id, a new one."""
    text, weight = wanted["text"], Weight(wanted["weight"])
    old = known.get(wanted.get("id") or "") or Requirement(
        id=wanted.get("id") or "", text=text, quote=text, weight=weight
    )
    skills = old.skills if wanted.get("skills") is None else tuple(wanted["skills"])
    return replace(old, text=text, weight=weight, skills=skills)


async def _store(session: AsyncSession, owner: UUID, source: str, posting: Posting) -> PostingRow:
    row = PostingRow(owner_id=owner, source=source, posting=dump(posting))
    session.add(row)
    await session.flush()
    await session.refresh(row, ["created_at"])
    return row


async def _bounded(parse: Callable[[], T]) -> T:
    try:
        return await asyncio.wait_for(asyncio.to_thread(parse), PARSE_TIMEOUT_S)
    except TimeoutError:
        raise BadInput(
            "Reading this posting takes too long.",
            code="posting_too_complex",
            hint="Paste only the text of the posting.",
        ) from None
